//! What waits for people, what waits for nobody any more, and what a person can do next.

use super::*;

#[test]
fn a_proposal_says_who_is_missing() {
    let mut house = lid_opened();
    house.boxes[0].close_lid();
    house.run(Duration::from_secs(40));
    let order = propose(&mut house);
    let one = view::proposal(house.fleet(), order.id, house.now()).expect("it waits");
    assert_eq!((one.state, one.needs, one.consented.len()), (ProposalState::Open, 2, 1));
    assert_eq!((one.by.name.as_str(), one.label.as_str()), ("Ada", "dev-07"));
    assert!(!one.missing.is_empty());
    assert!(one.sentence.starts_with("Release lid, which evt_"), "{}", one.sentence);
    let read: wire::v1::Order =
        crypto::cbor::decode(&one.bytes, &crypto::cbor::Limits::FRAME).expect("what people are to read");
    assert_eq!(read.id, order.id);
    approve(&mut house, &order);
    let done = house.run_until(LONG, |house| {
        view::proposal(house.fleet(), order.id, house.now())
            .is_some_and(|one| one.state == ProposalState::Done)
    });
    assert!(done, "{:?}", view::proposal(house.fleet(), order.id, house.now()));
}

/// The root puts out whoever signed: that proposal waits for nobody any more, and says what to do.
#[test]
fn a_proposal_whose_signature_no_longer_counts_is_void_and_another_takes_its_place() {
    let mut house = lid_opened();
    house.boxes[0].close_lid();
    house.run(Duration::from_secs(40));
    let order = propose(&mut house);
    let without = house.ceremony.believed(house.ceremony.roster_of(2, &[1, 2]));
    let now = house.now();
    house.hq.as_mut().unwrap().fleet.take_roster(without, now).unwrap();
    house.run(Duration::from_secs(1));
    let one = view::proposal(house.fleet(), order.id, house.now()).unwrap();
    assert_eq!((one.state, one.consented.len()), (ProposalState::Void, 1));
    assert_eq!(
        one.missing,
        "somebody who left the roster has signed and is no longer one of the people whose signature counts here; \
         propose it again"
    );
    let (device, site) = (house.boxes[0].device, one.site);
    let resource = access::Resource::Proposal { by: one.by.id, consented: [one.by.id].into(), site };
    let permit = house.permit_on(1, Action::Approve, resource).unwrap();
    let (consent, now) = (house.ceremony.consent(1, device, &order), house.now());
    let refused = house.hq.as_mut().unwrap().fleet.approve(&permit, order.id, consent, now).unwrap_err();
    assert_eq!(refused.code(), "plan/consent-void", "it is not the fault of whoever signs now");
    assert!(first_action(&house).starts_with("Ask anew for the release of dev-07 at harbour"));

    let again = propose_by(&mut house, 1);
    let one = view::proposal(house.fleet(), again.id, house.now()).unwrap();
    assert_eq!((one.state, one.consented.len()), (ProposalState::Open, 1), "{}", one.missing);
    assert!(first_action(&house).starts_with("Have the release of dev-07 at harbour signed: Grace asked"));
    approve_by(&mut house, &again, (1, 2));
    let done = house.run_until(LONG, |house| {
        view::proposal(house.fleet(), again.id, house.now())
            .is_some_and(|one| one.state == ProposalState::Done)
    });
    assert!(done, "{:?}", view::proposal(house.fleet(), again.id, house.now()));
}

/// A roster of one left: two signatures will never come.
#[test]
fn a_proposal_for_which_too_few_are_left_does_not_wait_for_one_more_person() {
    let mut house = lid_opened();
    house.boxes[0].close_lid();
    house.run(Duration::from_secs(40));
    let order = propose(&mut house);
    let (alone, now) = (house.ceremony.believed(house.ceremony.roster_of(2, &[0])), house.now());
    house.hq.as_mut().unwrap().fleet.take_roster(alone, now).unwrap();
    house.run(Duration::from_secs(1));
    let one = view::proposal(house.fleet(), order.id, house.now()).unwrap();
    assert_eq!(one.state, ProposalState::Void);
    assert!(one.missing.contains("have the root sign a larger one"), "{}", one.missing);
}

/// Two people asked for the same: when the box has released it, nothing is left for the other proposal to do.
#[test]
fn a_proposal_about_what_latches_no_more_is_void() {
    let mut house = lid_opened();
    house.boxes[0].close_lid();
    house.run(Duration::from_secs(40));
    let (first, second) = (propose(&mut house), propose_by(&mut house, 1));
    approve(&mut house, &first);
    let released = |house: &House| house.fleet().record(house.boxes[0].device).unwrap().latches.is_empty();
    assert!(house.run_until(LONG, released));
    let one = view::proposal(house.fleet(), second.id, house.now()).unwrap();
    assert_eq!(one.state, ProposalState::Void);
    assert!(one.missing.ends_with("latches nothing on this device any more"), "{}", one.missing);
}

#[test]
fn what_to_do_first_is_what_a_person_can_do_next() {
    let mut house = lid_opened();
    assert!(first_action(&house).starts_with("Send somebody to dev-07 at harbour"));
    house.boxes[0].close_lid();
    let (next, now) = (house.ceremony.believed(house.ceremony.roster_of(2, &[0, 1, 2])), house.now());
    house.hq.as_mut().unwrap().fleet.take_roster(next, now).unwrap();
    house.run(Duration::from_mins(2));
    let recovering = house.fleet().incidents().next().unwrap().state();
    assert_eq!(recovering, IncidentState::Recovering, "another state is on its way");
    assert!(
        first_action(&house).starts_with("Send somebody to dev-07 at harbour"),
        "no proof brings it back"
    );
    let order = propose(&mut house);
    assert_eq!(
        first_action(&house),
        "Have the release of dev-07 at harbour signed: Ada asked for it, and 1 of 2 people has signed."
    );
    approve(&mut house, &order);
    assert!(first_action(&house).starts_with("Wait for dev-07: enough people have signed"));
    house.run(LONG);
    assert_eq!(first_action(&house), "Close it and say what it was: nothing else is owed.");
}

fn first_action(house: &House) -> String {
    let one = house.fleet().incidents().next().unwrap().id();
    view::incident(house.fleet(), one).unwrap().unwrap().first_action
}
