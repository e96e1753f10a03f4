//! The machine.

use alloc::vec::Vec;

use crypto::signed::Signed;
use vocab::{Arming, Generation, Mark, Mono, Posture};
use wire::v1::{Boot, DeviceState};

use crate::{boot::Start, effect::Effects, input::Input};

/// One device's guard.
pub struct Guard {
    _pins: crate::pins::Pins,
}

impl Guard {
    /// Wakes a guard. Its first effects ask the device key for the boot entry's signature; until that has come,
    /// entries wait, and acts do not.
    pub fn boot(_now: Mono, start: Start) -> (Self, Effects) {
        (Self { _pins: start.pins }, Effects::new())
    }

    /// Takes what happened and says what is to be done. `now` never goes back.
    pub fn handle(&mut self, _now: Mono, _input: Input) -> Effects {
        Effects::new()
    }

    /// When to call `handle` with [`Input::Tick`] at the latest.
    pub fn deadline(&self) -> Option<Mono> {
        None
    }

    /// The effective posture: the stricter of the device's own latches, its lease, and what the fleet wants.
    pub fn posture(&self) -> Posture {
        Posture::Normal
    }

    /// The effective arming state.
    pub fn arming(&self) -> Arming {
        Arming::Commissioning
    }

    /// The generation obeyed.
    pub fn generation(&self) -> Generation {
        Generation::NONE
    }

    /// The state obeyed, with its sealed secrets.
    pub fn state(&self) -> Option<&DeviceState> {
        None
    }

    /// The boot letter, to be shown at every connect; none until the device key has signed it.
    pub fn boot_letter(&self) -> Option<&Signed<Boot>> {
        None
    }

    /// What each sensor's word is worth now.
    pub fn marks(&self, _now: Mono) -> Vec<Mark> {
        Vec::new()
    }
}
