use alloc::{string::ToString, vec};

use crypto::cbor::{self, Limits};

use super::*;
use crate::{Action, Resource, Role, permit};

const ADA: PersonId = PersonId([1; 16]);
const NOW: Wall = Wall(1_000_000);

fn account(grants: Vec<Grant>) -> Account {
    Account::new(ADA, "ada".parse().unwrap(), grants, NOW)
}

fn fleetwide(role: Role) -> Grant {
    Grant { role, reach: Reach::Fleet }
}

fn at(role: Role, names: &[&str]) -> Grant {
    Grant { role, reach: Reach::Sites(names.iter().map(|name| name.parse().unwrap()).collect()) }
}

fn token(name: u8, until: Wall, grants: Vec<Grant>) -> ApiToken {
    ApiToken { digest: Digest([name; 32]), name: "ci".parse().unwrap(), grants, created: NOW, until }
}

fn password(hash: &str) -> Password {
    Password { hash: hash.into(), alone: true }
}

fn passkey(id: u8, count: u32) -> Passkey {
    let (host, page) = ("fleet.example".parse().unwrap(), "https://fleet.example".parse().unwrap());
    // The generator of P-256 (SEC 2, §2.4.2): some point of the curve.
    let point = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                 4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
    let point = crypto::hex::decode(point).unwrap();
    let pinned = Pinned::new(&point, host, page, vec![id; 16]).expect("a point of the curve");
    Passkey { pinned, name: "laptop".parse().unwrap(), count, added: NOW }
}

#[test]
fn an_account_is_read_back_as_it_was_written() {
    let mut one = account(vec![fleetwide(Role::Admin), at(Role::Operator, &["nord", "sued"])]);
    one.password = Some(password("$argon2id$…"));
    one.totp = Some(Totp { secret: vec![7; 20].into(), used: 9 });
    one.passkeys.push(passkey(1, 3));
    one.signers.push(passkey(9, 0));
    one.tokens.push(token(2, Wall(9), vec![at(Role::Viewer, &["nord"])]));
    one.invitation = Some(Invitation { digest: Digest([5; 32]), until: Wall(8) });
    one.standing = Standing::Disabled;
    let read: Account = cbor::decode(&cbor::encode(&one), &Limits::FRAME).unwrap();
    assert!(read == one);
    let shown = alloc::format!("{one:?}");
    assert!(!shown.contains("argon2") && !shown.contains('7'), "{shown}");
}

/// Role × own reach × scope: what a token may is what both may.
#[test]
fn a_token_may_what_it_says_within_what_its_maker_may_now() {
    let reaches = [
        None,
        Some(Reach::Fleet),
        Some(at(Role::Viewer, &["nord"]).reach),
        Some(at(Role::Viewer, &["sued"]).reach),
    ];
    let site = |name: &str| Resource::Device(vocab::DeviceId([7; 16]), name.parse().unwrap());
    for role in Role::ALL {
        for own in &reaches {
            for scope in &reaches {
                let grants = |reach: &Option<Reach>| {
                    reach.iter().map(|reach| Grant { role, reach: reach.clone() }).collect::<Vec<_>>()
                };
                let maker = Person { id: ADA, grants: grants(own) };
                let scoped = Person { id: ADA, grants: grants(scope) };
                let comes = token(1, Wall(9), grants(scope)).person(&maker);
                for action in Action::ALL {
                    for resource in
                        [site("nord"), site("sued"), Resource::Audit, Resource::Person(PersonId([2; 16]))]
                    {
                        let may = |person: &Person| permit(person, action, resource.clone()).is_ok();
                        assert_eq!(
                            may(&comes),
                            may(&maker) && may(&scoped),
                            "{role:?} {own:?} {scope:?} {action:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_token_loses_what_its_maker_loses() {
    let made = token(1, Wall(9), vec![fleetwide(Role::Operator), fleetwide(Role::Security)]);
    let maker = |grants| Person { id: ADA, grants };
    assert_eq!(made.person(&maker(vec![fleetwide(Role::Operator)])).grants, [fleetwide(Role::Operator)]);
    assert_eq!(made.person(&maker(vec![])).grants, []);
    assert_eq!(token(1, Wall(9), vec![]).person(&maker(vec![fleetwide(Role::Admin)])).grants, []);
}

#[test]
fn codes_that_are_not_asked_for_are_not_dropped() {
    let with = Account { totp: Some(Totp { secret: vec![7; 20].into(), used: 0 }), ..account(vec![]) };
    let without = Change::Totp(None).of(&with, NOW).unwrap();
    assert!(without.totp.is_none() && without.epoch > with.epoch);
    assert_eq!(Change::Totp(None).of(&without, NOW).unwrap_err(), Mistake::NoFactor);
}

#[test]
fn what_changes_who_somebody_is_ends_their_sessions() {
    let one = account(vec![fleetwide(Role::Viewer)]);
    let ends = |change: Change| change.of(&one, NOW).unwrap().epoch > one.epoch;
    assert!(ends(Change::Grants(vec![])) && ends(Change::Standing(Standing::Disabled)));
    assert!(
        ends(Change::Password(password("x")))
            && ends(Change::Redeem(password("x")))
            && ends(Change::Totp(Some(Totp { secret: vec![7; 20].into(), used: 0 })))
    );
    assert!(!ends(Change::Grants(one.grants.clone())) && !ends(Change::Standing(Standing::Enabled)));
    assert!(
        !ends(Change::AddPasskey(passkey(1, 0))) && !ends(Change::AddToken(token(1, Wall(i64::MAX), vec![])))
    );
}

#[test]
fn a_code_and_whatever_came_before_it_counts_once() {
    let totp = Totp { secret: vec![7; 20].into(), used: 5 };
    let one = Change::Totp(Some(totp)).of(&account(vec![]), NOW).unwrap();
    let next = Change::Used(6).of(&one, NOW).unwrap();
    assert_eq!(Change::Used(6).of(&next, NOW).unwrap_err(), Mistake::Again);
    assert_eq!(Change::Used(5).of(&next, NOW).unwrap_err(), Mistake::Again);
    assert!(Change::Used(7).of(&next, NOW).is_ok());
    assert_eq!(Change::Used(7).of(&account(vec![]), NOW).unwrap_err(), Mistake::NoFactor);
}

#[test]
fn a_passkey_that_counts_never_says_less() {
    let one = Change::AddPasskey(passkey(1, 3)).of(&account(vec![]), NOW).unwrap();
    let signed = |count| Change::Signed(vec![1; 16], count).of(&one, NOW);
    assert!(signed(4).is_ok());
    assert_eq!((signed(3).unwrap_err(), signed(0).unwrap_err()), (Mistake::Again, Mistake::Again));
    let silent = Change::AddPasskey(passkey(1, 0)).of(&account(vec![]), NOW).unwrap();
    assert!(Change::Signed(vec![1; 16], 0).of(&silent, NOW).is_ok(), "many do not count at all");
    assert_eq!(Change::Signed(vec![2; 16], 4).of(&one, NOW).unwrap_err(), Mistake::NoFactor);
    assert_eq!(Change::AddPasskey(passkey(1, 9)).of(&one, NOW).unwrap_err(), Mistake::NameTaken);
}

#[test]
fn an_invitation_begins_everything_anew() {
    let mut one = account(vec![fleetwide(Role::Viewer)]);
    one.password = Some(password("old"));
    one.totp = Some(Totp { secret: vec![7; 20].into(), used: 9 });
    one.passkeys.push(passkey(1, 3));
    one.tokens.push(token(2, Wall(i64::MAX), vec![]));
    let one = Change::Invite(Invitation { digest: Digest([5; 32]), until: Wall(8) }).of(&one, NOW).unwrap();
    assert_eq!(
        one.password.as_ref().map(|it| &*it.hash),
        Some("old"),
        "until it is redeemed nothing changes"
    );
    let new = Change::Redeem(password("new")).of(&one, NOW).unwrap();
    assert!(
        new.totp.is_none() && new.passkeys.is_empty() && new.tokens.is_empty() && new.invitation.is_none()
    );
    assert_eq!((new.password.as_ref().map(|it| &*it.hash), &new.grants), (Some("new"), &one.grants));
}

#[test]
fn whatever_can_grow_has_an_end() {
    let mut one = account(vec![]);
    for id in 0..=u8::MAX {
        for change in
            [Change::AddPasskey(passkey(id, 0)), Change::AddToken(token(id, Wall(i64::MAX), vec![]))]
        {
            one = change.of(&one, NOW).unwrap_or(one);
        }
    }
    assert_eq!((one.passkeys.len(), one.tokens.len()), (change::PASSKEYS_LIMIT, change::TOKENS_LIMIT));
    let grants = vec![fleetwide(Role::Viewer); change::GRANTS_LIMIT + 1];
    assert_eq!(Change::Grants(grants).of(&one, NOW).unwrap_err(), Mistake::TooMany("grants"));
    one.tokens.iter_mut().for_each(|token| token.until = NOW);
    let room = Change::AddToken(token(9, Wall(i64::MAX), vec![])).of(&one, NOW).unwrap();
    assert_eq!(room.tokens.len(), 1, "what is over makes room");
}

#[test]
fn an_admin_is_somebody_who_can_come_in_and_decide() {
    let mut one = account(vec![fleetwide(Role::Admin)]);
    assert!(!one.is_admin(), "invited is not yet there");
    one.password = Some(password("x"));
    assert!(one.is_admin());
    one.standing = Standing::Disabled;
    assert!(!one.is_admin());
    let mut local = account(vec![at(Role::Admin, &["nord"])]);
    local.password = Some(password("x"));
    assert!(!local.is_admin(), "people belong to no site");
}

#[test]
fn names_that_look_the_same_are_the_same() {
    assert_eq!(folded(" Ada "), folded("ADA"));
    assert_ne!(folded("ada"), folded("ada l"));
    assert_eq!(Mistake::Again.to_string().lines().count(), 1);
}

#[test]
fn somebody_decides_who_is_who_by_an_account_or_by_a_key() {
    let (nobody, grace) = (BTreeSet::new(), BTreeSet::from([PersonId([2; 16])]));
    let mut one = account(vec![fleetwide(Role::Admin)]);
    one.password = Some(password("x"));
    assert!(has_admin([&one].into_iter(), &nobody));
    one.standing = Standing::Disabled;
    assert!(!has_admin([&one].into_iter(), &nobody) && has_admin([&one].into_iter(), &grace));
    one.person = PersonId([2; 16]);
    assert!(!has_admin([&one].into_iter(), &grace), "a key does not come in where its person is kept out");
}

#[test]
fn a_short_password_stays_beside_its_second_factor() {
    let mut one = account(vec![]);
    one.totp = Some(Totp { secret: vec![7; 20].into(), used: 5 });
    one.passkeys.push(passkey(1, 0));
    let short = Change::Password(Password { hash: "x".into(), alone: false });
    assert_eq!(short.clone().of(&account(vec![]), NOW).unwrap_err(), Mistake::Short);
    let one = short.of(&one, NOW).unwrap();
    let one = Change::Totp(None).of(&one, NOW).expect("the passkey is still there");
    assert_eq!(Change::DropPasskey(vec![1; 16]).of(&one, NOW).unwrap_err(), Mistake::Short);
    let long = Change::Password(password("y")).of(&one, NOW).unwrap();
    assert!(Change::DropPasskey(vec![1; 16]).of(&long, NOW).is_ok());
}

#[test]
fn a_password_that_is_changed_ends_what_programs_came_in_with() {
    let one = Change::AddToken(token(1, Wall(i64::MAX), vec![])).of(&account(vec![]), NOW).unwrap();
    assert_eq!(one.tokens.len(), 1);
    let one = Change::Password(password("another")).of(&one, NOW).unwrap();
    assert!(one.tokens.is_empty());
}

/// What one consents with opens no door: it is no factor, ends no session, and lets nobody in.
#[test]
fn a_passkey_to_consent_with_is_no_way_in() {
    let one = Change::AddSigner(passkey(1, 0)).of(&account(vec![fleetwide(Role::Admin)]), NOW).unwrap();
    assert!(!one.has_second_factor() && !one.is_admin() && one.epoch == 0);
    assert_eq!(Change::AddSigner(passkey(1, 0)).of(&one, NOW).unwrap_err(), Mistake::NameTaken);
    assert_eq!(Change::Signed(vec![1; 16], 1).of(&one, NOW).unwrap_err(), Mistake::NoFactor);
    assert_eq!(Change::DropPasskey(vec![1; 16]).of(&one, NOW).unwrap_err(), Mistake::NoFactor);
    let redeemed = Change::Redeem(password("new")).of(&one, NOW).unwrap();
    assert!(redeemed.signers.is_empty(), "whoever was there before leaves none behind");
    assert!(Change::DropSigner(vec![1; 16]).of(&one, NOW).unwrap().signers.is_empty());
    let many = (0..10).try_fold(one, |one, id| Change::AddSigner(passkey(id + 2, 0)).of(&one, NOW));
    assert_eq!(many.unwrap_err(), Mistake::TooMany("passkeys"));
}
