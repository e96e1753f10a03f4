use vocab::{Value, reading::SensorFault};

use super::*;
use crate::{
    links::Addresses,
    sysfs::Sysfs,
    testing::{bell, put, tree},
};

fn second(number: u64) -> Mono {
    Mono(number * 1_000_000_000)
}

fn supply(root: &tempfile::TempDir, name: &str) -> Round {
    let probe = Probe::Supply(PowerSupply::new(&Sysfs::new(root.path()), None));
    Round::new(SensorName::new(name).unwrap(), SECOND, probe)
}

fn parts(root: &tempfile::TempDir) -> Round {
    let inventory = Inventory::new(&Sysfs::new(root.path()), || Ok(Addresses::new()));
    Round::new(SensorName::new("parts").unwrap(), Duration::from_mins(1), Probe::Inventory(inventory))
}

/// Looks, and has looked once when this returns.
fn start(rounds: Vec<Round>) -> (Arc<Desk>, mpsc::Receiver<()>, Poller) {
    let (wake, bell) = bell();
    let desk = Arc::new(Desk::new(wake));
    let (ready, started) = mpsc::channel();
    let poller = Poller::start(rounds, &desk, ready).unwrap();
    // A poller without rounds ends, and says nothing.
    let _ = started.recv();
    (desk, bell, poller)
}

#[test]
fn sensors_of_one_rhythm_are_due_together() {
    let now = Mono(12_345_678_901);
    assert_eq!(next(now, SECOND), second(13));
    assert_eq!(next(second(13), SECOND), second(14));
    assert_eq!(next(now, Duration::from_mins(1)), second(60));
    assert_eq!(next(Mono(u64::MAX), SECOND), Mono(u64::MAX));
    assert!(next(now, Duration::ZERO) > now);
}

#[test]
fn what_can_be_seen_at_once_is_there_at_the_start() {
    let root = tree(&[("class/power_supply/AC/type", "Mains"), ("class/power_supply/AC/online", "1")]);
    let (desk, _bell, _poller) = start(vec![supply(&root, "mains"), parts(&root)]);
    let readings = desk.take(Mono(u64::MAX));
    let seen: Vec<&str> = readings.iter().map(|reading| reading.sensor.as_str()).collect();
    assert!(seen.starts_with(&["mains", "parts"]), "{seen:?}");
    assert_eq!(readings[0].value, Value::Supply(vocab::reading::Supply::Present));
}

#[test]
fn a_change_is_seen_and_somebody_is_woken_for_it() {
    let root = tree(&[("class/power_supply/AC/type", "Mains"), ("class/power_supply/AC/online", "1")]);
    let (desk, bell, _poller) = start(vec![supply(&root, "mains")]);
    desk.take(Mono(u64::MAX));
    put(root.path(), "class/power_supply/AC/online", "0");
    let mut last = None;
    while last != Some(Value::Supply(vocab::reading::Supply::Lost)) {
        bell.recv().unwrap();
        last = desk.take(Mono(u64::MAX)).pop().map(|reading| reading.value).or(last);
    }
    std::fs::remove_dir_all(root.path().join("class")).unwrap();
    while last != Some(Value::Fault(SensorFault::Missing)) {
        bell.recv().unwrap();
        last = desk.take(Mono(u64::MAX)).pop().map(|reading| reading.value).or(last);
    }
}

#[test]
fn an_event_hastens_the_parts_and_never_twice_within_a_second() {
    let root = tree(&[]);
    let mut rounds = [supply(&root, "mains"), parts(&root)];
    for round in &mut rounds {
        round.look(second(100));
    }
    let before = rounds[0].due;
    hasten(&mut rounds);
    assert_eq!((rounds[0].due, rounds[1].due), (before, second(101)));
    rounds[1].look(second(101));
    assert_eq!(rounds[1].due, second(120));
}

#[test]
fn a_hurried_poller_looks_before_its_time() {
    let root = tree(&[]);
    let (desk, bell, poller) = start(vec![parts(&root)]);
    bell.recv().unwrap();
    assert_eq!(desk.take(Mono(u64::MAX)).len(), 1);
    put(root.path(), "bus/pci/devices/0/vendor", "0x1");
    put(root.path(), "bus/pci/devices/0/device", "0x2");
    poller.hurry().parts();
    // Its next look of its own accord would be up to a minute away.
    bell.recv().unwrap();
    assert!(matches!(&desk.take(Mono(u64::MAX))[0].value, Value::Components(parts) if parts.len() == 1));
}

#[test]
fn a_dropped_poller_stops_and_no_haste_keeps_it() {
    let (desk, bell, poller) = start(vec![supply(&tree(&[]), "mains")]);
    let hurry = poller.hurry();
    drop((desk, poller));
    hurry.parts();
    // The bell's other end goes when the thread does.
    while bell.recv().is_ok() {}
}

#[test]
fn a_poller_without_rounds_has_nothing_to_do() {
    let (desk, bell, _poller) = start(vec![]);
    drop(desk);
    assert!(bell.recv().is_err());
}
