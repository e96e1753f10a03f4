use std::{
    collections::VecDeque,
    io::{PipeReader, PipeWriter, Write, pipe},
    sync::{Arc, Mutex},
};

use rustix::fs::{OFlags, fcntl_setfl};

use super::*;
use crate::{
    gpio::{Bias, LineName, Open},
    root::lock,
};

/// A chip with one line: what the kernel would say, in the order of the questions.
#[derive(Clone, Default)]
pub(crate) struct Board(Arc<Mutex<Wires>>);

#[derive(Default)]
struct Wires {
    lines: VecDeque<PipeReader>,
    levels: VecDeque<Level>,
    asked: usize,
    used: Option<Use>,
}

impl Board {
    /// Puts a line there, and the levels that are read of it; whoever holds its other end makes edges.
    pub(crate) fn plug(&self, levels: &[Level]) -> Wire {
        let (reader, writer) = pipe().unwrap();
        let mut wires = lock(&self.0);
        wires.lines.push_back(reader);
        wires.levels.extend(levels);
        Wire { writer, number: 0 }
    }

    fn asked(&self) -> usize {
        lock(&self.0).asked
    }
}

impl Gpio for Board {
    fn ask(&self, _: &GpioLine) -> io::Result<OwnedFd> {
        let mut wires = lock(&self.0);
        wires.asked += 1;
        let line = OwnedFd::from(wires.lines.pop_front().ok_or(ErrorKind::NotFound)?);
        fcntl_setfl(&line, OFlags::NONBLOCK)?;
        Ok(line)
    }

    fn level(&self, _: BorrowedFd<'_>) -> io::Result<Level> {
        lock(&self.0).levels.pop_front().ok_or_else(|| Errno::NODEV.into())
    }

    fn used(&self, _: &GpioLine) -> io::Result<Use> {
        lock(&self.0).used.clone().ok_or_else(|| ErrorKind::NotFound.into())
    }
}

/// The other end of a line.
pub(crate) struct Wire {
    writer: PipeWriter,
    number: u32,
}

impl Wire {
    /// An edge as the kernel writes it, so many nanoseconds ago.
    pub(crate) fn swing(&mut self, to: u32, ago: u64) {
        self.number += 1;
        let mut bytes = [0; EVENT];
        bytes[..8].copy_from_slice(&(uptime() - ago).to_ne_bytes());
        bytes[8..12].copy_from_slice(&to.to_ne_bytes());
        bytes[16..20].copy_from_slice(&self.number.to_ne_bytes());
        self.writer.write_all(&bytes).unwrap();
    }

    fn lose(&mut self) {
        self.number += 1;
    }
}

pub(crate) const OPENS: u32 = 1;
pub(crate) const CLOSES: u32 = 2;

fn uptime() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).unwrap()
}

pub(crate) fn lid() -> GpioLine {
    GpioLine {
        chip: "tamper".into(),
        line: LineName::Name("case-switch".into()),
        open: Open::High,
        bias: Bias::PullUp,
    }
}

fn line(board: &Board) -> Line {
    Line::new(&SensorName::new("lid").unwrap(), &lid(), Box::new(board.clone()))
}

fn values(readings: Vec<Reading>) -> Vec<Value> {
    readings.into_iter().map(|reading| reading.value).collect()
}

const OPEN: Value = Value::Contact(Contact::Open);
const CLOSED: Value = Value::Contact(Contact::Closed);
const MISSING: Value = Value::Fault(SensorFault::Missing);

#[test]
fn the_level_is_read_once_at_the_start_and_then_edges_speak() {
    let board = Board::default();
    let mut wire = board.plug(&[Level::Inactive]);
    let mut line = line(&board);
    let now = clock::now();
    assert_eq!(values(line.read(now)), [CLOSED]);
    assert_eq!(values(line.read(now)), [], "nothing happened");
    wire.swing(OPENS, 0);
    wire.swing(CLOSES, 0);
    // A second level would be asked of a line that has no more to give.
    assert_eq!(values(line.read(now)), [OPEN, CLOSED]);
    assert!(line.edges().is_some() && line.due() == now + PERIOD);
}

#[test]
fn an_edge_has_the_kernels_time_and_not_that_of_whoever_reads_it() {
    let board = Board::default();
    let mut wire = board.plug(&[Level::Inactive]);
    let mut line = line(&board);
    line.read(clock::now());
    wire.swing(OPENS, 20_000_000);
    wire.swing(CLOSES, 0);
    let readings = line.read(clock::now());
    let stood = readings[1].at.since(readings[0].at);
    // Both times are taken from the clock within the test, so they differ by what the test itself needs.
    assert!(stood >= Duration::from_millis(20), "{stood:?}");
    assert!(readings[1].at <= clock::now());
}

#[test]
fn the_level_is_said_again_each_ten_seconds() {
    let board = Board::default();
    let _wire = board.plug(&[Level::Active, Level::Active]);
    let mut line = line(&board);
    let now = clock::now();
    assert_eq!(values(line.read(now)), [OPEN]);
    assert_eq!(values(line.read(now + Duration::from_secs(9))), []);
    assert_eq!(values(line.read(now + PERIOD)), [OPEN]);
}

#[test]
fn edges_that_were_lost_cost_a_look_at_the_level() {
    let board = Board::default();
    let mut wire = board.plug(&[Level::Inactive, Level::Inactive]);
    let mut line = line(&board);
    let now = clock::now();
    line.read(now);
    wire.swing(OPENS, 0);
    wire.lose();
    wire.swing(OPENS, 0);
    let readings = line.read(now);
    assert!(readings.is_sorted_by_key(|reading| reading.at));
    assert_eq!(values(readings), [OPEN, OPEN, CLOSED]);
}

#[test]
fn an_edge_that_this_version_does_not_know_costs_a_look_too() {
    let board = Board::default();
    let mut wire = board.plug(&[Level::Inactive, Level::Active]);
    let mut line = line(&board);
    let now = clock::now();
    line.read(now);
    wire.swing(9, 0);
    assert_eq!(values(line.read(now)), [OPEN]);
}

#[test]
fn a_line_that_swings_faster_than_it_is_read_ends_with_how_it_stands() {
    let board = Board::default();
    let mut wire = board.plug(&[Level::Inactive, Level::Active, Level::Active]);
    let mut line = line(&board);
    let now = clock::now();
    line.read(now);
    (0..100).for_each(|edge| wire.swing(1 + edge % 2, 0));
    let readings = values(line.read(now));
    assert_eq!((readings.len(), readings.last()), (EDGES + 1, Some(&OPEN)));
    assert_eq!(values(line.read(now)).len(), 36, "the others come the next time");
}

#[test]
fn a_line_that_is_not_there_or_goes_away_is_a_fault_and_is_looked_for_again() {
    let board = Board::default();
    let mut line = line(&board);
    let now = clock::now();
    assert_eq!(values(line.read(now)), [MISSING]);
    assert_eq!(values(line.read(now)), [], "it is not looked for all the time");
    let wire = board.plug(&[Level::Inactive]);
    let now = now + RETRY;
    assert_eq!(values(line.read(now)), [CLOSED]);
    drop(wire);
    assert_eq!(values(line.read(now)), [MISSING]);
    assert_eq!((line.edges().is_none(), line.due()), (true, now + RETRY));
    // Some kernels tell of a chip that went only whoever asks it.
    let _wire = board.plug(&[Level::Inactive]);
    let now = now + RETRY;
    assert_eq!(values(line.read(now)), [CLOSED]);
    assert_eq!(values(line.read(now + PERIOD)), [MISSING]);
    assert_eq!(board.asked(), 3);
}

#[test]
fn half_an_edge_is_no_edge() {
    let board = Board::default();
    let mut wire = board.plug(&[Level::Inactive]);
    let mut line = line(&board);
    let now = clock::now();
    line.read(now);
    wire.writer.write_all(&[0; EVENT - 1]).unwrap();
    assert_eq!(values(line.read(now)), [Value::Fault(SensorFault::Implausible)]);
}

#[test]
fn a_line_that_is_somebodys_or_drives_something_is_not_asked_for() {
    let board = Board::default();
    let line = line(&board);
    assert_eq!(line.glance(), Seen::Says(Value::Fault(SensorFault::Missing)));
    for (used, seen) in [(Use::Held("fan".into()), Seen::Held("fan".into())), (Use::Drives, Seen::Drives)] {
        let _wire = board.plug(&[Level::Active]);
        lock(&board.0).used = Some(used);
        assert_eq!((line.glance(), board.asked()), (seen, 0));
    }
    lock(&board.0).used = Some(Use::Free);
    assert_eq!(line.glance(), Seen::Says(Value::Contact(Contact::Open)));
}
