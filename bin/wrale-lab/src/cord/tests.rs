//! A cord that is out carries nothing, and what was on it is lost for the box.

use std::{cell::RefCell, rc::Rc};

use agent::{Net, Signal};
use link::Conn;

use super::{Cord, Plug};

/// A wall that writes down what is asked of it.
#[derive(Clone, Default)]
struct Wall(Rc<RefCell<(Vec<String>, Vec<Signal>)>>);

impl Wall {
    fn note(&self, what: &str, conn: Conn) {
        self.0.borrow_mut().0.push(format!("{what} {}", conn.0));
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut().0)
    }

    fn says(&self, signal: Signal) {
        self.0.borrow_mut().1.push(signal);
    }
}

impl Net for Wall {
    fn connect(&mut self, conn: Conn) {
        self.note("connect", conn);
    }

    fn send(&mut self, conn: Conn, _: Vec<u8>) {
        self.note("send", conn);
    }

    fn close(&mut self, conn: Conn) {
        self.note("close", conn);
    }

    fn certify(&mut self, _: Vec<u8>) {}

    fn signals(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.0.borrow_mut().1)
    }
}

const FIRST: Conn = Conn(1);
const SECOND: Conn = Conn(2);

fn connected() -> (Wall, Cord<Wall>) {
    let wall = Wall::default();
    let mut cord = Cord::new(wall.clone());
    cord.connect(FIRST);
    wall.says(Signal::Connected(FIRST));
    assert_eq!(cord.signals(), [Signal::Connected(FIRST)]);
    cord.send(FIRST, vec![1]);
    assert_eq!(wall.asked(), ["connect 1", "send 1"]);
    (wall, cord)
}

#[test]
fn a_cord_that_is_pulled_loses_its_connection_once_and_lets_none_through() {
    let (wall, mut cord) = connected();
    cord.set(Plug::Out);
    assert_eq!(wall.asked(), ["close 1"]);
    // What was underway, and the end that the net tells of itself, come too late.
    wall.says(Signal::Received(FIRST, vec![9]));
    wall.says(Signal::Lost(FIRST));
    assert_eq!(cord.signals(), [Signal::Lost(FIRST)]);
    cord.connect(SECOND);
    cord.send(SECOND, vec![2]);
    assert_eq!(wall.asked(), Vec::<String>::new());
    assert_eq!(cord.signals(), [Signal::Lost(SECOND)]);
}

#[test]
fn a_cord_that_is_in_again_carries_again() {
    let (wall, mut cord) = connected();
    cord.set(Plug::Out);
    cord.set(Plug::In);
    cord.signals();
    wall.asked();
    cord.connect(SECOND);
    cord.send(SECOND, vec![2]);
    assert_eq!(wall.asked(), ["connect 2", "send 2"]);
    wall.says(Signal::Received(SECOND, vec![3]));
    wall.says(Signal::Lost(SECOND));
    assert_eq!(cord.signals(), [Signal::Received(SECOND, vec![3]), Signal::Lost(SECOND)]);
}

#[test]
fn the_tape_holds_one_session_from_its_beginning() {
    let (_, mut cord) = connected();
    cord.send(FIRST, vec![2]);
    assert_eq!(cord.tape(), [vec![1], vec![2]]);
    cord.connect(SECOND);
    cord.send(SECOND, vec![3]);
    assert_eq!(cord.tape(), [vec![3]]);
}
