use crypto::{
    key::{Log, SecretKey, SeedRole, State, WorkOrder},
    signed::Audience,
};
use wire::v1::keyset::{TrustZone, ZoneAuthority};

use super::*;
use crate::testing::{LATER, NOW, ada, fleet_name};

fn valid<R: SeedRole>(seed: u8) -> Valid<crypto::key::PublicKey<R>> {
    Valid { key: SecretKey::<R>::from_seed([seed; 32]).public().clone(), from: NOW, until: LATER }
}

pub(crate) fn keyset() -> Keyset {
    Keyset {
        fleet: fleet_name(),
        version: 3,
        state: vec![valid::<State>(2)],
        work_order: vec![valid::<WorkOrder>(3)],
        log: vec![valid::<Log>(4)],
        authorities: vec![ZoneAuthority { zone: TrustZone::Device, root: b"a root in DER".to_vec().into() }],
    }
}

fn root() -> RootFile {
    new_root([1; 32])
}

fn grace() -> KeyFile {
    new_person("grace".parse().unwrap(), NOW, [9; 10], [7; 32])
}

fn entry(person: &KeyFile, may: &[Right]) -> Entry {
    Entry { person: person.public(), may: may.to_vec() }
}

#[test]
fn what_the_root_signs_is_believed_by_its_public_key_and_no_other() {
    let (root, audience) = (root(), Audience::fleet(fleet_name()));
    let request = cbor::encode(&keyset());
    let signed = sign_keyset(&root, &read_keyset(&request).unwrap());
    assert_eq!(*signed.clone().verify(&root.public(), &audience).unwrap(), keyset());
    assert!(signed.verify(&new_root([2; 32]).public(), &audience).is_err());

    let people = vec![
        entry(&grace(), &[Right::Destroy, Right::Release, Right::Release]),
        entry(&ada(), &[Right::Release]),
    ];
    let roster = roster(&fleet_name(), 1, people).unwrap();
    let signed = sign_roster(&root, &roster).verify(&root.public(), &audience).unwrap();
    assert!(signed.people.is_sorted_by_key(|person| person.id));
    let of = |id| signed.people.iter().find(|person| person.id == id).unwrap();
    assert_eq!(of(grace().person).may, [Right::Release, Right::Destroy]);
    assert_eq!(of(ada().person).may, [Right::Release]);
    assert_eq!(of(ada().person).keys, [crate::testing::key_of(&ada())]);
}

#[test]
fn the_same_bytes_make_the_same_person() {
    assert_eq!(*grace().text(), *grace().text());
    let other = new_person("grace".parse().unwrap(), NOW, [8; 10], [7; 32]);
    assert_ne!(other.person, grace().person);
}

#[test]
fn a_request_that_is_not_sound_is_not_signed() {
    let refused = |change: fn(&mut Keyset)| {
        let mut keyset = keyset();
        change(&mut keyset);
        read_keyset(&cbor::encode(&keyset)).unwrap_err()
    };
    assert_eq!(refused(|keyset| keyset.state.clear()), Refusal::KeyMissing("state"));
    assert_eq!(refused(|keyset| keyset.work_order.clear()), Refusal::KeyMissing("work-order"));
    assert_eq!(refused(|keyset| keyset.log.clear()), Refusal::KeyMissing("log"));
    assert_eq!(refused(|keyset| keyset.log[0].until = NOW), Refusal::KeyNeverValid("log"));
    assert!(matches!(read_keyset(b"no keyset"), Err(Refusal::Request(_))));

    // A key that a newer program would understand: signing it would be signing unread.
    let mut newer = cbor::encode(&keyset());
    assert_eq!(newer[0], 0xa6, "a map of six");
    newer[0] = 0xa7;
    newer.extend([0x19, 0x03, 0xe8, 0x00]);
    assert_eq!(read_keyset(&newer), Err(Refusal::RequestNewer));
}

/// A passkey of this person; the point is the base point of P-256.
fn passkey(of: &KeyFile) -> PersonFile {
    let text = format!(
        "wrale-passkey/v1\nname {}\nperson {}\nrelying-party fleet.example\norigin https://fleet.example\n\
         credential 01\nkey 046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5\n",
        of.name, of.person
    );
    PersonFile::parse(&text).unwrap()
}

#[test]
fn a_person_may_have_several_keys_of_either_kind() {
    let second = KeyFile::new("ada".parse().unwrap(), ada().person, [8; 32]);
    let by_passkey = Entry { person: passkey(&ada()), may: vec![Right::Destroy] };
    let people =
        vec![entry(&ada(), &[Right::Release]), by_passkey, entry(&second, &[]), entry(&grace(), &[])];
    let roster = roster(&fleet_name(), 1, people).unwrap();
    assert_eq!(roster.people.len(), 2);
    let listed = roster.people.iter().find(|person| person.id == ada().person).unwrap();
    assert_eq!(listed.keys, [&ada(), &second].map(crate::testing::key_of));
    let PersonKey::Passkey(pinned) = passkey(&ada()).key else { panic!("a passkey") };
    assert_eq!(listed.passkeys, [pinned]);
    assert_eq!(listed.may, [Right::Release, Right::Destroy]);
}

#[test]
fn a_passkey_of_two_people_is_signed_for_neither() {
    let by_passkey = |person: &KeyFile| Entry { person: passkey(person), may: vec![] };
    let of = |people: Vec<Entry>| roster(&fleet_name(), 1, people).unwrap_err();
    assert_eq!(of(vec![by_passkey(&ada()), by_passkey(&grace())]), Refusal::KeyShared("grace".into()));
    assert_eq!(of(vec![by_passkey(&ada()), by_passkey(&ada())]), Refusal::PersonTwice("ada".into()));
    let renamed = KeyFile::new("eve".parse().unwrap(), ada().person, [8; 32]);
    assert_eq!(of(vec![entry(&ada(), &[]), by_passkey(&renamed)]), Refusal::PersonTwice("eve".into()));
}

#[test]
fn a_roster_holds_each_person_once_and_no_key_of_two() {
    let of = |people: Vec<Entry>| roster(&fleet_name(), 1, people).unwrap_err();
    assert_eq!(of(vec![]), Refusal::Nobody);
    assert_eq!(of(vec![entry(&ada(), &[]), entry(&ada(), &[])]), Refusal::PersonTwice("ada".into()));
    let namesake = new_person("ada".parse().unwrap(), NOW, [9; 10], [7; 32]);
    assert_eq!(of(vec![entry(&ada(), &[]), entry(&namesake, &[])]), Refusal::PersonTwice("ada".into()));
    let shared = new_person("grace".parse().unwrap(), NOW, [9; 10], [6; 32]);
    assert_eq!(of(vec![entry(&ada(), &[]), entry(&shared, &[])]), Refusal::KeyShared("grace".into()));

    let many = (0..=u8::MAX).flat_map(|a| [(a, 0), (a, 1)]).map(|(a, b)| {
        let (mut id, mut seed) = ([0; 10], [a; 32]);
        (id[8], id[9], seed[0]) = (a, b, b);
        let name = format!("somebody with quite a long name, number {a} of {b}");
        entry(&new_person(name.parse().unwrap(), NOW, id, seed), &[Right::Release])
    });
    assert!(matches!(of(many.collect()), Refusal::TooMany(_)));
}
