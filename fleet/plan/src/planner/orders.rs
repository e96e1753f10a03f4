//! The orders of the next state: what people approved, what rules want, and what undoes what rules no longer want.
//!
//! A device refuses a whole state for one order that does not hold, so one that cannot hold is left out and said.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::time::Duration;

use crypto::digest::{Digest, Hasher};
use journal::Position;
use policy::{Decided, Wanted, WantedOrder};
use vocab::{Action, DeviceId, IncidentId, OrderId, Wall};
use wire::v1::{DeviceState, Order, OrderKind};

use super::{acts, spell};
use crate::{
    facts::{DeviceFacts, Facts, Sensed},
    value::{Change, Reason, Why, tail},
};

/// How long an order of the fleet's own waits for a device that does not speak.
const LIFE: Duration = Duration::from_hours(7 * 24);

/// The orders of one state.
pub(super) struct Orders {
    /// By id.
    pub(super) list: Vec<Order>,
    /// What is different against the last state.
    pub(super) reasons: Vec<Reason>,
}

/// An order and who decided it.
struct Ordered {
    order: Order,
    because: String,
}

pub(super) fn orders(
    facts: &Facts,
    device: &DeviceFacts,
    basis: &Position,
    wanted: &Wanted,
    leave: &mut impl FnMut(Why),
) -> Orders {
    let approved = approved(facts.now, device, leave);
    let ruled = wanted.orders.iter().map(|order| ruled(facts.now, device, basis, order));
    let undone = undone(facts.now, device, basis, wanted);
    let all = approved.into_iter().chain(ruled).chain(undone);
    let all: BTreeMap<OrderId, Ordered> = all
        .filter(|ordered| !device.done.contains(&ordered.order.id))
        .map(|ordered| (ordered.order.id, ordered))
        .collect();
    let reasons = reasons(facts.now, device, &all);
    Orders { list: all.into_values().map(|ordered| ordered.order).collect(), reasons }
}

/// What people approved, as far as the device can still obey it.
fn approved(now: Wall, device: &DeviceFacts, leave: &mut impl FnMut(Why)) -> Vec<Ordered> {
    let mut orders = Vec::new();
    for approved in device.approved.iter().filter(|order| !device.done.contains(&order.id)) {
        let order: &Order = approved;
        match holds(now, device, order) {
            Ok(Relevance::Meant) => {
                let people: Vec<_> = approved.people().iter().map(ToString::to_string).collect();
                let because = format!("approved by {}", people.join(" and "));
                orders.push(Ordered { order: order.clone(), because });
            }
            Ok(Relevance::Over) => {}
            Err(why) => leave(why),
        }
    }
    orders
}

/// Whether there is still something to obey.
enum Relevance {
    Meant,
    /// What it names latches no longer.
    Over,
}

/// Whether the device would take it; the same questions that its guard asks.
fn holds(now: Wall, device: &DeviceFacts, order: &Order) -> Result<Relevance, Why> {
    if order.expires <= now {
        return Err(Why::OrderExpired(order.id));
    }
    let (OrderKind::Acknowledge(event) | OrderKind::ReleaseLatch { event, .. }) = &order.kind else {
        return Ok(Relevance::Meant);
    };
    let Some(latch) = device.latches.iter().find(|latch| latch.event == *event) else {
        return Ok(Relevance::Over);
    };
    let OrderKind::ReleaseLatch { severity, .. } = order.kind else { return Ok(Relevance::Meant) };
    if order.basis.seq < latch.position.seq || severity != latch.severity {
        return Err(Why::OrderStale(order.id));
    }
    if latch.cause != Sensed::Gone {
        return Err(Why::CausePresent(*event));
    }
    Ok(Relevance::Meant)
}

/// What a rule wants for an incident: once, under an id that follows from incident and act.
fn ruled(now: Wall, device: &DeviceFacts, basis: &Position, wanted: &Decided<WantedOrder>) -> Ordered {
    let WantedOrder { action, incident, .. } = &wanted.value;
    let id = id_for(device.id(), *incident, action);
    let order = standing(now, device, |order| order.id == id);
    let order = order.unwrap_or_else(|| new(id, action.clone(), basis, now));
    Ordered { order, because: wanted.because.to_string() }
}

/// Forgets what rules want and the device has not been told yet.
pub(super) fn keep_known(device: &DeviceFacts, last: &DeviceState, wanted: &mut Vec<Decided<WantedOrder>>) {
    wanted.retain(|order| {
        let id = id_for(device.id(), order.value.incident, &order.value.action);
        device.done.contains(&id) || last.orders.iter().any(|known| known.id == id)
    });
}

/// What orders hold in force and nothing wants any more. Nothing is undone while a latch is set, because what a
/// latch demands only its release undoes.
fn undone(now: Wall, device: &DeviceFacts, basis: &Position, wanted: &Wanted) -> Vec<Ordered> {
    let kept = |action: &&Action| {
        acts(wanted.posture.value).contains(action)
            || wanted.orders.iter().any(|order| order.value.action == **action)
    };
    if !device.latches.is_empty() {
        return Vec::new();
    }
    let over = device.ordered.iter().filter(|action| !kept(action)).filter_map(Action::inverse);
    over.map(|inverse| {
        let undoes =
            |order: &Order| order.kind == OrderKind::Run(inverse.clone()) && !device.done.contains(&order.id);
        let order = standing(now, device, undoes).unwrap_or_else(|| {
            let id = OrderId::v7(now, tail(&undoing(device.id(), &inverse, basis)));
            new(id, inverse.clone(), basis, now)
        });
        Ordered { order, because: "nothing wants any more what it undoes".to_string() }
    })
    .collect()
}

/// The order as it stands in the last state, so that another plan does not make another order of it.
fn standing(now: Wall, device: &DeviceFacts, is: impl Fn(&Order) -> bool) -> Option<Order> {
    let last = &device.signed.as_ref()?.state.orders;
    last.iter().find(|order| order.expires > now && is(order)).cloned()
}

fn new(id: OrderId, action: Action, basis: &Position, now: Wall) -> Order {
    Order { id, kind: OrderKind::Run(action), basis: *basis, expires: now + LIFE, consents: Vec::new() }
}

/// The time is the incident's, whose id begins with it.
fn id_for(device: DeviceId, incident: IncidentId, action: &Action) -> OrderId {
    let [a, b, c, d, e, f, ..] = incident.0;
    let millis = i64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    let digest = Hasher::tagged("wrale.order.v1")
        .bytes(device.as_bytes())
        .bytes(incident.as_bytes())
        .digest(&Digest::of(policy::word::spell(action).as_bytes()))
        .finish();
    OrderId::v7(Wall(millis.saturating_mul(1000)), tail(&digest))
}

fn undoing(device: DeviceId, inverse: &Action, basis: &Position) -> Digest {
    Hasher::tagged("wrale.undo.v1")
        .bytes(device.as_bytes())
        .digest(&basis.head.0)
        .digest(&Digest::of(policy::word::spell(inverse).as_bytes()))
        .finish()
}

/// Orders that the last state lacks, and orders of it that are neither done nor wanted.
///
/// One that was obeyed, or that ran out in a state which was adopted, is no reason for another state.
fn reasons(now: Wall, device: &DeviceFacts, all: &BTreeMap<OrderId, Ordered>) -> Vec<Reason> {
    let Some(last) = &device.signed else { return Vec::new() };
    let adopted = device.adopted.as_ref().is_some_and(|adopted| adopted.digest == last.digest);
    let reason = |because| Reason { change: Change::Orders, because };
    let added = all.values().filter(|ordered| !last.state.orders.contains(&ordered.order));
    let added = added.map(|ordered| reason(format!("{}: {}", spell(&ordered.order), ordered.because)));
    let over = |order: &Order| device.done.contains(&order.id) || (adopted && order.expires <= now);
    let taken = last.state.orders.iter().filter(|order| !over(order) && !all.contains_key(&order.id));
    added.chain(taken.map(|order| reason(format!("{}: no longer wanted", spell(order))))).collect()
}

#[cfg(test)]
mod tests;
