//! What a person can do next about an incident: what waits for people comes before what the incident says of itself.

use incident::Incident;
use plan::Proposal;
use store::Store;
use vocab::{DeviceId, EventId};
use wire::v1::OrderKind;

use super::proposal::{self, Verdict};
use crate::{fleet::Fleet, record::Record};

/// What a person should do first, in one sentence.
pub(super) fn first_action<S: Store>(fleet: &Fleet<S>, one: &Incident) -> String {
    release(fleet, one).unwrap_or_else(|| one.first_action())
}

/// What is to be done about the release of what it latched; nothing where nobody has asked for the next one.
fn release<S: Store>(fleet: &Fleet<S>, one: &Incident) -> Option<String> {
    fleet.proposals().next()?;
    let mut approved = None;
    for boxed in one.boxes() {
        let Some(record) = fleet.record(boxed.device) else { continue };
        for latch in boxed.latched() {
            let asked = newest(fleet, boxed.device, latch.event)?;
            let (label, site) = (record.identity.label(), &record.site);
            // As of when it was asked for: one whose time is over is forgotten within seconds.
            match proposal::judge(fleet, record, asked, asked.at()) {
                Verdict::Waits(_) => return Some(sign(fleet, asked, record)),
                Verdict::Void(why) => {
                    let why = proposal::words(fleet, &why);
                    return Some(format!("Ask anew for the release of {label} at {site}: {why}."));
                }
                Verdict::Approved => approved = Some(label),
            }
        }
    }
    approved.map(|label| {
        format!("Wait for {label}: enough people have signed its release, and it checks that by itself.")
    })
}

fn sign<S: Store>(fleet: &Fleet<S>, asked: &Proposal, record: &Record) -> String {
    let (have, need) = (asked.order().consents.len(), asked.needs(&fleet.reset(record)));
    let (label, site, by) = (record.identity.label(), &record.site, proposal::party(fleet, asked.by()).name);
    let (have, has) = match have {
        0 => ("nobody".to_owned(), "has"),
        1 => (format!("1 of {need} people"), "has"),
        more => (format!("{more} of {need} people"), "have"),
    };
    format!("Have the release of {label} at {site} signed: {by} asked for it, and {have} {has} signed.")
}

/// What was asked for last.
fn newest<S: Store>(fleet: &Fleet<S>, device: DeviceId, latched: EventId) -> Option<&Proposal> {
    let about = |one: &&Proposal| {
        let of = matches!(one.order().kind, OrderKind::ReleaseLatch { event, .. } if event == latched);
        of && one.audience().device == Some(device)
    };
    fleet.proposals().filter(about).max_by_key(|one| one.at())
}
