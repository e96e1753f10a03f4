//! Who somebody is: each way of not being who one says.
#![allow(clippy::unwrap_used, reason = "tests")]

use control::sign_in::{Claim, Refusal, claimed, sign_in};
use crypto::{
    key::{Person, SecretKey},
    refusal::Refusal as Reason,
    signed::Signed,
};
use sim::House;
use vocab::{FleetName, Nonce, PersonId};
use wire::v1::sign_in::SignIn;

const CHALLENGE: Nonce = Nonce([5; 32]);

fn house() -> House {
    let mut house = House::new(3);
    house.open_fleet(vec![]);
    house
}

fn ask(house: &mut House, letter: Signed<SignIn>) -> Result<control::sign_in::SignedIn, Refusal> {
    let now = house.now();
    sign_in(&mut house.hq.as_mut().unwrap().fleet, letter.bytes().to_vec(), CHALLENGE, now)
}

#[test]
fn a_person_with_their_key_is_believed_and_written_down() {
    let mut house = house();
    let letter = house.ceremony.sign_in(0, CHALLENGE);
    let claim = claimed(letter.bytes()).unwrap();
    assert_eq!(claim, Claim { person: house.ceremony.person(0), challenge: CHALLENGE });
    let before = house.fleet().ledger().size();
    let somebody = ask(&mut house, letter).unwrap();
    assert_eq!((somebody.person, somebody.name.as_str()), (house.ceremony.person(0), "Ada"));
    assert_eq!(house.fleet().ledger().size(), before + 1);
}

#[test]
fn whoever_has_no_key_is_refused_and_fills_no_log() {
    let mut house = house();
    let before = house.fleet().ledger().size();
    let fleet = house.ceremony.fleet().clone();
    let stranger = SecretKey::<Person>::from_seed([9; 32]);
    let says = |fleet: &FleetName, person| SignIn { fleet: fleet.clone(), person, challenge: CHALLENGE };
    let unknown = Signed::seal(&says(&fleet, PersonId([99; 16])), &stranger);
    assert_eq!(ask(&mut house, unknown), Err(Refusal::Stranger));
    let as_ada = Signed::seal(&says(&fleet, house.ceremony.person(0)), &stranger);
    assert_eq!(ask(&mut house, as_ada), Err(Refusal::Stranger));

    // Grace says that she is Ada, with her own good key.
    let good = house.ceremony.sign_in_as(1, house.ceremony.person(0), &fleet, CHALLENGE);
    assert_eq!(ask(&mut house, good), Err(Refusal::Stranger));

    let mut bent = house.ceremony.sign_in(0, CHALLENGE).bytes().to_vec();
    *bent.last_mut().unwrap() ^= 1;
    let bent = Signed::parse(bent).unwrap();
    assert!(matches!(ask(&mut house, bent), Err(Refusal::Letter(Reason::Signature { .. }))));

    let elsewhere = FleetName::new("sued").unwrap();
    let other = house.ceremony.sign_in_as(0, house.ceremony.person(0), &elsewhere, CHALLENGE);
    assert_eq!(ask(&mut house, other), Err(Refusal::Letter(Reason::Audience)));
    assert_eq!(house.fleet().ledger().size(), before);
}

#[test]
fn an_answer_to_another_challenge_is_refused_and_written_down() {
    let mut house = house();
    let before = house.fleet().ledger().size();
    let letter = house.ceremony.sign_in(0, Nonce([6; 32]));
    assert_eq!(ask(&mut house, letter), Err(Refusal::Challenge));
    assert_eq!(house.fleet().ledger().size(), before + 1);
    assert!(claimed(b"{}").is_err());
}
