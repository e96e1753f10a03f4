use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use vocab::{Mono, SensorName, Value, reading::Contact};

use super::*;
use crate::{
    gpio::Level,
    line::tests::{Board, CLOSES, OPENS, Wire, lid},
    testing::bell,
};

/// Far longer than a pipe takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn lines() -> (Wire, Arc<Desk>, Receiver<()>, Vigil) {
    let board = Board::default();
    let wire = board.plug(&[Level::Inactive]);
    let line = Line::new(&SensorName::new("lid").unwrap(), &lid(), Box::new(board));
    let (wake, bell) = bell();
    let desk = Arc::new(Desk::new(wake));
    let (ready, started) = mpsc::channel();
    let edges = start(vec![line], &desk, ready).unwrap();
    started.recv_timeout(PATIENCE).unwrap();
    (wire, desk, bell, edges)
}

fn take(desk: &Desk) -> Vec<Value> {
    desk.take(Mono(u64::MAX)).into_iter().map(|reading| reading.value).collect()
}

#[test]
fn an_edge_wakes_the_device() {
    let (mut wire, desk, bell, _edges) = lines();
    bell.recv_timeout(PATIENCE).unwrap();
    assert_eq!(take(&desk), [Value::Contact(Contact::Closed)]);
    for (edge, says) in [(OPENS, Contact::Open), (CLOSES, Contact::Closed)] {
        wire.swing(edge, 0);
        bell.recv_timeout(PATIENCE).unwrap();
        assert_eq!(take(&desk), [Value::Contact(says)]);
    }
}

#[test]
fn a_dropped_thread_stops() {
    let (_wire, desk, bell, edges) = lines();
    drop((desk, edges));
    // The bell's other end goes when the thread does.
    let end = std::iter::repeat_with(|| bell.recv_timeout(PATIENCE)).find(Result::is_err);
    assert_eq!(end, Some(Err(RecvTimeoutError::Disconnected)));
}
