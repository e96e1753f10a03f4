//! Whether the people whom an order needs consented to exactly this order, and are people who may.

use alloc::{collections::BTreeSet, vec::Vec};

use crypto::{
    approved::{Approved, NeedsConsent},
    signed::Audience,
};
use vocab::PersonId;
use wire::v1::{Order, OrderKind};

use crate::{
    facts::{DeviceFacts, Facts},
    planner::wanted,
    refusal::Refusal,
    value::Planned,
};

/// Verified here once more, by the code and the roster by which the device will verify it.
pub(super) fn people(planned: &Planned, device: &DeviceFacts, facts: &Facts, refusals: &mut Vec<Refusal>) {
    let audience = Audience::device(facts.fleet.clone(), device.id());
    let bare =
        |order: &&Order| order.required() == 0 && order.consents.is_empty() && order.expires > facts.now;
    for order in planned.state.orders.iter().filter(|order| !bare(order)) {
        match Approved::verify(order.clone(), &audience, &facts.roster, facts.now) {
            Ok(approved) => enough(order, approved.people(), device, facts, refusals),
            Err(reason) => refusals.push(Refusal::Consents { device: device.id(), order: order.id, reason }),
        }
    }
}

/// What the documents ask for beyond what every device asks for.
fn enough(
    order: &Order,
    people: &BTreeSet<PersonId>,
    device: &DeviceFacts,
    facts: &Facts,
    refusals: &mut Vec<Refusal>,
) {
    let OrderKind::ReleaseLatch { event, severity } = order.kind else { return };
    let (have, need) = (people.len(), wanted(facts, device).reset.value.people_for(severity));
    if have < need {
        refusals.push(Refusal::FewPeople { device: device.id(), order: order.id, have, need });
    }
    let openers = device.latches.iter().filter(|latch| latch.event == event).flat_map(|latch| &latch.openers);
    let inside = openers.filter(|person| people.contains(person));
    refusals.extend(inside.map(|person| Refusal::Opener { device: device.id(), event, person: *person }));
}

#[cfg(test)]
pub(crate) mod tests;
