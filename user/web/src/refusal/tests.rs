use std::{env, fs, path::PathBuf};

use api::problem::PAGE;

use super::*;
use crate::pages::problems::explains;

/// One of each. What another room refused has that room's code.
fn each() -> Vec<Refusal> {
    let text = || "text".to_owned();
    vec![
        Refusal::AddressTooLong,
        Refusal::Ambiguous(text()),
        Refusal::BodySlow,
        Refusal::BodyTooLarge,
        Refusal::Busy,
        Refusal::ChooseLatch(vec![text()]),
        Refusal::ComesIn,
        Refusal::Crowded,
        Refusal::Cursor { what: "is none", name: "after" },
        Refusal::Foreign,
        Refusal::HeadersTooLarge,
        Refusal::Json(text()),
        Refusal::MediaType,
        Refusal::Method,
        Refusal::NoSocket,
        Refusal::Not { code: "control/no-device", detail: text() },
        Refusal::NowhereTo,
        Refusal::OtherPage(text()),
        Refusal::Overasked,
        Refusal::Permit,
        Refusal::Query { what: "is none".into(), name: text() },
        Refusal::Shape(text()),
        Refusal::SignIn,
        Refusal::SignInAgain,
        Refusal::SignedAlready,
        Refusal::SignedOut,
        Refusal::Sockets,
        Refusal::Stopped { code: "control/faulted" },
        Refusal::Value { field: "reason", what: text() },
        Refusal::Wait(1),
    ]
}

const HEAD: &str = "# Problems of the contract

Written by the suite of `wrale-web` (`WRALE_BLESS=1`); do not edit it by hand.

With which `type`, status and title each refusal is answered (RFC 9457). The `type` is a path at the fleet that answers,
where its page says what each code means. What another room refuses has that room's code (docs/errors.md), with the
status and title of `control/no-device` where it does not hold now, and of `control/faulted` where nobody knows whether
it was done.

| type | status | title |
|---|---|---|
";

#[test]
fn every_kind_of_problem_is_listed_and_none_has_changed() {
    let row = |one: &Refusal| {
        format!("| `{PAGE}#{}` | {} | {} |\n", one.code(), one.status().as_u16(), one.title())
    };
    let mut rows: Vec<String> = each().iter().map(row).collect();
    rows.sort();
    rows.dedup();
    let written = format!("{HEAD}{}", rows.concat());
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/problems.md");
    if env::var_os("WRALE_BLESS").is_some() {
        fs::write(&path, &written).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == written,
        "docs/problems.md differs: WRALE_BLESS=1, and read the diff"
    );
}

#[test]
fn every_kind_is_explained_where_its_type_leads() {
    for one in each() {
        assert!(explains(one.code()), "{} is not on the page", one.code());
        assert!(one.to_string().len() > 3 && !one.title().is_empty());
    }
    assert!(!explains("web/nonsense"));
}

/// A new kind of refusal does not compile until somebody has looked here.
#[test]
fn none_is_left_out() {
    use Refusal as R;
    let place = |one: &Refusal| match one {
        R::AddressTooLong => 0,
        R::Ambiguous(_) => 1,
        R::BodySlow => 2,
        R::BodyTooLarge => 3,
        R::Busy => 4,
        R::ChooseLatch(_) => 5,
        R::ComesIn => 6,
        R::Crowded => 7,
        R::Cursor { .. } => 8,
        R::Foreign => 9,
        R::HeadersTooLarge => 10,
        R::Json(_) => 11,
        R::MediaType => 12,
        R::Method => 13,
        R::NoSocket => 14,
        R::Not { .. } => 15,
        R::NowhereTo => 16,
        R::OtherPage(_) => 17,
        R::Overasked => 18,
        R::Permit => 19,
        R::Query { .. } => 20,
        R::Shape(_) => 21,
        R::SignIn => 22,
        R::SignInAgain => 23,
        R::SignedAlready => 24,
        R::SignedOut => 25,
        R::Sockets => 26,
        R::Stopped { .. } => 27,
        R::Value { .. } => 28,
        R::Wait(_) => 29,
    };
    let places: Vec<_> = each().iter().map(place).collect();
    assert_eq!(places, (0..30).collect::<Vec<_>>());
}
