//! What a guest boots: Debian's kernel, and a RAM disk made of Debian's busybox, the kernel's modules and `metald`.

mod cpio;
mod daemon;
mod debian;
mod kernel;
mod modules;
mod packages;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use cpio::Archive;
use debian::Debian;
use modules::Modules;
use packages::Packages;
pub(crate) use packages::{path, said};

/// The first program; it prepares the machine and then listens at its serial port.
const INIT: &str = include_str!("image/init.sh");

/// A module for each thing that a device has or that may be done to it, and what it is told at loading.
const MODULES: [(&str, &str); 29] = [
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
    ("i2c-stub", "chip_addr=0x0f,0x2c,0x40,0x48"),
    ("kxcjk-1013", ""),
    ("lm75", ""),
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

/// Debian: netbase, as far as the packet filter asks.
const PROTOCOLS: &str = "icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\n";

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
}

impl Image {
    /// Takes what it can from the cache and makes the rest.
    pub(crate) fn make(house: &Path, cache: &Path) -> Result<Self> {
        fs::create_dir_all(cache).with_context(|| format!("{} cannot be made", cache.display()))?;
        // A machine whose lists are missing, or older than the archive, is not changed for that.
        let own = Debian::as_it_is(cache);
        let (packages, parts) = fetched(&own).or_else(|_| fetched(&Debian::anew_from(cache)?))?;
        let kernel = packages.made("vmlinux");
        if !kernel.exists() {
            let new = packages.made("vmlinux.new");
            kernel::unpack(&packages.image(), &new)?;
            fs::rename(new, &kernel)?;
        }
        let daemon = fs::read(daemon::build(house, cache)?)?;
        let modules = Modules::of(&packages)?;
        let disk = cache.join("guest.cpio");
        fs::write(&disk, ram_disk(&modules, &daemon, &parts)?)?;
        Ok(Self { kernel, disk, release: packages.release })
    }
}

/// What of Debian is not the kernel.
struct Parts {
    busybox: PathBuf,
    /// Files of the packet filter, and where they belong.
    filter: Vec<(String, PathBuf)>,
}

fn fetched(debian: &Debian) -> Result<(Packages, Parts)> {
    let parts = Parts { busybox: packages::busybox(debian)?, filter: packages::packet_filter(debian)? };
    Ok((Packages::fetch(debian)?, parts))
}

fn ram_disk(modules: &Modules, daemon: &[u8], parts: &Parts) -> Result<Vec<u8>> {
    let mut disk = Archive::default();
    for folder in FOLDERS {
        disk.folder(folder);
    }
    for (place, file) in &parts.filter {
        disk.program(place, &fs::read(file)?);
    }
    disk.device("dev/console", 5, 1);
    disk.program("bin/busybox", &fs::read(&parts.busybox)?);
    for name in said(path(&parts.busybox)?, &["--list"])?.lines().filter(|name| *name != "busybox") {
        disk.link(&format!("bin/{name}"), "busybox");
    }
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
    disk.file("etc/protocols", PROTOCOLS.as_bytes());
    disk.program("bin/metald", daemon);
    disk.program("init", INIT.as_bytes());
    Ok(disk.finish())
}
