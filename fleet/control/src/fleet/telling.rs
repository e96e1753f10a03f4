//! The road down: facts are planned, plans are checked, states are signed, recorded and published.

use std::collections::{BTreeMap, BTreeSet};

use audit::{Actor, Kind, Outcome, Subject};
use crypto::{cbor, digest::Digest, signed::Signed};
use incident::Expected;
use link::{
    downlink::{Publication, Reach},
    station::Input,
};
use plan::{Checked, DeviceFacts, Facts, Latch, Letter, Plan, Standing, part, plan, propagates};
use policy::Subject as Of;
use store::{Store, Table};
use vocab::{Arming, DeviceId, Generation, Posture};
use wire::v1::{DeviceState, OrderKind};

use super::{Dossier, Fleet, Now};
use crate::{
    authority::Signature,
    record::{Record, SignedState},
};

impl<S: Store> Fleet<S> {
    /// Plans for these devices, and signs what is checked.
    pub(super) fn replan(&mut self, next: &BTreeSet<DeviceId>, now: Now) {
        let facts = self.facts_for(next, now);
        let (Some(plan), _) = plan(&facts) else { return };
        if let Some(checked) = self.checked(plan, &facts) {
            let spread = spread(&checked, &facts);
            self.signed(checked, &spread, now);
        }
    }

    /// A plan that is refused for some devices goes out for the others. The log has each reason once: it does not
    /// grow because nobody decided yet.
    fn checked(&mut self, plan: Plan, facts: &Facts) -> Option<Checked<Plan>> {
        let digest = plan.digest();
        let planned: BTreeSet<DeviceId> = plan.devices().iter().map(|one| one.state.device).collect();
        let (checked, refusals) = part(&plan, facts, None);
        let mut held: BTreeMap<Option<DeviceId>, BTreeSet<&'static str>> = BTreeMap::new();
        for refusal in &refusals {
            held.entry(refusal.device()).or_default().insert(refusal.code());
        }
        let goes_out = |device: &DeviceId| planned.contains(device) && !held.contains_key(&Some(*device));
        self.held.retain(|about, _| !about.as_ref().is_some_and(goes_out));
        let spreads = checked.as_ref().is_some_and(|checked| !spread(checked, facts).is_empty());
        if spreads && !held.contains_key(&None) {
            self.held.remove(&None);
        }
        for (about, codes) in held {
            let known = self.held.entry(about).or_default();
            let new: Vec<&str> = codes.into_iter().filter(|code| known.insert(code)).collect();
            for code in new {
                let (outcome, subject) =
                    (Outcome::Refused(code.into()), about.map_or(Subject::Fleet, Subject::Device));
                self.decide(Kind::Check, Actor::Fleet, subject, vec![digest], outcome, facts.now);
            }
        }
        checked
    }

    fn signed(&mut self, checked: Checked<Plan>, spread: &BTreeSet<DeviceId>, now: Now) {
        let (id, digest) = (checked.id(), checked.digest());
        let signatures = match self.setup.authority.sign(checked) {
            Ok(signatures) => signatures,
            Err(refusal) => {
                let outcome = Outcome::Refused(refusal.code().into());
                return self.decide(
                    Kind::Plan,
                    Actor::Fleet,
                    Subject::Plan(id),
                    vec![digest],
                    outcome,
                    now.wall,
                );
            }
        };
        self.decide(Kind::Plan, Actor::Fleet, Subject::Plan(id), vec![digest], Outcome::Done, now.wall);
        for Signature { letter, state, direction } in signatures {
            let device = state.device;
            let salt = Digest(self.draw());
            let leaf = self.ledger.record_state(&letter, state.generation, salt, &mut self.batch);
            self.batch.put(Table::State, key(device, state.generation), letter.bytes());
            for mut incident in self.about(device) {
                let expected = Expected {
                    generation: state.generation,
                    state: letter.digest(),
                    releases: releases(&state),
                };
                incident.planned(device, expected, now.wall);
                self.keep_incident(incident);
            }
            let Some(dossier) = self.dossiers.get_mut(&device) else { continue };
            dossier.record.publish(SignedState {
                generation: state.generation,
                digest: letter.digest(),
                at: now.wall,
                salt,
                index: leaf.index,
                direction,
                spread: spread.contains(&device),
            });
            dossier.appraise_at = dossier.appraise_at.min(now.mono + SETTLE);
            self.keep(device);
            self.schedule(device);
            self.after.push(super::After::Publish(device));
        }
    }

    /// Gives a device's station the state that the device is to adopt, and its proof.
    pub(super) fn publish(&mut self, device: DeviceId) {
        self.after.push(super::After::Publish(device));
    }

    /// Everything that is to be published is committed by now, and under a checkpoint.
    pub(super) fn publish_now(&mut self, device: DeviceId, now: Now) {
        let Some(dossier) = self.dossiers.get(&device) else { return };
        let Some(signed) = dossier.record.signed else { return };
        let Ok(Some(state)) = self.store.get(Table::State, &key(device, signed.generation)) else { return };
        let leaf = audit::Leaf { generation: signed.generation, salt: signed.salt, index: signed.index };
        let covered = signed.index < self.ledger.published_size();
        let proof = covered.then(|| self.ledger.prove(&leaf, dossier.record.remembered, &self.store));
        let proof = match proof.transpose() {
            Ok(proof) => proof.map(|proof| cbor::encode(&proof)),
            Err(fault) => return self.say("publish", device, format!("the state cannot be proved: {fault}")),
        };
        let reach = if holds_secrets(&state) { Reach::OpenRoom } else { Reach::EveryRoom };
        // Whoever owes a new key stands in the open room to ask for it, and for nothing else.
        if reach == Reach::OpenRoom && standing(dossier) != Standing::Sound {
            return;
        }
        let publication = Publication { generation: signed.generation, reach, state, proof };
        self.to_station(device, Input::Publish(publication), now);
    }

    fn facts_for(&self, devices: &BTreeSet<DeviceId>, now: Now) -> Facts {
        Facts {
            fleet: self.setup.fleet.clone(),
            now: now.wall,
            parent: None,
            roster: self.setup.roster.clone(),
            keyset: self.setup.keyset.clone(),
            documents: self.setup.documents.clone(),
            devices: devices
                .iter()
                .filter_map(|device| self.dossiers.get(device))
                .map(|dossier| self.device_facts(dossier, now))
                .collect(),
            secrets: vec![],
            census: self.census.clone(),
        }
    }

    fn device_facts(&self, dossier: &Dossier, now: Now) -> DeviceFacts {
        let record = &dossier.record;
        let device = record.device();
        let signed = record.signed.and_then(|signed| self.letter(device, signed.generation));
        let adopted = record.adopted.last().map(|adopted| adopted.generation);
        let approved = self.approved(device, now);
        DeviceFacts {
            subject: subject(record),
            standing: standing(dossier),
            accepted: record.accepted,
            arming: record.pulse.as_ref().map_or(Arming::Commissioning, |pulse| pulse.arming),
            asked: record.asked,
            posture: record.pulse.as_ref().map_or(Posture::Normal, |pulse| pulse.posture),
            latches: self.latches(device),
            incidents: self.about(device).iter().map(incident::Incident::facts).collect(),
            adopted: match &signed {
                Some(letter) if Some(letter.state.generation) == adopted => signed.clone(),
                _ => adopted.and_then(|generation| self.letter(device, generation)),
            },
            signed,
            highest: record.obeyed,
            opening: dossier.opening,
            secrets: BTreeSet::new(),
            approved,
            done: record.done.iter().copied().collect(),
            ordered: record.ordered.iter().cloned().collect(),
            interlocks: BTreeMap::new(),
        }
    }

    /// The latches of a device, as plans and proposals judge them.
    pub(crate) fn latches(&self, device: DeviceId) -> Vec<Latch> {
        let Some(dossier) = self.dossiers.get(&device) else { return vec![] };
        let record = &dossier.record;
        let of = |latch: &crate::record::Latched| Latch {
            event: latch.event,
            severity: latch.severity,
            position: latch.at,
            posture: latch.posture,
            cause: record.sensed(&latch.zone),
            openers: record.openers(latch, &self.setup.roster),
        };
        record.latches.iter().map(of).collect()
    }

    /// A state as it was signed; none that this store never signed.
    pub(crate) fn letter(&self, device: DeviceId, generation: Generation) -> Option<Letter> {
        let bytes = self.store.get(Table::State, &key(device, generation)).ok()??;
        let letter = Signed::<DeviceState>::parse(bytes).ok()?;
        let state = letter.claimed().ok()?;
        Some(Letter { digest: letter.digest(), state, given: BTreeMap::new() })
    }
}

/// The devices that a plan changes although nothing happened to them and nobody asked for it.
fn spread(plan: &Plan, facts: &Facts) -> BTreeSet<DeviceId> {
    let facts_of = |device: DeviceId| facts.devices.iter().find(|known| known.id() == device);
    let spreads =
        |one: &&plan::Planned| facts_of(one.state.device).is_some_and(|device| propagates(one, device));
    plan.devices().iter().filter(spreads).map(|one| one.state.device).collect()
}

/// Soon after a new state a device is asked what became of it.
const SETTLE: std::time::Duration = std::time::Duration::from_secs(2);

/// Which device, where, with which labels.
pub(super) fn subject(record: &Record) -> Of {
    let labels = [record.identity.label().clone()].into();
    Of { device: record.device(), site: record.site.clone(), labels }
}

fn standing(dossier: &Dossier) -> Standing {
    use admit::standing::State;
    match dossier.record.identity.standing().state() {
        State::Active => Standing::Sound,
        State::RenewalOwed | State::Suspended => Standing::Suspended,
        State::Revoked => Standing::Revoked,
    }
}

fn key(device: DeviceId, generation: Generation) -> [u8; 24] {
    let mut key = [0; 24];
    key[..16].copy_from_slice(device.as_bytes());
    key[16..].copy_from_slice(&generation.0.to_be_bytes());
    key
}

fn releases(state: &DeviceState) -> Vec<vocab::EventId> {
    let releases = state.orders.iter().filter_map(|order| match order.kind {
        OrderKind::ReleaseLatch { event, .. } => Some(event),
        OrderKind::Acknowledge(_) | OrderKind::Run(_) => None,
    });
    releases.collect()
}

fn holds_secrets(letter: &[u8]) -> bool {
    let state = Signed::<DeviceState>::parse(letter.to_vec()).and_then(|letter| letter.claimed());
    state.map_or(true, |state| !state.secrets.is_empty())
}
