//! What comes in: counted, decoded through the one entrance, put together from its parts.

use vocab::Mono;

use crate::{frame::Frame, pace::Pace, part::Reassembly, violation::Violation};

/// Frames in a second, and at once: the longest evidence is 69 parts.
const PER_SECOND: u32 = 100;
const BURST: u32 = 200;

/// The receiving side of one session.
pub struct Inbox {
    pace: Pace,
    parts: Reassembly,
}

impl Inbox {
    /// Of a new session.
    pub fn new() -> Self {
        Self { pace: Pace::new(PER_SECOND, BURST), parts: Reassembly::default() }
    }

    /// The frame of one message; none while parts are missing.
    pub fn receive<F: Frame>(&mut self, now: Mono, message: &[u8]) -> Result<Option<F>, Violation> {
        if !self.pace.take(now) {
            return Err(Violation::Flood);
        }
        match F::decode_message(message)?.into_part() {
            Err(frame) => Ok(Some(frame)),
            Ok(part) => {
                let whole = self.parts.take(&part, F::LONGEST)?;
                whole.map(|bytes| F::decode_whole(&bytes)).transpose()
            }
        }
    }

    /// Bytes held now.
    pub fn held(&self) -> usize {
        self.parts.held()
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}
