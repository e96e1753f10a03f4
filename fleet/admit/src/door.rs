//! The judge of every door: whose certificate this is, and how far it leads.
//!
//! The path to the zone's root, the signature and that the certificate is no CA are the TLS library's to check;
//! all that a fleet decides about an identity is decided here.

use alloc::{string::String, vec::Vec};
use core::time::Duration;

use vocab::{DeviceId, FleetName, ServiceName, Wall};
use wire::v1::keyset::TrustZone;

use crate::{
    identity::Identity,
    pki::{SLACK, Spiffe},
    refusal::Refusal,
};

pub use crate::standing::{Certificate, Place};

/// How old the suspension feed of a door may be before the door lets nobody in.
pub const FEED_LIMIT: Duration = Duration::from_secs(5);

/// What a peer showed, read from a certificate whose path to the zone's root is already checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// Every URI among the subject alternative names.
    pub uris: Vec<String>,
    /// The certified point, 65 bytes (SEC 1 §2.3.3, uncompressed).
    pub point: Vec<u8>,
    /// By its extended key usage.
    pub certificate: Certificate,
    /// From when.
    pub not_before: Wall,
    /// Until when.
    pub not_after: Wall,
}

/// The door at which it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door<'a> {
    /// The fleet.
    pub fleet: &'a FleetName,
    /// Where it stands.
    pub place: Place,
    /// When it last heard who is suspended; the fleet's own listener reads the record itself and says now.
    pub heard: Wall,
}

/// How far an identity leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// Everywhere.
    Open,
    /// Journal, evidence, renewal where it is owed, and states that tighten or recover; nothing else.
    Quarantine,
}

/// Which device the certificate names: only to look up its identity.
pub fn named(presented: &Presented, fleet: &FleetName) -> Result<DeviceId, Refusal> {
    match one_name(presented, fleet)? {
        Spiffe::Device { device, .. } => Ok(device),
        Spiffe::Service { .. } => Err(Refusal::Zone(TrustZone::Service)),
    }
}

/// Lets a device in, so far, or says why not. A live session is judged again at each change and at its expiry.
pub fn enter(
    presented: &Presented,
    identity: Option<&Identity>,
    door: &Door<'_>,
    now: Wall,
) -> Result<Room, Refusal> {
    // A mark from the future would never grow old: a clock was set back, and nobody knows how old it is.
    if now.since(door.heard) > FEED_LIMIT || door.heard.since(now) > FEED_LIMIT {
        return Err(Refusal::FeedStale);
    }
    let device = named(presented, door.fleet)?;
    in_time(presented, now)?;
    let identity = identity.filter(|known| known.device() == device).ok_or(Refusal::Unenrolled(device))?;
    identity.certified(&presented.point)?;
    identity.standing().room(presented.certificate, door.place)
}

/// Which service the certificate names, at a door of the internal zone. `revoked` says when people last ended the
/// credential of that name: what was made until then is over, and what is made since is another.
pub fn service(
    presented: &Presented,
    fleet: &FleetName,
    revoked: impl FnOnce(&ServiceName) -> Option<Wall>,
    now: Wall,
) -> Result<ServiceName, Refusal> {
    let name = match one_name(presented, fleet)? {
        Spiffe::Service { name, .. } => name,
        Spiffe::Device { .. } => return Err(Refusal::Zone(TrustZone::Device)),
    };
    in_time(presented, now)?;
    // A certificate begins so long before it is made.
    let made = presented.not_before + SLACK;
    if revoked(&name).is_some_and(|revoked| made <= revoked) {
        return Err(Refusal::ServiceRevoked(name));
    }
    Ok(name)
}

fn one_name(presented: &Presented, fleet: &FleetName) -> Result<Spiffe, Refusal> {
    let [uri] = presented.uris.as_slice() else { return Err(Refusal::UriCount(presented.uris.len())) };
    let foreign = || Refusal::UriForeign(uri.chars().take(URI_SHOWN).collect());
    let name: Spiffe = uri.parse().map_err(|_| foreign())?;
    if name.fleet() == fleet { Ok(name) } else { Err(foreign()) }
}

/// A stranger's text is shown, but not all of it.
const URI_SHOWN: usize = 128;

fn in_time(presented: &Presented, now: Wall) -> Result<(), Refusal> {
    if now < presented.not_before {
        return Err(Refusal::CertificateEarly);
    }
    if now >= presented.not_after {
        return Err(Refusal::CertificateExpired);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
