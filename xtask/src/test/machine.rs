//! What the machine needs before the first suite: installs it where it may, and names it where it may not.
//!
//! Only Debian's packages, only as root, only what is missing; a machine that lacks nothing is not touched.

mod suite;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

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
    /// A Debian package that comes from the suite of another one, where that one is installed.
    Beside(&'static str, &'static str),
    /// Something that we do not install; the sentence says how.
    Person(&'static str),
}

/// For which suites the machine is made ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// All of them.
    All,
    /// Those with virtual hardware.
    Hardware,
}

/// What may be done on this machine.
#[derive(Clone, Copy)]
enum Rights {
    /// Root, with apt-get.
    Install,
    /// Anybody else.
    Ask,
}

/// A package, and the one whose suite it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Package {
    name: &'static str,
    beside: Option<&'static str>,
}

/// What to do about what is missing.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Install(Vec<Package>),
    Nothing,
    Refuse(String),
}

const NEEDS: [Need; 13] = [
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
        name: "nftables",
        why: "a device is isolated by a packet filter",
        probe: &["/usr/sbin/nft", "--version"],
        source: Source::Debian("nftables"),
    },
    Need {
        name: "ip",
        why: "tests join two network namespaces with it",
        probe: &["/usr/sbin/ip", "-V"],
        source: Source::Debian("iproute2"),
    },
    Need {
        name: "openssl",
        why: "a client that is not ours says what the doors offer",
        probe: &["openssl", "version"],
        source: Source::Debian("openssl"),
    },
    Need {
        name: "systemd-analyze",
        why: "it judges how tightly the units confine the daemons",
        probe: &["systemd-analyze", "--version"],
        source: Source::Debian("systemd"),
    },
    Need {
        name: "Python with its venv",
        why: "schemathesis, which asks about the contract, gets one of its own",
        probe: &["python3", "-c", "import ensurepip, venv"],
        source: Source::Debian("python3-venv"),
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
    Need {
        name: "room on the disk",
        why: "a clean clone builds 4 GB, and a build that runs out of room says so late",
        probe: &[
            "sh",
            "-c",
            "test -e target/debug/stories || test $(df -Pk . | awk 'NR == 2 { print $4 }') -gt 6000000",
        ],
        source: Source::Person("free 6 GB, or name a folder elsewhere in CARGO_TARGET_DIR"),
    },
];

/// What virtual hardware needs; the kernel and all that runs inside are fetched and not installed.
const HARDWARE: [Need; 5] = [
    Need {
        name: "QEMU",
        why: "the device daemon is shown real drivers in a machine of its own",
        probe: &["qemu-system-x86_64", "--version"],
        source: Source::Beside("qemu-system-x86", "qemu-utils"),
    },
    Need {
        name: "qemu-img",
        why: "the disks of virtual machines are made with it",
        probe: &["qemu-img", "--version"],
        source: Source::Beside("qemu-utils", "qemu-system-x86"),
    },
    Need {
        name: "make",
        why: "drivers that simulate hardware are built",
        probe: &["make", "--version"],
        source: Source::Debian("make"),
    },
    Need {
        name: "xz",
        why: "the kernel is packed with it",
        probe: &["xz", "--version"],
        source: Source::Debian("xz-utils"),
    },
    Need {
        name: "the tools of ext4",
        why: "the disk of a device is made, repaired and read with them",
        probe: &["sh", "-c", "command -v mke2fs && command -v e2fsck && command -v debugfs"],
        source: Source::Debian("e2fsprogs"),
    },
];

/// Makes the machine ready, or says what it lacks.
pub(crate) fn prepare(wanted: For) -> Result<()> {
    match step(&missing(wanted), rights()) {
        Step::Nothing => return Ok(()),
        Step::Refuse(lacks) => bail!("{lacks}"),
        Step::Install(packages) => install(&packages)?,
    }
    match step(&missing(wanted), Rights::Ask) {
        Step::Refuse(lacks) => bail!("after the installation still:\n{lacks}"),
        Step::Install(_) | Step::Nothing => Ok(()),
    }
}

fn step(missing: &[&Need], rights: Rights) -> Step {
    if missing.is_empty() {
        return Step::Nothing;
    }
    let package = |need: &&Need| match (need.source, rights) {
        (Source::Debian(name), Rights::Install) => Some(Package { name, beside: None }),
        (Source::Beside(name, other), Rights::Install) => Some(Package { name, beside: Some(other) }),
        _ => None,
    };
    let packages: Option<Vec<_>> = missing.iter().map(package).collect();
    packages.map_or_else(|| Step::Refuse(lacks(missing)), Step::Install)
}

fn lacks(missing: &[&Need]) -> String {
    let lines = missing.iter().map(|need| {
        let remedy = match need.source {
            Source::Beside(package, _) | Source::Debian(package) => {
                format!("as root, run `apt-get install {package}`")
            }
            Source::Person(remedy) => remedy.to_owned(),
        };
        format!("this machine lacks {} ({}): {remedy}", need.name, need.why)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn missing(wanted: For) -> Vec<&'static Need> {
    let (always, hardware) = match wanted {
        For::All => (&NEEDS[..], &HARDWARE[..]),
        For::Hardware => (&NEEDS[..2], &HARDWARE[..]),
    };
    always.iter().chain(hardware).filter(|need| !answers(need.probe)).collect()
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

fn install(packages: &[Package]) -> Result<()> {
    let names: Vec<&str> = packages.iter().map(|package| package.name).collect();
    println!("installing Debian packages: {}", names.join(" "));
    apt(&[], &["update"])?;
    let plain: Vec<&str> = packages.iter().filter(|one| one.beside.is_none()).map(|one| one.name).collect();
    if !plain.is_empty() {
        apt(&[], &[&INSTALL[..], &plain].concat())?;
    }
    packages
        .iter()
        .try_for_each(|package| package.beside.map_or(Ok(()), |other| install_beside(package.name, other)))
}

const INSTALL: [&str; 3] = ["install", "--yes", "--no-install-recommends"];

/// Installs a package from the suite of another one.
fn install_beside(package: &str, other: &str) -> Result<()> {
    let release = said("sh", &["-c", ". /etc/os-release && echo \"$VERSION_CODENAME\""])?;
    // What is not installed has no version and no suite.
    let version = said("dpkg-query", &["--show", "--showformat=${Version}", other]).unwrap_or_default();
    let Some(suite) = suite::of(&version, &release) else {
        return apt(&[], &[&INSTALL[..], &[package]].concat());
    };
    let from = [&INSTALL[..], &["--target-release", &suite, package]].concat();
    if suite::known(&said("apt-cache", &["policy"])?, &suite) {
        return apt(&[], &from);
    }
    let folder = Scratch::make()?;
    let options = suite::added(&suite, &release, &folder.0)?;
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    apt(&options, &["update"])?;
    apt(&options, &from)
}

/// A folder that is gone when this is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn make() -> Result<Self> {
        // Whoever fetches packages has another user, who must be able to look into it.
        Ok(Self(
            said("sh", &["-c", "folder=$(mktemp -d) && chmod 755 \"$folder\" && echo \"$folder\""])?.into(),
        ))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is in a folder for such things.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a command says, without the spaces around it.
fn said(program: &str, words: &[&str]) -> Result<String> {
    let output =
        Command::new(program).args(words).output().with_context(|| format!("{program} does not start"))?;
    ensure!(
        output.status.success(),
        "{program} {}: {}",
        words.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn apt(options: &[&str], words: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command.arg("-q").args(options).args(words).env("DEBIAN_FRONTEND", "noninteractive");
    if command.status().context("apt-get cannot be started")?.success() {
        return Ok(());
    }
    bail!("apt-get {} failed: see what it said above", words.join(" "))
}
