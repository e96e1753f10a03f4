//! The control plane's daemon: reads its configuration and its keys, composes the fleet, listens, stops.
//!
//! What it decides stands in the rooms below; here are the files, the sockets and the clock.

mod args;
mod ask;
mod asked;
mod authority;
mod bundle;
pub mod config;
mod doors;
mod enrolment;
mod failure;
mod feed;
mod folder;
mod hands;
mod hardware;
mod init;
mod kek;
mod letters;
mod log;
mod meters;
mod mistake;
mod moment;
mod obeyed;
mod own;
mod people;
mod porch;
mod ring;
mod run;
mod service;
pub mod threads;
mod turned_away;

use std::{ffi::OsString, process::ExitCode};

use self::args::{Args, Command};

pub use self::{
    config::Config,
    failure::Failure,
    init::{Keys, init},
    mistake::Mistake,
    run::{Listening, run, serve},
    service::{Pass, certify},
};

/// What the software says of itself.
pub const VERSION: &str = concat!("fleetd ", env!("CARGO_PKG_VERSION"));

/// The daemon, from its arguments (without the program's name) to its end.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command answers whoever typed it")]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let Args { config, command } = match Args::read(args) {
        Ok(args) => args,
        Err(why) => {
            eprint!("fleetd: {why}\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    log::begin();
    let file = settings::find(config, "fleetd");
    let read = || settings::load::<Config>(&file).map_err(|mistake| Failure::of_file(&file, &mistake));
    let done = match command {
        Command::Help => Ok(args::USAGE.to_owned()),
        Command::Version => Ok(format!("{VERSION}\n")),
        Command::Init(keys) => read().and_then(|config| init(&config, keys)),
        Command::Service { name, out } => read().and_then(|config| certify(&config, &name, &out)),
        Command::Run => read().and_then(run).map(|()| String::new()),
    };
    match done {
        Ok(said) => {
            print!("{said}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            tracing::error!(code = failure.code(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
