//! The device daemon: a board, an agent over it, and the sockets between it and its fleet.
//!
//! [`run`] reads, composes and stops. What it composes is of use to whoever has another board.

pub mod bell;
pub mod clock;
pub mod config;
mod doctor;
mod door;
pub mod drive;
pub mod enrol;
pub mod fleet;
pub mod keep;
pub mod life;
pub mod log;
pub mod mistake;
pub mod net;
pub mod obeyed;
pub mod problem;
pub mod reached;
mod run;
#[cfg(test)]
mod testing;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use self::doctor::{Form, doctor};
pub use self::{
    bell::Bell,
    config::Config,
    drive::{Driver, Parts},
    fleet::Fleet,
    keep::{Keeper, Kept},
    life::Life,
    mistake::Mistake,
    net::TlsNet,
    problem::Problem,
    reached::Reached,
    run::{Failure, hold, run},
};

/// What the software says of itself.
pub const VERSION: &str = concat!("metald ", env!("CARGO_PKG_VERSION"));

const USAGE: &str = "\
Usage: metald [hold | doctor [--json]] [--config FILE]

Guards this machine and speaks for it to its fleet. The configuration is FILE, else $WRALE_CONFIG,
else /etc/wrale/metald.yaml; docs/operate.md says what stands in it.

With `hold` it only puts back the isolation that the device's record demands, and ends: for a unit that
comes before the network does.

With `doctor` it looks at this machine, names what is set up wrong, and changes nothing. It ends with 0 where
nothing is wrong, 1 where something is, 2 where it was not understood.
";

/// The daemon, from its arguments (without the program's name) to its end.
#[expect(clippy::print_stdout, reason = "what was asked for is an answer, not a log")]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut args = args.into_iter();
    let (mut named, mut work, mut form) = (None, Work::Guard, Form::Words);
    while let Some(arg) = args.next() {
        match (arg.to_str(), named.is_none()) {
            (Some("--config"), true) => match args.next() {
                Some(file) => named = Some(PathBuf::from(file)),
                None => return misused("--config wants a file"),
            },
            (Some("doctor"), _) if work == Work::Guard => work = Work::Look,
            (Some("hold"), _) if work == Work::Guard => work = Work::Hold,
            (Some("--json"), _) if work == Work::Look => form = Form::Json,
            (Some("--help" | "-h"), _) => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            (Some("--version" | "-V"), _) => {
                println!("{VERSION}");
                return ExitCode::SUCCESS;
            }
            _ => return misused(&format!("{} is not understood", arg.display())),
        }
    }
    let file = settings::find(named, "metald");
    let work: fn(Config) -> Result<(), Failure> = match work {
        Work::Guard => run,
        Work::Hold => |config| hold(&config),
        Work::Look => return doctor(&file, form),
    };
    log::begin();
    let config = settings::load::<Config>(&file).map_err(|mistake| Failure::of_file(&file, &mistake));
    match config.and_then(work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!(code = failure.code(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

/// What the process is started for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Guard,
    Hold,
    Look,
}

#[expect(clippy::print_stderr, reason = "a misused command is told to whoever typed it")]
fn misused(why: &str) -> ExitCode {
    eprint!("metald: {why}\n{USAGE}");
    ExitCode::from(2)
}
