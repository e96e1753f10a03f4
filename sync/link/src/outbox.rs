//! What goes out: short frames at once, long letters piece by piece behind them.
//!
//! A piece is handed to the transport only when all before it was written, so an alarm never waits behind
//! more than one piece of a long letter.

use alloc::{collections::VecDeque, vec::Vec};

use crate::{
    frame::Frame,
    part::{Cut, PART_BYTES},
};

/// The sending side of one session.
#[derive(Default)]
pub struct Outbox {
    waiting: VecDeque<Vec<u8>>,
    cutting: Option<Cut>,
    /// A message of the slow lane is with the transport.
    writing: bool,
}

impl Outbox {
    /// Puts a letter that may be long into the slow lane; gives the message to send now, if any.
    pub fn queue<F: Frame>(&mut self, frame: &F) -> Option<Vec<u8>> {
        self.waiting.push_back(frame.to_bytes());
        if self.writing { None } else { self.flushed::<F>() }
    }

    /// Everything handed out was written; gives the next message of the slow lane.
    pub fn flushed<F: Frame>(&mut self) -> Option<Vec<u8>> {
        let message = self.next::<F>();
        self.writing = message.is_some();
        message
    }

    /// Forgets what was not handed out: something newer replaces it.
    pub fn clear(&mut self) {
        self.waiting.clear();
        self.cutting = None;
    }

    /// Keeps no more room than what waits needs.
    pub fn rest(&mut self) {
        self.waiting.shrink_to_fit();
    }

    /// Something of the slow lane is not written yet.
    pub fn is_busy(&self) -> bool {
        self.writing || self.held() > 0
    }

    /// Bytes held now.
    pub fn held(&self) -> usize {
        self.waiting.iter().map(Vec::len).sum::<usize>() + self.cutting.as_ref().map_or(0, Cut::held)
    }

    fn next<F: Frame>(&mut self) -> Option<Vec<u8>> {
        if let Some(part) = self.cutting.as_mut().and_then(Iterator::next) {
            return Some(F::of_part(part).to_bytes());
        }
        self.cutting = None;
        let whole = self.waiting.pop_front()?;
        if whole.len() <= PART_BYTES {
            return Some(whole);
        }
        let mut cut = Cut::new(whole);
        let first = cut.next();
        self.cutting = Some(cut);
        first.map(|part| F::of_part(part).to_bytes())
    }
}

#[cfg(test)]
mod tests;
