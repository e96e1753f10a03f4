//! What a house left in its store, opened again by the fleet's own thread: for whoever serves people.
//!
//! Nobody is connected to it, and time is the machine's from here on.

use std::time::{SystemTime, UNIX_EPOCH};

use control::{Engine, Facade, Fault, Fleet, Hands, Now, fleet::Line};
use link::Conn;
use vocab::{DeviceId, Mono, Wall};

use crate::{House, hq::setup};

/// Hands without a network, that tell of each commit.
struct Told<F>(F);

/// Starts the thread on a copy of what the house's fleet has stored; `committed` is called after each commit.
///
/// # Panics
/// If the store does not open, or the machine gives no thread.
pub fn serve(house: &House, committed: impl FnMut() + Send + 'static) -> (Engine, Facade) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let wall = Wall(i64::try_from(since.as_micros()).expect("this century"));
    // What the house did not live through, the fleet was not listening to.
    let now = Now { mono: Mono(0), wall };
    let shelf: control::Shelf = Box::new(house.hq().store.image());
    let fleet =
        Fleet::open(setup(u64::MAX, &house.ceremony, vec![]), shelf, now).expect("what was committed opens");
    Engine::start(fleet, Told(committed)).expect("a machine with a thread to spare")
}

impl<F: FnMut() + Send> Hands for Told<F> {
    fn send(&mut self, _: DeviceId, _: Conn, _: Vec<u8>) {}

    fn close(&mut self, _: DeviceId, _: Conn) {}

    fn turn_away(&mut self, _: Conn, _: &'static str) {}

    fn doors(&mut self, _: DeviceId, _: Option<&admit::Identity>) {}

    fn said(&mut self, _: Line) {}

    fn committed(&mut self) {
        (self.0)();
    }

    fn failed(&mut self, fault: &Fault) {
        panic!("a store in memory failed: {fault}");
    }
}
