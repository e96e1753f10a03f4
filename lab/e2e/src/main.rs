//! Both daemons, the terminal and the lab in one program, so that a test finds them where cargo built it:
//! `e2e-node fleetd …`, `e2e-node metald …`, `e2e-node wrale …`, `e2e-node wrale-lab …`.
//!
//! A daemon does not outlive the test that started it.

use std::{env::args_os, process::ExitCode};

use rustix::process::{Signal, set_parent_process_death_signal};

#[expect(clippy::print_stderr, reason = "it is told to whoever wrote the test")]
fn main() -> ExitCode {
    if let Err(errno) = set_parent_process_death_signal(Some(Signal::KILL)) {
        eprintln!("e2e-node: this process would outlive its test ({errno})");
        return ExitCode::FAILURE;
    }
    let mut arguments = args_os().skip(1);
    match arguments.next().as_deref().and_then(|daemon| daemon.to_str()) {
        Some("fleetd") => fleetd::main(arguments),
        Some("metald") => metald::main(arguments),
        // It is told how it is called, as every program is.
        Some("wrale") => cli::main(args_os().skip(1)),
        Some("wrale-lab") => wrale_lab::main(arguments),
        _ => {
            eprintln!("e2e-node: the first word is fleetd, metald, wrale or wrale-lab");
            ExitCode::from(2)
        }
    }
}
