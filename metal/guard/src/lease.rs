//! How long a state holds without contact.

use core::time::Duration;

use vocab::{Mono, Posture, Wall};
use wire::v1::{standing::Granted, state::Lease};

/// The posture that a lease asks for now: none of its own until it has lapsed.
///
/// The larger of wall and powered time counts, so neither a clock that stands still nor a device that is mostly
/// off stretches it. `powered` is milliseconds with power in all boots.
pub(crate) fn posture(lease: Option<&Lease>, granted: Option<&Granted>, wall: Wall, powered: u64) -> Posture {
    let Some(lease) = lease else { return Posture::Normal };
    let used = powered.saturating_sub(granted.map_or(0, |granted| granted.powered));
    let lapsed = wall >= lease.until || used >= u64::from(lease.powered) * 1000;
    if lapsed { lease.afterwards } else { Posture::Normal }
}

/// When it lapses at the latest, if it has not.
pub(crate) fn deadline(
    lease: &Lease,
    granted: Option<&Granted>,
    now: Mono,
    wall: Wall,
    powered: u64,
) -> Option<Mono> {
    let used = powered.saturating_sub(granted.map_or(0, |granted| granted.powered));
    let left = (u64::from(lease.powered) * 1000).saturating_sub(used);
    let left = Duration::from_millis(left).min(lease.until.since(wall));
    (!left.is_zero()).then(|| now + left)
}

#[cfg(test)]
mod tests;
