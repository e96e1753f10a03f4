//! What went and what came between two lists, whatever their order; two of a kind count as two.

use alloc::vec::Vec;

/// Both halves are sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference<T> {
    pub(crate) gone: Vec<T>,
    pub(crate) come: Vec<T>,
}

impl<T> Default for Difference<T> {
    fn default() -> Self {
        Self { gone: Vec::new(), come: Vec::new() }
    }
}

impl<T: Clone + Ord> Difference<T> {
    /// From one sorted list to another.
    pub(crate) fn between(was: &[T], is: &[T]) -> Self {
        Self { gone: beyond(was, is), come: beyond(is, was) }
    }

    /// What of it `known` does not hold.
    pub(crate) fn beyond(&self, known: &Self) -> Self {
        Self { gone: beyond(&self.gone, &known.gone), come: beyond(&self.come, &known.come) }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.come.is_empty()
    }
}

/// What of `these` is not paired with an equal one of `those`; both sorted.
fn beyond<T: Clone + Ord>(these: &[T], those: &[T]) -> Vec<T> {
    let mut rest = those.iter().peekable();
    let mut unpaired = Vec::new();
    for one in these {
        while rest.next_if(|other| *other < one).is_some() {}
        if rest.next_if(|other| *other == one).is_none() {
            unpaired.push(one.clone());
        }
    }
    unpaired
}
