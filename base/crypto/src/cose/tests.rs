use alloc::{string::String, vec, vec::Vec};

use coset::{CborSerializable, CoseSign1, CoseSign1Builder, HeaderBuilder, cbor::value::Value, iana};

use super::*;
use crate::{
    cbor::Reason,
    key::{Algorithm, SecretKey, State},
};

const PAYLOAD: &[u8] = b"\xa1\x00\x01";

fn key() -> SecretKey<State> {
    SecretKey::from_seed([5; 32])
}

fn header(key: &SecretKey<State>) -> Header<'static> {
    Header {
        algorithm: Algorithm::EdDsa.cose(),
        content_type: "application/wrale.state.v1+cbor",
        key: key.public().id(),
        role: "state",
    }
}

fn sealed() -> Vec<u8> {
    let protected = header(&key()).encode();
    let signature = key().sign(&to_be_signed(&protected, PAYLOAD));
    envelop(&protected, PAYLOAD, &signature)
}

#[test]
fn coset_reads_what_we_seal() {
    let theirs = CoseSign1::from_slice(&sealed()).unwrap();
    let protected = &theirs.protected.header;
    assert_eq!(protected.alg, Some(coset::Algorithm::Assigned(iana::Algorithm::EdDSA)));
    assert_eq!(protected.content_type, Some(coset::ContentType::Text(content_type("state"))));
    assert_eq!(protected.key_id, key().public().id().0);
    assert_eq!(protected.rest, vec![(coset::Label::Int(-70001), Value::from("state"))]);
    assert!(theirs.unprotected.is_empty());
    assert_eq!(theirs.payload.as_deref(), Some(PAYLOAD));
    let verdict =
        theirs.verify_signature(b"", |signature, message| key().public().verify(message, signature));
    assert_eq!(verdict, Ok(()));
    assert!(
        theirs.verify_signature(b"x", |s, m| key().public().verify(m, s)).is_err(),
        "the external AAD is empty"
    );
}

#[test]
fn we_read_what_coset_seals() {
    let protected = HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .content_type(content_type("state"))
        .key_id(key().public().id().0.to_vec())
        .value(-70001, Value::from("state"))
        .build();
    let theirs = CoseSign1Builder::new()
        .protected(protected)
        .payload(PAYLOAD.to_vec())
        .create_signature(b"", |message| key().sign(message).to_vec())
        .build()
        .to_vec()
        .unwrap();
    let ours = Sign1::parse(&theirs, 1024).unwrap();
    assert_eq!(ours.header, header(&key()));
    assert_eq!(ours.payload, PAYLOAD);
    assert_eq!(key().public().verify(&ours.message(), ours.signature), Ok(()));
    assert_eq!(theirs, sealed(), "two writers, one encoding");
}

/// RFC 9052 §4.4, byte by byte.
#[test]
fn the_message_to_sign_is_the_sig_structure() {
    let expected = [&b"\x84\x6aSignature1\x43abc\x40\x43"[..], PAYLOAD].concat();
    assert_eq!(to_be_signed(b"abc", PAYLOAD), expected);
}

fn envelope_refusal(bytes: &[u8]) -> Reason {
    match Sign1::parse(bytes, 1024) {
        Err(Refusal::Envelope(malformed)) => malformed.reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_envelope_of_another_shape_is_refused() {
    let shape = |bytes: &[u8]| words(envelope_refusal(bytes));
    assert!(shape(b"\x83\x40\xa0\x40").contains("four parts"));
    assert!(shape(b"\x85\x40\xa0\x40\x40\x40").contains("four parts"));
    assert!(shape(b"\x00").contains("array"));
    assert!(shape(b"\x84\x40\xa1\x01\x26\x40\x40").contains("unprotected"));
    assert!(shape(b"\x84\x40\xa0\xf6\x40").contains("bytes"), "a detached payload");
    assert!(shape(b"\x84\xa0\xa0\x40\x40").contains("bytes"), "a header that is not wrapped");
}

#[test]
fn a_tag_around_the_envelope_is_refused() {
    assert_eq!(envelope_refusal(&[&[0xd2], &sealed()[..]].concat()), Reason::Tag);
}

#[test]
fn an_envelope_beyond_its_limit_is_refused() {
    let sealed = sealed();
    assert!(Sign1::parse(&sealed, sealed.len()).is_ok());
    assert!(matches!(Sign1::parse(&sealed, sealed.len() - 1), Err(Refusal::Envelope(_))));
}

fn header_refusal(protected: &[u8]) -> Reason {
    match Sign1::parse(&envelop(protected, PAYLOAD, &[0; 64]), 1024) {
        Err(Refusal::Header(malformed)) => malformed.reason,
        other => panic!("{other:?}"),
    }
}

fn words(reason: Reason) -> String {
    match reason {
        Reason::Shape(words) => words,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_header_holds_its_four_parameters_and_no_other() {
    let write = |length: u64, key: &[u8], after: &[i64]| {
        cbor::write(|e| {
            e.map(length)?.i64(1)?.i64(-8)?.i64(3)?.str("x")?.i64(4)?.bytes(key)?.i64(ROLE)?.str("state")?;
            after.iter().try_for_each(|&label| e.i64(label)?.i64(0)?.ok())
        })
    };
    let parse = |protected: &[u8]| Sign1::parse(&envelop(protected, PAYLOAD, &[0; 64]), 1024).map(|_| ());
    assert_eq!(parse(&write(4, &[0; 8], &[])), Ok(()));
    assert!(words(header_refusal(&write(5, &[0; 8], &[-70002]))).contains("four parameters"));
    assert!(words(header_refusal(&write(4, &[0; 7], &[]))).contains("a key id is 8 bytes"));
    assert!(words(header_refusal(b"\xa0")).contains("four parameters"));
    assert!(words(header_refusal(b"\x80")).contains("map"));
    assert_eq!(header_refusal(b""), Reason::Truncated);
}

/// `crit` (RFC 9052 §3.1) names parameters that we must understand; we understand no other than ours.
#[test]
fn a_header_with_critical_parameters_is_refused() {
    let critical = cbor::write(|e| e.map(2)?.i64(1)?.i64(-8)?.i64(2)?.array(1)?.i64(4)?.ok());
    assert_eq!(header_refusal(&critical), Reason::TooDeep(1));
    let in_place_of_the_type = cbor::write(|e| {
        e.map(4)?.i64(1)?.i64(-8)?.i64(2)?.i64(4)?.i64(4)?.bytes(&[0; 8])?.i64(ROLE)?.str("state")?.ok()
    });
    assert!(words(header_refusal(&in_place_of_the_type)).contains("parameter 2 stands where 3 belongs"));
}

#[test]
fn a_header_out_of_order_twice_or_too_long_is_refused() {
    assert_eq!(header_refusal(b"\xa2\x03\x61a\x01\x27"), Reason::KeyOrder);
    assert_eq!(header_refusal(b"\xa2\x01\x27\x01\x27"), Reason::KeyOrder);
    assert_eq!(header_refusal(b"\xa1\x63alg\x27"), Reason::KeyKind);
    let long = [&b"\xa1\x03\x79\x01\x00"[..], &[b'a'; 256]].concat();
    assert_eq!(header_refusal(&long), Reason::TooLong(256));
}

/// A key of another role signs nothing for this one, even where the algorithm is the same.
#[test]
fn the_role_is_under_the_signature() {
    let sealed = sealed();
    let envelope = Sign1::parse(&sealed, 1024).unwrap();
    let renamed = Header { role: "log", ..envelope.header }.encode();
    assert!(key().public().verify(&to_be_signed(&renamed, PAYLOAD), envelope.signature).is_err());
}
