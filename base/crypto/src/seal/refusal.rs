//! Why something sealed stays closed.

use core::fmt;

use crate::key::KeyId;

/// What was sealed is not what we were told, or not for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The record's own words fit, but its seal does not.
    Damaged,
    /// The record says that it was sealed for another place: somebody moved it.
    Elsewhere(Part),
    /// The record has a layout that we do not know.
    Layout(u8),
    /// Not an uncompressed point of P-256.
    NotAPoint,
    /// The secret was sealed to another key or for another purpose, or it was altered; the seal cannot tell which.
    NotForUs,
    /// The record was sealed under another key-encryption key.
    OtherKek {
        /// The key that sealed it.
        sealed_by: KeyId,
        /// The key we tried.
        ours: KeyId,
    },
    /// Fewer bytes than the smallest sealed thing has.
    TooShort(usize),
}

/// The part of a place in which a record does not belong where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is another fleet's.
    Fleet,
    /// It is another row's.
    Row,
    /// It is another table's.
    Table,
    /// It is an older or newer version of this row.
    Version {
        /// The version that was sealed.
        sealed: u64,
        /// The version that should be here.
        expected: u64,
    },
}

impl Refusal {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Damaged => "crypto/seal-damaged",
            Self::Elsewhere(_) => "crypto/seal-elsewhere",
            Self::Layout(_) => "crypto/seal-layout",
            Self::NotAPoint => "crypto/seal-not-a-point",
            Self::NotForUs => "crypto/seal-not-for-us",
            Self::OtherKek { .. } => "crypto/seal-other-kek",
            Self::TooShort(_) => "crypto/seal-too-short",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged => f.write_str("the sealed record was altered on disk: restore it from a backup"),
            Self::Elsewhere(part) => {
                write!(f, "the sealed record {part}: a row was moved, or a backup mixed with the present")
            }
            Self::Layout(byte) => {
                write!(
                    f,
                    "the sealed record has layout {byte}; this version reads 1: use the version that wrote it"
                )
            }
            Self::NotAPoint => f.write_str("the sender's opening key is not a point of P-256"),
            Self::NotForUs => f.write_str(
                "the secret was sealed to another key or for another purpose, or altered: ask for it again",
            ),
            Self::OtherKek { sealed_by, ours } => {
                write!(
                    f,
                    "the record was sealed under key {sealed_by}, but we hold {ours}: provide the older key too"
                )
            }
            Self::TooShort(bytes) => {
                write!(f, "{bytes} bytes are too few for anything sealed: the end is missing")
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fleet => f.write_str("is another fleet's"),
            Self::Row => f.write_str("is another row's"),
            Self::Table => f.write_str("is another table's"),
            Self::Version { sealed, expected } => {
                write!(f, "is version {sealed}, where {expected} is expected")
            }
        }
    }
}

impl core::error::Error for Refusal {}
