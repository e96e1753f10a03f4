//! The fleet's end of the link with one device, over all its connections.
//!
//! It greets, announces what the fleet has, takes runs that follow, publishes the state, and asks questions.
//! Nothing is acknowledged that its owner did not commit, and nothing passes the quarantine room that may not.

mod accept;
mod port;

use alloc::{boxed::Box, collections::VecDeque, vec::Vec};
use core::{mem, time::Duration};

use journal::{Branch, Cursor, Position, Run};
use vocab::{DeviceId, Mono, Nonce};

use crate::{
    Conn,
    challenge::{Challenges, Purpose},
    downlink::{Published, Publisher},
    fault::Fault,
    frame::{Down, Frame, Goodbye, LETTER_LIMIT, PROOF_LIMIT, Room, Up, VERSION, WATCHED},
    inbox::Inbox,
    outbox::Outbox,
    pace::Pace,
    parting::Parting,
    refusal::Refusal,
    uplink::WINDOW,
    violation::Violation,
    watch::Watched,
};

pub use accept::Tail;
pub use port::{Effect, Input, Offer, Stray};

/// What the owner is to do, in order.
pub type Effects = Vec<Effect>;

/// How long a new connection may take to say hello.
const HELLO_WITHIN: Duration = Duration::from_secs(20);

/// How long a device may say nothing: three beats and a little.
const SILENT_AFTER: Duration = Duration::from_secs(100);

/// Connections in a second, and at once.
const PER_SECOND: u32 = 1;
const BURST: u32 = 10;

/// The machine.
pub struct Station {
    device: DeviceId,
    door: Door,
    knocks: Pace,
    session: Option<Session>,
    /// Where the runs end that the owner has not answered, of this connection and of earlier ones.
    offered: VecDeque<(Conn, Position)>,
    challenges: Challenges,
    publisher: Publisher,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    To(Room),
    /// The identity is revoked.
    Shut,
}

struct Session {
    conn: Conn,
    stage: Stage,
    heard: Mono,
    inbox: Inbox,
    outbox: Outbox,
}

enum Stage {
    Fresh,
    /// The time was asked, which may be once before the hello.
    Timing,
    /// Hello was said; until the owner has answered every earlier offer, the boot letter waits here.
    Waiting(Vec<u8>),
    /// The owner was asked.
    Greeted,
    Live(Box<Live>),
}

struct Live {
    tail: Tail,
    accepted: Option<Position>,
    mark: Option<Cursor>,
    watched: Watched,
}

impl Station {
    /// A device of the fleet that stands in this room; nobody is connected.
    pub fn new(device: DeviceId, room: Room) -> Self {
        Self {
            device,
            door: Door::To(room),
            knocks: Pace::new(PER_SECOND, BURST),
            session: None,
            offered: VecDeque::new(),
            challenges: Challenges::default(),
            publisher: Publisher::default(),
        }
    }

    /// Takes an input, then does what is due.
    pub fn handle(&mut self, now: Mono, input: Input) -> Effects {
        let mut effects = self.take(now, input);
        effects.extend(self.due(now));
        effects
    }

    /// When to call again with [`Input::Tick`], if nothing else happens.
    pub fn deadline(&self) -> Option<Mono> {
        let repeat = self.publisher.deadline().filter(|_| !self.is_sending());
        [self.silence(), repeat].into_iter().flatten().min()
    }

    /// The connection that stands, welcomed or not.
    pub fn conn(&self) -> Option<Conn> {
        self.session.as_ref().map(|session| session.conn)
    }

    /// The connection that is live, once welcomed.
    pub fn live(&self) -> Option<Conn> {
        self.session
            .as_ref()
            .filter(|session| matches!(session.stage, Stage::Live(_)))
            .map(|session| session.conn)
    }

    /// Bytes held in letters and parts.
    pub fn held(&self) -> usize {
        let session = self.session.as_ref().map_or(0, |session| {
            let boot = if let Stage::Waiting(boot) = &session.stage { boot.len() } else { 0 };
            session.inbox.held() + session.outbox.held() + boot
        });
        self.publisher.held() + session
    }

    /// Gives back what a busy moment took: there are many devices, and most of them idle.
    pub fn rest(&mut self) {
        self.offered.shrink_to_fit();
        self.challenges.rest();
        if let Some(session) = &mut self.session {
            session.outbox.rest();
        }
    }

    fn take(&mut self, now: Mono, input: Input) -> Effects {
        match input {
            Input::Accepted { conn, at, mark } => self.accepted(conn, at, mark),
            Input::Certificate(chain) => self.certificate(chain),
            Input::Challenge { nonce, purpose } => self.challenge(now, nonce, purpose),
            Input::Connected(conn) => self.connected(now, conn),
            Input::Dismiss(conn, goodbye) => self.dismiss(conn, goodbye),
            Input::Flushed(conn) if self.is_current(conn) => self.flushed(now),
            Input::Lost(conn) if self.is_current(conn) => self.part(Parting::Lost),
            Input::Prove(generation, letter) => {
                let proved = self.publisher.prove(generation, letter);
                self.published(proved)
            }
            Input::Publish(publication) => {
                self.silence_slow_lane();
                let replaced = self.publisher.replace(now, publication);
                self.published(replaced)
            }
            Input::Received(conn, message) if self.is_current(conn) => self.received(now, &message),
            Input::Revoke => {
                self.door = Door::Shut;
                self.part(Parting::Revoked)
            }
            Input::Room(room) if self.door != Door::Shut => self.room(now, room),
            Input::Time(conn, letter) if self.is_current(conn) => self.time(letter),
            Input::Watch => self.watch(now),
            Input::Welcome { conn, accepted, mark } if self.is_current(conn) => {
                self.welcome(now, accepted, mark)
            }
            // Of an earlier connection, or of a shut door.
            Input::Flushed(_)
            | Input::Lost(_)
            | Input::Received(..)
            | Input::Room(_)
            | Input::Tick
            | Input::Time(..)
            | Input::Welcome { .. } => Effects::new(),
        }
    }

    fn due(&mut self, now: Mono) -> Effects {
        if self.silence().is_some_and(|deadline| deadline <= now) {
            return self.part(Parting::Silent);
        }
        if self.is_sending() {
            return Effects::new();
        }
        let published = self.publisher.publish(now);
        self.published(Ok(published))
    }

    /// A letter is on its way and not written: it is not repeated before that.
    fn is_sending(&self) -> bool {
        self.session.as_ref().is_some_and(|session| session.outbox.is_busy())
    }

    fn silence(&self) -> Option<Mono> {
        let session = self.session.as_ref()?;
        match session.stage {
            Stage::Fresh | Stage::Timing => Some(session.heard + HELLO_WITHIN),
            Stage::Live(_) => Some(session.heard + SILENT_AFTER),
            Stage::Waiting(_) | Stage::Greeted => None,
        }
    }

    fn connected(&mut self, now: Mono, conn: Conn) -> Effects {
        if self.door == Door::Shut {
            return turned_away(conn, Parting::Revoked);
        }
        if !self.knocks.take(now) {
            return turned_away(conn, Parting::Violated(Violation::Flood));
        }
        // A half-open connection must not keep its own device out.
        let effects = self.part(Parting::Superseded);
        let (inbox, outbox) = (Inbox::new(), Outbox::default());
        self.session = Some(Session { conn, stage: Stage::Fresh, heard: now, inbox, outbox });
        effects
    }

    fn received(&mut self, now: Mono, message: &[u8]) -> Effects {
        let Some(session) = &mut self.session else { return Effects::new() };
        let read = session.inbox.receive::<Up>(now, message);
        // Before the hello nothing buys time: a peer that only asks for the time is cut like one that is silent.
        if matches!(session.stage, Stage::Live(_)) {
            session.heard = now;
        }
        let done = match read {
            Ok(Some(frame)) => self.frame(now, frame),
            Ok(None) => Ok(Effects::new()),
            Err(violation) => Err(violation),
        };
        done.unwrap_or_else(|violation| self.part(Parting::Violated(violation)))
    }

    fn frame(&mut self, now: Mono, frame: Up) -> Result<Effects, Violation> {
        let Some(session) = &mut self.session else { return Ok(Effects::new()) };
        let conn = session.conn;
        let effect = match (&mut session.stage, frame) {
            (Stage::Fresh | Stage::Timing, Up::Hello { version, boot }) => return self.hello(version, boot),
            (_, Up::Hello { .. }) => return Err(Violation::HelloTwice),
            (Stage::Live(_), Up::TimeAsked { nonce }) => Effect::TimeAsked(conn, nonce),
            (stage @ Stage::Fresh, Up::TimeAsked { nonce }) => {
                *stage = Stage::Timing;
                Effect::TimeAsked(conn, nonce)
            }
            (Stage::Fresh | Stage::Timing, _) => return Err(Violation::BeforeHello),
            (Stage::Waiting(_) | Stage::Greeted, _) => return Err(Violation::BeforeWelcome),
            (Stage::Live(_), Up::Run { run, seal, branch }) => return self.run(run, seal, branch),
            (Stage::Live(live), Up::Beat { letter }) => {
                let ack = Down::Ack { accepted: live.accepted, mark: live.mark };
                return Ok([Effect::Beat(conn, letter), Effect::Send(conn, ack.to_bytes())].into());
            }
            (Stage::Live(_), Up::Adopted(adopted)) => {
                let published = self.publisher.adopted(now, adopted);
                let mut effects = Effects::from([Effect::Adopted(adopted)]);
                effects.extend(self.published(Ok(published)));
                return Ok(effects);
            }
            (Stage::Live(_), Up::Evidence { nonce, letter }) => {
                match self.challenges.consume(now, &nonce, Purpose::Evidence) {
                    Ok(issued) => Effect::Evidence { conn, nonce, issued, letter },
                    Err(refusal) => Effect::Refused(conn, refusal),
                }
            }
            (Stage::Live(_), Up::RenewalAsked | Up::Renewal { .. }) if self.door != Door::To(Room::Open) => {
                Effect::Refused(conn, Refusal::Quarantined)
            }
            (Stage::Live(_), Up::RenewalAsked) => Effect::RenewalAsked,
            (Stage::Live(_), Up::Renewal { nonce, letter }) => {
                match self.challenges.consume(now, &nonce, Purpose::Renewal) {
                    Ok(_) => Effect::Renewal { conn, nonce, letter },
                    Err(refusal) => Effect::Refused(conn, refusal),
                }
            }
            (Stage::Live(live), Up::Readings(readings)) => {
                // What nobody asked for is not kept, and no fault: it may have been on its way.
                let wanted = live.watched.listens(now) && readings.readings.len() <= WATCHED;
                return Ok(wanted.then_some(Effect::Readings(readings)).into_iter().collect());
            }
            // The inbox keeps parts to itself.
            (Stage::Live(_), Up::Part(_)) => return Ok(Effects::new()),
        };
        Ok([effect].into())
    }

    fn hello(&mut self, version: u64, boot: Vec<u8>) -> Result<Effects, Violation> {
        if version != VERSION {
            return Err(Violation::Version(version));
        }
        if let Some(session) = &mut self.session {
            session.stage = Stage::Waiting(boot);
        }
        Ok(self.greet())
    }

    /// Asks the owner what the fleet has, once all that was ever offered is accepted or dismissed: an answer in
    /// between would have the device offer again what is being committed.
    fn greet(&mut self) -> Effects {
        let Some(session) = self.session.as_mut().filter(|_| self.offered.is_empty()) else {
            return Effects::new();
        };
        let Stage::Waiting(boot) = &mut session.stage else { return Effects::new() };
        let boot = mem::take(boot);
        session.stage = Stage::Greeted;
        [Effect::Greeted(session.conn, boot)].into()
    }

    fn welcome(&mut self, now: Mono, accepted: Option<Position>, mark: Option<Cursor>) -> Effects {
        let (Some(session), Door::To(room)) = (&mut self.session, self.door) else { return Effects::new() };
        if !matches!(session.stage, Stage::Greeted) {
            return Effects::new();
        }
        let tail = Tail::new(&self.device, accepted);
        let live = Live { tail, accepted, mark, watched: Watched::default() };
        session.heard = now;
        session.stage = Stage::Live(Box::new(live));
        self.publisher.begin(now, room);
        self.send(&Down::Welcome { accepted, mark, room })
    }

    fn run(&mut self, run: Run, seal: Vec<u8>, branch: Option<Branch>) -> Result<Effects, Violation> {
        let Some(Session { conn, stage: Stage::Live(live), .. }) = &mut self.session else {
            return Err(Violation::BeforeWelcome);
        };
        let conn = *conn;
        if self.offered.len() >= WINDOW {
            return Err(Violation::Window);
        }
        match live.tail.accept(&run, branch.as_ref()) {
            Ok(()) => {
                self.offered.push_back((conn, run.ends_at()));
                Ok([Effect::Offered(conn, Offer { run, seal, branch })].into())
            }
            // The session ends, and what it wanted to say is judged all the same: it may be a clone.
            Err(violation) => {
                let mut effects = Effects::from([Effect::Strayed(conn, Stray { run, seal })]);
                effects.extend(self.part(Parting::Violated(violation)));
                Ok(effects)
            }
        }
    }

    fn accepted(&mut self, conn: Conn, at: Position, mark: Option<Cursor>) -> Effects {
        let Some(end) = self.offered.iter().position(|offer| *offer == (conn, at)) else {
            return Effects::new();
        };
        self.offered.drain(..=end);
        let mut effects = Effects::new();
        // A live session is the one that offered it: no later one was greeted before this answer.
        if let Some(Session { stage: Stage::Live(live), .. }) = &mut self.session {
            (live.accepted, live.mark) = (Some(at), mark);
            effects.extend(self.send(&Down::Ack { accepted: Some(at), mark }));
        }
        effects.extend(self.greet());
        effects
    }

    fn dismiss(&mut self, conn: Conn, goodbye: Goodbye) -> Effects {
        self.offered.retain(|(offered, _)| *offered != conn);
        if self.is_current(conn) { self.part(Parting::Dismissed(goodbye)) } else { self.greet() }
    }

    /// Only a device that stands everywhere is watched.
    fn watch(&mut self, now: Mono) -> Effects {
        match &mut self.session {
            Some(Session { stage: Stage::Live(live), .. }) if self.door == Door::To(Room::Open) => {
                live.watched.ask(now);
                self.send(&Down::Watch)
            }
            _ => Effects::new(),
        }
    }

    fn challenge(&mut self, now: Mono, nonce: Nonce, purpose: Purpose) -> Effects {
        if self.live().is_none() {
            return Effects::new();
        }
        if purpose == Purpose::Renewal && self.door != Door::To(Room::Open) {
            return [Effect::Fault(Fault::Withheld)].into();
        }
        self.challenges.issue(now, nonce, purpose);
        self.send(&Down::Challenge { nonce, purpose })
    }

    fn certificate(&mut self, chain: Vec<u8>) -> Effects {
        if self.live().is_none() {
            return Effects::new();
        }
        if self.door != Door::To(Room::Open) {
            return [Effect::Fault(Fault::Withheld)].into();
        }
        self.letter(chain, PROOF_LIMIT, |chain| Down::Certificate { chain })
    }

    fn time(&mut self, letter: Vec<u8>) -> Effects {
        self.letter(letter, LETTER_LIMIT, |letter| Down::Time { letter })
    }

    fn letter(&self, letter: Vec<u8>, limit: usize, frame: impl FnOnce(Vec<u8>) -> Down) -> Effects {
        if letter.len() > limit {
            return [Effect::Fault(Fault::LetterTooLong(letter.len()))].into();
        }
        self.send(&frame(letter))
    }

    fn room(&mut self, now: Mono, room: Room) -> Effects {
        if self.door == Door::To(room) {
            return Effects::new();
        }
        self.door = Door::To(room);
        if room == Room::Quarantine {
            // What waits to be sent may hold secrets, and what was asked may no longer be answered.
            self.silence_slow_lane();
            self.challenges.withdraw(Purpose::Renewal);
        }
        let Some(Session { stage: Stage::Live(live), .. }) = &mut self.session else { return Effects::new() };
        live.watched.end();
        let mut effects = self.send(&Down::Room(room));
        let published = self.publisher.move_to(now, room);
        effects.extend(self.published(Ok(published)));
        effects
    }

    fn published(&mut self, published: Result<Published, Fault>) -> Effects {
        let published = match published {
            Ok(published) => published,
            Err(fault) => return [Effect::Fault(fault)].into(),
        };
        let mut effects: Effects = published.wanted.map(Effect::Wanted).into_iter().collect();
        if let Some(Session { conn, outbox, .. }) = &mut self.session {
            let messages = published.frames.iter().filter_map(|frame| outbox.queue(frame));
            effects.extend(messages.map(|message| Effect::Send(*conn, message)));
        }
        effects
    }

    fn flushed(&mut self, now: Mono) -> Effects {
        let Some(Session { conn, outbox, .. }) = &mut self.session else { return Effects::new() };
        let was_busy = outbox.is_busy();
        let message = outbox.flushed::<Down>();
        if was_busy && message.is_none() {
            self.publisher.written(now);
        }
        message.map(|message| Effect::Send(*conn, message)).into_iter().collect()
    }

    fn silence_slow_lane(&mut self) {
        if let Some(session) = &mut self.session {
            session.outbox.clear();
        }
    }

    fn send(&self, frame: &Down) -> Effects {
        let conn = self.session.as_ref().map(|session| session.conn);
        conn.map(|conn| Effect::Send(conn, frame.to_bytes())).into_iter().collect()
    }

    fn is_current(&self, conn: Conn) -> bool {
        self.session.as_ref().is_some_and(|session| session.conn == conn)
    }

    /// Ends the session, if there is one.
    fn part(&mut self, parting: Parting) -> Effects {
        let Some(session) = self.session.take() else { return Effects::new() };
        self.publisher.end();
        self.challenges.clear();
        if parting == Parting::Lost {
            return [Effect::Parted(session.conn, parting)].into();
        }
        turned_away(session.conn, parting)
    }
}

/// Says goodbye and closes.
fn turned_away(conn: Conn, parting: Parting) -> Effects {
    let goodbye = Down::Goodbye(parting.goodbye()).to_bytes();
    [Effect::Send(conn, goodbye), Effect::Close(conn), Effect::Parted(conn, parting)].into()
}
