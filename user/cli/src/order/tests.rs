use crypto::{key::SecretKey, signed::Signed};
use wire::v1::OrderKind;

use super::*;
use crate::testing::{
    DEVICE, EVENT, LATER, NOW, ORDER, OTHER_DEVICE, OTHER_EVENT, ada, audience, fleet_name, key_of, proposal,
    release,
};

fn asked() -> Asked {
    Asked { device: Some(DEVICE), event: Some(EVENT), order: Some(ORDER), kinds: Kinds::Release }
}

fn read(proposal: &api::Proposal, asked: &Asked) -> Result<Reviewed, Refusal> {
    review(proposal, &fleet_name(), asked, NOW)
}

/// What a change in the order itself, or in what the fleet says about it, is refused for.
fn differs(order: &Order, change: impl FnOnce(&mut api::Proposal)) -> &'static str {
    let mut proposal = proposal(order);
    change(&mut proposal);
    match read(&proposal, &asked()).unwrap_err() {
        Refusal::OrderOther { what, .. } => what,
        other => panic!("{other}"),
    }
}

#[test]
fn an_honest_order_is_consented_to_by_the_digest_that_is_computed_here() {
    let order = release();
    let reviewed = read(&proposal(&order), &asked()).unwrap();
    assert_eq!(reviewed.subject(), order.subject(&audience()));
    let consent = reviewed.consent(&ada()).verify(&key_of(&ada()), &audience()).unwrap();
    assert_eq!((consent.person, consent.subject), (ada().person, order.subject(&audience())));
    assert_eq!(consent.expires, order.expires);
}

#[test]
fn what_is_shown_is_what_the_bytes_hold() {
    let mut proposal = proposal(&release());
    proposal.sentence = "nothing to worry about".into();
    let told = read(&proposal, &asked()).unwrap().told();
    let of = |name| told.iter().find(|(known, _)| *known == name).unwrap().1.clone();
    assert_eq!(of("what"), "release the latch that this event set (severity high)");
    assert_eq!(of("device"), DEVICE.to_string());
    assert_eq!(of("event"), EVENT.to_string());
    assert_eq!(of("not after"), LATER.to_string());
    assert!(of("as seen up to").starts_with("entry 12 of boot_"));
    assert_eq!(of("you sign"), hex::encode(&release().subject(&audience()).0));
}

#[test]
fn an_order_that_is_not_what_was_asked_for_is_not_signed() {
    let nothing = |_: &mut api::Proposal| ();
    let elsewhere = |proposal: &mut api::Proposal| proposal.audience.device = OTHER_DEVICE.to_string();
    assert_eq!(differs(&release(), elsewhere), "device");
    let fleet = |proposal: &mut api::Proposal| proposal.audience.fleet = "sued".into();
    assert_eq!(differs(&release(), fleet), "fleet");

    let other = Order { id: OrderId([1; 16]), ..release() };
    assert_eq!(differs(&other, nothing), "order");
    let wipe = Order { kind: OrderKind::Run(Action::Wipe), ..release() };
    assert_eq!(differs(&wipe, nothing), "kind");
    assert_eq!(differs(&wipe, |proposal| proposal.kind = api::word::OrderKind::Run), "kind");
    let of = |event, severity| OrderKind::ReleaseLatch { event, severity };
    let other = Order { kind: of(OTHER_EVENT, Severity::High), ..release() };
    assert_eq!(differs(&other, |proposal| proposal.event = Some(OTHER_EVENT.to_string())), "event");
}

#[test]
fn a_fleet_that_says_one_thing_and_asks_for_another_is_refused() {
    let any = Asked::default();
    let lies: [(fn(&mut api::Proposal), &str); 4] = [
        (|proposal| proposal.event = Some(OTHER_EVENT.to_string()), "event"),
        (|proposal| proposal.severity = Some(api::word::Severity::Low), "severity"),
        (|proposal| proposal.kind = api::word::OrderKind::Acknowledge, "kind"),
        (|proposal| proposal.order = OrderId([1; 16]).to_string(), "order"),
    ];
    for (lie, about) in lies {
        let mut proposal = proposal(&release());
        lie(&mut proposal);
        let refused = read(&proposal, &any).unwrap_err();
        assert!(matches!(refused, Refusal::OrderOther { what, .. } if what == about), "{about}: {refused}");
    }
}

#[test]
fn an_order_that_cannot_be_read_in_whole_is_not_signed() {
    let with = |order_cbor: String| {
        read(&api::Proposal { order_cbor, ..proposal(&release()) }, &asked()).unwrap_err()
    };
    assert!(matches!(with("xyz".into()), Refusal::Answer(_)));
    assert!(matches!(with("a0".into()), Refusal::Order(_)));
    let mut newer = cbor::encode(&release());
    assert_eq!(newer[0], 0xa5, "a map of five");
    newer[0] = 0xa6;
    newer.extend([0x19, 0x03, 0xe8, 0x00]);
    assert_eq!(with(hex::encode(&newer)), Refusal::OrderNewer);
}

#[test]
fn an_order_whose_time_is_over_is_not_signed() {
    let order = Order { expires: NOW, ..release() };
    assert_eq!(read(&proposal(&order), &asked()).unwrap_err(), Refusal::OrderExpired);
}

#[test]
fn the_consents_of_others_do_not_change_what_is_signed() {
    let mut order = release();
    let subject = order.subject(&audience());
    let consent =
        Consent { fleet: fleet_name(), device: DEVICE, person: ada().person, subject, expires: LATER };
    order.consents = vec![Signed::seal(&consent, &SecretKey::from_seed([7; 32]))];
    assert_eq!(read(&proposal(&order), &asked()).unwrap().subject(), subject);
}

#[test]
fn what_nobody_can_undo_says_so() {
    let order = Order { kind: OrderKind::Run(Action::Wipe), ..release() };
    let mut proposal = proposal(&order);
    proposal.kind = api::word::OrderKind::Run;
    let told = read(&proposal, &Asked::default()).unwrap().told();
    assert_eq!(told[0].1, "destroy the device's data; nobody can undo it");
}
