//! The device's folder, its fleet's bundle, and who the device is.

use std::{path::Path, time::Duration};

use crypto::key::{PublicKey, Root};
use linux::{Owner, Stands};
use tls::key::Own;
use vocab::Wall;

use super::chart::Chart;
use crate::{
    Config, Fleet, Kept, Mistake,
    run::{BUNDLE_LIMIT, KEPT, read, token},
};

/// The folder; gives the process that works in it.
pub(super) fn folder(path: &Path, chart: &mut Chart) -> Option<u32> {
    let shown = path.display();
    match linux::stands(path) {
        Err(why) => {
            chart.wrong("folder", &linux::Fault::Folder(path.into(), why));
            None
        }
        Ok(None) => {
            chart.ok("folder", &format_args!("{shown} is not there yet; the daemon makes it"));
            None
        }
        Ok(Some(Stands { owner: Owner::Other(_), by, .. })) => {
            chart.wrong("folder", &linux::Mistake::NotOurs(path.into()));
            by
        }
        Ok(Some(Stands { mode, by, .. })) => {
            if mode & 0o077 == 0 {
                chart.ok("folder", &format_args!("{shown} is its owner's alone"));
            } else {
                let why = "the daemon sets 700 at its start; ask who else needs it";
                chart.look("folder", &format_args!("{shown} is open to others (mode {mode:o}); {why}"));
            }
            chart.ok("daemon", &by.map_or("none is at work".into(), |by| format!("process {by} is at work")));
            by
        }
    }
}

/// The bundle and the identity; gives the fleet, if its bundle is believed.
pub(super) fn identity(
    config: &Config,
    root: &PublicKey<Root>,
    now: Wall,
    chart: &mut Chart,
) -> Option<Fleet> {
    let fleet = read(&config.fleet.bundle, BUNDLE_LIMIT).and_then(|bytes| Fleet::read(&bytes, root));
    match &fleet {
        Ok(fleet) => {
            let (name, version) = (fleet.name(), fleet.version());
            chart.ok(
                "bundle",
                &format_args!("of the fleet `{name}`, keyset {version}, signed by the root named here"),
            );
        }
        Err(mistake) => chart.wrong("bundle", &mistake),
    }
    let fleet = fleet.ok();
    let fleet = match Kept::load(&config.folder.join(KEPT)) {
        Err(fault) => {
            chart.wrong("identity", &fault);
            fleet
        }
        Ok(None) => {
            match token(&config.fleet.token) {
                Ok(_) => chart.ok("identity", &"none yet, and a join token to ask for one"),
                Err(mistake) => chart.wrong("identity", &format_args!("none yet: {mistake}")),
            }
            fleet
        }
        Ok(Some(kept)) => {
            enrolled(&kept, now, chart);
            if config.fleet.token.exists() {
                let file = config.fleet.token.display();
                chart.look(
                    "token",
                    &format_args!("{file} is of no use to a device that has enrolled; remove it"),
                );
            }
            fleet.and_then(|fleet| known(fleet, &kept, chart))
        }
    };
    if let Some(until) = fleet.as_ref().and_then(Fleet::holds_until) {
        keys(until, now, chart);
    }
    fleet
}

/// The fleet warns its own people as early.
const SOON: Duration = Duration::from_hours(24 * 7);

fn keys(until: Wall, now: Wall, chart: &mut Chart) {
    let next =
        "the fleet's root signs the next ones, and the daemon hears of them by itself, or by a newer bundle";
    match until.since(now) {
        Duration::ZERO => chart.wrong("keys", &format_args!("those of the fleet ran out at {until}; {next}")),
        left if left < SOON => {
            chart.look("keys", &format_args!("those of the fleet hold until {until}; {next}"));
        }
        _ => chart.ok("keys", &format_args!("those of the fleet hold until {until}")),
    }
}

fn enrolled(kept: &Kept, now: Wall, chart: &mut Chart) {
    let whose = format!("{} of the fleet `{}`", kept.device(), kept.fleet());
    match Own::read(&kept.chain()) {
        Err(mistake) => chart.wrong("identity", &format_args!("{whose}: {mistake}")),
        Ok(own) if own.not_after <= now => chart.look("identity", &format_args!(
                "{whose}; its certificate ran out at {}, and once the daemon reaches the fleet it proves itself anew",
                own.not_after
            )),
        Ok(own) => chart.ok("identity", &format_args!("{whose}; its certificate holds until {}", own.not_after)),
    }
}

/// The fleet as the daemon would know it, by the newer of both keysets.
fn known(fleet: Fleet, kept: &Kept, chart: &mut Chart) -> Option<Fleet> {
    if kept.fleet() != fleet.name() {
        chart.wrong("identity", &Mistake::OtherFleet(kept.fleet().to_string()));
        return None;
    }
    let known = match fleet.since(kept) {
        Ok(known) => known,
        Err(mistake) => {
            chart.wrong("bundle", &mistake);
            return None;
        }
    };
    if known.version() > fleet.version() {
        let version = known.version();
        chart.look(
            "bundle",
            &format_args!(
                "the device knows keyset {version} already; copy the bundle that the fleet wrote last"
            ),
        );
    }
    if let Err(refusal) = kept.identity(&known) {
        chart.wrong("identity", &format_args!("{refusal}; empty the folder, and enrol anew"));
    }
    Some(known)
}
