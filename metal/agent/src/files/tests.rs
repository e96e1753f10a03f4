use sim::{CutMode, Dice, DiskFaults, SimDisk, World};

use super::*;

fn read(disk: &SimDisk) -> Vec<(Kept, Vec<u8>)> {
    Files::open(&mut disk.clone()).unwrap().1
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all_wherever_the_power_is_cut() {
    for cut in 0..=8 {
        for mode in [CutMode::Lost, CutMode::Kept, CutMode::Torn] {
            let mut disk = SimDisk::new(&World::default());
            disk.cut_after(Some(cut));
            let mut files = Files::default();
            files.keep(Kept::Glimpse, b"old".to_vec(), &mut disk);
            files.keep(Kept::Glimpse, b"newer".to_vec(), &mut disk);
            disk.completed();
            disk.cut(mode, &mut Dice::new(cut, "cut"));
            let left = read(&disk).into_iter().map(|(_, bytes)| bytes).next();
            assert!(
                left.is_none() || left == Some(b"old".to_vec()) || left == Some(b"newer".to_vec()),
                "{left:?}"
            );
            assert!(cut < 8 || left == Some(b"newer".to_vec()));
            assert!(cut < 4 || left.is_some());
        }
    }
}

#[test]
fn what_a_full_disk_would_not_take_is_kept_when_there_is_room() {
    let mut disk = SimDisk::new(&World::default());
    disk.set_faults(DiskFaults { room: Some(2), ..DiskFaults::default() });
    let mut files = Files::default();
    files.keep(Kept::Baseline, b"large".to_vec(), &mut disk);
    files.poll(&disk.completed());
    assert!(files.owes() && read(&disk).is_empty());
    disk.set_faults(DiskFaults::default());
    files.retry(&mut disk);
    files.poll(&disk.completed());
    assert_eq!((files.owes(), read(&disk)), (false, vec![(Kept::Baseline, b"large".to_vec())]));
}

#[test]
fn a_forgotten_file_is_gone() {
    let mut disk = SimDisk::new(&World::default());
    let mut files = Files::default();
    files.keep(Kept::Baseline, b"x".to_vec(), &mut disk);
    files.forget(Kept::Baseline, &mut disk);
    disk.completed();
    disk.cut(CutMode::Lost, &mut Dice::new(1, "cut"));
    assert_eq!(read(&disk), []);
}
