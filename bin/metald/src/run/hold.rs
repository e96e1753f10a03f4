//! Puts the isolation back that the device's own record demands, before there is a network to speak of.
//!
//! A machine that starts anew has no rules, and its daemon comes after its network. So this runs before both, does the
//! one thing and ends; the daemon finds it done, and keeps it or undoes it.

use std::{collections::BTreeSet, error::Error, fmt, sync::Arc};

use linux::{Lifeline, LinuxDisk};
use vocab::{Action, DeviceId, Outcome};

use super::{BUNDLE_LIMIT, Failure, KEPT, REACHED, read};
use crate::{Config, Fleet, Kept, Reached};

/// The machine's, or ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The isolation that the record demands could not be put back before the network came.
    NotHeld(Outcome),
}

impl Fault {
    /// `metald/…`, stable.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::NotHeld(_) => "metald/not-held",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHeld(outcome) => write!(
                f,
                "the device is to be isolated and is not ({outcome:?}): its network is open until the daemon isolates it; look at nft and at {REACHED}"
            ),
        }
    }
}

impl Error for Fault {}

/// Does it, where the record of this machine's device demands it.
pub fn hold(config: &Config) -> Result<(), Failure> {
    let wanted = config.wanted()?;
    let place = config.folder.join(KEPT);
    // Without a filter nothing is ever isolated, and without an identity there is nothing to hold.
    let (Some(filter), Some(kept)) = (wanted.board.isolation, Kept::load(&place)?) else { return Ok(()) };
    let demanded = demanded(config, kept.device());
    // A record that cannot be read is no better than one that is damaged: nobody knows that the device may speak.
    if demanded.as_ref().is_ok_and(|demanded| !demanded.contains(&Action::Isolate)) {
        return Ok(());
    }
    let fleet = Fleet::read(&read(&config.fleet.bundle, BUNDLE_LIMIT)?, &wanted.root)?;
    let lifeline = Lifeline::new(Some(filter));
    let listeners = fleet.listeners();
    Reached::load(place.with_file_name(REACHED), &listeners, Some(lifeline.clone())).open();
    match lifeline.isolate(Action::Isolate.limit()) {
        Outcome::Done | Outcome::Unverified => {
            tracing::info!(verb = "act", "the device is isolated, as before");
            demanded.map(drop)
        }
        outcome => {
            let fault = Fault::NotHeld(outcome);
            Err(Failure::new(fault.code(), fault))
        }
    }
}

/// What the device's own record demands.
fn demanded(config: &Config, device: DeviceId) -> Result<BTreeSet<Action>, Failure> {
    let mut disk = LinuxDisk::open(&config.folder, Arc::new(|| {}))?;
    agent::demanded(&device, &mut disk).map_err(|fault| Failure::new(fault.code(), fault))
}

#[cfg(test)]
mod tests;
