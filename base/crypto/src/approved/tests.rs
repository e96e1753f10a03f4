use alloc::{vec, vec::Vec};

use minicbor::{Decode, Encode};
use vocab::{DeviceId, FleetName};

use super::*;
use crate::{
    key::SecretKey,
    passkey::{Unfit, tests::Authenticator},
    signed::ToAssert,
};

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
struct Agreement {
    #[n(0)]
    fleet: FleetName,
    #[n(1)]
    device: DeviceId,
    #[n(2)]
    person: PersonId,
    #[n(3)]
    subject: Digest,
    #[n(4)]
    expires: Wall,
}

impl Letter for Agreement {
    type Role = Person;
    const KIND: &'static str = "consent";
    const PASSKEYS: bool = true;

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}

impl Consent for Agreement {
    fn person(&self) -> PersonId {
        self.person
    }

    fn subject(&self) -> Digest {
        self.subject
    }

    fn expires(&self) -> Wall {
        self.expires
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Wipe {
    consents: Vec<Signed<Agreement>>,
    required: usize,
    what: &'static str,
}

impl NeedsConsent for Wipe {
    type Consent = Agreement;

    fn subject(&self, audience: &Audience) -> Digest {
        Digest::of(alloc::format!("{} on {audience:?}", self.what).as_bytes())
    }

    fn consents(&self) -> &[Signed<Agreement>] {
        &self.consents
    }

    fn required(&self) -> usize {
        self.required
    }

    fn expires(&self) -> Wall {
        Wall(1000)
    }
}

/// Ada and Ben may consent, each with two key files and a passkey of their own, and one of each that they share; Cat may
/// not.
#[derive(Clone, Debug, Encode, Decode)]
#[cbor(map)]
struct Roster {
    #[n(0)]
    fleet: FleetName,
    #[n(1)]
    people: Vec<(PersonId, Vec<PublicKey<Person>>, Vec<Passkey>)>,
}

impl Letter for Roster {
    type Role = Root;
    const KIND: &'static str = "roster";

    fn audience(&self) -> Audience {
        Audience::fleet(self.fleet.clone())
    }
}

impl Electorate<Wipe> for Roster {
    fn keys_of(&self, person: PersonId) -> Option<Keys<'_>> {
        let known = self.people.iter().find(|(known, ..)| *known == person);
        known.map(|(_, files, passkeys)| Keys { files, passkeys })
    }

    fn may(&self, person: PersonId, _: &Wipe) -> bool {
        person != CAT
    }
}

fn roster_of(fleet: &str) -> Verified<Roster> {
    let root = SecretKey::from_seed([0; 32]);
    let keys = |person: PersonId| {
        [key(person, 0), key(person, 1), shared()].map(|key| key.public().clone()).to_vec()
    };
    let passkeys = |person: PersonId| vec![passkey(person).passkey, shared_passkey().passkey];
    let people = [ADA, BEN, CAT].map(|person| (person, keys(person), passkeys(person))).to_vec();
    let roster = Roster { fleet: FleetName::new(fleet).unwrap(), people };
    Signed::seal(&roster, &root).verify(root.public(), &roster.audience()).unwrap()
}

fn roster() -> Verified<Roster> {
    roster_of("north")
}

fn shared() -> SecretKey<Person> {
    SecretKey::from_seed([255; 32])
}

fn passkey(person: PersonId) -> Authenticator {
    Authenticator::new(person.0[0])
}

fn shared_passkey() -> Authenticator {
    Authenticator::new(99)
}

fn by_passkey(agreement: &Agreement, key: &Authenticator) -> Signed<Agreement> {
    let unsigned = ToAssert::new(agreement);
    let said = key.assert(&unsigned.challenge());
    unsigned.finish(key.passkey.key.id(), &said.as_assertion())
}

const ADA: PersonId = PersonId([1; 16]);
const BEN: PersonId = PersonId([2; 16]);
const CAT: PersonId = PersonId([3; 16]);
const EVE: PersonId = PersonId([4; 16]);
const NOW: Wall = Wall(500);

fn key(person: PersonId, n: u8) -> SecretKey<Person> {
    SecretKey::from_seed([person.0[0] * 16 + n; 32])
}

fn here() -> Audience {
    Audience::device(FleetName::new("north").unwrap(), DeviceId([9; 16]))
}

fn wipe(consents: Vec<Signed<Agreement>>) -> Wipe {
    Wipe { consents, required: 2, what: "wipe" }
}

fn agreement(person: PersonId) -> Agreement {
    let Audience { fleet, .. } = here();
    Agreement {
        fleet,
        device: DeviceId([9; 16]),
        person,
        subject: wipe(vec![]).subject(&here()),
        expires: Wall(600),
    }
}

fn consent(person: PersonId) -> Signed<Agreement> {
    Signed::seal(&agreement(person), &key(person, 0))
}

fn judge(consents: Vec<Signed<Agreement>>) -> Result<Approved<Wipe>, Refusal> {
    Approved::verify(wipe(consents), &here(), &roster(), NOW)
}

#[test]
fn two_people_approve_an_order() {
    let approved = judge(vec![consent(BEN), consent(ADA)]).unwrap();
    assert_eq!(approved.people().iter().copied().collect::<Vec<_>>(), [ADA, BEN]);
    assert_eq!(approved.what, "wipe");
    assert_eq!(approved.into_order(), wipe(vec![consent(BEN), consent(ADA)]));
}

#[test]
fn a_persons_second_key_is_as_good_as_the_first() {
    assert!(judge(vec![consent(ADA), Signed::seal(&agreement(BEN), &key(BEN, 1))]).is_ok());
}

#[test]
fn one_person_or_none_is_too_few() {
    let missing = |have| Refusal::ConsentsMissing { have, need: 2 };
    assert_eq!(judge(vec![]).unwrap_err(), missing(0));
    assert_eq!(judge(vec![consent(ADA)]).unwrap_err(), missing(1));
}

#[test]
fn an_order_that_needs_nobody_is_approved_by_nobody() {
    let free = Wipe { required: 0, ..wipe(vec![]) };
    assert!(Approved::verify(free, &here(), &roster(), NOW).unwrap().people().is_empty());
}

#[test]
fn one_person_with_two_keys_is_one_person() {
    let second = Signed::seal(&agreement(ADA), &key(ADA, 1));
    assert_eq!(judge(vec![consent(ADA), second]).unwrap_err(), Refusal::DuplicateConsent(ADA));
    assert_eq!(judge(vec![consent(ADA), consent(ADA)]).unwrap_err(), Refusal::DuplicateConsent(ADA));
    assert_eq!(
        judge(vec![consent(ADA), consent(BEN), consent(ADA)]).unwrap_err(),
        Refusal::DuplicateConsent(ADA),
        "not even beside enough others"
    );
}

#[test]
fn two_people_with_one_key_are_one_key() {
    let by_shared = |person| Signed::seal(&agreement(person), &shared());
    assert_eq!(
        judge(vec![by_shared(ADA), by_shared(BEN)]).unwrap_err(),
        Refusal::SharedKey(shared().public().id())
    );
    assert!(judge(vec![by_shared(ADA), consent(BEN)]).is_ok());
}

#[test]
fn the_roster_of_another_fleet_has_no_say() {
    let verdict = Approved::verify(wipe(vec![consent(ADA), consent(BEN)]), &here(), &roster_of("south"), NOW);
    assert_eq!(verdict.unwrap_err(), Refusal::Audience);
}

#[test]
fn a_stranger_does_not_count() {
    assert_eq!(judge(vec![consent(ADA), consent(EVE)]).unwrap_err(), Refusal::Stranger(EVE));
}

#[test]
fn a_person_who_may_not_consent_to_this_does_not_count() {
    assert_eq!(judge(vec![consent(ADA), consent(CAT)]).unwrap_err(), Refusal::NotEntitled(CAT));
}

#[test]
fn another_persons_key_is_no_consent() {
    let forged = Signed::seal(&agreement(BEN), &key(ADA, 1));
    let refusal = Refusal::StrangersKey { person: BEN, key: key(ADA, 1).public().id() };
    assert_eq!(judge(vec![consent(ADA), forged]).unwrap_err(), refusal);
}

#[test]
fn a_borrowed_key_id_is_no_consent() {
    let id = key(BEN, 0).public().id();
    let unsigned = crate::signed::ToSign::new(&agreement(BEN), id);
    let signature = key(ADA, 0).sign(&unsigned.message());
    let forged = unsigned.finish(&signature);
    assert_eq!(judge(vec![consent(ADA), forged]).unwrap_err(), Refusal::Signature { key: id });
}

#[test]
fn a_consent_to_something_else_is_refused() {
    let other = Agreement { subject: Digest::of(b"wipe another"), ..agreement(BEN) };
    let other = Signed::seal(&other, &key(BEN, 0));
    assert_eq!(judge(vec![consent(ADA), other]).unwrap_err(), Refusal::OtherSubject(BEN));
    let changed = Wipe { what: "release", ..wipe(vec![consent(ADA), consent(BEN)]) };
    let verdict = Approved::verify(changed, &here(), &roster(), NOW);
    assert_eq!(verdict.unwrap_err(), Refusal::OtherSubject(ADA));
}

#[test]
fn a_consent_for_another_device_is_refused() {
    let elsewhere = Agreement { device: DeviceId([8; 16]), ..agreement(BEN) };
    let elsewhere = Signed::seal(&elsewhere, &key(BEN, 0));
    assert_eq!(judge(vec![consent(ADA), elsewhere]).unwrap_err(), Refusal::Audience);
}

#[test]
fn a_consent_holds_until_the_moment_that_it_names() {
    let until = |expires| {
        let ben = Signed::seal(&Agreement { expires, ..agreement(BEN) }, &key(BEN, 0));
        judge(vec![consent(ADA), ben]).map(|_| ())
    };
    assert_eq!(until(Wall(NOW.0 + 1)), Ok(()));
    assert_eq!(until(NOW), Err(Refusal::ConsentExpired(BEN)));
}

#[test]
fn an_order_holds_until_the_moment_that_it_names() {
    let at = |now| {
        let lasting = |person| Agreement { expires: Wall(5000), ..agreement(person) };
        let consents = [ADA, BEN].map(|person| Signed::seal(&lasting(person), &key(person, 0))).to_vec();
        Approved::verify(wipe(consents), &here(), &roster(), now).map(|_| ())
    };
    assert_eq!(at(Wall(999)), Ok(()));
    assert_eq!(at(Wall(1000)), Err(Refusal::OrderExpired));
}

#[test]
fn whoever_sends_an_order_finds_people_missing_doubled_or_astray_without_a_roster() {
    let complete = |consents| complete(&wipe(consents), &here());
    let missing = |have| Err(Refusal::ConsentsMissing { have, need: 2 });
    assert_eq!(complete(vec![]), missing(0));
    assert_eq!(complete(vec![consent(ADA)]), missing(1));
    assert_eq!(complete(vec![consent(ADA), consent(ADA)]), Err(Refusal::DuplicateConsent(ADA)));
    let other = Agreement { subject: Digest::of(b"lunch"), ..agreement(BEN) };
    let other = Signed::seal(&other, &key(BEN, 0));
    assert_eq!(complete(vec![consent(ADA), other]), Err(Refusal::OtherSubject(BEN)));
    assert_eq!(complete(vec![consent(ADA), consent(BEN)]), Ok(()));
    assert_eq!(complete(vec![consent(ADA), consent(EVE)]), Ok(()), "who is a stranger, the roster says");
}

#[test]
fn a_passkey_is_as_good_as_a_key_file() {
    let approved = judge(vec![consent(ADA), by_passkey(&agreement(BEN), &passkey(BEN))]).unwrap();
    assert_eq!(approved.people().iter().copied().collect::<Vec<_>>(), [ADA, BEN]);
    let both = [ADA, BEN].map(|person| by_passkey(&agreement(person), &passkey(person)));
    assert!(judge(both.to_vec()).is_ok());
}

#[test]
fn one_person_with_a_key_file_and_a_passkey_is_one_person() {
    let again = by_passkey(&agreement(ADA), &passkey(ADA));
    assert_eq!(judge(vec![consent(ADA), again]).unwrap_err(), Refusal::DuplicateConsent(ADA));
}

#[test]
fn two_people_with_one_passkey_are_one_key_whatever_page_is_pinned() {
    let both = [ADA, BEN].map(|person| by_passkey(&agreement(person), &shared_passkey()));
    let refusal = Refusal::SharedKey(shared_passkey().passkey.key.id());
    assert_eq!(judge(both.to_vec()).unwrap_err(), refusal);
}

#[test]
fn another_persons_passkey_is_no_consent() {
    let forged = by_passkey(&agreement(BEN), &passkey(ADA));
    let refusal = Refusal::StrangersKey { person: BEN, key: passkey(ADA).passkey.key.id() };
    assert_eq!(judge(vec![consent(ADA), forged]).unwrap_err(), refusal);
    let unsigned = ToAssert::new(&agreement(BEN));
    let said = passkey(ADA).assert(&unsigned.challenge());
    let id = passkey(BEN).passkey.key.id();
    let borrowed = unsigned.finish(id, &said.as_assertion());
    assert_eq!(judge(vec![consent(ADA), borrowed]).unwrap_err(), Refusal::Signature { key: id });
}

#[test]
fn what_a_passkey_signed_for_one_letter_holds_for_no_other() {
    let said = passkey(BEN).assert(&ToAssert::new(&agreement(BEN)).challenge());
    let id = passkey(BEN).passkey.key.id();
    for other in [
        Agreement { subject: Digest::of(b"wipe another"), ..agreement(BEN) },
        Agreement { expires: Wall(601), ..agreement(BEN) },
        Agreement { device: DeviceId([8; 16]), ..agreement(BEN) },
    ] {
        let replayed = ToAssert::new(&other).finish(id, &said.as_assertion());
        let refusal = Refusal::Passkey(Unfit::Challenge);
        assert_eq!(judge(vec![consent(ADA), replayed]).unwrap_err(), refusal, "{other:?}");
    }
}

#[test]
fn a_consent_by_passkey_is_judged_like_any_other() {
    let late = by_passkey(&Agreement { expires: NOW, ..agreement(BEN) }, &passkey(BEN));
    assert_eq!(judge(vec![consent(ADA), late]).unwrap_err(), Refusal::ConsentExpired(BEN));
    let other = Agreement { subject: Digest::of(b"wipe another"), ..agreement(BEN) };
    let other = by_passkey(&other, &passkey(BEN));
    assert_eq!(judge(vec![consent(ADA), other]).unwrap_err(), Refusal::OtherSubject(BEN));
    let elsewhere = by_passkey(&Agreement { device: DeviceId([8; 16]), ..agreement(BEN) }, &passkey(BEN));
    assert_eq!(judge(vec![consent(ADA), elsewhere]).unwrap_err(), Refusal::Audience);
    let barred = by_passkey(&agreement(CAT), &passkey(CAT));
    assert_eq!(judge(vec![consent(ADA), barred]).unwrap_err(), Refusal::NotEntitled(CAT));
}

/// The passkey's key signed our bytes themselves, as a key file would; and the other way round.
#[test]
fn a_letter_in_one_role_is_not_believed_by_a_key_of_the_other() {
    let file = consent(BEN).verify_by_passkey(&passkey(BEN).passkey, &here()).unwrap_err();
    assert_eq!(file, Refusal::Role { expected: "passkey", found: "person".into() });
    let asserted = by_passkey(&agreement(BEN), &passkey(BEN)).verify(key(BEN, 0).public(), &here());
    assert_eq!(asserted.unwrap_err(), Refusal::Role { expected: "person", found: "passkey".into() });
}
