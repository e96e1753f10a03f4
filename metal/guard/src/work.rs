//! Work orders: how a technician opens a device lawfully, judged offline.
//!
//! A window mutes the zones that the order names and nothing else. It runs in the larger of wall and powered
//! time from first use, so no clock that stands still and no pulled plug stretches it.

use core::time::Duration;

use crypto::signed::Verified;
use vocab::{ClockQuality, Nonce, PersonId, Time, ZoneName};
use wire::v1::{
    Presence, Roster, WorkOrder,
    body::Work,
    standing::{Latch, UsedWork},
    work::WINDOW_LIMIT,
};

use crate::{
    memory::{Memory, most},
    refusal::work::Refusal,
};

/// Most zones of one work order.
const ZONES: usize = 8;

/// Judges a work order and the presence of its holder; the entry that marks it used.
pub(crate) fn open(
    order: &Verified<WorkOrder>,
    presence: &Verified<Presence>,
    challenge: Option<Nonce>,
    memory: &Memory,
    now: Time,
) -> Result<Work, Refusal> {
    if order.zones.is_empty() || order.zones.len() > ZONES {
        return Err(Refusal::Zones);
    }
    if order.window > WINDOW_LIMIT || order.window.duration().is_zero() {
        return Err(Refusal::Window);
    }
    if memory.standing.works.iter().any(|used| used.order == order.id) {
        return Err(Refusal::Used);
    }
    if memory.open_work().is_some() {
        return Err(Refusal::Open);
    }
    if presence.order != order.id {
        return Err(Refusal::Other);
    }
    if challenge != Some(presence.challenge) {
        return Err(Refusal::Challenge);
    }
    if order.nonce.is_some() && order.nonce != challenge {
        return Err(Refusal::Nonce);
    }
    // A floor proves that it is late, and never that it is early.
    if now.wall > order.until {
        return Err(Refusal::Late);
    }
    if now.quality == ClockQuality::Fleet && now.wall < order.from {
        return Err(Refusal::Early);
    }
    if memory.standing.works.len() >= most::WORKS
        && memory.standing.works.first().is_some_and(|oldest| oldest.until >= now.wall)
    {
        return Err(Refusal::MemoryFull);
    }
    Ok(Work::Opened {
        order: order.id,
        holder: order.holder.id(),
        zones: order.zones.clone(),
        window: order.window,
        from: order.from,
        until: order.until,
    })
}

/// How much of a window is left. Wall time counts where the fleet vouches for both of its ends.
pub(crate) fn left(work: &UsedWork, now: Time, powered: u64) -> Duration {
    let mut spent = Duration::from_millis(powered.saturating_sub(work.powered));
    if work.opened.quality == ClockQuality::Fleet && now.quality == ClockQuality::Fleet {
        spent = spent.max(now.wall.since(work.opened.wall));
    }
    work.window.duration().saturating_sub(spent)
}

/// Whether somebody is lawfully at work there.
pub(crate) fn mutes(memory: &Memory, zone: &ZoneName) -> bool {
    memory.open_work().is_some_and(|work| work.zones.contains(zone))
}

/// Whoever held a work order over the place and time of an event; their consent does not reset it.
pub(crate) fn openers<'a>(
    latch: &'a Latch,
    memory: &'a Memory,
    roster: &'a Roster,
) -> impl Iterator<Item = PersonId> + 'a {
    let there = memory.standing.works.iter().filter(|work| covers(work, latch));
    there.flat_map(|work| {
        let theirs = |key: &crypto::key::PublicKey<_>| key.id() == work.holder;
        let people = roster.people.iter().filter(move |person| person.keys.iter().any(theirs));
        people.map(|person| person.id)
    })
}

/// By the window as it was used, or as it was signed.
fn covers(work: &UsedWork, latch: &Latch) -> bool {
    let at = latch.at.wall;
    let used = at >= work.opened.wall && work.closed.is_none_or(|closed| at <= closed);
    let signed = at >= work.from && at <= work.until;
    work.zones.contains(&latch.zone) && (used || signed)
}

#[cfg(test)]
mod tests;
