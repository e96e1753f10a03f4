//! Questions that are answered once, and soon.

use alloc::vec::Vec;
use core::time::Duration;

use minicbor::{Decode, Encode};
use vocab::{Mono, Nonce};

use crate::refusal::Refusal;

/// How long an answer is worth anything.
pub const LIFE: Duration = Duration::from_mins(1);

/// Most questions open at once; a further one replaces the oldest.
pub const MOST: usize = 8;

/// What a challenge asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Purpose {
    /// Evidence.
    #[n(0)]
    Evidence,
    /// A renewal letter.
    #[n(1)]
    Renewal,
}

/// The questions that a station has open with one device.
#[derive(Default)]
pub struct Challenges(Vec<Open>);

struct Open {
    nonce: Nonce,
    purpose: Purpose,
    issued: Mono,
}

impl Challenges {
    /// Opens a question; the nonce comes from the owner's randomness.
    pub fn issue(&mut self, now: Mono, nonce: Nonce, purpose: Purpose) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(Open { nonce, purpose, issued: now });
    }

    /// Closes the question that this answers, whatever becomes of the answer; gives when it was asked.
    pub fn consume(&mut self, now: Mono, nonce: &Nonce, purpose: Purpose) -> Result<Mono, Refusal> {
        let at = self.0.iter().position(|open| open.nonce == *nonce).ok_or(Refusal::NonceUnknown)?;
        // Taken out before anything is judged: a letter that fails to verify has used its question up.
        let open = self.0.remove(at);
        if open.purpose != purpose {
            return Err(Refusal::NoncePurpose);
        }
        if now.since(open.issued) > LIFE {
            return Err(Refusal::NonceExpired);
        }
        Ok(open.issued)
    }

    /// Keeps no more room than the open ones need.
    pub fn rest(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Closes every question of one purpose.
    pub fn withdraw(&mut self, purpose: Purpose) {
        self.0.retain(|open| open.purpose != purpose);
    }

    /// Closes all: a new session answers none of the old one's.
    pub fn clear(&mut self) {
        self.0 = Vec::new();
    }
}

/// The questions that a device was asked in this session.
#[derive(Default)]
pub struct Asked(Vec<Nonce>);

impl Asked {
    /// Keeps a question until it is answered.
    pub fn keep(&mut self, nonce: Nonce) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(nonce);
    }

    /// True once for each question of this session: an answer to another session's would only be refused.
    pub fn answer(&mut self, nonce: &Nonce) -> bool {
        let at = self.0.iter().position(|asked| asked == nonce);
        at.map(|at| self.0.remove(at)).is_some()
    }

    /// A new session begins.
    pub fn clear(&mut self) {
        self.0 = Vec::new();
    }
}

#[cfg(test)]
mod tests;
