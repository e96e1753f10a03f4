use alloc::vec::Vec;

use crypto::signed::{Signed, ToSign};
use journal::{Chain, Run};
use vocab::{BootId, ClockQuality, DeviceId, FleetName, Generation, Label, Mono, Time, Wall};
use wire::v1::{
    Body, Boot,
    body::{Change, Gap, GapReason},
};

use super::{QUEUE, Record, STANDING_EVERY};
use crate::{
    draw::Draw,
    effect::{Effect, Effects, Lane},
    input::Room,
    kit::chip,
    memory::Memory,
};

const DEVICE: DeviceId = DeviceId([7; 16]);
const BOOT: BootId = BootId([1; 16]);

fn now() -> Time {
    Time { mono: Mono(0), wall: Wall(0), quality: ClockQuality::Floor }
}

fn said() -> Body {
    Body::Change(Change::Soaked)
}

fn record() -> Record {
    Record::resume(&DEVICE, BOOT, None, Memory::empty(), None, now())
}

fn boot_letter() -> Signed<Boot> {
    let boot = Boot {
        fleet: FleetName::new("acme").unwrap(),
        device: DEVICE,
        boot: BOOT,
        journal_key: Draw::new([1; 32]).journal_key().public().clone(),
        after: None,
        at: now(),
        generation: Generation::NONE,
        state: None,
        opening_key: None,
        software: Label::new("test").unwrap(),
    };
    let unsigned = ToSign::new(&boot, chip::public::<crypto::key::Device>().id());
    let signature = chip::sign(&unsigned.message());
    unsigned.finish(&signature)
}

fn begun() -> (Record, Effects) {
    let (mut record, mut out) = (record(), Effects::new());
    record.begin(boot_letter(), &mut out);
    (record, out)
}

fn bodies(effects: &Effects) -> Vec<Body> {
    let entries = effects.iter().filter_map(|effect| match effect {
        Effect::Append { entry, .. } => Some(Body::decode(entry).unwrap()),
        _ => None,
    });
    entries.collect()
}

#[test]
fn entries_wait_for_the_boot_entry_in_their_order_and_their_numbers_hold() {
    let (mut record, mut out) = (record(), Effects::new());
    let first = record.append(now(), said(), Lane::Alarm, &mut out);
    let second = record.append(now(), said(), Lane::Bulk, &mut out);
    assert_eq!((first, second, out.len()), (2, 3, 0));
    record.begin(boot_letter(), &mut out);
    let third = record.append(now(), said(), Lane::Bulk, &mut out);
    let entries = out.into_iter().filter_map(|effect| match effect {
        Effect::Append { entry, lane } => Some((entry, lane)),
        _ => None,
    });
    let entries: Vec<_> = entries.collect();
    let lanes: Vec<Lane> = entries.iter().map(|(_, lane)| *lane).collect();
    assert_eq!(lanes, [Lane::Alarm, Lane::Alarm, Lane::Bulk, Lane::Bulk]);
    let run = Run::new(entries.into_iter().map(|(entry, _)| entry).collect()).unwrap();
    let numbers: Vec<u64> = run.entries().iter().map(|entry| entry.header().seq).collect();
    assert_eq!((numbers, third), ([1, 2, 3, 4].into(), 4));
    assert_eq!(record.memory.standing.boots[0].first, 1);
}

#[test]
fn a_boot_goes_on_after_the_last_durable_entry() {
    let mut chain = Chain::resume(&DEVICE, BootId([9; 16]), None);
    let last = chain.append(now(), said().kind(), said().encode()).unwrap().position();
    let mut record = Record::resume(&DEVICE, BOOT, Some(last), Memory::empty(), None, now());
    let mut out = Effects::new();
    record.begin(boot_letter(), &mut out);
    let Effect::Append { entry, .. } = &out[0] else { panic!("the boot entry") };
    assert_eq!((entry.header().seq, entry.header().prev, entry.header().boot), (2, last.head, BOOT));
    assert!(!record.is_durable(2) && record.durable() == Some(last));
}

#[test]
fn a_full_disk_leaves_out_what_nobodys_safety_rests_on_and_says_so() {
    let (mut record, mut out) = begun();
    out.clear();
    record.make_room(now(), Room::Full, &mut out);
    record.make_room(now(), Room::Full, &mut out);
    (0..5).for_each(|_| record.mention(now(), said(), &mut out));
    record.append(now(), said(), Lane::Alarm, &mut out);
    let gap = |records| Body::Gap(Gap { reason: GapReason::DiskFull, records });
    assert_eq!(bodies(&out), [gap(0), said()]);
    out.clear();
    record.make_room(now(), Room::Ample, &mut out);
    record.mention(now(), said(), &mut out);
    assert_eq!(bodies(&out), [gap(5), said()]);
}

#[test]
fn that_the_disk_is_full_and_what_was_left_out_take_no_room_that_is_kept_for_alarms() {
    let (mut record, mut out) = begun();
    out.clear();
    record.make_room(now(), Room::Full, &mut out);
    record.mention(now(), said(), &mut out);
    record.make_room(now(), Room::Ample, &mut out);
    let lanes = out.iter().filter_map(|effect| match effect {
        Effect::Append { lane, .. } => Some(*lane),
        _ => None,
    });
    let lanes: Vec<_> = lanes.collect();
    assert_eq!(lanes, [Lane::Bulk, Lane::Bulk]);
}

#[test]
fn what_waits_for_the_boot_entry_is_bounded() {
    let (mut record, mut out) = (record(), Effects::new());
    (0..QUEUE + 100).for_each(|_| record.mention(now(), said(), &mut out));
    record.begin(boot_letter(), &mut out);
    assert_eq!(out.len(), QUEUE + 2, "the boot entry, the queue, and the word that something is missing");
}

#[test]
fn where_the_device_stands_is_written_down_now_and_then() {
    let (mut record, mut out) = begun();
    assert_eq!(record.needed(), None);
    for _ in 0..STANDING_EVERY {
        record.append(now(), said(), Lane::Bulk, &mut out);
        record.stand(now(), &mut out);
    }
    let standing = bodies(&out).iter().position(|body| matches!(body, Body::Standing(_)));
    assert_eq!(standing, Some(usize::try_from(STANDING_EVERY).unwrap() + 1));
    assert_eq!(record.needed(), None, "it is not durable yet");
    let Some(Effect::Append { entry, .. }) = out.last() else { panic!("an entry") };
    record.harden(entry.position());
    assert_eq!(record.needed(), Some(entry.cursor()));
}
