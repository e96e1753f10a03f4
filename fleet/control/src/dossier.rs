//! All that the fleet knows of one device: what is stored, and what lives as long as this process.

use std::collections::VecDeque;

use admit::{
    appraise::Waiting,
    challenge::Challenge,
    door::{Certificate, Presented},
};
use incident::Speaker;
use link::{Conn, Station, frame::Room, pace::Pace, station::Offer};
use vocab::{Mono, Nonce, Wall};

use crate::record::Record;

/// A device while this process lives.
pub struct Dossier {
    /// What is stored.
    pub record: Record,
    /// Its end of the link.
    pub station: Station,
    /// The boot that speaks in the session that stands.
    pub speaker: Option<(Conn, Speaker)>,
    /// Questions that are open, oldest first.
    pub challenges: Vec<Challenge>,
    /// Evidence that waits for the journal.
    pub waiting: Option<Box<Waiting>>,
    /// To whom its secrets may be sealed, as its last evidence in this process proved.
    pub opening: Option<plan::Opening>,
    /// When it is to prove itself again.
    pub appraise_at: Mono,
    /// The connection that the transport holds open, live or not.
    pub session: Option<Session>,
    /// What its sessions said and nobody has judged yet, in order.
    pub queue: VecDeque<Told>,
    /// What it counts for in the census.
    pub counted: Counted,
    /// When it is due.
    pub due: Option<Mono>,
    /// How often it is asked again soon because an answer came to nothing.
    pub again: Pace,
    /// How often it may come back in by a re-proof.
    pub reproofs: Pace,
    /// How often it may ask for a new key.
    pub renewals: Pace,
}

/// Certificates of one device: so many at once, and one in so long after that. An honest one comes back once, or once
/// more for each answer that a bad line lost, and renews its key once in hours; every one more is a signature and a
/// line in the log that somebody else pays for.
pub const CERTIFICATES: Pace = Pace::every(std::time::Duration::from_mins(10), 8);

/// Questions that are asked again although nothing else is owed: a device whose answers never hold fills no log.
const AGAIN: Pace = Pace::every(std::time::Duration::from_mins(10), 8);

impl Dossier {
    /// A device of which this process has heard nothing yet.
    pub fn new(record: Record, now: Mono) -> Box<Self> {
        let station = Station::new(record.device(), crate::fleet::room(&record.identity));
        Box::new(Self {
            record,
            station,
            speaker: None,
            challenges: vec![],
            waiting: None,
            opening: None,
            appraise_at: now,
            session: None,
            queue: VecDeque::new(),
            counted: Counted::default(),
            due: None,
            again: AGAIN,
            reproofs: CERTIFICATES,
            renewals: CERTIFICATES,
        })
    }

    /// The question to which this answer came now: there is one at most.
    pub fn answered(&mut self, nonce: Nonce, now: Wall) -> Option<Challenge> {
        let at = self.challenges.iter().position(|open| open.nonce() == nonce)?;
        Some(self.challenges.remove(at).answered(now))
    }

    /// Nothing of it waits: what a busy moment took is given back, for there are many devices and most of them idle.
    pub fn rest(&mut self) {
        self.challenges.shrink_to_fit();
        self.queue.shrink_to_fit();
        self.station.rest();
        self.record.boots.shrink_to_fit();
        self.record.adopted.shrink_to_fit();
        self.record.events.shrink_to_fit();
        self.record.published.shrink_to_fit();
    }
}

/// A connection, and by what it was let in.
pub struct Session {
    /// Which.
    pub conn: Conn,
    /// The certificate.
    pub presented: Presented,
    /// How far it leads.
    pub room: Room,
    /// Its key was replaced: until then the device may go on, to hear of the new certificate.
    pub until: Option<Wall>,
}

impl Session {
    /// Whether it came in by the certificate of a re-proof.
    pub fn is_quarantined(&self) -> bool {
        self.presented.certificate == Certificate::Quarantine
    }
}

/// What a device said that must be judged in order.
pub enum Told {
    /// A heartbeat.
    Beat(Conn, Vec<u8>),
    /// The answer to a challenge.
    Evidence(Conn, Challenge, Vec<u8>),
    /// The boot letter that a session begins with.
    Greeted(Conn, Vec<u8>),
    /// Entries.
    Offered(Conn, Offer),
    /// A new key, over a challenge.
    Renewal(Conn, Challenge, Vec<u8>),
    /// Entries of a session that has ended for them.
    Strayed(Conn, Offer),
    /// It wants to know the time.
    TimeAsked(Conn, Nonce),
}

/// What one device counts for among the devices of its site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// It is counted at all.
    pub there: bool,
    /// It has a latch of High or above.
    pub latched: bool,
    /// It was changed by the fleet itself and has not proved itself since.
    pub unsettled: bool,
}
