//! The device daemon as the guest runs it: the same program, linked without shared libraries.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::packages::{path, said};

/// Builds it and takes the names of its functions away.
///
/// Only the last crate is built again: which C library is linked is decided there.
pub(crate) fn build(house: &Path, cache: &Path) -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["rustc", "--quiet", "--package", "wrale-metald", "--bin", "metald"])
        .args(["--message-format=json-render-diagnostics", "--", "-C", "target-feature=+crt-static"])
        .current_dir(house)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo cannot be started")?;
    ensure!(built.status.success(), "metald does not build");
    let said_last = String::from_utf8_lossy(&built.stdout);
    let program =
        said_last.lines().rev().find_map(executable).context("cargo does not say where metald is")?;
    let daemon = cache.join("metald");
    said("strip", &["-o", path(&daemon)?, &program])?;
    Ok(daemon)
}

/// The program that a message of cargo tells of.
fn executable(line: &str) -> Option<String> {
    let message: serde_json::Value = serde_json::from_str(line).ok()?;
    let ours = message["target"]["name"] == "metald";
    message["executable"].as_str().filter(|_| ours).map(str::to_owned)
}
