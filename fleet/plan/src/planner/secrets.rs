//! Which secrets a state carries: those that fit stay as they are sealed, the others are sealed anew.
//!
//! Only to a device whose identity is sound, and only to the opening key that it attested last.

use alloc::vec::Vec;

use vocab::SecretName;
use wire::v1::state::SealedSecret;

use crate::{
    facts::{DeviceFacts, Facts, Opening, SecretFacts, Standing, Version},
    value::{Seal, Why},
};

/// The secrets of one state.
#[derive(Default)]
pub(super) struct Given {
    /// By name.
    pub(super) kept: Vec<SealedSecret>,
    /// By name.
    pub(super) seal: Vec<Seal>,
}

pub(super) fn given(facts: &Facts, device: &DeviceFacts, leave: &mut impl FnMut(Why)) -> Given {
    let mut given = Given::default();
    if device.secrets.is_empty() {
        return given;
    }
    if device.standing != Standing::Sound {
        leave(Why::SecretsSuspended);
        return given;
    }
    let Some(opening) = device.opening else {
        leave(Why::SecretsUnattested);
        return given;
    };
    for name in &device.secrets {
        let Some(secret) = facts.secrets.iter().find(|secret| secret.name == *name) else {
            leave(Why::SecretUnknown(name.clone()));
            continue;
        };
        let version = version(secret, device);
        match kept(device, name, version, &opening) {
            Some(sealed) => given.kept.push(sealed.clone()),
            None => given.seal.push(Seal { name: name.clone(), version, to: *opening.key() }),
        }
    }
    given
}

/// The value in its last state, until its turn for the newest has come. A device whose last state carries none gets
/// the newest: it is new, or it lost its secrets to a tamper.
fn version(secret: &SecretFacts, device: &DeviceFacts) -> Version {
    let held = device.signed.as_ref().and_then(|letter| letter.given.get(&secret.name).copied());
    let overlapping = held.filter(|held| Some(*held) == secret.overlap && !secret.due.contains(&device.id()));
    overlapping.unwrap_or(secret.newest)
}

/// The secret as the last state carries it, if it is this value under this key.
fn kept<'a>(
    device: &'a DeviceFacts,
    name: &SecretName,
    version: Version,
    opening: &Opening,
) -> Option<&'a SealedSecret> {
    let last = device.signed.as_ref()?;
    let current = last.given.get(name) == Some(&version);
    last.state
        .secrets
        .iter()
        .find(|sealed| current && sealed.name == *name && sealed.key == opening.key().id())
}

#[cfg(test)]
mod tests;
