use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use agent::Notice;
use tokio::task::spawn_blocking;
use vocab::{Label, Wall};

use super::*;
use crate::{
    Kept,
    life::tests::{told, watched},
    testing::{HOUR, Machine, Post, now, soon},
};

/// Boots over this machine's folder, as often as a test likes.
struct Bench {
    machine: Option<Machine>,
    folder: PathBuf,
    kept: Kept,
    fleet: Fleet,
    runtime: Handle,
    bell: Bell,
}

impl Bench {
    fn new(post: &Post) -> Self {
        let bell = Bell::default();
        let machine = Machine::new(&bell);
        let key = board::RootOfTrust::device_key(&machine.keys);
        post.book.lock().unwrap().key = Some(key.clone());
        let kept = Kept::accept(post.joined(&key, now() + HOUR), &post.fleet, &key).unwrap();
        let folder = machine.folder.path().join("metal");
        Self {
            machine: Some(machine),
            folder,
            kept,
            fleet: post.fleet.clone(),
            runtime: Handle::current(),
            bell,
        }
    }

    fn driver(&mut self) -> (Driver<linux::LinuxBoard>, tempfile::TempDir) {
        let machine = self.machine.take().expect("a machine runs once");
        let (sign, Machine { folder, board, .. }) = (machine.sign(), machine);
        let parts = Parts {
            fleet: &self.fleet,
            keeper: Arc::new(Keeper::new(folder.path().join("joined"), self.kept.clone())),
            reached: Arc::new(Reached::load(folder.path().join("reached"), &[], None)),
            sign,
            suites: Suites::default(),
            rotation: None,
            software: Software { version: Label::new("test 1").unwrap(), built: Wall(0) },
            bell: self.bell.clone(),
            runtime: self.runtime.clone(),
        };
        (Driver::boot(board, parts).unwrap(), folder)
    }
}

/// Turns until the journal has a durable entry of this boot.
fn settle(driver: &mut Driver<linux::LinuxBoard>) -> Vec<Notice> {
    let mut notices = vec![];
    loop {
        let next = driver.turn();
        notices.extend(driver.notices());
        // Nothing need ring after this.
        if driver.agent().guard().boot_letter().is_some() && driver.agent().end().is_some() {
            return notices;
        }
        assert_eq!(driver.wait(next, LONGEST), Rung::GoOn);
    }
}

/// The newest segment of the journal that holds something.
fn segment(folder: &Path) -> PathBuf {
    let mut all: Vec<PathBuf> =
        fs::read_dir(folder.join("journal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all.into_iter().rev().find(|path| fs::metadata(path).unwrap().len() > 0).unwrap()
}

/// Boots once, harms the journal, and boots again: what the second boot noticed.
async fn after(harm: fn(&Path)) -> (Vec<Notice>, u64) {
    let post = Post::open().await;
    let mut bench = Bench::new(&post);
    let booted = spawn_blocking(move || {
        let (mut driver, kept) = bench.driver();
        settle(&mut driver);
        // Whoever signs for TLS holds the folder too, until the last words are said.
        bench.runtime.block_on(driver.stop()).unwrap();
        harm(&segment(&bench.folder));
        bench.machine = Some(Machine::over(kept, &bench.bell));
        let (mut driver, _kept) = bench.driver();
        let notices = settle(&mut driver);
        (notices, driver.agent().end().unwrap().seq)
    });
    soon(booted).await.unwrap()
}

#[tokio::test]
async fn a_torn_last_entry_is_dropped_and_said() {
    let (notices, seq) = after(|segment| {
        let mut file = OpenOptions::new().append(true).open(segment).unwrap();
        // A record that begins, and whose end never came.
        file.write_all(&[0, 0, 1, 0, 7, 7]).unwrap();
    })
    .await;
    assert!(notices.contains(&Notice::Torn), "{notices:?}");
    assert!(seq > 1, "the journal goes on: {seq}");
}

#[tokio::test]
async fn a_damage_in_the_middle_is_said_and_the_device_wakes() {
    let (notices, _) = after(|segment| {
        let mut bytes = fs::read(segment).unwrap();
        bytes[12] ^= 0xff;
        // Another whole record behind it, so that it is the middle.
        let again = fs::read(segment).unwrap();
        bytes.extend(again);
        fs::write(segment, bytes).unwrap();
    })
    .await;
    assert!(
        notices.iter().any(|notice| matches!(notice, Notice::Damaged { frames: 1.., .. })),
        "{notices:?}"
    );
}

#[tokio::test]
async fn an_undamaged_journal_is_nothing_to_speak_of() {
    let (notices, seq) = after(|_| {}).await;
    assert!(
        !notices.iter().any(|notice| matches!(notice, Notice::Damaged { .. } | Notice::Torn)),
        "{notices:?}"
    );
    assert!(seq > 1);
}

#[tokio::test]
async fn a_bell_that_is_stopped_ends_the_loop() {
    let post = Post::open().await;
    let mut bench = Bench::new(&post);
    let ended = spawn_blocking(move || {
        let (mut driver, _folder) = bench.driver();
        driver.bell.stop();
        let (reader, mut life) = watched();
        driver.run(&mut life);
        life.leave();
        assert_eq!(told(reader), b"\0V", "it came round once, and somebody wanted it to end");
        driver.stop()
    });
    soon(soon(ended).await.unwrap()).await.unwrap();
}
