//! A roster that the root signed while the daemon is at work: it is read again when somebody says so (SIGHUP).
//!
//! It is believed by the root that was known at the start. One that does not hold, or is older than what was obeyed,
//! changes nothing; why, stands in the log.

use std::path::PathBuf;

use control::{Facade, Stopped, fleet::Offered};
use crypto::{
    key::{self, PublicKey},
    signed::Verified,
};
use vocab::{FleetName, PersonId};
use wire::v1::Roster;

use super::open::Opened;
use crate::{ask::ask, config::Config, letters, mistake::Mistake};

/// What it takes to read it again.
pub(super) struct Reading {
    folder: PathBuf,
    fleet: FleetName,
    root: PublicKey<key::Root>,
    /// Whom the configuration names, as the roster of the start knew them.
    named: Vec<(String, PersonId)>,
}

impl Reading {
    pub(super) fn of(config: &Config, opened: &Opened) -> Self {
        Self {
            folder: config.folder.clone(),
            fleet: opened.fleet.clone(),
            root: opened.root.clone(),
            named: opened.people.iter().map(|known| (known.name.clone(), known.id)).collect(),
        }
    }

    /// Reads it, and has the fleet obey it if it is newer.
    pub(super) async fn again(&self, facade: &Facade) {
        match letters::roster(&self.folder, &self.root, &self.fleet) {
            Ok(roster) => self.offer(roster, facade).await,
            Err(mistake) => stays(mistake.code(), &mistake),
        }
    }

    async fn offer(&self, roster: Verified<Roster>, facade: &Facade) {
        let (version, offered) = (roster.version, roster.clone());
        match ask(facade, move |fleet, now| fleet.take_roster(offered, now)).await {
            Ok(Ok(Offered::Taken)) => {
                tracing::info!(
                    verb = "adopt",
                    version,
                    "the root signed another roster; it is obeyed from now on"
                );
                self.warn(&roster);
            }
            Ok(Ok(Offered::Known)) => {
                tracing::info!(verb = "adopt", version, "the roster is the one that is obeyed already");
            }
            Ok(Err(mistake)) => stays(mistake.code(), &mistake),
            Err(stopped) => {
                tracing::error!(verb = "adopt", code = stopped.code(), "{}", unanswered(version, stopped));
            }
        }
    }

    /// Whom the file names and the roster no longer knows has no key here, and the daemon would not start again.
    fn warn(&self, roster: &Roster) {
        let known =
            |name: &str, id| roster.people.iter().any(|one| one.id == id && one.name.as_str() == name);
        for (name, _) in self.named.iter().filter(|(name, id)| !known(name, *id)) {
            let mistake = Mistake::Nobody(name.clone());
            tracing::warn!(verb = "permit", code = mistake.code(), "{mistake}");
        }
    }
}

/// What is known of a roster to whose question no answer came: that it was refused is not.
fn unanswered(version: u64, stopped: Stopped) -> String {
    match stopped {
        Stopped::Crowded => {
            format!("nobody has looked at the roster of version {version}: {stopped}; have it read again")
        }
        Stopped::Faulted => format!(
            "the roster of version {version} holds, and whether it is stored is not known: it is obeyed as soon as the \
             store takes it, which is tried by itself; have it read again to hear whether it is"
        ),
        Stopped::Gone => format!("the fleet stops; its next start obeys the roster of version {version}"),
    }
}

fn stays(code: &'static str, why: &dyn std::fmt::Display) {
    tracing::error!(verb = "adopt", code, "the old roster stays: {why}");
}

#[cfg(test)]
mod tests;
