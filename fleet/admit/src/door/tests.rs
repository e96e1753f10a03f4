use alloc::{format, vec};

use super::*;
use crate::{
    standing::{Cause, Reason, Revocation, State},
    testing::{ADA, Chip, DEV, NOW, enrolled, fleet, later},
};

fn presented(chip: &Chip) -> Presented {
    Presented {
        uris: vec![format!("spiffe://device.nord/{DEV}")],
        point: chip.public::<crypto::key::Device>().as_bytes().to_vec(),
        certificate: Certificate::Full,
        not_before: later(-300),
        not_after: later(86_400),
    }
}

fn enter_hardware(presented: &Presented, identity: Option<&Identity>) -> Result<Room, Refusal> {
    let fleet = fleet();
    enter(presented, identity, &Door { fleet: &fleet, place: Place::Hardware, heard: NOW }, NOW)
}

#[test]
fn the_enrolled_device_comes_in() {
    let (machine, identity, _) = enrolled();
    let good = presented(&machine.device);
    assert_eq!(enter_hardware(&good, Some(&identity)), Ok(Room::Open));
    let (not_before, not_after) = (NOW, Wall(NOW.0 + 1));
    assert_eq!(enter_hardware(&Presented { not_before, not_after, ..good }, Some(&identity)), Ok(Room::Open));
}

#[test]
fn every_other_certificate_is_refused_for_its_own_reason() {
    let (machine, identity, _) = enrolled();
    let good = presented(&machine.device);
    let service = "spiffe://service.nord/hardware".into();
    let other = DeviceId([8; 16]);
    let cases = [
        (Presented { uris: vec![], ..good.clone() }, Refusal::UriCount(0)),
        (Presented { uris: vec![good.uris[0].clone(); 2], ..good.clone() }, Refusal::UriCount(2)),
        (Presented { uris: vec![service], ..good.clone() }, Refusal::Zone(TrustZone::Service)),
        (
            Presented { uris: vec![format!("spiffe://device.west/{DEV}")], ..good.clone() },
            Refusal::UriForeign(format!("spiffe://device.west/{DEV}")),
        ),
        (Presented { uris: vec!["x".repeat(4000)], ..good.clone() }, Refusal::UriForeign("x".repeat(128))),
        (
            Presented { uris: vec![format!("spiffe://device.nord/{other}")], ..good.clone() },
            Refusal::Unenrolled(other),
        ),
        (Presented { not_before: later(1), ..good.clone() }, Refusal::CertificateEarly),
        (Presented { not_after: NOW, ..good.clone() }, Refusal::CertificateExpired),
        (Presented { point: presented(&Chip::of(9)).point, ..good.clone() }, Refusal::KeyOther),
        (Presented { point: vec![], ..good.clone() }, Refusal::KeyOther),
    ];
    for (presented, refusal) in cases {
        assert_eq!(enter_hardware(&presented, Some(&identity)), Err(refusal));
    }
    assert_eq!(enter_hardware(&good, None), Err(Refusal::Unenrolled(DEV)));
}

#[test]
fn a_door_whose_feed_is_old_lets_nobody_in() {
    let (machine, identity, _) = enrolled();
    let fleet = fleet();
    let door = Door { fleet: &fleet, place: Place::Elsewhere, heard: NOW };
    let presented = presented(&machine.device);
    assert_eq!(enter(&presented, Some(&identity), &door, later(5)), Ok(Room::Open));
    assert_eq!(enter(&presented, Some(&identity), &door, later(6)), Err(Refusal::FeedStale));
}

#[test]
fn a_door_whose_feed_is_from_the_future_lets_nobody_in() {
    let (machine, identity, _) = enrolled();
    let fleet = fleet();
    let presented = presented(&machine.device);
    let heard = |heard| Door { fleet: &fleet, place: Place::Elsewhere, heard };
    assert_eq!(enter(&presented, Some(&identity), &heard(later(5)), NOW), Ok(Room::Open));
    assert_eq!(enter(&presented, Some(&identity), &heard(later(6)), NOW), Err(Refusal::FeedStale));
}

#[test]
fn a_suspended_device_has_the_quarantine_room_and_a_revoked_one_has_nothing() {
    let (machine, mut identity, _) = enrolled();
    let presented = presented(&machine.device);
    identity.standing_mut().suspend(Cause::Flood, NOW);
    assert_eq!(enter_hardware(&presented, Some(&identity)), Ok(Room::Quarantine));
    let fleet = fleet();
    let elsewhere = Door { fleet: &fleet, place: Place::Elsewhere, heard: NOW };
    assert_eq!(enter(&presented, Some(&identity), &elsewhere, NOW), Err(Refusal::Suspended));
    identity.standing_mut().revoke(Revocation { reason: Reason::Retired, by: ADA, at: NOW });
    assert_eq!(enter_hardware(&presented, Some(&identity)), Err(Refusal::Revoked(Reason::Retired)));
    assert_eq!(identity.standing().state(), State::Revoked);
}

#[test]
fn a_replaced_key_is_known_as_such() {
    let (machine, mut identity, _) = enrolled();
    identity.rekey(Chip::of(2).public(), NOW);
    let old = machine.device.public::<crypto::key::Device>();
    assert_eq!(
        enter_hardware(&presented(&machine.device), Some(&identity)),
        Err(Refusal::KeyReplaced(old.id()))
    );
    assert_eq!(enter_hardware(&presented(&Chip::of(2)), Some(&identity)), Ok(Room::Open));
}

#[test]
fn a_service_is_named_at_its_own_door_and_a_device_is_not() {
    let (machine, ..) = enrolled();
    let device = presented(&machine.device);
    let caller = Presented { uris: vec!["spiffe://service.nord/indexer".into()], ..device.clone() };
    let judged = |presented, at| service(presented, &fleet(), |_| None, at);
    assert_eq!(judged(&caller, NOW), Ok(ServiceName::new("indexer").unwrap()));
    assert_eq!(judged(&device, NOW), Err(Refusal::Zone(TrustZone::Device)));
    assert_eq!(judged(&caller, later(86_400)), Err(Refusal::CertificateExpired));
    assert_eq!(judged(&caller, later(-301)), Err(Refusal::CertificateEarly));
    assert_eq!(named(&caller, &fleet()), Err(Refusal::Zone(TrustZone::Service)));
}

/// A credential made at `NOW` begins five minutes before.
#[test]
fn a_credential_that_people_ended_is_over_and_one_that_was_made_since_is_another() {
    let (machine, ..) = enrolled();
    let caller = Presented {
        uris: vec!["spiffe://service.nord/indexer".into()],
        not_before: later(-300),
        not_after: later(86_400),
        ..presented(&machine.device)
    };
    let name = ServiceName::new("indexer").unwrap();
    let judged = |revoked: Option<i64>| {
        let at = |asked: &ServiceName| revoked.filter(|_| *asked == name).map(later);
        service(&caller, &fleet(), at, later(60))
    };
    assert_eq!(judged(None), Ok(name.clone()));
    assert_eq!(judged(Some(-1)), Ok(name.clone()), "it was made since");
    assert_eq!(judged(Some(0)), Err(Refusal::ServiceRevoked(name.clone())));
    assert_eq!(judged(Some(30)), Err(Refusal::ServiceRevoked(name.clone())));
}
