//! Challenges and sessions.
//!
//! A challenge costs no memory: it carries its own end and a mark that only this process can make, so strangers can
//! ask for as many as they like. Only one that was answered well is remembered, until it would have ended anyway.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use access::{Action, Kind};
use aws_lc_rs::{constant_time, digest, hmac};
use vocab::{Mono, Nonce, PersonId, Wall};

/// How long a challenge can be answered.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_mins(2);

/// How long a session lasts without a request.
pub(crate) const IDLE: Duration = Duration::from_hours(1);

/// How long a session lasts at most.
pub(crate) const LONGEST: Duration = Duration::from_hours(24);

/// Most sessions of one person; one more ends the oldest.
const SESSIONS_LIMIT: usize = 16;

/// Most sign-ins of one person within the life of a challenge. A terminal signs in for each command, and nobody types
/// one every two seconds; it bounds what one person's key can make the fleet write and remember.
const ANSWERS_LIMIT: usize = 64;

/// Makes challenges and knows them again: end (8 bytes) ‖ random (8) ‖ mark (16).
pub(crate) struct Challenges {
    key: hmac::Key,
}

impl Challenges {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &seed) }
    }

    /// A challenge for somebody who says that they are this person.
    pub(crate) fn make(&self, person: PersonId, now: Mono, random: [u8; 32]) -> Nonce {
        let mut nonce = [0; 32];
        nonce[..8].copy_from_slice(&(now + ANSWER_WITHIN).0.to_be_bytes());
        nonce[8..16].copy_from_slice(&random[..8]);
        let mark = self.mark(person, &nonce);
        nonce[16..].copy_from_slice(&mark);
        Nonce(nonce)
    }

    /// Whether this is a challenge of ours for this person that has not ended.
    pub(crate) fn knows(&self, nonce: &Nonce, person: PersonId, now: Mono) -> bool {
        let ours =
            constant_time::verify_slices_are_equal(&self.mark(person, &nonce.0), &nonce.0[16..]).is_ok();
        ours && now < ends(nonce)
    }

    fn mark(&self, person: PersonId, nonce: &[u8; 32]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"wrale.challenge.v1");
        context.update(person.as_bytes());
        context.update(&nonce[..16]);
        let tag = context.sign();
        std::array::from_fn(|at| tag.as_ref()[at])
    }
}

fn ends(nonce: &Nonce) -> Mono {
    let [a, b, c, d, e, f, g, h, ..] = nonce.0;
    Mono(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// Who is signed in. Of a token no more than its digest is kept.
#[derive(Default)]
pub(crate) struct Sessions {
    open: BTreeMap<[u8; 32], Session>,
    /// Challenges that were answered, and by whom, until they would have ended.
    answered: BTreeMap<(Mono, [u8; 32]), PersonId>,
}

/// What an answer to a challenge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// One that was given before.
    Again,
    /// The first to this challenge.
    First,
    /// One more than a person needs.
    TooMany,
}

struct Session {
    person: PersonId,
    began: Mono,
    asked: Mono,
    /// What this session was refused, as the log has it.
    refused: BTreeSet<(Action, Kind)>,
}

impl Sessions {
    /// Takes a person's answer to this challenge, which is used up by it.
    pub(crate) fn answer(&mut self, nonce: &Nonce, person: PersonId, now: Mono) -> Answer {
        self.answered.retain(|(ends, _), _| *ends > now);
        let challenge = (ends(nonce), nonce.0);
        if self.answered.contains_key(&challenge) {
            return Answer::Again;
        }
        if self.answered.values().filter(|known| **known == person).count() >= ANSWERS_LIMIT {
            return Answer::TooMany;
        }
        self.answered.insert(challenge, person);
        Answer::First
    }

    /// Begins a session; gives when it ends at the latest.
    pub(crate) fn begin(&mut self, token: &[u8], person: PersonId, now: Mono, wall: Wall) -> Wall {
        self.open.retain(|_, session| session.lasts(now));
        let theirs = self.open.iter().filter(|(_, session)| session.person == person);
        let oldest = theirs.clone().min_by_key(|(_, session)| session.asked).map(|(name, _)| *name);
        if theirs.count() >= SESSIONS_LIMIT {
            oldest.map(|oldest| self.open.remove(&oldest));
        }
        let session = Session { person, began: now, asked: now, refused: BTreeSet::new() };
        self.open.insert(name(token), session);
        wall + LONGEST
    }

    /// Whose token this is; the session is no longer idle.
    pub(crate) fn person(&mut self, token: &[u8], now: Mono) -> Option<PersonId> {
        let session = self.open.get_mut(&name(token)).filter(|session| session.lasts(now))?;
        session.asked = now;
        Some(session.person)
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, token: &[u8]) {
        self.open.remove(&name(token));
    }

    /// Whether this session is refused this for the first time: once is enough for the log.
    pub(crate) fn refused(&mut self, token: &[u8], action: Action, kind: Kind) -> bool {
        self.open.get_mut(&name(token)).is_some_and(|session| session.refused.insert((action, kind)))
    }
}

impl Session {
    fn lasts(&self, now: Mono) -> bool {
        now.since(self.asked) < IDLE && now.since(self.began) < LONGEST
    }
}

/// By what a session is found.
fn name(token: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, token);
    std::array::from_fn(|at| digest.as_ref()[at])
}

#[cfg(test)]
mod tests;
