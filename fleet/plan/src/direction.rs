//! Which way a device will judge that a state goes, against the one that it adopted (DESIGN §5).
//!
//! Only a forecast: the device judges by what it knows, and a state that it finds relaxing waits for its proof.

use vocab::{ActionClass, Arming};
use wire::v1::{DeviceState, Order, OrderKind, body::Direction, state::Lease};

use crate::{facts::DeviceFacts, value::Seal};

/// Every state that does not tighten in each line relaxes; so does the first.
pub fn direction(new: &DeviceState, seal: &[Seal], device: &DeviceFacts) -> Direction {
    let Some(old) = device.adopted.as_ref().map(|letter| &letter.state) else { return Direction::Relaxes };
    let tightens = (new.arming == old.arming || new.arming == Arming::Armed)
        && new.posture >= old.posture
        && new.tuning == old.tuning
        && new.reflexes == old.reflexes
        && new.interlocks == old.interlocks
        && new.roster == old.roster
        && new.orders.iter().all(|order| tightening(order, device))
        && seal.is_empty()
        && new.secrets.iter().all(|secret| old.secrets.contains(secret))
        && not_later(new.lease.as_ref(), old.lease.as_ref());
    if tightens { Direction::Tightens } else { Direction::Relaxes }
}

/// No latch is released, and each new order is reversible or recoverable. An order obeyed before is not new.
fn tightening(order: &Order, device: &DeviceFacts) -> bool {
    device.done.contains(&order.id)
        || match &order.kind {
            OrderKind::Acknowledge(_) => true,
            OrderKind::ReleaseLatch { event, .. } => device.latches.iter().all(|latch| latch.event != *event),
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
