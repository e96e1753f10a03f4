//! The device's end of the link, over all its connections.
//!
//! It connects, says hello, offers what the fleet does not have, beats, and begins again after anything that
//! goes wrong. It never gives up, and it needs nothing of an earlier session.

mod port;

use alloc::vec::Vec;
use core::time::Duration;

use vocab::{Mono, Nonce};

use crate::{
    Conn,
    backoff::Backoff,
    challenge::Asked,
    downlink::Obeyed,
    fault::Fault,
    frame::{
        Adopted, Down, EVIDENCE_LIMIT, FRAME_LIMIT, Frame, LETTER_LIMIT, Readings, Room, Up, VERSION, WATCHED,
    },
    inbox::Inbox,
    outbox::Outbox,
    parting::Parting,
    uplink::{self, Lane, Uplink},
    violation::Violation,
    watch::Watched,
};

pub use port::{Effect, Input};

/// What the owner is to do, in order.
pub type Effects = Vec<Effect>;

/// How often the guard's heart beats over the link.
pub const BEAT_EVERY: Duration = Duration::from_secs(30);

/// How long a station may say nothing, or not accept a run: two beats and their answers, and a little.
const SILENT_AFTER: Duration = Duration::from_secs(75);

/// How long a connection, the time or a welcome may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// A session of this length was worth something.
const WORTH: Duration = Duration::from_mins(1);

/// An alarm cuts the wait for the next attempt short, but two attempts lie at least this far apart.
const ALARM_WAIT: Duration = Duration::from_secs(1);

/// The machine.
pub struct Device {
    boot: Vec<u8>,
    conn: Conn,
    phase: Phase,
    attempted: Mono,
    backoff: Backoff,
    inbox: Inbox,
    outbox: Outbox,
    asked: Asked,
    obeyed: Obeyed,
    uplink: Uplink,
    room: Room,
    /// A certificate is wanted, and did not come yet.
    renewing: bool,
    watched: Watched,
}

enum Phase {
    /// For the next attempt.
    Waiting {
        until: Mono,
    },
    Connecting,
    /// The time was asked, and is waited for.
    Timing {
        since: Mono,
    },
    /// Hello was said, and the welcome is waited for.
    Greeting {
        since: Mono,
    },
    Live {
        since: Mono,
        heard: Mono,
        beat: Mono,
    },
}

impl Device {
    /// A device after boot: its boot letter, where its durable journal ends, what it obeys, and a seed for the
    /// spread of its attempts. The first attempt is due at once.
    pub fn new(boot: Vec<u8>, end: Option<journal::Position>, adopted: Adopted, seed: u64) -> Self {
        Self {
            boot,
            conn: Conn(0),
            phase: Phase::Waiting { until: Mono(0) },
            attempted: Mono(0),
            backoff: Backoff::new(seed),
            inbox: Inbox::new(),
            outbox: Outbox::default(),
            asked: Asked::default(),
            obeyed: Obeyed::new(adopted),
            uplink: Uplink::new(end),
            room: Room::Open,
            renewing: false,
            watched: Watched::default(),
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
        match self.phase {
            Phase::Waiting { until } => Some(until),
            Phase::Connecting => Some(self.attempted + ANSWER_WITHIN),
            Phase::Timing { since } | Phase::Greeting { since } => Some(since + ANSWER_WITHIN),
            Phase::Live { heard, beat, .. } => {
                let others = [self.uplink.deadline(), self.watched.next()];
                Some(others.into_iter().flatten().fold(beat.min(self.silence(heard)), Mono::min))
            }
        }
    }

    /// True while the station has welcomed this session.
    pub fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live { .. })
    }

    /// Bytes held in letters and parts.
    pub fn held(&self) -> usize {
        self.inbox.held() + self.outbox.held()
    }

    fn take(&mut self, now: Mono, input: Input) -> Effects {
        match input {
            Input::Adopted(adopted) => {
                self.obeyed.adopt(adopted);
                self.say(&self.obeyed.says())
            }
            Input::Appended { at, lane } => self.appended(now, at, lane),
            Input::Beat(letter) => self.letter(letter, |letter| Up::Beat { letter }),
            Input::Branched { after, branch } => {
                let effects = self.uplink.branched(now, after, branch);
                self.up(now, effects)
            }
            Input::Connected { conn, time } => self.connected(now, conn, time),
            Input::Evidence { nonce, letter } => self.evidence(nonce, letter),
            Input::Fetched { after, fetched } => {
                let effects = self.uplink.fetched(now, after, fetched);
                self.up(now, effects)
            }
            Input::Flushed(conn) if conn == self.conn => self.slow(Outbox::flushed::<Up>),
            Input::Lost(conn) if conn == self.conn => self.part(now, Parting::Lost),
            Input::Readings(readings) => self.readings(readings),
            Input::Received(conn, message) if conn == self.conn => self.received(now, &message),
            Input::Renew => {
                self.renewing = true;
                self.ask_renewal()
            }
            Input::Renewal { nonce, letter } if self.room == Room::Open => self.renewal(nonce, letter),
            Input::Sealed { at, letter } => {
                let effects = self.uplink.sealed(now, at, letter);
                self.up(now, effects)
            }
            Input::TimeAsked(nonce) => self.say(&Up::TimeAsked { nonce }),
            Input::Timed if matches!(self.phase, Phase::Timing { .. }) => self.greet(now),
            // Of an earlier connection, or of no use in this phase or room: the level is asked for again.
            Input::Flushed(_)
            | Input::Lost(_)
            | Input::Received(..)
            | Input::Renewal { .. }
            | Input::Tick
            | Input::Timed => Effects::new(),
        }
    }

    fn due(&mut self, now: Mono) -> Effects {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return Effects::new();
        }
        match self.phase {
            Phase::Waiting { .. } => self.connect(now),
            Phase::Connecting | Phase::Timing { .. } | Phase::Greeting { .. } => {
                self.part(now, Parting::Silent)
            }
            Phase::Live { heard, .. } if now >= self.silence(heard) => self.part(now, Parting::Silent),
            Phase::Live { beat, .. } => {
                let mut effects = Effects::new();
                if now >= beat {
                    self.beaten(now);
                    effects.push(Effect::Beat);
                }
                if self.watched.speaks(now) {
                    effects.push(Effect::Watched);
                }
                let steps = self.uplink.step(now);
                effects.extend(self.up(now, steps));
                effects
            }
        }
    }

    /// When the station is given up. One that speaks but accepts nothing may not have heard us.
    fn silence(&self, heard: Mono) -> Mono {
        self.uplink.waits_since().map_or(heard, |offered| offered.min(heard)) + SILENT_AFTER
    }

    fn connect(&mut self, now: Mono) -> Effects {
        self.conn.0 += 1;
        self.attempted = now;
        self.phase = Phase::Connecting;
        [Effect::Connect(self.conn)].into()
    }

    fn connected(&mut self, now: Mono, conn: Conn, time: Option<Nonce>) -> Effects {
        if conn != self.conn || !matches!(self.phase, Phase::Connecting) {
            return [Effect::Close(conn)].into();
        }
        match time {
            None => self.greet(now),
            Some(nonce) => {
                self.phase = Phase::Timing { since: now };
                self.send(&Up::TimeAsked { nonce })
            }
        }
    }

    fn greet(&mut self, now: Mono) -> Effects {
        self.phase = Phase::Greeting { since: now };
        self.send(&Up::Hello { version: VERSION, boot: self.boot.clone() })
    }

    fn received(&mut self, now: Mono, message: &[u8]) -> Effects {
        if matches!(self.phase, Phase::Waiting { .. } | Phase::Connecting) {
            return Effects::new();
        }
        let read = self.inbox.receive(now, message);
        if let Phase::Live { heard, .. } = &mut self.phase {
            *heard = now;
        }
        let done = match read {
            Ok(Some(frame)) => self.frame(now, frame),
            Ok(None) => Ok(Effects::new()),
            Err(violation) => Err(violation),
        };
        done.unwrap_or_else(|violation| self.part(now, Parting::Violated(violation)))
    }

    fn frame(&mut self, now: Mono, frame: Down) -> Result<Effects, Violation> {
        let effects = match (&self.phase, frame) {
            (_, Down::Goodbye(goodbye)) => self.part(now, Parting::Goodbye(goodbye)),
            (Phase::Timing { .. } | Phase::Live { .. }, Down::Time { letter }) => {
                [Effect::Time(letter)].into()
            }
            (Phase::Greeting { .. }, Down::Welcome { accepted, mark, room }) => {
                self.phase = Phase::Live { since: now, heard: now, beat: now };
                let mut effects = self.moved_to(room);
                effects.extend(self.say(&self.obeyed.says()));
                let steps = self.uplink.begin(now, accepted, mark);
                effects.extend(self.up(now, steps));
                effects
            }
            (Phase::Live { .. }, Down::Welcome { .. }) => return Err(Violation::WelcomeTwice),
            (Phase::Live { .. }, frame) => return self.live(now, frame),
            _ => return Err(Violation::BeforeWelcome),
        };
        Ok(effects)
    }

    fn live(&mut self, now: Mono, frame: Down) -> Result<Effects, Violation> {
        let effect = match frame {
            Down::Ack { accepted, mark } => {
                let steps = self.uplink.acknowledged(now, accepted, mark)?;
                if steps.iter().any(|step| matches!(step, uplink::Effect::Acknowledged(_))) {
                    self.backoff.succeeded();
                }
                return Ok(self.up(now, steps));
            }
            Down::State { letter } if self.obeyed.is(&letter) => return Ok(self.say(&self.obeyed.says())),
            Down::State { letter } => Effect::State(letter),
            Down::Proof { letter } => Effect::Proof(letter),
            Down::Challenge { nonce, purpose } => {
                self.asked.keep(nonce);
                Effect::Challenge { nonce, purpose }
            }
            Down::Certificate { chain } => {
                self.renewing = false;
                Effect::Certificate(chain)
            }
            Down::Room(room) => return Ok(self.moved_to(room)),
            Down::Watch => {
                self.watched.ask(now);
                return Ok(Effects::new());
            }
            Down::Goodbye(_) | Down::Part(_) | Down::Time { .. } | Down::Welcome { .. } => {
                return Ok(Effects::new());
            }
        };
        Ok([effect].into())
    }

    fn moved_to(&mut self, room: Room) -> Effects {
        self.room = room;
        if room == Room::Quarantine {
            self.watched.end();
        }
        let mut effects = Effects::from([Effect::Room(room)]);
        effects.extend(self.ask_renewal());
        effects
    }

    fn ask_renewal(&self) -> Effects {
        if self.renewing && self.room == Room::Open { self.say(&Up::RenewalAsked) } else { Effects::new() }
    }

    fn appended(&mut self, now: Mono, at: journal::Position, lane: Lane) -> Effects {
        if let Phase::Waiting { until } = &mut self.phase
            && lane == Lane::Alarm
        {
            *until = (*until).min(self.attempted + ALARM_WAIT);
        }
        let steps = self.uplink.appended(now, at, lane);
        self.up(now, steps)
    }

    fn evidence(&mut self, nonce: Nonce, letter: Vec<u8>) -> Effects {
        if !self.asked.answer(&nonce) {
            return Effects::new();
        }
        if letter.len() > EVIDENCE_LIMIT {
            return [Effect::Fault(Fault::LetterTooLong(letter.len()))].into();
        }
        // Evidence over a newer challenge replaces what waits; alarms overtake it in any case.
        self.outbox.clear();
        self.slow(|outbox| outbox.queue(&Up::Evidence { nonce, letter }))
    }

    fn renewal(&mut self, nonce: Nonce, letter: Vec<u8>) -> Effects {
        if !self.asked.answer(&nonce) {
            return Effects::new();
        }
        self.letter(letter, |letter| Up::Renewal { nonce, letter })
    }

    fn letter(&self, letter: Vec<u8>, frame: impl FnOnce(Vec<u8>) -> Up) -> Effects {
        if letter.len() > LETTER_LIMIT {
            return [Effect::Fault(Fault::LetterTooLong(letter.len()))].into();
        }
        self.say(&frame(letter))
    }

    /// A frame that does not fit says nothing: there is another one in a second.
    fn readings(&self, mut readings: Readings) -> Effects {
        if self.watched.next().is_none() {
            return Effects::new();
        }
        readings.readings.truncate(WATCHED);
        let message = Some(Up::Readings(readings).to_bytes());
        let message = message.filter(|message| message.len() <= FRAME_LIMIT);
        message.map(|message| Effect::Send(self.conn, message)).into_iter().collect()
    }

    /// What the uplink wants, in the machine's words.
    fn up(&mut self, now: Mono, steps: Vec<uplink::Effect>) -> Effects {
        let mut effects = Effects::with_capacity(steps.len());
        for step in steps {
            effects.push(match step {
                uplink::Effect::Acknowledged(at) => Effect::Acknowledged(at),
                uplink::Effect::Branch(resumes) => Effect::Branch(resumes),
                uplink::Effect::Covered(mark) => Effect::Covered(mark),
                uplink::Effect::Fault(fault) => Effect::Fault(fault),
                uplink::Effect::Fetch { after } => Effect::Fetch { after },
                uplink::Effect::Seal(at) => Effect::Seal(at),
                uplink::Effect::Offer(run) => {
                    // Its seal is a beat like any other, so the next one may wait.
                    self.beaten(now);
                    Effect::Send(self.conn, run.to_bytes())
                }
            });
        }
        effects
    }

    fn beaten(&mut self, now: Mono) {
        if let Phase::Live { beat, .. } = &mut self.phase {
            *beat = now + BEAT_EVERY;
        }
    }

    fn say(&self, frame: &Up) -> Effects {
        if self.is_live() { self.send(frame) } else { Effects::new() }
    }

    fn send(&self, frame: &Up) -> Effects {
        [Effect::Send(self.conn, frame.to_bytes())].into()
    }

    fn slow(&mut self, next: impl FnOnce(&mut Outbox) -> Option<Vec<u8>>) -> Effects {
        next(&mut self.outbox).map(|message| Effect::Send(self.conn, message)).into_iter().collect()
    }

    /// Ends the session, if there is one, and waits for the next.
    fn part(&mut self, now: Mono, parting: Parting) -> Effects {
        if matches!(self.phase, Phase::Waiting { .. }) {
            return Effects::new();
        }
        if let Phase::Live { since, .. } = self.phase
            && now.since(since) >= WORTH
        {
            self.backoff.succeeded();
        }
        self.uplink.end();
        self.asked.clear();
        self.watched.end();
        self.inbox = Inbox::new();
        self.outbox = Outbox::default();
        self.phase = Phase::Waiting { until: now + self.backoff.after_failure() };
        [Effect::Close(self.conn), Effect::Parted(self.conn, parting)].into()
    }
}
