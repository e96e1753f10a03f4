//! A device on duty in a machine of its own, and whoever does something to it.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::Result;
use api::{
    Device, IncidentDetail,
    word::{Arming, Connection},
};
use host::{Fleet, Person, now};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    fleet::{self, Home},
    image::{Image, path as text},
    qemu::{Accelerator, Kind, Machine, Plan},
    road::Road,
};

/// What people call it.
pub(crate) const LABEL: &str = "gate-7";

/// What machines are made of here.
#[derive(Clone, Copy)]
pub(crate) struct Workshop<'a> {
    pub(crate) image: &'a Image,
    pub(crate) accelerator: Accelerator,
    /// How many devices have their power cut.
    pub(crate) devices: usize,
}

/// Where a machine's files lie; one machine at a time.
pub(crate) struct Bench<'a> {
    workshop: Workshop<'a>,
    kind: Kind,
    /// What is prepared in the machine, and what its daemon senses there.
    furniture: Furniture,
    home: TempDir,
    /// Where the fleet's listeners are, for whoever connects the guest with them.
    road: PathBuf,
}

/// What is done inside a machine once it is on, and the senses that look at it.
#[derive(Clone)]
struct Furniture {
    script: String,
    senses: String,
}

/// A device on duty.
pub(crate) struct Guest {
    pub(crate) machine: Machine,
    pub(crate) home: Home,
    pub(crate) ada: Person,
}

/// How long it took to come so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Took {
    pub(crate) boot: Duration,
    pub(crate) keep: Duration,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(workshop: Workshop<'a>) -> Result<Self> {
        let furniture = Furniture {
            script: include_str!("guest/furniture.sh").into(),
            senses: include_str!("guest/senses.yaml").into(),
        };
        Self::with(workshop, Kind::Whole, furniture)
    }

    /// For a device that has so many doors and nothing else.
    pub(crate) fn with_doors(workshop: Workshop<'a>, doors: usize) -> Result<Self> {
        let line = |door: usize| {
            format!("  - {{ name: {door}, zone: {door}, read: contact, chip: tamper, offset: {door} }}\n")
        };
        let senses: String = (0..doors).map(line).collect();
        let furniture = Furniture {
            script: include_str!("guest/doors.sh").into(),
            senses: format!("senses:\n{senses}")
                .replace("name: ", "name: door-")
                .replace("zone: ", "zone: door-"),
        };
        Self::with(workshop, Kind::Doors, furniture)
    }

    fn with(workshop: Workshop<'a>, kind: Kind, furniture: Furniture) -> Result<Self> {
        let home = TempDir::new_in(&workshop.image.run)?;
        let road = home.path().join("road");
        Ok(Self { workshop, kind, furniture, home, road })
    }

    /// Another place, with a copy of the machine as it was kept here.
    pub(crate) fn beside(&self) -> Result<Self> {
        let bench = Self::with(self.workshop, self.kind, self.furniture.clone())?;
        self.plan().copy_to(bench.home.path())?;
        Ok(bench)
    }

    pub(crate) fn plan(&self) -> Plan<'_> {
        Plan {
            image: self.workshop.image,
            accelerator: self.workshop.accelerator,
            kind: self.kind,
            home: self.home.path(),
            road: &self.road,
        }
    }

    /// Turns a machine on with a new disk, prepares it, and keeps that point.
    ///
    /// A processor that says it can and starts no kernel all the same is no reason to look at nothing.
    pub(crate) fn prepare(&mut self) -> Result<Took> {
        match self.prepared() {
            Err(error) if self.workshop.accelerator == Accelerator::Kvm => {
                println!("KVM starts no machine here ({error:#}); QEMU translates instead");
                self.workshop.accelerator = Accelerator::Tcg;
                self.prepared()
            }
            answer => answer,
        }
    }

    fn prepared(&self) -> Result<Took> {
        self.plan().furnish()?;
        let began = Instant::now();
        let mut machine = self.turned_on()?;
        let boot = began.elapsed();
        let began = Instant::now();
        self.plan().keep(&mut machine)?;
        Ok(Took { boot, keep: began.elapsed() })
    }

    /// The machine at the point that was kept, with a fleet of its own: enrolled, taught, armed and proved.
    pub(crate) fn on_duty(&self) -> Result<Guest> {
        self.on_duty_under(None)
    }

    /// The same in a fleet with this policy.
    pub(crate) fn on_duty_under(&self, policy: Option<&str>) -> Result<Guest> {
        let machine = self.brought_back()?;
        self.commission(machine, policy)
    }

    /// Cuts the power and brings the machine back with the disk as it lies there; its daemon is not awake yet.
    pub(crate) fn cut(&self, guest: &mut Guest) -> Result<()> {
        guest.machine.cut();
        guest.machine = self.brought_back()?;
        self.write(&mut guest.machine, &guest.home.fleet)
    }

    fn brought_back(&self) -> Result<Machine> {
        let mut machine = self.plan().restore()?;
        if self.kind == Kind::Doors {
            machine.shell.run("insmod /modules/virtio_blk.ko && mount -t ext4 /dev/vda /state")?;
        }
        Ok(machine)
    }

    /// Turns a machine on again that was turned off; its daemon is not awake yet.
    pub(crate) fn turn_on_again(&self, guest: &mut Guest) -> Result<()> {
        guest.machine.cut();
        guest.machine = self.turned_on()?;
        self.write(&mut guest.machine, &guest.home.fleet)
    }

    fn turned_on(&self) -> Result<Machine> {
        let mut machine = self.furnished()?;
        connect(&mut machine)?;
        Ok(machine)
    }

    /// It has everything but its network.
    fn furnished(&self) -> Result<Machine> {
        let mut machine = self.plan().boot()?;
        machine.shell.write("/etc/furniture.sh", self.furniture.script.as_bytes())?;
        machine.shell.run(". /etc/furniture.sh")?;
        Ok(machine)
    }

    /// The same, but its network has not come: that is for [`Guest::connect`].
    pub(crate) fn turn_on_alone(&self, guest: &mut Guest) -> Result<()> {
        guest.machine.cut();
        guest.machine = self.furnished()?;
        self.write(&mut guest.machine, &guest.home.fleet)
    }

    /// Has whatever comes and goes on the road to the fleet noted from now on.
    pub(crate) fn watch_the_road(&self, guest: &mut Guest) -> Result<Road> {
        let file = self.home.path().join("road.pcap");
        let dump = json!({ "qom-type": "filter-dump", "id": "seen", "netdev": "road", "file": text(&file)? });
        guest.machine.qmp.command("object-add", dump)?;
        Ok(Road::of(file))
    }

    fn commission(&self, mut machine: Machine, policy: Option<&str>) -> Result<Guest> {
        let home = fleet::start(&self.road, policy)?;
        let ada = home.fleet.ada();
        self.write(&mut machine, &home.fleet)?;
        machine.shell.run("mkdir -p /etc/wrale/join")?;
        machine.shell.write("/etc/wrale/join/token", format!("{}\n", ada.token()).as_bytes())?;
        machine.shell.run("chmod 600 /etc/wrale/join/token")?;
        let mut guest = Guest { machine, home, ada };
        guest.wake()?;
        guest.sees("a session that stands", |device| device.connection.value == Connection::Live);
        guest.has_looked()?;
        guest.machine.shell.run("killall -USR1 metald")?;
        guest.log("learns what its senses see")?;
        guest.ada.ask(|client| client.arm(LABEL, Arming::Armed));
        guest.sees("an armed device that has proved itself", |device| {
            let proved = device.evidence.as_ref().map(|evidence| evidence.generation);
            device.arming.value == Arming::Armed && proved.is_some() && proved == device.state.adopted
        });
        Ok(guest)
    }

    /// What the daemon is told, and the time: the clock of a machine that was kept stood still.
    fn write(&self, machine: &mut Machine, fleet: &Fleet) -> Result<()> {
        machine.shell.run(&format!("date -u -s @{} >/dev/null", now().0 / 1_000_000))?;
        machine.shell.write("/etc/wrale/fleet.bundle", &fs::read(fleet.bundle())?)?;
        let (root, senses) = (fleet.root(), &self.furniture.senses);
        let yaml = format!("fleet:\n  root: {root:?}\nfolder: /state/metal\nlabel: {LABEL}\n{senses}");
        machine.shell.write("/etc/wrale/metald.yaml", yaml.as_bytes())
    }
}

/// Its network comes.
fn connect(machine: &mut Machine) -> Result<()> {
    machine.shell.write("/etc/network.sh", include_bytes!("guest/network.sh"))?;
    machine.shell.run(". /etc/network.sh").map(drop)
}

impl Guest {
    /// Its network comes.
    pub(crate) fn connect(&mut self) -> Result<()> {
        connect(&mut self.machine)
    }

    /// Starts its daemon.
    pub(crate) fn wake(&mut self) -> Result<()> {
        self.machine.shell.run("metald >/dev/null 2>>/run/metald.log &").map(drop)
    }

    /// Waits until the daemon has written a line with these words.
    pub(crate) fn log(&mut self, words: &str) -> Result<String> {
        let line = format!("grep -m 1 -F '{words}' /run/metald.log");
        Ok(self.machine.shell.until_answer(&line, |answer| answer.code == 0)?.text)
    }

    /// Waits until its daemon has looked for three seconds: an accelerometer judges by the second, and what nobody has
    /// seen cannot be learnt.
    fn has_looked(&mut self) -> Result<()> {
        // When it began, in hundredths of a second, and now, in seconds (proc(5)).
        let line = "cut -d' ' -f22 /proc/$(pidof metald)/stat; cut -d. -f1 /proc/uptime";
        let looked = |text: &str| {
            let mut numbers = text.split_whitespace().map_while(|word| word.parse::<u64>().ok());
            numbers.next().zip(numbers.next()).is_some_and(|(began, now)| now >= began.div_ceil(100) + 3)
        };
        self.machine.shell.until_answer(line, |answer| looked(&answer.text)).map(drop)
    }

    /// Waits until people see the device like this.
    pub(crate) fn sees(&self, what: &str, is: impl Fn(&Device) -> bool) -> Device {
        self.ada.sees_device(LABEL, what, is)
    }

    /// Waits for an incident that says this of the device; where the device stands is said in between.
    pub(crate) fn incident(&self, words: &str) -> IncidentDetail {
        let (before, after) = words.split_once(LABEL).unwrap_or((words, ""));
        self.ada.sees_incident(words, |one| {
            let said = one.incident.sentence.strip_prefix(before).and_then(|said| said.strip_prefix(LABEL));
            said.is_some_and(|said| said.contains(after))
        })
    }

    /// Waits until the kernel has told of something in all of these words.
    pub(crate) fn kernel_says(&mut self, words: &[&str]) -> Result<String> {
        let all: String = words.iter().map(|word| format!(" | grep -F '{word}'")).collect();
        let line = format!("cat /run/uevents{all} | grep -m 1 .");
        Ok(self.machine.shell.until_answer(&line, |answer| answer.code == 0)?.text)
    }

    /// Waits until a file of the kernel's says this.
    pub(crate) fn kernel_shows(&mut self, file: &str, value: &str) -> Result<()> {
        let line = format!("cat {file}");
        self.machine.shell.until_answer(&line, |answer| answer.code == 0 && answer.text == value).map(drop)
    }

    /// Sets a register of a chip.
    pub(crate) fn poke(&mut self, chip: u8, register: u8, value: Register) -> Result<()> {
        let (value, width) = match value {
            Register::Byte(value) => (u16::from(value), 'b'),
            Register::Word(value) => (value, 'w'),
        };
        let line = format!("i2cset -f -y 0 {chip:#x} {register:#x} {value:#x} {width}");
        self.machine.shell.run(&line).map(drop)
    }

    /// Opens one of the doors of a device that has nothing else.
    pub(crate) fn open_door(&mut self, door: usize) -> Result<()> {
        let line = format!("/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio{door}");
        self.machine.shell.run(&format!("echo pull-up >{line}/pull"))?;
        self.kernel_shows(&format!("{line}/value"), "1")
    }

    /// Plugs something in.
    pub(crate) fn plug(&mut self, device: Value) -> Result<()> {
        self.machine.qmp.command("device_add", device).map(drop)
    }

    /// Takes something out, and waits until the machine is without it.
    pub(crate) fn unplug(&mut self, id: &str) -> Result<()> {
        const WITHIN: Duration = Duration::from_secs(30);
        self.machine.qmp.command("device_del", json!({ "id": id }))?;
        self.machine.qmp.event("DEVICE_DELETED", WITHIN, |data| data["device"] == id).map(drop)
    }

    /// What is known about a failure.
    pub(crate) fn transcript(&mut self) -> String {
        let log = self.machine.shell.ask("tail -n 40 /run/metald.log; echo; tail -n 15 /run/uevents");
        let log = log.map_or_else(|error| error.to_string(), |answer| answer.text);
        format!("metald:\n{log}\nfleetd:\n{}", self.home.fleetd.transcript())
    }
}

/// What a chip's register is set to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Register {
    Byte(u8),
    Word(u16),
}
