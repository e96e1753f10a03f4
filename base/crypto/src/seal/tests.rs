//! Shows that a record opens in its own place alone, and says why where it does not.

use alloc::{collections::BTreeSet, vec::Vec};
use std::format;

use proptest::prelude::*;
use vocab::FleetName;

use super::*;
use crate::hex;

fn fleet(name: &str) -> FleetName {
    FleetName::new(name).unwrap()
}

fn kek() -> Kek {
    Kek::new([1; 32])
}

const SALT: [u8; 32] = [2; 32];
const RECORD: &[u8] = b"a record";

fn place(fleet: &FleetName) -> Place<'_> {
    Place { fleet, table: "entries", row: b"row 7", version: 3 }
}

fn sealed() -> Vec<u8> {
    seal_record(&kek(), SALT, &place(&fleet("demo")), RECORD)
}

fn opened(sealed: &[u8]) -> Result<Vec<u8>, Refusal> {
    open_record(&kek(), &place(&fleet("demo")), sealed).map(|plain| plain.to_vec())
}

#[test]
fn a_record_opens_where_it_belongs() {
    assert_eq!(opened(&sealed()).as_deref(), Ok(RECORD));
    let empty = seal_record(&kek(), SALT, &place(&fleet("demo")), &[]);
    assert_eq!(opened(&empty).as_deref(), Ok(&[][..]));
}

#[test]
fn the_layout_of_a_record_is_the_one_written_down() {
    let record = sealed();
    assert_eq!(record.len(), 61 + RECORD.len() + 16);
    assert_eq!(record[0], 1);
    assert_eq!(record[1..9], kek().id().0);
    assert_eq!(record[9..41], SALT);
    assert_eq!(record[53..61], 3_u64.to_be_bytes());
    assert_eq!(hex::encode(&record), FROZEN);
}

/// Checked once against another implementation of HKDF and AES-256-GCM-SIV.
const FROZEN: &str = "013aaa8f9e31b08ff10202020202020202020202020202020202020202020202020202020202020202e3893e88\
    8b13a7f4584501ff00000000000000033485d3470ca6fbfdedc6092b2026884c113c3d28c7452e03";

#[test]
fn a_moved_record_is_refused_and_says_what_was_moved() {
    let (home, away) = (fleet("demo"), fleet("other"));
    let record = sealed();
    let here = place(&home);
    let version = |expected| Part::Version { sealed: 3, expected };
    for (elsewhere, part) in [
        (Place { fleet: &away, ..here }, Part::Fleet),
        (Place { table: "blobs", ..here }, Part::Table),
        (Place { row: b"row 8", ..here }, Part::Row),
        (Place { row: b"", ..here }, Part::Row),
        (Place { version: 4, ..here }, version(4)),
        (Place { version: 2, ..here }, version(2)),
    ] {
        let opened = open_record(&kek(), &elsewhere, &record).map(|_| ());
        assert_eq!(opened, Err(Refusal::Elsewhere(part)));
    }
}

#[test]
fn a_mover_who_also_corrects_the_marks_is_refused_all_the_same() {
    let home = fleet("demo");
    let elsewhere = Place { row: b"row 8", version: 4, ..place(&home) };
    let other = seal_record(&kek(), [3; 32], &elsewhere, b"another record");
    let mut forged = sealed();
    forged[41..61].copy_from_slice(&other[41..61]);
    assert_eq!(open_record(&kek(), &elsewhere, &forged).map(|_| ()), Err(Refusal::Damaged));
}

#[test]
fn a_place_cannot_be_spelled_as_another_place() {
    let home = fleet("demo");
    let (one, other) =
        (Place { table: "ab", row: b"c", ..place(&home) }, Place { table: "a", row: b"bc", ..place(&home) });
    let mut forged = seal_record(&kek(), SALT, &one, RECORD);
    forged[41..61].copy_from_slice(&seal_record(&kek(), SALT, &other, RECORD)[41..61]);
    assert_eq!(open_record(&kek(), &other, &forged).map(|_| ()), Err(Refusal::Damaged));
}

#[test]
fn a_record_under_another_kek_names_both_keys() {
    let other = Kek::new([9; 32]);
    let refusal = Refusal::OtherKek { sealed_by: kek().id(), ours: other.id() };
    let home = fleet("demo");
    assert_eq!(open_record(&other, &place(&home), &sealed()).map(|_| ()), Err(refusal));
}

#[test]
fn a_kek_that_only_shares_the_id_opens_nothing() {
    let other = Kek::new([9; 32]);
    let mut relabelled = sealed();
    relabelled[1..9].copy_from_slice(&other.id().0);
    let home = fleet("demo");
    assert_eq!(open_record(&other, &place(&home), &relabelled).map(|_| ()), Err(Refusal::Damaged));
}

#[test]
fn every_truncation_and_every_altered_bit_of_a_record_is_refused() {
    let record = sealed();
    for at in 0..record.len() {
        let cut = opened(&record[..at]);
        assert_eq!(cut, Err(if at < 61 + 16 { Refusal::TooShort(at) } else { Refusal::Damaged }));
        for bit in 0..8 {
            let mut altered = record.clone();
            altered[at] ^= 1 << bit;
            let refusal = opened(&altered).unwrap_err();
            let as_expected = match at {
                0 => matches!(refusal, Refusal::Layout(_)),
                1..9 => matches!(refusal, Refusal::OtherKek { .. }),
                41..61 => matches!(refusal, Refusal::Elsewhere(_)),
                _ => refusal == Refusal::Damaged,
            };
            assert!(as_expected, "byte {at}, bit {bit}: {refusal}");
        }
    }
    assert_eq!(opened(&[&record[..], &[0]].concat()), Err(Refusal::Damaged));
}

#[test]
fn another_salt_makes_another_key() {
    let home = fleet("demo");
    let other = seal_record(&kek(), [3; 32], &place(&home), RECORD);
    assert_ne!(other[61..], sealed()[61..]);
    assert_eq!(opened(&other).as_deref(), Ok(RECORD));
}

#[test]
fn every_reason_has_a_code_and_a_sentence() {
    let parts = [Part::Fleet, Part::Row, Part::Table, Part::Version { sealed: 1, expected: 2 }];
    let others = [
        Refusal::Damaged,
        Refusal::Layout(2),
        Refusal::NotAPoint,
        Refusal::NotForUs,
        Refusal::OtherKek { sealed_by: kek().id(), ours: Kek::new([9; 32]).id() },
        Refusal::TooShort(1),
    ];
    let refusals: Vec<_> = parts.into_iter().map(Refusal::Elsewhere).chain(others).collect();
    assert!(refusals.iter().all(|r| r.code().starts_with("crypto/seal-")));
    let sentences: BTreeSet<_> = refusals.iter().map(|r| format!("{r}")).collect();
    assert_eq!(sentences.len(), refusals.len());
    assert!(sentences.iter().all(|sentence| sentence.len() > 30));
}

proptest! {
    #[test]
    fn what_is_sealed_comes_back(salt: [u8; 32], plaintext: Vec<u8>, table: std::string::String, row: Vec<u8>, version: u64) {
        let home = fleet("demo");
        let place = Place { fleet: &home, table: &table, row: &row, version };
        let sealed = seal_record(&kek(), salt, &place, &plaintext);
        prop_assert_eq!(open_record(&kek(), &place, &sealed).map(|plain| plain.to_vec()), Ok(plaintext));
    }

    #[test]
    fn no_bytes_make_a_door_panic_or_open(mut bytes in prop::collection::vec(any::<u8>(), 0..200), honest in 0usize..70) {
        let record = sealed();
        let honest = honest.min(bytes.len());
        bytes[..honest].copy_from_slice(&record[..honest]);
        prop_assert!(opened(&bytes).is_err());
        let _ = Sealed::from_bytes(&bytes);
        let _ = OpeningPublic::from_sec1(&bytes);
        let _ = minicbor::decode::<Sealed>(&bytes);
        let _ = minicbor::decode::<OpeningPublic>(&bytes);
    }
}
