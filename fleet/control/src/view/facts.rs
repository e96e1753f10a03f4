//! Public facts of the fleet, and the newest checkpoint of its log.

use audit::checkpoint::verifier;
use store::Store;
use vocab::{FleetName, Wall};
use wire::v1::proof::origin;

use crate::fleet::Fleet;

/// What anybody needs to check what the fleet says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetView {
    /// Its name.
    pub name: FleetName,
    /// The public key of its log.
    pub log_key: Vec<u8>,
    /// The same as auditors keep it: a `vkey`.
    pub log_verifier: String,
    /// The name of its log.
    pub log_origin: String,
    /// The version of the roster.
    pub roster: u64,
    /// The version of the keyset.
    pub keyset: u64,
    /// Until when its keys hold.
    pub keys_until: Option<Wall>,
}

/// The facts.
pub fn facts<S: Store>(fleet: &Fleet<S>) -> FleetView {
    let setup = fleet.setup();
    let key = setup.authority.log().public();
    FleetView {
        name: setup.fleet.clone(),
        log_key: key.as_bytes().to_vec(),
        log_verifier: verifier(&setup.fleet, key).to_string(),
        log_origin: origin(&setup.fleet),
        roster: setup.roster.version,
        keyset: setup.keyset.version,
        keys_until: setup.keyset.holds_until(),
    }
}

/// The newest checkpoint, a signed note, and how many records it covers.
pub fn checkpoint<S: Store>(fleet: &Fleet<S>) -> (String, u64) {
    (fleet.ledger().checkpoint().into(), fleet.ledger().published_size())
}
