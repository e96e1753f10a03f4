//! What this board can do, and how it sees that it was done.
//!
//! This version isolates where there is a packet filter, locks USB, stops and starts units, latches and re-arms the
//! vault, drops keys, and turns the machine off where it is allowed to. `Wipe` is `Unsupported`: nothing is declared
//! that it should destroy.

mod patience;
pub(crate) mod program;
mod unit;
mod usb;

use std::{path::Path, time::Duration};

use ::board::{Effectors, Vault, VaultState};
use vocab::{Action, Outcome};

use self::patience::Patience;
pub use self::unit::Systemd;
use crate::{
    isolation::{Lifeline, Stands},
    sysfs::Sysfs,
    vault::KeyFileVault,
};

/// Somebody who holds keys in memory: forgets them and says whether they are gone.
pub type KeyHolder = Box<dyn FnMut() -> Forgotten + Send>;

/// What became of keys in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// They are gone.
    Gone,
    /// They are still there.
    Kept,
}

/// Whether the machine may be turned off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PowerOff {
    /// Where somebody can come and turn it on again.
    Allowed,
    /// `PowerOff` is unsupported.
    Refused,
}

/// The hands of one device.
pub struct LinuxHands {
    tree: Sysfs,
    lifeline: Lifeline,
    systemd: Systemd,
    power: Option<Switch>,
    holders: Vec<KeyHolder>,
    vault: KeyFileVault,
    patience: Patience,
}

/// Turns the machine off; returns only where that failed.
type Switch = fn() -> Outcome;

/// Kept back from an act's limit, to say that it ran out.
const MARGIN: Duration = Duration::from_millis(200);

impl LinuxHands {
    pub(crate) fn new(
        sysfs: &Path,
        lifeline: Lifeline,
        systemd: Systemd,
        power: PowerOff,
        vault: KeyFileVault,
    ) -> Self {
        let power = match power {
            PowerOff::Allowed => Some(turn_off as Switch),
            PowerOff::Refused => None,
        };
        let patience = Patience::default();
        Self { tree: Sysfs::new(sysfs), lifeline, systemd, power, holders: vec![], vault, patience }
    }

    /// Adds somebody who holds keys in memory.
    pub fn add_holder(&mut self, holder: KeyHolder) {
        self.holders.push(holder);
    }

    fn drop_keys(&mut self) -> Outcome {
        if self.holders.is_empty() {
            // Nobody has told us of a key, so we cannot say that there is none.
            return Outcome::Unsupported;
        }
        // Every holder is asked, whatever the first one says.
        let answers: Vec<Forgotten> = self.holders.iter_mut().map(|holder| holder()).collect();
        if answers.contains(&Forgotten::Kept) { Outcome::Failed } else { Outcome::Done }
    }

    fn latch(&mut self, limit: Duration) -> Outcome {
        // Whatever the disk does, nothing opens from here on.
        self.vault.shut();
        let mut vault = self.vault.clone();
        self.patience.spend(limit, move || match vault.latch() {
            Ok(()) if vault.is_gone() => Outcome::Done,
            Ok(()) | Err(_) => Outcome::Failed,
        })
    }

    fn rearm(&mut self, limit: Duration) -> Outcome {
        if self.vault.state() == VaultState::Open {
            return Outcome::Done;
        }
        let mut vault = self.vault.clone();
        self.patience.spend(limit, move || match vault.rearm() {
            Ok(_) if vault.state() == VaultState::Open => Outcome::Done,
            Ok(_) | Err(_) => Outcome::Failed,
        })
    }
}

impl Effectors for LinuxHands {
    fn act(&mut self, action: &Action) -> Outcome {
        let limit = action.limit().saturating_sub(MARGIN);
        match action {
            Action::DropKeys => self.drop_keys(),
            Action::Isolate => self.lifeline.isolate(limit),
            Action::LatchVault => self.latch(limit),
            Action::LockUsb => usb::set(&self.tree, usb::Newcomers::Refused),
            Action::PowerOff => match self.power {
                Some(switch) => self.patience.spend(limit, switch),
                None => Outcome::Unsupported,
            },
            Action::RearmVault => self.rearm(limit),
            Action::Rejoin => self.lifeline.rejoin(limit),
            Action::StartUnit(unit) => self.systemd.start(unit, limit),
            Action::StopUnit(unit) => self.systemd.stop(unit, limit),
            Action::UnlockUsb => usb::set(&self.tree, usb::Newcomers::Welcome),
            Action::Wipe => Outcome::Unsupported,
        }
    }

    fn left_standing(&mut self) -> Vec<Action> {
        match self.lifeline.stands(Action::Isolate.limit()) {
            Stands::No => vec![],
            Stands::Yes => vec![Action::Isolate],
        }
    }
}

/// What is written is on the disk before the power goes, if the disk answers in time.
fn turn_off() -> Outcome {
    let mut sync = Patience::default();
    sync.spend(Duration::from_secs(3), || {
        rustix::fs::sync();
        Outcome::Done
    });
    match rustix::system::reboot(rustix::system::RebootCommand::PowerOff) {
        // We are still here: the power did not go.
        Ok(()) => Outcome::Unverified,
        Err(_) => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests;
