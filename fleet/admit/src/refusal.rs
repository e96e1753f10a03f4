//! Why this room refuses an identity, an enrolment or evidence.

use alloc::string::String;
use core::fmt;

use crypto::key::KeyId;
use journal::Cursor;
use vocab::{DeviceId, Generation, Label, ServiceName};
use wire::v1::keyset::TrustZone;

use crate::standing::Reason;

/// The claim of a device, or of whoever says to be one, is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The certificate is valid only later.
    CertificateEarly,
    /// The certificate has run out.
    CertificateExpired,
    /// The suspension feed of this door is too old to admit anybody.
    FeedStale,
    /// The nonce was asked before this generation was published.
    GenerationEarly(Generation),
    /// The evidence names another generation than the journal adopted last.
    GenerationOther {
        /// The evidence's.
        said: Generation,
        /// The journal's.
        adopted: Generation,
    },
    /// The fleet never published this generation.
    GenerationUnknown(Generation),
    /// The evidence signs another head for an entry that the fleet holds.
    HeadForked(Cursor),
    /// The entry that the evidence stands on is not part of the accepted journal.
    HeadOff(Cursor),
    /// The same key asks with the same token again, after its first certificate ran out.
    JoinOver(DeviceId),
    /// This key is due for a change and may not be certified again.
    KeyMustChange(KeyId),
    /// The key is not the enrolled one.
    KeyOther,
    /// The key was replaced by another and is revoked.
    KeyReplaced(KeyId),
    /// The key already belongs to this device.
    KeyTaken(DeviceId),
    /// The letter proves nothing.
    Letter(crypto::refusal::Refusal),
    /// The answer holds another nonce than was asked.
    NonceOther,
    /// The nonce was asked too long ago.
    NonceStale,
    /// The certificate of a re-proof came to a door that has no quarantine room.
    QuarantineOnly,
    /// The identity is no longer suspended and owes a new device key.
    RenewalOwed,
    /// The identity was revoked by people.
    Revoked(Reason),
    /// People ended the credential of this service.
    ServiceRevoked(ServiceName),
    /// The reference values do not allow this software.
    Software(Label),
    /// The evidence names another state than the one that the journal adopted under this generation.
    StateOther(Generation),
    /// The identity is suspended.
    Suspended,
    /// The token is for another device.
    TokenBound,
    /// The token has run out.
    TokenExpired,
    /// Nobody issued this token.
    TokenUnknown,
    /// The token was used by another key.
    TokenUsed,
    /// It came back, or asked for a new key, more often than a device needs to.
    TooOften,
    /// Nobody is enrolled under this id.
    Unenrolled(DeviceId),
    /// The certificate names this many URIs instead of one.
    UriCount(usize),
    /// The certificate's URI names nobody of this fleet.
    UriForeign(String),
    /// The certificate is of another zone than this door.
    Zone(TrustZone),
}

/// What a refusal is worth telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Happens to honest devices; counted.
    Counted,
    /// Only an attack or a grave fault looks like this; told to people.
    Alert,
}

impl Refusal {
    /// What it is worth telling.
    pub const fn weight(&self) -> Weight {
        match self {
            Self::GenerationUnknown(_)
            | Self::HeadForked(_)
            | Self::KeyTaken(_)
            | Self::Revoked(_)
            | Self::ServiceRevoked(_)
            | Self::StateOther(_)
            | Self::TokenBound
            | Self::TokenUsed
            | Self::TooOften
            | Self::Zone(_) => Weight::Alert,
            _ => Weight::Counted,
        }
    }

    /// Whether it is about the moment and not about the device: asked again, the device may well be believed.
    pub const fn is_of_the_moment(&self) -> bool {
        matches!(
            self,
            Self::GenerationEarly(_) | Self::GenerationOther { .. } | Self::HeadOff(_) | Self::NonceStale
        )
    }

    /// Whether it is about the letter and not about what it says: it is none, or of another key, role or audience, or
    /// answers another question. No device sends such a thing of its own; what a newer one says in a letter that is
    /// its own may well be more than this fleet can read.
    pub const fn is_of_the_letter(&self) -> bool {
        use crypto::refusal::Refusal as Unread;
        match self {
            Self::Letter(why) => !matches!(why, Unread::Body(_)),
            Self::KeyOther | Self::NonceOther | Self::Unenrolled(_) => true,
            _ => false,
        }
    }

    /// `admit/<reason>`, for logs, counters and pages.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CertificateEarly => "admit/certificate-early",
            Self::CertificateExpired => "admit/certificate-expired",
            Self::FeedStale => "admit/feed-stale",
            Self::GenerationEarly(_) => "admit/generation-early",
            Self::GenerationOther { .. } => "admit/generation-other",
            Self::GenerationUnknown(_) => "admit/generation-unknown",
            Self::HeadForked(_) => "admit/head-forked",
            Self::HeadOff(_) => "admit/head-off",
            Self::JoinOver(_) => "admit/join-over",
            Self::KeyMustChange(_) => "admit/key-must-change",
            Self::KeyOther => "admit/key-other",
            Self::KeyReplaced(_) => "admit/key-replaced",
            Self::KeyTaken(_) => "admit/key-taken",
            Self::Letter(_) => "admit/letter",
            Self::NonceOther => "admit/nonce-other",
            Self::NonceStale => "admit/nonce-stale",
            Self::QuarantineOnly => "admit/quarantine-only",
            Self::RenewalOwed => "admit/renewal-owed",
            Self::Revoked(_) => "admit/revoked",
            Self::ServiceRevoked(_) => "admit/service-revoked",
            Self::Software(_) => "admit/software",
            Self::StateOther(_) => "admit/state-other",
            Self::Suspended => "admit/suspended",
            Self::TokenBound => "admit/token-bound",
            Self::TokenExpired => "admit/token-expired",
            Self::TokenUnknown => "admit/token-unknown",
            Self::TokenUsed => "admit/token-used",
            Self::TooOften => "admit/too-often",
            Self::Unenrolled(_) => "admit/unenrolled",
            Self::UriCount(_) => "admit/uri-count",
            Self::UriForeign(_) => "admit/uri-foreign",
            Self::Zone(_) => "admit/zone",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CertificateEarly => {
                f.write_str("the certificate is not valid yet; set the clock of this door, then connect again")
            }
            Self::CertificateExpired => {
                f.write_str("the certificate has expired; the device proves itself again at the enrolment listener")
            }
            Self::FeedStale => f.write_str(
                "this door has not heard who is suspended for too long and lets nobody in; mend its link to fleetd",
            ),
            Self::GenerationEarly(generation) => write!(
                f,
                "the evidence obeys generation {generation} but answers an older question; ask the device again"
            ),
            Self::GenerationOther { said, adopted } => write!(
                f,
                "the evidence obeys generation {said} but the device's journal adopted {adopted} last; ask again"
            ),
            Self::GenerationUnknown(generation) => {
                write!(f, "the device obeys generation {generation}, which this fleet never published")
            }
            Self::HeadForked(at) => write!(
                f,
                "the evidence signs another history at entry {}: two machines speak as one device",
                at.seq
            ),
            Self::HeadOff(at) => {
                write!(f, "entry {} of that boot is not part of the accepted journal; ask the device again", at.seq)
            }
            Self::JoinOver(device) => {
                write!(f, "{device} joined with this token long ago; it proves itself again with its enrolled key")
            }
            Self::KeyMustChange(key) => {
                write!(f, "the device key {key} is due for a change; renew with a new one")
            }
            Self::KeyOther => f.write_str("the key is not the one that this device enrolled with"),
            Self::KeyReplaced(key) => {
                write!(f, "the device key {key} was replaced and is revoked; use the key that replaced it")
            }
            Self::KeyTaken(device) => {
                write!(f, "the key already belongs to {device}; two devices never share one, so make a new key")
            }
            Self::Letter(refusal) => write!(f, "the letter proves nothing: {refusal}"),
            Self::NonceOther => f.write_str("the answer is to another question; ask the device again"),
            Self::NonceStale => f.write_str("the answer came too late; ask the device again"),
            Self::QuarantineOnly => {
                f.write_str("this certificate opens the quarantine room of the hardware listener and no other door")
            }
            Self::RenewalOwed => {
                f.write_str("the identity was suspended until now; renew it with a new device key first")
            }
            Self::Revoked(reason) => write!(f, "the identity is revoked ({reason}); enrol the device anew"),
            Self::ServiceRevoked(name) => write!(
                f,
                "people ended the credential of the service {name}; ask whoever runs the fleet for a new one"
            ),
            Self::Software(version) => {
                write!(f, "software {version:?} is not among the reference values; update the device, or add it")
            }
            Self::StateOther(generation) => {
                write!(f, "the evidence names another state under generation {generation} than its journal adopted")
            }
            Self::Suspended => f.write_str("the identity is suspended; release its latches first"),
            Self::TokenBound => f.write_str("the join token was issued for another device; issue one for this device"),
            Self::TokenExpired => f.write_str("the join token has expired; issue a new one"),
            Self::TokenUnknown => f.write_str("nobody issued this join token; check what was typed"),
            Self::TokenUsed => {
                f.write_str("the join token was already used by another key; find out who had it, then issue a new one")
            }
            Self::TooOften => f.write_str(
                "the device asks for certificates more often than it needs them; it may ask again within ten minutes, \
                 and if it does not ask by itself, somebody else has its key",
            ),
            Self::Unenrolled(device) => write!(f, "{device} is not enrolled here"),
            Self::UriCount(count) => write!(f, "the certificate names {count} URIs where an identity has exactly one"),
            Self::UriForeign(uri) => write!(f, "the certificate's name {uri:?} is nobody of this fleet"),
            Self::Zone(zone) => write!(f, "an identity of the {zone:?} zone came to a door of another zone"),
        }
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests;
