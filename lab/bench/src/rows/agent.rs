//! The device daemon as it is installed: how large, how heavy, and how busy while nothing happens.

use std::{
    fs::{self, File},
    path::Path,
    process::Command,
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};

use crate::{
    clock::monotonic,
    figure::{Better, Spread},
    line::{Budget, Line, Part, Unit},
    process::{Process, computed, resident},
    stand::Stand,
};

pub(crate) const WHAT: &str = "metald: stripped size, resident memory and idle processor, with hwmon each second, the kernel's events and the parts";

/// Until it has enrolled, booted and adopted.
const SETTLE: Duration = Duration::from_secs(15);
const IDLE: Duration = Duration::from_mins(2);
const MIB: f64 = 1024.0 * 1024.0;

pub(crate) fn run() -> Result<Vec<Line>> {
    let built = std::env::current_exe()?.with_file_name("metald");
    ensure!(
        built.exists(),
        "{} is not built; `cargo build --release -p wrale-metald` builds it",
        built.display()
    );
    let size = fs::metadata(&built)?.len();
    let stand = Stand::open()?;
    let mut daemon = install(&stand, &built)?;
    thread::sleep(SETTLE);
    ensure!(daemon.0.try_wait()?.is_none(), "metald ended: {}", said(&stand));
    ensure!(said(&stand).contains("is awake"), "metald did not enrol: {}", said(&stand));
    let (before, start) = (computed(daemon.id())?, monotonic());
    thread::sleep(IDLE);
    let spent = computed(daemon.id())?.saturating_sub(before);
    let share = spent.as_secs_f64() / monotonic().saturating_sub(start).as_secs_f64();
    let weighs = resident(daemon.id())?;
    let one = |value: f64| Spread::of(Better::Less, vec![value]).expect("one sample");
    let bytes = |count: u64| u32::try_from(count).map_or(f64::MAX, f64::from);
    let most = |limit| Budget::AtMost(Part::P50, limit);
    Ok(vec![
        Line::new("resident", one(bytes(weighs)), Unit::Bytes, most(10.0 * MIB)),
        Line::new("idle processor", one(share), Unit::Share, most(0.0003)),
        Line::new("stripped size", one(bytes(size)), Unit::Bytes, most(6.0 * 1e6)),
    ])
}

/// Starts the daemon over a tree of sysfs that has a monitor and a network card.
fn install(stand: &Stand, built: &Path) -> Result<Process> {
    let home = stand.folder.path();
    let client = stand.client()?;
    let token =
        stand.runtime.block_on(client.token("harbour", None, None)).map_err(|why| anyhow!("{why}"))?;
    fs::write(home.join("token"), token.token)?;
    for (file, text) in [
        ("class/hwmon/hwmon0/name", "board\n"),
        ("class/hwmon/hwmon0/temp1_input", "43850\n"),
        ("class/hwmon/hwmon0/in0_input", "5020\n"),
        ("class/net/eth0/address", "02:00:00:00:00:01\n"),
    ] {
        let path = home.join("sys").join(file);
        fs::create_dir_all(path.parent().context("a file stands in a folder")?)?;
        fs::write(path, text)?;
    }
    let here = home.display();
    let config = format!(
        "fleet: {{ bundle: {}, root: \"{}\", token: {here}/token }}\nfolder: {here}/metal\nlabel: bench\nsysfs: {here}/sys\n\
         senses:\n\
         - {{ name: temp, zone: board, read: hwmon, chip: board, input: temp1 }}\n\
         - {{ name: rail, zone: supply, read: hwmon, chip: board, input: in0 }}\n\
         - {{ name: ports, zone: ports, read: interfaces }}\n\
         - {{ name: parts, zone: board, read: inventory }}\n",
        stand.bundle().display(),
        stand.root,
    );
    let file = home.join("metald.yaml");
    fs::write(&file, config)?;
    let log = File::create(home.join("metald.log"))?;
    let child = Command::new(built).arg("--config").arg(file).stderr(log).spawn();
    Ok(Process(child.context("metald does not start")?))
}

fn said(stand: &Stand) -> String {
    fs::read_to_string(stand.folder.path().join("metald.log")).unwrap_or_default()
}
