//! What would happen on the device: acts that an interlock would withhold, acts that nobody could undo.

use alloc::vec::Vec;

use policy::{IncidentKind, Undo};
use vocab::{Action, ActionClass, InterlockReading, Posture};

use super::{act, acts_of, own_orders};
use crate::{
    facts::{DeviceFacts, Facts},
    planner::wanted,
    refusal::Refusal,
    value::Planned,
};

pub(super) fn effects(planned: &Planned, device: &DeviceFacts, facts: &Facts, refusals: &mut Vec<Refusal>) {
    let (id, wanted) = (device.id(), wanted(facts, device));
    let by_hand = |action: &Action| {
        wanted.orders.iter().any(|order| order.value.action == *action && order.value.undo == Undo::ByHand)
    };
    for action in acts_of(planned, device) {
        for line in planned.state.interlocks.iter().filter(|line| line.withholds == *action) {
            let reading =
                device.interlocks.get(&line.condition).copied().unwrap_or(InterlockReading::Unknown);
            if reading != InterlockReading::Clear {
                let (action, condition) = (action.clone(), line.condition);
                refusals.push(Refusal::Interlocked { device: id, action, condition, reading });
            }
        }
    }
    for order in own_orders(planned, device) {
        let Some(action) = act(order) else { continue };
        if action.inverse().is_none() && !by_hand(action) {
            refusals.push(Refusal::NoInverse(id, action.clone()));
        }
    }
    if !tampered(device) && beyond_reversible(planned, device) {
        refusals.push(Refusal::MoreThanReversible(id));
    }
}

/// Whether what happened, happened to this device.
fn tampered(device: &DeviceFacts) -> bool {
    let identity = |kind: IncidentKind| matches!(kind, IncidentKind::Fork | IncidentKind::Forgery);
    !device.latches.is_empty() || device.incidents.iter().any(|incident| identity(incident.kind))
}

fn beyond_reversible(planned: &Planned, device: &DeviceFacts) -> bool {
    let last = device.signed.as_ref().map_or(Posture::Normal, |letter| letter.state.posture);
    let sealed = planned.state.posture >= Posture::Sealed && planned.state.posture > last;
    let ordered = own_orders(planned, device)
        .filter(|order| !super::undoes(order, device))
        .filter_map(act)
        .any(|action| action.class() != ActionClass::Reversible);
    sealed || ordered
}

#[cfg(test)]
pub(crate) mod tests;
