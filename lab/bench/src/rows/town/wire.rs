//! Cables without length: what one end sends, the other end has when it is called next.

use std::{cell::RefCell, rc::Rc};

use agent::{Net, Signal};
use link::Conn;

/// What the fleet's end of a cable hears.
pub(super) enum Said {
    Opened(Conn),
    Message(Conn, Vec<u8>),
    Flushed(Conn),
    Closed(Conn),
}

/// All cables of a town.
#[derive(Clone, Default)]
pub(super) struct Wires(Rc<RefCell<Inside>>);

#[derive(Default)]
struct Inside {
    up: Vec<(usize, Said)>,
    down: Vec<Vec<Signal>>,
    open: Vec<Option<Conn>>,
}

/// The device's end of one.
pub(super) struct Wire {
    number: usize,
    wires: Wires,
}

impl Wires {
    /// One more cable.
    pub(super) fn add(&self) -> Wire {
        let mut inside = self.0.borrow_mut();
        inside.down.push(vec![]);
        inside.open.push(None);
        Wire { number: inside.down.len() - 1, wires: self.clone() }
    }

    /// What the fleet's end hears.
    pub(super) fn said(&self) -> Vec<(usize, Said)> {
        std::mem::take(&mut self.0.borrow_mut().up)
    }

    /// The fleet sends a message.
    pub(super) fn answer(&self, number: usize, conn: Conn, message: Vec<u8>) {
        let mut inside = self.0.borrow_mut();
        if inside.open[number] == Some(conn) {
            inside.down[number].push(Signal::Received(conn, message));
            inside.up.push((number, Said::Flushed(conn)));
        }
    }

    /// The fleet closes a connection.
    pub(super) fn hang_up(&self, number: usize, conn: Conn) {
        let mut inside = self.0.borrow_mut();
        if inside.open[number] == Some(conn) {
            inside.open[number] = None;
            inside.down[number].push(Signal::Lost(conn));
        }
    }

    /// The connection drops; false if there is none.
    pub(super) fn cut(&self, number: usize) -> bool {
        let mut inside = self.0.borrow_mut();
        let Some(conn) = inside.open[number].take() else { return false };
        inside.down[number].push(Signal::Lost(conn));
        inside.up.push((number, Said::Closed(conn)));
        true
    }

    /// Whether the device's end has something to fetch.
    pub(super) fn waits(&self, number: usize) -> bool {
        !self.0.borrow().down[number].is_empty()
    }
}

impl Net for Wire {
    fn connect(&mut self, conn: Conn) {
        let mut inside = self.wires.0.borrow_mut();
        inside.open[self.number] = Some(conn);
        inside.up.push((self.number, Said::Opened(conn)));
        inside.down[self.number].push(Signal::Connected(conn));
    }

    fn send(&mut self, conn: Conn, message: Vec<u8>) {
        let mut inside = self.wires.0.borrow_mut();
        if inside.open[self.number] == Some(conn) {
            inside.up.push((self.number, Said::Message(conn, message)));
            inside.down[self.number].push(Signal::Flushed(conn));
        }
    }

    fn close(&mut self, conn: Conn) {
        let mut inside = self.wires.0.borrow_mut();
        if inside.open[self.number] == Some(conn) {
            inside.open[self.number] = None;
            inside.up.push((self.number, Said::Closed(conn)));
        }
    }

    fn certify(&mut self, _: Vec<u8>) {}

    fn signals(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.wires.0.borrow_mut().down[self.number])
    }
}
