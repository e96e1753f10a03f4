//! One device as the fleet knows it: its id, its keys and where it stands.

use alloc::vec::Vec;
use core::{iter, time::Duration};

use crypto::{
    key::{Attestation, Device, PublicKey},
    signed::Audience,
};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, FleetName, Label, Wall};

use crate::{pki::Named, refusal::Refusal, standing::Standing};

/// How long a device key may be certified.
pub const KEY_LIFE: Duration = Duration::from_hours(30 * 24);

/// How many replaced keys are remembered; older ones are strangers' at every door, which is as good.
const PAST_LIMIT: usize = 16;

/// An enrolled identity.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Identity {
    #[n(0)]
    device: DeviceId,
    #[n(1)]
    fleet: FleetName,
    #[n(2)]
    label: Label,
    #[n(3)]
    attestation_key: PublicKey<Attestation>,
    #[n(4)]
    device_key: PublicKey<Device>,
    /// Since when that key is enrolled.
    #[n(5)]
    keyed: Wall,
    /// Replaced device keys, oldest first.
    #[n(6)]
    past: Vec<PublicKey<Device>>,
    #[n(7)]
    standing: Standing,
}

impl Identity {
    pub(crate) const fn new(
        device: DeviceId,
        fleet: FleetName,
        label: Label,
        attestation_key: PublicKey<Attestation>,
        device_key: PublicKey<Device>,
        now: Wall,
    ) -> Self {
        let standing = Standing::new();
        Self { device, fleet, label, attestation_key, device_key, keyed: now, past: Vec::new(), standing }
    }

    /// Its id, for life.
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// Its fleet.
    pub const fn fleet(&self) -> &FleetName {
        &self.fleet
    }

    /// What people call it.
    pub const fn label(&self) -> &Label {
        &self.label
    }

    /// Signs its evidence.
    pub const fn attestation_key(&self) -> &PublicKey<Attestation> {
        &self.attestation_key
    }

    /// The device key in use.
    pub const fn device_key(&self) -> &PublicKey<Device> {
        &self.device_key
    }

    /// Since when the device key is in use.
    pub const fn keyed(&self) -> Wall {
        self.keyed
    }

    /// Every device key that it has had, the one in use first: boot letters of the past verify with the others.
    pub fn device_keys(&self) -> impl Iterator<Item = &PublicKey<Device>> {
        iter::once(&self.device_key).chain(self.past.iter().rev())
    }

    /// Where it stands.
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Where it stands, to change it.
    pub const fn standing_mut(&mut self) -> &mut Standing {
        &mut self.standing
    }

    /// Whom its letters name.
    pub fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }

    /// Judges the key of a certificate.
    pub(crate) fn certified(&self, point: &[u8]) -> Result<(), Refusal> {
        if self.device_key.as_bytes() == point {
            return Ok(());
        }
        let replaced = self.past.iter().find(|key| key.as_bytes() == point);
        Err(replaced.map_or(Refusal::KeyOther, |key| Refusal::KeyReplaced(key.id())))
    }

    /// Whether the key in use is too old to be certified again.
    pub(crate) fn key_is_old(&self, now: Wall) -> bool {
        now.since(self.keyed) > KEY_LIFE
    }

    /// The key that the one in use replaced.
    pub(crate) fn predecessor(&self) -> Option<&PublicKey<Device>> {
        self.past.last()
    }

    /// Whether this key was replaced.
    pub(crate) fn has_replaced(&self, key: &PublicKey<Device>) -> bool {
        self.past.contains(key)
    }

    /// From here on the old key is revoked.
    pub(crate) fn rekey(&mut self, key: PublicKey<Device>, now: Wall) {
        let old = core::mem::replace(&mut self.device_key, key);
        if self.past.len() == PAST_LIMIT {
            self.past.remove(0);
        }
        self.past.push(old);
        self.keyed = now;
        self.standing.renewed();
    }

    pub(crate) const fn named(&self) -> Named<'_> {
        Named { fleet: &self.fleet, device: self.device, key: &self.device_key }
    }
}

#[cfg(test)]
mod tests;
