//! Any value that our types can hold is what the page says: the vectors show some, dice the rest.

use crypto::{
    cbor::{self, Limits, Reason},
    digest::Digest,
};
use minicbor::{Decode, Decoder, Encode, data::Type};
use wire::v1::{
    Beat, Body, Boot, Bundle, Consent, DeviceState, Evidence, FleetTime, Keyset, Presence, Proof, Roster,
    SignIn, WorkOrder,
    enrol::{Answer, Ask, Join, Joined, Renewal, Reproof},
    feed::News,
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
    hold::<Answer>("answer");
    hold::<Ask>("ask");
    hold::<Beat>("beat-body");
    hold::<Boot>("boot-body");
    hold::<Bundle>("bundle");
    hold::<Consent>("consent-body");
    hold::<Evidence>("evidence-body");
    hold::<News>("feed");
    hold::<Join>("join-body");
    hold::<Joined>("joined");
    hold::<Keyset>("keyset-body");
    hold::<Presence>("presence-body");
    hold::<Proof>("proof");
    hold::<Renewal>("renewal-body");
    hold::<Reproof>("reproof-body");
    hold::<Roster>("roster-body");
    hold::<SignIn>("sign-in-body");
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

/// Wide enough for any throw: what is judged here is the shape.
const ROOMY: Limits = Limits { bytes: 1 << 20, depth: 16, items: 1 << 16 };

/// What a page cannot say: which points lie on a curve, and which text has no control characters.
fn beyond_a_page(words: &str) -> bool {
    ["not a public key", "not a point", "not a name"].iter().any(|saying| words.contains(saying))
}

/// Throws with a field left out, with something else in its place, and with a byte changed.
fn others<T: Throw + Encode<()>>(rule: &str) -> Vec<Vec<u8>> {
    let throws = (0..THROWS / 2).flat_map(|throw| {
        let bytes = cbor::encode(&Dice(&dice(rule, throw)).throw::<T>());
        let changed: Vec<_> = (0..12).map(|at| changed(&bytes, rule, throw, at)).collect();
        [without_each_field(&bytes), changed].concat()
    });
    throws.filter(|bytes| cbor::check(bytes, &ROOMY).is_ok()).collect()
}

fn what_the_page_allows_we_read<T: Throw + Encode<()> + for<'b> Decode<'b, ()>>(rule: &str) {
    for other in others::<T>(rule) {
        let Err(refusal) = cbor::decode::<T>(&other, &ROOMY) else { continue };
        let Reason::Shape(words) = &refusal.reason else { panic!("{refusal}") };
        let told = Page::Open.judge(rule, &other);
        assert!(told.is_err() || beyond_a_page(words), "the page allows as {rule}: {refusal}");
    }
}

fn what_we_read_the_page_allows<T: Throw + Encode<()> + for<'b> Decode<'b, ()>>(rule: &str) {
    let all = others::<T>(rule);
    let read: Vec<_> = all.iter().filter(|other| cbor::decode::<T>(other, &ROOMY).is_ok()).collect();
    assert!(!read.is_empty() && read.len() < all.len(), "some of them are {rule}, and some are not");
    for other in read {
        let told = Page::Open.judge(rule, other);
        told.unwrap_or_else(|why| panic!("we read as {rule} what the page does not allow: {why}"));
    }
}

fn agree<T: Throw + Encode<()> + for<'b> Decode<'b, ()>>(rule: &str) {
    what_the_page_allows_we_read::<T>(rule);
    what_we_read_the_page_allows::<T>(rule);
}

/// The map without each of its fields, and with `false` in its place; no field of ours is a boolean.
fn without_each_field(map: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder = Decoder::new(map);
    let count = decoder.map().unwrap().unwrap();
    let mut fields = Vec::new();
    for _ in 0..count {
        let start = decoder.position();
        decoder.skip().unwrap();
        let key = decoder.position();
        decoder.skip().unwrap();
        fields.push((start, key, decoder.position()));
    }
    let head = &map[..fields[0].0];
    let shorter = |start: usize, end: usize| {
        let head = [0xa0 + u8::try_from(count - 1).unwrap()];
        [&head[..], &map[fields[0].0..start], &map[end..]].concat()
    };
    let other = |key: usize, end: usize| [head, &map[fields[0].0..key], &[0xf4], &map[end..]].concat();
    fields.iter().flat_map(|&(start, key, end)| [shorter(start, end), other(key, end)]).collect()
}

/// One byte otherwise, outside of byte strings: what stands in those our reader takes without looking, and the
/// oracle makes room for any length that it finds there.
fn changed(bytes: &[u8], rule: &str, throw: u32, at: u32) -> Vec<u8> {
    let Digest([a, b, by, ..]) = Digest::of(format!("change {rule} {throw} {at}").as_bytes());
    let mut bytes = bytes.to_vec();
    let places = outside_of_byte_strings(&bytes);
    let at = places[usize::from(u16::from_be_bytes([a, b])) % places.len()];
    // A small step leaves the kind of an item more often than not.
    bytes[at] = bytes[at].wrapping_add(by % 5);
    bytes
}

fn outside_of_byte_strings(bytes: &[u8]) -> Vec<usize> {
    let mut decoder = Decoder::new(bytes);
    let mut places = Vec::new();
    while decoder.position() < bytes.len() {
        let start = decoder.position();
        let inside = match decoder.datatype().unwrap() {
            Type::Array => decoder.array().map(|_| 0),
            Type::Map => decoder.map().map(|_| 0),
            Type::Bytes => decoder.bytes().map(<[u8]>::len),
            _ => decoder.skip().map(|()| 0),
        };
        places.extend(start..decoder.position() - inside.unwrap());
    }
    places
}

#[test]
fn the_page_and_our_readers_agree_on_what_is_a_letter_and_what_is_none() {
    agree::<Beat>("beat-body");
    agree::<Boot>("boot-body");
    agree::<Consent>("consent-body");
    agree::<Evidence>("evidence-body");
    agree::<Join>("join-body");
    agree::<Keyset>("keyset-body");
    agree::<Presence>("presence-body");
    agree::<Proof>("proof");
    agree::<Reproof>("reproof-body");
    agree::<Roster>("roster-body");
    agree::<SignIn>("sign-in-body");
    agree::<FleetTime>("time-body");
    agree::<WorkOrder>("work-order-body");
    // A letter inside another is read when it is verified, and the page looks into it at once.
    what_the_page_allows_we_read::<Renewal>("renewal-body");
    what_the_page_allows_we_read::<Joined>("joined");
    what_the_page_allows_we_read::<Bundle>("bundle");
}
