//! The keys of the three blocks, and what a daemon says of those that it cannot honour.

/// Every key of the three blocks, in their order.
pub const KEYS: [&str; 24] = [
    "security.hardware.tamper_detection",
    "security.hardware.secure_boot",
    "security.hardware.key_rotation",
    "security.network.tls_version",
    "security.network.cipher_suites",
    "security.authentication.password_policy.min_length",
    "security.authentication.password_policy.complexity",
    "security.authentication.session_timeout",
    "security.authentication.token_expiry",
    "environment.physical.temperature_monitoring",
    "environment.physical.tamper_detection",
    "environment.physical.access_control",
    "environment.network.segmentation",
    "environment.network.encryption",
    "environment.network.monitoring",
    "zones.external.access",
    "zones.external.encryption",
    "zones.external.auth",
    "zones.internal.access",
    "zones.internal.encryption",
    "zones.internal.auth",
    "zones.hardware.access",
    "zones.hardware.encryption",
    "zones.hardware.auth",
];

/// One key that a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its path, one of [`KEYS`].
    pub path: &'static str,
    /// Its value.
    pub value: String,
}

/// What a daemon makes of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obeyed {
    /// It does as it says.
    Here,
    /// This version or this platform cannot, for this reason. That is said when the daemon starts.
    NotYet(&'static str),
    /// It is the other daemon's to do.
    Elsewhere,
}

/// What a daemon has to say when it starts: a sentence for each key that it is asked for and cannot honour.
pub fn unmet(keys: &[Written], obeyed: impl Fn(&Written) -> Obeyed) -> Vec<String> {
    let sentence = |key: &Written| match obeyed(key) {
        Obeyed::NotYet(why) => Some(format!("`{}: {}` cannot be honoured: {why}", key.path, key.value)),
        Obeyed::Here | Obeyed::Elsewhere => None,
    };
    keys.iter().filter_map(sentence).collect()
}

pub(crate) fn written<const N: usize>(keys: [(&'static str, Option<String>); N]) -> Vec<Written> {
    keys.into_iter().filter_map(|(path, value)| Some(Written { path, value: value? })).collect()
}
