//! The fleet's one thread: takes in what waits, lets the fleet decide and commit, and only then tells anybody.
//!
//! Whatever waits together is committed together, so many questions cost one sync of the disk.

pub(crate) mod inbox;

use std::{
    collections::BTreeMap,
    io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use admit::Identity;
use link::Conn;
use vocab::{DeviceId, Mono, Wall};

use self::inbox::{Heard, Inbox, Turn};
use crate::{
    facade::{Facade, House, Knock, Stopped},
    fault::Fault,
    fleet::{Effect, Heard as Said, Line, Now},
};

/// What the thread does to the world. Called between two turns: it must not wait for anybody.
pub trait Hands: Send {
    /// Sends a message.
    fn send(&mut self, device: DeviceId, conn: Conn, message: Vec<u8>);

    /// Closes a connection.
    fn close(&mut self, device: DeviceId, conn: Conn);

    /// Closes a connection of somebody who may not come in, with the reason's code.
    fn turn_away(&mut self, conn: Conn, code: &'static str);

    /// Where this identity stands from now on; none if the fleet does not know the device. Called for all at the
    /// start.
    fn doors(&mut self, device: DeviceId, identity: Option<&Identity>);

    /// Something for the log.
    fn said(&mut self, line: Line);

    /// Something was committed: what people look at may have changed.
    fn committed(&mut self);

    /// A turn failed: nothing of it was told to anybody, and it is tried again.
    fn failed(&mut self, fault: &Fault);

    /// A new incident is committed, so long after the first word of this turn had come in from a device.
    fn alarmed(&mut self, _: Duration) {}
}

/// The thread at work; dropping it ends it.
pub struct Engine {
    inbox: Arc<Inbox>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread. The doors know every identity before this returns.
    pub fn start(fleet: House, mut hands: impl Hands + 'static) -> io::Result<(Self, Facade)> {
        for record in fleet.records() {
            hands.doors(record.device(), Some(&record.identity));
        }
        let inbox = Arc::new(Inbox::default());
        let running = Running { fleet, hands, clock: Clock::new(), guests: BTreeMap::new(), rest: None };
        let theirs = Arc::clone(&inbox);
        let thread = thread::Builder::new().name("wrale-fleet".into()).spawn(move || running.run(&theirs))?;
        Ok((Self { inbox: Arc::clone(&inbox), thread: Some(thread) }, Facade(inbox)))
    }

    /// Ends the thread after the turn that it is in; what still waits is answered with [`Stopped::Gone`].
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.inbox.stop();
        if let Some(thread) = self.thread.take() {
            // Whoever panicked in there has said so already.
            let _ = thread.join();
        }
    }
}

struct Running<H> {
    fleet: House,
    hands: H,
    clock: Clock,
    /// Which device came in by which connection.
    guests: BTreeMap<Conn, DeviceId>,
    /// The store could not be read: until then it is left alone.
    rest: Option<Mono>,
}

/// How long a store that cannot be read is left alone.
const REST: Duration = Duration::from_secs(1);

impl<H: Hands> Running<H> {
    fn run(mut self, inbox: &Inbox) {
        while let Some(turn) = inbox.wait(|| self.due_in()) {
            self.turn(turn);
        }
        let now = self.clock.now();
        self.work(|fleet| fleet.conclude(now));
        for job in inbox.rest() {
            job.refuse(Stopped::Gone);
        }
    }

    fn due_in(&self) -> Option<Duration> {
        self.rest.or_else(|| self.fleet.deadline()).map(|due| due.since(self.clock.now().mono))
    }

    fn turn(&mut self, Turn { heard, asked }: Turn) {
        let now = self.clock.now();
        if let Err(fault) = self.fleet.ready(now) {
            // What devices said is offered again: their sessions end with the next turn that succeeds.
            self.rest = Some(now.mono + REST);
            self.hands.failed(&fault);
            for Heard { conn, knock, .. } in heard {
                match knock {
                    Knock::Opened(_) => self.hands.turn_away(conn, fault.code()),
                    Knock::Closed => drop(self.guests.remove(&conn)),
                    Knock::Message(_) | Knock::Flushed => {}
                }
            }
            for job in asked {
                job.refuse(Stopped::Faulted);
            }
            return;
        }
        self.rest = None;
        let (came, open) = (heard.front().map(|heard| heard.at), self.fleet.open_incidents().len());
        for Heard { conn, knock, .. } in heard {
            self.hear(conn, knock, now);
        }
        let contained = self.work(|fleet| fleet.contain(now));
        if let Some(came) = came.filter(|_| contained && self.fleet.open_incidents().len() > open) {
            self.hands.alarmed(came.elapsed());
        }
        if !contained {
            return asked.into_iter().for_each(|job| job.refuse(Stopped::Faulted));
        }
        let answers: Vec<_> = asked.into_iter().map(|job| job.run(&mut self.fleet, now)).collect();
        let stored = answers.is_empty() || self.work(|fleet| fleet.contain(now));
        let outcome = if stored { Ok(()) } else { Err(Stopped::Faulted) };
        for answer in answers {
            answer(outcome);
        }
        if stored {
            self.work(|fleet| fleet.proceed(now));
        }
    }

    /// Lets the fleet work, and tells what came of it; false if its store failed.
    fn work(&mut self, work: impl FnOnce(&mut House) -> Result<(), Fault>) -> bool {
        let commits = self.fleet.commits();
        let done = work(&mut self.fleet);
        match &done {
            Ok(()) => self.tell(),
            Err(fault) => self.hands.failed(fault),
        }
        if self.fleet.commits() != commits {
            self.hands.committed();
        }
        done.is_ok()
    }

    fn hear(&mut self, conn: Conn, knock: Knock, now: Now) {
        let (device, said) = match knock {
            Knock::Opened(presented) => match self.fleet.enter(&presented, now) {
                Ok(device) => {
                    self.guests.insert(conn, device);
                    (Some(device), Said::Opened(conn, presented))
                }
                Err(refusal) => return self.hands.turn_away(conn, refusal.code()),
            },
            Knock::Message(message) => (self.guests.get(&conn).copied(), Said::Message(conn, message)),
            Knock::Flushed => (self.guests.get(&conn).copied(), Said::Flushed(conn)),
            Knock::Closed => (self.guests.remove(&conn), Said::Closed(conn)),
        };
        // Whoever was turned away may still have sent something.
        if let Some(device) = device {
            self.fleet.hear(device, said, now);
        }
    }

    fn tell(&mut self) {
        for effect in self.fleet.told() {
            match effect {
                Effect::Send(device, conn, message) => self.hands.send(device, conn, message),
                Effect::Close(device, conn) => self.hands.close(device, conn),
                Effect::Doors(device) => {
                    let identity = self.fleet.record(device).map(|record| &record.identity);
                    self.hands.doors(device, identity);
                }
                Effect::Said(line) => self.hands.said(line),
            }
        }
    }
}

/// The machine's clocks.
struct Clock(Instant);

impl Clock {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn now(&self) -> Now {
        let mono = u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { mono: Mono(mono), wall: Wall(i64::try_from(since.as_micros()).unwrap_or(i64::MAX)) }
    }
}
