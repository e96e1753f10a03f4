use std::{
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt,
    sync::mpsc,
};

use rustix::thread::UnshareFlags;

use super::*;
use crate::{
    fault::Mistake,
    testing::{apart, bell, mounted, other_half},
};

struct Desk {
    place: tempfile::TempDir,
    disk: LinuxDisk,
    bell: mpsc::Receiver<()>,
}

fn desk() -> Desk {
    let place = tempfile::tempdir().unwrap();
    let (wake, bell) = bell();
    Desk { disk: LinuxDisk::open(place.path(), wake).unwrap(), place, bell }
}

impl Desk {
    /// Submits these and waits until all have completed.
    fn run(
        &mut self,
        operations: impl IntoIterator<Item = Operation>,
    ) -> Vec<(Ticket, Result<(), DiskFault>)> {
        let submitted = operations.into_iter().map(|operation| self.disk.submit(operation)).count();
        self.wait_for(submitted)
    }

    fn wait_for(&mut self, count: usize) -> Vec<(Ticket, Result<(), DiskFault>)> {
        let mut completed = vec![];
        while completed.len() < count {
            self.bell.recv().unwrap();
            completed.extend(self.disk.completed());
        }
        completed
    }

    fn results(&mut self, operations: impl IntoIterator<Item = Operation>) -> Vec<Result<(), DiskFault>> {
        self.run(operations).into_iter().map(|(_, result)| result).collect()
    }

    fn read(&mut self, path: &str) -> Option<Vec<u8>> {
        let bytes = self.disk.read(path).unwrap();
        let length = bytes.as_ref().map(|bytes| bytes.len() as u64);
        assert_eq!(self.disk.length(path), Ok(length));
        bytes
    }
}

fn append(path: &str, bytes: &[u8]) -> Operation {
    Operation::Append(path.into(), bytes.into())
}

fn write(path: &str, bytes: &[u8]) -> Operation {
    Operation::Write(path.into(), bytes.into())
}

fn sync(path: &str) -> Operation {
    Operation::Sync(path.into())
}

#[test]
fn operations_complete_in_the_order_of_their_tickets() {
    let mut desk = desk();
    let folder = Operation::SyncFolder("journal".into());
    let done = desk.run([append("journal/1", b"ab"), append("journal/1", b"cd"), sync("journal/1"), folder]);
    assert_eq!(done, [1, 2, 3, 4].map(|number| (Ticket(number), Ok(()))));
    assert_eq!(desk.read("journal/1").unwrap(), b"abcd");
    assert_eq!(desk.disk.list("journal").unwrap(), ["1"]);
}

#[test]
fn every_operation_does_what_it_says() {
    let mut desk = desk();
    let rename = Operation::Rename("kept/new".into(), "kept/arming".into());
    let operations = [
        write("kept/new", b"armed"),
        sync("kept/new"),
        rename,
        Operation::SyncFolder("kept".into()),
        append("journal/1", b"abcdef"),
        Operation::Truncate("journal/1".into(), 3),
        append("journal/1", b"X"),
        write("reserve", b"longer than what follows"),
        write("reserve", b"short"),
        append("reserve", b"er"),
        write("gone", b""),
        Operation::Remove("gone".into()),
        Operation::Remove("never there".into()),
        Operation::SyncFolder(String::new()),
        Operation::SyncFolder("no folder".into()),
    ];
    assert!(desk.results(operations).iter().all(Result::is_ok));
    assert_eq!(desk.read("kept/arming").unwrap(), b"armed");
    assert_eq!(desk.read("kept/new"), None);
    assert_eq!(desk.read("journal/1").unwrap(), b"abcX");
    assert_eq!(desk.read("reserve").unwrap(), b"shorter");
    assert_eq!(desk.read("gone"), None);
    assert_eq!(desk.disk.list("").unwrap(), ["reserve"]);
}

#[test]
fn files_are_their_owners_alone() {
    let mut desk = desk();
    desk.run([write("journal/1", b"entry")]);
    let mode =
        |path: &str| std::fs::metadata(desk.place.path().join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!([mode("journal"), mode("journal/1")], [0o700, 0o600]);
}

#[test]
fn what_stands_behind_a_fault_completes_with_it_and_is_not_done() {
    let mut desk = desk();
    std::fs::create_dir(desk.place.path().join("kept")).unwrap();
    std::fs::create_dir(desk.place.path().join("kept/new")).unwrap();
    desk.run([write("kept/arming", b"armed")]);
    let rename = Operation::Rename("kept/other".into(), "kept/arming".into());
    let io = Err(DiskFault::Io);
    // Submitted one by one, so that some come after the fault and all before anybody heard of it.
    let results = desk.results([write("kept/new", b"half"), write("kept/other", b"x"), rename]);
    assert_eq!(results, [io, io, io]);
    assert_eq!(desk.read("kept/arming").unwrap(), b"armed");
    assert_eq!(desk.read("kept/other"), None);
    // Whoever has heard of it may go on.
    assert_eq!(desk.results([append("journal/1", b"entry")]), [Ok(())]);
}

#[test]
fn a_fault_that_nobody_has_heard_of_holds_for_what_is_submitted_after_it() {
    let mut desk = desk();
    let first = desk.disk.submit(sync("never there"));
    // The bell rings when it has failed; nobody asks yet.
    desk.bell.recv().unwrap();
    let second = desk.disk.submit(write("file", b"x"));
    assert_eq!(desk.wait_for(2), [(first, Err(DiskFault::Io)), (second, Err(DiskFault::Io))]);
    assert_eq!(desk.read("file"), None);
}

#[test]
fn submitting_and_asking_never_wait_for_the_disk() {
    let place = tempfile::tempdir().unwrap();
    let (open, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    // A worker that cannot go on until the test lets it: what a stuck disk looks like from here.
    let wake: Wake = Arc::new(move || _ = gate.lock().unwrap().recv());
    let mut disk = LinuxDisk::open(place.path(), wake).unwrap();
    for number in 0..100 {
        disk.submit(append("journal/1", format!("{number}\n").as_bytes()));
        disk.submit(sync("journal/1"));
        disk.completed();
    }
    drop(open);
    drop(disk);
    let written = std::fs::read_to_string(place.path().join("journal/1")).unwrap();
    assert_eq!(written.lines().count(), 100);
}

#[test]
fn what_is_queued_is_done_before_the_folder_is_let_go() {
    let Desk { place, mut disk, bell } = desk();
    for _ in 0..100 {
        disk.submit(append("journal/1", b"x"));
    }
    drop(disk);
    assert_eq!(std::fs::read(place.path().join("journal/1")).unwrap().len(), 100);
    LinuxDisk::open(place.path(), Arc::new(|| ())).unwrap();
    drop(bell);
}

#[test]
fn the_keys_and_the_lock_are_out_of_reach() {
    let mut desk = desk();
    std::fs::create_dir(desk.place.path().join("vault")).unwrap();
    std::fs::write(desk.place.path().join("vault/device"), b"key").unwrap();
    let operations = || {
        ["vault/device", "vault/new", "lock"].map(String::from).into_iter().flat_map(|path| {
            [
                Operation::Append(path.clone(), vec![1]),
                Operation::Remove(path.clone()),
                Operation::Rename(path.clone(), "mine".into()),
                Operation::Rename("mine".into(), path.clone()),
                Operation::Sync(path.clone()),
                Operation::Truncate(path.clone(), 0),
                Operation::Write(path, vec![1]),
            ]
        })
    };
    for operation in operations() {
        desk.run([write("mine", b"m")]);
        assert_eq!(desk.results([operation.clone()]), [Err(DiskFault::Io)], "{operation:?}");
    }
    assert!(desk.disk.read("vault/device").is_err() && desk.disk.list("vault").is_err());
    assert!(desk.disk.length("vault/device").is_err());
    assert_eq!(std::fs::read(desk.place.path().join("vault/device")).unwrap(), b"key");
}

#[test]
fn a_path_that_leads_astray_is_a_fault() {
    let mut desk = desk();
    for path in ["../x", "/etc/x", "a/b/c", ""] {
        assert_eq!(desk.results([write(path, b"x")]), [Err(DiskFault::Io)], "{path:?}");
        assert_eq!(desk.disk.read(path), Err(DiskFault::Io), "{path:?}");
    }
    assert_eq!(desk.disk.list(".."), Err(DiskFault::Io));
}

#[test]
fn a_full_disk_says_full_and_room_is_room_again() {
    if !apart("a full disk", UnshareFlags::empty()) {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    mounted("tmpfs", place.path(), c"size=64k");
    let (wake, bell) = bell();
    let mut desk = Desk { disk: LinuxDisk::open(place.path(), wake).unwrap(), place, bell };
    desk.run([write("reserve", &[0; 8 * 1024])]);
    let full = Err(DiskFault::Full);
    assert_eq!(desk.results([append("journal/1", &vec![1; 128 * 1024]), sync("journal/1")]), [full, full]);
    let room = [Operation::Remove("journal/1".into()), Operation::Remove("reserve".into())];
    assert_eq!(desk.results(room), [Ok(()), Ok(())]);
    assert_eq!(desk.results([append("journal/2", &[1; 4 * 1024]), sync("journal/2")]), [Ok(()), Ok(())]);
}

#[test]
fn a_second_process_is_refused_by_name_until_the_first_is_gone() {
    const FOLDER: &str = "WRALE_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        // The other process: takes the folder, says so, and keeps it until nobody speaks to it any more.
        let _disk = LinuxDisk::open(Path::new(&folder), Arc::new(|| ())).unwrap();
        io::stdout().write_all(b"\ntaken\n").unwrap();
        io::stdin().read_to_end(&mut vec![]).unwrap();
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let name = "disk::tests::a_second_process_is_refused_by_name_until_the_first_is_gone";
    let mut other = other_half(name, FOLDER, place.path());
    let mut said = BufReader::new(other.stdout.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap() == "taken"));

    let refused = LinuxDisk::open(place.path(), Arc::new(|| ())).err().unwrap();
    let by = Some(other.id());
    assert!(matches!(&refused, Unready::Mistake(Mistake::InUse { by: who, .. }) if *who == by));
    let words = format!("process {} already works in {}", other.id(), place.path().display());
    assert!(refused.to_string().starts_with(&words));

    // A process that is killed lets go too.
    other.kill().unwrap();
    other.wait().unwrap();
    LinuxDisk::open(place.path(), Arc::new(|| ())).unwrap();
}
