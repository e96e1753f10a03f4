use alloc::{format, vec::Vec};

use crypto::{cbor, digest::Digest};
use journal::{Branch, Cursor};
use vocab::{
    Action, BootId, Cause, ClockQuality, EventId, Generation, Interlock, MachineBoot, Mono, OrderId, Outcome,
    Posture, Receipt, ReceiptId, SensorName, Severity, TamperEvent, TamperKind, TamperState, Time, UnitName,
    Wall,
    tamper::{Authority, Verification},
    unit::Permille,
};
use wire::v1::{
    Body,
    body::{Adoption, Change, Direction, LIMITS, Seen},
    standing::{Granted, Latch, Obeyed, Soak, Stretch, Tripped, UsedWork},
};

use super::{Memory, Power, most};
use crate::{
    kit::{
        fleet::{Fleet, nowhere},
        zone,
    },
    latch::LATCHES,
};

const EVENT: EventId = EventId([1; 16]);
const ORDER: OrderId = OrderId([2; 16]);

fn cursor(boot: u8, seq: u64) -> Cursor {
    Cursor { boot: BootId([boot; 16]), seq }
}

fn time(seconds: u64, wall: i64, quality: ClockQuality) -> Time {
    Time { mono: Mono(seconds * 1_000_000_000), wall: Wall(wall), quality }
}

fn at(seconds: u64) -> Time {
    time(seconds, 0, ClockQuality::Floor)
}

/// What these say, one after another in one boot.
fn told(bodies: impl IntoIterator<Item = Body>) -> Memory {
    let mut memory = Memory::empty();
    for (seq, body) in (1..).zip(bodies) {
        memory.learn(cursor(1, seq), at(seq), &body);
    }
    memory
}

fn event() -> Body {
    Body::Event(TamperEvent {
        id: EVENT,
        at: at(1),
        kind: TamperKind::LidOpened,
        location: zone("lid"),
        confidence: Permille(990),
        severity: Severity::High,
        verification: Verification::Single,
        authority: Authority::Unauthorised,
        readings: [].into(),
    })
}

fn latched() -> Body {
    Body::Change(Change::Latched {
        zone: zone("lid"),
        state: TamperState::Tampered,
        event: EVENT,
        posture: Posture::Sealed,
        holds: [Action::LockUsb].into(),
    })
}

fn released(order: Option<OrderId>) -> Body {
    Body::Change(Change::Released { zone: zone("lid"), event: EVENT, order, state: TamperState::Normal })
}

fn receipt(action: Action, cause: Cause, outcome: Outcome) -> Body {
    Body::Receipt(Receipt { id: ReceiptId([3; 16]), at: at(1), action, cause, outcome })
}

#[test]
fn a_latch_stands_at_its_event_and_moves_when_it_happens_again() {
    let again = Body::Change(Change::Repeated { event: EVENT, times: 1 });
    let memory = told([event(), latched()]);
    let [latch] = &memory.standing.latches[..] else { panic!("one latch") };
    assert_eq!(
        (latch.position, latch.kind, latch.severity),
        (cursor(1, 1), TamperKind::LidOpened, Severity::High)
    );
    assert_eq!(memory.latched(), Posture::Sealed);
    assert_eq!(told([event(), latched(), again]).standing.latches[0].position, cursor(1, 3));
}

#[test]
fn a_latch_whose_event_is_lost_is_believed_to_be_severe() {
    let memory = told([latched()]);
    assert_eq!(
        (memory.standing.latches[0].severity, memory.standing.latches[0].position.seq),
        (Severity::High, 1)
    );
}

#[test]
fn only_a_release_ends_it_and_the_order_is_obeyed_once() {
    let seen = Body::Change(Change::Acknowledged { zone: zone("lid"), event: EVENT, order: ORDER });
    let memory = told([event(), latched(), seen]);
    assert_eq!(memory.standing.latches[0].state, TamperState::Acknowledged);
    assert_eq!((memory.latched(), &memory.standing.orders[..]), (Posture::Sealed, &[ORDER][..]));
    let memory = told([event(), latched(), released(Some(ORDER))]);
    assert_eq!((memory.standing.latches.len(), &memory.standing.orders[..]), (0, &[ORDER][..]));
    assert_eq!(told([event(), latched(), released(None)]).standing.orders, []);
}

#[test]
fn an_act_is_open_until_its_outcome() {
    let intended = receipt(Action::Isolate, Cause::Lease, Outcome::Intended);
    let done = receipt(Action::Isolate, Cause::Lease, Outcome::Done);
    assert_eq!(told([intended.clone()]).standing.acts.len(), 1);
    assert_eq!(told([intended, done]).standing.acts, []);
}

#[test]
fn what_an_act_put_in_force_is_held_until_it_is_surely_undone() {
    let by = |action, outcome| receipt(action, Cause::Lease, outcome);
    let held = |bodies: &[Body]| told(bodies.iter().cloned()).standing.held;
    for may in [Outcome::Done, Outcome::Unverified, Outcome::Failed, Outcome::TimedOut] {
        let locked = by(Action::LockUsb, may);
        assert_eq!(held(&[locked.clone(), locked.clone()]), [Action::LockUsb]);
        for undone in [Outcome::Done, Outcome::Unverified] {
            assert_eq!(held(&[locked.clone(), by(Action::UnlockUsb, undone)]), []);
        }
        for kept in [Outcome::Failed, Outcome::TimedOut, Outcome::Unsupported] {
            assert_eq!(held(&[locked.clone(), by(Action::UnlockUsb, kept)]), [Action::LockUsb]);
        }
        assert_eq!(held(&[locked, by(Action::LockUsb, Outcome::Unsupported)]), [Action::LockUsb]);
        assert_eq!(held(&[by(Action::DropKeys, Outcome::Done)]), [], "it is over when it is done");
    }
    for not in
        [Outcome::Intended, Outcome::LogOnly, Outcome::Unsupported, Outcome::Withheld(Interlock::Energised)]
    {
        assert_eq!(held(&[by(Action::LockUsb, not)]), []);
    }
}

fn unit(number: usize) -> UnitName {
    UnitName::new(&format!("unit{number}.service")).unwrap()
}

#[test]
fn a_unit_that_there_is_not_is_held_no_longer() {
    let by = |action, outcome| receipt(action, Cause::Lease, outcome);
    for may in [Outcome::Done, Outcome::Failed] {
        let stopped = [0, 1].map(|number| by(Action::StopUnit(unit(number)), may.clone()));
        let gone = by(Action::StartUnit(unit(0)), Outcome::Unsupported);
        assert_eq!(told(stopped.into_iter().chain([gone])).standing.held, [Action::StopUnit(unit(1))]);
    }
}

#[test]
fn no_number_of_units_drives_out_what_else_is_held() {
    let done = |action| receipt(action, Cause::Lease, Outcome::Done);
    let units: Vec<_> = (0..most::HELD + 8).map(|number| Action::StopUnit(unit(number))).collect();
    let acts = [Action::LockUsb].into_iter().chain(units.iter().cloned()).chain([Action::Isolate]);
    let held = told(acts.map(done)).standing.held;
    let older = units[..most::HELD - 2].iter().cloned();
    let expected: Vec<_> = [Action::LockUsb].into_iter().chain(older).chain([Action::Isolate]).collect();
    assert_eq!(held, expected);
}

#[test]
fn an_act_of_which_nothing_more_is_known_may_be_in_force_at_the_next_boot() {
    let mut memory = told([receipt(Action::LockUsb, Cause::Lease, Outcome::Intended)]);
    memory.wake(None);
    assert_eq!(memory.standing.held, [Action::LockUsb]);
}

#[test]
fn the_power_stayed_only_where_the_machine_has_the_name_that_it_had() {
    let name = |number| Some(MachineBoot([number; 16]));
    for (before, now, power) in [
        (name(1), name(1), Power::Stayed),
        (name(1), name(2), Power::Went),
        (name(1), None, Power::Went),
        (None, name(1), Power::Went),
        (None, None, Power::Went),
    ] {
        let mut memory = Memory::empty();
        memory.standing.machine = before;
        assert_eq!((memory.wake(now), memory.standing.machine), (power, now), "{before:?} {now:?}");
    }
}

#[test]
fn what_an_order_holds_in_force_stays_until_an_order_undoes_it() {
    let by = |cause, action, outcome| receipt(action, cause, outcome);
    let order = Cause::Order(ORDER);
    let held = |bodies: &[Body]| told(bodies.iter().cloned()).standing.ordered;
    let locked = by(order, Action::LockUsb, Outcome::Intended);
    assert_eq!(held(core::slice::from_ref(&locked)), [Action::LockUsb]);
    assert_eq!(held(&[locked.clone(), by(order, Action::UnlockUsb, Outcome::Intended)]), []);
    assert_eq!(held(&[locked, by(Cause::Lease, Action::UnlockUsb, Outcome::Intended)]), [Action::LockUsb]);
    assert_eq!(held(&[by(Cause::Reflex(EVENT), Action::LockUsb, Outcome::Intended)]), []);
    let memory = told([by(order, Action::LockUsb, Outcome::Intended)]);
    assert_eq!(memory.standing.orders, [ORDER], "an intention is enough to have obeyed");
}

#[test]
fn a_wipe_is_never_undone() {
    let wiped = receipt(Action::Wipe, Cause::Order(ORDER), Outcome::Done);
    assert_eq!(told([wiped]).latched(), Posture::Wiped);
    assert_eq!(
        told([receipt(Action::Wipe, Cause::Order(ORDER), Outcome::Intended)]).latched(),
        Posture::Normal
    );
}

#[test]
fn the_floor_rises_with_every_time_but_a_carried_one() {
    let mut memory = Memory::empty();
    for (wall, quality, floor) in [
        (100, ClockQuality::Floor, 100),
        (900, ClockQuality::Carried, 100),
        (300, ClockQuality::Fleet, 300),
        (200, ClockQuality::Floor, 300),
    ] {
        memory.learn(cursor(1, 1), time(1, wall, quality), &released(None));
        assert_eq!((memory.standing.floor, memory.standing.quality), (Wall(floor), quality));
    }
}

#[test]
fn powered_time_adds_up_over_boots() {
    let mut memory = Memory::empty();
    memory.learn(cursor(1, 1), at(0), &released(None));
    memory.learn(cursor(1, 2), at(60), &released(None));
    memory.learn(cursor(2, 3), at(1), &released(None));
    memory.learn(cursor(2, 4), at(30), &released(None));
    memory.learn(cursor(3, 5), at(0), &released(None));
    assert_eq!(memory.powered(Mono(5_000_000_000)), 95_000);
}

#[test]
fn a_machine_that_goes_on_is_not_counted_twice() {
    let mut memory = Memory::empty();
    let mut boot = |number: u8, machine, began: u64, seen: u64| {
        memory.wake(Some(MachineBoot([machine; 16])));
        for seconds in [began, seen] {
            memory.learn(cursor(number, u64::from(number)), at(seconds), &released(None));
        }
        memory.powered(Mono(seen * 1_000_000_000))
    };
    assert_eq!(boot(1, 1, 0, 60), 60_000);
    assert_eq!(boot(2, 1, 61, 100), 100_000, "the software began anew");
    assert_eq!(boot(3, 2, 1, 30), 130_000);
}

#[test]
fn a_basis_reaches_as_far_as_our_own_chain_of_that_boot() {
    let mut memory = Memory::empty();
    for (boot, seq) in [(1, 1), (1, 2), (1, 3), (2, 4), (2, 5)] {
        memory.learn(cursor(boot, seq), at(1), &released(None));
    }
    for (basis, reached) in [
        (cursor(1, 2), Some(2)),
        (cursor(1, 3), Some(3)),
        // The fleet had seen an entry that this disk lost: another one has its number now.
        (cursor(1, 5), Some(3)),
        (cursor(2, 5), Some(5)),
        (cursor(2, 3), None),
        (cursor(9, 5), None),
    ] {
        assert_eq!(memory.reaches(basis), reached, "{basis:?}");
    }
}

#[test]
fn adoption_proof_and_lease_follow_each_other() {
    let state = Digest::of(b"state");
    let adopted = |generation, direction| {
        let generation = Generation(generation);
        Body::Adopted(Adoption::Adopted { generation, state, direction, roster: 3, keyset: 4 })
    };
    let seen = Seen { size: 7, root: state };
    let proved = Body::Adopted(Adoption::Proved { generation: Generation(1), checkpoint: seen });
    let memory = told([proved, adopted(1, Direction::Relaxes), adopted(2, Direction::Tightens)]);
    let standing = &memory.standing;
    assert_eq!(standing.obeyed, Some(Obeyed { generation: Generation(2), state, roster: 3, keyset: 4 }));
    assert_eq!((standing.proved, standing.seen), (Generation(1), Some(seen)));
    assert_eq!(standing.lease, Some(Granted { powered: 2_000 }), "tightening begins no lease anew");
    assert_eq!(standing.loosening, None, "only the last adoption counts");
    let relaxed = told([adopted(1, Direction::Relaxes)]).standing.loosening;
    assert_eq!(relaxed, Some(Generation(1)));
    let said = [adopted(1, Direction::Relaxes), Body::Change(Change::Posture(Posture::Normal))];
    assert_eq!(told(said).standing.loosening, None);
}

#[test]
fn service_lies_over_the_arming_state() {
    let arming = |arming| Body::Change(Change::Arming(arming));
    let memory = told([arming(vocab::Arming::Armed), arming(vocab::Arming::Service)]);
    assert_eq!(memory.standing.arming, vocab::Arming::Armed);
}

#[test]
fn a_soak_remembers_who_tripped_since() {
    let tripped = |name| Body::Change(Change::Tripped(SensorName::new(name).unwrap()));
    let memory = told([tripped("a"), Body::Change(Change::Soaking(Wall(5))), tripped("b"), tripped("b")]);
    let soak = memory.standing.soak.unwrap();
    assert_eq!((soak.until, soak.tripped), (Wall(5), [SensorName::new("b").unwrap()].into()));
    assert_eq!(memory.standing.tripped.len(), 2);
    assert!(
        told([Body::Change(Change::Soaking(Wall(5))), Body::Change(Change::Soaked)]).standing.soak.is_none()
    );
}

#[test]
fn what_stands_behind_a_damage_counts_only_where_it_latches() {
    let mut memory = told([event(), latched()]);
    memory.learn_beyond(cursor(1, 9), at(9), &released(None));
    assert_eq!(memory.standing.latches.len(), 1);
    let mut memory = Memory::empty();
    memory.learn_beyond(cursor(1, 8), at(8), &event());
    memory.learn_beyond(cursor(1, 9), at(9), &latched());
    assert_eq!((memory.latched(), memory.standing.boots.len()), (Posture::Sealed, 0));
}

#[test]
fn a_standing_entry_stands_for_all_before_it() {
    let before = [event(), latched(), receipt(Action::Isolate, Cause::Lease, Outcome::Intended)];
    let mut whole = told(before);
    let standing = Body::Standing(alloc::boxed::Box::new(whole.standing.clone()));
    whole.learn(cursor(1, 4), at(4), &standing);
    let mut short = Memory::empty();
    short.learn(cursor(1, 4), at(4), &standing);
    assert_eq!(whole.standing, short.standing);
    assert_eq!(short.standing.boots[0].last, 4, "it counts itself");
}

/// Every list at its longest, every name at its longest.
fn fullest() -> Memory {
    let mut memory = Memory::empty();
    let standing = &mut memory.standing;
    let long = |number: usize, limit: usize| format!("{number:0>limit$}");
    let unit = |number| Action::StopUnit(UnitName::new(&long(number, UnitName::LIMIT)).unwrap());
    let place = |number| zone(&long(number, 32));
    let name = |number| SensorName::new(&long(number, SensorName::LIMIT)).unwrap();
    let moment = time(u64::MAX / 2_000_000_000, i64::MAX, ClockQuality::Fleet);
    let last = Cursor { boot: BootId([1; 16]), seq: u64::MAX };
    let digest = Digest::of(b"");
    let latch = |number: usize| Latch {
        event: EVENT,
        zone: place(number),
        kind: TamperKind::ComponentChanged,
        severity: Severity::Critical,
        at: moment,
        position: last,
        state: TamperState::Tampered,
        posture: Posture::Wiped,
        holds: (0..8).map(unit).collect(),
    };
    let work = |number: usize| UsedWork {
        order: vocab::WorkOrderId([1; 16]),
        holder: Fleet::new().work(1, 0, &["lid"], vocab::Millis(1)).holder.id(),
        zones: (0..8).map(place).collect(),
        window: vocab::Millis(u32::MAX),
        from: moment.wall,
        until: moment.wall,
        opened: moment,
        powered: u64::MAX,
        closed: (number > 0).then_some(moment.wall),
    };
    let act = |number: usize| Receipt {
        id: ReceiptId([1; 16]),
        at: moment,
        action: unit(number),
        cause: Cause::Order(ORDER),
        outcome: Outcome::Intended,
    };
    standing.latches = (0..LATCHES).map(latch).collect();
    standing.obeyed =
        Some(Obeyed { generation: Generation(u64::MAX), state: digest, roster: u64::MAX, keyset: u64::MAX });
    standing.seen = Some(Seen { size: u64::MAX, root: digest });
    standing.orders = (0..most::ORDERS).map(|_| ORDER).collect();
    standing.ordered = (0..most::ORDERED).map(unit).collect();
    standing.works = (0..most::WORKS).map(work).collect();
    standing.acts = (0..most::ACTS).map(act).collect();
    standing.tripped = (0..most::TRIPPED).map(|at| Tripped { sensor: name(at), at: moment.wall }).collect();
    standing.learnt = Some(digest);
    standing.soak =
        Some(Soak { until: moment.wall, tripped: (0..most::TRIPPED).map(name).collect::<Vec<_>>() });
    standing.boots =
        (0..most::BOOTS).map(|_| Stretch { boot: last.boot, first: u64::MAX, last: u64::MAX }).collect();
    standing.branch = Some(Branch { resumes: nowhere(), lost_from: u64::MAX, lost_to: u64::MAX });
    standing.acknowledged = Some(last);
    standing.powered = u64::MAX;
    standing.loosening = Some(Generation(u64::MAX));
    standing.held = (0..most::HELD).map(unit).collect();
    standing.machine = Some(MachineBoot([1; 16]));
    memory
}

#[test]
fn the_fullest_standing_fits_its_entry() {
    let bytes = cbor::encode(&fullest().standing);
    assert!(cbor::check(&bytes, &LIMITS).is_ok(), "{} bytes", bytes.len());
    assert_eq!(cbor::decode::<wire::v1::Standing>(&bytes, &LIMITS), Ok(fullest().standing));
}

#[test]
fn no_list_grows_beyond_its_limit() {
    let mut memory = Memory::empty();
    for number in 0..500u64 {
        let mut order = [0; 16];
        order[..8].copy_from_slice(&number.to_be_bytes());
        let by = Cause::Order(OrderId(order));
        let receipt = Receipt {
            id: ReceiptId(order),
            at: at(1),
            action: Action::DropKeys,
            cause: by,
            outcome: Outcome::Intended,
        };
        memory.learn(cursor(u8::try_from(number % 251).unwrap(), number), at(1), &Body::Receipt(receipt));
        let sensor = SensorName::new(&format!("s{number}")).unwrap();
        memory.learn(cursor(1, number), at(1), &Body::Change(Change::Tripped(sensor)));
    }
    let standing = &memory.standing;
    let lengths = [standing.acts.len(), standing.orders.len(), standing.tripped.len(), standing.boots.len()];
    assert_eq!(lengths, [most::ACTS, most::ORDERS, most::TRIPPED, most::BOOTS]);
}
