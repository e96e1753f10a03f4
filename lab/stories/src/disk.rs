//! What a bad disk takes from a box, and what no disk can take.

use std::time::Duration;

use agent::{Notice, disk::RESERVE};
use crypto::cbor::{self, Limits};
use journal::{Entry, Kind};
use policy::IncidentKind;
use sim::{CutMode, DiskFaults, House, Underway};
use vocab::{
    Arming, Posture, Value,
    reading::{Interface, InterfaceKind},
    unit::Ohms,
};
use wire::v1::{Body, body::GapReason};

use crate::{
    Scene,
    circle::{LONG, approve, at_rest, latches, on_duty, propose, standing},
    road::{assert_same, of_kind},
    stories,
};

stories! {
    a_damage_that_takes_every_sum_of_a_journal_is_said_and_healed_by_two_people
    a_power_cut_takes_no_sum_of_a_journal
    a_full_disk_is_said_once_and_keeps_its_reserve_for_alarms
    a_disk_set_back_to_before_the_lid_opened_frees_nobody
}

/// Strikes every entry of the journal that says what those before it add up to; how many there were.
fn strike_sums(house: &House, number: usize) -> usize {
    let disk = &house.boxes[number].board.disk;
    let mut struck = 0;
    for (path, bytes) in disk.files().into_iter().filter(|(path, _)| path.ends_with(".seg")) {
        // A frame is the length of its entry, a checksum, and the entry.
        let mut at = 0;
        while let Some((prefix, rest)) = bytes[at..].split_first_chunk::<8>() {
            let length = u32::from_le_bytes([prefix[0], prefix[1], prefix[2], prefix[3]]) as usize;
            let Some(entry) = rest.get(..length) else { break };
            let sum = |entry: Entry| entry.header().kind == Kind::Standing;
            if cbor::decode::<Entry>(entry, &ENTRY).is_ok_and(sum) {
                disk.flip(&path, at + 8 + length / 2);
                struck += 1;
            }
            at += 8 + length;
        }
    }
    struck
}

const ENTRY: Limits = Limits { bytes: 1 << 20, depth: 2, items: 8 };

/// Everything that it was is gone: it says so, guards itself, and is believed again when people have looked at it.
fn a_damage_that_takes_every_sum_of_a_journal_is_said_and_healed_by_two_people(scene: &mut Scene) {
    at_rest(scene);
    scene.house.power_cut(0, CutMode::Kept);
    assert!(strike_sums(&scene.house, 0) > 0, "there was a sum to lose");
    scene.house.power_on(0);
    scene.until("the box guards itself", LONG, |house| {
        house.boxes[0].agent().guard().posture() == Posture::Sealed
    });
    scene.until("the fleet knows, and believes nothing", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended && !latches(house, 0).is_empty()
    });
    scene.run(Duration::from_mins(1));
    assert_eq!(
        standing(&scene.house, 0),
        admit::standing::State::Suspended,
        "no proof makes it green by itself"
    );
    assert!(scene.house.fleet().incidents().count() > 0);

    let orders = propose(&mut scene.house, 0, 0).expect("a disk is damaged no more when it is read");
    approve(&mut scene.house, 0, 1, &orders).expect("a second person approves");
    scene.until("the latches are released", LONG, |house| latches(house, 0).is_empty());
    scene.until("the box is believed again", LONG, |house| {
        standing(house, 0) == admit::standing::State::Active && house.is_proved(0)
    });
    let guard = scene.house.boxes[0].agent().guard();
    assert_eq!((guard.posture(), guard.arming()), (Posture::Normal, Arming::Armed));
    scene.house.restart_fleet();
    scene.run(Duration::from_mins(1));
    assert!(scene.house.is_proved(0), "and it stays so");
}

/// The harmless twin: a torn last record costs nothing but itself.
fn a_power_cut_takes_no_sum_of_a_journal(scene: &mut Scene) {
    on_duty(scene, 1);
    scene.run(Duration::from_secs(10));
    scene.house.power_cut(0, CutMode::Torn);
    scene.house.power_on(0);
    scene.calm();
    scene.until("the box holds its proof", LONG, |house| house.boxes[0].is_on() && house.is_proved(0));
    scene.run(Duration::from_secs(30));
    assert!(latches(&scene.house, 0).is_empty());
    assert_eq!(standing(&scene.house, 0), admit::standing::State::Active);
    assert_eq!(scene.house.boxes[0].agent().guard().posture(), Posture::Normal);
}

/// How much lies on a box's disk.
fn used(house: &House, number: usize) -> usize {
    house.boxes[number].board.disk.files().values().map(Vec::len).sum()
}

/// How often a box has said that its disk is full, and how much it left out.
fn said_full(house: &House, number: usize) -> Vec<u64> {
    let bodies = house.boxes[number].journal().into_iter();
    let gaps = bodies.filter_map(|body| match body {
        Body::Gap(gap) if gap.reason == GapReason::DiskFull => Some(gap.records),
        _ => None,
    });
    gaps.collect()
}

/// Whether the machine has told whoever reads its log that the disk is full.
fn noticed_full(house: &House, number: usize) -> bool {
    house.boxes[number].notices.contains(&Notice::DiskFull)
}

/// Somebody puts one stick more in, which is worth a line and no alarm.
fn put_in_sticks(house: &House, number: usize, count: u32) {
    let stick = |count| Interface { kind: InterfaceKind::Usb, name: format!("stick{count}") };
    house.boxes[number].board.senses.set("ports", Value::Interfaces((0..=count).map(stick).collect()));
}

/// How much of the reserve is kept.
fn reserve(house: &House, number: usize) -> usize {
    house.boxes[number].board.disk.holds("reserve").map_or(0, |bytes| bytes.len())
}

/// Nobody takes over what it writes, and everyday life does not fit for long; the lid opened at its end does.
fn a_full_disk_is_said_once_and_keeps_its_reserve_for_alarms(scene: &mut Scene) {
    at_rest(scene);
    scene.house.boxes[0].cable.cut(Underway::Lost);
    let disk = scene.house.boxes[0].board.disk.clone();
    disk.set_faults(DiskFaults { room: Some(used(&scene.house, 0) + 512), ..DiskFaults::default() });
    let mut sticks = 0;
    let everyday = |scene: &mut Scene, sticks: &mut u32| {
        put_in_sticks(&scene.house, 0, *sticks);
        scene.run(Duration::from_secs(20));
        *sticks += 1;
    };
    while !noticed_full(&scene.house, 0) {
        assert!(sticks < 60, "that the ordinary room has ended is noticed");
        everyday(scene, &mut sticks);
    }
    (0..8).for_each(|_| everyday(scene, &mut sticks));
    let notices = scene.house.boxes[0].notices.iter();
    assert_eq!(notices.filter(|notice| **notice == Notice::DiskFull).count(), 1, "once");
    assert_eq!(reserve(&scene.house, 0), RESERVE, "all of what is kept for alarms is there");
    assert!(said_full(&scene.house, 0).is_empty(), "and no word took of it");

    scene.house.boxes[0].open_lid();
    scene.until("the box has sealed itself", LONG, |house| {
        house.boxes[0].agent().guard().posture() == Posture::Sealed
    });
    scene.house.boxes[0].cable.mend();
    scene.until("the alarm leaves", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended && !latches(house, 0).is_empty()
    });
    assert!(reserve(&scene.house, 0) < RESERVE, "there was no room but the reserve");
    assert_eq!(said_full(&scene.house, 0), [0], "the gap is told with the alarm that stands behind it");

    let kept = reserve(&scene.house, 0);
    disk.set_faults(DiskFaults { room: Some(used(&scene.house, 0)), ..DiskFaults::default() });
    scene.house.boxes[0].board.senses.set("loop", Value::Loop(Ohms(10_000_000)));
    scene.until("the second alarm leaves too, though somebody has filled the disk", LONG, |house| {
        latches(house, 0).len() > 1
    });
    let left = reserve(&scene.house, 0);
    assert!((1..kept).contains(&left), "{kept} bytes of the reserve became {left}");
    disk.set_faults(DiskFaults::default());
    scene.run(Duration::from_mins(2));
    let said = said_full(&scene.house, 0);
    assert!(said.last().is_some_and(|left_out| *left_out > 0), "and how much was left out: {said:?}");
    assert_eq!(reserve(&scene.house, 0), RESERVE, "and the next alarm has its room again");
    assert_same(&scene.house, 0);
}

/// A thief who knows the disk opens the box, closes it, and puts back what lay there before: the box knows of nothing.
fn a_disk_set_back_to_before_the_lid_opened_frees_nobody(scene: &mut Scene) {
    at_rest(scene);
    let image = scene.house.boxes[0].board.disk.image();
    scene.house.boxes[0].open_lid();
    scene.until("the identity is suspended", LONG, |house| {
        standing(house, 0) == admit::standing::State::Suspended
    });
    scene.house.boxes[0].close_lid();
    scene.house.power_cut(0, CutMode::Kept);
    scene.house.boxes[0].board.disk.restore(&image);
    scene.house.power_on(0);
    scene.until("what was lost is an incident", LONG, |house| {
        of_kind(house, IncidentKind::TailLost).is_some()
    });
    assert!(scene.house.boxes[0].agent().guard().latches().is_empty(), "the box knows of nothing");
    scene.run(Duration::from_mins(2));
    scene.house.power_cut(0, CutMode::Kept);
    scene.house.power_on(0);
    scene.run(Duration::from_mins(2));
    assert_eq!(standing(&scene.house, 0), admit::standing::State::Suspended, "the fleet does");

    let orders = propose(&mut scene.house, 0, 0).expect("the lid is closed");
    approve(&mut scene.house, 0, 1, &orders).expect("a second person approves");
    scene.until("people let it in again", LONG, |house| {
        standing(house, 0) == admit::standing::State::Active && house.is_proved(0)
    });
    assert!(latches(&scene.house, 0).is_empty());
}
