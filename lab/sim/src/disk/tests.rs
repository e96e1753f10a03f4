use super::*;

fn disk() -> (World, SimDisk) {
    let world = World::default();
    (world.clone(), SimDisk::new(&world))
}

fn run(disk: &mut SimDisk, operations: &[Operation]) {
    for operation in operations {
        disk.submit(operation.clone());
    }
    assert!(disk.completed().iter().all(|(_, result)| result.is_ok()));
}

fn append(bytes: &[u8]) -> Operation {
    Operation::Append("journal/1".into(), bytes.to_vec())
}

fn read(disk: &mut SimDisk) -> Option<Vec<u8>> {
    disk.read("journal/1").unwrap()
}

#[test]
fn a_power_cut_takes_what_was_not_synced_or_leaves_it() {
    for (mode, left) in [(CutMode::Lost, b"ab".to_vec()), (CutMode::Kept, b"abcd".to_vec())] {
        let (_, mut disk) = disk();
        let names = Operation::SyncFolder("journal".into());
        run(&mut disk, &[append(b"ab"), Operation::Sync("journal/1".into()), names, append(b"cd")]);
        disk.cut(mode, &mut Dice::new(1, "cut"));
        assert_eq!(read(&mut disk), Some(left));
    }
}

#[test]
fn a_new_file_needs_its_folder_synced_too() {
    let (_, mut disk) = disk();
    run(&mut disk, &[append(b"ab"), Operation::Sync("journal/1".into())]);
    disk.cut(CutMode::Lost, &mut Dice::new(1, "cut"));
    assert_eq!(read(&mut disk), None);
}

#[test]
fn a_torn_tail_is_a_prefix_of_what_was_appended() {
    let mut lengths = std::collections::BTreeSet::new();
    for seed in 0..64 {
        let (_, mut disk) = disk();
        let names = Operation::SyncFolder("journal".into());
        run(&mut disk, &[append(b"ab"), Operation::Sync("journal/1".into()), names, append(b"cdef")]);
        disk.cut(CutMode::Torn, &mut Dice::new(seed, "cut"));
        let left = read(&mut disk).unwrap();
        assert!(b"abcdef".starts_with(&left[..]) && left.len() >= 2);
        lengths.insert(left.len());
    }
    assert_eq!(lengths.len(), 5);
}

#[test]
fn a_lying_disk_says_synced_and_loses_it() {
    let (_, mut disk) = disk();
    run(
        &mut disk,
        &[append(b"ab"), Operation::Sync("journal/1".into()), Operation::SyncFolder("journal".into())],
    );
    disk.set_faults(DiskFaults { lies: true, ..DiskFaults::default() });
    run(&mut disk, &[append(b"cd"), Operation::Sync("journal/1".into())]);
    disk.cut(CutMode::Lost, &mut Dice::new(1, "cut"));
    assert_eq!((read(&mut disk), disk.lies_told()), (Some(b"ab".to_vec()), 1));
}

#[test]
fn a_full_or_stuck_disk_says_so_in_order() {
    let (world, mut disk) = disk();
    disk.set_faults(DiskFaults { room: Some(3), latency: Duration::from_millis(1), ..DiskFaults::default() });
    let tickets = [append(b"ab"), append(b"cd"), append(b"e")].map(|operation| disk.submit(operation));
    assert_eq!(disk.completed(), []);
    world.move_to(Mono(3_000_000));
    let full = Err(DiskFault::Full);
    assert_eq!(disk.completed(), [(tickets[0], Ok(())), (tickets[1], full), (tickets[2], full)]);

    disk.set_faults(DiskFaults { stuck: true, ..DiskFaults::default() });
    disk.submit(append(b"e"));
    assert_eq!((disk.completed(), disk.deadline()), (vec![], None));
}
