//! A type for each role: one role, one key, one type; none signs another's letters.
//!
//! [`PublicKey::verify`] is the one place where a signature becomes believed. The algorithm belongs to the role;
//! no header, letter or caller chooses it.
//!
//! A key of one role is no key of another:
//! ```compile_fail
//! use crypto::key::{Log, PublicKey, SecretKey, State};
//! let state = SecretKey::<State>::from_seed([0; 32]);
//! let log: &PublicKey<Log> = state.public();
//! ```
//! and what a chip holds does not come from a seed:
//! ```compile_fail
//! crypto::key::SecretKey::<crypto::key::Device>::from_seed([0; 32]);
//! ```

use core::{fmt, marker::PhantomData};

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey,
    UnparsedPublicKey,
};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use zeroize::Zeroize;

use crate::{digest::Digest, hex::Hex, refusal::Refusal};

/// What a role signs with (RFC 9053 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032), pure.
    EdDsa,
    /// ECDSA over P-256 with SHA-256; the signature is r ‖ s, 32 bytes each.
    Es256,
    /// The same as an authenticator writes it (WebAuthn Level 2 §6.5.6): in DER, and over what the authenticator says.
    WebAuthn,
}

impl Algorithm {
    /// Its number in the IANA registry of COSE algorithms; for `WebAuthn`, which has none, one of private use.
    pub const fn cose(self) -> i64 {
        match self {
            Self::EdDsa => -8,
            Self::Es256 => -7,
            Self::WebAuthn => -70002,
        }
    }
}

/// What a key is for; the letters of a role are signed by its keys alone.
pub trait Role: Copy + fmt::Debug + Ord + core::hash::Hash + sealed::Role + 'static {
    /// What its keys sign with.
    const ALGORITHM: Algorithm;
    /// The word in every header that its keys protect.
    const NAME: &'static str;
}

/// A role whose keys are Ed25519, so that a seed can sign; the others sign in a chip or in a hand of their own.
pub trait SeedRole: Role {}

mod sealed {
    pub trait Role {}
}

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident, $name:literal, $algorithm:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $role {}

            impl sealed::Role for $role {}

            impl Role for $role {
                const ALGORITHM: Algorithm = Algorithm::$algorithm;
                const NAME: &'static str = $name;
            }
        )+
    };
}

roles! {
    /// Quotes and certifies, nothing else; held by the TPM where there is one.
    Attestation, "attestation", Es256;
    /// Approves what may boot; offline or custodians'.
    BootApproval, "boot-approval", Es256;
    /// A device's identity: mTLS, and the journal key of each boot.
    Device, "device", Es256;
    /// A device's journal heads; new at each boot, in memory alone.
    Journal, "journal", EdDsa;
    /// The fleet's audit log: its checkpoints.
    Log, "log", EdDsa;
    /// One person again, by a passkey: consents, nothing else.
    Passkey, "passkey", WebAuthn;
    /// One person: consents, sign-in, and a technician's answer to a device.
    Person, "person", EdDsa;
    /// The fleet root, offline: keyset, roster and succession, nothing else.
    Root, "root", EdDsa;
    /// A service of the fleet: its TLS identity, and no letter.
    Service, "service", Es256;
    /// The fleet's device states and time letters.
    State, "state", EdDsa;
    /// Work orders that open a device lawfully.
    WorkOrder, "work-order", EdDsa;
}

macro_rules! seed_roles {
    ($($role:ident),+) => { $(impl SeedRole for $role {})+ };
}

seed_roles!(Journal, Log, Person, Root, State, WorkOrder);

/// A key by which to believe letters of one role.
///
/// On the wire: a byte string that holds the one deterministic `COSE_Key` of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey<R> {
    point: Point,
    role: PhantomData<R>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Point {
    Ed25519([u8; 32]),
    P256([u8; 65]),
}

impl<R: Role> PublicKey<R> {
    /// A key as its algorithm writes it: 32 bytes of Ed25519, or 65 bytes of P-256 (SEC 1 §2.3.3, uncompressed).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Refusal> {
        let point = match R::ALGORITHM {
            Algorithm::EdDsa => ed25519(bytes),
            Algorithm::Es256 | Algorithm::WebAuthn => p256(bytes),
        };
        point.map(Self::new).ok_or(Refusal::Key { role: R::NAME })
    }

    /// The bytes that [`from_bytes`](Self::from_bytes) takes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.point {
            Point::Ed25519(bytes) => bytes,
            Point::P256(bytes) => bytes,
        }
    }

    /// THE verification: this key over this message.
    ///
    /// Ed25519 and ES256 take exactly 64 bytes, a passkey strict DER; Ed25519 only with a reduced S, the others with
    /// either of their two S.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        let algorithm: &dyn aws_lc_rs::signature::VerificationAlgorithm = match R::ALGORITHM {
            Algorithm::EdDsa => &ED25519,
            Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
            Algorithm::WebAuthn => &ECDSA_P256_SHA256_ASN1,
        };
        UnparsedPublicKey::new(algorithm, self.as_bytes())
            .verify(message, signature)
            .map_err(|_| Refusal::Signature { key: self.id() })
    }

    /// The first 8 bytes of the key's thumbprint (RFC 9679 with SHA-256).
    pub fn id(&self) -> KeyId {
        let mut id = [0; 8];
        id.copy_from_slice(&Digest::of(&self.cose_key()).as_bytes()[..8]);
        KeyId(id)
    }

    /// RFC 9679 §4: the required parameters alone, deterministically encoded.
    fn cose_key(&self) -> alloc::vec::Vec<u8> {
        match &self.point {
            Point::Ed25519(x) => [OKP, x].concat(),
            Point::P256(point) => [EC2_X, &point[1..33], EC2_Y, &point[33..]].concat(),
        }
    }

    /// A key has one encoding and so one id: whatever differs from it by a byte is no key.
    fn from_cose_key(bytes: &[u8]) -> Result<Self, Refusal> {
        let raw = match R::ALGORITHM {
            Algorithm::EdDsa => bytes.strip_prefix(OKP).map(<[u8]>::to_vec),
            Algorithm::Es256 | Algorithm::WebAuthn => bytes.strip_prefix(EC2_X).and_then(|rest| {
                let (x, rest) = rest.split_at_checked(32)?;
                Some([&[UNCOMPRESSED], x, rest.strip_prefix(EC2_Y)?].concat())
            }),
        };
        Self::from_bytes(&raw.ok_or(Refusal::Key { role: R::NAME })?)
    }

    const fn new(point: Point) -> Self {
        Self { point, role: PhantomData }
    }
}

/// `{1: 1 (OKP), -1: 6 (Ed25519), -2: x}`, up to x.
const OKP: &[u8] = &[0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20];
/// `{1: 2 (EC2), -1: 1 (P-256), -2: x, -3: y}`, up to x.
const EC2_X: &[u8] = &[0xa4, 0x01, 0x02, 0x20, 0x01, 0x21, 0x58, 0x20];
/// The same, between x and y.
const EC2_Y: &[u8] = &[0x22, 0x58, 0x20];
const UNCOMPRESSED: u8 = 0x04;

/// Refuses a second spelling of a point (y ≥ p) and the points of small order, whose owner can make signatures
/// that hold for any message. Bytes that are no point at all verify nothing, so they need no refusal here.
fn ed25519(bytes: &[u8]) -> Option<Point> {
    let bytes: [u8; 32] = bytes.try_into().ok()?;
    let mut y = bytes;
    y[31] &= 0x7f;
    let canonical = y[31] < 0x7f || y[0] < 0xed || y[1..31].iter().any(|&byte| byte != 0xff);
    (canonical && !SMALL_ORDER.contains(&y)).then_some(Point::Ed25519(bytes))
}

/// The y of the eight points of edwards25519 whose order divides 8: 0, 1, −1, and two of order 8.
const SMALL_ORDER: [[u8; 32]; 5] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = [0xff; 32];
        minus_one[0] = 0xec;
        minus_one[31] = 0x7f;
        minus_one
    },
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5,
        0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a,
        0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

/// On the curve and not at infinity (SP 800-56A §5.6.2.3.4); one spelling, so no compressed or DER form.
fn p256(bytes: &[u8]) -> Option<Point> {
    let bytes: [u8; 65] = bytes.try_into().ok()?;
    let on_curve = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, bytes).is_ok();
    (bytes[0] == UNCOMPRESSED && on_curve).then_some(Point::P256(bytes))
}

impl<R: Role> fmt::Debug for PublicKey<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", R::NAME, self.id())
    }
}

impl<C, R: Role> Encode<C> for PublicKey<R> {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.cose_key())?.ok()
    }
}

impl<'b, C, R: Role> Decode<'b, C> for PublicKey<R> {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let at = d.position();
        Self::from_cose_key(d.bytes()?).map_err(|refusal| decode::Error::message(refusal).at(at))
    }
}

/// Names a key in a header: 8 bytes; it finds a key and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Hex(&self.0).fmt(f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

impl<C> Encode<C> for KeyId {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for KeyId {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.bytes()?.try_into().map(Self).map_err(|_| decode::Error::message("a key id is 8 bytes"))
    }
}

/// A key that signs letters of one role. It cannot be printed, copied or read back; its memory is wiped on drop.
pub struct SecretKey<R> {
    pair: Ed25519KeyPair,
    public: PublicKey<R>,
}

impl<R: SeedRole> SecretKey<R> {
    /// The key of a 32-byte seed (RFC 8032 §5.1.5); whoever drew the seed wipes its own copy.
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let pair = key_pair(&seed);
        seed.zeroize();
        let public = PublicKey::new(Point::Ed25519(public_half(&pair)));
        Self { pair, public }
    }

    /// The half for others.
    pub const fn public(&self) -> &PublicKey<R> {
        &self.public
    }

    /// Signs a message; deterministic.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(message).as_ref());
        signature
    }
}

fn key_pair(seed: &[u8; 32]) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(seed).expect("any 32 bytes are a seed")
}

fn public_half(pair: &Ed25519KeyPair) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(pair.public_key().as_ref());
    bytes
}

#[cfg(test)]
mod tests;
