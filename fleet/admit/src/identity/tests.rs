use super::*;
use crate::testing::{Chip, NOW, enrolled, later};

#[test]
fn every_key_that_it_had_lately_is_remembered_newest_first() {
    let (machine, mut identity, _) = enrolled();
    for seed in 2..=4 {
        identity.rekey(Chip::of(seed).public(), NOW);
    }
    let keys: Vec<_> = identity.device_keys().cloned().collect();
    let expected = [Chip::of(4), Chip::of(3), Chip::of(2), machine.device].map(|chip| chip.public());
    assert_eq!(keys, expected);
}

#[test]
fn the_memory_for_keys_is_bounded() {
    let (machine, mut identity, _) = enrolled();
    for seed in 0..u8::try_from(PAST_LIMIT).unwrap() {
        identity.rekey(Chip::of(seed + 2).public(), NOW);
    }
    let first = machine.device.public::<Device>();
    assert_eq!(identity.certified(first.as_bytes()), Err(Refusal::KeyReplaced(first.id())));
    identity.rekey(Chip::of(90).public(), NOW);
    assert_eq!(identity.certified(first.as_bytes()), Err(Refusal::KeyOther));
    assert_eq!(identity.device_keys().count(), PAST_LIMIT + 1);
}

#[test]
fn a_key_is_old_after_thirty_days() {
    let (_, mut identity, _) = enrolled();
    let month = 30 * 24 * 3600;
    assert!(!identity.key_is_old(later(month)));
    assert!(identity.key_is_old(later(month + 1)));
    identity.rekey(Chip::of(2).public(), later(month));
    assert!(!identity.key_is_old(later(month + 1)));
}

#[test]
fn it_survives_the_store() {
    let (_, mut identity, _) = enrolled();
    identity.rekey(Chip::of(2).public(), NOW);
    let bytes = crypto::cbor::encode(&identity);
    assert_eq!(crypto::cbor::decode(&bytes, &crypto::cbor::Limits::FRAME), Ok(identity));
}
