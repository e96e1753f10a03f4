use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::mpsc::Receiver,
};

use rustix::thread::UnshareFlags;
use vocab::Outcome;

use super::*;
use crate::{
    PacketFilter,
    testing::{apart, bell, not_run, put, tree},
};

const LONG: Duration = Duration::from_mins(1);

/// An isolated machine whose nft is a script over the file `table`.
struct Bench {
    root: tempfile::TempDir,
    lifeline: Lifeline,
    rung: Receiver<()>,
    watch: Watch,
}

const NFT: &str = "case $1 in
-e) cat > told; cp told table; exec cat table ;;
-f) cat > told; rm -f table ;;
*) [ $2 = table ] || exit 0; cat table ;;
esac";

fn bench() -> Bench {
    let root = tree(&[("nft", "")]);
    put(root.path(), "nft", &format!("cd {}\n{NFT}", root.path().display()));
    let nft = vec!["/bin/sh".into(), root.path().join("nft").to_str().unwrap().into()];
    let lifeline = Lifeline::new(Some(PacketFilter { nft, ..PacketFilter::default() }));
    lifeline.follow(["192.0.2.7:8442".parse().unwrap()]);
    let (wake, rung) = bell();
    let watch = Watch { ears: None, ..Watch::new(&lifeline, wake) };
    assert_eq!(lifeline.isolate(LONG), Outcome::Done);
    Bench { root, lifeline, rung, watch }
}

impl Bench {
    fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Looks now, whenever it would be due; whether somebody was told that the table is not ours any more.
    fn look(&mut self) -> bool {
        self.watch.due = Mono(0);
        self.watch.look();
        let (woken, undone) = (self.rung.try_recv().is_ok(), self.lifeline.is_undone());
        assert_eq!(woken, undone);
        undone
    }
}

#[test]
fn a_table_that_is_removed_or_changed_is_told_once_until_it_is_put_back() {
    let removed: fn(&Path) = |table| fs::remove_file(table).unwrap();
    let emptied: fn(&Path) = |table| fs::write(table, "").unwrap();
    let opened: fn(&Path) = |table| {
        let text = fs::read_to_string(table).unwrap();
        // As many rules as before.
        fs::write(table, text.replace("192.0.2.7", "198.51.100.66")).unwrap();
    };
    let asleep: fn(&Path) = |table| {
        let text = fs::read_to_string(table).unwrap();
        fs::write(table, text.replace(" {\n  chain incoming", " {\n  flags dormant\n  chain incoming"))
            .unwrap();
    };
    for harm in [removed, emptied, opened, asleep] {
        let mut bench = bench();
        assert!(!bench.look());
        harm(&bench.at("table"));
        assert!(bench.look());
        assert!(!bench.look(), "it was told");
        assert_eq!(bench.lifeline.isolate(LONG), Outcome::Done);
        assert!(!bench.look());
    }
}

#[test]
fn a_table_that_we_take_away_ourselves_is_no_news() {
    let mut bench = bench();
    assert_eq!(bench.lifeline.rejoin(LONG), Outcome::Done);
    assert!(!bench.look());
}

#[test]
fn a_table_that_follows_the_fleet_is_still_ours() {
    let mut bench = bench();
    bench.lifeline.follow(["192.0.2.8:8442".parse().unwrap()]);
    assert!(!bench.look());
}

#[test]
fn what_was_seen_while_we_changed_it_says_nothing() {
    let mut bench = bench();
    // Whoever lists the table has us renew it first.
    let nft = fs::read_to_string(bench.at("nft")).unwrap();
    put(
        bench.root.path(),
        "nft",
        &nft.replace("cat table ;;", "touch asked; while [ -e wait ]; do :; done; echo other ;;"),
    );
    put(bench.root.path(), "wait", "");
    let (lifeline, asked, wait) = (bench.lifeline.clone(), bench.at("asked"), bench.at("wait"));
    let renewal = std::thread::spawn(move || {
        while !asked.exists() {
            std::thread::yield_now();
        }
        lock(&lifeline.state).touched += 1;
        fs::remove_file(wait).unwrap();
    });
    assert!(!bench.look());
    renewal.join().unwrap();
    assert!(bench.look(), "and what is seen later counts");
}

#[test]
fn who_cannot_look_looks_again_and_does_not_believe_for_ever() {
    let mut bench = bench();
    let seen: Vec<bool> = (0..BLIND)
        .map(|_| {
            // A program that there is no room for.
            lock(&bench.lifeline.state).filter.as_mut().unwrap().nft =
                vec![bench.root.path().to_str().unwrap().into()];
            bench.look()
        })
        .collect();
    assert_eq!(seen, [false, false, true]);
    let mut bench = self::bench();
    lock(&bench.lifeline.state).filter.as_mut().unwrap().nft = vec!["/nonexistent/nft".into()];
    assert!(bench.look(), "somebody took the program away");
}

#[test]
fn whoever_flushes_all_rules_is_heard_at_once() {
    let what = "a watch over a real packet filter";
    if !Path::new("/usr/sbin/nft").exists() {
        return not_run(what, "no nft");
    }
    if !apart(what, UnshareFlags::NEWNET) {
        return;
    }
    let lifeline = Lifeline::new(Some(PacketFilter::default()));
    lifeline.follow(["192.0.2.7:8442".parse().unwrap()]);
    let (wake, rung) = bell();
    let _watch = lifeline.watch(wake).unwrap();
    let nft = |words: &str| {
        assert!(Command::new("/usr/sbin/nft").args(words.split(' ')).status().unwrap().success());
    };
    for harm in [
        "flush ruleset",
        "flush chain inet wrale_isolation incoming",
        "add rule inet wrale_isolation outgoing accept",
    ] {
        assert_eq!(lifeline.isolate(LONG), Outcome::Done);
        let seen = || lock(&lifeline.state).kept.as_ref().is_none_or(|kept| kept.listed.is_some());
        while !seen() {
            std::thread::yield_now();
        }
        // Others change what is theirs.
        nft("add table inet theirs");
        nft(harm);
        // Thrice sooner than the next regular look: the kernel has told.
        rung.recv_timeout(PERIOD / 2).unwrap();
        assert!(lifeline.is_undone(), "{harm}");
    }
}
