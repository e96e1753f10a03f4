//! `cargo xtask hil [--soak | --only WORD]`: the device daemon on kernels of its own, in QEMU.

use std::process::Command;

use anyhow::{Context, Result};

use crate::house::House;
use crate::test::machine;

/// Tells its tests; true if all passed. What the machine lacks is installed or named first.
pub(crate) fn run(house: &House, words: &[&str]) -> Result<bool> {
    let hil = house.named("hil").context("the virtual hardware is not built yet: there is no crate `hil`")?;
    machine::prepare(machine::For::Hardware)?;
    let run = ["run", "--quiet", "--package", &hil.package, "--"];
    let mut command = Command::new(crate::cargo());
    let status = command.args([&run, words].concat()).current_dir(&house.root).status();
    Ok(status.context("cargo does not start")?.success())
}
