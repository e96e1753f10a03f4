//! The key that opens a device's secrets; a chip may hold it.

use alloc::vec::Vec;
use core::{convert::Infallible, fmt};

use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use vocab::{DeviceId, FleetName, Generation, SecretName};
use zeroize::{Zeroize, Zeroizing};

use super::{Refusal, kem::KeyPair, key_id, primitive::Secret};
use crate::{digest::Digest, key::KeyId};

/// A point of P-256 to seal to: 65 bytes, uncompressed (SEC 1 §2.3.3), on the curve.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpeningPublic([u8; 65]);

impl OpeningPublic {
    /// Checks that these bytes are a point, in the one spelling that we take.
    pub fn from_sec1(bytes: &[u8]) -> Result<Self, Refusal> {
        let point: [u8; 65] = bytes.try_into().map_err(|_| Refusal::NotAPoint)?;
        let on_curve = ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &point)).is_ok();
        if point[0] == UNCOMPRESSED && on_curve { Ok(Self(point)) } else { Err(Refusal::NotAPoint) }
    }

    /// The 65 bytes.
    pub const fn as_sec1(&self) -> &[u8; 65] {
        &self.0
    }

    /// The first 8 bytes of the key's thumbprint (RFC 9679 with SHA-256), as for every key.
    pub fn id(&self) -> KeyId {
        key_id(&Digest::of(&[COSE_KEY_X, &self.0[1..33], COSE_KEY_Y, &self.0[33..]].concat()))
    }
}

const UNCOMPRESSED: u8 = 4;

/// `{1: 2 (EC2), -1: 1 (P-256), -2: x, -3: y}`, up to x.
const COSE_KEY_X: &[u8] = &[0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20];
/// The same, between x and y.
const COSE_KEY_Y: &[u8] = &[0x22, 0x58, 0x20];

impl fmt::Debug for OpeningPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpeningPublic({})", self.id())
    }
}

impl<C> Encode<C> for OpeningPublic {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for OpeningPublic {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let at = d.position();
        Self::from_sec1(d.bytes()?).map_err(|refusal| decode::Error::message(refusal).at(at))
    }
}

/// Holds the private half: a TPM, or memory. It does the one operation that needs it, and nothing else.
pub trait OpeningKey {
    /// How the holder itself can fail: a chip that does not answer.
    type Fault;

    /// The public half.
    fn public(&self) -> &OpeningPublic;

    /// The x-coordinate of the product of the private key and the peer's point (`ECDH_ZGen` of a TPM).
    fn agree(&self, peer: &OpeningPublic) -> Result<Zeroizing<[u8; 32]>, Self::Fault>;
}

/// An opening key in memory, for trust tier 0 and the laboratory.
pub struct SoftwareOpening(KeyPair);

impl SoftwareOpening {
    /// The key of 32 random bytes (`DeriveKeyPair`, RFC 9180 §7.1.3); whoever drew them wipes its own copy.
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let pair = KeyPair::derive(&Secret::new(seed));
        seed.zeroize();
        Self(pair)
    }
}

impl OpeningKey for SoftwareOpening {
    type Fault = Infallible;

    fn public(&self) -> &OpeningPublic {
        &self.0.public
    }

    fn agree(&self, peer: &OpeningPublic) -> Result<Zeroizing<[u8; 32]>, Infallible> {
        Ok(self.0.agree(peer))
    }
}

/// What a sealed secret of a device state is bound to; both ends state it, and it is not sent.
#[derive(Clone, Copy)]
pub struct SecretInfo<'a> {
    /// The fleet that seals.
    pub fleet: &'a FleetName,
    /// The device that may open.
    pub device: DeviceId,
    /// The state that carries the secret.
    pub generation: Generation,
    /// The secret's name.
    pub secret: &'a SecretName,
}

impl SecretInfo<'_> {
    /// The `info` of HPKE for this opening key: purpose ‖ fleet ‖ device ‖ generation ‖ secret ‖ key id.
    ///
    /// A text has its length before it, as u64 big-endian; the generation is u64 big-endian.
    pub fn to_key(&self, key: KeyId) -> Vec<u8> {
        let length = |text: &str| (text.len() as u64).to_be_bytes();
        let (fleet, secret) = (self.fleet.as_str(), self.secret.as_str());
        [
            &length(PURPOSE)[..],
            PURPOSE.as_bytes(),
            &length(fleet),
            fleet.as_bytes(),
            self.device.as_bytes(),
            &self.generation.0.to_be_bytes(),
            &length(secret),
            secret.as_bytes(),
            &key.0,
        ]
        .concat()
    }
}

const PURPOSE: &str = "wrale.secret.v1";
