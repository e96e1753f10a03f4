//! Debian's archive, as this machine knows it: packages are fetched and unpacked, and never installed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use super::packages::{path, said};

/// The kernel that Debian calls its newest for this architecture.
const NEWEST: &str = "linux-image-amd64";

/// The archive, and where what comes from it is kept.
pub(crate) struct Debian {
    pub(crate) cache: PathBuf,
    /// Where the lists of packages are, if they are not the machine's.
    options: Vec<String>,
}

impl Debian {
    /// By the machine's own lists.
    pub(crate) fn as_it_is(cache: &Path) -> Self {
        Self { cache: cache.into(), options: vec![] }
    }

    /// By lists of our own that are fetched now: the machine's are missing or old, and nobody else needs new ones.
    pub(crate) fn anew_from(cache: &Path) -> Result<Self> {
        let lists = cache.join("lists");
        fs::create_dir_all(lists.join("partial"))?;
        let option = |name: &str| format!("Dir::{name}={}", lists.display());
        let names = ["State::lists", "Cache"].map(option);
        let debian = Self {
            cache: cache.into(),
            options: names.iter().flat_map(|one| ["-o".into(), one.clone()]).collect(),
        };
        debian.ask("apt-get", &["update"]).context("the archive's lists")?;
        Ok(debian)
    }

    /// The release behind Debian's name for the newest kernel.
    pub(super) fn newest(&self) -> Result<String> {
        let said = self.ask("apt-cache", &["depends", NEWEST])?;
        let name = said.lines().find_map(|line| line.trim().strip_prefix("Depends: linux-image-"));
        Ok(name.with_context(|| format!("{NEWEST} depends on no image"))?.to_owned())
    }

    /// The version of a package that would be installed.
    pub(super) fn version(&self, package: &str) -> Result<String> {
        let said = self.ask("apt-cache", &["show", "--no-all-versions", package])?;
        let version = said.lines().find_map(|line| line.strip_prefix("Version: "));
        Ok(version.with_context(|| format!("{package} has no version"))?.replace(':', "_"))
    }

    /// The folder with these packages, kept under the version of the first.
    pub(super) fn kept(&self, package: &str, names: &[&str]) -> Result<PathBuf> {
        let folder = self.cache.join(format!("{package}-{}", self.version(package)?));
        if !folder.exists() {
            let new = self.anew()?;
            self.unpack(&new, names)?;
            fs::rename(new, &folder).with_context(|| format!("{package} cannot be kept"))?;
        }
        Ok(folder)
    }

    /// A folder for what is not complete yet: what was interrupted begins anew.
    pub(super) fn anew(&self) -> Result<PathBuf> {
        let new = self.cache.join("new");
        if new.exists() {
            fs::remove_dir_all(&new)?;
        }
        fs::create_dir_all(&new)?;
        Ok(new)
    }

    /// Fetches packages and unpacks them.
    pub(super) fn unpack(&self, into: &Path, names: &[&str]) -> Result<()> {
        let debs = into.with_extension("debs");
        if debs.exists() {
            fs::remove_dir_all(&debs)?;
        }
        fs::create_dir_all(&debs)?;
        let mut get = Command::new("apt-get");
        let got = get.args(&self.options).args(["download", "-q"]).args(names).current_dir(&debs).output();
        let got = got.context("apt-get cannot be started: images are made on Debian alone")?;
        let why = || {
            format!("apt-get download {}: {}", names.join(" "), String::from_utf8_lossy(&got.stderr).trim())
        };
        ensure!(got.status.success(), why());
        for deb in fs::read_dir(&debs)? {
            said("dpkg-deb", &["--extract", path(&deb?.path())?, path(into)?])?;
        }
        Ok(fs::remove_dir_all(debs)?)
    }

    fn ask(&self, program: &str, words: &[&str]) -> Result<String> {
        let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        said(program, &[&options, words].concat())
    }
}
