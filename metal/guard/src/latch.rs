//! The tamper state of a zone: latched by events, one by one, and released one by one.
//!
//! `Normal → Suspect → Tampered → Acknowledged → Normal`: a zone stands where its worst event stands, and nothing
//! clears an event but an order that names it.

use alloc::vec::Vec;

use journal::Cursor;
use vocab::{Severity, TamperState};
use wire::v1::standing::Latch;

/// Most events that latch one device; beyond, an event gives way to one that asks for no less in its zone.
pub(crate) const LATCHES: usize = 32;

/// How far an event of this severity latches its zone, if at all.
pub(crate) const fn state(severity: Severity) -> Option<TamperState> {
    match severity {
        Severity::Info | Severity::Low => None,
        Severity::Medium => Some(TamperState::Suspect),
        Severity::High | Severity::Critical => Some(TamperState::Tampered),
    }
}

/// Latches an event, or latches it further; `at` is the entry that says so.
pub(crate) fn set(latches: &mut Vec<Latch>, latch: Latch, at: Cursor) {
    if let Some(known) = latches.iter_mut().find(|known| known.event == latch.event) {
        known.position = at;
        known.state = latch.state;
        known.posture = known.posture.stricter(latch.posture);
        known.holds = latch.holds;
        return;
    }
    latches.push(latch);
    if latches.len() > LATCHES {
        give_way(latches);
    }
}

/// Drops the oldest event that another event of its zone outweighs; else the least of those that do not stand
/// alone, and the worst of its zone takes over what it asked for.
fn give_way(latches: &mut Vec<Latch>) {
    let outweighed =
        |one: &Latch| latches.iter().any(|other| other.event != one.event && outweighs(other, one));
    let accompanied = |one: &Latch| latches.iter().filter(|other| other.zone == one.zone).count() > 1;
    let oldest = latches.iter().position(outweighed);
    let least = || {
        let candidates = latches.iter().enumerate().filter(|(_, one)| accompanied(one));
        candidates.min_by_key(|(_, one)| (one.severity, one.state, one.posture)).map(|(at, _)| at)
    };
    let Some(at) = oldest.or_else(least) else { return };
    let given = latches.remove(at);
    let here = latches.iter_mut().filter(|other| other.zone == given.zone);
    if let Some(heir) = here.max_by_key(|other| other.severity) {
        heir.state = heir.state.max(given.state);
        heir.posture = heir.posture.stricter(given.posture);
        heir.holds.extend(given.holds);
        heir.holds.sort();
        heir.holds.dedup();
    }
}

fn outweighs(other: &Latch, one: &Latch) -> bool {
    other.zone == one.zone
        && other.severity >= one.severity
        && other.state >= one.state
        && other.posture >= one.posture
        && one.holds.iter().all(|held| other.holds.contains(held))
}

#[cfg(test)]
mod tests;
