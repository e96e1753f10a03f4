//! Who may stand before a door: so many in all, so many of one source, so many that have not said who they are.
//!
//! Among unfinished handshakes a newcomer takes the place of the oldest of its source, or of the source that has
//! most: an honest peer finishes in milliseconds, so a flood from its own address does not keep it out. Whoever waits
//! for us keeps its place: where thousands come back at once, those who are nearest to their turn would never have it.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::oneshot;

use super::Limits;
use crate::refusal::Refusal;

/// All that stand before or behind one door.
#[derive(Clone, Default)]
pub(super) struct Throng(Arc<Mutex<Standing>>);

#[derive(Default)]
struct Standing {
    /// The number of the last one that came; it grows, so the lowest is the oldest.
    last: u64,
    unfinished: BTreeMap<u64, Unfinished>,
    /// Each source that has anybody here.
    sources: BTreeMap<IpAddr, Count>,
    live: usize,
}

struct Unfinished {
    source: IpAddr,
    waits: Waits,
    evict: oneshot::Sender<()>,
}

/// Whom an unfinished handshake waits for: its peer or, for its turn, us.
#[derive(Clone, Default)]
pub(super) struct Waits(Arc<AtomicBool>);

impl Waits {
    pub(super) fn for_us(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn for_its_peer(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(super) fn is_for_us(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[derive(Clone, Copy, Default)]
struct Count {
    unfinished: usize,
    live: usize,
}

/// Ready when a newer one has taken the place.
pub(super) type Evicted = oneshot::Receiver<()>;

/// One place; dropping it frees it.
pub(super) struct Place {
    pub(super) waits: Waits,
    throng: Throng,
    number: u64,
    /// One address, or the network that stands for it.
    pub(super) source: IpAddr,
    settled: bool,
}

impl Throng {
    /// Gives a newcomer a place, if there is one to have.
    pub(super) fn arrive(&self, from: IpAddr, limits: &Limits) -> Result<(Place, Evicted), Refusal> {
        let source = source(from);
        let mut standing = self.standing();
        standing.room(source, limits)?;
        let of_source = standing.sources.get(&source).map_or(0, |count| count.unfinished);
        if of_source >= limits.half_open_per_source {
            standing.evict_of(source)?;
        } else if standing.unfinished.len() >= limits.half_open {
            let most = standing.sources.iter().max_by_key(|(_, count)| count.unfinished);
            if let Some((&crowd, _)) = most {
                standing.evict_of(crowd)?;
            }
        }
        standing.last += 1;
        let number = standing.last;
        let (evict, evicted) = oneshot::channel();
        let waits = Waits::default();
        standing.unfinished.insert(number, Unfinished { source, waits: waits.clone(), evict });
        standing.sources.entry(source).or_default().unfinished += 1;
        Ok((Place { waits, throng: self.clone(), number, source, settled: false }, evicted))
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The handshake is over.
    pub(super) fn settle(&mut self, limits: &Limits) -> Result<(), Refusal> {
        let mut standing = self.throng.standing();
        standing.room(self.source, limits)?;
        standing.finish(self.number);
        standing.live += 1;
        standing.sources.entry(self.source).or_default().live += 1;
        self.settled = true;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut standing = self.throng.standing();
        if !self.settled {
            standing.finish(self.number);
            return;
        }
        standing.live -= 1;
        if let Some(count) = standing.sources.get_mut(&self.source) {
            count.live -= 1;
        }
        standing.forget(self.source);
    }
}

impl Standing {
    fn room(&self, source: IpAddr, limits: &Limits) -> Result<(), Refusal> {
        let of_source = self.sources.get(&source).map_or(0, |count| count.live);
        if self.live >= limits.connections || of_source >= limits.per_source {
            return Err(Refusal::Crowded);
        }
        Ok(())
    }

    /// The oldest of these that keeps us waiting goes.
    fn evict_of(&mut self, source: IpAddr) -> Result<(), Refusal> {
        let slow = |one: &Unfinished| one.source == source && !one.waits.is_for_us();
        let oldest = self.unfinished.iter().find(|(_, one)| slow(one)).map(|(number, _)| *number);
        self.finish(oldest.ok_or(Refusal::Crowded)?);
        Ok(())
    }

    /// Takes one out of the unfinished; it hears of it unless it knows already.
    fn finish(&mut self, number: u64) {
        let Some(Unfinished { source, evict, .. }) = self.unfinished.remove(&number) else { return };
        let _ = evict.send(());
        if let Some(count) = self.sources.get_mut(&source) {
            count.unfinished -= 1;
        }
        self.forget(source);
    }

    fn forget(&mut self, source: IpAddr) {
        if self.sources.get(&source).is_some_and(|count| count.unfinished == 0 && count.live == 0) {
            self.sources.remove(&source);
        }
    }
}

/// By what a peer is counted among others: whoever has one IPv6 address has the 2^64 beside it.
pub fn source(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests;
