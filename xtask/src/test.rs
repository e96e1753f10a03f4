//! `cargo xtask test`: the machine, then every suite, streamed as it runs, counted, and timed.
//!
//! Seconds are printed and never judged; the last line is plain: `N passed, N failed`.

pub(crate) mod machine;
mod report;
mod stream;
mod tally;
mod tools;

use std::ffi::OsString;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use report::{Report, Row};
use stream::Echo;
use tally::Tally;

use crate::golden;
use crate::hil;
use crate::house::House;
use crate::tidy;

/// How much of the long suites is run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Every seed and every round.
    Full,
    /// Fewer seeds and rounds: the suites see `WRALE_QUICK=1`.
    Quick,
}

/// Runs everything; true if all passed and, under `CI`, nothing was left out.
pub(crate) fn run(house: &House, pace: Pace) -> Result<bool> {
    machine::prepare(machine::For::All)?;
    tools::prepare(&house.root)?;
    let mut report = Report::default();
    judged(&mut report, "tidy", || tidy::run(house))?;
    judged(&mut report, "golden", || contracts(house))?;
    let lints = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    judged(&mut report, "clippy", || plain(house, pace, &lints))?;
    // Tests and binaries at once: built apart, their dependencies would be built twice.
    let targets = ["build", "--workspace", "--all-targets"];
    let built = judged(&mut report, "build", || plain(house, pace, &targets))?;
    if built {
        let mut image = hil::begin(house)?;
        let tests = ["test", "--workspace", "--no-fail-fast", "--", "--show-output"];
        counted(&mut report, "tests", cargo(house, pace, &tests))?;
        stories(&mut report, house, pace)?;
        tour(&mut report, house, pace)?;
        if let Some(image) = &mut image {
            // What went wrong goes wrong again there, and is said.
            image.wait().context("the image of hil is gone")?;
        }
        hardware(&mut report, house, pace)?;
    } else {
        report.leave_out("tests: the workspace does not build");
    }
    let strict = std::env::var_os("CI").is_some();
    let conclusion = report.conclude(strict);
    println!("{report}");
    conclusion.lines.iter().for_each(|line| println!("{line}"));
    Ok(conclusion.good)
}

/// The stories' own binary, once there is one; its last line says how many passed.
fn stories(report: &mut Report, house: &House, pace: Pace) -> Result<()> {
    if !house.has_binary("stories") {
        return Ok(());
    }
    let words: &[&str] = if pace == Pace::Quick { &["--quick"] } else { &[] };
    counted(report, "stories", command(built("stories")?, house, pace, words))
}

/// The tour of a whole fleet on this machine, once there is a lab: real processes over real sockets.
fn tour(report: &mut Report, house: &House, pace: Pace) -> Result<()> {
    if !house.has_binary("wrale-lab") {
        return Ok(());
    }
    let lab = command(built("wrale-lab")?, house, pace, &["--check"]);
    judged(report, "tour", || stream::run(lab, |_| Echo::Show))?;
    Ok(())
}

/// The device daemon on kernels of its own, once there is virtual hardware; its last line says how many passed.
fn hardware(report: &mut Report, house: &House, pace: Pace) -> Result<()> {
    if !house.has_binary("hil") {
        return Ok(());
    }
    counted(report, "hil", command(built("hil")?, house, pace, &[]))
}

/// A binary of the workspace; all of them are built where this one was.
pub(crate) fn built(name: &str) -> Result<OsString> {
    let here = std::env::current_exe().context("where is this program?")?;
    Ok(here.with_file_name(name).into())
}

fn contracts(house: &House) -> Result<bool> {
    let breaches = golden::compare(house)?;
    for breach in &breaches {
        println!("{breach}");
    }
    Ok(breaches.is_empty())
}

/// Runs a suite that only passes or fails.
fn judged(report: &mut Report, name: &str, suite: impl FnOnce() -> Result<bool>) -> Result<bool> {
    println!("── {name}");
    let start = Instant::now();
    let good = suite()?;
    report.add(Row::judged(name, start.elapsed(), good));
    Ok(good)
}

/// Runs a suite whose output says how many tests passed.
fn counted(report: &mut Report, name: &str, command: Command) -> Result<()> {
    println!("── {name}");
    let start = Instant::now();
    let mut tally = Tally::new(name);
    let good = stream::run(command, |line| tally.read(line))?;
    report.add(Row::counted(name, start.elapsed(), tally.finish(good)));
    Ok(())
}

fn plain(house: &House, pace: Pace, words: &[&str]) -> Result<bool> {
    stream::run(cargo(house, pace, words), |_| Echo::Show)
}

fn cargo(house: &House, pace: Pace, words: &[&str]) -> Command {
    command(crate::cargo(), house, pace, words)
}

fn command(program: OsString, house: &House, pace: Pace, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(words).current_dir(&house.root);
    match pace {
        Pace::Full => command.env_remove("WRALE_QUICK"),
        Pace::Quick => command.env("WRALE_QUICK", "1"),
    };
    command
}
