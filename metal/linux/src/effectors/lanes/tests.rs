use std::sync::mpsc::{self, Receiver, Sender};

use vocab::{
    Action::{Isolate, LockUsb, PowerOff, Rejoin},
    UnitName,
};

use super::*;
use crate::testing::bell;

/// Far longer than a thread takes, on any machine.
const PATIENCE: Duration = Duration::from_secs(60);

fn id(number: u8) -> ReceiptId {
    ReceiptId([number; 16])
}

fn stop(unit: &str) -> Action {
    Action::StopUnit(UnitName::new(unit).unwrap())
}

struct Bench {
    lanes: Lanes,
    rung: Receiver<()>,
}

fn bench() -> Bench {
    let (wake, rung) = bell();
    Bench { lanes: Lanes::new(wake), rung }
}

impl Bench {
    /// Begins an act that hangs until the sender goes.
    fn hang(&self, number: u8, action: &Action) -> Sender<()> {
        let (gate, hangs) = mpsc::channel::<()>();
        let hang = move |_| {
            let _ = hangs.recv();
            Outcome::Done
        };
        self.begin(number, action, PATIENCE, hang);
        gate
    }

    fn quick(&self, number: u8, action: &Action) {
        self.begin(number, action, PATIENCE, |_| Outcome::Done);
    }

    fn begin(
        &self,
        number: u8,
        action: &Action,
        limit: Duration,
        act: impl FnOnce(Duration) -> Outcome + Send + 'static,
    ) {
        assert_eq!(self.lanes.begin(id(number), action, limit, Box::new(act)), None);
    }

    /// Waits until so many are over.
    fn over(&self, count: usize) -> Vec<(ReceiptId, Outcome)> {
        let mut over = vec![];
        while over.len() < count {
            self.rung.recv_timeout(PATIENCE).unwrap();
            over.extend(self.lanes.finished().into_iter().map(|one| (one.id, one.outcome)));
        }
        over
    }
}

#[test]
fn what_hangs_holds_up_nothing_but_its_own_lane() {
    let bench = bench();
    let kiosk = bench.hang(1, &stop("kiosk.service"));
    let door = bench.hang(2, &stop("door.service"));
    bench.quick(3, &Isolate);
    assert_eq!(bench.over(1), [(id(3), Outcome::Done)]);
    drop(door);
    assert_eq!(bench.over(1), [(id(2), Outcome::Done)]);
    drop(kiosk);
    assert_eq!(bench.over(1), [(id(1), Outcome::Done)]);
}

#[test]
fn an_act_and_what_undoes_it_are_done_in_the_order_in_which_they_were_asked_for() {
    let bench = bench();
    let gate = bench.hang(1, &Isolate);
    bench.quick(2, &Rejoin);
    bench.quick(3, &Isolate);
    drop(gate);
    assert_eq!(bench.over(3), [1, 2, 3].map(|number| (id(number), Outcome::Done)));
    // An empty lane is opened anew.
    bench.quick(4, &Rejoin);
    assert_eq!(bench.over(1), [(id(4), Outcome::Done)]);
}

#[test]
fn what_waited_for_its_turn_beyond_its_limit_is_not_begun_any_more() {
    let bench = bench();
    let gate = bench.hang(1, &Isolate);
    let never = |_: Duration| -> Outcome { panic!("its time is over") };
    bench.begin(2, &Rejoin, Duration::ZERO, never);
    drop(gate);
    assert_eq!(bench.over(2), [(id(1), Outcome::Done), (id(2), Outcome::TimedOut)]);
}

#[test]
fn a_lane_that_hangs_takes_so_many_and_never_the_place_of_another() {
    let bench = bench();
    let gate = bench.hang(0, &Isolate);
    for number in 1..=BEHIND {
        bench.quick(u8::try_from(number).unwrap(), &Rejoin);
    }
    for again in 0..100 {
        let refused = bench.lanes.begin(id(again), &Rejoin, PATIENCE, Box::new(|_| Outcome::Done));
        assert_eq!(refused, Some(Outcome::TimedOut));
    }
    bench.quick(99, &LockUsb);
    assert_eq!(bench.over(1), [(id(99), Outcome::Done)]);
    drop(gate);
    assert_eq!(bench.over(BEHIND + 1).len(), BEHIND + 1);
    bench.quick(99, &Rejoin);
    assert_eq!(bench.over(1), [(id(99), Outcome::Done)]);
}

#[test]
fn so_many_things_are_acted_upon_at_once_and_no_more() {
    let bench = bench();
    let unit = |number: usize| stop(&format!("unit-{number}.service"));
    let gates: Vec<_> =
        (0..LANES).map(|number| bench.hang(u8::try_from(number).unwrap(), &unit(number))).collect();
    let refused = bench.lanes.begin(id(99), &unit(LANES), PATIENCE, Box::new(|_| Outcome::Done));
    assert_eq!(refused, Some(Outcome::TimedOut));
    drop(gates);
    assert_eq!(bench.over(LANES).len(), LANES);
    bench.quick(99, &unit(LANES));
    assert_eq!(bench.over(1), [(id(99), Outcome::Done)]);
}

#[test]
fn a_hand_that_breaks_down_failed_and_its_lane_goes_on() {
    let bench = bench();
    let broken = |_: Duration| -> Outcome { panic!("as the test wants it") };
    bench.begin(1, &Isolate, PATIENCE, broken);
    bench.quick(2, &Rejoin);
    assert_eq!(bench.over(2), [(id(1), Outcome::Failed), (id(2), Outcome::Done)]);
}

#[test]
fn whoever_must_come_last_waits_for_the_others_and_not_for_ever() {
    let bench = bench();
    let gate = bench.hang(1, &Isolate);
    let lanes = bench.lanes.clone();
    let last = move |left| {
        lanes.alone(&PowerOff, left);
        Outcome::Done
    };
    bench.begin(2, &PowerOff, PATIENCE, last);
    assert!(bench.rung.recv_timeout(Duration::from_millis(50)).is_err(), "it waits");
    drop(gate);
    assert_eq!(bench.over(2), [(id(1), Outcome::Done), (id(2), Outcome::Done)]);
    let gate = bench.hang(3, &Isolate);
    bench.lanes.alone(&PowerOff, Duration::from_millis(10));
    drop(gate);
}
