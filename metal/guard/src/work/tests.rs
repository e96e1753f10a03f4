use core::time::Duration;

use crypto::signed::Signed;
use vocab::{ClockQuality, Millis, Mono, Nonce, Time, Wall};
use wire::v1::{Presence, WorkOrder, body::Work, standing::UsedWork};

use super::{left, open};
use crate::{
    kit::fleet::{BEGIN, Fleet, LATER},
    memory::{Memory, most},
    refusal::work::Refusal,
};

const CHALLENGE: Nonce = Nonce([5; 32]);
const HOUR: Millis = Millis(3_600_000);

fn now() -> Time {
    Time { mono: Mono(0), wall: BEGIN, quality: ClockQuality::Fleet }
}

/// Presents the order that `change` makes, at `now`, to a device that remembers `memory`.
fn presented(
    change: impl FnOnce(&mut WorkOrder),
    presence: impl FnOnce(&mut Presence),
    memory: &Memory,
    now: Time,
) -> Result<Work, Refusal> {
    let fleet = Fleet::new();
    let mut order = fleet.work(1, 0, &["lid"], HOUR);
    change(&mut order);
    let order = Signed::seal(&order, &fleet.work).verify(fleet.work.public(), &fleet.audience()).unwrap();
    let letter = Signed::<Presence>::parse(fleet.presence(&order, 0, CHALLENGE)).unwrap();
    let mut body = letter.verify(&order.holder, &fleet.audience()).unwrap().into_letter();
    presence(&mut body);
    let key = crypto::key::SecretKey::from_seed([10; 32]);
    let letter = Signed::seal(&body, &key).verify(&order.holder, &fleet.audience()).unwrap();
    open(&order, &letter, Some(CHALLENGE), memory, now)
}

fn ordered(change: impl FnOnce(&mut WorkOrder)) -> Result<Work, Refusal> {
    presented(change, |_| {}, &Memory::empty(), now())
}

fn used(number: u8, until: Wall, closed: Option<Wall>) -> UsedWork {
    let order = Fleet::new().work(number, 0, &["lid"], HOUR);
    UsedWork {
        order: order.id,
        holder: order.holder.id(),
        zones: order.zones,
        window: HOUR,
        from: BEGIN,
        until,
        opened: now(),
        powered: 0,
        closed,
    }
}

#[test]
fn a_good_order_opens_what_it_names() {
    let Ok(Work::Opened { zones, window, .. }) = ordered(|_| {}) else { panic!("it is good") };
    assert_eq!((zones, window), ([crate::kit::zone("lid")].into(), HOUR));
}

#[test]
fn each_thing_that_is_wrong_has_its_refusal() {
    let zones = |count: usize| (0..count).map(|at| crate::kit::zone(&alloc::format!("z{at}"))).collect();
    assert_eq!(ordered(|order| order.zones = zones(0)), Err(Refusal::Zones));
    assert_eq!(ordered(|order| order.zones = zones(9)), Err(Refusal::Zones));
    assert!(ordered(|order| order.zones = zones(8)).is_ok());
    assert_eq!(ordered(|order| order.window = Millis(0)), Err(Refusal::Window));
    assert_eq!(ordered(|order| order.window = Millis(4 * HOUR.0 + 1)), Err(Refusal::Window));
    assert!(ordered(|order| order.window = Millis(4 * HOUR.0)).is_ok());
    assert_eq!(ordered(|order| order.nonce = Some(Nonce([6; 32]))), Err(Refusal::Nonce));
    assert!(ordered(|order| order.nonce = Some(CHALLENGE)).is_ok());
    let presence = |change: fn(&mut Presence)| presented(|_| {}, change, &Memory::empty(), now());
    assert_eq!(presence(|body| body.order = vocab::WorkOrderId([9; 16])), Err(Refusal::Other));
    assert_eq!(presence(|body| body.challenge = Nonce([6; 32])), Err(Refusal::Challenge));
}

#[test]
fn an_order_is_used_once_and_one_at_a_time() {
    let mut memory = Memory::empty();
    memory.standing.works.push(used(1, LATER, Some(BEGIN)));
    assert_eq!(presented(|_| {}, |_| {}, &memory, now()), Err(Refusal::Used));
    memory.standing.works = [used(2, LATER, None)].into();
    assert_eq!(presented(|_| {}, |_| {}, &memory, now()), Err(Refusal::Open));
}

#[test]
fn more_valid_orders_than_a_device_remembers_are_refused() {
    let mut memory = Memory::empty();
    let last = u8::try_from(most::WORKS).unwrap() + 2;
    memory.standing.works = (2..last).map(|number| used(number, LATER, Some(BEGIN))).collect();
    assert_eq!(presented(|_| {}, |_| {}, &memory, now()), Err(Refusal::MemoryFull));
    memory.standing.works[0].until = Wall(BEGIN.0 - 1);
    assert!(presented(|_| {}, |_| {}, &memory, now()).is_ok(), "the oldest may be forgotten");
}

#[test]
fn dates_are_judged_as_far_as_the_clock_can_be_believed() {
    let judged = |wall, quality| presented(|_| {}, |_| {}, &Memory::empty(), Time { wall, quality, ..now() });
    let (early, late) = (Wall(BEGIN.0 - 1), Wall(LATER.0 + 1));
    assert_eq!(judged(early, ClockQuality::Fleet), Err(Refusal::Early));
    assert_eq!(judged(late, ClockQuality::Fleet), Err(Refusal::Late));
    assert!(judged(early, ClockQuality::Floor).is_ok(), "it may be later than the floor");
    assert_eq!(judged(late, ClockQuality::Floor), Err(Refusal::Late), "it is never earlier");
}

#[test]
fn a_window_runs_in_powered_time_and_in_wall_time_that_the_fleet_vouches_for() {
    let work = used(1, LATER, None);
    let at = |wall: i64, quality| Time { wall: Wall(BEGIN.0 + wall * 1_000_000), quality, ..now() };
    let minutes = |count| Duration::from_mins(count);
    assert_eq!(left(&work, at(0, ClockQuality::Fleet), 600_000), minutes(50));
    assert_eq!(left(&work, at(1_200, ClockQuality::Fleet), 600_000), minutes(40));
    assert_eq!(left(&work, at(1_200, ClockQuality::Floor), 600_000), minutes(50));
    assert_eq!(left(&work, at(9_999, ClockQuality::Fleet), 0), minutes(0));
    let unsure = UsedWork { opened: Time { quality: ClockQuality::Floor, ..now() }, ..work };
    assert_eq!(left(&unsure, at(9_999, ClockQuality::Fleet), 600_000), minutes(50));
}
