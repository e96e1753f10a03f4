//! Silence, and what was hidden in it.

use super::*;
use crate::testing::house::House;

fn device(number: u8, since: i64) -> Silence {
    Silence::Device { device: id(number), since: later(since) }
}

fn site(numbers: &[u8], since: i64) -> Silence {
    let devices = numbers.iter().map(|number| (id(*number), later(since))).collect();
    Silence::Site { site: SiteName::new("south").unwrap(), devices }
}

#[test]
fn a_silent_device_is_one_incident_however_often_it_is_told() {
    let mut house = House::new();
    let correlated = house.hears(News::Silence(&device(7, -90)));
    assert_eq!(correlated.demands, [], "silence suspends nobody");
    let incident = house.incident();
    assert_eq!((incident.kind(), incident.severity()), (IncidentKind::Silence, Severity::High));
    assert_eq!(incident.state(), State::Open);
    assert_eq!(house.hears(News::Silence(&device(7, -90))), Correlated::default());
}

#[test]
fn a_device_that_speaks_again_is_on_its_way_back() {
    let mut house = House::new();
    house.hears(News::Silence(&device(7, -90)));
    house.now = later(60);
    house.hears(News::Back { device: id(7) });
    let one = &house.incident().boxes()[0];
    assert_eq!(one.quiet, Some(Quiet { since: later(-90), back: Some(later(60)) }));
    assert_eq!(house.incident().state(), State::Recovering);
    assert_eq!(house.hears(News::Back { device: id(7) }), Correlated::default());
}

#[test]
fn a_silent_site_is_one_incident_whoever_fell_silent_first() {
    let mut house = House::new();
    house.hears(News::Silence(&device(7, -90)));
    house.hears(News::Silence(&device(8, -80)));
    assert_eq!(house.incident().kind(), IncidentKind::Silence);
    house.hears(News::Silence(&site(&[7, 8, 9], -70)));
    assert_eq!((house.incident().kind(), house.incident().boxes().len()), (IncidentKind::SiteSilence, 3));
    house.hears(News::Silence(&site(&[7, 8, 9, 10], -60)));
    assert_eq!(house.incident().boxes().len(), 4);
    assert_eq!(house.hears(News::Silence(&site(&[7, 8, 9, 10], -60))), Correlated::default());
}

#[test]
fn silence_elsewhere_or_much_later_is_another_incident() {
    let mut house = House::new();
    house.hears(News::Silence(&device(7, -90)));
    house.hears(News::Silence(&device(1, -90)));
    assert_eq!(house.incidents.len(), 2);
    house.hears(News::Silence(&device(8, 601)));
    assert_eq!(house.incidents.len(), 3);
}

#[test]
fn the_gap_and_the_event_that_comes_out_of_it_are_one_incident() {
    let mut house = House::new();
    let (mut machine, mut neighbour) = (house.machine(7), house.machine(8));
    // The link is cut, then the lid is opened; an hour later the link is mended.
    house.hears(News::Silence(&device(7, 0)));
    machine.wait(1800);
    machine.opened(1);
    machine.wait(1800);
    house.wait(3600, &mut [&mut neighbour]);
    house.hears(News::Back { device: id(7) });
    assert_eq!(suspensions(&house.takes(&mut machine)), 1);
    let incident = house.incident();
    assert_eq!((incident.kind(), incident.state()), (IncidentKind::Tamper, State::Recovering));
    assert!(incident.involved(id(7)).unwrap().quiet.is_some());

    // Its harmless twin: what happens long after the silence is not hidden in it.
    house.wait(3600, &mut [&mut machine, &mut neighbour]);
    machine.opened(2);
    house.takes(&mut machine);
    assert_eq!(house.incidents.len(), 2);
}

#[test]
fn what_happens_live_after_a_silence_was_not_hidden_in_it() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    house.hears(News::Silence(&device(7, 0)));
    house.wait(3600, &mut [&mut machine]);
    house.hears(News::Back { device: id(7) });
    machine.opened(1);
    house.takes(&mut machine);
    let kinds: Vec<_> = house.incidents.iter().map(Incident::kind).collect();
    assert_eq!(kinds, [IncidentKind::Silence, IncidentKind::Tamper]);
}

#[test]
fn what_happened_long_before_a_silence_was_not_hidden_in_it() {
    for (seconds, incidents) in [(601, 2), (599, 1)] {
        let mut house = House::new();
        let mut machine = house.machine(7);
        machine.opened(1);
        machine.wait(4000);
        house.hears(News::Silence(&device(7, seconds)));
        house.wait(4000, &mut []);
        house.hears(News::Back { device: id(7) });
        house.takes(&mut machine);
        assert_eq!(house.incidents.len(), incidents, "{seconds} s before");
    }
}

#[test]
fn a_late_event_of_a_box_that_was_opened_and_then_silent_is_part_of_that() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    house.hears(News::Silence(&device(7, 10)));
    machine.wait(3600);
    machine.opened(2);
    machine.wait(3600);
    house.wait(7200, &mut []);
    house.hears(News::Back { device: id(7) });
    house.takes(&mut machine);
    assert_eq!(house.incident().boxes()[0].events[0].times, 2);
}

#[test]
fn one_device_that_is_back_changes_nothing_for_another() {
    let mut house = House::new();
    house.hears(News::Silence(&device(1, 0)));
    house.hears(News::Silence(&device(7, 0)));
    let correlated = house.hears(News::Back { device: id(7) });
    assert_eq!(correlated.incidents.len(), 1);
    assert_eq!(house.incidents[0].state(), State::Open);
}

#[test]
fn an_event_of_a_device_that_is_still_silent_joins_its_silence() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    house.hears(News::Silence(&device(7, 0)));
    house.wait(7200, &mut [&mut machine]);
    machine.opened(1);
    house.takes(&mut machine);
    assert_eq!(house.incident().kind(), IncidentKind::Tamper);
}

#[test]
fn a_site_whose_link_was_cut_tells_of_the_attack_in_the_same_incident() {
    let mut house = House::new();
    let (mut one, mut two) = (house.machine(7), house.machine(8));
    house.hears(News::Silence(&site(&[7, 8, 9], 0)));
    one.wait(100);
    one.opened(1);
    two.wait(400);
    two.opened(2);
    house.wait(3600, &mut [&mut one, &mut two]);
    house.hears(News::Back { device: id(7) });
    house.hears(News::Back { device: id(8) });
    house.takes(&mut one);
    house.takes(&mut two);
    let incident = house.incident();
    assert_eq!((incident.kind(), incident.boxes().len()), (IncidentKind::Tamper, 3));
    assert_eq!(incident.boxes().iter().filter(|one| one.suspended.is_some()).count(), 2);
}

#[test]
fn a_box_that_falls_silent_after_it_was_opened_stays_in_its_incident() {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    house.now = later(24 * 3600);
    house.hears(News::Silence(&device(7, 23 * 3600)));
    let incident = house.incident();
    assert_eq!(incident.kind(), IncidentKind::Tamper);
    assert!(incident.boxes()[0].quiet.is_some());

    // Its harmless twin: a neighbour of whom nothing was heard has an incident of its own.
    house.hears(News::Silence(&device(8, 23 * 3600)));
    assert_eq!(house.incidents.len(), 2);
}
