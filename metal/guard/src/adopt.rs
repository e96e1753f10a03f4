//! Judges what the fleet wants: a whole state, under one generation, against all that the device knows.
//!
//! Tighten on signature, loosen on proof. A state is adopted whole or refused whole, and its refusal changes
//! nothing. Whether a letter is the fleet's at all is decided first; everything after judges the fleet.

use alloc::vec::Vec;

use crypto::{
    approved::Approved,
    key::{KeyId, PublicKey, Role, Root},
    signed::{Audience, Letter, Signed, Verified},
};
use detect::Condition;
use vocab::{ClockQuality, Time, ZoneName};
use wire::v1::{
    DeviceState, Keyset, Order, Proof, Roster,
    body::{Direction, Seen},
    keyset::Valid,
};

use crate::{memory::Memory, pins::Pins, refusal::Refusal};

mod content;
mod direction;
mod orders;
pub(crate) mod proof;

/// What a state is judged against.
pub(crate) struct Ground<'a> {
    pub(crate) pins: &'a Pins,
    pub(crate) memory: &'a Memory,
    /// The state obeyed; none before the first, or where its letter was lost.
    pub(crate) obeyed: Option<&'a Verified<DeviceState>>,
    pub(crate) now: Time,
    /// Whether what set off a zone is still there.
    pub(crate) condition: &'a dyn Fn(&ZoneName) -> Condition,
}

/// What is to be done with a state that holds.
#[derive(Debug)]
pub(crate) enum Judgement {
    /// It is to be obeyed.
    Adopt(Adoptable),
    /// It is obeyed already.
    Again,
    /// It relaxes, so it waits for its proof.
    AwaitsProof,
}

/// A state that may be adopted, and what it sets in motion.
#[derive(Debug)]
pub(crate) struct Adoptable {
    pub(crate) direction: Direction,
    /// What its proof showed; a state that tightens may still owe it.
    pub(crate) seen: Option<Seen>,
    pub(crate) acknowledgements: Vec<Approved<Order>>,
    pub(crate) releases: Vec<Approved<Order>>,
    pub(crate) runs: Vec<Approved<Order>>,
}

/// Believes a letter, or says why not: keyset by the root, never below the known one; then the state by a key of
/// that keyset, for this device.
///
/// The keyset comes in the letter itself, so a device that slept through two renewals is not lost: whoever holds
/// the root could have told it as well.
pub(crate) fn believe(
    letter: Signed<DeviceState>,
    ground: &Ground<'_>,
) -> Result<Verified<DeviceState>, Refusal> {
    let keyset = keyset(&letter.claimed()?, ground)?;
    let key = usable(&keyset.state, letter.key_id(), ground.now)?;
    Ok(letter.verify(key, &ground.pins.audience)?)
}

/// Judges a state that the fleet has signed for this device.
pub(crate) fn judge(
    state: &Verified<DeviceState>,
    proof: Option<&Proof>,
    ground: &Ground<'_>,
) -> Result<Judgement, Refusal> {
    if let Some(obeyed) = &ground.memory.standing.obeyed {
        let adopted = obeyed.generation;
        if state.generation < adopted {
            return Err(Refusal::GenerationOld { adopted, offered: state.generation });
        }
        if state.generation == adopted {
            let same = state.digest() == obeyed.state;
            return if same { Ok(Judgement::Again) } else { Err(Refusal::GenerationForked(adopted)) };
        }
        if state.generation == adopted.next() && state.previous != Some(obeyed.state) {
            return Err(Refusal::PreviousForked(state.generation));
        }
    }
    let roster = roster(state, ground)?;
    content::check(state, ground.memory)?;
    let direction = direction::of(state, ground.obeyed.map(|obeyed| &**obeyed), ground.memory);
    let keyset = keyset(state, ground)?;
    let seen = match (direction, proof) {
        (Direction::Relaxes, Some(proof)) => Some(proof::verify(proof, state, &keyset, ground)?),
        (Direction::Relaxes, None) => return Ok(Judgement::AwaitsProof),
        // Nobody stops a device from tightening by sending a proof that does not hold: it is still owed.
        (Direction::Tightens, proof) => {
            proof.and_then(|proof| proof::verify(proof, state, &keyset, ground).ok())
        }
    };
    // Consents and leases end by the wall, so nothing is loosened by a clock that nobody vouches for.
    if direction == Direction::Relaxes && ground.now.quality != ClockQuality::Fleet {
        return Err(Refusal::ClockUnknown);
    }
    let orders = orders::judge(state, &roster, ground)?;
    Ok(Judgement::Adopt(Adoptable {
        direction,
        seen,
        acknowledgements: orders.acknowledgements,
        releases: orders.releases,
        runs: orders.runs,
    }))
}

/// The keyset of a state, believed by the root and not older than the known one.
pub(crate) fn keyset(state: &DeviceState, ground: &Ground<'_>) -> Result<Verified<Keyset>, Refusal> {
    let Ground { pins, memory, obeyed, .. } = ground;
    let offered = rooted(&state.keyset, &pins.keyset, pins)?;
    let adopted = memory.standing.obeyed.map_or(0, |obeyed| obeyed.keyset);
    let known = adopted.max(pins.keyset.version);
    if offered.version < known {
        return Err(Refusal::KeysetOld { known, offered: offered.version });
    }
    let pinned = (pins.keyset.version == offered.version).then(|| pins.keyset.digest());
    let kept = obeyed.filter(|_| adopted == offered.version).map(|obeyed| obeyed.keyset.digest());
    if [pinned, kept].into_iter().flatten().any(|digest| digest != offered.digest()) {
        return Err(Refusal::KeysetForked(offered.version));
    }
    Ok(offered)
}

fn roster(state: &DeviceState, ground: &Ground<'_>) -> Result<Verified<Roster>, Refusal> {
    let Ground { pins, memory, obeyed, .. } = ground;
    let offered = rooted(&state.roster, &pins.roster, pins)?;
    let adopted = memory.standing.obeyed.map_or(0, |obeyed| obeyed.roster);
    let known = adopted.max(pins.roster.version);
    if offered.version < known {
        return Err(Refusal::RosterOld { known, offered: offered.version });
    }
    let pinned = (pins.roster.version == offered.version).then(|| pins.roster.digest());
    let kept = obeyed.filter(|_| adopted == offered.version).map(|obeyed| obeyed.roster.digest());
    if [pinned, kept].into_iter().flatten().any(|digest| digest != offered.digest()) {
        return Err(Refusal::RosterForked(offered.version));
    }
    Ok(offered)
}

/// A letter of the root. The very one that is believed already is not verified again.
fn rooted<T: Letter<Role = Root> + Clone>(
    letter: &Signed<T>,
    believed: &Verified<T>,
    pins: &Pins,
) -> Result<Verified<T>, Refusal> {
    if letter.digest() == believed.digest() {
        return Ok(believed.clone());
    }
    Ok(letter.clone().verify(&pins.root, &Audience::fleet(pins.fleet.clone()))?)
}

/// The key of this id, if it may be used now. A floor proves that a key is too old, and never that it is too new.
pub(crate) fn usable<R: Role>(
    keys: &[Valid<PublicKey<R>>],
    id: KeyId,
    now: Time,
) -> Result<&PublicKey<R>, Refusal> {
    let known = keys.iter().find(|valid| valid.key.id() == id).ok_or(Refusal::UnknownKey(id))?;
    if in_time(known, now) { Ok(&known.key) } else { Err(Refusal::TooEarlyOrLate(id)) }
}

pub(crate) fn in_time<K>(valid: &Valid<K>, now: Time) -> bool {
    match now.quality {
        ClockQuality::Fleet => now.wall >= valid.from && now.wall < valid.until,
        ClockQuality::Floor => now.wall < valid.until,
        // It rests on the machine's own clock, which proves neither.
        ClockQuality::Carried => true,
    }
}

#[cfg(test)]
mod tests;
