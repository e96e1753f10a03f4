//! A fleet of its own for each guest, and the road to it.

use std::{env, fs, path::Path};

use anyhow::Result;
use host::{Fleet, Process};
use tempfile::TempDir;

use crate::qemu::{ENROLMENT, HARDWARE};

/// A fleet at work; all of it is gone when this is dropped.
pub(crate) struct Home {
    pub(crate) fleet: Fleet,
    pub(crate) fleetd: Process,
    _folder: TempDir,
}

/// Starts a fleet with this policy, and writes into `road` where its listeners are.
pub(crate) fn start(road: &Path, policy: Option<&str>) -> Result<Home> {
    let folder = TempDir::new_in(road.parent().unwrap_or(road))?;
    // This program is `fleetd` too.
    let mut fleet = Fleet::at(env::current_exe()?, folder.path());
    fleet.more = format!("public: {{ hardware: \"{HARDWARE}\", enrolment: \"{ENROLMENT}\" }}\n");
    if let Some(policy) = policy {
        let file = folder.path().join("policy.yaml");
        fs::write(&file, policy)?;
        fleet.more += &format!("policies: [ {} ]\n", file.display());
    }
    fleet.configure();
    let fleetd = fleet.start();
    let ports = fleet.ports();
    // Complete or not there: somebody may be reading it.
    let new = road.with_extension("new");
    fs::write(&new, format!("hardware {}\nenrolment {}\n", ports.hardware, ports.enrolment))?;
    fs::rename(new, road)?;
    Ok(Home { fleet, fleetd, _folder: folder })
}
