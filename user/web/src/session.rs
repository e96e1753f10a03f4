//! Challenges and sessions.
//!
//! A challenge costs no memory: it carries its own end and a mark that only this process can make, so strangers can
//! ask for as many as they like. Only one that was answered well is remembered, until it would have ended anyway.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use access::{
    Action, Kind,
    session::{Lasting, is_fresh},
};
use aws_lc_rs::{constant_time, digest, hmac};
use control::{door::Wanted, sign_in::Listing};
use vocab::{Mono, Nonce, PersonId, Wall};
use zeroize::Zeroizing;

/// How long a challenge can be answered.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_mins(2);

/// Most sessions of one person; one more ends the oldest.
const SESSIONS_LIMIT: usize = 16;

/// Most sign-ins of one person within the life of a challenge. A terminal signs in for each command, and nobody types
/// one every two seconds; it bounds what one person's key can make the fleet write and remember.
const ANSWERS_LIMIT: usize = 64;

/// Most tokens of programs of which it is remembered when they came.
const PROGRAMS_LIMIT: usize = 1024;

/// What an answer to a challenge is to open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A session, by a key of the roster.
    Key,
    /// A new passkey.
    NewPasskey,
    /// A new passkey to consent with.
    NewSigner,
    /// A session, by a passkey of whoever that may be.
    Passkey,
}

/// Whoever answers says who they are, and is not known before.
pub(crate) const ANYBODY: PersonId = PersonId([0; 16]);

/// Makes challenges and knows them again: end (8 bytes) ‖ random (8) ‖ mark (16).
pub(crate) struct Challenges {
    key: hmac::Key,
}

impl Challenges {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &seed) }
    }

    /// A challenge for somebody who says that they are this person.
    pub(crate) fn make(&self, purpose: Purpose, person: PersonId, now: Mono, random: [u8; 32]) -> Nonce {
        let mut nonce = [0; 32];
        nonce[..8].copy_from_slice(&(now + ANSWER_WITHIN).0.to_be_bytes());
        nonce[8..16].copy_from_slice(&random[..8]);
        let mark = self.mark(purpose, person, &nonce);
        nonce[16..].copy_from_slice(&mark);
        Nonce(nonce)
    }

    /// Whether this is a challenge of ours for this person that has not ended.
    pub(crate) fn knows(&self, purpose: Purpose, nonce: &Nonce, person: PersonId, now: Mono) -> bool {
        let mark = self.mark(purpose, person, &nonce.0);
        let ours = constant_time::verify_slices_are_equal(&mark, &nonce.0[16..]).is_ok();
        ours && now < ends(nonce)
    }

    fn mark(&self, purpose: Purpose, person: PersonId, nonce: &[u8; 32]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"wrale.challenge.v1");
        context.update(&[purpose as u8]);
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

/// Whether anybody is there who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// Somebody.
    Attended,
    /// A page that stands open and asks by itself: that does not keep a session from going idle.
    Unattended,
}

/// Who is signed in. Of a token no more than its digest is kept.
pub(crate) struct Sessions {
    lasting: Lasting,
    open: BTreeMap<[u8; 32], Session>,
    /// Challenges that were answered, and by whom, until they would have ended.
    answered: BTreeMap<(Mono, [u8; 32]), PersonId>,
    /// Programs that came with a token of their own, by its digest.
    programs: BTreeMap<[u8; 32], Program>,
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
    basis: Basis,
    began: Mono,
    asked: Mono,
    /// What this session was refused, as the log has it.
    refused: BTreeSet<(Action, Kind, Wanted)>,
    /// What codes are to be made from, until somebody shows that they are.
    codes: Option<Zeroizing<Vec<u8>>>,
}

struct Program {
    asked: Mono,
    refused: BTreeSet<(Action, Kind, Wanted)>,
}

/// What a session stands on: where that is gone, it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    /// The account's, when it was judged who this is.
    pub(crate) epoch: u64,
    /// The key of the roster that opened it; none: the account did.
    pub(crate) key: Option<Listing>,
}

/// A session that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) began: Mono,
    pub(crate) key: Option<Listing>,
}

/// Whose session it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) person: PersonId,
    pub(crate) basis: Basis,
    /// Whether they proved a moment ago who they are.
    pub(crate) fresh: bool,
}

/// One session, as its person sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: [u8; 8],
    pub(crate) age: Duration,
    pub(crate) idle: Duration,
    pub(crate) left: Duration,
}

impl Sessions {
    /// None yet.
    pub(crate) const fn new(lasting: Lasting) -> Self {
        Self { lasting, open: BTreeMap::new(), answered: BTreeMap::new(), programs: BTreeMap::new() }
    }

    /// How long sessions last.
    pub(crate) const fn lasting(&self) -> Lasting {
        self.lasting
    }

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

    /// Begins a session of somebody who has been signed in since then; gives when it ends at the latest.
    pub(crate) fn begin(
        &mut self,
        token: &[u8],
        person: PersonId,
        basis: Basis,
        (began, now): (Mono, Mono),
        wall: Wall,
    ) -> Wall {
        let lasting = self.lasting;
        self.open.retain(|_, session| session.lasts(lasting, now));
        let theirs = self.open.iter().filter(|(_, session)| session.person == person);
        let oldest = theirs.clone().min_by_key(|(_, session)| session.asked).map(|(name, _)| *name);
        if theirs.count() >= SESSIONS_LIMIT {
            oldest.map(|oldest| self.open.remove(&oldest));
        }
        let (refused, codes) = (BTreeSet::new(), None);
        self.open.insert(name(token), Session { person, basis, began, asked: now, refused, codes });
        wall + lasting.longest.saturating_sub(now.since(began))
    }

    /// Whose token this is; the session is no longer idle if somebody is there.
    pub(crate) fn known(&mut self, token: &[u8], by: Asked, now: Mono) -> Option<Known> {
        let lasting = self.lasting;
        let session = self.open.get_mut(&name(token)).filter(|session| session.lasts(lasting, now))?;
        if by == Asked::Attended {
            session.asked = now;
        }
        let Session { person, basis, began, .. } = *session;
        Some(Known { person, basis, fresh: is_fresh(began, now) })
    }

    /// Where somebody is signed in by what still holds, the newest first.
    pub(crate) fn of(&self, person: PersonId, holds: impl Fn(&Basis) -> bool, now: Mono) -> Vec<Line> {
        let theirs = |session: &Session| session.person == person && holds(&session.basis);
        let stands = self.open.iter().filter(|(_, one)| theirs(one) && one.lasts(self.lasting, now));
        let line = |(name, session): (&[u8; 32], &Session)| Line {
            id: id(name),
            age: now.since(session.began),
            idle: now.since(session.asked),
            left: self.lasting.longest.saturating_sub(now.since(session.began)),
        };
        let mut lines: Vec<Line> = stands.map(line).collect();
        lines.sort_by_key(|line| (line.age, line.id));
        lines
    }

    /// Ends one of somebody's sessions; whether there was one.
    pub(crate) fn end_of(&mut self, person: PersonId, which: [u8; 8]) -> bool {
        let found = self.open.iter().find(|(name, one)| one.person == person && id(name) == which);
        let found = found.map(|(name, _)| *name);
        found.and_then(|name| self.open.remove(&name)).is_some()
    }

    /// Remembers what codes are to be made from.
    pub(crate) fn begin_codes(&mut self, token: &[u8], secret: Vec<u8>) {
        if let Some(session) = self.open.get_mut(&name(token)) {
            session.codes = Some(Zeroizing::new(secret));
        }
    }

    /// What codes are to be made from, if this was begun here.
    pub(crate) fn codes(&self, token: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.open.get(&name(token))?.codes.clone()
    }

    /// A program came with a token that has this digest.
    pub(crate) fn came(&mut self, digest: [u8; 32], now: Mono) {
        if self.programs.len() >= PROGRAMS_LIMIT && !self.programs.contains_key(&digest) {
            let oldest = self.programs.iter().min_by_key(|(_, program)| program.asked).map(|(name, _)| *name);
            oldest.map(|oldest| self.programs.remove(&oldest));
        }
        let new = Program { asked: now, refused: BTreeSet::new() };
        self.programs.entry(digest).or_insert(new).asked = now;
    }

    /// How long ago a program came with it, as far as is remembered.
    pub(crate) fn last_came(&self, digest: &[u8; 32], now: Mono) -> Option<Duration> {
        self.programs.get(digest).map(|program| now.since(program.asked))
    }

    /// On what the session stands, if it still lasts; to look is not to use it.
    pub(crate) fn basis(&self, token: &[u8], now: Mono) -> Option<Basis> {
        let session = self.open.get(&name(token)).filter(|session| session.lasts(self.lasting, now));
        session.map(|session| session.basis)
    }

    /// Ends a session.
    pub(crate) fn end(&mut self, token: &[u8]) -> Option<Ended> {
        let session = self.open.remove(&name(token))?;
        Some(Ended { began: session.began, key: session.basis.key })
    }

    /// Whether this session, or this program's token, is refused this for the first time: once is enough for the log.
    pub(crate) fn refused(&mut self, token: &[u8], action: Action, kind: Kind, wanted: Wanted) -> bool {
        let name = name(token);
        let session = self.open.get_mut(&name).map(|session| &mut session.refused);
        let refused = session.or_else(|| self.programs.get_mut(&name).map(|program| &mut program.refused));
        refused.is_some_and(|refused| refused.insert((action, kind, wanted)))
    }
}

impl Session {
    fn lasts(&self, lasting: Lasting, now: Mono) -> bool {
        lasting.stands(self.began, self.asked, now)
    }
}

/// What a session is called where it is ended.
pub(crate) fn called(token: &[u8]) -> [u8; 8] {
    id(&name(token))
}

fn id(name: &[u8; 32]) -> [u8; 8] {
    std::array::from_fn(|at| name[at])
}

/// By what a session is found.
pub(crate) fn name(token: &[u8]) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, token);
    std::array::from_fn(|at| digest.as_ref()[at])
}

#[cfg(test)]
mod tests;
