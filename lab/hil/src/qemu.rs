//! One virtual machine: a process that does not outlive us, its monitor, and a shell inside.

use std::{
    env,
    fs::{self, OpenOptions},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    path::Arg as _,
};
use serde_json::{Value, json};

use crate::{image::Image, qmp::Qmp, shell::Shell};

/// Debian: qemu-system-x86.
pub(crate) const QEMU: &str = "qemu-system-x86_64";

/// Only for a guest that nobody attacks: checks that cost seconds where every instruction is translated.
const KERNEL: &str = "console=ttyS0 quiet panic=-1 mitigations=off nokaslr tsc=reliable no_timer_check \
    cryptomgr.notests random.trust_cpu=on";

/// The point to which a machine is brought back, and the file that keeps it.
const POINT: &str = "point";

/// Where the fleet is, as the guest sees it.
pub(crate) const HARDWARE: &str = "10.0.2.100:8442";
pub(crate) const ENROLMENT: &str = "10.0.2.100:8443";

/// What runs the guest's instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accelerator {
    Kvm,
    /// QEMU itself, which translates them.
    Tcg,
}

impl Accelerator {
    /// The processor's own, where the kernel drives it itself: whatever else answers at `/dev/kvm` starts no kernel
    /// that is not made for it.
    pub(crate) fn here() -> Self {
        let driven = ["kvm_intel", "kvm_amd"].iter().any(|name| Path::new("/sys/module").join(name).is_dir());
        let ours = OpenOptions::new().read(true).write(true).open("/dev/kvm").is_ok();
        if driven && ours { Self::Kvm } else { Self::Tcg }
    }

    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Kvm => &["-accel", "kvm", "-cpu", "host,-arch-capabilities"],
            Self::Tcg => &["-accel", "tcg", "-cpu", "max"],
        }
    }
}

/// Disks that are only there.
const BESIDES: [&str; 2] = ["spare.raw", "stick.raw"];

/// What kind of device a machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It has doors alone. It is brought back to a point at which its kernel has not seen its disk yet, and finds there
    /// what was written last: as after a boot, which takes ten times as long.
    Doors,
    /// It has everything. It is brought back with the disk as it was then.
    Whole,
}

impl Kind {
    /// Which drivers the guest loads.
    const fn modules(self) -> &'static str {
        match self {
            Self::Doors => "few",
            Self::Whole => "all",
        }
    }

    /// Disks that are brought back with the machine.
    const fn brought_back(self) -> &'static [&'static str] {
        match self {
            Self::Doors => &[POINT],
            Self::Whole => &[POINT, "state"],
        }
    }
}

/// What a machine is made of.
pub(crate) struct Plan<'a> {
    pub(crate) image: &'a Image,
    pub(crate) accelerator: Accelerator,
    pub(crate) kind: Kind,
    /// A folder of its own.
    pub(crate) home: &'a Path,
    /// A file with the addresses of the fleet's listeners.
    pub(crate) road: &'a Path,
}

/// How it begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begin {
    Off,
    /// Stopped, to be told in which state to go on.
    Still,
}

/// A machine that runs.
pub(crate) struct Machine {
    child: Child,
    pub(crate) qmp: Qmp,
    pub(crate) shell: Shell,
}

impl Plan<'_> {
    /// The disk of the device's own folder.
    pub(crate) fn disk(&self) -> PathBuf {
        self.home.join("state.qcow2")
    }

    /// Makes its disks: one for the device's folder, which can be brought back, and three that are only there.
    pub(crate) fn furnish(&self) -> Result<()> {
        let raw = self.home.join("state.raw");
        fs::File::create(&raw)?.set_len(32 << 20)?;
        let (raw, disk) = (crate::text(&raw)?.to_owned(), self.disk());
        let point = self.home.join("point.qcow2");
        crate::said("qemu-img", &["create", "-q", "-f", "qcow2", crate::text(&point)?, "64M"])?;
        // One made anew each time has no features that this kernel does not know.
        crate::said("mke2fs", &["-q", "-t", "ext4", "-O", "^metadata_csum_seed,^orphan_file", &raw])?;
        crate::said("qemu-img", &["convert", "-f", "raw", "-O", "qcow2", &raw, crate::text(&disk)?])?;
        fs::remove_file(raw)?;
        for name in BESIDES {
            fs::File::create(self.home.join(name))?.set_len(1 << 20)?;
        }
        Ok(())
    }

    /// Copies the disks of a machine that does not run.
    pub(crate) fn copy_to(&self, home: &Path) -> Result<()> {
        for name in ["state.qcow2", "point.qcow2"].into_iter().chain(BESIDES) {
            fs::copy(self.home.join(name), home.join(name))?;
        }
        Ok(())
    }

    /// Turns it on.
    pub(crate) fn boot(&self) -> Result<Machine> {
        let mut machine = self.start(Begin::Off)?;
        machine.shell.ready().with_context(|| self.console())?;
        Ok(machine)
    }

    /// Goes on at the point that was kept.
    pub(crate) fn restore(&self) -> Result<Machine> {
        let mut machine = self.start(Begin::Still)?;
        machine.qmp.job("snapshot-load", self.point())?;
        machine.qmp.command("cont", json!({}))?;
        Ok(machine)
    }

    /// Keeps a machine as it is now.
    pub(crate) fn keep(&self, machine: &mut Machine) -> Result<()> {
        machine.qmp.job("snapshot-save", self.point())
    }

    fn point(&self) -> Value {
        json!({ "tag": POINT, "vmstate": POINT, "devices": self.kind.brought_back() })
    }

    fn start(&self, begin: Begin) -> Result<Machine> {
        let at = |name: &str| self.home.join(name);
        let listen = |name: &str| {
            let path = at(name);
            // What a machine before it left.
            let _ = fs::remove_file(&path);
            UnixListener::bind(&path).with_context(|| format!("{} cannot be listened at", path.display()))
        };
        let (monitor, shell) = (listen("monitor")?, listen("shell")?);
        let ourselves = env::current_exe()?;
        let mut command = Command::new(&ourselves);
        command.args(["bound", QEMU]).args(self.words()?);
        if begin == Begin::Still {
            command.arg("-S");
        }
        let said = fs::File::create(at("qemu.log"))?;
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        let mut child = command.spawn().context("QEMU cannot be started")?;
        let answered =
            connected(&monitor, &mut child).and_then(|qmp| Ok((qmp, connected(&shell, &mut child)?)));
        let why = || fs::read_to_string(at("qemu.log")).unwrap_or_default();
        let (qmp, shell) = match answered {
            Ok(both) => both,
            Err(error) => {
                // It is of no use.
                let _ = child.kill();
                let _ = child.wait();
                return Err(error.context(why()));
            }
        };
        let (shell, mut machine) = (Shell::new(shell), None);
        match Qmp::open(qmp) {
            Ok(qmp) => machine.insert(Machine { child, qmp, shell }),
            Err(error) => return Err(error.context(why())),
        };
        machine.context("a machine was made")
    }

    fn words(&self) -> Result<Vec<String>> {
        let at = |name: &str| self.home.join(name).display().to_string();
        let ourselves = env::current_exe()?;
        let ourselves = ourselves.as_str()?.to_owned();
        let road = self.road.display();
        let forward =
            |address: &str, name: &str| format!(",guestfwd=tcp:{address}-cmd:{ourselves} dial {road} {name}");
        let roads = format!("{}{}", forward(HARDWARE, "hardware"), forward(ENROLMENT, "enrolment"));
        let raw = |node: &str| {
            format!(
                "driver=raw,read-only=on,node-name={node},file.driver=file,file.filename={}",
                at(&format!("{node}.raw"))
            )
        };
        let qcow2 = |node: &str| {
            let file = at(&format!("{node}.qcow2"));
            format!("driver=qcow2,node-name={node},file.driver=file,file.filename={file}")
        };
        let words = [
            ["-machine", "q35"],
            ["-m", "512"],
            ["-smp", "1"],
            ["-display", "none"],
            ["-qmp", &format!("unix:{},server=off", at("monitor"))],
            ["-chardev", &format!("file,id=console,path={}", at("console.log"))],
            ["-serial", "chardev:console"],
            ["-device", "virtio-serial-pci"],
            ["-chardev", &format!("socket,id=shell,path={},server=off", at("shell"))],
            ["-device", "virtserialport,chardev=shell,name=hil"],
            ["-device", "virtio-rng-pci"],
            // Whoever is brought back draws other numbers than the time before.
            ["-device", "vmgenid,guid=auto"],
            // No way out but to the fleet.
            ["-netdev", &format!("user,id=road,restrict=on{roads}")],
            ["-device", "virtio-net-pci,netdev=road,id=nic0,romfile=,mac=52:54:00:12:34:10"],
            ["-blockdev", &qcow2("state")],
            ["-blockdev", &qcow2(POINT)],
            ["-device", "virtio-blk-pci,drive=state,id=disk0,serial=state"],
            // What can be taken out.
            ["-device", "pcie-root-port,id=slot1,slot=1,chassis=1"],
            ["-device", "pcie-root-port,id=slot2,slot=2,chassis=2"],
            ["-device", "pcie-root-port,id=slot3,slot=3,chassis=3"],
            ["-blockdev", &raw("spare")],
            ["-device", "virtio-blk-pci,drive=spare,id=disk1,bus=slot1,serial=spare"],
            ["-netdev", "user,id=side,restrict=on"],
            ["-device", "e1000e,netdev=side,id=nic1,bus=slot2,romfile=,mac=52:54:00:12:34:11"],
            ["-device", "qemu-xhci,id=usb"],
            ["-blockdev", &raw("stick")],
            ["-device", "i6300esb"],
            ["-action", "watchdog=none"],
            ["-kernel", &self.image.kernel.display().to_string()],
            ["-initrd", &self.image.disk.display().to_string()],
            ["-append", &format!("{KERNEL} hil.modules={}", self.kind.modules())],
        ];
        let mut all: Vec<String> = ["-nodefaults", "-no-user-config", "-no-reboot"].map(str::to_owned).into();
        all.extend(self.accelerator.words().iter().map(|word| (*word).to_owned()));
        all.extend(words.into_iter().flatten().map(str::to_owned));
        Ok(all)
    }

    /// The end of what the guest's kernel said.
    pub(crate) fn console(&self) -> String {
        let said = fs::read(self.home.join("console.log")).unwrap_or_default();
        let said = String::from_utf8_lossy(&said[said.len().saturating_sub(2000)..]).into_owned();
        format!("the console's last words:\n{said}")
    }
}

impl Machine {
    /// Cuts its power.
    pub(crate) fn cut(&mut self) {
        // One that has ended cannot be killed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for so long; says whether it still runs.
    pub(crate) fn lives(&self, span: Duration) -> bool {
        self.qmp.lives(span)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.cut();
    }
}

/// Waits until QEMU has connected; one that has ended never will.
fn connected(listener: &UnixListener, child: &mut Child) -> Result<UnixStream> {
    const LOOK: Timespec = Timespec { tv_sec: 1, tv_nsec: 0 };
    const LOOKS: usize = 30;
    for _ in 0..LOOKS {
        if poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&LOOK))? > 0 {
            return Ok(listener.accept()?.0);
        }
        let ended = child.try_wait()?;
        ensure!(
            ended.is_none(),
            "QEMU ended ({})",
            ended.map(|status| status.to_string()).unwrap_or_default()
        );
    }
    anyhow::bail!("QEMU did not connect within {LOOKS} s ({:?})", Duration::from_secs(LOOKS as u64))
}
