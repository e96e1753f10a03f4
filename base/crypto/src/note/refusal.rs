//! What a note, a key text or a signer can get wrong, sorted by blame.

use alloc::string::String;
use core::fmt;

/// Why a note that somebody showed us says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A signature of a key that we know does not verify: the whole note is void.
    BadSignature {
        /// The name of the key.
        name: String,
        /// Its id.
        id: u32,
    },
    /// A part is not written as its specification says.
    Malformed(Part),
    /// No signature is by a key that we know.
    NoKnownSignature,
    /// Longer than [`MAX_NOTE`](super::MAX_NOTE).
    TooLarge(usize),
    /// More signatures than [`MAX_SIGNATURES`](super::MAX_SIGNATURES).
    TooManySignatures,
}

/// The part of a text that is not as its specification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// An ASCII control character other than a line feed.
    ControlCharacter,
    /// An extension line of a checkpoint, which must not be empty.
    Extension,
    /// The extra line of a proof.
    Extra,
    /// The line feed that ends the note.
    FinalNewline,
    /// The first line of a proof.
    Header,
    /// The index line of a proof.
    Index,
    /// The origin of a checkpoint.
    Origin,
    /// A hash line of a proof.
    Path,
    /// The root hash of a checkpoint.
    Root,
    /// The blank line before the signatures, or between proof and checkpoint.
    Separator,
    /// A signature line.
    SignatureLine,
    /// The tree size of a checkpoint.
    Size,
}

/// What is wrong with keys that an operator configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The id in the text is not the id of this name and key: a character was changed or lost.
    KeyId,
    /// A key must have a name without spaces, `+` and control characters.
    KeyName,
    /// Not `name+id+key`.
    KeyText,
    /// The origin of a log must be one line of text.
    Origin,
    /// The bytes of the key are not 32, or not a key that only its owner can sign with.
    PublicKey,
    /// Two keys of one set are the same key, so one signer would count twice.
    SharedKey(String, String),
    /// A signature type that we do not implement.
    UnknownType(u8),
}

/// Why we could not sign; ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The signer does not hold the key that it was said to hold.
    OtherKey,
    /// The text cannot stand in a note, or a cosignature was asked for what is no checkpoint.
    Text,
    /// The note holds as many signatures as we accept.
    TooManySignatures,
    /// A log key was asked for a cosignature, or a witness key for a plain signature.
    WrongType,
}

impl Refusal {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadSignature { .. } => "crypto/note-bad-signature",
            Self::Malformed(_) => "crypto/note-malformed",
            Self::NoKnownSignature => "crypto/note-no-known-signature",
            Self::TooLarge(_) => "crypto/note-too-large",
            Self::TooManySignatures => "crypto/note-too-many-signatures",
        }
    }
}

impl Mistake {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyId => "crypto/note-key-id",
            Self::KeyName => "crypto/note-key-name",
            Self::KeyText => "crypto/note-key-text",
            Self::Origin => "crypto/note-origin",
            Self::PublicKey => "crypto/note-public-key",
            Self::SharedKey(..) => "crypto/note-shared-key",
            Self::UnknownType(_) => "crypto/note-unknown-type",
        }
    }
}

impl Fault {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherKey => "crypto/note-signer-other-key",
            Self::Text => "crypto/note-text",
            Self::TooManySignatures => "crypto/note-full",
            Self::WrongType => "crypto/note-wrong-type",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSignature { name, id } => {
                write!(
                    f,
                    "the signature of `{name}` ({id:08x}) is not over this note: it was altered after signing"
                )
            }
            Self::Malformed(part) => write!(f, "the sender's {part}"),
            Self::NoKnownSignature => f.write_str("nobody whom we know signed this note"),
            Self::TooLarge(bytes) => write!(f, "the note has {bytes} bytes; we read {}", super::MAX_NOTE),
            Self::TooManySignatures => {
                write!(f, "the note has more signatures than the {} that we read", super::MAX_SIGNATURES)
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlCharacter => "note holds a control character",
            Self::Extension => "checkpoint holds an empty extension line",
            Self::Extra => "proof has an `extra` line that is not base64",
            Self::FinalNewline => "note does not end with a line feed: its end is missing",
            Self::Header => "proof does not begin with `c2sp.org/tlog-proof@v1`",
            Self::Index => "proof has no `index` line with a plain decimal number",
            Self::Origin => "checkpoint has no origin",
            Self::Path => "proof holds a line that is not the base64 of 32 bytes, or more than 64 of them",
            Self::Root => "checkpoint has no root hash of 32 bytes in base64",
            Self::Separator => "text has no blank line before what follows it",
            Self::SignatureLine => "note has a signature line that is not `— name base64`",
            Self::Size => "checkpoint has no tree size in plain decimal",
        })
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyId => {
                f.write_str("the key's id does not fit its name and key: copy the whole line again")
            }
            Self::KeyName => {
                f.write_str("a key's name cannot be empty or hold spaces, `+` or control characters")
            }
            Self::KeyText => f.write_str("this is not a verifier key: expected `name+id+base64`"),
            Self::Origin => f.write_str("a log's origin is one line of text, such as `example.com/log`"),
            Self::PublicKey => {
                f.write_str("the key's bytes are not an Ed25519 public key: copy the whole line again")
            }
            Self::SharedKey(one, other) => {
                write!(f, "`{one}` and `{other}` are one key; give each signer a key of its own")
            }
            Self::UnknownType(byte) => {
                write!(
                    f,
                    "signature type {byte:#04x} is not one that we know: use Ed25519 (0x01, or 0x04 for witnesses)"
                )
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherKey => "our signer does not hold the key that its name says",
            Self::Text => "we tried to sign a text that cannot stand in this kind of note",
            Self::TooManySignatures => "we tried to add a signature to a note that is full",
            Self::WrongType => "we tried to use a log key as a witness key, or the reverse",
        })
    }
}

impl core::error::Error for Refusal {}
impl core::error::Error for Mistake {}
impl core::error::Error for Fault {}
