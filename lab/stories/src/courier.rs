//! A box that no network reaches, and what people and a courier bring to it.

use std::time::Duration;

use journal::Position;
use sim::{Desk, House};
use vocab::{Arming, Millis, OrderId, Posture};
use wire::v1::{DeviceState, Order, OrderKind};

use crate::Scene;

/// Long enough for anything that a box does by itself, through every fault.
pub const LONG: Duration = Duration::from_mins(2);

/// A box on duty, and the faults begin.
pub fn on_duty(scene: &mut Scene) {
    let number = scene.house.put_up_alone();
    scene.house.arm_alone(number);
    scene.begin();
}

/// A box that has been on duty through faults, and now has none.
pub fn weathered(scene: &mut Scene) {
    on_duty(scene);
    scene.run(Duration::from_secs(12));
    scene.calm();
    scene.run(Duration::from_secs(5));
}

/// The next ordinary state of the box, as the clerk would plan it having seen the journal so far.
pub fn next_state(scene: &Scene, basis: Position) -> DeviceState {
    let house = &scene.house;
    Desk::duty(&house.ceremony, house.boxes[0].device, basis, house.world.wall())
}

/// The last entry of the box.
///
/// # Panics
/// If it has written none.
pub fn end(scene: &Scene) -> Position {
    scene.house.boxes[0].on_disk().last().expect("the box has written")
}

/// Whether the box has sealed itself.
pub fn sealed(house: &House) -> bool {
    house.boxes[0].is_on() && house.boxes[0].agent().guard().posture() == Posture::Sealed
}

/// Whether the box has refused something for this reason.
pub fn refused(scene: &Scene, code: &str) -> bool {
    let mut notices = scene.house.boxes[0].notices.iter();
    notices.any(|notice| matches!(notice, agent::Notice::Refused(refusal) if refusal.code() == code))
}

/// An order without anybody's consent.
pub fn order(scene: &Scene, kind: OrderKind) -> Order {
    let expires = scene.house.world.wall() + Duration::from_hours(1);
    Order { id: OrderId([9; 16]), kind, basis: end(scene), expires, consents: vec![] }
}

/// The order with the consents of these people and nobody else's.
pub fn with_consents(scene: &Scene, mut order: Order, people: &[usize]) -> Order {
    let device = scene.house.boxes[0].device;
    order.consents = people.iter().map(|&who| scene.house.ceremony.consent(who, device, &order)).collect();
    order
}

/// Releases of everything that latches the box, on this basis, by these people.
pub fn releases(scene: &Scene, basis: Position, people: &[usize]) -> Vec<Order> {
    let bare = bare_releases(scene, basis).into_iter();
    bare.map(|order| with_consents(scene, order, people)).collect()
}

/// The same before anybody consents.
pub fn bare_releases(scene: &Scene, basis: Position) -> Vec<Order> {
    let latches = scene.house.boxes[0].agent().guard().latches().to_vec();
    let releases = latches.into_iter().enumerate().map(|(number, latch)| {
        let kind = OrderKind::ReleaseLatch { event: latch.event, severity: latch.severity };
        let id = OrderId([u8::try_from(number).unwrap_or(0); 16]);
        Order { id, basis, ..order(scene, kind) }
    });
    releases.collect()
}

/// A state that releases everything that latches the box comes with its proof, and time to judge it.
pub fn bring_reset(scene: &mut Scene, people: &[usize]) {
    let mut state = next_state(scene, end(scene));
    state.orders = releases(scene, state.basis, people);
    scene.house.bring(0, state);
    scene.run(Duration::from_secs(10));
}

/// A technician shows a work order for these zones and is let in.
///
/// # Panics
/// If the box does not let them in.
pub fn let_in(scene: &mut Scene, technician: usize, zones: &[&str], window: Millis) {
    let device = scene.house.boxes[0].device;
    let wall = scene.house.world.wall();
    let work = scene.house.ceremony.work_order(device, zones, technician, window, wall);
    scene.house.boxes[0].hear(guard::Input::WorkAsked);
    scene.run(Duration::from_millis(10));
    let challenge = scene.house.boxes[0].notices.iter().rev().find_map(|notice| match notice {
        agent::Notice::ShowChallenge(nonce) => Some(*nonce),
        _ => None,
    });
    let claimed = work.claimed().expect("our own letter");
    let presence = scene.house.ceremony.presence(technician, &claimed, challenge.expect("the box asks"));
    scene.house.boxes[0].hear(guard::Input::WorkPresented {
        order: work.bytes().to_vec(),
        presence: presence.bytes().to_vec(),
    });
    scene.run(Duration::from_secs(2));
    let boxed = &scene.house.boxes[0];
    assert_eq!(boxed.agent().guard().arming(), Arming::Service, "{:?}", boxed.notices);
}
