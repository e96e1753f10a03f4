//! Who somebody is: each way of not being who one says.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use audit::Outcome;
use control::{
    ledger::records,
    sign_in::{Claim, Gate, Opened, Refusal, SignedIn, claimed, record},
};
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

fn ask(house: &House, letter: Signed<SignIn>) -> Result<SignedIn, Refusal> {
    Gate::of(house.fleet().setup()).believe(letter.bytes().to_vec())
}

/// What the log says of sign-ins, oldest first: how each ended, and why.
fn said(house: &House) -> Vec<(Outcome, Option<String>)> {
    let all = records(house.fleet().store(), 0, usize::MAX).unwrap();
    let sign_ins = all.iter().map(|(_, record)| record).filter(|record| record.kind() == "sign-in");
    let reason = |record: &audit::Record| record.personal().unwrap().and_then(|personal| personal.reason);
    let said = |record: &audit::Record| {
        let outcome = record.body().unwrap().unwrap().outcome;
        (outcome, reason(record).map(|reason| reason.to_string()))
    };
    sign_ins.map(said).collect()
}

#[test]
fn a_person_with_their_key_is_believed_and_written_down() {
    let mut house = house();
    let letter = house.ceremony.sign_in(0, CHALLENGE);
    let claim = claimed(letter.bytes()).unwrap();
    assert_eq!(claim, Claim { person: house.ceremony.person(0), challenge: CHALLENGE });
    let somebody = ask(&house, letter).unwrap();
    assert_eq!((somebody.person(), somebody.name().as_str()), (house.ceremony.person(0), "Ada"));
    assert_eq!(somebody.challenge(), CHALLENGE);
    opens(&mut house, &somebody, Opened::Session);
    assert_eq!(said(&house), [(Outcome::Done, None)]);
}

fn opens(house: &mut House, somebody: &SignedIn, opened: Opened) {
    let now = house.now();
    let hq = house.hq.as_mut().unwrap();
    record(&mut hq.fleet, somebody, opened, now);
    hq.step(now);
}

#[test]
fn whoever_has_no_key_is_refused_and_fills_no_log() {
    let house = house();
    let before = house.fleet().ledger().size();
    let fleet = house.ceremony.fleet().clone();
    let stranger = SecretKey::<Person>::from_seed([9; 32]);
    let says = |fleet: &FleetName, person| SignIn { fleet: fleet.clone(), person, challenge: CHALLENGE };
    let unknown = Signed::seal(&says(&fleet, PersonId([99; 16])), &stranger);
    assert_eq!(ask(&house, unknown), Err(Refusal::Stranger));
    let as_ada = Signed::seal(&says(&fleet, house.ceremony.person(0)), &stranger);
    assert_eq!(ask(&house, as_ada), Err(Refusal::Stranger));

    // Grace says that she is Ada, with her own good key.
    let good = house.ceremony.sign_in_as(1, house.ceremony.person(0), &fleet, CHALLENGE);
    assert_eq!(ask(&house, good), Err(Refusal::Stranger));

    let mut bent = house.ceremony.sign_in(0, CHALLENGE).bytes().to_vec();
    *bent.last_mut().unwrap() ^= 1;
    let bent = Signed::parse(bent).unwrap();
    assert!(matches!(ask(&house, bent), Err(Refusal::Letter(Reason::Signature { .. }))));

    let elsewhere = FleetName::new("sued").unwrap();
    let other = house.ceremony.sign_in_as(0, house.ceremony.person(0), &elsewhere, CHALLENGE);
    assert_eq!(ask(&house, other), Err(Refusal::Letter(Reason::Audience)));
    assert_eq!(house.fleet().ledger().size(), before);
}

#[test]
fn a_letter_that_comes_again_is_written_down_as_refused_and_a_flood_of_them_is_counted() {
    let mut house = house();
    let somebody = ask(&house, house.ceremony.sign_in(0, CHALLENGE)).unwrap();
    opens(&mut house, &somebody, Opened::Session);
    for _ in 0..500 {
        opens(&mut house, &somebody, Opened::Nothing);
    }
    let refused = Outcome::Refused("control/challenge-answered".into());
    assert_eq!(said(&house), [(Outcome::Done, None), (refused.clone(), None)]);
    house.run(Duration::from_mins(2));
    let more = (refused.clone(), Some("499 more since".to_owned()));
    assert_eq!(said(&house)[1..], [(refused.clone(), None), more]);
    house.run(Duration::from_mins(5));
    assert_eq!(said(&house).len(), 3, "and that is all");
    opens(&mut house, &somebody, Opened::Nothing);
    assert_eq!(said(&house)[3..], [(refused, None)], "a window later it is news again");
    assert!(claimed(b"{}").is_err());
}
