//! The cables of a quarter: what one end sends, the other end has a moment later.

use std::{cell::RefCell, rc::Rc};

use agent::{Net, Signal};
use link::Conn;
use vocab::Mono;

use super::MOMENT;

/// What reaches the fleet's end of a cable.
pub(super) struct Letter {
    pub(super) arrives: Mono,
    /// Whose cable.
    pub(super) number: usize,
    pub(super) said: Said,
}

/// What the fleet hears.
pub(super) enum Said {
    Opened(Conn),
    Message(Conn, Vec<u8>),
    Closed(Conn),
}

/// What reaches a box.
pub(super) struct Answer {
    pub(super) arrives: Mono,
    /// The box's place in its quarter.
    pub(super) place: usize,
    pub(super) answered: Answered,
}

/// What the box hears.
pub(super) enum Answered {
    Message(Conn, Vec<u8>),
    Closed(Conn),
}

/// All cables of a quarter.
#[derive(Clone, Default)]
pub(super) struct Wires(Rc<RefCell<Inside>>);

#[derive(Default)]
struct Inside {
    now: Mono,
    up: Vec<Letter>,
    ends: Vec<End>,
}

/// The device's end of one.
#[derive(Default)]
struct End {
    number: usize,
    open: Option<Conn>,
    heard: Vec<Signal>,
}

/// A device's hold on its end.
pub(super) struct Wire {
    place: usize,
    wires: Wires,
}

impl Wires {
    /// One more cable, to the box of this number.
    pub(super) fn add(&self, number: usize) -> Wire {
        let mut inside = self.0.borrow_mut();
        inside.ends.push(End { number, ..End::default() });
        Wire { place: inside.ends.len() - 1, wires: self.clone() }
    }

    /// It is so late.
    pub(super) fn move_to(&self, now: Mono) {
        self.0.borrow_mut().now = now;
    }

    /// What was said since the last call.
    pub(super) fn said(&self) -> Vec<Letter> {
        std::mem::take(&mut self.0.borrow_mut().up)
    }

    /// Something has arrived from the fleet; what belongs to an earlier connection is lost.
    pub(super) fn hear(&self, place: usize, answered: Answered) {
        let end = &mut self.0.borrow_mut().ends[place];
        match answered {
            Answered::Message(conn, message) if end.open == Some(conn) => {
                end.heard.push(Signal::Received(conn, message));
            }
            Answered::Closed(conn) if end.open == Some(conn) => {
                end.open = None;
                end.heard.push(Signal::Lost(conn));
            }
            Answered::Message(..) | Answered::Closed(_) => {}
        }
    }

    /// The connection drops; false if there is none.
    pub(super) fn cut(&self, place: usize) -> bool {
        let mut inside = self.0.borrow_mut();
        let Some(conn) = inside.ends[place].open.take() else { return false };
        inside.ends[place].heard.push(Signal::Lost(conn));
        inside.say(place, Said::Closed(conn));
        true
    }

    /// Whether the device's end has something to fetch.
    pub(super) fn waits(&self, place: usize) -> bool {
        !self.0.borrow().ends[place].heard.is_empty()
    }
}

impl Inside {
    fn say(&mut self, place: usize, said: Said) {
        let number = self.ends[place].number;
        self.up.push(Letter { arrives: self.now + MOMENT, number, said });
    }
}

impl Wire {
    pub(super) const fn place(&self) -> usize {
        self.place
    }
}

impl Net for Wire {
    fn connect(&mut self, conn: Conn) {
        let mut inside = self.wires.0.borrow_mut();
        inside.ends[self.place].open = Some(conn);
        inside.ends[self.place].heard.push(Signal::Connected(conn));
        inside.say(self.place, Said::Opened(conn));
    }

    fn send(&mut self, conn: Conn, message: Vec<u8>) {
        let mut inside = self.wires.0.borrow_mut();
        if inside.ends[self.place].open == Some(conn) {
            inside.ends[self.place].heard.push(Signal::Flushed(conn));
            inside.say(self.place, Said::Message(conn, message));
        }
    }

    fn close(&mut self, conn: Conn) {
        let mut inside = self.wires.0.borrow_mut();
        if inside.ends[self.place].open.take_if(|open| *open == conn).is_some() {
            inside.say(self.place, Said::Closed(conn));
        }
    }

    fn certify(&mut self, _: Vec<u8>) {}

    fn signals(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.wires.0.borrow_mut().ends[self.place].heard)
    }
}
