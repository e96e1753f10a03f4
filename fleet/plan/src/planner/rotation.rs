//! What a compromised device held is no longer secret: everybody else gets another value, in stages.

use alloc::{collections::BTreeSet, vec::Vec};

use policy::{Ceilings, evaluate::ceilings};
use vocab::DeviceId;

use crate::{
    facts::{Facts, Holder, SecretFacts, Standing},
    value::{Retirement, Rotation},
};

/// One rotation for each secret whose newest value was exposed.
pub(super) fn rotations(facts: &Facts) -> Vec<Rotation> {
    let mut rotations: Vec<_> = facts.secrets.iter().filter_map(|secret| rotation(facts, secret)).collect();
    rotations.sort_by(|a, b| a.secret.cmp(&b.secret));
    rotations
}

fn rotation(facts: &Facts, secret: &SecretFacts) -> Option<Rotation> {
    let by = secret.exposers();
    let stages = stages(facts, secret, &by);
    (!by.is_empty()).then(|| Rotation { secret: secret.name.clone(), exposed: secret.newest, by, stages })
}

/// No stage holds more devices than one cause may change in the fleet.
fn stages(facts: &Facts, secret: &SecretFacts, exposers: &BTreeSet<DeviceId>) -> Vec<BTreeSet<DeviceId>> {
    let census = &facts.census;
    let tightest = census.sites.keys().map(|site| ceilings(&facts.documents, site)).reduce(Ceilings::tighter);
    let share = tightest.unwrap_or_default().fleet;
    let others: Vec<_> = secret.holders.keys().filter(|device| !exposers.contains(device)).copied().collect();
    let stages = others.chunks(Ceilings::of(share, census.fleet().devices));
    stages.map(|stage| stage.iter().copied().collect()).collect()
}

/// The value before the newest, once everybody sound holds the newest; the others get it when they come back.
pub(super) fn retirements(facts: &Facts) -> Vec<Retirement> {
    let waits = |secret: &SecretFacts, holder: &Holder| {
        holder.standing == Standing::Sound && holder.version != secret.newest
    };
    let through = |secret: &&SecretFacts| !secret.holders.values().any(|holder| waits(secret, holder));
    let overlapping =
        facts.secrets.iter().filter(through).filter_map(|secret| Some((secret, secret.overlap?)));
    let mut retirements: Vec<_> =
        overlapping.map(|(secret, version)| Retirement { secret: secret.name.clone(), version }).collect();
    retirements.sort();
    retirements
}

#[cfg(test)]
mod tests;
