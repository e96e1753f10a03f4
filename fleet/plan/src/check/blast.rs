//! How many devices would be changed by themselves, at each site and in the fleet.
//!
//! An attacker with a magnet, or a document with a slip in it, must not be able to stop a fleet.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use policy::{Ceilings, evaluate::ceilings};
use vocab::{DeviceId, SiteName, unit::Permille};

use super::propagates;
use crate::{
    facts::{DeviceFacts, Facts, Tally},
    refusal::Refusal,
    value::{Plan, Planned, Sanction},
};

/// Refuses what goes beyond a ceiling.
pub(super) fn radius(plan: &Plan, facts: &Facts, sanction: Option<&Sanction>, refusals: &mut Vec<Refusal>) {
    let mut sites: BTreeMap<&SiteName, usize> = BTreeMap::new();
    for device in plan.devices.iter().filter_map(|planned| counted(planned, facts, sanction)) {
        *sites.entry(&device.subject.site).or_default() += 1;
    }
    let allowed = |site: &SiteName| ceilings(&facts.documents, site);
    for (site, changed) in &sites {
        scope(Some(site), *changed, facts.census.site(site), allowed(site).site, refusals);
    }
    let tightest = sites.keys().map(|site| allowed(site)).reduce(Ceilings::tighter).unwrap_or_default();
    scope(None, sites.values().sum(), facts.census.fleet(), tightest.fleet, refusals);
}

/// The devices for which the ceilings leave no room, if those before them go first.
pub(super) fn beyond(plan: &Plan, facts: &Facts, sanction: Option<&Sanction>) -> BTreeSet<DeviceId> {
    let counted: Vec<_> =
        plan.devices.iter().filter_map(|planned| counted(planned, facts, sanction)).collect();
    let allowed = |device: &DeviceFacts| ceilings(&facts.documents, &device.subject.site);
    let tightest = counted.iter().map(|device| allowed(device)).reduce(Ceilings::tighter).unwrap_or_default();
    let mut fleet = room(facts.census.fleet(), tightest.fleet);
    let mut sites: BTreeMap<&SiteName, usize> = BTreeMap::new();
    let mut beyond = BTreeSet::new();
    for device in counted {
        let tally = facts.census.site(&device.subject.site);
        let site = sites.entry(&device.subject.site).or_insert_with(|| room(tally, allowed(device).site));
        match (site.checked_sub(1), fleet.checked_sub(1)) {
            (Some(here), Some(everywhere)) => (*site, fleet) = (here, everywhere),
            _ => drop(beyond.insert(device.id())),
        }
    }
    beyond
}

/// How many more devices may change by themselves.
fn room(tally: Tally, share: Permille) -> usize {
    let allowed = Ceilings::of(share, tally.devices);
    if tally.latched > allowed { 0 } else { allowed.saturating_sub(tally.unsettled) }
}

/// The device, if it would be changed by itself and no person decided over it.
fn counted<'a>(planned: &Planned, facts: &'a Facts, sanction: Option<&Sanction>) -> Option<&'a DeviceFacts> {
    let device = facts.devices.iter().find(|device| device.id() == planned.state.device)?;
    let decided = sanction.is_some_and(|sanction| sanction.covers(planned));
    (propagates(planned, device) && !decided).then_some(device)
}

/// What is not proved well yet counts with what would be added, or a ceiling would only slow a bad document down.
fn scope(
    site: Option<&SiteName>,
    changed: usize,
    tally: Tally,
    share: Permille,
    refusals: &mut Vec<Refusal>,
) {
    if changed == 0 {
        return;
    }
    let allowed = Ceilings::of(share, tally.devices);
    let site = site.cloned();
    if tally.latched > allowed {
        refusals.push(Refusal::Latched { site: site.clone(), latched: tally.latched, allowed });
    }
    let changed = changed + tally.unsettled;
    if changed > allowed {
        refusals.push(Refusal::BlastRadius { site, changed, allowed, devices: tally.devices });
    }
}

#[cfg(test)]
mod tests;
