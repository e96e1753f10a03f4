//! From a signed letter to a verified one: `Signed<T>` → [`Verified<T>`].
//!
//! A [`Verified`] exists only because its own verification passed: structure, kind, role, key, the signature over
//! the bytes as received, then the strict entrance for the body, then the audience. Both ends run this code.

use alloc::{borrow::ToOwned, vec::Vec};
use core::{fmt, marker::PhantomData, ops::Deref};

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};
use vocab::{DeviceId, FleetName};

use crate::{
    cbor::{self, Limits},
    cose::{self, Header, Sign1},
    digest::Digest,
    key::{self, KeyId, PublicKey, Role, SecretKey, SeedRole},
    refusal::Refusal,
};

mod asserted;

pub use asserted::ToAssert;

/// What may be signed and sent: a body, the role that signs it, and whom it is for.
pub trait Letter: Encode<()> + for<'b> Decode<'b, ()> {
    /// Whose keys sign it.
    type Role: Role;

    /// Its word in the content type `application/wrale.<kind>.v1+cbor`.
    const KIND: &'static str;

    /// What its body may hold; `bytes` bounds the letter as sent.
    const LIMITS: Limits = Limits::FRAME;

    /// Whether every body of this type may be sent. Where one can lack what it must not be sent without,
    /// [`Signed::seal`] does not compile, and [`Signed::seal_whole`] asks [`whole`](Self::whole) first.
    const ALWAYS_WHOLE: bool = true;

    /// Whether a person's passkey may sign it in the place of a key of its role.
    const PASSKEYS: bool = false;

    /// Whom it names; read from the signed body.
    fn audience(&self) -> Audience;

    /// What it lacks. A question to whoever writes it; its readers judge for themselves.
    fn whole(&self) -> Result<(), Refusal> {
        Ok(())
    }
}

/// A fleet, or one device of it. A letter for one is not a letter for the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Audience {
    /// The fleet.
    pub fleet: FleetName,
    /// The device; `None` where the letter concerns the whole fleet.
    pub device: Option<DeviceId>,
}

impl Audience {
    /// One device of a fleet: whom the letter is for, or from whom it comes.
    pub const fn device(fleet: FleetName, device: DeviceId) -> Self {
        Self { fleet, device: Some(device) }
    }

    /// The whole fleet.
    pub const fn fleet(fleet: FleetName) -> Self {
        Self { fleet, device: None }
    }
}

/// A letter as sent, its signature not yet believed. On the wire inside another letter: a byte string.
pub struct Signed<T> {
    bytes: Vec<u8>,
    key: KeyId,
    body: PhantomData<fn() -> T>,
}

impl<T: Letter> Signed<T> {
    /// Takes bytes that claim to be such a letter: right structure, kind, role and algorithm.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, Refusal> {
        let header = envelope::<T>(&bytes)?.header;
        Ok(Self { key: header.key, bytes, body: PhantomData })
    }

    /// Signs a letter with a key at hand; for a key in a chip see [`ToSign`].
    pub fn seal(letter: &T, key: &SecretKey<T::Role>) -> Self
    where
        T::Role: SeedRole,
    {
        ToSign::new(letter, key.public().id()).sign(key)
    }

    /// The same for a letter that may lack something: it is signed whole or not at all.
    pub fn seal_whole(letter: &T, key: &SecretKey<T::Role>) -> Result<Self, Refusal>
    where
        T::Role: SeedRole,
    {
        Ok(ToSign::whole(letter, key.public().id())?.sign(key))
    }

    /// Believes the letter, or says why not.
    pub fn verify(self, key: &PublicKey<T::Role>, audience: &Audience) -> Result<Verified<T>, Refusal> {
        let envelope = envelope::<T>(&self.bytes)?;
        in_role::<T::Role>(&envelope.header)?;
        self.by(key.id())?;
        key.verify(&envelope.message(), envelope.signature)?;
        let body = body(envelope.payload, audience)?;
        Ok(Verified { digest: self.digest(), body, signed: self })
    }

    fn by(&self, key: KeyId) -> Result<(), Refusal> {
        if self.key == key { Ok(()) } else { Err(Refusal::Signer { expected: key, found: self.key }) }
    }

    /// What the letter says, *unverified*: only to look up the key with which to verify it.
    pub fn claimed(&self) -> Result<T, Refusal> {
        cbor::decode(envelope::<T>(&self.bytes)?.payload, &T::LIMITS).map_err(Refusal::Body)
    }
}

/// Structure, kind, role and algorithm: all that the type alone decides.
fn envelope<T: Letter>(bytes: &[u8]) -> Result<Sign1<'_>, Refusal> {
    let envelope = Sign1::parse(bytes, T::LIMITS.bytes)?;
    let (expected, found) = (cose::content_type(T::KIND), envelope.header.content_type);
    if found != expected {
        return Err(Refusal::Kind { expected, found: found.to_owned() });
    }
    if T::PASSKEYS && envelope.header.role == key::Passkey::NAME {
        in_role::<key::Passkey>(&envelope.header)?;
    } else {
        in_role::<T::Role>(&envelope.header)?;
    }
    Ok(envelope)
}

fn in_role<R: Role>(header: &Header<'_>) -> Result<(), Refusal> {
    if header.role != R::NAME {
        return Err(Refusal::Role { expected: R::NAME, found: header.role.to_owned() });
    }
    if header.algorithm != R::ALGORITHM.cose() {
        return Err(Refusal::Algorithm { expected: R::ALGORITHM, found: header.algorithm });
    }
    Ok(())
}

/// The body of a letter whose bytes are its signer's: what is judged here is the signer, and no longer the wire.
fn body<T: Letter>(payload: &[u8], audience: &Audience) -> Result<T, Refusal> {
    let body: T = cbor::decode(payload, &T::LIMITS).map_err(Refusal::Body)?;
    if body.audience() == *audience { Ok(body) } else { Err(Refusal::Audience) }
}

/// The header of such a letter, by a key of this role.
fn header<T: Letter, R: Role>(key: KeyId) -> Vec<u8> {
    let content_type = cose::content_type(T::KIND);
    Header { algorithm: R::ALGORITHM.cose(), content_type: &content_type, key, role: R::NAME }.encode()
}

impl<T> Signed<T> {
    /// The COSE bytes exactly as sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 over the COSE bytes as sent.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// The key that the header names; a claim.
    pub const fn key_id(&self) -> KeyId {
        self.key
    }
}

impl<T> Clone for Signed<T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), ..*self }
    }
}

impl<T> PartialEq for Signed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<T> Eq for Signed<T> {}

impl<T: Letter> fmt::Debug for Signed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({} by {}, {:?})", T::KIND, self.key, self.digest())
    }
}

impl<C, T> Encode<C> for Signed<T> {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.bytes)?.ok()
    }
}

impl<'b, C, T: Letter> Decode<'b, C> for Signed<T> {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        let at = d.position();
        Self::parse(d.bytes()?.to_vec()).map_err(|refusal| decode::Error::message(refusal).at(at))
    }
}

/// A letter on its way to the chip that holds the key: what `Effect::Sign` carries out and `Input::Signed` ends.
pub struct ToSign<T> {
    protected: Vec<u8>,
    payload: Vec<u8>,
    key: KeyId,
    body: PhantomData<fn() -> T>,
}

impl<T: Letter> ToSign<T> {
    /// Encodes the letter under a header that names this key.
    pub fn new(letter: &T, key: KeyId) -> Self {
        const { assert!(T::ALWAYS_WHOLE, "a letter of this type may lack something; sign it with `whole`") };
        Self::encode(letter, key)
    }

    /// The same for a letter that may lack something.
    pub fn whole(letter: &T, key: KeyId) -> Result<Self, Refusal> {
        letter.whole()?;
        Ok(Self::encode(letter, key))
    }

    fn encode(letter: &T, key: KeyId) -> Self {
        let payload = cbor::encode(letter);
        debug_assert!(
            cbor::check(&payload, &Limits { bytes: usize::MAX, items: usize::MAX, ..T::LIMITS }).is_ok(),
            "the type of a {} encodes to what the strict entrance refuses",
            T::KIND
        );
        Self { protected: header::<T, T::Role>(key), payload, key, body: PhantomData }
    }

    fn sign(self, key: &SecretKey<T::Role>) -> Signed<T>
    where
        T::Role: SeedRole,
    {
        let signature = key.sign(&self.message());
        self.finish(&signature)
    }
}

impl<T> ToSign<T> {
    /// The bytes to sign (RFC 9052 §4.4); an ES256 key signs their SHA-256.
    pub fn message(&self) -> Vec<u8> {
        cose::to_be_signed(&self.protected, &self.payload)
    }

    /// The key that is to sign.
    pub const fn key_id(&self) -> KeyId {
        self.key
    }

    /// The letter with its signature: Ed25519's 64 bytes, or r ‖ s. Whether it holds, its readers decide.
    pub fn finish(self, signature: &[u8; 64]) -> Signed<T> {
        let bytes = cose::envelop(&self.protected, &self.payload, signature);
        Signed { bytes, key: self.key, body: PhantomData }
    }
}

/// Proof that a key of its role signed this letter for this audience.
///
/// Nothing but [`Signed::verify`] makes one:
/// ```compile_fail
/// # fn forge<T>(body: T, digest: crypto::digest::Digest, signed: crypto::signed::Signed<T>) {
/// crypto::signed::Verified { body, digest, signed };
/// # }
/// ```
pub struct Verified<T> {
    body: T,
    digest: Digest,
    signed: Signed<T>,
}

impl<T> Verified<T> {
    /// SHA-256 over the COSE bytes as received.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The key that signed it.
    pub const fn signer(&self) -> KeyId {
        self.signed.key
    }

    /// The letter as it came, to store or to forward.
    pub const fn signed(&self) -> &Signed<T> {
        &self.signed
    }

    /// The body alone; the proof ends here.
    pub fn into_letter(self) -> T {
        self.body
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.body
    }
}

impl<T: Clone> Clone for Verified<T> {
    fn clone(&self) -> Self {
        Self { body: self.body.clone(), digest: self.digest, signed: self.signed.clone() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verified({:?} by {}, {:?})", self.body, self.signed.key, self.digest)
    }
}

#[cfg(test)]
mod tests;
