use crypto::{
    passkey::Passkey,
    signed::{Audience, Signed},
};
use sim::Ceremony;
use vocab::{Label, PersonId, Wall};
use wire::v1::Roster;

use super::*;

fn fleet() -> FleetName {
    FleetName::new("lab").unwrap()
}

/// Ada or Grace, with a key file of their own.
pub(crate) fn person(number: u8) -> KeyFile {
    let name = ["ada", "grace"][usize::from(number)];
    KeyFile::new(Label::new(name).unwrap(), PersonId([number + 1; 16]), [number + 7; 32])
}

/// A keeper who has signed the first roster, of both.
pub(crate) fn keeper() -> Keeper {
    let people = [0, 1].map(|number| person(number).public()).into();
    let keeper = Keeper::new(ceremony::new_root([3; 32]), fleet(), people);
    assert_eq!(keeper.sign().unwrap().version, 1);
    keeper
}

fn passkey(number: usize) -> Passkey {
    Ceremony::new(1, "lab", 2, Wall(0)).authenticator(number).passkey().clone()
}

/// What a page writes down of a passkey of this person.
pub(crate) fn record(of: &KeyFile, number: usize) -> String {
    let key = PersonKey::Passkey(passkey(number));
    PersonFile { name: of.name.clone(), person: of.person, key }.text()
}

/// The roster, as the fleet and every box believe it.
fn believed(keeper: &Keeper, letter: &Letter) -> Roster {
    let roster = Signed::<Roster>::parse(letter.bytes.clone()).unwrap();
    roster.verify(&keeper.root(), &Audience::fleet(fleet())).unwrap().into_letter()
}

#[test]
fn whoever_made_a_passkey_stands_on_the_next_roster_with_it_and_with_all_that_they_had() {
    let (keeper, ada) = (keeper(), person(0));
    let letter = keeper.take(&record(&ada, 0), &ada).unwrap().expect("it is signed");
    let roster = believed(&keeper, &letter);
    assert_eq!((letter.version, roster.version, roster.people.len()), (2, 2, 2));
    let hers = roster.people.iter().find(|one| one.id == ada.person).unwrap();
    assert_eq!((hers.keys.len(), &hers.passkeys[..]), (1, &[passkey(0)][..]));
    assert_eq!(hers.may, [Right::Release, Right::Destroy]);
    let other = roster.people.iter().find(|one| one.id != ada.person).unwrap();
    assert!(other.passkeys.is_empty(), "and nobody else does");
    assert!(keeper.take(&record(&ada, 0), &ada).unwrap().is_none(), "once is enough");
    assert_eq!(keeper.sign().unwrap().version, 3, "and no version is given twice");
}

#[test]
fn what_is_not_a_passkey_of_whoever_brings_it_is_not_signed_and_spoils_nothing() {
    let (keeper, ada, grace) = (keeper(), person(0), person(1));
    let renamed = record(&ada, 0).replace("name ada", "name grace");
    for (bad, why) in [
        (record(&grace, 0), "somebody else's"),
        (renamed, "under another's name"),
        (ada.public().text(), "a key file: nobody makes one in a page"),
        ("nonsense".to_owned(), "nothing at all"),
        (record(&ada, 0).replace("person per_", "person dev_"), "of no person"),
    ] {
        assert!(keeper.take(&bad, &ada).is_err(), "{why}");
    }
    // The same key for another page: a roster lists no key twice, and goes on without it.
    keeper.take(&record(&ada, 0), &ada).unwrap().expect("it is signed");
    let elsewhere = record(&ada, 0).replace("credential ", "credential 00");
    assert_ne!(elsewhere, record(&ada, 0));
    assert!(keeper.take(&elsewhere, &ada).is_err());
    let next = keeper.take(&record(&grace, 1), &grace).unwrap().expect("hers is signed all the same");
    assert_eq!((next.version, believed(&keeper, &next).people[1].passkeys.len()), (3, 1));
}
