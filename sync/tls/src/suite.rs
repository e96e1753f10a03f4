//! What TLS may be here: version 1.3, two cipher suites, three groups, one signature algorithm, one provider.
//!
//! RFC 9846 makes `TLS_AES_128_GCM_SHA256` mandatory absent a profile; this is a profile, and leaves it out.

use std::sync::Arc;

use rustls::{
    SignatureScheme, SupportedCipherSuite,
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms,
        aws_lc_rs::{self, cipher_suite, kx_group},
    },
};

use crate::mistake::Mistake;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suite {
    /// `TLS_AES_256_GCM_SHA384`.
    Aes256GcmSha384,
    /// `TLS_CHACHA20_POLY1305_SHA256`, for machines without AES instructions.
    ChaCha20Poly1305Sha256,
}

impl Suite {
    /// Every suite, the preferred one first.
    pub const ALL: [Self; 2] = [Self::Aes256GcmSha384, Self::ChaCha20Poly1305Sha256];

    /// By its name in the IANA registry of TLS cipher suites.
    pub fn named(name: &str) -> Result<Self, Mistake> {
        let known = Self::ALL.into_iter().find(|suite| suite.name() == name);
        known.ok_or_else(|| Mistake::Suite(name.to_owned()))
    }

    /// Its name in that registry.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes256GcmSha384 => "TLS_AES_256_GCM_SHA384",
            Self::ChaCha20Poly1305Sha256 => "TLS_CHACHA20_POLY1305_SHA256",
        }
    }

    const fn supported(self) -> SupportedCipherSuite {
        match self {
            Self::Aes256GcmSha384 => cipher_suite::TLS13_AES_256_GCM_SHA384,
            Self::ChaCha20Poly1305Sha256 => cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
        }
    }
}

/// What one end offers or takes, in its order.
#[derive(Clone, Debug)]
pub struct Suites(Arc<CryptoProvider>);

impl Suites {
    /// These, the preferred one first; at least one.
    pub fn new(suites: &[Suite]) -> Result<Self, Mistake> {
        if suites.is_empty() {
            return Err(Mistake::NoSuite);
        }
        Ok(Self::of(suites))
    }

    pub(crate) fn provider(&self) -> Arc<CryptoProvider> {
        Arc::clone(&self.0)
    }

    fn of(suites: &[Suite]) -> Self {
        Self(Arc::new(CryptoProvider {
            cipher_suites: suites.iter().map(|suite| suite.supported()).collect(),
            kx_groups: vec![kx_group::X25519MLKEM768, kx_group::X25519, kx_group::SECP256R1],
            signature_verification_algorithms: SIGNATURES,
            ..aws_lc_rs::default_provider()
        }))
    }
}

impl Default for Suites {
    fn default() -> Self {
        Self::of(&Suite::ALL)
    }
}

/// ECDSA over P-256 with SHA-256, and nothing else: for paths, for handshakes, and for revocation lists.
pub(crate) const SIGNATURES: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[webpki::aws_lc_rs::ECDSA_P256_SHA256],
    mapping: &[(SignatureScheme::ECDSA_NISTP256_SHA256, &[webpki::aws_lc_rs::ECDSA_P256_SHA256])],
};

#[cfg(test)]
mod tests;
