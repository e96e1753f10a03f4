//! What this board can do, and how it sees that it was done.
//!
//! This version isolates where there is a packet filter, locks USB, stops and starts units, latches and re-arms the
//! vault, drops keys, and turns the machine off where it is allowed to. `Wipe` is `Unsupported`: nothing is declared
//! that it should destroy.

mod lanes;
mod needs;
pub(crate) mod program;
mod unit;
mod usb;

use std::{path::Path, sync::mpsc, thread, time::Duration};

use ::board::{Effectors, Finished, Vault, VaultState};
use vocab::{Action, Outcome, ReceiptId};

use self::lanes::{Act, Lanes};
pub use self::{
    needs::{May, Needs},
    unit::Systemd,
};
use crate::{
    Wake,
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

/// The hands of one device. Only what is done in memory is done at once; all else goes its way in lanes.
pub struct LinuxHands {
    tree: Sysfs,
    lifeline: Lifeline,
    systemd: Systemd,
    power: Option<Switch>,
    holders: Vec<KeyHolder>,
    vault: KeyFileVault,
    lanes: Lanes,
}

/// Turns the machine off; returns only where that failed.
type Switch = fn() -> Outcome;

/// Kept back from an act's limit, to say that it ran out.
const MARGIN: Duration = Duration::from_millis(200);

/// So long the power waits for acts that are on their way; what it cuts off is done again at the next boot.
const LAST: Duration = Duration::from_secs(3);

impl LinuxHands {
    /// `wake` is called, from other threads, when an act is over.
    pub(crate) fn new(
        sysfs: &Path,
        lifeline: Lifeline,
        systemd: Systemd,
        power: PowerOff,
        vault: KeyFileVault,
        wake: Wake,
    ) -> Self {
        let power = match power {
            PowerOff::Allowed => Some(turn_off as Switch),
            PowerOff::Refused => None,
        };
        let lanes = Lanes::new(wake);
        Self { tree: Sysfs::new(sysfs), lifeline, systemd, power, holders: vec![], vault, lanes }
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

    /// What is done in a lane, and is told how long it may take; none where these hands cannot do it.
    fn aside(&self, action: &Action) -> Option<Act> {
        let (lifeline, systemd, tree) = (self.lifeline.clone(), self.systemd.clone(), self.tree.clone());
        let mut vault = self.vault.clone();
        Some(match action.clone() {
            Action::DropKeys | Action::Wipe => return None,
            Action::Isolate => Box::new(move |left| lifeline.isolate(left)),
            Action::LatchVault => Box::new(move |_| latch(&mut vault)),
            Action::LockUsb => Box::new(move |_| usb::set(&tree, usb::Newcomers::Refused)),
            Action::PowerOff => {
                let (switch, lanes) = (self.power?, self.lanes.clone());
                Box::new(move |_| {
                    lanes.alone(&Action::PowerOff, LAST);
                    switch()
                })
            }
            Action::RearmVault => Box::new(move |_| rearm(&mut vault)),
            Action::Rejoin => Box::new(move |left| lifeline.rejoin(left)),
            Action::StartUnit(unit) => Box::new(move |left| systemd.start(&unit, left)),
            Action::StopUnit(unit) => Box::new(move |left| systemd.stop(&unit, left)),
            Action::UnlockUsb => Box::new(move |_| usb::set(&tree, usb::Newcomers::Welcome)),
        })
    }
}

impl Effectors for LinuxHands {
    fn act(&mut self, id: ReceiptId, action: &Action) -> Option<Outcome> {
        match action {
            Action::DropKeys => return Some(self.drop_keys()),
            // Whatever the disk does, nothing opens from here on.
            Action::LatchVault => self.vault.shut(),
            _ => {}
        }
        let Some(act) = self.aside(action) else { return Some(Outcome::Unsupported) };
        self.lanes.begin(id, action, action.limit().saturating_sub(MARGIN), act)
    }

    fn finished(&mut self) -> Vec<Finished> {
        self.lanes.finished()
    }

    fn left_standing(&mut self) -> Vec<Action> {
        match self.lifeline.stands(Action::Isolate.limit()) {
            Stands::No => vec![],
            Stands::Perhaps | Stands::Yes => vec![Action::Isolate],
        }
    }

    fn undone(&mut self) -> Vec<Action> {
        if self.lifeline.is_undone() { vec![Action::Isolate] } else { vec![] }
    }
}

fn latch(vault: &mut KeyFileVault) -> Outcome {
    match vault.latch() {
        Ok(()) if vault.is_gone() => Outcome::Done,
        Ok(()) | Err(_) => Outcome::Failed,
    }
}

fn rearm(vault: &mut KeyFileVault) -> Outcome {
    if vault.state() == VaultState::Open {
        return Outcome::Done;
    }
    match vault.rearm() {
        Ok(_) if vault.state() == VaultState::Open => Outcome::Done,
        Ok(_) | Err(_) => Outcome::Failed,
    }
}

/// What is written is on the disk before the power goes, if the disk answers in time.
fn turn_off() -> Outcome {
    let (tell, told) = mpsc::channel();
    let synced = thread::Builder::new().name("wrale-sync".into()).spawn(move || {
        rustix::fs::sync();
        // Nobody listens any more where it took too long.
        let _ = tell.send(());
    });
    // Nothing is left to be done about a disk that hangs, or a thread that there is no room for.
    let _ = synced.map(|_| told.recv_timeout(LAST));
    match rustix::system::reboot(rustix::system::RebootCommand::PowerOff) {
        // We are still here: the power did not go.
        Ok(()) => Outcome::Unverified,
        Err(_) => Outcome::Failed,
    }
}

#[cfg(test)]
mod tests;
