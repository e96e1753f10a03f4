//! Join tokens: one device each, one hour at most, stored as a digest.

use core::{fmt, time::Duration};

use crypto::{
    digest::{Digest, Hasher},
    key::{Device, PublicKey},
};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, Label, PersonId, SiteName, Wall};
use wire::v1::enrol::Join;

use crate::{mistake::Mistake, pki::Profile, refusal::Refusal};

/// Longest life of a token, and its life unless its issuer wants a shorter one.
pub const LIFE: Duration = Duration::from_hours(1);

/// By what the fleet finds a token; whoever reads the record cannot join with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct TokenHash(#[n(0)] Digest);

impl TokenHash {
    /// Of a token as it is typed: SHA-256(`wrale.token.v1` ‖ token).
    pub fn of(token: &[u8]) -> Self {
        Self(Hasher::tagged("wrale.token.v1").bytes(token).finish())
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the fleet keeps of a token.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Token {
    #[n(0)]
    hash: TokenHash,
    /// Who issued it.
    #[n(1)]
    by: PersonId,
    #[n(2)]
    expires: Wall,
    #[n(3)]
    bound: Binding,
    #[n(4)]
    used: Option<Used>,
    /// Where the device will stand.
    #[n(5)]
    site: SiteName,
}

/// For whom alone a token is; what is left out is free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Binding {
    /// The label that the device must ask for.
    #[n(0)]
    pub label: Option<Label>,
    /// The device key that it must bring.
    #[n(1)]
    pub key: Option<PublicKey<Device>>,
}

/// Who used a token, and what it got.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Used {
    #[n(0)]
    pub(crate) device: DeviceId,
    #[n(1)]
    pub(crate) key: PublicKey<Device>,
    #[n(2)]
    pub(crate) profile: Profile,
}

impl Token {
    /// A new token. The secret is 32 random bytes that nobody but the device's installer sees again.
    pub fn issue(
        secret: &[u8; 32],
        site: SiteName,
        life: Duration,
        bound: Binding,
        by: PersonId,
        now: Wall,
    ) -> Result<Self, Mistake> {
        if life > LIFE {
            return Err(Mistake::TokenLife(life));
        }
        Ok(Self { hash: TokenHash::of(secret), by, expires: now + life, bound, used: None, site })
    }

    /// By what it is found.
    pub const fn hash(&self) -> TokenHash {
        self.hash
    }

    /// Who issued it.
    pub const fn by(&self) -> PersonId {
        self.by
    }

    /// Where the device that uses it will stand: whoever issues it says so, not the device.
    pub const fn site(&self) -> &SiteName {
        &self.site
    }

    /// Until when it can be used.
    pub const fn expires(&self) -> Wall {
        self.expires
    }

    /// The device that used it.
    pub fn device(&self) -> Option<DeviceId> {
        self.used.as_ref().map(|used| used.device)
    }

    pub(crate) const fn used(&self) -> Option<&Used> {
        self.used.as_ref()
    }

    /// Whether this join may use it up now.
    pub(crate) fn admits(&self, join: &Join, now: Wall) -> Result<(), Refusal> {
        if self.used.is_some() {
            return Err(Refusal::TokenUsed);
        }
        if now >= self.expires {
            return Err(Refusal::TokenExpired);
        }
        let Binding { label, key } = &self.bound;
        let fits = label.as_ref().is_none_or(|label| *label == join.label)
            && key.as_ref().is_none_or(|key| *key == join.device_key);
        if fits { Ok(()) } else { Err(Refusal::TokenBound) }
    }

    pub(crate) fn spent(self, used: Used) -> Self {
        Self { used: Some(used), ..self }
    }
}

#[cfg(test)]
mod tests;
