//! Tools of other people that ask whether they can use what we made: fetched once into `target/tools`, each in one
//! version, and never installed on the machine.
//!
//! Where one cannot be had, its test says `not run`, and fails under `CI`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// One tool.
struct Tool {
    name: &'static str,
    /// It is there once this is, below `target/tools`.
    at: &'static str,
    fetch: fn(&Path) -> Result<()>,
}

const TOOLS: [Tool; 2] = [
    Tool { name: "schemathesis", at: "schemathesis/bin/st", fetch: schemathesis },
    Tool { name: "promtool", at: "promtool", fetch: promtool },
];

/// The version that is asked; a newer one may look at more.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// Fetches what is missing, and says what cannot be had.
pub(super) fn prepare(root: &Path) -> Result<()> {
    let folder = root.join("target/tools");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    for Tool { name, at, fetch } in TOOLS {
        if folder.join(at).is_file() {
            continue;
        }
        println!("fetching {name} into {}", folder.display());
        if let Err(why) = fetch(&folder) {
            println!("{name} cannot be had: {why:#}");
        }
    }
    Ok(())
}

/// From PyPI, into an environment of its own.
fn schemathesis(folder: &Path) -> Result<()> {
    let home = folder.join("schemathesis");
    // What a broken try left behind would look whole.
    if home.exists() {
        fs::remove_dir_all(&home).context("an old environment cannot be removed")?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
    run(Command::new(home.join("bin/pip")).args(["install", "--quiet", SCHEMATHESIS]))
}

/// From Debian's package, which as a whole would be a daemon.
fn promtool(folder: &Path) -> Result<()> {
    run(Command::new("apt-get").args(["-q", "download", "prometheus"]).current_dir(folder))?;
    let packages = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    let is_it = |path: &std::path::PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("prometheus_"))
    };
    let package = packages.into_iter().find(is_it).context("apt-get left no package")?;
    let unpacked = folder.join("prometheus");
    run(Command::new("dpkg-deb").arg("--extract").arg(&package).arg(&unpacked))?;
    fs::rename(unpacked.join("usr/bin/promtool"), folder.join("promtool")).context("it holds no promtool")?;
    fs::remove_dir_all(unpacked)?;
    Ok(fs::remove_file(package)?)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    let status = status.with_context(|| format!("{} cannot be started", command.get_program().display()))?;
    if status.success() { Ok(()) } else { bail!("{} ended with {status}", command.get_program().display()) }
}
