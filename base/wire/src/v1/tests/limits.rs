//! The table of limits in `docs/wire.cddl` is what the types say.

use alloc::{format, string::String, vec::Vec};

use crypto::{cbor::Limits, key::Role, signed::Letter};
use wire::v1::{
    Beat, Boot, Consent, DeviceState, Evidence, FleetTime, Keyset, Presence, Roster, WorkOrder, body,
    enrol::{self, Join, Renewal, Reproof},
    proof,
};

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
        letter::<DeviceState>(),
        letter::<FleetTime>(),
        letter::<WorkOrder>(),
        row("joined", "-", enrol::LIMITS),
        row("proof", "-", proof::LIMITS),
        row("body", "-", body::LIMITS),
    ];
    let is_row = |line: &&str| line.starts_with(";   ") && line.split_whitespace().count() == 6;
    let told: Vec<&str> =
        CDDL.lines().filter(is_row).filter(|line| line.ends_with(|c: char| c.is_ascii_digit())).collect();
    assert_eq!(told, rows);
}
