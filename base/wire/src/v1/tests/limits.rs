//! The table of limits in `docs/wire.cddl` is what the types say.

use alloc::{format, string::String, vec::Vec};

use crypto::{
    cbor::{self, Limits},
    key::Role,
    signed::Letter,
};
use wire::v1::{
    Beat, Boot, Bundle, Consent, DeviceState, Evidence, FleetTime, Keyset, Presence, Roster, SignIn,
    WorkOrder, body, bundle,
    enrol::{self, Answer, Join, Renewal, Reproof},
    feed, proof,
};

use super::letters;

const CDDL: &str = include_str!("../../../../../docs/wire.cddl");

fn row(name: &str, role: &str, limits: Limits) -> String {
    let Limits { bytes, depth, items } = limits;
    format!(";   {name:<12} {role:<12} {bytes:>8} {depth:>6} {items:>6}")
}

fn letter<T: Letter>() -> String {
    row(T::KIND, T::Role::NAME, T::LIMITS)
}

#[test]
fn the_document_names_the_role_and_the_limits_of_every_letter() {
    let rows = [
        letter::<Beat>(),
        letter::<Boot>(),
        letter::<Consent>(),
        letter::<Evidence>(),
        letter::<Join>(),
        letter::<Keyset>(),
        letter::<Presence>(),
        letter::<Renewal>(),
        letter::<Reproof>(),
        letter::<Roster>(),
        letter::<SignIn>(),
        letter::<DeviceState>(),
        letter::<FleetTime>(),
        letter::<WorkOrder>(),
        row("answer", "-", enrol::LIMITS),
        row("ask", "-", enrol::LIMITS),
        row("bundle", "-", bundle::LIMITS),
        row("feed", "-", feed::LIMITS),
        row("joined", "-", enrol::LIMITS),
        row("proof", "-", proof::LIMITS),
        row("body", "-", body::LIMITS),
    ];
    let is_row = |line: &&str| line.starts_with(";   ") && line.split_whitespace().count() == 6;
    let told: Vec<&str> =
        CDDL.lines().filter(is_row).filter(|line| line.ends_with(|c: char| c.is_ascii_digit())).collect();
    assert_eq!(told, rows);
}

#[test]
fn a_refusal_of_any_length_is_cut_to_what_its_reader_takes() {
    for sentence in ["", "short", &"a".repeat(enrol::TEXT_LIMIT), &"ä𝄞".repeat(1_000)] {
        let answer = Answer::refused(&"admit/".repeat(40), sentence);
        assert_eq!(cbor::decode(&cbor::encode(&answer), &enrol::LIMITS), Ok(answer.clone()));
        let Answer::Refused { code, text } = answer else { panic!("it is one") };
        assert!(sentence.starts_with(&text) && code.len() <= enrol::CODE_LIMIT);
    }
}

#[test]
fn text_beyond_its_limit_is_refused() {
    let refused = Answer::Refused { code: "a".repeat(enrol::CODE_LIMIT + 1), text: "b".into() };
    let long = Answer::Refused { code: "a".into(), text: "b".repeat(enrol::TEXT_LIMIT + 1) };
    for answer in [refused, long] {
        assert!(cbor::decode::<Answer>(&cbor::encode(&answer), &enrol::LIMITS).is_err());
    }
    let far = "a".repeat(bundle::ADDRESS_LIMIT + 1);
    for bundle in [
        Bundle { hardware: far.clone(), ..letters::bundle() },
        Bundle { enrolment: far, ..letters::bundle() },
    ] {
        assert!(cbor::decode::<Bundle>(&cbor::encode(&bundle), &bundle::LIMITS).is_err());
    }
}
