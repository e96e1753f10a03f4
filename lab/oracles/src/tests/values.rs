//! Any value that our types can hold is what the page says: the vectors show some, dice the rest.

use crypto::{cbor, digest::Digest};
use minicbor::Encode;
use wire::v1::{
    Beat, Body, Boot, Consent, DeviceState, Evidence, FleetTime, Keyset, Presence, Proof, Roster, WorkOrder,
    enrol::{Join, Joined, Renewal, Reproof},
};

use super::{
    page::Page,
    throw::{Dice, Throw},
};

/// So many throws of each; together they throw every variant of every word.
const THROWS: u32 = 24;

/// Bytes enough for any value; every third throw has few, so that short lists and absent fields come too.
fn dice(rule: &str, throw: u32) -> Vec<u8> {
    let block = |at: u32| Digest::of(format!("{rule} {throw} {at}").as_bytes()).0;
    (0..if throw.is_multiple_of(3) { 3 } else { 100 }).flat_map(block).collect()
}

fn hold<T: Throw + Encode<()>>(rule: &str) {
    for throw in 0..THROWS {
        let value: T = Dice(&dice(rule, throw)).throw();
        let bytes = cbor::encode(&value);
        Page::Closed.judge(rule, &bytes).unwrap_or_else(|why| panic!("throw {throw} is no {rule}: {why}"));
    }
}

#[test]
fn any_body_of_a_letter_is_what_the_page_says() {
    hold::<Beat>("beat-body");
    hold::<Boot>("boot-body");
    hold::<Consent>("consent-body");
    hold::<Evidence>("evidence-body");
    hold::<Join>("join-body");
    hold::<Joined>("joined");
    hold::<Keyset>("keyset-body");
    hold::<Presence>("presence-body");
    hold::<Proof>("proof");
    hold::<Renewal>("renewal-body");
    hold::<Reproof>("reproof-body");
    hold::<Roster>("roster-body");
    hold::<FleetTime>("time-body");
    hold::<WorkOrder>("work-order-body");
}

#[test]
fn any_device_state_is_what_the_page_says() {
    hold::<DeviceState>("state-body");
}

#[test]
fn any_body_of_an_entry_is_what_the_page_says() {
    for throw in 0..10 * THROWS {
        let body: Body = Dice(&dice("body", throw)).throw();
        let rule = format!("entry-{}", format!("{:?}", body.kind()).to_lowercase());
        let judged = Page::Closed.judge(&rule, &body.encode());
        judged.unwrap_or_else(|why| panic!("throw {throw} is no {rule}: {why}"));
    }
}
