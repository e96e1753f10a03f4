mod reserve;

use std::time::Duration;

use journal::{Chain, Kind, Position};
use proptest::prelude::*;
use sim::{CutMode, Dice, DiskFaults, SimDisk, World};
use vocab::{BootId, ClockQuality, DeviceId, Mono, Time, Wall};

use super::*;

const DEVICE: DeviceId = DeviceId([1; 16]);
const FIRST: &str = "journal/00000001.seg";

/// A device that does nothing but write.
struct Writer {
    world: World,
    disk: SimDisk,
    journal: JournalDisk,
    chain: Chain,
    durable: Vec<Durable<Entry>>,
    pressure: Vec<News>,
}

impl Writer {
    fn new() -> Self {
        let world = World::default();
        let disk = SimDisk::new(&world);
        Self::boot(world, disk, 1).0
    }

    fn boot(world: World, disk: SimDisk, boot: u8) -> (Self, Replay) {
        let (mut writer, replayed) = Self::silent(world, disk, boot);
        writer.append(Kind::Boot, Lane::Bulk);
        (writer, replayed)
    }

    /// One that has said nothing yet.
    fn silent(world: World, mut disk: SimDisk, boot: u8) -> (Self, Replay) {
        let replayed = replay(&DEVICE, &mut disk).unwrap();
        let journal = JournalDisk::open(&replayed, &mut disk);
        let chain = Chain::resume(&DEVICE, BootId([boot; 16]), replayed.last());
        (Self { world, disk, journal, chain, durable: vec![], pressure: vec![] }, replayed)
    }

    fn append(&mut self, kind: Kind, lane: Lane) {
        self.say(kind, lane);
        self.journal.go_on(&mut self.disk);
    }

    fn say(&mut self, kind: Kind, lane: Lane) {
        let at = Time { mono: self.world.now(), wall: Wall(0), quality: ClockQuality::Floor };
        let entry = self.chain.append(at, kind, vec![7; 40]).unwrap();
        self.journal.append(entry, lane);
    }

    /// Lets the disk finish what it has.
    fn settle(&mut self) {
        while let Some(due) = self.disk.deadline() {
            self.world.move_to(due);
            let completed = self.disk.completed();
            for news in self.journal.poll(&completed, &mut self.disk) {
                match news {
                    News::Durable(entries) => {
                        self.durable.extend(entries.into_iter().map(|(entry, _)| entry));
                    }
                    pressure => self.pressure.push(pressure),
                }
            }
        }
    }

    fn durable_numbers(&self) -> Vec<u64> {
        self.durable.iter().map(|entry| entry.header().seq).collect()
    }

    fn after_cut(self, mode: CutMode) -> (Self, Replay) {
        self.disk.cut(mode, &mut Dice::new(3, "cut"));
        Self::boot(self.world, self.disk, 2)
    }
}

fn entries(fetched: Fetched) -> Vec<Durable<Entry>> {
    let Fetched::Entries(entries) = fetched else { panic!("{fetched:?}") };
    entries
}

fn numbers(replayed: &Replay) -> Vec<u64> {
    replayed.chain.iter().map(|entry| entry.header().seq).collect()
}

#[test]
fn what_is_durable_survives_and_what_is_not_was_never_called_so() {
    for mode in [CutMode::Lost, CutMode::Kept, CutMode::Torn] {
        let mut writer = Writer::new();
        (0..3).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
        writer.settle();
        assert_eq!(writer.durable_numbers(), [1, 2, 3, 4]);
        writer.append(Kind::Event, Lane::Bulk);
        let (_, replayed) = writer.after_cut(mode);
        assert!(numbers(&replayed).starts_with(&[1, 2, 3, 4]), "{mode:?}");
        assert!(!replayed.is_damaged(), "{mode:?}");
    }
}

#[test]
fn a_cut_after_any_operation_keeps_what_was_called_durable() {
    let mut writer = Writer::new();
    (0..5).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
    writer.settle();
    let operations = writer.disk.operations();
    for cut in 0..=operations {
        for mode in [CutMode::Lost, CutMode::Kept, CutMode::Torn] {
            let world = World::default();
            let disk = SimDisk::new(&world);
            disk.cut_after(Some(cut));
            let (mut writer, _) = Writer::boot(world, disk, 1);
            (0..5).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
            writer.settle();
            let durable = writer.durable_numbers();
            let (mut again, replayed) = writer.after_cut(mode);
            assert!(numbers(&replayed).starts_with(&durable), "cut after {cut}, {mode:?}");
            again.settle();
            let (_, replayed) = again.after_cut(CutMode::Lost);
            assert!(!replayed.is_damaged(), "cut after {cut}, {mode:?}");
        }
    }
}

#[test]
fn a_group_is_one_write_and_one_sync() {
    let mut writer = Writer::new();
    writer.settle();
    let before = writer.disk.operations();
    (0..100).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
    writer.settle();
    // The first goes at once; the other ninety-nine wait for it and go together.
    assert_eq!(writer.disk.operations() - before, 4);
    assert_eq!(writer.durable.len(), 101);
}

#[test]
fn a_tail_torn_at_any_byte_is_dropped_alone() {
    let mut writer = Writer::new();
    writer.append(Kind::Event, Lane::Bulk);
    writer.settle();
    let whole = writer.disk.clone().read(FIRST).unwrap().unwrap();
    let first = match segment::next(&whole) {
        segment::Next::Entry(_, length) => length,
        other => panic!("{other:?}"),
    };
    for length in 0..whole.len() {
        let mut disk = writer.disk.image();
        disk.submit(Operation::Truncate(FIRST.into(), length as u64));
        assert_eq!(disk.completed().len(), 1);
        let replayed = replay(&DEVICE, &mut disk).unwrap();
        assert_eq!(numbers(&replayed), if length < first { vec![] } else { vec![1] }, "{length}");
        assert_eq!(replayed.torn, length != 0 && length != first, "{length}");
        assert!(!replayed.is_damaged());
    }
}

#[test]
fn damage_before_the_last_entry_is_reported_and_what_lies_behind_it_is_kept_aside() {
    let mut writer = Writer::new();
    (0..4).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
    writer.settle();
    let whole = writer.disk.clone().read(FIRST).unwrap().unwrap();
    let frame = whole.len() / 5;
    for byte in 0..whole.len() - frame {
        let mut disk = writer.disk.image();
        disk.flip(FIRST, byte);
        let replayed = replay(&DEVICE, &mut disk).unwrap();
        let (kept, beyond) = (numbers(&replayed), replayed.beyond.len());
        assert!(replayed.damaged == 1 && !replayed.torn, "{byte}: {replayed:?}");
        assert_eq!(kept.len() + beyond, 4, "{byte}: the damaged entry alone is lost");
        if byte < frame {
            assert_eq!(kept, [2, 3, 4, 5], "{byte}: the chain begins where the disk begins");
            let journal = JournalDisk::open(&replayed, &mut disk);
            let after = replayed.chain[1].position();
            assert_eq!(entries(journal.fetch(Some(after), &mut disk).unwrap()).len(), 2, "{byte}");
            continue;
        }
        let (mut writer, _) = Writer::boot(writer.world.clone(), disk, 2);
        writer.settle();
        let (_, again) = writer.after_cut(CutMode::Lost);
        assert!(!again.is_damaged(), "a damage is reported once: {byte}");
        assert_eq!(numbers(&again).len(), kept.len() + 1, "{byte}");
    }
}

#[test]
fn damage_in_an_older_segment_is_reported_with_all_that_lies_behind_it() {
    let mut writer = Writer::new();
    (0..3).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
    writer.settle();
    let whole = writer.disk.clone().read(FIRST).unwrap().unwrap();
    let (mut writer, _) = writer.after_cut(CutMode::Kept);
    writer.append(Kind::Event, Lane::Bulk);
    writer.settle();
    let frame = whole.len() / 4;
    for byte in frame..whole.len() {
        let mut disk = writer.disk.image();
        disk.flip(FIRST, byte);
        let replayed = replay(&DEVICE, &mut disk).unwrap();
        assert!(replayed.is_damaged() && !replayed.torn, "{byte}: {replayed:?}");
        assert_eq!(numbers(&replayed).len() + replayed.beyond.len(), 5, "{byte}");
    }
}

#[test]
fn a_damaged_entry_before_a_torn_one_is_no_torn_tail() {
    let mut writer = Writer::new();
    (0..2).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
    writer.settle();
    let whole = writer.disk.clone().read(FIRST).unwrap().unwrap();
    let mut disk = writer.disk.image();
    disk.flip(FIRST, whole.len() * 2 / 3 - 4);
    disk.submit(Operation::Truncate(FIRST.into(), whole.len() as u64 - 4));
    assert_eq!(disk.completed().len(), 1);
    let replayed = replay(&DEVICE, &mut disk).unwrap();
    assert_eq!((numbers(&replayed), replayed.damaged, replayed.torn), (vec![1], 1, true));
}

#[test]
fn an_oldest_segment_of_which_nothing_is_whole_is_missed() {
    let mut writer = Writer::new();
    writer.settle();
    let (mut writer, _) = writer.after_cut(CutMode::Kept);
    writer.settle();
    let mut disk = writer.disk.image();
    disk.flip(FIRST, 0);
    let replayed = replay(&DEVICE, &mut disk).unwrap();
    assert_eq!((numbers(&replayed), replayed.is_damaged()), (vec![2], true));
}

#[test]
fn a_segment_that_a_cut_left_without_an_entry_is_forgotten_with_those_before_it() {
    let mut writer = Writer::new();
    writer.settle();
    let (mut disk, world) = (writer.disk.image(), writer.world.clone());
    disk.submit(Operation::Append("journal/00000002.seg".into(), vec![1, 2, 3]));
    disk.submit(Operation::Sync("journal/00000002.seg".into()));
    world.move_to(Mono(world.now().0 + 1_000_000_000));
    assert_eq!(disk.completed().len(), 2);
    let (mut writer, replayed) = Writer::boot(world, disk, 2);
    assert_eq!((numbers(&replayed), replayed.damaged), (vec![1], 0));
    writer.settle();
    let mark = replayed.chain[0].cursor();
    writer.journal.forget(mark, &mut writer.disk);
    writer.settle();
    assert_eq!(writer.disk.list("journal").unwrap(), ["00000003.seg"]);
}

#[test]
fn a_stuck_disk_calls_nothing_durable_and_catches_up_in_order() {
    let mut writer = Writer::new();
    writer.settle();
    writer.disk.set_faults(DiskFaults { stuck: true, ..DiskFaults::default() });
    (0..3).for_each(|_| writer.append(Kind::Event, Lane::Alarm));
    writer.settle();
    assert_eq!((writer.durable.len(), writer.journal.unwritten()), (1, 3));
    writer.disk.set_faults(DiskFaults { latency: Duration::from_millis(3), ..DiskFaults::default() });
    writer.settle();
    assert_eq!(writer.durable_numbers(), [1, 2, 3, 4]);
}

#[test]
fn fetching_gives_what_follows_a_cursor_and_forgetting_keeps_what_is_not_marked() {
    let mut writer = Writer::new();
    for _ in 0..30 {
        (0..128).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
        writer.settle();
    }
    let all = writer.durable.clone();
    let at = |index: usize| all[index].position();
    let after =
        |writer: &Writer, after| entries(writer.journal.fetch(after, &mut writer.disk.clone()).unwrap());
    assert_eq!(after(&writer, None), all[..256]);
    assert_eq!(after(&writer, Some(at(2_999))), all[3_000..3_256]);
    assert_eq!(after(&writer, Some(at(all.len() - 1))), []);

    let before = writer.journal.segments.len();
    writer.journal.forget(at(3_000).cursor(), &mut writer.disk);
    writer.settle();
    assert!(writer.journal.segments.len() < before);
    assert_eq!(after(&writer, Some(at(3_000)))[0], all[3_001]);
    assert_eq!(writer.journal.fetch(None, &mut writer.disk), Ok(Fetched::Trimmed));
    assert_eq!(writer.journal.fetch(Some(at(5)), &mut writer.disk), Ok(Fetched::Trimmed));
    let first_kept = writer.journal.segments[0].first.unwrap();
    let before_it = all[usize::try_from(first_kept).unwrap() - 2].position();
    assert_eq!(after(&writer, Some(before_it))[0].header().seq, first_kept);
    let (_, replayed) = writer.after_cut(CutMode::Lost);
    assert_eq!(replayed.last().map(|p: Position| p.cursor()), Some(all[all.len() - 1].cursor()));
}

#[test]
fn a_position_of_another_chain_is_unknown() {
    let mut writer = Writer::new();
    (0..3).for_each(|_| writer.append(Kind::Event, Lane::Bulk));
    writer.settle();
    let at = writer.durable[1].position();
    let fetch = |after| writer.journal.fetch(Some(after), &mut writer.disk.clone()).unwrap();
    assert_eq!(entries(fetch(at)).len(), 2);
    assert_eq!(fetch(Position { head: journal::Head::genesis(&DEVICE), ..at }), Fetched::Unknown);
    assert_eq!(fetch(Position { boot: BootId([9; 16]), ..at }), Fetched::Unknown);
    assert_eq!(fetch(Position { seq: 99, ..at }), Fetched::Unknown);
}

#[test]
fn an_io_error_writes_the_group_again_and_nothing_stands_twice() {
    let mut writer = Writer::new();
    writer.settle();
    let used = RESERVE + writer.disk.clone().read(FIRST).unwrap().unwrap().len();
    writer.disk.set_faults(DiskFaults { room: Some(used + 40), ..DiskFaults::default() });
    writer.append(Kind::Event, Lane::Bulk);
    writer.settle();
    writer.disk.set_faults(DiskFaults::default());
    writer.journal.retry(&mut writer.disk);
    writer.settle();
    assert_eq!(writer.durable_numbers(), [1, 2]);
    let fetched = writer.journal.fetch(None, &mut writer.disk).unwrap();
    assert_eq!(entries(fetched), writer.durable);
}

proptest! {
    #[test]
    fn whatever_lies_on_the_disk_is_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let world = World::default();
        let mut disk = SimDisk::new(&world);
        disk.submit(Operation::Append(FIRST.into(), bytes));
        world.move_to(Mono(1));
        disk.completed();
        let replayed = replay(&DEVICE, &mut disk).unwrap();
        prop_assert!(replayed.chain.is_empty());
    }
}

#[test]
fn what_is_said_at_once_costs_one_sync() {
    let mut writer = Writer::new();
    writer.settle();
    (0..3).for_each(|_| writer.say(Kind::Event, Lane::Alarm));
    writer.journal.go_on(&mut writer.disk);
    let mut groups = vec![];
    while let Some(due) = writer.disk.deadline() {
        writer.world.move_to(due);
        let completed = writer.disk.completed();
        for news in writer.journal.poll(&completed, &mut writer.disk) {
            let News::Durable(entries) = news else { panic!("{news:?}") };
            groups.push(entries.len());
        }
    }
    assert_eq!(groups, [3]);
}
