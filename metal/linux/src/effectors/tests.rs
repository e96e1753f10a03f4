use std::sync::{Arc, Mutex};

use vocab::UnitName;

use super::*;
use crate::{
    keys::{
        KeyFiles,
        tests::{Cut, Platter},
    },
    provision,
    root::lock,
    testing::{put, tree},
};

struct Bench {
    _root: tempfile::TempDir,
    platter: Platter,
    hands: LinuxHands,
}

fn bench(power: PowerOff) -> Bench {
    let root = tree(&[("bus/usb/devices/usb1/authorized_default", "1")]);
    let platter = Platter::default();
    let (_, vault) = provision::keys(KeyFiles::new(platter.clone())).unwrap();
    let systemd = Systemd { systemctl: vec!["/nonexistent".into()], booted: root.path().into() };
    let hands = LinuxHands::new(root.path(), Lifeline::new(None), systemd, power, vault);
    Bench { _root: root, platter, hands }
}

#[test]
fn what_this_version_cannot_do_is_never_pretended() {
    let mut hands = bench(PowerOff::Refused).hands;
    let unit = UnitName::new("kiosk.service").unwrap();
    for action in [
        Action::Isolate,
        Action::Rejoin,
        Action::Wipe,
        Action::PowerOff,
        Action::DropKeys,
        Action::StopUnit(unit.clone()),
        Action::StartUnit(unit),
    ] {
        assert_eq!(hands.act(&action), Outcome::Unsupported, "{action:?}");
    }
}

#[test]
fn usb_is_locked_and_unlocked() {
    let Bench { _root: root, mut hands, .. } = bench(PowerOff::Refused);
    let door =
        || std::fs::read_to_string(root.path().join("bus/usb/devices/usb1/authorized_default")).unwrap();
    assert_eq!((hands.act(&Action::LockUsb), door()), (Outcome::Done, "0".into()));
    assert_eq!((hands.act(&Action::UnlockUsb), door()), (Outcome::Done, "1".into()));
    put(root.path(), "bus/usb/devices/usb2/nothing", "");
    assert_eq!(hands.act(&Action::LockUsb), Outcome::Failed);
}

#[test]
fn the_vault_is_latched_and_rearmed_and_doing_it_again_is_done() {
    let mut bench = bench(PowerOff::Refused);
    for _ in 0..2 {
        assert_eq!(bench.hands.act(&Action::LatchVault), Outcome::Done);
        assert_eq!(bench.hands.vault.state(), VaultState::Latched);
        assert_eq!(bench.platter.bytes("vault/opening"), None);
    }
    assert_eq!(bench.hands.act(&Action::RearmVault), Outcome::Done);
    let opening = bench.hands.vault.opening_key();
    assert_eq!(bench.hands.act(&Action::RearmVault), Outcome::Done);
    // What is armed keeps its key, and with it what was sealed to it.
    assert_eq!(bench.hands.vault.opening_key(), opening);
}

#[test]
fn a_latch_that_is_not_durable_failed_and_opens_nothing_all_the_same() {
    let mut bench = bench(PowerOff::Refused);
    bench.platter.cut_after(0);
    assert_eq!(bench.hands.act(&Action::LatchVault), Outcome::Failed);
    assert_eq!(bench.hands.vault.state(), VaultState::Latched);
    assert_eq!(bench.hands.act(&Action::RearmVault), Outcome::Failed);
    bench.platter.restart(Cut::Lost);
    assert_eq!(bench.hands.act(&Action::LatchVault), Outcome::Done);
}

#[test]
fn a_latch_whose_disk_is_stuck_is_timed_out_and_opens_nothing_all_the_same() {
    let mut bench = bench(PowerOff::Refused);
    let files = bench.hands.vault.files();
    let stuck = lock(&files);
    assert_eq!(bench.hands.latch(Duration::from_millis(10)), Outcome::TimedOut);
    assert_eq!(bench.hands.vault.state(), VaultState::Latched);
    drop(stuck);
    assert_eq!(bench.hands.act(&Action::LatchVault), Outcome::Done);
}

#[test]
fn every_holder_forgets_its_keys_and_one_that_does_not_is_told() {
    let mut hands = bench(PowerOff::Refused).hands;
    let asked = Arc::new(Mutex::new(vec![]));
    let holder = |name: &'static str, answer| -> KeyHolder {
        let asked = Arc::clone(&asked);
        Box::new(move || {
            lock(&asked).push(name);
            answer
        })
    };
    hands.add_holder(holder("tls", Forgotten::Gone));
    assert_eq!(hands.act(&Action::DropKeys), Outcome::Done);
    hands.add_holder(holder("agent", Forgotten::Kept));
    hands.add_holder(holder("journal", Forgotten::Gone));
    assert_eq!(hands.act(&Action::DropKeys), Outcome::Failed);
    assert_eq!(*lock(&asked), ["tls", "tls", "agent", "journal"]);
}

#[test]
fn the_power_is_switched_only_where_that_is_allowed() {
    // Nobody turns off the machine that runs the tests: the real switch is put in place, and taken out before use.
    let mut allowed = bench(PowerOff::Allowed).hands;
    assert!(allowed.power.is_some() && bench(PowerOff::Refused).hands.power.is_none());
    allowed.power = Some(|| Outcome::Failed);
    assert_eq!(allowed.act(&Action::PowerOff), Outcome::Failed);
}
