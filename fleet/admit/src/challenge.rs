//! A nonce that the fleet asked with: answered once, and soon.

use core::time::Duration;

use vocab::{Nonce, Wall};

use crate::refusal::Refusal;

/// How long an answer is worth anything.
pub const LIFE: Duration = Duration::from_mins(1);

/// A question that is still open.
///
/// It cannot be copied, and every judge takes it by value: an answer uses it up, whatever becomes of the answer.
#[derive(Debug, PartialEq, Eq)]
pub struct Challenge {
    nonce: Nonce,
    asked: Wall,
    /// When its answer came, where that waits to be judged.
    came: Option<Wall>,
}

impl Challenge {
    /// A question; the nonce comes from the fleet's randomness and is drawn for this question alone.
    pub const fn new(nonce: Nonce, asked: Wall) -> Self {
        Self { nonce, asked, came: None }
    }

    /// What the answer must hold.
    pub const fn nonce(&self) -> Nonce {
        self.nonce
    }

    /// When it was asked.
    pub const fn asked(&self) -> Wall {
        self.asked
    }

    /// Its answer came now. How long that waits to be judged is nothing that the device could help.
    #[must_use]
    pub const fn answered(self, now: Wall) -> Self {
        Self { came: Some(now), ..self }
    }

    /// Closes the question with this answer; gives when it was asked.
    pub(crate) fn redeem(self, answer: &Nonce, now: Wall) -> Result<Wall, Refusal> {
        if self.nonce != *answer {
            return Err(Refusal::NonceOther);
        }
        // A question from the future was asked by a clock that has since been set back: its age is unknown.
        let came = self.came.unwrap_or(now);
        if self.asked > came || came.since(self.asked) > LIFE {
            return Err(Refusal::NonceStale);
        }
        Ok(self.asked)
    }
}

#[cfg(test)]
mod tests;
