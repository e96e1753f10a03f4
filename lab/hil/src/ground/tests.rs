use std::{fs, sync::mpsc, thread};

use tempfile::TempDir;

use super::{Ground, used};

#[test]
fn disks_are_gone_with_their_run_and_what_is_known_about_failures_with_the_next() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("run")).unwrap();
    fs::write(folder.path().join("run/left"), "by a run that was killed").unwrap();
    let ground = Ground::take(folder.path()).unwrap();
    assert!(!ground.run().join("left").exists());
    fs::write(ground.run().join("disk"), vec![1; 1 << 20]).unwrap();
    let log = ground.log("enclosure::a_case", "it said nothing").unwrap();
    assert!(ground.most() >= 1 << 20);
    drop(ground);
    assert!(log.exists() && used(folder.path()) < 1 << 20);
    let ground = Ground::take(folder.path()).unwrap();
    assert!(!log.exists() && ground.run().is_dir());
}

#[test]
fn a_second_run_waits_for_the_first() {
    let folder = TempDir::new().unwrap();
    let first = Ground::take(folder.path()).unwrap();
    fs::write(first.run().join("disk"), "in use").unwrap();
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let second = Ground::take(folder.path()).unwrap();
            tell.send(second.run().join("disk").exists()).unwrap();
        });
        assert!(first.run().join("disk").exists());
        drop(first);
        assert!(!told.recv().unwrap());
    });
}
