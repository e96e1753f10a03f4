//! What went and what came between two lists, whatever their order; two of a kind count as two.

use alloc::{vec, vec::Vec};

use vocab::{Mono, Value};

use crate::{
    finding::Finding,
    sense::{LEARNED, Schooling},
};

/// Most entries of a list, and most bytes of a name in it; a longer one cannot be true.
const ENTRIES: usize = 256;
const BYTES: usize = 128;

/// A list that is compared with one that was learned, each difference told once.
#[derive(Debug)]
pub(crate) struct Roll<T> {
    home: Option<Vec<T>>,
    now: Option<Vec<T>>,
    told: Difference<T>,
}

/// Both halves are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference<T> {
    pub(crate) gone: Vec<T>,
    pub(crate) come: Vec<T>,
}

/// Whether a list is one that a device can have.
pub(crate) fn readable<T>(list: &[T], name: impl Fn(&T) -> &str) -> bool {
    list.len() <= ENTRIES && list.iter().all(|entry| name(entry).len() <= BYTES)
}

impl<T: Clone + Ord> Roll<T> {
    /// Takes what is there now; what of its differences is not told yet.
    pub(crate) fn call(&mut self, found: &[T]) -> Difference<T> {
        let mut now = found.to_vec();
        now.sort_unstable();
        self.now = Some(now);
        // What is as it was again may be told again when it differs again.
        let apart = self.apart();
        let fresh = apart.beyond(&self.told);
        self.told = apart.beyond(&fresh);
        fresh
    }

    /// What differs and is not told yet.
    pub(crate) fn untold(&self) -> Difference<T> {
        self.apart().beyond(&self.told)
    }

    /// All that differs is told.
    pub(crate) fn tell(&mut self) {
        self.told = self.apart();
    }

    /// All that came is told.
    pub(crate) fn tell_come(&mut self) {
        self.told.come = self.apart().come;
    }

    pub(crate) fn differs(&self) -> bool {
        self.home.is_some() && self.now.is_some() && self.home != self.now
    }

    pub(crate) fn now(&self) -> Option<Vec<T>> {
        self.now.clone()
    }

    pub(crate) fn home(&self) -> Option<Vec<T>> {
        self.home.clone()
    }

    pub(crate) fn recall(&mut self, home: &[T]) {
        let mut home = home.to_vec();
        home.sort_unstable();
        (self.home, self.told) = (Some(home), Difference::default());
    }

    pub(crate) const fn schooling(&self) -> Schooling {
        if self.home.is_some() { Schooling::Ready } else { Schooling::Unlearned }
    }

    fn apart(&self) -> Difference<T> {
        let (Some(home), Some(now)) = (&self.home, &self.now) else { return Difference::default() };
        Difference { gone: beyond(home, now), come: beyond(now, home) }
    }
}

impl<T> Default for Roll<T> {
    fn default() -> Self {
        Self { home: None, now: None, told: Difference::default() }
    }
}

impl<T> Default for Difference<T> {
    fn default() -> Self {
        Self { gone: Vec::new(), come: Vec::new() }
    }
}

impl<T: Clone + Ord> Difference<T> {
    /// First what went, then what came, each cut off where a finding is full.
    pub(crate) fn evidence(mut self, at: Mono, value: fn(Vec<T>) -> Value) -> Vec<(Mono, Value)> {
        self.gone.truncate(Finding::DIFFERING);
        self.come.truncate(Finding::DIFFERING);
        vec![(LEARNED, value(self.gone)), (at, value(self.come))]
    }

    /// What of it `known` does not hold.
    fn beyond(&self, known: &Self) -> Self {
        Self { gone: beyond(&self.gone, &known.gone), come: beyond(&self.come, &known.come) }
    }
}

/// What of `list` is not paired with an equal entry of `other`; both sorted.
fn beyond<T: Clone + Ord>(list: &[T], other: &[T]) -> Vec<T> {
    let mut rest = other.iter().peekable();
    let mut unpaired = Vec::new();
    for one in list {
        while rest.next_if(|next| *next < one).is_some() {}
        if rest.next_if(|next| *next == one).is_none() {
            unpaired.push(one.clone());
        }
    }
    unpaired
}

#[cfg(test)]
mod tests;
