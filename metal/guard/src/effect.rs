//! What a guard wants done, in order.
//!
//! The order binds: what is kept or appended earlier is durable no later than what is appended after it.

use alloc::{format, string::String, vec::Vec};

use crypto::{digest::Digest, signed::Signed};
use journal::{Branch, Entry, Position};
use vocab::{Action, Generation, Nonce, ReceiptId, Reconciled};
use wire::v1::{Beat, Evidence};

use crate::refusal::Refusal;

/// Effects of one input, in order.
pub type Effects = Vec<Effect>;

/// One thing to be done.
#[derive(Debug)]
pub enum Effect {
    /// Do it at once; the hand's outcome comes back as [`Input::Acted`](crate::Input::Acted).
    Act {
        /// Joins intention, act and outcome.
        id: ReceiptId,
        /// What to do.
        action: Action,
    },
    /// Append to the journal; [`Input::Durable`](crate::Input::Durable) follows.
    Append {
        /// The entry, chained.
        entry: Entry,
        /// Whether it waits for others.
        lane: Lane,
    },
    /// Ask the fleet for the time, over this nonce.
    AskTime(Nonce),
    /// A beat for the link: seals a run, feeds the dead-man.
    Beat {
        /// What it vouches for.
        position: Position,
        /// The letter.
        letter: Signed<Beat>,
    },
    /// This branch entry stands in the journal, or is about to.
    Branched(Branch),
    /// Evidence for the link.
    Evidence {
        /// The challenge.
        nonce: Nonce,
        /// The letter.
        letter: Signed<Evidence>,
    },
    /// A small file is no longer needed.
    Forget(Kept),
    /// Keep a small file, atomically, durably.
    Keep {
        /// Which.
        what: Kept,
        /// Its bytes, at most [`Kept::LIMIT`].
        bytes: Vec<u8>,
    },
    /// Tell the fleet what is obeyed: after each adoption, each proof, and again for a state that is obeyed already.
    Obeys(Obeys),
    /// What happened while the device was off is known: secrets may be opened, until the posture is `Sealed`.
    Reconciled(Reconciled),
    /// Refuse, to whoever stands before the box or sent the letter.
    Refuse(Refusal),
    /// Show the technician this challenge.
    ShowChallenge(Nonce),
    /// Have a key sign; [`Input::Signed`](crate::Input::Signed) or `Unsigned` follows.
    Sign {
        /// Comes back with the signature.
        token: Token,
        /// Whose key.
        key: Signer,
        /// The bytes to sign, ES256.
        message: Vec<u8>,
    },
}

/// Which entries cannot wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// May wait for others, and for room.
    Bulk,
    /// Synced at once, from the reserve on a full disk, and offered at once.
    Alarm,
}

/// Keys that the guard does not hold itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Signer {
    /// Signs evidence.
    Attestation,
    /// Signs boots.
    Device,
}

/// Joins a request to sign with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub u64);

/// What a device obeys, for the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obeys {
    /// The generation.
    pub generation: Generation,
    /// SHA-256 of that state as sent; none before the first.
    pub state: Option<Digest>,
    /// The last generation that was proved.
    pub proved: Generation,
}

/// Small files that the agent keeps for the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// What is normal on this device.
    Baseline,
    /// What the slow senses said last, to compare with after a time without power.
    Glimpse,
    /// The letter of an adopted state.
    State(Generation),
}

impl Kept {
    /// Most bytes of one file.
    pub const LIMIT: usize = 256 * 1024;

    /// A name for the file.
    pub fn name(&self) -> String {
        match self {
            Self::Baseline => "baseline".into(),
            Self::Glimpse => "glimpse".into(),
            Self::State(generation) => format!("state-{generation}"),
        }
    }

    /// What a file of this name is.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "baseline" => Some(Self::Baseline),
            "glimpse" => Some(Self::Glimpse),
            other => {
                let generation = Generation(other.strip_prefix("state-")?.parse().ok()?);
                Some(Self::State(generation)).filter(|kept| kept.name() == name)
            }
        }
    }
}
