//! Which devices are no longer as they were, for whoever looks at all of them again and again.

use std::collections::{BTreeSet, VecDeque};

use vocab::DeviceId;

/// The last changes, each with its number. Whoever knows the number of the last that they saw is told what came after.
#[derive(Default)]
pub(crate) struct Changed {
    noted: VecDeque<(u64, DeviceId)>,
    /// The number of the newest.
    newest: u64,
    /// What came before this one and with it is not told apart any more.
    forgotten: u64,
}

/// Most that are told apart: a quarter of a second of a hundred thousand devices, or a storm of a few thousand.
const KEPT: usize = 4096;

impl Changed {
    /// This one changed.
    pub(crate) fn note(&mut self, device: DeviceId) {
        self.newest += 1;
        // What one says at once is one change.
        if let Some(last) = self.noted.back_mut().filter(|(_, last)| *last == device) {
            last.0 = self.newest;
            return;
        }
        self.noted.push_back((self.newest, device));
        if self.noted.len() > KEPT
            && let Some((number, _)) = self.noted.pop_front()
        {
            self.forgotten = number;
        }
    }

    /// Everything may have changed.
    pub(crate) fn forget(&mut self) {
        self.noted.clear();
        self.newest += 1;
        self.forgotten = self.newest;
    }

    /// The number of the newest.
    pub(crate) const fn newest(&self) -> u64 {
        self.newest
    }

    /// Who changed after the change of this number; none where that is not told apart any more.
    pub(crate) fn since(&self, number: u64) -> Option<BTreeSet<DeviceId>> {
        let after = self.noted.iter().rev().take_while(|(noted, _)| *noted > number);
        (number >= self.forgotten).then(|| after.map(|(_, device)| *device).collect())
    }
}

#[cfg(test)]
mod tests;
