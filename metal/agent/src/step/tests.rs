use std::{cell::RefCell, rc::Rc};

use crypto::{key::PublicKey, signed::Audience};
use guard::Pins;
use link::Conn;
use sim::{Ceremony, SimBoard, World};
use vocab::{DeviceId, Outcome, Wall};

use super::*;
use crate::Software;

const DEVICE: DeviceId = DeviceId([7; 16]);
const NONCE: Nonce = Nonce([3; 32]);

/// A net that a test speaks through.
#[derive(Clone, Default)]
struct Phone(Rc<RefCell<Said>>);

#[derive(Default)]
struct Said {
    signals: Vec<Signal>,
    proved: Vec<Option<Vec<u8>>>,
    certified: Vec<Vec<u8>>,
    sent: Vec<Vec<u8>>,
}

impl Net for Phone {
    fn connect(&mut self, _: Conn) {}

    fn send(&mut self, _: Conn, message: Vec<u8>) {
        self.0.borrow_mut().sent.push(message);
    }

    fn close(&mut self, _: Conn) {}

    fn prove(&mut self, letter: Option<Vec<u8>>) {
        self.0.borrow_mut().proved.push(letter);
    }

    fn certify(&mut self, chain: Vec<u8>) {
        self.0.borrow_mut().certified.push(chain);
    }

    fn signals(&mut self) -> Vec<Signal> {
        std::mem::take(&mut self.0.borrow_mut().signals)
    }
}

struct Bench {
    agent: Agent<SimBoard, Phone>,
    phone: Phone,
    board: SimBoard,
}

impl Bench {
    fn new() -> Self {
        let world = World::default();
        let ceremony = Ceremony::new(1, "nord", 2, world.wall());
        let (fleet, keyset, roster) =
            (ceremony.fleet().clone(), ceremony.keyset().clone(), ceremony.roster().clone());
        let pins = Pins::new(fleet.clone(), DEVICE, ceremony.root(), keyset, roster, &ceremony.checkpoint())
            .unwrap();
        let (board, phone) = (SimBoard::new(&world, 1, vec![]), Phone::default());
        let software = Software { version: sim::hand::label("test 1"), built: Wall(0) };
        let identity = Identity { fleet, device: DEVICE, pins };
        let agent = Agent::boot(board.clone(), phone.clone(), identity, software).unwrap();
        Self { agent, phone, board }
    }

    fn hears(&mut self, signal: Signal) {
        self.phone.0.borrow_mut().signals.push(signal);
        self.agent.step();
    }

    /// Whether the last letter is a re-proof over that nonce by that key.
    fn proved_with(&self, key: &PublicKey<Device>) -> bool {
        let letter = self.phone.0.borrow().proved.last().unwrap().clone().unwrap();
        let audience = Audience::device(sim_fleet(), DEVICE);
        Signed::<Reproof>::parse(letter).unwrap().verify(key, &audience).is_ok_and(|said| said.nonce == NONCE)
    }
}

fn sim_fleet() -> vocab::FleetName {
    vocab::FleetName::new("nord").unwrap()
}

#[test]
fn a_fleet_that_takes_the_certificate_no_more_is_told_who_this_is() {
    let mut one = Bench::new();
    let key = one.board.root.device_key();
    one.hears(Signal::Asked(ChipKey::Device, NONCE));
    assert!(one.proved_with(&key));
    one.hears(Signal::Reproved(ChipKey::Device, vec![1]));
    assert_eq!(one.phone.0.borrow().certified, [[1]]);
    assert_eq!(one.board.root.device_key(), key);
}

#[test]
fn the_key_of_a_renewal_whose_answer_was_lost_becomes_the_devices() {
    let mut one = Bench::new();
    let (old, next) = (one.board.root.device_key(), one.board.root.prepare().unwrap());
    one.hears(Signal::Asked(ChipKey::NextDevice, NONCE));
    assert!(one.proved_with(&next) && !one.proved_with(&old));
    assert_eq!(one.board.root.device_key(), old, "the fleet has not said yes");
    one.hears(Signal::Reproved(ChipKey::NextDevice, vec![2]));
    assert_eq!(one.phone.0.borrow().certified, [[2]]);
    assert_eq!(one.board.root.device_key(), next);
}

#[test]
fn a_key_that_would_not_sign_is_told_to_the_net_and_to_people() {
    let mut one = Bench::new();
    one.board.root.break_chip(true);
    one.hears(Signal::Asked(ChipKey::Device, NONCE));
    assert_eq!(one.phone.0.borrow().proved, [None]);
    assert!(one.agent.notices().contains(&Notice::Unsigned(RootFault::Unavailable)));
}

#[test]
fn an_answer_for_a_key_that_is_not_there_certifies_nothing() {
    let mut one = Bench::new();
    one.hears(Signal::Reproved(ChipKey::NextDevice, vec![3]));
    assert!(one.phone.0.borrow().certified.is_empty());
    assert!(one.agent.notices().contains(&Notice::Unsigned(RootFault::Missing(ChipKey::NextDevice))));
}

#[test]
fn a_clock_that_is_set_wrong_between_two_ticks_is_told_at_once_and_one_that_goes_on_is_not() {
    let mut one = Bench::new();
    let mut ends_at = |wrong_by: i64| {
        one.board.clock.set_wrong_by(wrong_by);
        for _ in 0..10 {
            one.agent.step();
        }
        one.agent.end().map(|end| end.seq)
    };
    let started = ends_at(0);
    assert!(started.is_some());
    assert_eq!(ends_at(0), started);
    let days = Duration::from_hours(72).as_micros();
    assert!(ends_at(i64::try_from(days).unwrap()) > started);
}

/// What hands were said to have come to since the last call.
fn outcomes(one: &mut Bench) -> Vec<(Action, Outcome)> {
    let told = one.agent.notices().into_iter();
    told.filter_map(
        |told| if let Notice::Acted(action, outcome) = told { Some((action, outcome)) } else { None },
    )
    .collect()
}

#[test]
fn an_act_that_takes_long_holds_up_neither_senses_nor_journal_and_is_told_when_it_is_over() {
    let mut one = Bench::new();
    one.board.hands.take_time(|action| *action == Action::LatchVault);
    one.agent.step();
    let before = one.agent.end().map(|end| end.seq);
    one.agent.act(ReceiptId([1; 16]), Action::LatchVault);
    one.agent.act(ReceiptId([2; 16]), Action::LockUsb);
    one.board.clock.set_wrong_by(i64::try_from(Duration::from_hours(72).as_micros()).unwrap());
    for _ in 0..2 {
        one.agent.step();
    }
    assert_eq!(outcomes(&mut one), [(Action::LockUsb, Outcome::Done)]);
    assert!(one.agent.end().map(|end| end.seq) > before, "what happens meanwhile is written down");
    one.board.hands.come_back();
    one.agent.step();
    assert_eq!(outcomes(&mut one), [(Action::LatchVault, Outcome::Done)]);
}
