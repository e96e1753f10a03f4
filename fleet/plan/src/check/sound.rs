//! Whether a state could be obeyed at all, and gives nothing to whom it must not.

use alloc::{collections::BTreeSet, vec::Vec};

use crypto::{cbor, signed::Letter};
use vocab::{ActionClass, Generation, Posture, tamper::Verification};
use wire::v1::DeviceState;

use crate::{
    facts::{DeviceFacts, Facts, Standing},
    refusal::Refusal,
    value::{Plan, Planned},
};

pub(super) fn state(planned: &Planned, device: &DeviceFacts, refusals: &mut Vec<Refusal>) {
    let (state, id) = (&planned.state, device.id());
    let signed = device.signed.as_ref();
    let above = signed.map_or(Generation::NONE, |letter| letter.state.generation).max(device.highest);
    let mut refuse = |condition: bool, refusal: Refusal| {
        if condition {
            refusals.push(refusal);
        }
    };
    refuse(state.generation <= above, Refusal::Generation { device: id, planned: state.generation, above });
    refuse(state.previous != signed.map(|letter| letter.digest), Refusal::Previous(id));
    refuse(device.accepted.is_none_or(|accepted| state.basis.seq > accepted.seq), Refusal::BasisBeyond(id));
    refuse(state.floor > state.generation, Refusal::FloorAbove(id));
    refuse(destroys(state), Refusal::Irreversible(id));
    refuse(!entitled(planned, device), Refusal::Secrets(id));
    let bytes = cbor::length(state);
    refuse(bytes > DeviceState::LIMITS.bytes, Refusal::TooLarge { device: id, bytes });
    tables(state, refusals);
}

/// What would destroy data without anybody's consent: a posture, a lease, one group's reflex.
fn destroys(state: &DeviceState) -> bool {
    let irreversible = |action: &vocab::Action| action.class() == ActionClass::Irreversible;
    state.posture == Posture::Wiped
        || state.lease.is_some_and(|lease| lease.afterwards == Posture::Wiped)
        || state.reflexes.iter().any(|line| {
            line.posture == Posture::Wiped
                || (line.verification == Verification::Single && line.actions.iter().any(irreversible))
        })
}

fn tables(state: &DeviceState, refusals: &mut Vec<Refusal>) {
    for act in state.interlocks.iter().filter_map(|line| line.instead.as_ref()) {
        let hazardous = state.interlocks.iter().any(|line| line.withholds == *act);
        if hazardous || act.class() == ActionClass::Irreversible {
            refusals.push(Refusal::AlternativeUnsafe(state.device, act.clone()));
        }
    }
    let mut seen = BTreeSet::new();
    let twice = state.orders.iter().filter(|order| !seen.insert(order.id));
    refusals.extend(twice.map(|order| Refusal::OrderTwice(state.device, order.id)));
}

/// Secrets go to sound devices alone, under the key that they attested last.
fn entitled(planned: &Planned, device: &DeviceFacts) -> bool {
    if planned.state.secrets.is_empty() && planned.seal.is_empty() {
        return true;
    }
    let Some(opening) = device.opening.filter(|_| device.standing == Standing::Sound) else { return false };
    planned.seal.iter().all(|seal| seal.to == *opening.key())
        && planned.state.secrets.iter().all(|sealed| sealed.key == opening.key().id())
}

/// Rotating a value that nobody exposed would take it from everybody for nothing.
pub(super) fn rotations(plan: &Plan, facts: &Facts, refusals: &mut Vec<Refusal>) {
    for rotation in &plan.rotations {
        let secret = facts.secrets.iter().find(|secret| secret.name == rotation.secret);
        let exposed = secret.filter(|secret| secret.exposers() == rotation.by).map(|secret| secret.newest);
        if exposed != Some(rotation.exposed) {
            refusals.push(Refusal::Rotation { named: rotation.exposed, exposed });
        }
    }
}

#[cfg(test)]
mod tests;
