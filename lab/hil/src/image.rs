//! What a guest boots: Debian's kernel, and a RAM disk made of Debian's busybox, the kernel's modules and `metald`.

mod cpio;
mod debian;
mod kernel;
mod modules;
mod packages;

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail, ensure};
use cpio::Archive;
use modules::Modules;
use packages::Packages;

use crate::ground::Ground;

/// The first program; it prepares the machine and then listens at its serial port.
const INIT: &str = include_str!("image/init.sh");

/// A module for each thing that a device has or that may be done to it, and what it is told at loading.
const MODULES: [(&str, &str); 30] = [
    ("virtio_pci", ""),
    ("virtio_console", ""),
    ("virtio_rng", ""),
    ("virtio_net", ""),
    ("virtio_blk", ""),
    // File systems and the packet filter ask for it by no name.
    ("crc32c_generic", ""),
    ("ext4", ""),
    ("configfs", ""),
    // Chips.
    ("i2c-dev", ""),
    ("i2c-stub", "chip_addr=0x0f,0x29,0x2c,0x40,0x48"),
    ("kxcjk-1013", ""),
    ("lm75", ""),
    ("tsl2563", ""),
    ("adm9240", ""),
    ("ina2xx", ""),
    ("gpio-sim", ""),
    ("test_power", ""),
    // What is plugged.
    ("e1000e", ""),
    ("xhci-pci", ""),
    ("usbhid", ""),
    ("hid-generic", ""),
    ("usb-storage", ""),
    ("sd_mod", ""),
    ("evdev", ""),
    // What is done.
    ("button", ""),
    ("i6300esb", ""),
    ("nf_tables", ""),
    ("nft_ct", ""),
    ("nft_reject_inet", ""),
    ("nft_log", ""),
];

/// Those of a device that is turned on again and again, and has doors alone.
const FEW: [&str; 10] = [
    "virtio_pci",
    "virtio_console",
    "virtio_net",
    "crc32c_generic",
    "ext4",
    "gpio-sim",
    "xhci-pci",
    // Isolation.
    "nf_tables",
    "nft_ct",
    "nft_reject_inet",
];

const FOLDERS: [&str; 16] = [
    "bin",
    "dev",
    "etc",
    "etc/wrale",
    "lib",
    "lib/x86_64-linux-gnu",
    "lib64",
    "modules",
    "proc",
    "run",
    "state",
    "sys",
    "tmp",
    "usr",
    "usr/sbin",
    "var",
];

/// What QEMU is given.
pub(crate) struct Image {
    /// The kernel as an ELF file.
    pub(crate) kernel: PathBuf,
    /// The RAM disk.
    pub(crate) disk: PathBuf,
    /// The kernel's release.
    pub(crate) release: String,
    /// Where machines may have what they need as long as they run.
    pub(crate) run: PathBuf,
}

impl Image {
    /// Takes what it can from the cache, and makes the RAM disk with the daemon that was built last.
    pub(crate) fn make(ground: &Ground) -> Result<Self> {
        let names = MODULES.map(|(name, _)| name);
        let (packages, run) = (Packages::of(ground.cache(), &names)?, ground.run());
        let disk = run.join("guest.cpio");
        let programs = [("metald", daemon()?.0), ("stamp", beside("stamp")?)];
        for (name, built) in &programs {
            // The guest needs no names of functions.
            let stripped = said("strip", &["-o", path(&run.join(name))?, path(built)?]);
            stripped.with_context(|| format!("{} is not built", built.display()))?;
        }
        fs::write(&disk, ram_disk(&packages, &programs.map(|(name, _)| run.join(name)))?)?;
        Ok(Self { kernel: packages.kernel(), disk, release: packages.release, run })
    }
}

/// The daemon as it is installed, if somebody built it so, or as it was built beside this program; and which it is.
pub(crate) fn daemon() -> Result<(PathBuf, &'static str)> {
    let plain = beside("metald")?;
    let installed = plain.with_file_name("../device/metald");
    let is_newer = |made: &Path| anyhow::Ok(made.metadata()?.modified()? >= plain.metadata()?.modified()?);
    if is_newer(&installed).unwrap_or_default() {
        return Ok((installed, "as installed"));
    }
    Ok((plain, "built for tests, with the names of its functions"))
}

/// A program that was built beside this one.
fn beside(name: &str) -> Result<PathBuf> {
    Ok(env::current_exe()?.with_file_name(name))
}

fn ram_disk(packages: &Packages, ours: &[PathBuf]) -> Result<Vec<u8>> {
    let mut disk = Archive::default();
    for folder in FOLDERS {
        disk.folder(folder);
    }
    disk.device("dev/console", 5, 1);
    let root = packages.programs();
    let busybox = root.join("bin/busybox");
    disk.program("bin/busybox", &fs::read(&busybox)?);
    for name in said(path(&busybox)?, &["--list"])?.lines().filter(|name| *name != "busybox") {
        disk.link(&format!("bin/{name}"), "busybox");
    }
    let modules = Modules::of(&[&packages.modules()])?;
    for (list, names) in [("all", MODULES.map(|(name, _)| name).to_vec()), ("few", FEW.to_vec())] {
        let mut order = String::new();
        for module in modules.closed(&names)? {
            let told = MODULES.iter().find(|(name, _)| name.replace('-', "_") == module.name);
            order += &format!("/modules/{}.ko {}\n", module.name, told.map_or("", |(_, told)| told));
            if list == "all" {
                disk.file(&format!("modules/{}.ko", module.name), &module.content);
            }
        }
        disk.file(&format!("modules/{list}"), order.as_bytes());
    }
    let filter = root.join("usr/sbin/nft");
    disk.program("usr/sbin/nft", &fs::read(&filter)?);
    for program in ours {
        let name = program.file_name().context("a program has a name")?.to_string_lossy();
        disk.program(&format!("bin/{name}"), &fs::read(program)?);
    }
    for (place, file) in linked(&root, ours.iter().chain([&filter]))? {
        disk.program(&place, &fs::read(file)?);
    }
    disk.program("init", INIT.as_bytes());
    Ok(disk.finish())
}

/// Debian's libraries that these programs are linked with, and their loader: where they belong, and where they lie.
fn linked<'a>(
    root: &Path,
    programs: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<BTreeMap<String, PathBuf>> {
    const LOADER: &str = "lib64/ld-linux-x86-64.so.2";
    const PLACES: [&str; 2] = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"];
    let loader = root.join(LOADER);
    let places = PLACES.map(|place| root.join(place).display().to_string()).join(":");
    let mut files = BTreeMap::from([(LOADER.to_owned(), loader.clone())]);
    for program in programs {
        let list = said(path(&loader)?, &["--library-path", &places, "--list", path(program)?])?;
        // The loader itself, and what the kernel gives, have no place there.
        for (_, found) in list.lines().filter_map(|line| line.split_once(" => ")) {
            let found = Path::new(found.split(' ').next().unwrap_or_default());
            ensure!(found.starts_with(root), "{} is linked with {}", program.display(), found.display());
            let name = found.file_name().context("a library has no name")?.to_string_lossy();
            files.insert(format!("{}/{name}", PLACES[0]), found.into());
        }
    }
    Ok(files)
}

/// Runs a program to its end, and gives what it said.
pub(crate) fn said(program: &str, words: &[&str]) -> Result<String> {
    said_at(Path::new("."), program, words)
}

/// The same, started in a folder.
fn said_at(folder: &Path, program: &str, words: &[&str]) -> Result<String> {
    let run = Command::new(program).args(words).current_dir(folder).output();
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
