//! What a guest is made of: Debian's packages of one kernel, of busybox and of the packet filter.
//!
//! What the guest needs of them is kept until Debian has something newer; all else is gone when it was taken.

use std::{
    fs,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context as _, Result, anyhow};

use super::{
    debian::{Debian, unpack},
    kernel,
    modules::{self, Modules},
    path, said,
};
use crate::ground::gone;

/// Programs of the guest, and the libraries that they and the daemon are linked with.
const PROGRAMS: [&str; 14] = [
    "busybox-static",
    "libbsd0",
    "libc6",
    "libedit2",
    "libgcc-s1",
    "libgmp10",
    "libjansson4",
    "libmd0",
    "libmnl0",
    "libnftables1",
    "libnftnl11",
    "libtinfo6",
    "libxtables12",
    "nftables",
];

/// What is kept.
pub(super) struct Packages {
    /// The kernel's release, such as `6.1.0-57-amd64`.
    pub(super) release: String,
    folder: PathBuf,
}

/// What Debian has, and by which names.
struct Offer {
    release: String,
    /// Such as `6.1`.
    series: String,
    names: Vec<String>,
    /// What whatever is made of it is told apart by.
    made_of: String,
}

impl Packages {
    /// Takes what is kept, or makes it anew, with these modules of the kernel.
    pub(super) fn of(cache: &Path, wanted: &[&str]) -> Result<Self> {
        let (new, lists) = (cache.join("new"), cache.join("lists"));
        let folder = cache.join("debian");
        // What an earlier run did not finish.
        for left in [&new, &lists] {
            gone(left)?;
        }
        let fetched = |debian: &Debian| {
            let offer = Offer::of(debian, wanted)?;
            let kept = fs::read_to_string(folder.join(MADE_OF)).is_ok_and(|kept| kept == offer.made_of);
            if !kept {
                gone(&new)?;
                fs::create_dir_all(new.join(DEBS))?;
                debian.fetch(&offer.names, &new.join(DEBS))?;
            }
            anyhow::Ok(offer)
        };
        // A machine whose lists are missing, or older than the archive, is not changed for that.
        let offer = fetched(&Debian::as_it_is()).or_else(|_| fetched(&Debian::anew_from(&lists)?))?;
        gone(&lists)?;
        if new.exists() {
            offer.make(&new, wanted)?;
            gone(&folder)?;
            fs::rename(&new, &folder).context("what is made of Debian's packages cannot be kept")?;
        }
        Ok(Self { release: offer.release, folder })
    }

    /// The kernel as an ELF file.
    pub(super) fn kernel(&self) -> PathBuf {
        self.folder.join(KERNEL)
    }

    /// Modules that a guest may load.
    pub(super) fn modules(&self) -> PathBuf {
        self.folder.join(MODULES)
    }

    /// Programs and libraries, where Debian puts them.
    pub(super) fn programs(&self) -> PathBuf {
        self.folder.join(ROOT)
    }
}

/// What is kept: its origin, the kernel, its modules, and programs with their libraries.
const MADE_OF: &str = "made-of";
const KERNEL: &str = "vmlinux";
const MODULES: &str = "modules";
const ROOT: &str = "root";

/// What is not.
const DEBS: &str = "debs";
const IMAGE: &str = "image";
const BUILD: &str = "build";

impl Offer {
    fn of(debian: &Debian, wanted: &[&str]) -> Result<Self> {
        let release = debian.newest()?;
        let series: Vec<&str> = release.split('.').take(2).collect();
        let mut offer = Self {
            series: series.join("."),
            names: vec![],
            made_of: String::new(),
            release: release.clone(),
        };
        offer.names = PROGRAMS.map(str::to_owned).into();
        offer.names.extend([offer.image(), offer.source()]);
        offer.names.extend(offer.headers());
        let sources: Vec<&str> = modules::sources().collect();
        let (offers, modules) = (debian.offers(&offer.names)?, wanted.join(" "));
        offer.made_of = format!("{offers}{modules}\n{}\n", sources.join(" "));
        Ok(offer)
    }

    fn image(&self) -> String {
        format!("linux-image-{}", self.release)
    }

    fn source(&self) -> String {
        format!("linux-source-{}", self.series)
    }

    /// Of this kernel, of all its flavours, and the programs that build.
    fn headers(&self) -> [String; 3] {
        let flavour = self.release.rsplit('-').next().unwrap_or_default();
        let bare = self.release.trim_end_matches(flavour);
        [
            format!("linux-headers-{}", self.release),
            format!("linux-headers-{bare}common"),
            format!("linux-kbuild-{}", self.series),
        ]
    }

    /// Two at once: building takes as long as everything else.
    fn make(&self, new: &Path, wanted: &[&str]) -> Result<()> {
        let (debs, image, build) = (new.join(DEBS), new.join(IMAGE), new.join(BUILD));
        thread::scope(|scope| {
            let ours = scope.spawn(|| self.build(&debs, &build));
            unpack(&debs, &self.image(), &image)?;
            kernel::unpack(&image.join(format!("boot/vmlinuz-{}", self.release)), &new.join(KERNEL))?;
            for program in PROGRAMS {
                unpack(&debs, program, &new.join(ROOT))?;
            }
            // Pages that nobody reads there.
            gone(&new.join(ROOT).join("usr/share"))?;
            ours.join().map_err(|_| anyhow!("modules: it panicked"))?
        })?;
        fs::create_dir(new.join(MODULES))?;
        for module in Modules::of(&[&image.join("lib/modules"), &build.join("ours")])?.closed(wanted)? {
            fs::write(new.join(MODULES).join(format!("{}.ko", module.name)), module.content)?;
        }
        for spent in [debs, image, build] {
            gone(&spent)?;
        }
        Ok(fs::write(new.join(MADE_OF), &self.made_of)?)
    }

    /// Builds the modules that Debian does not.
    fn build(&self, debs: &Path, build: &Path) -> Result<()> {
        let [own, common, kbuild] = &self.headers();
        for package in [own, common, kbuild, &self.source()] {
            unpack(debs, package, build)?;
        }
        let sources = build.join("usr/src");
        let (name, archive) = (self.source(), sources.join(format!("{}.tar.xz", self.source())));
        let members: Vec<String> = modules::sources().map(|file| format!("{name}/{file}")).collect();
        let members = members.iter().map(String::as_str);
        // Each is there once: what follows the last is not read.
        let tar = ["--extract", "--occurrence=1", "--use-compress-program=xz --threads=0", "--directory"];
        let tar = tar.into_iter().chain([path(&sources)?, "--file", path(&archive)?]);
        said("tar", &tar.chain(members).collect::<Vec<_>>())?;
        // The headers name the place where they would be installed.
        let makefile = format!("include {}/Makefile\n", path(&sources.join(common))?);
        fs::write(sources.join(own).join("Makefile"), makefile)?;
        modules::build(&sources.join(name), &sources.join(own), &build.join("ours"))
    }
}

#[cfg(test)]
mod tests;
