//! The keys by which a device is known.

use crypto::key::{Algorithm, KeyId, PublicKey, Role};
use store::Store;
use vocab::{DeviceId, Wall};

use crate::fleet::Fleet;

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// What it is for: `device` opens doors and says which journal key speaks for a boot, `attestation` signs what the
    /// device proves, `journal` signs the journal of the boot that was heard last.
    pub role: &'static str,
    /// How it signs, as COSE names it.
    pub algorithm: &'static str,
    /// Its name.
    pub id: KeyId,
    /// Since when the fleet knows it, where it noted that.
    pub since: Option<Wall>,
    /// Until when the certificate counts that is shown for it; none while it is not connected.
    pub until: Option<Wall>,
}

/// Every key that speaks for a device now; none of a device that is not known.
pub fn keys<S: Store>(fleet: &Fleet<S>, device: DeviceId) -> Vec<KeyView> {
    let Some(record) = fleet.record(device) else { return vec![] };
    let identity = &record.identity;
    let (since, until) = (Some(identity.keyed()), fleet.certified_until(device));
    let own = KeyView { since, until, ..view(identity.device_key()) };
    let journal = record.boots.last().map(|boot| view(&boot.journal_key));
    [own, view(identity.attestation_key())].into_iter().chain(journal).collect()
}

fn view<R: Role>(key: &PublicKey<R>) -> KeyView {
    let algorithm = match R::ALGORITHM {
        Algorithm::EdDsa => "EdDSA",
        Algorithm::Es256 => "ES256",
        Algorithm::WebAuthn => "WebAuthn",
    };
    KeyView { role: R::NAME, algorithm, id: key.id(), since: None, until: None }
}
