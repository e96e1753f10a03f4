//! The tree as it stands: crates from `cargo metadata`, Rust files, and every file that git would keep.

mod metadata;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
pub(crate) use metadata::{Crate, Dependency, Kind};

use crate::layers::Layers;
use crate::source::{Role, Source, shape};

/// Everything that a rule may look at.
pub(crate) struct House {
    /// The folder that holds `layers.toml`.
    pub(crate) root: PathBuf,
    /// The rules' lists.
    pub(crate) layers: Layers,
    /// The workspace's crates, by folder.
    pub(crate) crates: Vec<Crate>,
    /// Every Rust file, by path.
    pub(crate) sources: Vec<Source>,
    /// Every file, by path, relative to the root.
    pub(crate) files: Vec<String>,
}

impl House {
    /// Reads the tree under `root`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let layers = fs::read_to_string(root.join("layers.toml")).context("layers.toml cannot be read")?;
        let crates = metadata::crates(root)?;
        let files = files(root)?;
        let mut sources = Vec::new();
        for path in files.iter().filter(|path| is_rust(path)) {
            let text =
                fs::read_to_string(root.join(path)).with_context(|| format!("{path} cannot be read"))?;
            let owner = crates.iter().find(|one| path.starts_with(&format!("{}/", one.folder)));
            let folder = owner.map_or("", |one| one.folder.as_str());
            sources.push(Source::new(path.clone(), owner.map(|one| one.name.clone()), folder, text));
        }
        mark_test_modules(&mut sources);
        Ok(Self { root: root.to_owned(), layers: Layers::parse(&layers)?, crates, sources, files })
    }

    /// The crate of this short name, if it exists yet.
    pub(crate) fn named(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|one| one.name == name)
    }

    /// Whether the crate of this short name is there and makes a program.
    pub(crate) fn has_binary(&self, name: &str) -> bool {
        self.named(name).is_some_and(|one| self.root.join(&one.folder).join("src/main.rs").is_file())
    }

    /// The Rust files of one crate.
    pub(crate) fn sources_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Source> + 'a {
        self.sources.iter().filter(move |source| source.home.as_deref() == Some(name))
    }

    /// The text of a file; nothing where it is absent or not text.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }
}

/// The nearest folder, from here upwards, that holds `layers.toml`.
pub(crate) fn root() -> Result<PathBuf> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let root = here.ancestors().find(|folder| folder.join("layers.toml").is_file());
    Ok(root.context("no layers.toml here or above: run this inside the clone")?.to_owned())
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "rs")
}

/// Files that git keeps or would keep; without git, all but hidden folders and `target`.
fn files(root: &Path) -> Result<Vec<String>> {
    let mut files = if root.join(".git").exists() { git_files(root) } else { None };
    if files.is_none() {
        let mut found = Vec::new();
        walk(root, root, &mut found)?;
        files = Some(found);
    }
    let mut files = files.unwrap_or_default();
    files.sort();
    Ok(files)
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root);
    let output = git.output().ok().filter(|output| output.status.success())?;
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    let present = listed.split('\0').filter(|path| root.join(path).is_file());
    Some(present.map(str::to_owned).collect())
}

fn walk(root: &Path, folder: &Path, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && name != ".git" {
            walk(root, &path, found)?;
        } else if path.is_file() {
            let inside = path.strip_prefix(root).context("a file outside the root")?;
            found.push(inside.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// A module that is declared for tests alone is a test, and so is all below it.
fn mark_test_modules(sources: &mut [Source]) {
    let mut modules = Vec::new();
    for source in &*sources {
        let bare = source.path.strip_suffix(".rs").unwrap_or(&source.path);
        let folder = bare.strip_suffix("/lib").or_else(|| bare.strip_suffix("/main")).unwrap_or(bare);
        let names = shape::test_modules(&source.code);
        modules.extend(names.into_iter().map(|name| format!("{folder}/{name}")));
    }
    for source in sources {
        let declared = |module: &String| {
            source
                .path
                .strip_prefix(module.as_str())
                .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        if modules.iter().any(declared) {
            source.role = Role::Test;
        }
    }
}
