//! Facts → plan.
//!
//! Level-triggered: what is wanted is compared with what was last signed, and nothing different is no plan. Whether
//! the device has heard of it is the publisher's concern, who repeats.

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

use policy::{Because, Decided, LeaseTerms, Wanted};
use vocab::{Arming, Generation, Posture, Wall};
use wire::v1::{DeviceState, Order, state::Lease};

use crate::{
    direction::direction,
    facts::{DeviceFacts, Facts, Letter, Standing},
    value::{Change, Left, Plan, Planned, Reason, Why},
};

mod orders;
mod rotation;
mod secrets;

use secrets::Given;

/// What shall be so next, and what was left out; no plan where everything was already signed so.
pub fn plan(facts: &Facts) -> (Option<Plan>, Vec<Left>) {
    let mut left = Vec::new();
    let mut devices: Vec<_> = facts
        .devices
        .iter()
        .filter_map(|device| next(facts, device, &wanted(facts, device), &mut left))
        .collect();
    devices.sort_by_key(|planned| planned.state.device);
    left.sort();
    let plan = Plan {
        fleet: facts.fleet.clone(),
        parent: facts.parent,
        made: facts.now,
        devices,
        rotations: rotation::rotations(facts),
        retirements: rotation::retirements(facts),
    };
    ((!plan.is_empty()).then_some(plan), left)
}

/// The next state of one device as far as the device itself and people gave cause for it: what documents would change
/// besides stays as it was last signed, and waits.
pub(crate) fn own(facts: &Facts, device: &DeviceFacts) -> Option<Planned> {
    let mut wanted = wanted(facts, device);
    if let Some(Letter { state: last, .. }) = &device.signed {
        wanted.arming.value = last.arming;
        wanted.tuning.clone_from(&last.tuning);
        wanted.reflexes.value.clone_from(&last.reflexes);
        wanted.interlocks.value.clone_from(&last.interlocks);
        let own = last.posture.stricter(device.own_posture());
        wanted.posture.value = wanted.posture.value.min(own);
        orders::keep_known(device, last, &mut wanted.orders);
    }
    next(facts, device, &wanted, &mut Vec::new())
}

/// The next state of one device, if it differs from the last one signed.
fn next(facts: &Facts, device: &DeviceFacts, wanted: &Wanted, left: &mut Vec<Left>) -> Option<Planned> {
    let mut leave = |why| left.push(Left { device: device.id(), why });
    if device.standing == Standing::Revoked {
        leave(Why::Revoked);
        return None;
    }
    let Some(basis) = device.accepted else {
        leave(Why::NeverHeard);
        return None;
    };
    let last = device.signed.as_ref();
    let orders = orders::orders(facts, device, &basis, wanted, &mut leave);
    let Given { kept, seal } = secrets::given(facts, device, &mut leave);
    let state = DeviceState {
        fleet: facts.fleet.clone(),
        device: device.id(),
        generation: generation(device),
        previous: last.map(|letter| letter.digest),
        issued: facts.now,
        basis,
        arming: arming(device, wanted),
        tuning: wanted.tuning.clone(),
        reflexes: wanted.reflexes.value.clone(),
        interlocks: wanted.interlocks.value.clone(),
        posture: wanted.posture.value,
        orders: orders.list,
        secrets: kept,
        lease: lease(facts.now, device, wanted.lease.as_ref()),
        floor: floor(device),
        roster: facts.roster.signed().clone(),
        keyset: facts.keyset.signed().clone(),
    };
    let mut reasons = orders.reasons;
    differences(&state, device, wanted, !seal.is_empty(), &mut reasons);
    if reasons.is_empty() {
        return None;
    }
    reasons.sort();
    let direction = direction(&state, &seal, device);
    Some(Planned { state, seal, direction, reasons })
}

/// What the documents want of this device.
pub(crate) fn wanted(facts: &Facts, device: &DeviceFacts) -> Wanted {
    let subject = device.subject.clone();
    let facts_of = policy::Facts { subject, arming: device.arming, incidents: device.incidents.clone() };
    policy::evaluate(&facts.documents, &facts_of)
}

/// Above all that was ever signed, and above all that the device has ever seen.
fn generation(device: &DeviceFacts) -> Generation {
    let signed = device.signed.as_ref().map_or(Generation::NONE, |letter| letter.state.generation);
    signed.max(device.highest).next()
}

/// What a person asked for goes before what a document says of everybody.
fn arming(device: &DeviceFacts, wanted: &Wanted) -> Arming {
    device.asked.unwrap_or(wanted.arming.value)
}

/// What the device has adopted, it never needs to go below.
fn floor(device: &DeviceFacts) -> Generation {
    let adopted = device.adopted.as_ref().map_or(Generation::NONE, |letter| letter.state.generation);
    let last = device.signed.as_ref().map_or(Generation::NONE, |letter| letter.state.floor);
    adopted.max(last)
}

/// The last lease as long as half of it is left, so that not every plan is a new lease; a suspended device gets
/// no longer one.
fn lease(now: Wall, device: &DeviceFacts, terms: Option<&Decided<LeaseTerms>>) -> Option<Lease> {
    let terms = terms?.value;
    let powered = u32::try_from(terms.powered.as_secs()).unwrap_or(u32::MAX);
    let new = Lease { until: now + terms.wall, powered, afterwards: terms.afterwards };
    let last = device.signed.as_ref().and_then(|letter| letter.state.lease);
    let fits = |last: &Lease| {
        let same =
            (last.powered, last.afterwards) == (new.powered, new.afterwards) && last.until <= new.until;
        let fresh = last.until.since(now) >= terms.wall / 2;
        same && (fresh || device.standing == Standing::Suspended)
    };
    last.filter(fits).or(Some(new))
}

/// What is different against the last state signed, orders apart.
fn differences(
    state: &DeviceState,
    device: &DeviceFacts,
    wanted: &Wanted,
    seals: bool,
    reasons: &mut Vec<Reason>,
) {
    let mut add = |change, because: String| reasons.push(Reason { change, because });
    let Some(Letter { state: last, .. }) = &device.signed else {
        add(Change::First, "the device has no state yet".to_string());
        return;
    };
    if state.arming != last.arming {
        let asked = || "a person asked for it".to_string();
        add(Change::Arming, device.asked.map_or_else(|| wanted.arming.because.to_string(), |_| asked()));
    }
    if state.posture != last.posture {
        add(Change::Posture, wanted.posture.because.to_string());
    }
    if state.tuning != last.tuning {
        add(Change::Tuning, tuned(wanted));
    }
    if state.reflexes != last.reflexes {
        add(Change::Reflexes, wanted.reflexes.because.to_string());
    }
    if state.interlocks != last.interlocks {
        add(Change::Interlocks, wanted.interlocks.because.to_string());
    }
    if seals || state.secrets != last.secrets {
        add(Change::Secrets, "what it should hold is not what it was given".to_string());
    }
    if state.lease != last.lease {
        let because = wanted.lease.as_ref().map(|lease| lease.because.to_string());
        add(Change::Lease, because.unwrap_or_else(|| "no document asks for one".to_string()));
    }
    if state.roster != last.roster || state.keyset != last.keyset {
        add(Change::Trust, "the fleet root signed a newer one".to_string());
    }
}

/// The documents that set thresholds, each once.
fn tuned(wanted: &Wanted) -> String {
    let documents: BTreeSet<&Because> = wanted.tuned.values().collect();
    let names: Vec<_> = documents.iter().map(ToString::to_string).collect();
    if names.is_empty() { "no document changes any threshold".to_string() } else { names.join("; ") }
}

/// The acts that a posture keeps in force by itself.
pub(crate) const fn acts(posture: Posture) -> &'static [vocab::Action] {
    match posture {
        Posture::Normal | Posture::Guarded => &[],
        Posture::Isolated => &[vocab::Action::Isolate],
        Posture::Sealed | Posture::Wiped => &[vocab::Action::LatchVault, vocab::Action::Isolate],
    }
}

/// An order in words, for reasons.
fn spell(order: &Order) -> String {
    use wire::v1::OrderKind;
    match &order.kind {
        OrderKind::Acknowledge(event) => format!("acknowledge {event}"),
        OrderKind::ReleaseLatch { event, .. } => format!("release {event}"),
        OrderKind::Run(action) => policy::word::spell(action),
    }
}

#[cfg(test)]
pub(crate) mod tests;
