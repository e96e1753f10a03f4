//! Accounts: who makes them, who comes in by them, and what stays when the process does not.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeSet, time::Duration};

use access::{
    Action, Grant, Permit, Person, Reach, Resource, Role,
    account::{ApiToken, Change, Invitation, Mistake, Passkey, Password, Standing},
    permit,
};
use audit::Outcome;
use control::{Asked, Now, fleet::FIRST_WITHIN, ledger::records};
use sim::{House, Hq};
use vocab::{Label, PersonId};

const ADA: PersonId = PersonId([1; 16]);
const GRACE: PersonId = PersonId([2; 16]);
const WORD: [u8; 32] = [7; 32];

fn house() -> House {
    let mut house = House::new(3);
    house.open_fleet(vec![]);
    house
}

fn fleetwide(role: Role) -> Grant {
    Grant { role, reach: Reach::Fleet }
}

fn password(hash: &str) -> Password {
    Password { hash: hash.into(), alone: true }
}

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

/// Somebody with this role may decide who that person is.
fn may(by: PersonId, about: PersonId) -> Permit {
    let admin = Person { id: by, grants: vec![fleetwide(Role::Admin)] };
    permit(&admin, Action::Grant, Resource::Person(about)).unwrap()
}

/// Asks the fleet, and lets it commit.
fn ask<R>(house: &mut House, ask: impl FnOnce(&mut control::Fleet<sim::SimStore>, Now) -> R) -> R {
    let now = house.now();
    let hq: &mut Hq = house.hq.as_mut().unwrap();
    let answer = ask(&mut hq.fleet, now);
    hq.step(now);
    answer
}

fn invitation(house: &House) -> Invitation {
    Invitation::new(&WORD, house.now().wall + Duration::from_mins(15))
}

fn invite(house: &mut House, who: PersonId, name: &str, grants: Vec<Grant>) -> Result<(), Asked> {
    let invitation = invitation(house);
    ask(house, |fleet, now| fleet.invite(&may(PersonId([9; 16]), who), label(name), grants, invitation, now))
}

fn redeem(house: &mut House, word: &[u8; 32], new: Option<(PersonId, Label)>) -> Result<PersonId, Asked> {
    ask(house, |fleet, now| fleet.redeem(word, new, password("hash"), &BTreeSet::new(), now))
}

fn change(house: &mut House, by: PersonId, who: PersonId, change: Change) -> Result<(), Asked> {
    let name = label("somebody");
    ask(house, |fleet, now| fleet.change_account(&may(by, who), &name, vec![change], &BTreeSet::new(), now))
}

/// What the log says of this kind, oldest first.
fn said(house: &House, kind: &str) -> Vec<(Outcome, String)> {
    let all = records(house.fleet().store(), 0, usize::MAX).unwrap();
    let of_kind = all.iter().map(|(_, record)| record).filter(|record| record.kind() == kind);
    let said = |record: &audit::Record| {
        let reason = record.personal().unwrap().and_then(|personal| personal.reason);
        (record.body().unwrap().unwrap().outcome, reason.map(|it| it.to_string()).unwrap_or_default())
    };
    of_kind.map(said).collect()
}

#[test]
fn the_first_link_makes_one_administrator_and_no_second() {
    let mut house = house();
    let elsewhere = BTreeSet::from([GRACE]);
    assert_eq!(ask(&mut house, |fleet, now| fleet.first_link(&elsewhere, now)), None, "a key is there");
    let word = ask(&mut house, |fleet, now| fleet.first_link(&BTreeSet::new(), now)).unwrap();
    let wrong = redeem(&mut house, &[0; 32], Some((ADA, label("ada"))));
    assert_eq!(wrong, Err(Asked::Account(Mistake::Invitation)));
    assert_eq!(redeem(&mut house, &word, Some((ADA, label("ada")))), Ok(ADA));
    let roll = house.fleet().roll().now();
    assert!(roll.named("ADA").unwrap().is_admin());
    assert_eq!(
        redeem(&mut house, &word, Some((GRACE, label("grace")))),
        Err(Asked::Account(Mistake::Invitation)),
        "once"
    );
    assert_eq!(ask(&mut house, |fleet, now| fleet.first_link(&BTreeSet::new(), now)), None);
    assert_eq!(said(&house, "account"), [(Outcome::Done, "invitation redeemed".into())]);
}

#[test]
fn the_first_link_is_over_after_a_quarter_of_an_hour_and_when_somebody_else_was_first() {
    let mut house = house();
    let word = ask(&mut house, |fleet, now| fleet.first_link(&BTreeSet::new(), now)).unwrap();
    house.run(FIRST_WITHIN);
    let late = redeem(&mut house, &word, Some((ADA, label("ada"))));
    assert_eq!(late, Err(Asked::Account(Mistake::Invitation)));

    let word = ask(&mut house, |fleet, now| fleet.first_link(&BTreeSet::new(), now)).unwrap();
    invite(&mut house, GRACE, "grace", vec![fleetwide(Role::Admin)]).unwrap();
    redeem(&mut house, &WORD, None).unwrap();
    let second = redeem(&mut house, &word, Some((ADA, label("ada"))));
    assert_eq!(second, Err(Asked::Account(Mistake::Invitation)));
}

#[test]
fn an_invitation_counts_once_and_in_time() {
    let mut house = house();
    invite(&mut house, ADA, "ada", vec![fleetwide(Role::Viewer)]).unwrap();
    assert_eq!(
        invite(&mut house, GRACE, " Ada", vec![]),
        Err(Asked::Account(Mistake::NameTaken)),
        "nobody can tell those names apart"
    );
    assert_eq!(redeem(&mut house, &WORD, None), Ok(ADA));
    assert_eq!(redeem(&mut house, &WORD, None), Err(Asked::Account(Mistake::Invitation)));
    let again = invitation(&house);
    change(&mut house, GRACE, ADA, Change::Invite(again)).unwrap();
    house.run(Duration::from_mins(15));
    assert_eq!(redeem(&mut house, &WORD, None), Err(Asked::Account(Mistake::Invitation)), "over");
}

#[test]
fn the_last_administrator_stays() {
    let mut house = house();
    let word = ask(&mut house, |fleet, now| fleet.first_link(&BTreeSet::new(), now)).unwrap();
    redeem(&mut house, &word, Some((ADA, label("ada")))).unwrap();
    let last = Err(Asked::Account(Mistake::LastAdmin));
    for asked in [Change::Standing(Standing::Disabled), Change::Grants(vec![])] {
        assert_eq!(change(&mut house, GRACE, ADA, asked), last);
    }
    assert_eq!(said(&house, "grant").last().unwrap().0, Outcome::Refused("access/last-admin".into()));
    let name = label("ada");
    let with_key = BTreeSet::from([GRACE]);
    let out = Change::Standing(Standing::Disabled);
    ask(&mut house, |fleet, now| fleet.change_account(&may(GRACE, ADA), &name, vec![out], &with_key, now))
        .unwrap();
    assert_eq!(house.fleet().roll().now().account(ADA).unwrap().standing, Standing::Disabled);
}

/// A passkey alone is a way in, and the only one of the last administrator stays.
#[test]
fn the_last_administrator_does_not_shut_themselves_out() {
    let mut house = house();
    invite(&mut house, ADA, "ada", vec![fleetwide(Role::Admin)]).unwrap();
    let (name, passkey) = (label("ada"), house.ceremony.authenticator(0).passkey().clone());
    let id = passkey.credential.as_bytes().to_vec();
    let added = Passkey { pinned: passkey, name: label("phone"), count: 0, added: house.now().wall };
    let mut own = |change: Change, elsewhere: &BTreeSet<PersonId>| {
        ask(&mut house, |fleet, now| fleet.change_own(ADA, &name, change, elsewhere, now))
    };
    own(Change::AddPasskey(added), &BTreeSet::new()).unwrap();
    let shut_out = own(Change::DropPasskey(id.clone()), &BTreeSet::new());
    assert_eq!(shut_out, Err(Asked::Account(Mistake::LastAdmin)));
    own(Change::DropPasskey(id), &BTreeSet::from([GRACE])).expect("somebody else is there");
}

#[test]
fn of_two_changes_that_are_asked_for_together_both_are_made_or_neither() {
    let mut house = house();
    invite(&mut house, ADA, "ada", vec![fleetwide(Role::Viewer)]).unwrap();
    let (name, many) = (label("ada"), vec![fleetwide(Role::Viewer); 33]);
    let mut both = |changes: Vec<Change>| {
        ask(&mut house, |fleet, now| {
            fleet.change_account(&may(GRACE, ADA), &name, changes, &BTreeSet::new(), now)
        })
    };
    let out = Change::Standing(Standing::Disabled);
    let refused = both(vec![out.clone(), Change::Grants(many)]);
    assert_eq!(refused, Err(Asked::Account(Mistake::TooMany("grants"))));
    both(vec![Change::Grants(vec![])]).unwrap();
    let one = house.fleet().roll().now();
    assert_eq!(one.account(ADA).unwrap().standing, Standing::Enabled, "of what was refused nothing stands");
    let mut both = |changes: Vec<Change>| {
        ask(&mut house, |fleet, now| {
            fleet.change_account(&may(GRACE, ADA), &name, changes, &BTreeSet::new(), now)
        })
    };
    both(vec![Change::Grants(vec![fleetwide(Role::Auditor)]), out]).unwrap();
    let told = said(&house, "grant");
    assert_eq!(told.last().unwrap().1, "grants, disabled", "and it is one entry");
}

#[test]
fn a_permit_for_something_else_and_a_change_of_somebody_else_s_factors_are_refused() {
    let mut house = house();
    invite(&mut house, ADA, "ada", vec![]).unwrap();
    let theirs = Change::Password(password("mine"));
    assert_eq!(change(&mut house, GRACE, ADA, theirs), Err(Asked::Permit), "nobody sets another's password");
    let own = Change::Grants(vec![fleetwide(Role::Admin)]);
    let (name, auditor) = (label("ada"), Person { id: GRACE, grants: vec![fleetwide(Role::Auditor)] });
    let itself =
        ask(&mut house, |fleet, now| fleet.change_own(ADA, &name, own.clone(), &BTreeSet::new(), now));
    assert_eq!(itself, Err(Asked::Permit), "nobody grants themselves a role");
    let looks = permit(&auditor, Action::View, Resource::Person(ADA)).unwrap();
    let looked =
        ask(&mut house, |fleet, now| fleet.change_account(&looks, &name, vec![own], &BTreeSet::new(), now));
    assert_eq!(looked, Err(Asked::Permit));
    assert_eq!(house.fleet().roll().now().account(ADA).unwrap().grants, []);
}

#[test]
fn what_was_committed_is_there_after_a_restart_and_what_was_not_is_nowhere() {
    let mut house = house();
    invite(&mut house, ADA, "ada", vec![fleetwide(Role::Viewer)]).unwrap();
    redeem(&mut house, &WORD, None).unwrap();
    let until = house.now().wall + Duration::from_hours(1);
    let secret = [3; 32];
    let token = ApiToken::new(&secret, label("ci"), vec![], house.now().wall, until);
    let id = token.id();
    let name = label("ada");
    ask(&mut house, |fleet, now| {
        fleet.change_own(ADA, &name, Change::AddToken(token), &BTreeSet::new(), now)
    })
    .unwrap();
    let roll = house.fleet().roll();
    assert_eq!(roll.now().of_token(&secret).unwrap().0.person, ADA);

    // Asked, and the process dies before it commits: no door has heard of it.
    let now = house.now();
    let hq = house.hq.as_mut().unwrap();
    hq.fleet.change_own(ADA, &name, Change::DropToken(id), &BTreeSet::new(), now).unwrap();
    assert!(roll.now().of_token(&secret).is_some(), "not before the commit");
    let hq = house.hq.take().unwrap();
    house.hq = Some(hq.restarted(now));
    let roll = house.fleet().roll().now();
    assert_eq!(roll.of_token(&secret).unwrap().0.password.as_ref().map(|it| &*it.hash), Some("hash"));
}

#[test]
fn whoever_does_not_come_in_is_counted_and_whoever_does_is_written_down() {
    let mut house = house();
    invite(&mut house, ADA, "ada", vec![fleetwide(Role::Viewer)]).unwrap();
    redeem(&mut house, &WORD, None).unwrap();
    for _ in 0..200 {
        ask(&mut house, |fleet, now| fleet.stayed_out("web/sign-in", now));
    }
    ask(&mut house, |fleet, now| fleet.come_in(ADA, vec![], now)).unwrap();
    let again = ask(&mut house, |fleet, now| fleet.come_in(ADA, vec![Change::Used(1)], now));
    assert_eq!(again, Err(Asked::Account(Mistake::NoFactor)));
    house.run(Duration::from_mins(2));
    let refused = |code: &str| Outcome::Refused(code.into());
    let said = said(&house, "sign-in");
    assert_eq!(said[0], (refused("web/sign-in"), String::new()));
    assert!(said.contains(&(Outcome::Done, String::new())));
    assert!(said.contains(&(refused("web/sign-in"), "199 more since".into())), "{said:?}");
    assert!(said.contains(&(refused("access/no-factor"), String::new())));
}
