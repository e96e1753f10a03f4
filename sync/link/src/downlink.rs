//! The road down: the current state, repeated until it is adopted, and its proof until it is held.
//!
//! Level-triggered: what counts is what the device says it obeys, so no message matters.

use alloc::vec::Vec;
use core::time::Duration;

use crypto::digest::Digest;
use vocab::{Generation, Mono};

use crate::{
    fault::Fault,
    frame::{Adopted, Down, PROOF_LIMIT, Room, STATE_LIMIT, Up},
};

/// How long to wait for the device to say what it obeys, before sending what it may have.
const FIRST: Duration = Duration::from_secs(5);

/// The shortest wait between two repetitions that a device's own word brings about.
const SHORTEST: Duration = Duration::from_secs(1);

/// The longest wait between two repetitions; it doubles from the first.
const LONGEST: Duration = Duration::from_mins(5);

/// A state to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its generation.
    pub generation: Generation,
    /// Who may get it.
    pub reach: Reach,
    /// The state letter.
    pub state: Vec<u8>,
    /// The proof letter, once there is one.
    pub proof: Option<Vec<u8>>,
}

/// Which rooms a letter goes to. The owner knows, since no letter is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It tightens or recovers, and holds nothing secret.
    EveryRoom,
    /// Not to a device in quarantine.
    OpenRoom,
}

/// What a step of publishing gives.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// To send, in order.
    pub frames: Vec<Down>,
    /// The letters of this generation are no longer held; publish them again.
    pub wanted: Option<Generation>,
}

/// The station's side.
#[derive(Default)]
pub struct Publisher {
    target: Option<Target>,
    /// None while there is no session.
    session: Option<Session>,
}

struct Target {
    generation: Generation,
    reach: Reach,
    /// Let go once adopted: most devices have adopted, and there are many.
    state: Option<Vec<u8>>,
    proof: Proof,
}

enum Proof {
    /// There is none yet.
    None,
    Letter(Vec<u8>),
    /// The device held it.
    Held,
}

struct Session {
    room: Room,
    adopted: Option<Adopted>,
    sent: Option<Mono>,
    next: Mono,
    wait: Duration,
}

impl Publisher {
    /// A session begins: the device is about to say what it obeys.
    pub fn begin(&mut self, now: Mono, room: Room) {
        self.session = Some(Session { room, adopted: None, sent: None, next: now + FIRST, wait: FIRST });
    }

    /// The session is over.
    pub fn end(&mut self) {
        self.session = None;
    }

    /// The device stands in another room now.
    pub fn move_to(&mut self, now: Mono, room: Room) -> Published {
        if let Some(session) = &mut self.session {
            session.room = room;
            session.hurry(now);
        }
        self.publish(now)
    }

    /// A state to publish from here on. One older than what is published already is let go.
    pub fn replace(&mut self, now: Mono, new: Publication) -> Result<Published, Fault> {
        let proof_bytes = new.proof.as_ref().map_or(0, Vec::len);
        if new.state.len() > STATE_LIMIT || proof_bytes > PROOF_LIMIT {
            return Err(Fault::LetterTooLong(new.state.len().max(proof_bytes)));
        }
        if self.target.as_ref().is_some_and(|target| target.generation > new.generation) {
            return Ok(Published::default());
        }
        let proof = new.proof.map_or(Proof::None, Proof::Letter);
        self.target =
            Some(Target { generation: new.generation, reach: new.reach, state: Some(new.state), proof });
        if let Some(session) = &mut self.session {
            session.hurry(now);
        }
        Ok(self.publish(now))
    }

    /// The proof of the published state came; it follows the state, or is sent with it.
    pub fn prove(&mut self, generation: Generation, letter: Vec<u8>) -> Result<Published, Fault> {
        if letter.len() > PROOF_LIMIT {
            return Err(Fault::LetterTooLong(letter.len()));
        }
        let Some(target) = self.target.as_mut().filter(|target| target.generation == generation) else {
            return Ok(Published::default());
        };
        let mut published = Published::default();
        if let Some(session) = &self.session
            && target.reaches(session)
            && target.lacks_proof(session)
        {
            published.frames.push(Down::Proof { letter: letter.clone() });
        }
        target.proof = Proof::Letter(letter);
        Ok(published)
    }

    /// The device says what it obeys.
    pub fn adopted(&mut self, now: Mono, adopted: Adopted) -> Published {
        let Some(session) = &mut self.session else { return Published::default() };
        if session.adopted != Some(adopted) {
            session.adopted = Some(adopted);
            // At most once a second: a device that changes its word must not make us send without end.
            let soonest = session.sent.map_or(now, |sent| now.max(sent + SHORTEST));
            session.hurry(soonest);
        }
        self.let_go(&adopted);
        self.publish(now)
    }

    /// When to call [`publish`](Self::publish) again.
    pub fn deadline(&self) -> Option<Mono> {
        let (target, session) = (self.target.as_ref()?, self.session.as_ref()?);
        target.lacks(session).then_some(session.next)
    }

    /// Sends what the device lacks, if it is time.
    pub fn publish(&mut self, now: Mono) -> Published {
        let (Some(target), Some(session)) = (&self.target, &mut self.session) else {
            return Published::default();
        };
        if now < session.next || !target.lacks(session) {
            return Published::default();
        }
        let published = target.lacking(session);
        session.sent = Some(now);
        session.next = now + session.wait;
        session.wait = (session.wait * 2).min(LONGEST);
        published
    }

    /// What was sent is written only now, on a slow line: the device gets its time to answer all the same.
    pub fn written(&mut self, now: Mono) {
        if let Some(session) = &mut self.session {
            session.next = session.next.max(now + FIRST);
        }
    }

    /// Bytes of letters held now.
    pub fn held(&self) -> usize {
        let Some(target) = &self.target else { return 0 };
        let proof = if let Proof::Letter(letter) = &target.proof { letter.len() } else { 0 };
        target.state.as_ref().map_or(0, Vec::len) + proof
    }

    fn let_go(&mut self, adopted: &Adopted) {
        let Some(target) = &mut self.target else { return };
        if adopted.generation >= target.generation {
            target.state = None;
        }
        if adopted.proved >= target.generation {
            target.proof = Proof::Held;
        }
    }
}

impl Target {
    fn lacks(&self, session: &Session) -> bool {
        let proof = self.lacks_proof(session) && !matches!(self.proof, Proof::None);
        self.reaches(session) && (proof || self.lacks_state(session))
    }

    fn reaches(&self, session: &Session) -> bool {
        self.reach == Reach::EveryRoom || session.room == Room::Open
    }

    fn lacks_state(&self, session: &Session) -> bool {
        session.adopted.is_none_or(|adopted| adopted.generation < self.generation)
    }

    fn lacks_proof(&self, session: &Session) -> bool {
        session.adopted.is_none_or(|adopted| adopted.proved < self.generation)
    }

    fn lacking(&self, session: &Session) -> Published {
        let mut published = Published::default();
        if self.lacks_state(session) {
            match &self.state {
                Some(letter) => published.frames.push(Down::State { letter: letter.clone() }),
                None => published.wanted = Some(self.generation),
            }
        }
        if self.lacks_proof(session) {
            match &self.proof {
                Proof::Letter(letter) => published.frames.push(Down::Proof { letter: letter.clone() }),
                Proof::Held => published.wanted = Some(self.generation),
                Proof::None => {}
            }
        }
        published
    }
}

impl Session {
    fn hurry(&mut self, at: Mono) {
        self.next = at;
        self.wait = FIRST;
    }
}

/// The device's side: what it obeys, as its guard said last.
#[derive(Default)]
pub struct Obeyed(Adopted);

impl Obeyed {
    /// From what the guard found on its disk.
    pub fn new(adopted: Adopted) -> Self {
        Self(adopted)
    }

    /// What the station is told.
    pub fn says(&self) -> Up {
        Up::Adopted(self.0)
    }

    /// The guard adopted, or proved what it had adopted.
    pub fn adopt(&mut self, adopted: Adopted) {
        self.0 = adopted;
    }

    /// True for the very letter that is obeyed already: the station did not hear us and is told again.
    pub fn is(&self, letter: &[u8]) -> bool {
        self.0.state == Some(Digest::of(letter))
    }
}

#[cfg(test)]
mod tests;
