//! The operator's terminal: the same contract as every other way to a fleet, in tables for people and in JSON for
//! machines.
//!
//! It takes nothing on trust that a person signs: it reads the order that came, shows what that holds, computes the
//! digest itself, and signs that. It checks an export of the audit log without asking anybody.

mod args;
pub mod ceremony;
pub mod client;
mod commands;
pub mod desk;
pub mod fault;
pub mod files;
pub mod keyfile;
pub mod mistake;
pub mod order;
pub mod problem;
mod progress;
mod record;
pub mod refusal;
mod siem;
mod table;
#[cfg(test)]
mod testing;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use clap::CommandFactory;

pub use client::{Client, Patience, Proof, Server};
pub use commands::Done;
pub use desk::{Desk, Form};
pub use fault::Fault;
pub use keyfile::{KeyFile, PersonFile, PersonKey, RootFile, SessionFile};
pub use mistake::Mistake;
pub use problem::Problem;
pub use refusal::Refusal;
pub use siem::Format;
pub use table::Paint;

use args::Arguments;

/// Runs one command; how it ends is told by `--help`.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let argv0 = arguments.first().and_then(|name| name.to_str()).map(str::to_owned);
    let parsed = match Arguments::read(arguments) {
        Ok(parsed) => parsed,
        Err(told) => {
            // Help and version come this way too; where they cannot be shown, nothing else can.
            let _ = told.print();
            return ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(2));
        }
    };
    let (mut out, mut ask, mut secret) = (io::stdout().lock(), desk::ask, desk::secret);
    let mut desk = Desk {
        out: &mut out,
        ask: &mut ask,
        secret: &mut secret,
        now: desk::time,
        random: desk::random,
        keys: desk::keys(),
        fleet: std::env::var("WRALE_FLEET").ok().filter(|url| !url.is_empty()),
        hint: desk::hint(argv0),
        paint: desk::paint(),
        form: parsed.form(),
        wide: desk::wide(),
    };
    exit(run(parsed, &mut desk), &desk.hint)
}

/// Runs one command as it is typed, without the program's name.
pub async fn typed(words: &[&str], desk: &mut Desk<'_>) -> Result<Done, Typed> {
    let arguments = Arguments::read([&["wrale"], words].concat());
    let arguments = arguments.map_err(|told| Typed::Unknown(told.to_string()))?;
    desk.form = arguments.form();
    commands::run(arguments, desk).await.map_err(Typed::Problem)
}

/// Why a command that was typed did nothing.
#[derive(Debug)]
pub enum Typed {
    /// It did not do what was asked.
    Problem(Problem),
    /// It was not understood.
    Unknown(String),
}

/// Every command that can be typed, by its words.
pub fn commands() -> Vec<String> {
    fn leaves(command: &clap::Command, before: &str, all: &mut Vec<String>) {
        for one in command.get_subcommands() {
            let words = format!("{before}{}", one.get_name());
            if one.has_subcommands() { leaves(one, &format!("{words} "), all) } else { all.push(words) }
        }
    }
    let mut all = vec![];
    leaves(&Arguments::command(), "", &mut all);
    all
}

fn run(arguments: Arguments, desk: &mut Desk<'_>) -> Result<commands::Done, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Fault::Runtime(error.kind()))?;
    runtime.block_on(commands::run(arguments, desk))
}

fn exit(done: Result<commands::Done, Problem>, hint: &str) -> ExitCode {
    match done {
        Ok(commands::Done::Declined) => ExitCode::FAILURE,
        // Whoever reads has seen enough.
        Ok(commands::Done::Yes) | Err(Problem::Fault(Fault::Output(io::ErrorKind::BrokenPipe))) => {
            ExitCode::SUCCESS
        }
        Err(problem) => {
            let _ = io::stderr().write_all(told(&problem, hint).as_bytes());
            ExitCode::from(ended(&problem))
        }
    }
}

/// How a command ends that met this problem.
const fn ended(problem: &Problem) -> u8 {
    match problem {
        _ if problem.may_pass() => 4,
        Problem::Fleet(_) => 3,
        _ => 1,
    }
}

/// A problem as people read it: its code, its sentence, and what to try next.
fn told(problem: &Problem, hint: &str) -> String {
    let mut text = format!("{}: {}\n", table::clean(problem.code()), table::clean(&problem.to_string()));
    if let Some(next) = problem.next(hint) {
        text.push_str(&format!("  {next}\n"));
    }
    text
}
