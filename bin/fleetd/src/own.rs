//! What the fleet's own listeners show: a certificate of the service zone, with a key that lives in memory alone.

use std::{sync::Arc, time::Duration};

use admit::{Profile, Serial};
use crypto::key::PublicKey;
use rcgen::PublicKeyData;
use tls::Credential;
use vocab::{FleetName, ServiceName, Wall};

use crate::{
    authority::{Zones, new_key},
    moment,
};

/// The service that answers at the fleet's listeners; devices know it by this name.
pub(crate) const NAME: &str = "fleetd";

/// One credential after the other.
pub(crate) struct Own {
    zones: Arc<Zones>,
    fleet: FleetName,
    rotation: Option<Duration>,
}

/// What is shown until it is replaced.
pub(crate) struct Shown {
    pub(crate) credential: Credential,
    /// Until when its certificate holds.
    pub(crate) until: Wall,
    /// When the next one is due.
    pub(crate) due: Wall,
}

impl Own {
    /// `rotation` is how old a key may become, where people say so.
    pub(crate) const fn new(zones: Arc<Zones>, fleet: FleetName, rotation: Option<Duration>) -> Self {
        Self { zones, fleet, rotation }
    }

    /// A new key, and a certificate for it.
    pub(crate) fn issue(&self) -> Result<Shown, tls::Mistake> {
        let (name, now) = (ServiceName::new(NAME).expect("a name of ours is one"), moment::wall());
        let key = new_key();
        let public = PublicKey::from_bytes(key.der_bytes()).expect("a new key is on its curve");
        let profile = Profile::listener(&self.fleet, &name, public, serial(), now);
        let credential = Credential::from_pkcs8(&self.zones.certify(&profile), key.serialized_der())?;
        Ok(Shown { credential, until: profile.not_after, due: due(now, profile.not_after, self.rotation) })
    }
}

/// Sixteen random bytes as a certificate's number.
pub(crate) fn serial() -> Serial {
    let drawn = moment::draw();
    Serial::from_random(std::array::from_fn(|at| drawn[at]))
}

/// Long before a certificate runs out, and when its key is as old as people let it become.
fn due(now: Wall, until: Wall, rotation: Option<Duration>) -> Wall {
    let two_thirds = until.since(now) / 3 * 2;
    now + rotation.map_or(two_thirds, |rotation| rotation.min(two_thirds))
}

#[cfg(test)]
mod tests;
