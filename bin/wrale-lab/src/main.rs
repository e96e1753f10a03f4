//! A whole fleet on a laptop.

use std::process::ExitCode;

fn main() -> ExitCode {
    wrale_lab::main(std::env::args_os().skip(1))
}
