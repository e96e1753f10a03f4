use std::sync::{Arc, Mutex, mpsc::Receiver};

use vocab::UnitName;

use super::*;
use crate::{
    PacketFilter,
    keys::{
        KeyFiles,
        tests::{Cut, Platter},
    },
    provision,
    root::lock,
    testing::{bell, put, tree},
};

/// Far longer than a thread takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Bench {
    root: tempfile::TempDir,
    platter: Platter,
    hands: LinuxHands,
    rung: Receiver<()>,
    acts: u8,
}

fn bench(power: PowerOff) -> Bench {
    with(power, vec!["/nonexistent".into()])
}

fn with(power: PowerOff, systemctl: Vec<String>) -> Bench {
    let root = tree(&[("bus/usb/devices/usb1/authorized_default", "1")]);
    let platter = Platter::default();
    let (_, vault) = provision::keys(KeyFiles::new(platter.clone())).unwrap();
    let systemd = Systemd { systemctl, booted: root.path().into() };
    let (wake, rung) = bell();
    let hands = LinuxHands::new(root.path(), Lifeline::new(None), systemd, power, vault, wake);
    Bench { root, platter, hands, rung, acts: 0 }
}

impl Bench {
    /// Begins it; what is over at once.
    fn begin(&mut self, action: &Action) -> Option<Outcome> {
        self.acts += 1;
        self.hands.act(ReceiptId([self.acts; 16]), action)
    }

    /// Begins it and waits for its end.
    fn act(&mut self, action: &Action) -> Outcome {
        if let Some(outcome) = self.begin(action) {
            return outcome;
        }
        self.rung.recv_timeout(PATIENCE).unwrap();
        let [finished] = self.hands.finished().try_into().unwrap();
        assert_eq!((finished.id, &finished.action), (ReceiptId([self.acts; 16]), action));
        finished.outcome
    }
}

#[test]
fn what_this_version_cannot_do_is_never_pretended() {
    let mut bench = bench(PowerOff::Refused);
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
        assert_eq!(bench.act(&action), Outcome::Unsupported, "{action:?}");
    }
}

#[test]
fn usb_is_locked_and_unlocked() {
    let mut bench = bench(PowerOff::Refused);
    let at = bench.root.path().join("bus/usb/devices/usb1/authorized_default");
    let door = || std::fs::read_to_string(&at).unwrap();
    assert_eq!((bench.act(&Action::LockUsb), door()), (Outcome::Done, "0".into()));
    assert_eq!((bench.act(&Action::UnlockUsb), door()), (Outcome::Done, "1".into()));
    put(bench.root.path(), "bus/usb/devices/usb2/nothing", "");
    assert_eq!(bench.act(&Action::LockUsb), Outcome::Failed);
}

#[test]
fn the_vault_is_latched_and_rearmed_and_doing_it_again_is_done() {
    let mut bench = bench(PowerOff::Refused);
    for _ in 0..2 {
        assert_eq!(bench.act(&Action::LatchVault), Outcome::Done);
        assert_eq!(bench.hands.vault.state(), VaultState::Latched);
        assert_eq!(bench.platter.bytes("vault/opening"), None);
    }
    assert_eq!(bench.act(&Action::RearmVault), Outcome::Done);
    let opening = bench.hands.vault.opening_key();
    assert_eq!(bench.act(&Action::RearmVault), Outcome::Done);
    // What is armed keeps its key, and with it what was sealed to it.
    assert_eq!(bench.hands.vault.opening_key(), opening);
}

#[test]
fn a_latch_that_is_not_durable_failed_and_opens_nothing_all_the_same() {
    let mut bench = bench(PowerOff::Refused);
    bench.platter.cut_after(0);
    assert_eq!(bench.act(&Action::LatchVault), Outcome::Failed);
    assert_eq!(bench.hands.vault.state(), VaultState::Latched);
    assert_eq!(bench.act(&Action::RearmVault), Outcome::Failed);
    bench.platter.restart(Cut::Lost);
    assert_eq!(bench.act(&Action::LatchVault), Outcome::Done);
}

#[test]
fn a_latch_whose_disk_is_stuck_opens_nothing_from_the_moment_it_is_asked_for_and_holds_up_nobody() {
    let mut bench = bench(PowerOff::Refused);
    let files = bench.hands.vault.files();
    let stuck = lock(&files);
    assert_eq!(bench.begin(&Action::LatchVault), None);
    assert_eq!(bench.hands.vault.state(), VaultState::Latched);
    assert_eq!(bench.act(&Action::LockUsb), Outcome::Done);
    drop(stuck);
    bench.rung.recv_timeout(PATIENCE).unwrap();
    assert_eq!(bench.hands.finished()[0].outcome, Outcome::Done);
}

#[test]
fn units_that_will_not_stop_hold_up_no_other_act() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).unwrap();
    let mut bench =
        with(PowerOff::Refused, vec!["/bin/sh".into(), "-c".into(), format!("exec cat {}", fifo.display())]);
    // Whoever waits at this end goes with the test.
    let _held = std::fs::OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    for unit in ["kiosk.service", "charger.service"] {
        assert_eq!(bench.begin(&Action::StopUnit(UnitName::new(unit).unwrap())), None);
    }
    assert_eq!(bench.act(&Action::LockUsb), Outcome::Done);
    assert_eq!(bench.act(&Action::LatchVault), Outcome::Done);
}

#[test]
fn what_may_stand_from_an_earlier_run_is_said_to_stand_and_what_cannot_is_not() {
    for (nft, left) in [("/bin/false", vec![Action::Isolate]), ("/nonexistent/nft", vec![])] {
        let mut bench = bench(PowerOff::Refused);
        let filter = PacketFilter { nft: vec![nft.into()], ..PacketFilter::default() };
        bench.hands.lifeline = Lifeline::new(Some(filter));
        assert_eq!(bench.hands.left_standing(), left, "{nft}");
    }
}

#[test]
fn every_holder_forgets_its_keys_and_one_that_does_not_is_told() {
    let mut bench = bench(PowerOff::Refused);
    let asked = Arc::new(Mutex::new(vec![]));
    let holder = |name: &'static str, answer| -> KeyHolder {
        let asked = Arc::clone(&asked);
        Box::new(move || {
            lock(&asked).push(name);
            answer
        })
    };
    bench.hands.add_holder(holder("tls", Forgotten::Gone));
    assert_eq!(bench.act(&Action::DropKeys), Outcome::Done);
    bench.hands.add_holder(holder("agent", Forgotten::Kept));
    bench.hands.add_holder(holder("journal", Forgotten::Gone));
    assert_eq!(bench.act(&Action::DropKeys), Outcome::Failed);
    assert_eq!(*lock(&asked), ["tls", "tls", "agent", "journal"]);
}

#[test]
fn the_power_is_switched_only_where_that_is_allowed() {
    // Nobody turns off the machine that runs the tests: the real switch is put in place, and taken out before use.
    let mut allowed = bench(PowerOff::Allowed);
    assert!(allowed.hands.power.is_some() && bench(PowerOff::Refused).hands.power.is_none());
    allowed.hands.power = Some(|| Outcome::Failed);
    assert_eq!(allowed.act(&Action::PowerOff), Outcome::Failed);
}
