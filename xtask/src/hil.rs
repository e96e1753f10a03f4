//! `cargo xtask hil [--soak | --measure | --only WORD]`: the device daemon on kernels of its own, in QEMU.

use std::{
    fs::File,
    path::Path,
    process::{Child, Command, Stdio},
    time::SystemTime,
};

use anyhow::{Context, Result};

use crate::house::House;
use crate::test::{built, machine};

/// Tells its tests; true if all passed. What the machine lacks is installed or named first.
pub(crate) fn run(house: &House, words: &[&str]) -> Result<bool> {
    let hil = house.named("hil").context("the virtual hardware is not built yet: there is no crate `hil`")?;
    machine::prepare(machine::For::Hardware)?;
    let daemon = house.named("metald").context("there is no device daemon yet")?;
    // Both at once, so that what they share is built once.
    let mut builds = vec![vec!["--package", &hil.package, "--package", &daemon.package]];
    if words == ["--measure"] {
        // What is measured is what is installed: of the two, a guest is given the newer one.
        builds.push(vec!["--profile", "device", "--package", &daemon.package]);
    }
    for packages in builds {
        let mut build = Command::new(crate::cargo());
        let status = build.args(["build", "--quiet"]).args(packages).current_dir(&house.root).status();
        if !status.context("cargo does not start")?.success() {
            return Ok(false);
        }
    }
    if words == ["--measure"] {
        // A build that found nothing to do leaves the daemon as old as it was.
        let installed = Path::new(&built("metald")?).with_file_name("../device/metald");
        File::options().append(true).open(installed)?.set_modified(SystemTime::now())?;
    }
    let status = Command::new(built("hil")?).args(words).current_dir(&house.root).status();
    Ok(status.context("hil does not start")?.success())
}

/// Begins to make what its machines boot, once it is built: that waits for packages more than for a processor.
pub(crate) fn begin(house: &House) -> Result<Option<Child>> {
    if !house.has_binary("hil") {
        return Ok(None);
    }
    let mut command = Command::new(built("hil")?);
    command
        .arg("--image")
        .current_dir(&house.root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(Some(command.spawn().context("hil does not start")?))
}
