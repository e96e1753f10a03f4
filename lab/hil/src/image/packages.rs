//! Debian's packages of one kernel: fetched and unpacked, never installed, and kept under `target/hil`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};

use super::debian::Debian;

/// Sources that Debian does not build, or not as a module.
const SOURCES: [&str; 5] = [
    "drivers/gpio/gpio-sim.c",
    "drivers/gpio/gpiolib.h",
    "drivers/hwmon/ina2xx.c",
    "drivers/power/supply/test_power.c",
    "kernel/irq/irq_sim.c",
];

/// One kernel: its image and modules, what modules are built against, and some of its source.
pub(crate) struct Packages {
    /// Such as `6.1.0-57-amd64`.
    pub(crate) release: String,
    folder: PathBuf,
}

impl Packages {
    /// Takes them from the cache, or from Debian.
    pub(crate) fn fetch(debian: &Debian) -> Result<Self> {
        let release = debian.newest()?;
        let folder = debian.cache.join(format!("kernel-{}", debian.version(&image(&release))?));
        let packages = Self { release, folder };
        if !packages.folder.exists() {
            packages.fill(debian)?;
        }
        Ok(packages)
    }

    pub(crate) fn image(&self) -> PathBuf {
        self.folder.join("image/boot").join(format!("vmlinuz-{}", self.release))
    }

    pub(crate) fn modules(&self) -> PathBuf {
        self.folder.join("image/lib/modules").join(&self.release).join("kernel")
    }

    pub(crate) fn headers(&self) -> PathBuf {
        self.folder.join("headers/usr/src").join(format!("linux-headers-{}", self.release))
    }

    /// A file of the kernel's source, by its path there.
    pub(crate) fn source(&self, path: &str) -> PathBuf {
        self.folder.join("source").join(path)
    }

    /// Where what is made of them is kept.
    pub(crate) fn made(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn fill(&self, debian: &Debian) -> Result<()> {
        let series: Vec<&str> = self.release.split('.').take(2).collect();
        let series = series.join(".");
        let flavour = self.release.rsplit('-').next().unwrap_or_default();
        let bare = self.release.trim_end_matches(flavour);
        let new = debian.anew()?;
        debian.unpack(&new.join("image"), &[&image(&self.release)])?;
        let (own, common) =
            (format!("linux-headers-{}", self.release), format!("linux-headers-{bare}common"));
        debian.unpack(&new.join("headers"), &[&own, &common, &format!("linux-kbuild-{series}")])?;
        let source = format!("linux-source-{series}");
        debian.unpack(&new.join("archive"), &[&source])?;
        let archive = new.join("archive/usr/src").join(format!("{source}.tar.xz"));
        fs::create_dir(new.join("source"))?;
        let members = SOURCES.map(|file| format!("{source}/{file}"));
        let tar = ["--extract", "--xz", "--strip-components=1", "--file", path(&archive)?, "--directory"];
        let wanted: Vec<&str> = members.iter().map(String::as_str).collect();
        said("tar", &[&tar[..], &[path(&new.join("source"))?], &wanted].concat())?;
        fs::remove_dir_all(new.join("archive"))?;
        // The headers name the place where they would be installed.
        let headers = self.folder.join("headers/usr/src").join(common);
        let makefile = new.join("headers/usr/src").join(own).join("Makefile");
        fs::write(makefile, format!("include {}/Makefile\n", path(&headers)?))?;
        fs::rename(new, &self.folder).context("the kernel's packages cannot be kept")
    }
}

/// One static program that is all the others.
pub(crate) fn busybox(debian: &Debian) -> Result<PathBuf> {
    Ok(debian.kept("busybox-static", &["busybox-static"])?.join("bin/busybox"))
}

/// The packet filter's own program, with the libraries that it is linked with: files, and where they belong.
pub(crate) fn packet_filter(debian: &Debian) -> Result<Vec<(String, PathBuf)>> {
    const NEEDED: [&str; 12] = [
        "nftables",
        "libbsd0",
        "libc6",
        "libedit2",
        "libgmp10",
        "libjansson4",
        "libmd0",
        "libmnl0",
        "libnftables1",
        "libnftnl11",
        "libtinfo6",
        "libxtables12",
    ];
    const LIBRARIES: [&str; 2] = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"];
    const LOADER: &str = "lib64/ld-linux-x86-64.so.2";
    let folder = debian.kept(NEEDED[0], &NEEDED)?;
    let program = folder.join("usr/sbin/nft");
    let places = LIBRARIES.map(|place| folder.join(place).display().to_string()).join(":");
    let loader = folder.join(LOADER);
    let list = said(path(&loader)?, &["--library-path", &places, "--list", path(&program)?])?;
    let found = list.lines().filter_map(|line| line.split_once(" => ")?.1.split(' ').next());
    let libraries = found.filter(|found| found.starts_with(path(&folder).unwrap_or("/")));
    let mut files = vec![("usr/sbin/nft".to_owned(), program), (LOADER.to_owned(), loader)];
    files.extend(libraries.map(|found| {
        let name = found.rsplit('/').next().unwrap_or_default();
        (format!("{}/{name}", LIBRARIES[0]), found.into())
    }));
    Ok(files)
}

fn image(release: &str) -> String {
    format!("linux-image-{release}")
}

/// Runs a program to its end, and gives what it said.
pub(crate) fn said(program: &str, words: &[&str]) -> Result<String> {
    let run = Command::new(program).args(words).output();
    let run = run.with_context(|| format!("{program} cannot be started"))?;
    if !run.status.success() {
        bail!("{program} {}: {}", words.join(" "), String::from_utf8_lossy(&run.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&run.stdout).into_owned())
}

/// A path that a program can be told.
pub(crate) fn path(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} cannot be written in letters", path.display()))
}
