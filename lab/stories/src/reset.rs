//! Undoing: only what was seen, only when it is over, only by two people, and never by whoever opened.

use std::time::Duration;

use crypto::{
    approved::NeedsConsent,
    refusal::Refusal,
    signed::{Audience, Signed},
};
use journal::Position;
use sim::Desk;
use vocab::{Action, Interlock, InterlockRule, Millis, OrderId, Outcome, Posture};
use wire::v1::{Body, DeviceState, Order, OrderKind};

use crate::{Scene, stories};

stories! {
    a_generation_planned_before_the_lid_opened_does_not_relax_the_box
    an_irreversible_order_does_not_exist_on_the_wire_without_two_people
    a_reset_is_refused_to_whoever_was_let_in
    a_hazardous_act_whose_interlock_is_unknown_is_not_done_and_its_alternative_is
    a_rolled_back_state_is_refused
}

const LONG: Duration = Duration::from_mins(2);

fn on_duty(scene: &mut Scene) {
    let number = scene.house.put_up_alone();
    scene.house.arm_alone(number);
    scene.begin();
}

/// The next ordinary state of the box, as the clerk would plan it having seen the journal so far.
fn next_state(scene: &Scene, basis: Position) -> DeviceState {
    let house = &scene.house;
    Desk::duty(&house.ceremony, house.boxes[0].device, basis, house.world.wall())
}

fn end(scene: &Scene) -> Position {
    scene.house.boxes[0].on_disk().last().expect("the box has written")
}

fn sealed(house: &sim::House) -> bool {
    house.boxes[0].is_on() && house.boxes[0].agent().guard().posture() == Posture::Sealed
}

fn order(scene: &Scene, kind: OrderKind) -> Order {
    let expires = scene.house.world.wall() + Duration::from_hours(1);
    Order { id: OrderId([9; 16]), kind, basis: end(scene), expires, consents: vec![] }
}

fn with_consents(scene: &Scene, mut order: Order, people: &[usize]) -> Order {
    let device = scene.house.boxes[0].device;
    order.consents = people.iter().map(|&who| scene.house.ceremony.consent(who, device, &order)).collect();
    order
}

/// Releases of everything that latches the box, by these people.
fn releases(scene: &Scene, people: &[usize]) -> Vec<Order> {
    let latches = scene.house.boxes[0].agent().guard().latches().to_vec();
    let releases = latches.into_iter().enumerate().map(|(number, latch)| {
        let kind = OrderKind::ReleaseLatch { event: latch.event, severity: latch.severity };
        let order = Order { id: OrderId([u8::try_from(number).unwrap_or(0); 16]), ..order(scene, kind) };
        with_consents(scene, order, people)
    });
    releases.collect()
}

fn a_generation_planned_before_the_lid_opened_does_not_relax_the_box(scene: &mut Scene) {
    on_duty(scene);
    let before = end(scene);
    scene.house.boxes[0].open_lid();
    scene.until("the box is sealed", LONG, sealed);
    scene.calm();
    scene.run(Duration::from_secs(10));
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(10));

    let mut old = next_state(scene, before);
    old.orders = releases(scene, &[0, 1]);
    old.orders.iter_mut().for_each(|order| {
        order.basis = before;
        order.consents.clear();
    });
    let rebuilt: Vec<Order> =
        old.orders.drain(..).map(|order| with_consents(scene, order, &[0, 1])).collect();
    old.orders = rebuilt;
    scene.house.bring(0, old);
    scene.run(Duration::from_secs(10));
    assert!(sealed(&scene.house), "the plan had not seen the opening");

    let mut new = next_state(scene, end(scene));
    new.orders = releases(scene, &[0, 1]);
    scene.house.bring(0, new);
    scene.run(Duration::from_secs(10));
    let boxed = &scene.house.boxes[0];
    assert_eq!(boxed.agent().guard().posture(), Posture::Normal, "this one had: {:?}", boxed.notices);
}

fn an_irreversible_order_does_not_exist_on_the_wire_without_two_people(scene: &mut Scene) {
    on_duty(scene);
    scene.calm();
    scene.run(Duration::from_secs(5));
    let wipe = order(scene, OrderKind::Run(Action::Wipe));
    assert_eq!(wipe.required(), 2);
    let keys = scene.house.ceremony.fleet_keys();
    for people in [&[][..], &[0]] {
        let mut state = next_state(scene, end(scene));
        state.orders = vec![with_consents(scene, wipe.clone(), people)];
        let signed = Signed::seal_whole(&state, &keys.state);
        assert!(matches!(signed, Err(Refusal::ConsentsMissing { .. })), "{people:?}");
    }
    let twice = with_consents(scene, wipe.clone(), &[0, 0]);
    let audience = Audience::device(scene.house.ceremony.fleet().clone(), scene.house.boxes[0].device);
    assert_eq!(
        twice.subject(&audience),
        wipe.subject(&audience),
        "consents do not change what is consented to"
    );
    let mut state = next_state(scene, end(scene));
    state.orders = vec![twice];
    let signed = Signed::seal_whole(&state, &keys.state);
    assert!(matches!(signed, Err(Refusal::DuplicateConsent(_))), "one person twice is one person");

    let mut state = next_state(scene, end(scene));
    state.orders = vec![with_consents(scene, wipe, &[0, 1])];
    scene.house.bring(0, state);
    scene.run(Duration::from_secs(30));
    assert!(scene.house.boxes[0].board.hands.in_force(&Action::Wipe), "two people are two");
}

fn a_reset_is_refused_to_whoever_was_let_in(scene: &mut Scene) {
    on_duty(scene);
    scene.calm();
    scene.run(Duration::from_secs(5));
    // The technician, who is also in the roster, is let into the rear; the lid is not theirs to open.
    let device = scene.house.boxes[0].device;
    let window = Millis(300_000);
    let wall = scene.house.world.wall();
    let work = scene.house.ceremony.work_order(device, &["lid"], 1, window, wall);
    scene.house.boxes[0].hear(guard::Input::WorkAsked);
    scene.run(Duration::from_millis(10));
    let challenge = scene.house.boxes[0].notices.iter().rev().find_map(|notice| match notice {
        agent::Notice::ShowChallenge(nonce) => Some(*nonce),
        _ => None,
    });
    let claimed = work.claimed().expect("our own letter");
    let presence = scene.house.ceremony.presence(1, &claimed, challenge.expect("the box asks"));
    scene.house.boxes[0].hear(guard::Input::WorkPresented {
        order: work.bytes().to_vec(),
        presence: presence.bytes().to_vec(),
    });
    scene.run(Duration::from_secs(2));
    assert_eq!(scene.house.boxes[0].agent().guard().arming(), vocab::Arming::Service);
    scene.house.boxes[0].open_lid();
    scene.run(Duration::from_secs(5));
    assert!(!sealed(&scene.house), "opened lawfully");
    // Left open when the window is over: now it is an alarm, and the technician has a part in it.
    scene.run(Duration::from_mins(7));
    assert!(sealed(&scene.house), "left open: {:?}", scene.house.boxes[0].notices);
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(10));

    let mut state = next_state(scene, end(scene));
    state.orders = releases(scene, &[0, 1]);
    scene.house.bring(0, state);
    scene.run(Duration::from_secs(10));
    assert!(sealed(&scene.house), "person 1 was let in and may not consent");

    let mut state = next_state(scene, end(scene));
    state.orders = releases(scene, &[0, 2]);
    scene.house.bring(0, state);
    scene.run(Duration::from_secs(10));
    assert!(!sealed(&scene.house), "two others may: {:?}", scene.house.boxes[0].notices);
}

fn a_hazardous_act_whose_interlock_is_unknown_is_not_done_and_its_alternative_is(scene: &mut Scene) {
    on_duty(scene);
    scene.calm();
    scene.run(Duration::from_secs(5));
    let mut state = next_state(scene, end(scene));
    state.interlocks = vec![InterlockRule {
        withholds: Action::PowerOff,
        condition: Interlock::Energised,
        instead: Some(Action::Isolate),
    }];
    state.orders = vec![order(scene, OrderKind::Run(Action::PowerOff))];
    scene.house.bring(0, state);
    scene.run(Duration::from_secs(30));
    let hands = &scene.house.boxes[0].board.hands;
    assert!(!hands.in_force(&Action::PowerOff), "nobody knows whether current flows");
    assert!(hands.in_force(&Action::Isolate), "so the safe alternative runs");
    let receipts = scene.house.boxes[0].journal().into_iter().filter_map(|body| match body {
        Body::Receipt(receipt) => Some((receipt.action, receipt.outcome)),
        _ => None,
    });
    let told: Vec<_> = receipts.collect();
    assert!(told.contains(&(Action::PowerOff, Outcome::Withheld(Interlock::Energised))), "{told:?}");
    assert!(told.contains(&(Action::Isolate, Outcome::Done)), "{told:?}");
}

fn a_rolled_back_state_is_refused(scene: &mut Scene) {
    on_duty(scene);
    scene.calm();
    scene.run(Duration::from_secs(5));
    let first = next_state(scene, end(scene));
    let proved = scene.house.boxes[0].agent().guard().obeys().proved;
    let parcel = scene.house.desk.sign(&scene.house.ceremony, first, proved);
    let mut second = next_state(scene, end(scene));
    second.posture = Posture::Guarded;
    scene.house.bring(0, second);
    scene.run(Duration::from_secs(5));
    let generation = scene.house.boxes[0].agent().guard().obeys().generation;
    scene.house.boxes[0].hear(guard::Input::State(parcel.state));
    scene.house.boxes[0].hear(guard::Input::Proof(parcel.proof));
    scene.run(Duration::from_secs(5));
    let guard = scene.house.boxes[0].agent().guard();
    assert_eq!((guard.obeys().generation, guard.posture()), (generation, Posture::Guarded));
}
