//! The workspace's crates, as `cargo metadata --no-deps` tells them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A crate of the workspace.
pub(crate) struct Crate {
    /// The short name: the name of its folder.
    pub(crate) name: String,
    /// The name of its package: `wrale-<name>`.
    pub(crate) package: String,
    /// The folder, relative to the root.
    pub(crate) folder: String,
    /// In the order of cargo.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a manifest.
pub(crate) struct Dependency {
    /// The short name of a workspace crate, or the name of a third-party package.
    pub(crate) name: String,
    /// The path inside the workspace; nothing for third parties.
    pub(crate) folder: Option<String>,
    /// What it is needed for.
    pub(crate) kind: Kind,
    /// Where the manifest says so.
    pub(crate) line: usize,
}

/// What a dependency is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A build script.
    Build,
    /// Tests.
    Dev,
    /// The crate itself.
    Normal,
}

impl Crate {
    /// The manifest, relative to the root.
    pub(crate) fn manifest(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// The folder that holds the crate's folder; `xtask` is its own room.
    pub(crate) fn room(&self) -> &str {
        self.folder.rsplit_once('/').map_or(self.folder.as_str(), |(room, _)| room)
    }
}

/// All crates of the workspace at `root`, by folder.
pub(crate) fn crates(root: &Path) -> Result<Vec<Crate>> {
    let mut cargo = Command::new(crate::cargo());
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root);
    let output = cargo.output().context("cargo cannot be started")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
    let root = metadata["workspace_root"].as_str().context("cargo metadata names no workspace")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let mut crates = packages.iter().map(|one| package(root, one)).collect::<Result<Vec<_>>>()?;
    crates.sort_by(|one, other| one.folder.cmp(&other.folder));
    Ok(crates)
}

fn package(root: &str, value: &Value) -> Result<Crate> {
    let manifest = value["manifest_path"].as_str().context("a package without a manifest")?;
    let folder =
        inside(root, manifest.trim_end_matches("/Cargo.toml")).context("a package outside the root")?;
    let text = fs::read_to_string(manifest).with_context(|| format!("{manifest} cannot be read"))?;
    let listed = value["dependencies"].as_array().context("a package without dependencies")?;
    Ok(Crate {
        name: last(&folder).to_owned(),
        package: value["name"].as_str().context("a package without a name")?.to_owned(),
        dependencies: listed.iter().map(|one| dependency(root, &text, one)).collect::<Result<_>>()?,
        folder,
    })
}

fn dependency(root: &str, manifest: &str, value: &Value) -> Result<Dependency> {
    let package = value["name"].as_str().context("a dependency without a name")?;
    let key = value["rename"].as_str().unwrap_or(package);
    let folder = value["path"].as_str().and_then(|path| inside(root, path));
    let kind = match value["kind"].as_str() {
        None => Kind::Normal,
        Some("dev") => Kind::Dev,
        Some("build") => Kind::Build,
        Some(other) => bail!("a dependency of the unknown kind `{other}`"),
    };
    Ok(Dependency {
        name: folder.as_deref().map_or(package, last).to_owned(),
        folder,
        kind,
        line: line(manifest, key, kind),
    })
}

/// The line where the manifest names the key, in the section of its kind.
fn line(manifest: &str, key: &str, kind: Kind) -> usize {
    let section = match kind {
        Kind::Build => "[build-dependencies",
        Kind::Dev => "[dev-dependencies",
        Kind::Normal => "[dependencies",
    };
    let lines = manifest.lines().enumerate().skip_while(|(_, line)| !line.starts_with(section));
    let names = |line: &str| {
        let header = line.strip_prefix(section).and_then(|rest| rest.strip_prefix('.'));
        let rest = header.unwrap_or(line).strip_prefix(key);
        rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=', ']']))
    };
    lines.into_iter().find(|(_, line)| names(line)).map_or(1, |(at, _)| at + 1)
}

fn inside(root: &str, path: &str) -> Option<String> {
    Some(path.strip_prefix(root)?.trim_start_matches('/').to_owned())
}

fn last(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}
