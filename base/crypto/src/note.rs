//! Signed notes: text that people can read and keys can vouch for (C2SP signed-note).
//!
//! A note says nothing until [`Note::verify`] says who signed it. Signatures by strangers are ignored; one bad
//! signature by a key that we know voids the whole note.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::key::{Log, PublicKey, SecretKey};

pub(crate) mod base64;
mod checkpoint;
mod proof;
mod refusal;
mod verifier;

pub use checkpoint::Checkpoint;
pub use proof::LogProof;
pub use refusal::{Fault, Mistake, Part, Refusal};
pub use verifier::{SignatureType, Verifier, Verifiers};

/// Most bytes of a note that we read: sixteen signatures of five kilobytes and their text fit.
pub const MAX_NOTE: usize = 128 * 1024;

/// Most signatures of a note that we read; the specification asks for sixteen.
pub const MAX_SIGNATURES: usize = 64;

/// A text and its signatures, of which none is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

/// Holds an Ed25519 key, wherever that may be.
pub trait NoteSigner {
    /// The key that verifies what this signs.
    fn public(&self) -> &PublicKey<Log>;

    /// Signs the message (RFC 8032).
    fn sign(&self, message: &[u8]) -> [u8; 64];
}

impl NoteSigner for SecretKey<Log> {
    fn public(&self) -> &PublicKey<Log> {
        Self::public(self)
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        Self::sign(self, message)
    }
}

/// Seconds since the Epoch (POSIX), as witnesses state them; at most 2^63 − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PosixTime(pub u64);

impl Note {
    /// A note by one signer; `text` ends with a line feed.
    pub fn signed(text: String, key: &Verifier, signer: &impl NoteSigner) -> Result<Self, Fault> {
        if !text.ends_with('\n') || has_control_character(&text) {
            return Err(Fault::Text);
        }
        Self { text, signatures: Vec::new() }.also_signed(key, signer)
    }

    /// The same note with one more signature over its text.
    pub fn also_signed(self, key: &Verifier, signer: &impl NoteSigner) -> Result<Self, Fault> {
        if key.kind() != SignatureType::Note {
            return Err(Fault::WrongType);
        }
        self.with(key, signer, |text| signer.sign(text.as_bytes()).into())
    }

    /// The same checkpoint with a witness's statement that at this time it was the newest (C2SP tlog-cosignature).
    pub fn cosigned(self, key: &Verifier, at: PosixTime, signer: &impl NoteSigner) -> Result<Self, Fault> {
        if key.kind() != SignatureType::Cosignature {
            return Err(Fault::WrongType);
        }
        if at > LAST_SECOND || Checkpoint::parse(&self.text).is_err() {
            return Err(Fault::Text);
        }
        self.with(key, signer, |text| {
            let signature = signer.sign(cosigned_message(at, text).as_bytes());
            [&at.0.to_be_bytes()[..], &signature].concat()
        })
    }

    fn with(
        mut self,
        key: &Verifier,
        signer: &impl NoteSigner,
        sign: impl FnOnce(&str) -> Vec<u8>,
    ) -> Result<Self, Fault> {
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(Fault::TooManySignatures);
        }
        // A note that its own key does not verify would be refused by everyone, and late.
        if !key.is_of(signer.public()) {
            return Err(Fault::OtherKey);
        }
        let bytes = sign(&self.text);
        self.signatures.push(Signature { name: key.name().into(), id: key.id(), bytes });
        Ok(self)
    }

    /// Reads a note; believes nothing of it.
    pub fn parse(note: &str) -> Result<Self, Refusal> {
        if note.len() > MAX_NOTE {
            return Err(Refusal::TooLarge(note.len()));
        }
        if has_control_character(note) {
            return Err(Refusal::Malformed(Part::ControlCharacter));
        }
        let lines = note.strip_suffix('\n').ok_or(Refusal::Malformed(Part::FinalNewline))?;
        // The text may hold blank lines; the signatures follow the last one.
        let (text, signatures) = lines.rsplit_once("\n\n").ok_or(Refusal::Malformed(Part::Separator))?;
        if signatures.split('\n').count() > MAX_SIGNATURES {
            return Err(Refusal::TooManySignatures);
        }
        let signatures: Option<_> = signatures.split('\n').map(Signature::parse).collect();
        let signatures = signatures.ok_or(Refusal::Malformed(Part::SignatureLine))?;
        Ok(Self { text: note[..=text.len()].into(), signatures })
    }

    /// Finds out who of the known keys signed.
    pub fn verify(&self, known: &Verifiers) -> Result<VerifiedNote, Refusal> {
        let mut signers: Vec<Signer> = Vec::new();
        for signature in &self.signatures {
            let Some(key) = known.find(&signature.name, signature.id) else { continue };
            let signer = check(key, &self.text, &signature.bytes).ok_or_else(|| bad_signature(key))?;
            if signers.iter().all(|s| s.key() != key) {
                signers.push(signer);
            }
        }
        if signers.is_empty() {
            return Err(Refusal::NoKnownSignature);
        }
        Ok(VerifiedNote { text: self.text.clone(), signers })
    }
}

/// A text, and who vouches for it; made by [`Note::verify`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedNote {
    text: String,
    signers: Vec<Signer>,
}

/// Who vouches, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// For the text.
    Author(Verifier),
    /// For the checkpoint having been the newest one at this time.
    Witness(Verifier, PosixTime),
}

impl Signer {
    /// The key that signed.
    pub const fn key(&self) -> &Verifier {
        match self {
            Self::Author(key) | Self::Witness(key, _) => key,
        }
    }
}

impl VerifiedNote {
    /// The text, with its final line feed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Each known key that signed, once, in the order of the note.
    pub fn signers(&self) -> &[Signer] {
        &self.signers
    }

    /// The text as a checkpoint. Whether its signer may speak for its origin is the reader's to decide.
    pub fn checkpoint(&self) -> Result<Checkpoint, Refusal> {
        Checkpoint::parse(&self.text)
    }
}

/// Verifies one signature by the rule of its key's type.
fn check(key: &Verifier, text: &str, signature: &[u8]) -> Option<Signer> {
    match key.kind() {
        SignatureType::Note => key.verifies(text.as_bytes(), signature).then(|| Signer::Author(key.clone())),
        SignatureType::Cosignature => {
            let (at, signature) = signature.split_first_chunk()?;
            let at = PosixTime(u64::from_be_bytes(*at));
            let stated = at <= LAST_SECOND && Checkpoint::parse(text).is_ok();
            let verified = stated && key.verifies(cosigned_message(at, text).as_bytes(), signature);
            verified.then(|| Signer::Witness(key.clone(), at))
        }
    }
}

fn bad_signature(key: &Verifier) -> Refusal {
    Refusal::BadSignature { name: key.name().into(), id: key.id() }
}

const LAST_SECOND: PosixTime = PosixTime(i64::MAX as u64);

fn cosigned_message(at: PosixTime, checkpoint: &str) -> String {
    alloc::format!("cosignature/v1\ntime {}\n{checkpoint}", at.0)
}

impl Signature {
    /// Reads `— <name> <base64(id ‖ signature)>`.
    fn parse(line: &str) -> Option<Self> {
        let (name, bytes) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = base64::decode(bytes)?;
        let (id, bytes) = bytes.split_first_chunk()?;
        let whole = verifier::is_name(name) && !bytes.is_empty();
        whole.then(|| Self { name: name.into(), id: u32::from_be_bytes(*id), bytes: bytes.into() })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|Signature { name, id, bytes }| {
            let bytes = [&id.to_be_bytes()[..], bytes].concat();
            writeln!(f, "— {name} {}", base64::encode(&bytes))
        })
    }
}

fn has_control_character(text: &str) -> bool {
    text.bytes().any(|byte| byte < 0x20 && byte != b'\n')
}

/// A number in the only spelling that it has: no sign, no leading zeros.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (alloc::format!("{number}") == text).then_some(number)
}

#[cfg(test)]
mod tests;
