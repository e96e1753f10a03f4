//! Public facts of the fleet: what anybody needs to check what it says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Time;

/// The fleet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fleet {
    /// Its name.
    pub name: String,
    /// The public key of its offline root (Ed25519). Compare it with what you were given out of band.
    pub root_key: String,
    /// The public key of its audit log (Ed25519).
    pub log_key: String,
    /// The same key as auditors keep it: a `vkey` (C2SP signed-note).
    pub log_verifier: String,
    /// The name of its audit log.
    pub log_origin: String,
    /// The version of the roster in force.
    pub roster: u64,
    /// The version of the keyset in force.
    pub keyset: u64,
    /// Until when there is a key of the fleet for everything that it signs: by then its root has signed the next ones.
    #[serde(default)]
    pub keys_until: Option<Time>,
    /// The software that answers.
    pub software: String,
}

/// What `/healthz` says: the process answers. It says nothing about devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alive {
    /// Always `alive`.
    pub status: String,
}
