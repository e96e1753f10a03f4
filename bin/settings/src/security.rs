//! `security:` how keys, connections and people are held.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de};

use crate::{
    key::{Written, written},
    span::Span,
};

/// The block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// Of the machine.
    pub hardware: Hardware,
    /// Of connections.
    pub network: Network,
    /// Of people.
    pub authentication: Authentication,
}

/// `security.hardware`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hardware {
    /// Whether the device looks for hands on it.
    pub tamper_detection: Option<Switch>,
    /// Whether it may run without a verified boot.
    pub secure_boot: Option<SecureBoot>,
    /// How old a key may become; an hour at least, because a key that is due at once is due without end.
    #[serde(deserialize_with = "rotation")]
    pub key_rotation: Option<Span>,
}

fn rotation<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Span>, D::Error> {
    let span = Option::<Span>::deserialize(deserializer)?;
    if span.is_some_and(|span| span.duration() < Duration::from_hours(1)) {
        return Err(de::Error::custom("keys cannot change more often than once an hour: write 1h or more"));
    }
    Ok(span)
}

/// `security.network`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// What is spoken.
    pub tls_version: Option<TlsVersion>,
    /// With which ciphers, the preferred one first.
    pub cipher_suites: Option<Vec<CipherSuite>>,
}

/// `security.authentication`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Authentication {
    /// What a password must be.
    pub password_policy: PasswordPolicy,
    /// How long a session lives unused.
    pub session_timeout: Option<Span>,
    /// How long a token lives.
    pub token_expiry: Option<Span>,
}

/// `security.authentication.password_policy`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Fewest characters.
    pub min_length: Option<u16>,
    /// How far from a word.
    pub complexity: Option<Complexity>,
}

/// On or off, as the block writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// `disabled`.
    Disabled,
    /// `enabled`.
    Enabled,
}

/// What is asked of the boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecureBoot {
    /// `optional`.
    Optional,
    /// `required`.
    Required,
}

/// The versions of TLS that are spoken here: one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsVersion {
    /// `"1.3"`.
    V1_3,
}

/// By their names in the IANA registry of TLS cipher suites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum CipherSuite {
    /// `TLS_AES_256_GCM_SHA384`.
    #[serde(rename = "TLS_AES_256_GCM_SHA384")]
    Aes256GcmSha384,
    /// `TLS_CHACHA20_POLY1305_SHA256`.
    #[serde(rename = "TLS_CHACHA20_POLY1305_SHA256")]
    ChaCha20Poly1305Sha256,
}

/// How far a password is from a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Complexity {
    /// `high`.
    High,
    /// `low`.
    Low,
    /// `medium`.
    Medium,
}

impl Security {
    /// What the file says, key by key.
    pub fn written(&self) -> Vec<Written> {
        let Self { hardware, network, authentication } = self;
        let suites = network.cipher_suites.as_ref();
        let suites = suites.map(|all| all.iter().map(|suite| suite.name()).collect::<Vec<_>>().join(", "));
        let password = &authentication.password_policy;
        written([
            ("security.hardware.tamper_detection", hardware.tamper_detection.map(|it| it.word().to_owned())),
            ("security.hardware.secure_boot", hardware.secure_boot.map(|it| it.word().to_owned())),
            ("security.hardware.key_rotation", hardware.key_rotation.map(|it| it.to_string())),
            ("security.network.tls_version", network.tls_version.map(|it| it.word().to_owned())),
            ("security.network.cipher_suites", suites),
            (
                "security.authentication.password_policy.min_length",
                password.min_length.map(|it| it.to_string()),
            ),
            (
                "security.authentication.password_policy.complexity",
                password.complexity.map(|it| it.word().to_owned()),
            ),
            (
                "security.authentication.session_timeout",
                authentication.session_timeout.map(|it| it.to_string()),
            ),
            ("security.authentication.token_expiry", authentication.token_expiry.map(|it| it.to_string())),
        ])
    }
}

impl Switch {
    const fn word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Enabled => "enabled",
        }
    }
}

impl SecureBoot {
    const fn word(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

impl TlsVersion {
    const fn word(self) -> &'static str {
        match self {
            Self::V1_3 => "1.3",
        }
    }
}

impl CipherSuite {
    /// Its name in the registry.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes256GcmSha384 => "TLS_AES_256_GCM_SHA384",
            Self::ChaCha20Poly1305Sha256 => "TLS_CHACHA20_POLY1305_SHA256",
        }
    }
}

impl Complexity {
    const fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Low => "low",
            Self::Medium => "medium",
        }
    }
}

impl<'de> Deserialize<'de> for TlsVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "1.3" => Ok(Self::V1_3),
            other => {
                let shown: String = other.chars().take(32).collect();
                Err(de::Error::custom(format!("TLS {shown:?} is not spoken here; write \"1.3\"")))
            }
        }
    }
}
