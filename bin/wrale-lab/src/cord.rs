//! The cord between a box and the wall: a net of real sockets that can be unplugged, and listened to.

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use agent::{Net, Signal};
use link::Conn;

/// Whether the cord is in the wall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Plug {
    #[default]
    In,
    Out,
}

/// What was said in one session, from its beginning: as much as somebody with a recorder keeps.
const TAPE: usize = 4 << 20;

/// The net of one box. A clone is another hand on the same cord.
pub(crate) struct Cord<N>(Rc<RefCell<Inside<N>>>);

struct Inside<N> {
    net: N,
    plug: Plug,
    open: Option<Conn>,
    lost: VecDeque<Conn>,
    tape: Vec<Vec<u8>>,
    taped: usize,
}

impl<N> Clone for Cord<N> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<N: Net> Cord<N> {
    pub(crate) fn new(net: N) -> Self {
        let (lost, tape) = (VecDeque::new(), vec![]);
        Self(Rc::new(RefCell::new(Inside { net, plug: Plug::In, open: None, lost, tape, taped: 0 })))
    }

    /// Pulls it out, or puts it in again.
    pub(crate) fn set(&self, plug: Plug) {
        let mut inside = self.0.borrow_mut();
        inside.plug = plug;
        if plug == Plug::Out
            && let Some(conn) = inside.open.take()
        {
            inside.net.close(conn);
            inside.lost.push_back(conn);
        }
    }

    /// Every message of the session that stands or stood last.
    pub(crate) fn tape(&self) -> Vec<Vec<u8>> {
        self.0.borrow().tape.clone()
    }
}

impl<N: Net> Net for Cord<N> {
    fn connect(&mut self, conn: Conn) {
        let mut inside = self.0.borrow_mut();
        match inside.plug {
            Plug::In => {
                (inside.open, inside.taped) = (Some(conn), 0);
                inside.tape.clear();
                inside.net.connect(conn);
            }
            Plug::Out => inside.lost.push_back(conn),
        }
    }

    fn send(&mut self, conn: Conn, message: Vec<u8>) {
        let mut inside = self.0.borrow_mut();
        if inside.open != Some(conn) {
            return;
        }
        if inside.taped + message.len() <= TAPE {
            inside.taped += message.len();
            inside.tape.push(message.clone());
        }
        inside.net.send(conn, message);
    }

    fn close(&mut self, conn: Conn) {
        let mut inside = self.0.borrow_mut();
        inside.open.take_if(|open| *open == conn);
        inside.net.close(conn);
    }

    fn prove(&mut self, letter: Option<Vec<u8>>) {
        self.0.borrow_mut().net.prove(letter);
    }

    fn certify(&mut self, chain: Vec<u8>) {
        self.0.borrow_mut().net.certify(chain);
    }

    fn signals(&mut self) -> Vec<Signal> {
        let mut inside = self.0.borrow_mut();
        let Inside { net, open, lost, .. } = &mut *inside;
        let mut signals: Vec<Signal> = lost.drain(..).map(Signal::Lost).collect();
        for signal in net.signals() {
            match of(&signal) {
                // Of a session that the cord has ended.
                Some(conn) if *open != Some(conn) => continue,
                Some(_) if matches!(signal, Signal::Lost(_)) => *open = None,
                _ => {}
            }
            signals.push(signal);
        }
        signals
    }
}

const fn of(signal: &Signal) -> Option<Conn> {
    match signal {
        Signal::Connected(conn) | Signal::Flushed(conn) | Signal::Lost(conn) | Signal::Received(conn, _) => {
            Some(*conn)
        }
        Signal::Asked(..) | Signal::Renew | Signal::Reproved(..) => None,
    }
}

#[cfg(test)]
mod tests;
