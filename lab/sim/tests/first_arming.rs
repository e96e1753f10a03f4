//! A box that is armed for the first time is never taken for one whose journal was erased.
#![allow(clippy::panic, reason = "tests")]

use std::time::Duration;

use guard::Input;
use journal::{Head, Position};
use sim::{CutMode, Desk, DiskFaults, House, Parcel, Underway, hand};
use vocab::{Arming, BootId, Posture, TamperKind};
use wire::v1::Body;

/// What the disk does with the journal of the first boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Journal {
    /// It is written.
    Taken,
    /// Nothing of it is, and everything else is.
    Refused,
}

/// A box that nobody has switched on yet, and the state with which it is to go on duty.
struct First {
    house: House,
    number: usize,
    parcel: Parcel,
}

impl First {
    fn new() -> Self {
        let mut house = House::new(1);
        let number = house.put_up(hand::kiosk());
        house.boxes[number].cable.cut(Underway::Lost);
        let device = house.boxes[number].device;
        // Whoever signs a first state has seen nothing of the box yet.
        let basis = Position { boot: BootId([0; 16]), seq: 0, head: Head::genesis(&device) };
        let state = Desk::duty(&house.ceremony, device, basis, house.world.wall());
        let generation = vocab::Generation::NONE;
        let parcel = house.desk.sign(&house.ceremony, state, generation);
        Self { house, number, parcel }
    }

    /// It is switched on, and a courier brings it time and state.
    fn arm(&mut self) {
        self.house.power_on(self.number);
        self.pass(5);
        self.hear(Input::Contact);
        self.pass(0);
        let boxed = &self.house.boxes[self.number];
        if let Some(nonce) = boxed.agent().time_asked() {
            let time = self.house.ceremony.time(boxed.device, nonce, self.house.world.wall());
            self.hear(Input::Time(time.bytes().to_vec()));
        }
        self.hear(Input::Learn);
        self.pass(1);
        let Parcel { state, proof } = self.parcel.clone();
        self.hear(Input::State(state));
        self.hear(Input::Proof(proof));
        self.pass(3);
    }

    fn hear(&mut self, input: Input) {
        self.house.boxes[self.number].hear(input);
    }

    fn pass(&mut self, seconds: u64) {
        self.house.run(Duration::from_secs(seconds));
    }

    fn set(&self, journal: Journal) {
        let refuses = (journal == Journal::Refused).then_some("journal");
        self.house.boxes[self.number].board.disk.set_faults(DiskFaults { refuses, ..DiskFaults::default() });
    }

    fn arming(&self) -> Arming {
        self.house.boxes[self.number].agent().guard().arming()
    }

    /// Whether the letter of a state lies on the disk.
    fn keeps_a_state(&self) -> bool {
        self.house.boxes[self.number].board.disk.files().keys().any(|path| path.contains("state-"))
    }

    fn is_alarmed(&self) -> bool {
        let boxed = &self.house.boxes[self.number];
        let guard = boxed.agent().guard();
        let damaged =
            |body: Body| matches!(body, Body::Event(event) if event.kind == TamperKind::RecordDamaged);
        !guard.latches().is_empty()
            || guard.posture() > Posture::Normal
            || boxed.journal().into_iter().any(damaged)
    }
}

/// The power goes after so many effects of a first arming, and comes back; none if there are not so many.
fn cut_after(effects: u64, mode: CutMode, journal: Journal) -> Option<First> {
    let mut first = First::new();
    first.set(journal);
    let power = first.house.boxes[first.number].board.disk.power();
    power.cut_after(Some(effects));
    first.arm();
    let gone = power.is_gone();
    first.house.power_cut(first.number, mode);
    first.set(Journal::Taken);
    gone.then_some(first)
}

#[test]
fn a_cut_after_any_effect_of_a_first_arming_reads_as_no_damage() {
    for journal in [Journal::Taken, Journal::Refused] {
        for mode in [CutMode::Kept, CutMode::Lost, CutMode::Torn] {
            let mut cuts = 0;
            while let Some(mut first) = cut_after(cuts, mode, journal) {
                first.house.power_on(first.number);
                first.pass(10);
                assert!(!first.is_alarmed(), "{journal:?}, {mode:?}, cut after {cuts}");
                first.house.power_cut(first.number, CutMode::Lost);
                first.arm();
                assert_eq!(first.arming(), Arming::Armed, "{journal:?}, {mode:?}, cut after {cuts}");
                assert!(!first.is_alarmed(), "{journal:?}, {mode:?}, cut after {cuts}");
                cuts += 1;
            }
            assert!(cuts > 5, "a first arming has more effects than {cuts}");
        }
    }
}

#[test]
fn a_first_state_waits_for_a_journal_that_is_written_and_is_obeyed_then() {
    let mut first = First::new();
    first.set(Journal::Refused);
    first.arm();
    assert_eq!((first.arming(), first.keeps_a_state()), (Arming::Commissioning, false));
    first.set(Journal::Taken);
    first.pass(3);
    assert_eq!((first.arming(), first.keeps_a_state()), (Arming::Armed, true));
}
