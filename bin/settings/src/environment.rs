//! `environment:` what is watched around the machine.

use serde::Deserialize;

use crate::key::{Written, written};

/// The block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Environment {
    /// Around the machine.
    pub physical: Physical,
    /// On the wire.
    pub network: Network,
}

/// `environment.physical`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Physical {
    /// Whether temperatures are watched.
    pub temperature_monitoring: Option<bool>,
    /// Whether the enclosure, motion and supply are watched.
    pub tamper_detection: Option<bool>,
    /// Whether whoever opens the device must be let in.
    pub access_control: Option<bool>,
}

/// `environment.network`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Whether zones are kept apart.
    pub segmentation: Option<bool>,
    /// Whether what travels is encrypted.
    pub encryption: Option<bool>,
    /// Whether what is plugged into the network is watched.
    pub monitoring: Option<bool>,
}

impl Environment {
    /// What the file says, key by key.
    pub fn written(&self) -> Vec<Written> {
        let Self { physical, network } = self;
        let word = |it: Option<bool>| it.map(|it| it.to_string());
        written([
            ("environment.physical.temperature_monitoring", word(physical.temperature_monitoring)),
            ("environment.physical.tamper_detection", word(physical.tamper_detection)),
            ("environment.physical.access_control", word(physical.access_control)),
            ("environment.network.segmentation", word(network.segmentation)),
            ("environment.network.encryption", word(network.encryption)),
            ("environment.network.monitoring", word(network.monitoring)),
        ])
    }
}
