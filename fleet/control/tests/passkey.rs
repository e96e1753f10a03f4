//! What a passkey is asked to sign in a page, and what becomes of its answer.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use access::{Action, Permit, Resource};
use control::{
    Asked,
    passkey::{self, Answer},
};
use crypto::{
    passkey::{Passkey, Unfit},
    refusal::Refusal,
    signed::{Audience, ToAssert},
};
use plan::Mistake;
use sim::{Asking, HONEST, House};
use vocab::{Label, OrderId, PersonId};
use wire::v1::Order;

const LONG: Duration = Duration::from_mins(5);

/// A house in which Ada proposed, and consented to, the release of a lid that was opened and closed.
fn proposed() -> (House, Order) {
    let mut house = House::new(3);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    house.run(Duration::from_secs(10));
    house.boxes[0].open_lid();
    let latched = |house: &House| !house.fleet().record(house.boxes[0].device).unwrap().latches.is_empty();
    assert!(house.run_until(LONG, latched));
    house.run(Duration::from_secs(20));
    house.boxes[0].close_lid();
    house.run(Duration::from_secs(40));
    let device = house.boxes[0].device;
    let event = house.fleet().record(device).unwrap().latches[0].event;
    let (permit, now) = (house.permit(0, Action::Propose, 0), house.now());
    let fleet = &mut house.hq.as_mut().unwrap().fleet;
    let proposal = fleet.propose(&permit, device, event, sim::hand::label("looked at it"), now).unwrap();
    let order = proposal.order().clone();
    let consent = house.ceremony.consent(0, device, &order);
    house.hq.as_mut().unwrap().fleet.approve(&permit, order.id, consent, now).unwrap();
    (house, order)
}

fn may_approve(house: &House, person: usize) -> Permit {
    let (device, by) = (house.boxes[0].device, house.ceremony.person(0));
    let site = house.fleet().record(device).unwrap().site.clone();
    let resource = Resource::Proposal { by, consented: [by].into(), site };
    house.permit_on(person, Action::Approve, resource).unwrap()
}

/// The answer of one person's telephone to what the fleet asks another.
fn answer(house: &House, of: usize, asked: usize, order: OrderId, asking: &Asking) -> Answer {
    let question =
        passkey::question(house.fleet(), order, house.ceremony.person(asked), house.now()).unwrap();
    let said = house.ceremony.authenticator(of).answer(asking, question.challenge);
    Answer {
        credential: question.passkeys[0].credential.clone(),
        authenticator_data: said.authenticator_data,
        client_data: said.client_data,
        signature: said.signature,
    }
}

fn hand_in(house: &mut House, order: OrderId, answer: &Answer) -> Result<(), Asked> {
    let (permit, now) = (may_approve(house, 1), house.now());
    passkey::consent(&mut house.hq.as_mut().unwrap().fleet, &permit, order, answer, now)
}

fn consents(house: &House, order: OrderId) -> usize {
    house.fleet().proposals().find(|one| one.order().id == order).unwrap().order().consents.len()
}

#[test]
fn the_question_is_what_the_roster_pins_and_what_the_person_would_sign() {
    let (house, order) = proposed();
    let question = passkey::question(house.fleet(), order.id, house.ceremony.person(1), house.now()).unwrap();
    let body = house.ceremony.consenting(1, house.boxes[0].device, &order);
    assert_eq!(question.challenge, ToAssert::new(&body).challenge().0);
    let passkey = house.ceremony.authenticator(1).passkey();
    let [pinned] = &question.passkeys[..] else { panic!("one passkey") };
    assert_eq!(pinned.credential, passkey.credential.as_bytes());
    assert_eq!((&*pinned.relying_party, &*pinned.origin), (HONEST.relying_party, HONEST.page));
    let other = passkey::question(house.fleet(), order.id, house.ceremony.person(2), house.now()).unwrap();
    assert_ne!(other.challenge, question.challenge, "each person signs their own");
}

#[test]
fn what_nobody_proposed_and_whoever_has_no_passkey_is_asked_nothing() {
    let (house, order) = proposed();
    let nothing = OrderId([0; 16]);
    let asked = passkey::question(house.fleet(), nothing, house.ceremony.person(1), house.now());
    assert_eq!(asked, Err(Asked::NoProposal(nothing)));
    let stranger = PersonId([99; 16]);
    assert_eq!(
        passkey::question(house.fleet(), order.id, stranger, house.now()),
        Err(Asked::NoPasskey(stranger))
    );
}

#[test]
fn an_answer_is_a_consent_that_the_device_would_believe() {
    let (mut house, order) = proposed();
    let answer = answer(&house, 1, 1, order.id, &HONEST);
    hand_in(&mut house, order.id, &answer).unwrap();
    let device = house.boxes[0].device;
    let kept = house.fleet().proposals().find(|one| one.order().id == order.id).unwrap();
    let audience = Audience::device(house.ceremony.fleet().clone(), device);
    let passkey = house.ceremony.authenticator(1).passkey();
    let letter = kept.order().consents[1].clone().verify_by_passkey(passkey, &audience).unwrap();
    assert_eq!(*letter, house.ceremony.consenting(1, device, &order));
    assert!(house.run_until(LONG, |house| {
        house.fleet().record(house.boxes[0].device).unwrap().done.contains(&order.id)
    }));
}

#[test]
fn an_answer_that_does_not_hold_is_no_consent() {
    let (mut house, order) = proposed();
    let refused = |house: &mut House, answer: &Answer| {
        let asked = hand_in(house, order.id, answer).unwrap_err();
        assert_eq!(consents(house, order.id), 1, "{asked}");
        asked
    };
    let unfit = |unfit| Asked::Plan(Mistake::Consent(Refusal::Passkey(unfit)));
    let elsewhere = answer(&house, 1, 1, order.id, &Asking { page: "https://evil.example", ..HONEST });
    assert_eq!(refused(&mut house, &elsewhere), unfit(Unfit::Origin));
    let unverified = answer(&house, 1, 1, order.id, &Asking { flags: 1, ..HONEST });
    assert_eq!(refused(&mut house, &unverified), unfit(Unfit::Unverified));
    let of_another = answer(&house, 2, 1, order.id, &HONEST);
    let key = house.ceremony.authenticator(1).passkey().key.id();
    assert_eq!(refused(&mut house, &of_another), Asked::Plan(Mistake::Consent(Refusal::Signature { key })));
    let good = answer(&house, 1, 1, order.id, &HONEST);
    let unknown = Answer { credential: vec![0; 32], ..good.clone() };
    assert_eq!(refused(&mut house, &unknown), Asked::NoPasskey(house.ceremony.person(1)));
    let of_ada = answer(&house, 1, 0, order.id, &HONEST);
    assert_eq!(refused(&mut house, &of_ada), Asked::NoPasskey(house.ceremony.person(1)));
    let endless = Answer { client_data: vec![b' '; 1 << 20], ..good };
    let too_long = refused(&mut house, &endless);
    let Asked::Plan(Mistake::Consent(why)) = too_long else { panic!("{too_long}") };
    assert_eq!(why.code(), "crypto/cbor-too-long");
}

/// The very text that the terminal's own test reads (`user/cli/src/keyfile/person/tests.rs`).
#[test]
fn what_the_page_writes_down_for_the_root_is_the_file_that_it_reads() {
    let point = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                 4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let (person, name) = (PersonId(*b"Ada, of nord...."), Label::new("ada").unwrap());
    let point = crypto::hex::decode(point).unwrap();
    let (host, page) = ("fleet.example".parse().unwrap(), "https://fleet.example:8440".parse().unwrap());
    let made = Passkey::new(&point, host, page, vec![0x00, 0xff, 0x10]).unwrap();
    let text = passkey::record(person, &name, &made);
    let expected = format!(
        "wrale-passkey/v1\nname ada\nperson {person}\nrelying-party fleet.example\n\
         origin https://fleet.example:8440\ncredential 00ff10\nkey {}\n",
        crypto::hex::encode(&point)
    );
    assert_eq!(text, expected);
}
