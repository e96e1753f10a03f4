use alloc::string::ToString;

use vocab::{Generation, TamperKind, TamperState};
use wire::v1::Body;

use super::*;
use crate::{
    correlate::News,
    silence::Silence,
    testing::{
        Machine, NOW,
        house::{House, event_id, id, reason},
        later, state,
    },
};

const ADA: PersonId = PersonId([0xad; 16]);

fn opened() -> (House, Machine) {
    let mut house = House::new();
    let mut machine = house.machine(7);
    machine.opened(1);
    house.takes(&mut machine);
    (house, machine)
}

fn close(house: &mut House) -> Result<(), Mistake> {
    house.incidents[0].close(Outcome::True, ADA, reason("forced open"), later(60))
}

#[test]
fn an_incident_goes_its_way_from_open_to_closed() {
    let (mut house, mut machine) = opened();
    let expected = Expected { generation: Generation(2), state: state(2), releases: [event_id(1)].into() };
    house.incidents[0].planned(id(7), expected.clone(), NOW);
    house.incidents[0].planned(id(7), expected, NOW);
    machine.adopt(2);
    machine.releases(1, "lid", TamperState::Normal);
    house.takes(&mut machine);
    house.settles(&machine);
    house.incidents[0].lifted(id(7), later(30));
    house.incidents[0].lifted(id(7), later(31));
    close(&mut house).unwrap();
    let steps: Vec<_> = house.incident().history().iter().map(|step| step.what.clone()).collect();
    let (device, generation) = (id(7), Generation(2));
    let expected = [
        What::State(State::Open),
        What::Suspended(device),
        What::State(State::Contained),
        What::Planned { device, generation },
        What::State(State::Recovering),
        What::Verified { device, generation },
        What::State(State::Verified),
        What::Lifted(device),
        What::State(State::Closed),
    ];
    assert_eq!(steps, expected);
    let closing = house.incident().closing().unwrap();
    assert_eq!((closing.outcome, closing.by, closing.at), (Outcome::True, ADA, later(60)));
}

#[test]
fn an_incident_is_not_closed_over_what_it_would_leave_behind() {
    let (mut house, mut machine) = opened();
    assert_eq!(close(&mut house), Err(Mistake::StillLatched(id(7), event_id(1))));
    machine.releases(1, "lid", TamperState::Normal);
    house.takes(&mut machine);
    assert_eq!(close(&mut house), Err(Mistake::StillSuspended(id(7))));
    house.incidents[0].lifted(id(7), NOW);
    house.hears(News::Silence(&Silence::Device { device: id(7), since: NOW }));
    assert_eq!(close(&mut house), Err(Mistake::StillSilent(id(7))));
    house.hears(News::Back { device: id(7) });
    assert_eq!(close(&mut house), Ok(()));
    let closed = house.incident().id();
    assert_eq!(close(&mut house), Err(Mistake::AlreadyClosed(closed)));
}

#[test]
fn a_device_that_is_revoked_leaves_nothing_behind() {
    let (mut house, _) = opened();
    house.incidents[0].revoked(id(7), NOW);
    house.incidents[0].revoked(id(7), later(1));
    assert_eq!(close(&mut house), Ok(()));
}

#[test]
fn an_incident_is_as_far_as_the_box_that_is_least_far() {
    let (mut house, _) = opened();
    let mut other = house.machine(8);
    let event = other.event(2, TamperKind::Struck, "case", Severity::Low);
    other.say(&Body::Event(event));
    house.takes(&mut other);
    assert_eq!(house.incident().state(), State::Open);
    assert_eq!(house.settles(&other), crate::Settlement::Verified);
    assert_eq!(house.incident().state(), State::Contained);
}

#[test]
fn the_policy_judges_the_worst_of_it() {
    let (mut house, mut machine) = opened();
    let event = machine.event(2, TamperKind::Moved, "case", Severity::Medium);
    let verification = Verification::Verified;
    let confidence = vocab::unit::Permille(990);
    machine.say(&Body::Event(vocab::TamperEvent { verification, confidence, ..event }));
    house.takes(&mut machine);
    let expected = IncidentFacts {
        id: house.incident().id(),
        kind: IncidentKind::Tamper,
        tamper: [TamperKind::LidOpened, TamperKind::Moved].into(),
        severity: Severity::High,
        confidence,
        verification,
        authority: Authority::Unauthorised,
    };
    assert_eq!(house.incident().facts(), expected);
    assert_eq!(
        Incident::open(IncidentId([0; 16]), IncidentKind::Fork, None, NOW, NOW).confidence(),
        Confidence::ONE
    );
}

#[test]
fn each_mistake_has_a_code_and_says_what_to_do() {
    let all = [
        Mistake::AlreadyClosed(IncidentId([0; 16])),
        Mistake::Own(IncidentId([0; 16])),
        Mistake::StillLatched(id(7), event_id(1)),
        Mistake::StillSilent(id(7)),
        Mistake::StillSuspended(id(7)),
    ];
    for (at, mistake) in all.iter().enumerate() {
        assert!(mistake.code().starts_with("incident/") && mistake.to_string().len() > 20, "{mistake}");
        assert!(all[..at].iter().all(|other| other.code() != mistake.code()));
    }
}

#[test]
fn a_number_that_is_no_kind_is_refused() {
    let (house, _) = opened();
    let bytes = crypto::cbor::encode(house.incident());
    // The second key of the map is the kind: `1: 6`.
    let at = bytes.windows(2).position(|window| window == [0x01, 0x06]).unwrap();
    let mut other = bytes;
    other[at + 1] = 0x09;
    assert!(crypto::cbor::decode::<Incident>(&other, &crypto::cbor::Limits::FRAME).is_err());
}
