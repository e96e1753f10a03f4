//! How a device gets an identity, gets it back, and changes its key.
//!
//! Each judge takes the record by value and gives the record that replaces it: whoever stores both in one
//! transaction has a single use, however many ask at once.

use alloc::boxed::Box;

use crypto::{
    key::{Attestation, Device, PublicKey},
    signed::{Audience, Signed},
};
use vocab::{DeviceId, FleetName, Wall};
use wire::v1::enrol::{Join, Renewal, Reproof};

use crate::{
    challenge::Challenge,
    identity::Identity,
    pki::{Profile, Serial},
    refusal::Refusal,
    standing::State,
    token::{Token, TokenHash, Used},
};

/// What the fleet knows about keys and devices.
pub trait Registry {
    /// The device that has, or ever had, this device key.
    fn holder(&self, key: &PublicKey<Device>) -> Option<DeviceId>;

    /// The device that has this attestation key.
    fn attester(&self, key: &PublicKey<Attestation>) -> Option<DeviceId>;

    /// An identity by its id.
    fn identity(&self, device: DeviceId) -> Option<Identity>;
}

/// Random bytes for one enrolment, drawn afresh each time.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// Becomes the id.
    pub device: [u8; 16],
    /// Becomes the certificate's number.
    pub serial: [u8; 16],
}

/// What became of a join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The key that used this token asks again: it gets the certificate of this profile, made the first time.
    Again {
        /// Who.
        device: DeviceId,
        /// What it got.
        profile: Profile,
    },
    /// A new device.
    New(Box<Newcomer>),
}

/// A new device; token and identity are stored together, or neither.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    /// The token, used.
    pub token: Token,
    /// The identity.
    pub identity: Identity,
    /// Its first certificate.
    pub profile: Profile,
}

/// By what to look up the token that a join claims.
pub fn token_of(join: &Signed<Join>) -> Result<TokenHash, Refusal> {
    join.claimed().map(|join| TokenHash::of(&join.token)).map_err(Refusal::Letter)
}

/// Judges a join against the token found under [`token_of`].
pub fn join(
    letter: Signed<Join>,
    challenge: Challenge,
    token: Option<Token>,
    registry: &impl Registry,
    fleet: &FleetName,
    draw: Draw,
    now: Wall,
) -> Result<Joined, Refusal> {
    let brought = letter.claimed().map_err(Refusal::Letter)?.device_key;
    let join = letter.verify(&brought, &Audience::fleet(fleet.clone())).map_err(Refusal::Letter)?;
    challenge.redeem(&join.nonce, now)?;
    let token =
        token.filter(|token| token.hash() == TokenHash::of(&join.token)).ok_or(Refusal::TokenUnknown)?;
    if let Some(used) = token.used().filter(|used| used.key == join.device_key) {
        return again(used, &join, registry, now);
    }
    token.admits(&join, now)?;
    let holder = registry.holder(&join.device_key).or_else(|| registry.attester(&join.attestation_key));
    if let Some(device) = holder {
        return Err(Refusal::KeyTaken(device));
    }
    let join = join.into_letter();
    let device = DeviceId(draw.device);
    let identity =
        Identity::new(device, join.fleet, join.label, join.attestation_key, join.device_key.clone(), now);
    let profile = Profile::device(identity.named(), Serial::from_random(draw.serial), now);
    let token = token.spent(Used { device, key: join.device_key, profile: profile.clone() });
    Ok(Joined::New(Box::new(Newcomer { token, identity, profile })))
}

/// The first answer was lost: it is given again, as long as it is still worth anything.
fn again(used: &Used, join: &Join, registry: &impl Registry, now: Wall) -> Result<Joined, Refusal> {
    let identity = registry.identity(used.device).ok_or(Refusal::Unenrolled(used.device))?;
    identity.certified(used.key.as_bytes())?;
    certifiable(&identity)?;
    if *identity.attestation_key() != join.attestation_key {
        return Err(Refusal::TokenUsed);
    }
    if now >= used.profile.not_after {
        return Err(Refusal::JoinOver(used.device));
    }
    Ok(Joined::Again { device: used.device, profile: used.profile.clone() })
}

/// Judges a re-proof: suspended or not, it leads to the quarantine room for one hour.
pub fn reproof(
    letter: Signed<Reproof>,
    challenge: Challenge,
    identity: Option<&Identity>,
    serial: [u8; 16],
    now: Wall,
) -> Result<Profile, Refusal> {
    let identity = known(&letter, identity)?;
    not_revoked(identity)?;
    if identity.device_keys().skip(1).any(|key| key.id() == letter.key_id()) {
        return Err(Refusal::KeyReplaced(letter.key_id()));
    }
    let letter = letter.verify(identity.device_key(), &identity.audience()).map_err(Refusal::Letter)?;
    challenge.redeem(&letter.nonce, now)?;
    Ok(Profile::quarantine(identity.named(), Serial::from_random(serial), now))
}

/// An identity after its renewal, and the certificate for its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// To be stored in place of the one before.
    pub identity: Identity,
    /// For the key that it has now.
    pub profile: Profile,
}

/// Judges a renewal: the enrolled key signs for the next one, which shows that somebody holds it.
///
/// The key may stay the same until it is old or a suspension was lifted. When the answer was lost, the old key asks
/// once more for the key that already replaced it, and is answered once more. While suspended no key changes, and
/// what is answered leads to the quarantine room.
pub fn renewal(
    letter: Signed<Renewal>,
    challenge: Challenge,
    identity: Option<Identity>,
    registry: &impl Registry,
    serial: [u8; 16],
    now: Wall,
) -> Result<Renewed, Refusal> {
    let claimed = letter.claimed().map_err(Refusal::Letter)?;
    let mut identity = identity
        .filter(|known| known.device() == claimed.device)
        .ok_or(Refusal::Unenrolled(claimed.device))?;
    not_revoked(&identity)?;
    let signer = signer(&letter, &identity, &claimed.device_key)?;
    let letter = letter.verify(&signer, &identity.audience()).map_err(Refusal::Letter)?.into_letter();
    challenge.redeem(&letter.nonce, now)?;
    let next = letter.device_key;
    let possession = letter.possession.verify(&next, &identity.audience()).map_err(Refusal::Letter)?;
    if possession.nonce != letter.nonce {
        return Err(Refusal::NonceOther);
    }
    let (serial, same) = (Serial::from_random(serial), next == *identity.device_key());
    if identity.standing().state() == State::Suspended {
        // A device that lost an answer and was suspended since holds no certified key: it must not be shut out.
        let profile = same.then(|| Profile::quarantine(identity.named(), serial, now));
        return profile.map(|profile| Renewed { identity, profile }).ok_or(Refusal::Suspended);
    }
    if same {
        may_stay(&identity, now)?;
    } else {
        may_follow(&identity, &next, registry)?;
        identity.rekey(next, now);
    }
    let profile = Profile::device(identity.named(), serial, now);
    Ok(Renewed { identity, profile })
}

/// With which key a renewal must be signed: the one in use, or the one that it replaced, for it alone.
fn signer(
    letter: &Signed<Renewal>,
    identity: &Identity,
    next: &PublicKey<Device>,
) -> Result<PublicKey<Device>, Refusal> {
    let current = identity.device_key();
    if letter.key_id() == current.id() {
        return Ok(current.clone());
    }
    let replaced = identity.device_keys().find(|key| key.id() == letter.key_id());
    let Some(key) = replaced else { return Err(Refusal::KeyOther) };
    let lost_answer = next == current && identity.predecessor() == Some(key);
    if lost_answer { Ok(key.clone()) } else { Err(Refusal::KeyReplaced(key.id())) }
}

fn may_stay(identity: &Identity, now: Wall) -> Result<(), Refusal> {
    let owed = identity.standing().state() == State::RenewalOwed || identity.key_is_old(now);
    if owed { Err(Refusal::KeyMustChange(identity.device_key().id())) } else { Ok(()) }
}

/// A key that was replaced never returns, and nobody takes another device's.
fn may_follow(
    identity: &Identity,
    next: &PublicKey<Device>,
    registry: &impl Registry,
) -> Result<(), Refusal> {
    if identity.has_replaced(next) {
        return Err(Refusal::KeyReplaced(next.id()));
    }
    match registry.holder(next) {
        Some(holder) => Err(Refusal::KeyTaken(holder)),
        None => Ok(()),
    }
}

fn known<'a>(letter: &Signed<Reproof>, identity: Option<&'a Identity>) -> Result<&'a Identity, Refusal> {
    let device = letter.claimed().map_err(Refusal::Letter)?.device;
    identity.filter(|known| known.device() == device).ok_or(Refusal::Unenrolled(device))
}

fn not_revoked(identity: &Identity) -> Result<(), Refusal> {
    identity.standing().revocation().map_or(Ok(()), |revocation| Err(Refusal::Revoked(revocation.reason)))
}

/// Whether the ordinary certificate may be given for the key as it is.
fn certifiable(identity: &Identity) -> Result<(), Refusal> {
    match identity.standing().state() {
        State::Active => Ok(()),
        State::RenewalOwed => Err(Refusal::RenewalOwed),
        State::Suspended => Err(Refusal::Suspended),
        State::Revoked => not_revoked(identity),
    }
}

#[cfg(test)]
mod tests;
