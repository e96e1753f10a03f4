//! A cable between one device and the fleet, that can be cut, tapped and mended.
//!
//! Messages pass as encoded bytes, in order, each after the cable's latency. What is underway when the cable is cut
//! is lost, or arrives all the same: both happen in the world.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, time::Duration};

use agent::{Net, Signal};
use link::Conn;
use vocab::Mono;

use crate::{clock::World, power::Power};

/// What the fleet's end of the cable hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A connection opens, with this certificate.
    Opened(Conn, Vec<u8>),
    /// A message.
    Message(Conn, Vec<u8>),
    /// Everything sent on it has left.
    Flushed(Conn),
    /// The connection is gone.
    Closed(Conn),
}

/// What becomes of messages underway when a cable is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Underway {
    /// They never arrive.
    Lost,
    /// They arrive, and nobody on the sending side knows.
    Kept,
}

/// One cable; both ends hold it.
#[derive(Clone)]
pub struct Cable {
    inside: Rc<RefCell<Inside>>,
    world: World,
    /// Of the device's end.
    power: Power,
}

struct Inside {
    latency: Duration,
    plugged: bool,
    up: VecDeque<(Mono, Heard)>,
    down: VecDeque<(Mono, Signal)>,
    open: Option<Conn>,
    certificate: Vec<u8>,
    tapped: Vec<Vec<u8>>,
    messages: u64,
    cut_after: Option<u64>,
}

impl Cable {
    /// A plugged cable; the device's certificate is what it shows when it connects.
    pub fn new(world: &World, latency: Duration, certificate: Vec<u8>) -> Self {
        let inside = Inside {
            latency,
            plugged: true,
            up: VecDeque::new(),
            down: VecDeque::new(),
            open: None,
            certificate,
            tapped: vec![],
            messages: 0,
            cut_after: None,
        };
        Self { inside: Rc::new(RefCell::new(inside)), world: world.clone(), power: Power::default() }
    }

    /// The same cable at a box with this power.
    #[must_use]
    pub fn powered(self, power: Power) -> Self {
        Self { power, ..self }
    }

    /// Whether this connection stands.
    pub fn is_open(&self, conn: Conn) -> bool {
        self.inside.borrow().open == Some(conn)
    }

    /// Cuts the cable.
    pub fn cut(&self, underway: Underway) {
        let mut inside = self.inside.borrow_mut();
        inside.plugged = false;
        inside.drop_connection(self.world.now(), underway);
    }

    /// Plugs it in again.
    pub fn mend(&self) {
        self.inside.borrow_mut().plugged = true;
    }

    /// The device's end loses its memory: a power cut.
    pub fn reset(&self) {
        let mut inside = self.inside.borrow_mut();
        inside.drop_connection(self.world.now(), Underway::Kept);
        inside.down.clear();
    }

    /// The connection drops and the cable stays; false if there was none.
    pub fn drop_connection(&self, underway: Underway) -> bool {
        let mut inside = self.inside.borrow_mut();
        let was_open = inside.open.is_some();
        inside.drop_connection(self.world.now(), underway);
        was_open
    }

    /// The cable drops its connection right after so many more messages, in either direction.
    pub fn drop_after(&self, messages: Option<u64>) {
        let mut inside = self.inside.borrow_mut();
        inside.cut_after = messages.map(|more| inside.messages + more);
    }

    /// How many messages have been sent over it.
    pub fn messages(&self) -> u64 {
        self.inside.borrow().messages
    }

    /// Every message that the device has sent, as a tap on the wire would have it if there were no TLS.
    pub fn tapped(&self) -> Vec<Vec<u8>> {
        self.inside.borrow().tapped.clone()
    }

    /// The certificate that the device shows.
    pub fn certificate(&self) -> Vec<u8> {
        self.inside.borrow().certificate.clone()
    }

    /// When the next thing arrives, at either end.
    pub fn deadline(&self) -> Option<Mono> {
        let inside = self.inside.borrow();
        // Whoever has no power hears nothing any more.
        let down = inside.down.front().filter(|_| !self.power.is_gone());
        let ends = [inside.up.front().map(|(due, _)| *due), down.map(|(due, _)| *due)];
        ends.into_iter().flatten().min()
    }

    /// What the fleet's end hears by now.
    pub fn heard(&self) -> Vec<Heard> {
        let now = self.world.now();
        let mut inside = self.inside.borrow_mut();
        let due = inside.up.iter().take_while(|(due, _)| *due <= now).count();
        inside.up.drain(..due).map(|(_, heard)| heard).collect()
    }

    /// The fleet sends a message.
    pub fn answer(&self, conn: Conn, message: Vec<u8>) {
        let now = self.world.now();
        let mut inside = self.inside.borrow_mut();
        if inside.open == Some(conn) {
            let due = now + inside.latency;
            inside.down.push_back((due, Signal::Received(conn, message)));
            inside.up.push_back((now, Heard::Flushed(conn)));
            inside.counted(now);
        }
    }

    /// The device's end finds that its certificate grows old.
    pub fn grow_old(&self) {
        let now = self.world.now();
        self.inside.borrow_mut().down.push_back((now, Signal::Renew));
    }

    /// The fleet closes the connection.
    pub fn hang_up(&self, conn: Conn) {
        let now = self.world.now();
        let mut inside = self.inside.borrow_mut();
        if inside.open == Some(conn) {
            inside.open = None;
            let due = now + inside.latency;
            inside.down.push_back((due, Signal::Lost(conn)));
        }
    }
}

impl Inside {
    fn drop_connection(&mut self, now: Mono, underway: Underway) {
        let Some(conn) = self.open.take() else { return };
        if underway == Underway::Lost {
            self.up.retain(|(_, heard)| matches!(heard, Heard::Closed(_)));
            self.down.retain(|(_, signal)| !matches!(signal, Signal::Received(..)));
        }
        let (up, down) =
            (self.up.back().map_or(now, |(due, _)| *due), self.down.back().map_or(now, |(due, _)| *due));
        self.up.push_back((up.max(now), Heard::Closed(conn)));
        self.down.push_back((down.max(now), Signal::Lost(conn)));
    }

    fn counted(&mut self, now: Mono) {
        self.messages += 1;
        if self.cut_after.is_some_and(|after| self.messages >= after) {
            self.cut_after = None;
            self.drop_connection(now, Underway::Lost);
        }
    }
}

impl Net for Cable {
    fn connect(&mut self, conn: Conn) {
        if self.power.is_gone() {
            return;
        }
        let now = self.world.now();
        let mut inside = self.inside.borrow_mut();
        let due = now + inside.latency;
        if inside.plugged {
            inside.open = Some(conn);
            let certificate = inside.certificate.clone();
            inside.up.push_back((due, Heard::Opened(conn, certificate)));
            inside.down.push_back((due, Signal::Connected(conn)));
        } else {
            inside.down.push_back((due, Signal::Lost(conn)));
        }
    }

    fn send(&mut self, conn: Conn, message: Vec<u8>) {
        let now = self.world.now();
        let mut inside = self.inside.borrow_mut();
        if inside.open == Some(conn) && self.power.spend() {
            inside.tapped.push(message.clone());
            let due = now + inside.latency;
            inside.up.push_back((due, Heard::Message(conn, message)));
            inside.down.push_back((now, Signal::Flushed(conn)));
            inside.counted(now);
        }
    }

    fn close(&mut self, conn: Conn) {
        let now = self.world.now();
        let mut inside = self.inside.borrow_mut();
        if inside.open == Some(conn) && !self.power.is_gone() {
            inside.open = None;
            let due = now + inside.latency;
            inside.up.push_back((due, Heard::Closed(conn)));
        }
    }

    fn certify(&mut self, chain: Vec<u8>) {
        self.inside.borrow_mut().certificate = chain;
    }

    fn signals(&mut self) -> Vec<Signal> {
        let now = self.world.now();
        let mut inside = self.inside.borrow_mut();
        // A flush may overtake what is underway: it says only that it has left.
        let (due, later) = std::mem::take(&mut inside.down).into_iter().partition(|(due, _)| *due <= now);
        inside.down = later;
        let due: VecDeque<(Mono, Signal)> = due;
        due.into_iter().map(|(_, signal)| signal).collect()
    }
}
