//! Whether a state tightens or relaxes, against the adopted one: the list of DESIGN §5, line by line.

use vocab::{ActionClass, Arming};
use wire::v1::{DeviceState, Order, OrderKind, body::Direction, state::Lease};

use crate::memory::Memory;

/// Every state that does not tighten in each line relaxes; so does the first, and one after a lost letter.
pub(super) fn of(new: &DeviceState, adopted: Option<&DeviceState>, memory: &Memory) -> Direction {
    let Some(old) = adopted else { return Direction::Relaxes };
    let tightens = (new.arming == old.arming || new.arming == Arming::Armed)
        && new.posture >= old.posture
        && new.tuning == old.tuning
        && new.reflexes == old.reflexes
        && new.interlocks == old.interlocks
        && new.roster == old.roster
        && new.orders.iter().all(|order| tightening(order, memory))
        && new.secrets.iter().all(|secret| old.secrets.contains(secret))
        && not_later(new.lease.as_ref(), old.lease.as_ref());
    if tightens { Direction::Tightens } else { Direction::Relaxes }
}

/// No latch is released, and each new order is reversible or recoverable. An order obeyed before is not new.
fn tightening(order: &Order, memory: &Memory) -> bool {
    let known = memory.standing.orders.contains(&order.id);
    known
        || match &order.kind {
            OrderKind::Acknowledge(_) => true,
            OrderKind::ReleaseLatch { event, .. } => {
                memory.standing.latches.iter().all(|latch| latch.event != *event)
            }
            OrderKind::Run(action) => action.class() != ActionClass::Irreversible,
        }
}

fn not_later(new: Option<&Lease>, old: Option<&Lease>) -> bool {
    match (new, old) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(new), Some(old)) => {
            new.until <= old.until && new.powered <= old.powered && new.afterwards >= old.afterwards
        }
    }
}

#[cfg(test)]
mod tests;
