//! `hil`: the device daemon on kernels of its own, in front of drivers that are real and hardware that is not.
#![expect(clippy::print_stdout, reason = "this program's output is what it says")]

mod cases;
mod fleet;
mod ground;
mod guest;
mod image;
mod measure;
mod qemu;
mod qmp;
mod road;
mod shelf;
mod shell;
mod suite;

use std::{
    env::args_os,
    ffi::OsString,
    fs::{self, File},
    io,
    net::{Shutdown, TcpStream},
    os::{fd::AsFd as _, unix::process::CommandExt as _},
    path::Path,
    process::{Command, ExitCode},
    thread,
    time::Instant,
};

use anyhow::{Context as _, Result, bail, ensure};
use ground::Ground;
use guest::Workshop;
use image::{Image, path as text, said};
use qemu::Accelerator;
use rustix::process::{Signal, set_parent_process_death_signal};

fn main() -> Result<ExitCode> {
    let mut arguments = args_os().skip(1);
    match arguments.next().as_deref().and_then(|word| word.to_str()) {
        Some("bound") => bound(arguments),
        Some("dial") => dial(arguments),
        Some("fleetd") => {
            set_parent_process_death_signal(Some(Signal::KILL))?;
            Ok(fleetd::main(arguments))
        }
        _ => run(),
    }
}

/// Becomes another program, which ends with whoever started it.
fn bound(mut words: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let program = words.next().context("which program?")?;
    Err(Command::new(&program).args(words).exec())
        .with_context(|| format!("{} cannot be started", program.display()))
}

/// Connects whoever started us with a listener of the fleet, until either ends.
fn dial(mut words: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let (road, name) = (words.next().context("which road?")?, words.next().context("which listener?")?);
    let road = fs::read_to_string(&road)?;
    let address = road.lines().find_map(|line| line.strip_prefix(name.to_str()?)?.strip_prefix(' '));
    let stream = TcpStream::connect(address.context("the fleet has no such listener")?)?;
    stream.set_nodelay(true)?;
    let mut down = stream.try_clone()?;
    // Unbuffered: every byte is awaited at the other end.
    let (mut heard, mut said) = (
        File::from(io::stdin().as_fd().try_clone_to_owned()?),
        File::from(io::stdout().as_fd().try_clone_to_owned()?),
    );
    thread::spawn(move || {
        // Whatever ends it, the fleet is told that nothing more comes.
        let _ = io::copy(&mut heard, &mut &stream);
        let _ = stream.shutdown(Shutdown::Write);
    });
    io::copy(&mut down, &mut said)?;
    Ok(ExitCode::SUCCESS)
}

/// What is asked for.
enum What<'a> {
    /// Only what machines boot.
    Image,
    /// What the daemon needs.
    Measure,
    /// The tests with this in their name.
    Tell(&'a str),
}

/// Makes the image, tells the tests, and says how many passed.
fn run() -> Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // So many devices have their power cut.
    let (what, devices) = match words[..] {
        [] => (What::Tell(""), 1),
        ["--image"] => (What::Image, 0),
        ["--measure"] => (What::Measure, 0),
        ["--soak"] => (What::Tell(""), 5),
        ["--only", word] => (What::Tell(word), 1),
        _ => bail!("usage: hil [--image | --measure | --soak | --only WORD]"),
    };
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let ground = Ground::take(&house.join("target/hil"))?;
    let began = Instant::now();
    let image = Image::make(&ground)?;
    took(&format!("an image of Linux {} was made", image.release), began);
    let workshop = Workshop { image: &image, accelerator: Accelerator::here(), devices };
    let counts = match what {
        What::Image => return Ok(ExitCode::SUCCESS),
        What::Measure => return measure::print(workshop).map(|()| ExitCode::SUCCESS),
        What::Tell(word) => suite::tell(&ground, workshop, word),
    };
    ensure!(counts.passed + counts.failed > 0, "no test has this in its name");
    let (most, folder) = (ground.most(), ground.cache().display().to_string());
    drop(ground);
    println!("{folder} was {} MB and is {} MB", most >> 20, ground::used(Path::new(&folder)) >> 20);
    println!("{} passed, {} failed", counts.passed, counts.failed);
    Ok(if counts.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was done, and how long it took.
fn took(what: &str, began: Instant) {
    println!("{what:<100} {:>5.1} s", began.elapsed().as_secs_f32());
}
