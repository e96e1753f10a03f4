//! How far the device draws itself in, and what that keeps in force.

use alloc::{collections::BTreeSet, vec::Vec};

use vocab::{Action, Posture};
use wire::v1::Standing;

/// What a posture keeps in force by itself.
pub(crate) fn acts(posture: Posture) -> &'static [Action] {
    match posture {
        Posture::Normal | Posture::Guarded => &[],
        Posture::Isolated => &[Action::Isolate],
        Posture::Sealed | Posture::Wiped => &[Action::LatchVault, Action::Isolate],
    }
}

/// Everything that must be in force now: by the posture, by latches, by orders.
pub(crate) fn demanded(posture: Posture, standing: &Standing) -> BTreeSet<Action> {
    let held = standing.latches.iter().flat_map(|latch| &latch.holds);
    acts(posture).iter().chain(held).chain(&standing.ordered).cloned().collect()
}

/// What is to be done so that exactly what is demanded is in force: first what destroys usable secrets, then the
/// rest, then what undoes.
pub(crate) fn steps(demanded: &BTreeSet<Action>, in_force: &BTreeSet<Action>) -> Vec<Action> {
    let mut steps: Vec<Action> = demanded.difference(in_force).cloned().collect();
    steps.sort_by_key(|action| core::cmp::Reverse(action.class()));
    steps.extend(in_force.difference(demanded).filter_map(Action::inverse));
    steps
}

#[cfg(test)]
mod tests;
