//! Why this room refuses a letter, a key or a consent.
//!
//! What strangers wrote is shown quoted and only from a header of at most 256 bytes.

use alloc::string::String;
use core::fmt;

use vocab::PersonId;

use crate::{
    cbor::Malformed,
    key::{Algorithm, KeyId},
    passkey::Unfit,
};

/// The sender's fault: what arrived proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The header names an algorithm that is not the role's.
    Algorithm {
        /// The role's own.
        expected: Algorithm,
        /// The header's COSE number.
        found: i64,
    },
    /// What stands in the place of a passkey's signature is no assertion.
    Assertion(Malformed),
    /// The letter is for another fleet or device.
    Audience,
    /// The body of the letter is malformed.
    Body(Malformed),
    /// This person's consent has run out.
    ConsentExpired(PersonId),
    /// Fewer people consented than this order needs.
    ConsentsMissing {
        /// People who consented.
        have: usize,
        /// People who must.
        need: usize,
    },
    /// This person consented more than once.
    DuplicateConsent(PersonId),
    /// The COSE structure around the letter is malformed.
    Envelope(Malformed),
    /// The protected header is malformed.
    Header(Malformed),
    /// These bytes are no public key of this role.
    Key {
        /// The role.
        role: &'static str,
    },
    /// The letter is of another kind, or of another version.
    Kind {
        /// The content type that this door takes.
        expected: String,
        /// The header's.
        found: String,
    },
    /// The roster does not let this person consent to this.
    NotEntitled(PersonId),
    /// What was approved has run out.
    OrderExpired,
    /// This person consented to something else.
    OtherSubject(PersonId),
    /// What a passkey signed is not what it was to sign.
    Passkey(Unfit),
    /// The letter was signed in another role.
    Role {
        /// The role that signs letters of this kind.
        expected: &'static str,
        /// The header's.
        found: String,
    },
    /// Two people of the roster share this key, and it signed for both.
    SharedKey(KeyId),
    /// The signature is not this key's over these bytes.
    Signature {
        /// The key that was tried.
        key: KeyId,
    },
    /// The letter names another key than the one to verify with.
    Signer {
        /// The key to verify with.
        expected: KeyId,
        /// The header's.
        found: KeyId,
    },
    /// The roster does not know this person.
    Stranger(PersonId),
    /// The roster does not give this person this key.
    StrangersKey {
        /// The person named by the consent.
        person: PersonId,
        /// The key that signed it.
        key: KeyId,
    },
}

impl Refusal {
    /// `crypto/<reason>`, for logs, counters and pages.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Algorithm { .. } => "crypto/algorithm",
            Self::Audience => "crypto/audience",
            Self::Assertion(malformed)
            | Self::Body(malformed)
            | Self::Envelope(malformed)
            | Self::Header(malformed) => malformed.code(),
            Self::ConsentExpired(_) => "crypto/consent-expired",
            Self::ConsentsMissing { .. } => "crypto/consents-missing",
            Self::DuplicateConsent(_) => "crypto/duplicate-consent",
            Self::Key { .. } => "crypto/key",
            Self::Kind { .. } => "crypto/kind",
            Self::NotEntitled(_) => "crypto/not-entitled",
            Self::OrderExpired => "crypto/order-expired",
            Self::OtherSubject(_) => "crypto/other-subject",
            Self::Passkey(unfit) => unfit.code(),
            Self::Role { .. } => "crypto/role",
            Self::SharedKey(_) => "crypto/shared-key",
            Self::Signature { .. } => "crypto/signature",
            Self::Signer { .. } => "crypto/signer",
            Self::Stranger(_) => "crypto/stranger",
            Self::StrangersKey { .. } => "crypto/strangers-key",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { expected, found } => {
                write!(f, "the letter claims algorithm {found}, but its role signs with {}", expected.cose())
            }
            Self::Assertion(malformed) => write!(f, "in the assertion of the passkey: {malformed}"),
            Self::Audience => {
                f.write_str("the letter is addressed to another fleet or device; do not forward it")
            }
            Self::Body(malformed) => write!(f, "in the body of the letter: {malformed}"),
            Self::ConsentExpired(person) => write!(f, "the consent of {person} has expired; ask again"),
            Self::ConsentsMissing { have, need } => {
                write!(f, "{have} of the {need} people needed have consented; ask another")
            }
            Self::DuplicateConsent(person) => write!(f, "{person} consented twice; each person counts once"),
            Self::Envelope(malformed) => write!(f, "around the letter: {malformed}"),
            Self::Header(malformed) => write!(f, "in the header of the letter: {malformed}"),
            Self::Key { role } => write!(f, "these bytes are not a public key for the role `{role}`"),
            Self::Kind { expected, found } => {
                write!(f, "a letter of type {found:?} came to the door for `{expected}`")
            }
            Self::NotEntitled(person) => {
                write!(f, "the roster does not let {person} consent to this; ask someone whom it names")
            }
            Self::OrderExpired => f.write_str("what was approved has expired; propose it again"),
            Self::OtherSubject(person) => {
                write!(f, "{person} consented to something else; ask again, showing this order")
            }
            Self::Passkey(unfit) => unfit.fmt(f),
            Self::Role { expected, found } => {
                write!(f, "the letter was signed in the role {found:?}, but only `{expected}` may sign it")
            }
            Self::SharedKey(key) => {
                write!(f, "the key {key} consented for two people; sign a roster in which each has their own")
            }
            Self::Signature { key } => {
                write!(f, "the signature is not that of key {key} over these bytes; discard the letter")
            }
            Self::Signer { expected, found } => {
                write!(f, "the letter was signed by key {found}, not by {expected}")
            }
            Self::Stranger(person) => write!(f, "{person} is not in the roster"),
            Self::StrangersKey { person, key } => {
                write!(f, "the roster does not give {person} the key {key}")
            }
        }
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests;
