//! HPKE in base mode (RFC 9180 §5.1.1, §6.1): DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; one message.

use alloc::vec::Vec;
use core::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Algorithm};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use zeroize::{Zeroize, Zeroizing};

use super::{
    OpeningKey, OpeningPublic, Refusal,
    kem::{self, KeyPair, Labels},
    primitive::{self, Secret, TAG},
};

/// Something that one opening key opens. On the wire: one byte string, the 65 bytes of `enc`, then the ciphertext.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    enc: OpeningPublic,
    ciphertext: Vec<u8>,
}

impl Sealed {
    /// Takes the bytes apart; nothing is opened.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        let (enc, ciphertext) = bytes.split_at_checked(65).ok_or(Refusal::TooShort(bytes.len()))?;
        if ciphertext.len() < TAG {
            return Err(Refusal::TooShort(bytes.len()));
        }
        Ok(Self { enc: OpeningPublic::from_sec1(enc)?, ciphertext: ciphertext.into() })
    }

    /// `enc` ‖ ciphertext.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.enc.as_sec1(), &self.ciphertext[..]].concat()
    }
}

/// Why a secret stays closed, and whose fault that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unopened<F> {
    /// The holder of the key failed; trying again may help.
    Fault(F),
    /// What was sealed is not for this key and purpose; trying again does not help.
    Refused(Refusal),
}

/// Seals to one opening key; `ephemeral` is 32 random bytes, new for each call.
///
/// `info` says what the message is for, `aad` what stands beside it; the reader must state both.
pub fn seal_to(
    public: &OpeningPublic,
    info: &[u8],
    aad: &[u8],
    mut ephemeral: [u8; 32],
    plaintext: &[u8],
) -> Sealed {
    let sealed = seal_with(&SUITE, public, info, aad, &Secret::new(ephemeral), plaintext);
    ephemeral.zeroize();
    sealed
}

/// Opens what was sealed to this key, for this `info` and `aad`.
pub fn open<K: OpeningKey + ?Sized>(
    key: &K,
    info: &[u8],
    aad: &[u8],
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, Unopened<K::Fault>> {
    let dh = key.agree(&sealed.enc).map_err(Unopened::Fault)?;
    let context = SUITE.schedule(&kem::shared_secret(&dh, &sealed.enc, key.public()), info);
    context.open(aad, &sealed.ciphertext).ok_or(Unopened::Refused(Refusal::NotForUs))
}

fn seal_with(
    suite: &Suite,
    public: &OpeningPublic,
    info: &[u8],
    aad: &[u8],
    ephemeral: &Secret,
    plaintext: &[u8],
) -> Sealed {
    let pair = KeyPair::derive(ephemeral);
    let shared = kem::shared_secret(&pair.agree(public), &pair.public, public);
    let ciphertext = suite.schedule(&shared, info).seal(aad, plaintext);
    Sealed { enc: pair.public, ciphertext }
}

/// What RFC 9180 leaves open once KEM and KDF are ours; the vectors of its appendix A.3 have the smaller key.
struct Suite {
    aead: &'static Algorithm,
    /// "HPKE" ‖ KEM id ‖ KDF id ‖ AEAD id.
    id: &'static [u8; 10],
}

const SUITE: Suite = Suite { aead: &AES_256_GCM, id: b"HPKE\x00\x10\x00\x01\x00\x02" };

impl Suite {
    /// `KeySchedule` in base mode, that is, with neither psk nor psk id.
    fn schedule(&self, shared_secret: &Secret, info: &[u8]) -> Context {
        let labels = Labels(self.id);
        let psk_id_hash = labels.extract(&[], "psk_id_hash", &[]);
        let info_hash = labels.extract(&[], "info_hash", info);
        let context = [&[MODE_BASE][..], psk_id_hash.as_slice(), info_hash.as_slice()].concat();
        let secret = labels.extract(shared_secret.as_slice(), "secret", &[]);
        let key_len = if self.aead.key_len() == 16 { 16 } else { 32 };
        let nonce = labels.expand(&secret, "base_nonce", &context, 12);
        let mut first_nonce = [0; 12];
        first_nonce.copy_from_slice(&nonce[..12]);
        Context { aead: self.aead, key: labels.expand(&secret, "key", &context, key_len), nonce: first_nonce }
    }
}

const MODE_BASE: u8 = 0;

/// A context for one message: sequence number 0, so the nonce is the base nonce.
struct Context {
    aead: &'static Algorithm,
    key: Secret,
    nonce: [u8; 12],
}

impl Context {
    fn seal(&self, aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        primitive::seal(self.aead, self.key(), self.nonce, aad, plaintext)
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        primitive::open(self.aead, self.key(), self.nonce, aad, sealed)
    }

    fn key(&self) -> &[u8] {
        &self.key[..self.aead.key_len()]
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.ciphertext.len())
    }
}

impl<F: fmt::Display> fmt::Display for Unopened<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => write!(f, "the holder of our opening key failed: {fault}"),
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl<F: fmt::Debug + fmt::Display> core::error::Error for Unopened<F> {}

impl<C> Encode<C> for Sealed {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.to_bytes())?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Sealed {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let at = d.position();
        Self::from_bytes(d.bytes()?).map_err(|refusal| decode::Error::message(refusal).at(at))
    }
}

#[cfg(test)]
mod tests;
