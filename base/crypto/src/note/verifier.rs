//! Keys that notes are verified with, and their one-line text (C2SP signed-note, "Verifier keys").

use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};

use super::{Mistake, base64};
use crate::{
    digest::Hasher,
    key::{Log, PublicKey},
};

/// What a key signs: its signature type byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureType {
    /// Ed25519 over the text of the note (C2SP signed-note).
    Note = 0x01,
    /// Ed25519 over a time and a checkpoint, by a witness (C2SP tlog-cosignature).
    Cosignature = 0x04,
}

/// A public key with the name it signs under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: u32,
    kind: SignatureType,
    // A witness signs checkpoints as a log does: its keys keep the same rule and verify in the same place.
    public: PublicKey<Log>,
}

impl Verifier {
    /// A key of this name; `public` is 32 bytes of Ed25519 (RFC 8032).
    pub fn new(name: &str, kind: SignatureType, public: &[u8]) -> Result<Self, Mistake> {
        if !is_name(name) {
            return Err(Mistake::KeyName);
        }
        let public = PublicKey::from_bytes(public).map_err(|_| Mistake::PublicKey)?;
        Ok(Self { name: name.into(), id: id(name, kind, public.as_bytes()), kind, public })
    }

    /// The name before the signature.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256(name ‖ LF ‖ type ‖ key), the first four bytes, big-endian.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// What the key signs.
    pub const fn kind(&self) -> SignatureType {
        self.kind
    }

    pub(super) fn is_of(&self, public: &PublicKey<Log>) -> bool {
        self.public == *public
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verify(message, signature).is_ok()
    }
}

impl FromStr for Verifier {
    type Err = Mistake;

    fn from_str(text: &str) -> Result<Self, Mistake> {
        let (name, rest) = text.split_once('+').ok_or(Mistake::KeyText)?;
        let (id, key) = rest.split_once('+').ok_or(Mistake::KeyText)?;
        let key = base64::decode(key).ok_or(Mistake::KeyText)?;
        let (kind, public) = key.split_first().ok_or(Mistake::KeyText)?;
        let kind = match kind {
            0x01 => SignatureType::Note,
            0x04 => SignatureType::Cosignature,
            other => return Err(Mistake::UnknownType(*other)),
        };
        let verifier = Self::new(name, kind, public)?;
        if alloc::format!("{:08x}", verifier.id) == id { Ok(verifier) } else { Err(Mistake::KeyId) }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = Vec::from([self.kind as u8]);
        key.extend_from_slice(self.public.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, base64::encode(&key))
    }
}

/// The keys that one reader trusts; no key twice, so that counting signers counts keys.
#[derive(Clone, Debug, Default)]
pub struct Verifiers(Vec<Verifier>);

impl Verifiers {
    /// Checks that each is another key: an Ed25519 cosignature does not commit to its signer's name.
    pub fn new(keys: Vec<Verifier>) -> Result<Self, Mistake> {
        for (i, key) in keys.iter().enumerate() {
            let twin =
                keys[..i].iter().find(|k| k.public == key.public || (&k.name, k.id) == (&key.name, key.id));
            if let Some(twin) = twin {
                return Err(Mistake::SharedKey(twin.name.clone(), key.name.clone()));
            }
        }
        Ok(Self(keys))
    }

    pub(super) fn find(&self, name: &str, id: u32) -> Option<&Verifier> {
        self.0.iter().find(|key| key.id == id && key.name == name)
    }
}

/// Neither empty nor holding spaces of any kind, `+` or control characters.
pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c == '+' || c.is_whitespace() || c < ' ')
}

fn id(name: &str, kind: SignatureType, public: &[u8]) -> u32 {
    let digest =
        Hasher::new().bytes(name.as_bytes()).bytes(b"\n").bytes(&[kind as u8]).bytes(public).finish();
    let [a, b, c, d, ..] = digest.0;
    u32::from_be_bytes([a, b, c, d])
}
