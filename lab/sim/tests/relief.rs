//! What people wait for is told at once.

use std::time::Duration;

use access::Action;
use sim::{House, hand};
use vocab::Severity;

#[test]
fn a_lid_that_is_closed_again_is_told_before_the_next_heartbeat() {
    let mut house = House::new(1);
    house.open_fleet(vec![]);
    let number = house.join("dev-01", "harbour");
    house.commission(number);
    house.boxes[number].open_lid();
    let device = house.boxes[number].device;
    let latched = |house: &House| {
        let record = house.fleet().record(device).expect("an enrolled box");
        record.latches.iter().find(|latch| latch.severity >= Severity::High).map(|latch| latch.event)
    };
    assert!(house.run_until(Duration::from_secs(5), |house| latched(house).is_some()), "the lid is known");
    // Far from any heartbeat.
    house.run(Duration::from_secs(10));
    house.boxes[number].close_lid();
    house.run(Duration::from_secs(4));
    let event = latched(&house).expect("people have released nothing");
    let (permit, now) = (house.permit(0, Action::Propose, number), house.now());
    let fleet = &mut house.hq.as_mut().expect("the fleet is open").fleet;
    let proposed = fleet.propose(&permit, device, event, hand::label("all is well"), now);
    assert!(proposed.is_ok(), "{proposed:?}");
}
