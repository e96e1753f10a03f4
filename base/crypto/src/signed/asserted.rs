//! Letters that a person's passkey signs in the place of a key file: the same envelope, in the role `passkey`.
//!
//! Where a signature stands, an assertion stands. It holds for SHA-256(`wrale.passkey.v1` ‖ SHA-256(content type) ‖
//! SHA-256(body)): not for the key id, because people choose among their passkeys when they are asked, and an id that
//! was changed finds another key, by which the assertion does not hold.

use alloc::vec::Vec;
use core::marker::PhantomData;

use super::{Audience, Letter, Signed, Verified, body, envelope, header, in_role};
use crate::{
    cbor, cose,
    digest::{Digest, Hasher},
    key::{self, KeyId},
    passkey::{Assertion, Passkey},
    refusal::Refusal,
};

/// A letter on its way to whichever passkey its person takes.
pub struct ToAssert<T> {
    payload: Vec<u8>,
    body: PhantomData<fn() -> T>,
}

impl<T: Letter> ToAssert<T> {
    /// Encodes the letter.
    pub fn new(letter: &T) -> Self {
        const { assert!(T::PASSKEYS, "passkeys do not sign letters of this type") };
        Self { payload: cbor::encode(letter), body: PhantomData }
    }

    /// What the passkey is asked to sign.
    pub fn challenge(&self) -> Digest {
        challenge::<T>(&self.payload)
    }

    /// The letter with the answer of the passkey that has this key. Whether it holds, its readers decide.
    pub fn finish(self, key: KeyId, assertion: &Assertion<'_>) -> Signed<T> {
        let protected = header::<T, key::Passkey>(key);
        let bytes = cose::envelop(&protected, &self.payload, &assertion.encode());
        Signed { bytes, key, body: PhantomData }
    }
}

impl<T: Letter> Signed<T> {
    /// Believes the letter by a passkey, or says why not.
    pub fn verify_by_passkey(self, passkey: &Passkey, audience: &Audience) -> Result<Verified<T>, Refusal> {
        let envelope = envelope::<T>(&self.bytes)?;
        in_role::<key::Passkey>(&envelope.header)?;
        self.by(passkey.key.id())?;
        Assertion::parse(envelope.signature)?.verify(passkey, &challenge::<T>(envelope.payload))?;
        let body = body(envelope.payload, audience)?;
        Ok(Verified { digest: self.digest(), body, signed: self })
    }
}

fn challenge<T: Letter>(payload: &[u8]) -> Digest {
    let kind = Digest::of(cose::content_type(T::KIND).as_bytes());
    Hasher::tagged("wrale.passkey.v1").digest(&kind).digest(&Digest::of(payload)).finish()
}
