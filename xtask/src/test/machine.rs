//! What the machine needs before the first suite: installs it where it may, and names it where it may not.
//!
//! Only Debian's packages, only as root, only what is missing; a machine that lacks nothing is not touched.

#[cfg(test)]
mod tests;

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// Something that the suites cannot do without.
struct Need {
    name: &'static str,
    why: &'static str,
    /// A command that succeeds where it is there.
    probe: &'static [&'static str],
    source: Source,
}

/// Where a missing thing comes from.
#[derive(Clone, Copy)]
enum Source {
    /// A Debian package.
    Debian(&'static str),
    /// Something that we do not install; the sentence says how.
    Person(&'static str),
}

/// What may be done on this machine.
#[derive(Clone, Copy)]
enum Rights {
    /// Root, with apt-get.
    Install,
    /// Anybody else.
    Ask,
}

/// What to do about what is missing.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Install(Vec<&'static str>),
    Nothing,
    Refuse(String),
}

const NEEDS: [Need; 7] = [
    Need {
        name: "a C compiler",
        why: "aws-lc-sys, the one crypto provider, is C",
        probe: &["cc", "--version"],
        source: Source::Debian("gcc"),
    },
    Need {
        name: "the C library's headers",
        why: "aws-lc-sys includes them",
        probe: &["cc", "-E", "-include", "stdlib.h", "-x", "c", "/dev/null"],
        source: Source::Debian("libc6-dev"),
    },
    Need {
        name: "git",
        why: "tidy asks it which files belong to the tree",
        probe: &["git", "--version"],
        source: Source::Debian("git"),
    },
    Need {
        name: "Chromium",
        why: "people look at pages with a browser",
        probe: &["chromium", "--version"],
        source: Source::Debian("chromium"),
    },
    Need {
        name: "chromedriver",
        why: "tests drive the browser with it",
        probe: &["chromedriver", "--version"],
        source: Source::Debian("chromium-driver"),
    },
    Need {
        name: "rustfmt",
        why: "tidy checks the formatting",
        probe: &["cargo", "fmt", "--version"],
        source: Source::Person("run `rustup component add rustfmt`"),
    },
    Need {
        name: "clippy",
        why: "lints are errors",
        probe: &["cargo", "clippy", "--version"],
        source: Source::Person("run `rustup component add clippy`"),
    },
];

/// Makes the machine ready, or says what it lacks.
pub(super) fn prepare() -> Result<()> {
    match step(&missing(), rights()) {
        Step::Nothing => return Ok(()),
        Step::Refuse(lacks) => bail!("{lacks}"),
        Step::Install(packages) => install(&packages)?,
    }
    match step(&missing(), Rights::Ask) {
        Step::Refuse(lacks) => bail!("after the installation still:\n{lacks}"),
        Step::Install(_) | Step::Nothing => Ok(()),
    }
}

fn step(missing: &[&Need], rights: Rights) -> Step {
    if missing.is_empty() {
        return Step::Nothing;
    }
    let package = |need: &&Need| match (need.source, rights) {
        (Source::Debian(package), Rights::Install) => Some(package),
        _ => None,
    };
    let packages: Option<Vec<_>> = missing.iter().map(package).collect();
    packages.map_or_else(|| Step::Refuse(lacks(missing)), Step::Install)
}

fn lacks(missing: &[&Need]) -> String {
    let lines = missing.iter().map(|need| {
        let remedy = match need.source {
            Source::Debian(package) => format!("as root, run `apt-get install {package}`"),
            Source::Person(remedy) => remedy.to_owned(),
        };
        format!("this machine lacks {} ({}): {remedy}", need.name, need.why)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !answers(need.probe)).collect()
}

fn answers(probe: &[&str]) -> bool {
    let Some((program, arguments)) = probe.split_first() else { return false };
    let mut command = match *program {
        "cargo" => Command::new(crate::cargo()),
        other => Command::new(other),
    };
    let status =
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn rights() -> Rights {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if root && answers(&["apt-get", "--version"]) { Rights::Install } else { Rights::Ask }
}

fn install(packages: &[&str]) -> Result<()> {
    println!("installing Debian packages: {}", packages.join(" "));
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

fn apt(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    let status = command.arg("-q").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").status();
    if status.context("apt-get cannot be started")?.success() {
        return Ok(());
    }
    bail!("apt-get {} failed: see what it said above", arguments.join(" "))
}
