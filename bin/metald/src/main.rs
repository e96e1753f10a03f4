//! The device daemon.

use std::process::ExitCode;

fn main() -> ExitCode {
    metald::main(std::env::args_os().skip(1))
}
