//! `stamp`: stands beside the daemon in a guest and looks at the clock, so that both ends of a span lie outside it.
//!
//! `stamp loop` cuts the tamper loop, and says how long the daemon took to write that down and to act; `stamp bare`
//! does as little as a program can for the same: it waits for an edge, writes, syncs and removes a file. `stamp idle`
//! reads what the daemon reads, as often, for so many seconds, and says what that took. Everything is in microseconds.
#![expect(clippy::print_stdout, reason = "this program's output is what it says")]

use std::{
    env, fs,
    fs::{File, OpenOptions},
    io::{Read as _, Seek as _, Write as _},
    mem::MaybeUninit,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags},
};

const LINES: &str = "/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio";

/// A loop that is cut is decisive when it has been cut for so long.
const WINDOW: Duration = Duration::from_millis(250);

/// Where the device writes things down, and what its vault loses when it seals itself.
const JOURNAL: &str = "/state/metal/journal";
const VAULT: &str = "/state/metal/vault";

fn main() -> Result<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (first, second) = match words[..] {
        ["loop"] => daemon()?,
        ["bare"] => bare()?,
        ["idle", seconds] => (idle(Duration::from_secs(seconds.parse()?))?, 0),
        _ => bail!("usage: stamp loop | bare | idle SECONDS"),
    };
    println!("{first} {second}");
    Ok(())
}

fn pull(line: u8, level: &str) -> Result<()> {
    Ok(fs::write(format!("{LINES}{line}/pull"), format!("pull-{level}"))?)
}

/// How long it took to write down, and to act, beyond the window.
fn daemon() -> Result<(u128, u128)> {
    let watch = inotify::init(CreateFlags::CLOEXEC)?;
    let journal = inotify::add_watch(&watch, JOURNAL, WatchFlags::MODIFY)?;
    inotify::add_watch(&watch, VAULT, WatchFlags::DELETE)?;
    let began = Instant::now();
    pull(1, "up")?;
    let (mut written, mut buffer) = (None, [MaybeUninit::uninit(); 4096]);
    let mut reader = inotify::Reader::new(&watch, &mut buffer);
    loop {
        let event = reader.next()?;
        let Some(after) = began.elapsed().checked_sub(WINDOW) else { continue };
        if event.wd() == journal {
            written.get_or_insert(after);
        } else if event.events().contains(ReadFlags::DELETE) {
            let written = written.context("it acted before it wrote anything down")?;
            return Ok((written.as_micros(), after.as_micros()));
        }
    }
}

/// The same without a daemon: the middle of several times.
fn bare() -> Result<(u128, u128)> {
    const LINE: u8 = 2;
    const TIMES: usize = 15;
    let (value, file, key) = (exported(LINE)?, Path::new("/state/bare"), Path::new("/state/bare.key"));
    let (mut edges, mut notes) =
        (File::open(value)?, OpenOptions::new().create(true).append(true).open(file)?);
    let (mut written, mut acted) = (vec![], vec![]);
    for time in 0..TIMES {
        fs::write(key, "x")?;
        seen(&mut edges)?;
        let began = Instant::now();
        pull(LINE, if time % 2 == 0 { "up" } else { "down" })?;
        poll(&mut [PollFd::new(&edges, PollFlags::PRI)], None)?;
        seen(&mut edges)?;
        notes.write_all(&[b'x'; 200])?;
        notes.sync_data()?;
        written.push(began.elapsed().as_micros());
        fs::remove_file(key)?;
        acted.push(began.elapsed().as_micros());
    }
    fs::remove_file(file)?;
    for all in [&mut written, &mut acted] {
        all.sort_unstable();
    }
    Ok((written[TIMES / 2], acted[TIMES / 2]))
}

/// The kernel tells of the next edge when the level was read.
fn seen(edges: &mut File) -> Result<()> {
    edges.rewind()?;
    edges.read_to_end(&mut vec![])?;
    Ok(())
}

/// The file of a line's level, by the oldest way to have one.
fn exported(line: u8) -> Result<PathBuf> {
    let chips = Path::new("/sys/class/gpio");
    for chip in fs::read_dir(chips)? {
        let chip = chip?.path();
        let Ok(label) = fs::read_to_string(chip.join("label")) else { continue };
        if label.trim() == "tamper" {
            let base: u32 = fs::read_to_string(chip.join("base"))?.trim().parse()?;
            let number = base + u32::from(line);
            let folder = chips.join(format!("gpio{number}"));
            if !folder.exists() {
                fs::write(chips.join("export"), number.to_string())?;
            }
            fs::write(folder.join("edge"), "both")?;
            return Ok(folder.join("value"));
        }
    }
    bail!("this kernel gives no line by sysfs")
}

/// Reads four monitors each second and three axes 25 times a second; how much of the processor that took.
fn idle(span: Duration) -> Result<u128> {
    const TURN: Duration = Duration::from_millis(40);
    const SLOWER: u32 = 25;
    let bus = Path::new("/sys/bus/i2c/devices");
    let inputs = [
        ("0-0048", "temp1_input"),
        ("0-002c", "in3_input"),
        ("0-002c", "intrusion0_alarm"),
        ("0-0040", "curr1_input"),
    ];
    let mut monitors = vec![];
    for (chip, input) in inputs {
        for hwmon in fs::read_dir(bus.join(chip).join("hwmon"))? {
            monitors.push(hwmon?.path().join(input));
        }
    }
    let axis = |axis| format!("/sys/bus/iio/devices/iio:device0/in_accel_{axis}_raw");
    let (end, before) = (Instant::now() + span, spent()?);
    for turn in 0.. {
        if Instant::now() >= end {
            break;
        }
        for axis in ["x", "y", "z"].map(axis) {
            fs::read(axis)?;
        }
        if turn % SLOWER == 0 {
            for monitor in &monitors {
                fs::read(monitor)?;
            }
        }
        thread::sleep(TURN);
    }
    Ok(spent()? - before)
}

/// What this process took of the processor; the kernel counts in hundredths of a second (proc(5), `stat`, 14 and 15).
fn spent() -> Result<u128> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| -> Result<u128> { Ok(fields.get(at).context("no such field")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) * 10_000)
}
