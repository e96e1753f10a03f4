//! The control plane.

use std::process::ExitCode;

fn main() -> ExitCode {
    fleetd::main(std::env::args_os().skip(1))
}
