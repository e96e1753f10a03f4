//! The device daemon as it is installed: how large, how heavy, and how busy while nothing happens.

use std::{
    cell::RefCell,
    fs::{self, File},
    os::unix::fs::{FileExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};

use crate::{
    clock::{computed as this_thread_computed, monotonic},
    figure::{Better, Spread},
    line::{Budget, Line, Part, Unit},
    process::{Process, computed, resident},
    stand::Stand,
};

pub(crate) const WHAT: &str = "metald: stripped size, resident memory and idle processor, with hwmon each second, the kernel's events and the \
parts; and with every sense that it knows";

/// Until it has enrolled, booted and adopted.
const SETTLE: Duration = Duration::from_secs(15);
const IDLE: Duration = Duration::from_mins(2);
const BARE: Duration = Duration::from_secs(30);
const MIB: f64 = 1024.0 * 1024.0;

pub(crate) fn run() -> Result<Vec<Line>> {
    let folder = std::env::current_exe()?.with_file_name("../device");
    let built = folder.join("metald");
    ensure!(
        built.exists(),
        "{} is not built; `cargo build --profile device -p wrale-metald` builds it",
        built.display()
    );
    let size = fs::metadata(&built)?.len();
    let stand = Stand::open()?;
    let some = Installed::start(&stand, &built, "some", SOME)?;
    let every = Installed::start(&stand, &built, "every", &format!("{SOME}{REST}"))?;
    thread::sleep(SETTLE);
    let start = monotonic();
    let (before, before_every) = (some.awake()?, every.awake()?);
    thread::sleep(IDLE);
    let passed = monotonic().saturating_sub(start).as_secs_f64();
    let share = |now: Duration, before: Duration| now.saturating_sub(before).as_secs_f64() / passed;
    let (busy, busy_every) = (share(some.awake()?, before), share(every.awake()?, before_every));
    let one = |value: f64| Spread::of(Better::Less, vec![value]).expect("one sample");
    let bytes = |count: u64| u32::try_from(count).map_or(f64::MAX, f64::from);
    let most = |limit| Budget::AtMost(Part::P50, limit);
    let nothing = sleeps_and_reads(&every.senses())?;
    Ok(vec![
        Line::new("resident", one(bytes(resident(some.id())?)), Unit::Bytes, most(10.0 * MIB)),
        Line::new("idle processor", one(busy), Unit::Share, most(0.0003)),
        Line::new("idle processor, every sense", one(busy_every), Unit::Share, most(0.001))
            .against("a thread that sleeps and reads the accelerometer's files as often", nothing),
        Line::new("resident, every sense", one(bytes(resident(every.id())?)), Unit::Bytes, Budget::Beside),
        Line::new("stripped size", one(bytes(size)), Unit::Bytes, most(6.0 * 1e6)),
    ])
}

/// What a small box has.
const SOME: &str = "\
- { name: temp, zone: board, read: hwmon, chip: board, input: temp1 }
- { name: rail, zone: supply, read: hwmon, chip: board, input: in0 }
- { name: ports, zone: ports, read: interfaces }
- { name: parts, zone: board, read: inventory }
";

/// Every other way of sensing that the daemon knows; the accelerometer as often as where nothing is said.
const REST: &str = "\
- { name: lid, zone: case, read: hwmon, chip: board, input: intrusion0 }
- { name: draw, zone: supply, read: hwmon, chip: board, input: curr1 }
- { name: feed, zone: supply, read: hwmon, chip: board, input: power1, millivolts: 12000 }
- { name: mains, zone: supply, read: supply, supply: AC }
- { name: shock, zone: case, read: accelerometer, chip: lis3dh }
";

/// How often a second the accelerometer is read.
const HERTZ: u32 = 25;

const FILES: &[(&str, &str)] = &[
    ("class/hwmon/hwmon0/name", "board\n"),
    ("class/hwmon/hwmon0/temp1_input", "43850\n"),
    ("class/hwmon/hwmon0/in0_input", "5020\n"),
    ("class/hwmon/hwmon0/intrusion0_alarm", "0\n"),
    ("class/hwmon/hwmon0/curr1_input", "1500\n"),
    ("class/hwmon/hwmon0/power1_input", "18000000\n"),
    ("class/net/eth0/address", "02:00:00:00:00:01\n"),
    ("class/power_supply/AC/type", "Mains\n"),
    ("class/power_supply/AC/online", "1\n"),
    ("bus/iio/devices/iio:device0/name", "lis3dh\n"),
    ("bus/iio/devices/iio:device0/in_accel_scale", "0.009806\n"),
    ("bus/iio/devices/iio:device0/in_accel_x_raw", "12\n"),
    ("bus/iio/devices/iio:device0/in_accel_y_raw", "-7\n"),
    ("bus/iio/devices/iio:device0/in_accel_z_raw", "1000\n"),
];

/// A daemon over a tree of sysfs of its own, in a folder of its own.
struct Installed {
    process: RefCell<Process>,
    home: PathBuf,
}

impl Installed {
    fn start(stand: &Stand, built: &Path, name: &str, senses: &str) -> Result<Self> {
        let home = stand.folder.path().join(name);
        fs::create_dir(&home)?;
        let client = stand.client()?;
        let token = stand.runtime.block_on(client.token(name, None, None)).map_err(|why| anyhow!("{why}"))?;
        fs::write(home.join("token"), token.token)?;
        fs::set_permissions(home.join("token"), fs::Permissions::from_mode(0o600))?;
        for (file, text) in FILES {
            let path = home.join("sys").join(file);
            fs::create_dir_all(path.parent().context("a file stands in a folder")?)?;
            fs::write(path, text)?;
        }
        let here = home.display();
        let config = format!(
            "fleet: {{ bundle: {}, root: \"{}\", token: {here}/token }}\nfolder: {here}/metal\nlabel: {name}\n\
             sysfs: {here}/sys\nisolate: {{ nft: /nonexistent }}\nsenses:\n{senses}",
            stand.bundle().display(),
            stand.root,
        );
        let file = home.join("metald.yaml");
        fs::write(&file, config)?;
        let log = File::create(home.join("metald.log"))?;
        let child = Command::new(built).arg("--config").arg(file).stderr(log).spawn();
        let process = RefCell::new(Process(child.context("metald does not start")?));
        Ok(Self { process, home })
    }

    fn id(&self) -> u32 {
        self.process.borrow().id()
    }

    /// What it has computed so far, if it has enrolled and still runs.
    fn awake(&self) -> Result<Duration> {
        let said = fs::read_to_string(self.home.join("metald.log")).unwrap_or_default();
        ensure!(self.process.borrow_mut().0.try_wait()?.is_none(), "metald ended: {said}");
        ensure!(said.contains("is awake"), "metald did not enrol: {said}");
        computed(self.id())
    }

    fn senses(&self) -> PathBuf {
        self.home.join("sys/bus/iio/devices/iio:device0")
    }
}

/// The share of a processor that a thread takes which sleeps and reads an accelerometer's files, as often as the
/// daemon, and does nothing else.
fn sleeps_and_reads(device: &Path) -> Result<f64> {
    let files = ["in_accel_x_raw", "in_accel_y_raw", "in_accel_z_raw", "in_accel_scale"];
    let files = files.map(|name| File::open(device.join(name)));
    let files = files.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut text = [0; 64];
    let (start, before) = (monotonic(), this_thread_computed());
    while monotonic().saturating_sub(start) < BARE {
        thread::sleep(Duration::from_secs(1) / HERTZ);
        for file in &files {
            file.read_at(&mut text, 0)?;
        }
    }
    let passed = monotonic().saturating_sub(start).as_secs_f64();
    Ok(this_thread_computed().saturating_sub(before).as_secs_f64() / passed)
}
