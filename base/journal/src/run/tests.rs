use alloc::{vec, vec::Vec};

use vocab::{BootId, ClockQuality, DeviceId, Mono, Time, Wall};

use super::*;
use crate::{chain::Chain, head::Head};

const DEVICE: DeviceId = DeviceId([1; 16]);

fn at(nanos: u64) -> Time {
    Time { mono: Mono(nanos), wall: Wall(0), quality: ClockQuality::Floor }
}

fn written(boot: u8, last: Option<Position>, kinds: &[Kind]) -> Vec<Entry> {
    let mut chain = Chain::resume(&DEVICE, BootId([boot; 16]), last);
    kinds.iter().map(|&kind| chain.append(at(7), kind, vec![boot]).unwrap()).collect()
}

#[test]
fn a_journal_crosses_boots_in_one_run_and_counts_on() {
    let mut entries = written(1, None, &[Kind::Boot, Kind::Event]);
    entries.extend(written(2, Some(entries[1].position()), &[Kind::Boot, Kind::Receipt]));
    let run = Run::new(entries).unwrap();
    assert_eq!(run.stands_on(), Head::genesis(&DEVICE));
    assert_eq!(run.entries().iter().map(|e| e.header().seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(run.ends_at().boot, BootId([2; 16]));
    let bytes = crypto::cbor::encode(&run);
    assert_eq!(minicbor::decode::<Run>(&bytes).unwrap(), run);
}

#[test]
fn entries_that_do_not_follow_are_no_run() {
    let good = written(1, None, &[Kind::Boot, Kind::Event, Kind::Event]);
    let skipping = vec![good[0].clone(), good[2].clone()];
    assert_eq!(Run::new(skipping), Err(Broken::Head(3)));
    let swapped = vec![good[1].clone(), good[0].clone()];
    assert_eq!(Run::new(swapped), Err(Broken::Head(1)));
    assert_eq!(Run::new(vec![]), Err(Broken::Empty));
    let many = written(1, None, &[Kind::Event; ENTRIES_LIMIT + 1]);
    assert_eq!(Run::new(many), Err(Broken::TooMany(257)));

    let silent_boot = written(2, Some(good[0].position()), &[Kind::Event]);
    assert_eq!(Run::new(vec![good[0].clone(), silent_boot[0].clone()]), Err(Broken::Boot(2)));
    let second_boot_entry = written(1, Some(good[0].position()), &[Kind::Boot]);
    assert_eq!(Run::new(vec![good[0].clone(), second_boot_entry[0].clone()]), Err(Broken::Boot(2)));
}

#[test]
fn a_number_that_jumps_is_refused_even_on_the_right_head() {
    let good = written(1, None, &[Kind::Boot]);
    let ahead = Position { seq: 9, ..good[0].position() };
    let jumped = written(1, Some(ahead), &[Kind::Event]);
    assert_eq!(Run::new(vec![good[0].clone(), jumped[0].clone()]), Err(Broken::Number(10)));
}

#[test]
fn the_rest_of_a_run_is_a_run() {
    let entries = written(1, None, &[Kind::Boot, Kind::Event, Kind::Event]);
    let run = Run::new(entries.clone()).unwrap();
    assert_eq!(run.clone().without_first(0), Some(run.clone()));
    assert_eq!(run.clone().without_first(2), Some(Run::new(vec![entries[2].clone()]).unwrap()));
    assert_eq!(run.without_first(3), None);
}
