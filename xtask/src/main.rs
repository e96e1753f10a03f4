//! The workshop of the house: `cargo xtask test`, `bench`, `hil`, `tidy` and `golden`.
//!
//! Depends on no crate of the workspace, so it runs on a tree that does not compile.
#![expect(clippy::print_stdout, reason = "this program's output is what it says")]

mod bench;
mod breach;
#[cfg(test)]
mod fake;
mod golden;
mod hil;
mod house;
mod layers;
mod source;
mod test;
mod tidy;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use house::House;

const USAGE: &str = "cargo xtask test [--quick]     everything: rules, lints, tests; what CI runs
cargo xtask bench [row…]       the budgets, in a release build; it alone fails on a number
cargo xtask bench --quick …    the same, built in a fifth of the time and a little slower
cargo xtask hil [--soak]       the device daemon in virtual machines; --soak: 100 power cuts
cargo xtask hil --measure      what the daemon needs inside one, beside its budgets; judges nothing
cargo xtask tidy               the rules of the house alone
cargo xtask golden [--bless]   compares the contract files with the code, or renews them";

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let good = match words[..] {
        ["bench", ref rows @ ..] => bench::run(&here()?, rows)?,
        ["hil", ref words @ ..] => hil::run(&here()?, words)?,
        ["golden"] => golden::run(&here()?, golden::Mode::Compare)?,
        ["golden", "--bless"] => golden::run(&here()?, golden::Mode::Bless)?,
        ["test"] => test::run(&here()?, test::Pace::Full)?,
        ["test", "--quick"] => test::run(&here()?, test::Pace::Quick)?,
        ["tidy"] => tidy::run(&here()?)?,
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            true
        }
        _ => bail!("`cargo xtask {}` is none of these:\n{USAGE}", words.join(" ")),
    };
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn here() -> Result<House> {
    House::read(&house::root()?)
}

/// The cargo that runs us, so that a toolchain chosen once is chosen throughout.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}
