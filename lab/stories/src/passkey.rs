//! Consent by passkey: the device itself judges what the telephone signed, whatever the fleet believes.

use std::time::Duration;

use access::{Action, Resource};
use control::{Asked, passkey};
use crypto::{
    passkey::Unfit,
    refusal::Refusal,
    signed::{Signed, ToAssert},
};
use plan::Mistake;
use sim::{Answer, Asking, Ceremony, HONEST};
use vocab::{DeviceId, OrderId, Posture};
use wire::v1::{Consent, Order};

use crate::{
    Scene,
    circle::{self, LONG, latches, propose},
    courier::{bare_releases, end, next_state, refused, sealed},
    reset::{assert_released, opened},
    stories,
};

stories! {
    a_second_person_consents_with_a_passkey_in_the_page_and_the_box_releases
    an_assertion_that_is_not_quite_the_right_one_releases_nothing
}

fn a_second_person_consents_with_a_passkey_in_the_page_and_the_box_releases(scene: &mut Scene) {
    circle::on_duty(scene, 1);
    scene.house.boxes[0].open_lid();
    scene.until("the box has sealed itself", LONG, sealed);
    scene.until("the fleet knows", LONG, |house| !latches(house, 0).is_empty());
    scene.run(Duration::from_secs(20));
    scene.calm();
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(40));
    let orders = propose(&mut scene.house, 0, 0).expect("the lid is closed");

    // A page that is not ours asked the same telephone for the same thing: no door takes it.
    let evil = Asking { page: "https://fleet.example.evil.example", ..HONEST };
    for order in &orders {
        let refused = in_page(scene, 1, order, &evil).expect_err("another page asked");
        assert_eq!(refused, Asked::Plan(Mistake::Consent(Refusal::Passkey(Unfit::Origin))));
    }
    scene.run(Duration::from_secs(40));
    assert!(!latches(&scene.house, 0).is_empty(), "one person alone releases nothing");

    for order in &orders {
        in_page(scene, 1, order, &HONEST).expect("a second person approves");
    }
    scene.until("the latches are released", LONG, |house| latches(house, 0).is_empty());
    scene.until("the box is itself again", LONG, |house| {
        house.boxes[0].is_on() && house.boxes[0].agent().guard().posture() == Posture::Normal
    });
}

/// A person takes the question of the page, lets their telephone sign, and hands in what it said.
fn in_page(scene: &mut Scene, who: usize, order: &Order, asking: &Asking) -> Result<(), Asked> {
    let house = &mut scene.house;
    let by = house.ceremony.person(0);
    let site = house.fleet().record(house.boxes[0].device).expect("an enrolled box").site.clone();
    let resource = Resource::Proposal { by, consented: [by].into(), site };
    let permit = house.permit_on(who, Action::Approve, resource).expect("a second person may");
    let question = passkey::question(house.fleet(), order.id, house.ceremony.person(who), house.now())?;
    let said = house.ceremony.authenticator(who).answer(asking, question.challenge);
    let Answer { authenticator_data, client_data, signature } = said;
    let credential = question.passkeys[0].credential.clone();
    let answer = passkey::Answer { credential, authenticator_data, client_data, signature };
    let now = house.now();
    passkey::consent(
        &mut house.hq.as_mut().expect("the fleet is open").fleet,
        &permit,
        order.id,
        &answer,
        now,
    )
}

/// Person 1 consents to an order for a device; how, is what the attacks are about.
type Way = fn(&Ceremony, DeviceId, &Order) -> Signed<Consent>;

/// An assertion by this person's telephone over the consent of `signs`, in the letter of `says`.
fn letter(
    ceremony: &Ceremony,
    telephone: usize,
    asking: &Asking,
    signs: &Consent,
    says: &Consent,
) -> Signed<Consent> {
    let answer = ceremony.authenticator(telephone).answer(asking, ToAssert::new(signs).challenge().0);
    // The letter names the passkey of whoever it says consented.
    let key = ceremony.authenticator(1).passkey().key.id();
    ToAssert::new(says).finish(key, &answer.as_assertion())
}

fn asked(ceremony: &Ceremony, device: DeviceId, order: &Order, asking: &Asking) -> Signed<Consent> {
    let body = ceremony.consenting(1, device, order);
    letter(ceremony, 1, asking, &body, &body)
}

const ATTACKS: [(&str, &str, Way); 9] = [
    ("signed for another order", "crypto/passkey-challenge", |ceremony, device, order| {
        let signs = ceremony.consenting(1, device, &another(order));
        letter(ceremony, 1, &HONEST, &signs, &ceremony.consenting(1, device, order))
    }),
    (
        "the whole consent to another proposal, played again",
        "crypto/other-subject",
        |ceremony, device, order| asked(ceremony, device, &another(order), &HONEST),
    ),
    ("signed for another box", "crypto/passkey-challenge", |ceremony, device, order| {
        let signs = ceremony.consenting(1, DeviceId([0xee; 16]), order);
        letter(ceremony, 1, &HONEST, &signs, &ceremony.consenting(1, device, order))
    }),
    ("asked by another page", "crypto/passkey-origin", |ceremony, device, order| {
        asked(ceremony, device, order, &Asking { page: "https://fleet.example", ..HONEST })
    }),
    ("signed for another host", "crypto/passkey-relying-party", |ceremony, device, order| {
        asked(ceremony, device, order, &Asking { relying_party: "evil.example", ..HONEST })
    }),
    ("asked in a frame", "crypto/passkey-framed", |ceremony, device, order| {
        asked(ceremony, device, order, &Asking { framed: "true", ..HONEST })
    }),
    ("touched by anybody", "crypto/passkey-unverified", |ceremony, device, order| {
        asked(ceremony, device, order, &Asking { flags: 0x01, ..HONEST })
    }),
    ("touched by nobody", "crypto/passkey-absent", |ceremony, device, order| {
        asked(ceremony, device, order, &Asking { flags: 0x04, ..HONEST })
    }),
    ("signed with the first person's passkey", "crypto/signature", |ceremony, device, order| {
        let body = ceremony.consenting(1, device, order);
        letter(ceremony, 0, &HONEST, &body, &body)
    }),
];

fn another(order: &Order) -> Order {
    Order { id: OrderId([0x77; 16]), ..order.clone() }
}

fn an_assertion_that_is_not_quite_the_right_one_releases_nothing(scene: &mut Scene) {
    opened(scene);
    scene.house.boxes[0].close_lid();
    scene.run(Duration::from_secs(10));
    for (what, code, way) in ATTACKS {
        bring(scene, way);
        assert!(sealed(&scene.house), "{what}");
        assert!(refused(scene, code), "{what}: {:?}", scene.house.boxes[0].notices);
        scene.house.boxes[0].notices.clear();
    }

    // The harmless twin: the same telephone, asked by the fleet's own page.
    bring(scene, |ceremony, device, order| asked(ceremony, device, order, &HONEST));
    assert_released(scene);
}

/// A fleet that believes everything signs and proves a reset by person 0's key file and this.
fn bring(scene: &mut Scene, way: Way) {
    let mut state = next_state(scene, end(scene));
    let (ceremony, device) = (&scene.house.ceremony, scene.house.boxes[0].device);
    let orders = bare_releases(scene, state.basis).into_iter();
    let with = |mut order: Order| {
        order.consents = vec![ceremony.consent(0, device, &order), way(ceremony, device, &order)];
        order
    };
    state.orders = orders.map(with).collect();
    scene.house.bring_forged(0, state);
    scene.run(Duration::from_secs(10));
}
