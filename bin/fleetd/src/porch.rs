//! Where every identity stands, as the fleet has committed it: what the doors know, and what other verifiers hear.
//!
//! Handshakes ask it and never wait for the fleet.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use admit::{
    Identity,
    door::{self, Certificate, Door, Place},
    pki::{QUARANTINE_OID, Spiffe},
    standing,
};
use control::services;
use tls::{Code, Doors, Presented, Usage};
use tokio::sync::{broadcast, mpsc};
use vocab::{DeviceId, FleetName, ServiceName};
use wire::v1::feed::{self, Identified};

use crate::moment;

/// Most changes that a listener to the feed may be behind; one that is farther behind begins anew.
const BEHIND: usize = 4096;

/// The identities of one fleet.
pub(crate) struct Porch {
    fleet: FleetName,
    // Boxed: a tree that grows leaf by leaf leaves room for half as many again.
    known: RwLock<BTreeMap<DeviceId, Box<Identity>>>,
    /// Whose credentials people ended, in the service zone.
    revoked: RwLock<Arc<services::Ended>>,
    changes: broadcast::Sender<Identified>,
    ended: mpsc::UnboundedSender<Ended>,
}

/// An identity that people ended, by the URI of its certificates: its sessions end too, for this reason.
pub(crate) type Ended = (String, Code);

impl Porch {
    /// Nobody is known yet. Whoever holds the listener hears whose sessions are to end.
    pub(crate) fn new(fleet: FleetName) -> (Self, mpsc::UnboundedReceiver<Ended>) {
        let (ended, hears) = mpsc::unbounded_channel();
        let (known, revoked, changes) =
            (RwLock::default(), RwLock::default(), broadcast::Sender::new(BEHIND));
        (Self { fleet, known, revoked, changes, ended }, hears)
    }

    /// From now on this identity stands so.
    pub(crate) fn stand(&self, device: DeviceId, identity: Option<&Identity>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let told = identity.map(identified);
        match identity {
            Some(identity) => drop(known.insert(device, Box::new(identity.clone()))),
            None => drop(known.remove(&device)),
        }
        if let Some(revocation) = identity.and_then(|identity| identity.standing().revocation()) {
            let uri = Spiffe::Device { fleet: self.fleet.clone(), device }.to_string();
            // A listener that is gone has no sessions.
            let _ = self.ended.send((uri, Code(admit::Refusal::Revoked(revocation.reason).code())));
        }
        // While the lock is held, so that whoever begins to listen misses nothing. Often nobody listens.
        let _ = told.map(|told| self.changes.send(told));
    }

    /// From now on the credentials of these services are over, and so are their sessions.
    pub(crate) fn revoke(&self, now: Arc<services::Ended>) {
        let mut revoked = self.revoked.write().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&revoked, &now) {
            return;
        }
        for (name, _) in now.iter().filter(|(name, at)| revoked.get(name) != Some(at)) {
            let uri = Spiffe::Service { fleet: self.fleet.clone(), name: name.clone() }.to_string();
            let _ = self.ended.send((uri, Code(admit::Refusal::ServiceRevoked(name.clone()).code())));
        }
        *revoked = now;
    }

    /// Whether whoever calls the internal listener is let in there.
    pub(crate) fn serves(&self, presented: &Presented) -> Result<(), Code> {
        let revoked = self.revoked.read().unwrap_or_else(PoisonError::into_inner);
        let ended = |name: &ServiceName| revoked.get(name).copied();
        let named = door::service(&shown(presented), &self.fleet, ended, moment::wall());
        named.map(|_| ()).map_err(|refusal| Code(refusal.code()))
    }

    /// Whether people ended this identity.
    pub(crate) fn is_ended(&self, device: DeviceId) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&device).is_some_and(|identity| identity.standing().revocation().is_some())
    }

    /// Everybody of whom a verifier must know, and all that changes from here on.
    pub(crate) fn listen(&self) -> (Vec<Identified>, broadcast::Receiver<Identified>) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let worth = |told: &Identified| told.standing != feed::Standing::Active || !told.replaced.is_empty();
        (known.values().map(|known| identified(known)).filter(worth).collect(), self.changes.subscribe())
    }
}

impl Doors for Porch {
    fn enter(&self, presented: &Presented) -> Result<(), Code> {
        let (presented, now) = (shown(presented), moment::wall());
        let refused = |refusal: admit::Refusal| Code(refusal.code());
        let device = door::named(&presented, &self.fleet).map_err(refused)?;
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let door = Door { fleet: &self.fleet, place: Place::Hardware, heard: now };
        door::enter(&presented, known.get(&device).map(Box::as_ref), &door, now).map(|_| ()).map_err(refused)
    }
}

/// What a peer showed, in the words of whoever judges identities.
pub(crate) fn shown(presented: &Presented) -> door::Presented {
    let quarantine = matches!(&presented.usage, Usage::Other(arcs) if *arcs == QUARANTINE_OID);
    door::Presented {
        uris: vec![presented.uri.clone()],
        point: presented.point.clone(),
        certificate: if quarantine { Certificate::Quarantine } else { Certificate::Full },
        not_before: presented.not_before,
        not_after: presented.not_after,
    }
}

fn identified(identity: &Identity) -> Identified {
    Identified {
        device: identity.device(),
        standing: match identity.standing().state() {
            standing::State::Active => feed::Standing::Active,
            standing::State::RenewalOwed => feed::Standing::RenewalOwed,
            standing::State::Suspended => feed::Standing::Suspended,
            standing::State::Revoked => feed::Standing::Revoked,
        },
        replaced: identity.device_keys().skip(1).map(crypto::key::PublicKey::id).collect(),
    }
}
