//! The power of a box: what it has done to the world, and after which of these it goes.
//!
//! An effect is an operation that the disk has done, an act of the hands, or a message that has left. When the power
//! has gone, the software that still runs to the end of its step does not get to know, and nothing of it arrives.

use std::{cell::Cell, rc::Rc};

/// A handle on the power of one box; a clone is another.
#[derive(Clone, Debug, Default)]
pub struct Power(Rc<Supply>);

#[derive(Debug, Default)]
struct Supply {
    effects: Cell<u64>,
    cut_after: Cell<Option<u64>>,
}

impl Power {
    /// How many effects the box has had since it was made; each is a place where the power can be cut.
    pub fn effects(&self) -> u64 {
        self.0.effects.get()
    }

    /// The power is to go right after so many effects; see [`Power::is_gone`].
    pub fn cut_after(&self, effects: Option<u64>) {
        self.0.cut_after.set(effects);
    }

    /// Whether the effect after which the power goes was there. Nothing is done after it.
    pub fn is_gone(&self) -> bool {
        self.0.cut_after.get().is_some_and(|after| self.effects() >= after)
    }

    /// One more effect; false if the power has gone before it.
    pub(crate) fn spend(&self) -> bool {
        let is_there = !self.is_gone();
        self.0.effects.set(self.effects() + u64::from(is_there));
        is_there
    }
}
