//! A whole fleet on a laptop: a control plane in a process of its own, twelve boxes at two sites, and everything that
//! can happen to them.
//!
//! The boxes are simulated; all else is the real thing: real sockets, real letters, real people's keys. The lab plays
//! the machine that never touches a network, the people, and whoever attacks.

mod args;
mod attack;
mod boxes;
mod check;
mod child;
mod control;
mod cord;
mod deed;
mod hint;
mod home;
mod keeper;
mod lab;
mod memory;
mod offline;
mod page;
mod resident;
mod rite;
mod say;
mod start;
mod table;
mod town;
mod watch;

use std::{ffi::OsString, process::ExitCode};

use args::{Args, Command};

/// Runs one command: 0 where it did what was asked, 1 where not, 2 where it was not understood.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut args = args.into_iter().peekable();
    if args.peek().is_some_and(|first| first == child::NAME) {
        return child::be(args.skip(1));
    }
    let done = match Args::read(args) {
        Ok(Args(Command::Help)) => {
            say::out(args::USAGE);
            Ok(())
        }
        Ok(Args(Command::Ask(request))) => control::ask(&request),
        Ok(Args(Command::Check)) => lab::check(),
        Ok(Args(Command::Start(page))) => lab::run(page),
        Err(why) => {
            say::err(&format!("wrale-lab: {why}\n\n{}", args::USAGE));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::err(&format!("wrale-lab: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}
