//! Debian's archive, as this machine knows it: packages are fetched and unpacked, and never installed.
//!
//! `apt-get download` compares each file with the digest in the signed lists, and gives none that differs.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, bail};

use super::{path, said, said_at};

/// The kernel that Debian calls its newest for this architecture.
const NEWEST: &str = "linux-image-amd64";

/// The archive.
pub(super) struct Debian {
    /// Where the lists of packages are, if they are not the machine's.
    options: Vec<String>,
}

impl Debian {
    /// By the machine's own lists.
    pub(super) fn as_it_is() -> Self {
        Self { options: vec![] }
    }

    /// By lists of our own that are fetched now: the machine's are missing or old, and nobody else needs new ones.
    pub(super) fn anew_from(lists: &Path) -> Result<Self> {
        fs::create_dir_all(lists.join("partial"))?;
        let option = |name: &str| format!("Dir::{name}={}", lists.display());
        let names = ["State::lists", "Cache"].map(option);
        let debian = Self { options: names.iter().flat_map(|one| ["-o".into(), one.clone()]).collect() };
        debian.ask("apt-get", &["update"], &[], lists).context("the archive's lists")?;
        Ok(debian)
    }

    /// The release behind Debian's name for the newest kernel.
    pub(super) fn newest(&self) -> Result<String> {
        let said = self.ask("apt-cache", &["depends", NEWEST], &[], Path::new("."))?;
        let name = said.lines().find_map(|line| line.trim().strip_prefix("Depends: linux-image-"));
        Ok(name.with_context(|| format!("{NEWEST} depends on no image"))?.to_owned())
    }

    /// What would be fetched for these packages: for each its address, its version, its length and its digest.
    pub(super) fn offers(&self, names: &[String]) -> Result<String> {
        self.ask("apt-get", &["download", "--print-uris"], names, Path::new("."))
    }

    /// Fetches packages into a folder.
    pub(super) fn fetch(&self, names: &[String], into: &Path) -> Result<()> {
        self.ask("apt-get", &["download", "-q"], names, into).map(drop)
    }

    fn ask(&self, program: &str, how: &[&str], names: &[String], at: &Path) -> Result<String> {
        let words: Vec<&str> = self.options.iter().chain(names).map(String::as_str).collect();
        said_at(at, program, &[how, &words].concat()).context("images are made on Debian, of what it has")
    }
}

/// Unpacks a package that was fetched.
pub(super) fn unpack(debs: &Path, package: &str, into: &Path) -> Result<()> {
    let ours = format!("{package}_");
    for deb in fs::read_dir(debs)? {
        let deb = deb?;
        if deb.file_name().to_string_lossy().starts_with(&ours) {
            return said("dpkg-deb", &["--extract", path(&deb.path())?, path(into)?]).map(drop);
        }
    }
    bail!("{package} was not fetched")
}
