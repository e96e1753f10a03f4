//! A full disk, and who has what is kept for it.

use super::*;
use crate::disk::reserve::{AGAIN, SHARE};

const FILE: &str = "reserve";

impl Writer {
    /// All that lies on the disk.
    fn used(&self) -> usize {
        self.disk.files().values().map(Vec::len).sum()
    }

    /// Others take all the room that is left.
    fn fill(&self) {
        self.disk.set_faults(DiskFaults { room: Some(self.used()), ..DiskFaults::default() });
    }

    fn alarm(&mut self) {
        self.append(Kind::Event, Lane::Alarm);
        self.settle();
    }

    fn kept(&self) -> usize {
        self.disk.holds(FILE).map_or(0, |bytes| bytes.len())
    }
}

/// Whose reserve is whole, on a disk without any other room.
fn full() -> Writer {
    let mut writer = Writer::new();
    writer.settle();
    assert_eq!(writer.kept(), RESERVE);
    writer.fill();
    writer
}

#[test]
fn an_alarm_takes_a_share_of_the_reserve_and_the_next_has_the_rest_whoever_fills_the_disk() {
    let mut writer = full();
    let mut alarms = 0;
    while writer.durable.len() == 1 + alarms {
        alarms += 1;
        writer.alarm();
        writer.fill();
    }
    assert_eq!((alarms, writer.kept()), (64 + 1, 0), "a share for each, and then it waits");
    assert_eq!(writer.pressure, [News::Full]);
    writer.disk.set_faults(DiskFaults::default());
    (0..=AGAIN + 1).for_each(|_| {
        writer.journal.retry(&mut writer.disk);
        writer.settle();
    });
    assert_eq!(
        (writer.durable.len(), writer.kept(), &writer.pressure[1..]),
        (66, RESERVE, &[News::Room][..])
    );
}

#[test]
fn alarms_use_up_what_was_given_before_they_take_more() {
    let mut writer = full();
    writer.alarm();
    let kept = writer.kept();
    assert!((1..RESERVE).contains(&kept));
    (0..20).for_each(|_| writer.alarm());
    assert_eq!((writer.durable.len(), writer.kept()), (22, kept));
}

#[test]
fn an_alarm_takes_as_much_as_it_needs_at_once() {
    let mut writer = full();
    (0..400).for_each(|_| writer.append(Kind::Receipt, Lane::Bulk));
    let before = writer.used();
    writer.alarm();
    assert_eq!(writer.durable.len(), 402);
    assert!(writer.used() <= before && writer.kept() > RESERVE / 2);
}

#[test]
fn what_is_left_of_a_reserve_outlives_a_boot_on_a_full_disk() {
    let mut writer = full();
    writer.alarm();
    let (kept, durable) = (writer.kept(), writer.durable.len());
    writer.fill();
    let (mut writer, replayed) = writer.after_cut(CutMode::Kept);
    assert_eq!(numbers(&replayed).len(), durable);
    writer.settle();
    assert_eq!((writer.kept(), writer.durable.len()), (kept, 0), "its first word is no alarm");
    writer.alarm();
    assert_eq!(writer.durable.len(), 2);
    assert!(writer.kept() < kept && writer.kept() > RESERVE / 2);
}

#[test]
fn an_alarm_has_its_share_even_where_the_giving_failed_with_what_stood_before_it() {
    let world = World::default();
    let disk = SimDisk::new(&world);
    disk.put(FILE, vec![0; SHARE]);
    let (mut writer, _) = Writer::boot(world, disk, 1);
    writer.fill();
    writer.settle();
    assert_eq!((writer.kept(), &writer.pressure[..]), (SHARE, &[News::Full][..]));
    // The last of these has what is missing written, for which there is no room.
    (0..=AGAIN).for_each(|_| writer.journal.retry(&mut writer.disk));
    writer.alarm();
    assert_eq!((writer.durable.len(), writer.kept()), (0, 0), "its room is there");
    writer.journal.retry(&mut writer.disk);
    writer.settle();
    assert_eq!(writer.durable.len(), 2);
}

#[test]
fn a_boot_with_too_little_room_for_a_reserve_does_not_take_it_all_each_second() {
    let world = World::default();
    let disk = SimDisk::new(&world);
    disk.set_faults(DiskFaults { room: Some(RESERVE / 2), ..DiskFaults::default() });
    let (mut writer, _) = Writer::silent(world, disk, 1);
    writer.settle();
    let tries = |writer: &mut Writer| {
        writer.journal.retry(&mut writer.disk);
        let tries = writer.disk.deadline().is_some();
        writer.settle();
        tries
    };
    for _ in 0..2 {
        assert!((0..AGAIN).all(|_| !tries(&mut writer)) && tries(&mut writer));
    }
    writer.append(Kind::Receipt, Lane::Bulk);
    writer.settle();
    assert_eq!((writer.durable.len(), writer.pressure.len()), (1, 0), "and holds up nobody");
}

#[test]
fn a_reserve_that_is_longer_than_it_should_be_is_cut() {
    let world = World::default();
    let disk = SimDisk::new(&world);
    disk.put(FILE, vec![0; RESERVE + 1]);
    let (mut writer, _) = Writer::boot(world, disk, 1);
    writer.settle();
    assert_eq!((writer.kept(), writer.journal.owes()), (RESERVE, false));
}

#[test]
fn what_is_no_alarm_leaves_the_reserve_alone_until_it_stands_again() {
    let mut writer = Writer::new();
    writer.settle();
    let used = RESERVE + writer.disk.clone().read(FIRST).unwrap().unwrap().len();
    writer.disk.set_faults(DiskFaults { room: Some(used), ..DiskFaults::default() });
    writer.append(Kind::Event, Lane::Alarm);
    writer.settle();
    assert_eq!((writer.durable.len(), &writer.pressure[..]), (2, &[News::Full][..]));
    let bytes = |writer: &Writer| writer.disk.files().values().map(Vec::len).sum::<usize>();
    let before = bytes(&writer);
    for _ in 0..3 * AGAIN {
        writer.append(Kind::Receipt, Lane::Bulk);
        writer.settle();
        assert!(writer.journal.owes());
        writer.journal.retry(&mut writer.disk);
        writer.settle();
    }
    assert_eq!((writer.durable.len(), bytes(&writer)), (2, before), "the reserve is as large as it was");
    writer.append(Kind::Event, Lane::Alarm);
    writer.settle();
    assert_eq!(writer.durable.len(), 3 + 90, "with what stands before it in the chain");

    writer.disk.set_faults(DiskFaults::default());
    writer.append(Kind::Receipt, Lane::Bulk);
    (0..=AGAIN).for_each(|_| {
        writer.journal.retry(&mut writer.disk);
        writer.settle();
    });
    assert_eq!(writer.pressure, [News::Full, News::Room]);
    assert_eq!((writer.durable.len(), writer.journal.owes()), (4 + 90, false));
    assert_eq!(writer.disk.holds(FILE).map(|bytes| bytes.len()), Some(RESERVE));
}

#[test]
fn on_a_full_disk_an_alarm_takes_of_the_reserve_and_the_rest_waits() {
    let mut writer = Writer::new();
    writer.settle();
    let used = RESERVE + writer.disk.clone().read(FIRST).unwrap().unwrap().len();
    writer.disk.set_faults(DiskFaults { room: Some(used), ..DiskFaults::default() });
    writer.append(Kind::Receipt, Lane::Bulk);
    writer.settle();
    assert_eq!((writer.durable_numbers(), &writer.pressure[..]), (vec![1], &[News::Full][..]));

    writer.append(Kind::Event, Lane::Alarm);
    writer.settle();
    assert_eq!(writer.durable_numbers(), [1, 2, 3], "an alarm does not wait to be tried again");
    assert_eq!(writer.pressure, [News::Full], "and that it found room makes none for others");

    let (_, replayed) = writer.after_cut(CutMode::Lost);
    assert_eq!((numbers(&replayed), replayed.is_damaged()), (vec![1, 2, 3], false));
}
