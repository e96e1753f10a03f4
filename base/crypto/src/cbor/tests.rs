use alloc::{boxed::Box, collections::BTreeMap, string::String, vec, vec::Vec};

use coset::cbor::value::Value;
use minicbor::{Decode, Encode, bytes::ByteVec};
use proptest::prelude::*;

use super::*;

const ROOMY: Limits = Limits { bytes: 1 << 20, depth: 64, items: 1 << 20 };

fn refused(bytes: &[u8]) -> (usize, Reason) {
    let Malformed { offset, reason } = check(bytes, &ROOMY).unwrap_err();
    (offset, reason)
}

#[test]
fn each_deviation_is_refused_where_it_stands_and_by_its_name() {
    let cases: &[(&str, &[u8], usize, Reason)] = &[
        ("nothing", b"", 0, Reason::Truncated),
        ("half a head", b"\x19\x01", 0, Reason::Truncated),
        ("half a string", b"\x43ab", 0, Reason::Truncated),
        ("half an array", b"\x82\x01", 0, Reason::Truncated),
        ("an array that ends inside a nested string", b"\x82\x01\x42a", 2, Reason::Truncated),
        ("a map without its last value", b"\xa1\x01", 0, Reason::Truncated),
        ("a byte after the end", b"\x01\x00", 1, Reason::Trailing),
        ("0 in two bytes", b"\x18\x00", 0, Reason::NotShortest),
        ("23 in two bytes", b"\x18\x17", 0, Reason::NotShortest),
        ("255 in three bytes", b"\x19\x00\xff", 0, Reason::NotShortest),
        ("65535 in five bytes", b"\x1a\x00\x00\xff\xff", 0, Reason::NotShortest),
        ("2^32-1 in nine bytes", b"\x1b\x00\x00\x00\x00\xff\xff\xff\xff", 0, Reason::NotShortest),
        ("-1 in two bytes", b"\x38\x00", 0, Reason::NotShortest),
        ("a string length in two bytes", b"\x58\x01a", 0, Reason::NotShortest),
        ("a text length in two bytes", b"\x78\x01a", 0, Reason::NotShortest),
        ("an array length in two bytes", b"\x98\x01\x00", 0, Reason::NotShortest),
        ("a map length in two bytes", b"\xb8\x01\x00\x00", 0, Reason::NotShortest),
        ("a map key in two bytes", b"\xa1\x18\x01\x00", 1, Reason::NotShortest),
        ("an endless byte string", b"\x5f\x41a\xff", 0, Reason::Indefinite),
        ("an endless text", b"\x7f\x61a\xff", 0, Reason::Indefinite),
        ("an endless array", b"\x9f\xff", 0, Reason::Indefinite),
        ("an endless map", b"\xbf\xff", 0, Reason::Indefinite),
        ("a lone break", b"\xff", 0, Reason::Indefinite),
        ("a break for an element", b"\x81\xff", 1, Reason::Indefinite),
        ("a reserved integer", b"\x1c", 0, Reason::Reserved),
        ("a reserved simple value", b"\xfc", 0, Reason::Reserved),
        ("a half float", b"\xf9\x3c\x00", 0, Reason::Float),
        ("a single float", b"\xfa\x3f\x80\x00\x00", 0, Reason::Float),
        ("a double float", b"\xfb\x3f\xf0\x00\x00\x00\x00\x00\x00", 0, Reason::Float),
        ("undefined", b"\xf7", 0, Reason::Simple),
        ("simple value 16", b"\xf0", 0, Reason::Simple),
        ("simple value 255", b"\xf8\xff", 0, Reason::Simple),
        ("a tag", b"\xc1\x00", 0, Reason::Tag),
        ("a big number", b"\xc2\x41\x01", 0, Reason::Tag),
        ("the tag that announces CBOR", b"\xd9\xd9\xf7\x00", 0, Reason::Tag),
        ("text that is not UTF-8", b"\x62\xc3\x28", 0, Reason::Utf8),
        ("an overlong NUL", b"\x62\xc0\x80", 0, Reason::Utf8),
        ("half a surrogate pair", b"\x63\xed\xa0\x80", 0, Reason::Utf8),
        ("a text key", b"\xa1\x61a\x00", 1, Reason::KeyKind),
        ("a byte string key", b"\xa1\x41a\x00", 1, Reason::KeyKind),
        ("a null key", b"\xa1\xf6\x00", 1, Reason::KeyKind),
        ("an array key", b"\xa1\x80\x00", 1, Reason::KeyKind),
        ("a key twice", b"\xa2\x01\x00\x01\x00", 3, Reason::KeyOrder),
        ("keys downwards", b"\xa2\x02\x00\x01\x00", 3, Reason::KeyOrder),
        ("keys downwards across widths", b"\xa2\x18\x18\x00\x17\x00", 4, Reason::KeyOrder),
        ("keys downwards after a nested map", b"\xa2\x05\xa1\x01\x00\x04\x00", 5, Reason::KeyOrder),
        ("a critical key", b"\xa1\x20\x00", 1, Reason::UnknownCritical(-1)),
        ("a critical key after known ones", b"\xa2\x01\x00\x38\x63\x00", 3, Reason::UnknownCritical(-100)),
        ("a critical key deep inside", b"\x81\x81\xa1\x21\x00", 3, Reason::UnknownCritical(-2)),
    ];
    for (name, bytes, offset, reason) in cases {
        assert_eq!(refused(bytes), (*offset, reason.clone()), "{name}");
    }
}

#[test]
fn the_most_critical_key_is_named_in_full() {
    let bytes = b"\xa1\x3b\xff\xff\xff\xff\xff\xff\xff\xff\x00";
    assert_eq!(refused(bytes).1, Reason::UnknownCritical(-(1 << 64)));
}

#[test]
fn what_our_letters_hold_is_accepted() {
    let cases: &[&[u8]] = &[
        b"\x00",
        b"\x17",
        b"\x18\x18",
        b"\x19\x01\x00",
        b"\x1a\x00\x01\x00\x00",
        b"\x1b\x00\x00\x00\x01\x00\x00\x00\x00",
        b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x20",
        b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x40",
        b"\x60",
        b"\x62\xc3\xa9",
        b"\x80",
        b"\xa0",
        b"\xf4",
        b"\xf5",
        b"\xf6",
        b"\xa3\x00\xf6\x17\x80\x18\x18\xa1\x01\x81\x20",
    ];
    for bytes in cases {
        assert_eq!(check(bytes, &ROOMY), Ok(()), "{bytes:02x?}");
    }
}

#[test]
fn a_cose_map_may_hold_negative_keys_after_the_others() {
    assert_eq!(check_cose(b"\xa3\x01\x00\x20\x00\x21\x00", &ROOMY), Ok(()));
    let misplaced = Malformed { offset: 3, reason: Reason::KeyOrder };
    assert_eq!(check_cose(b"\xa2\x20\x00\x01\x00", &ROOMY), Err(misplaced.clone()));
    assert_eq!(check_cose(b"\xa2\x20\x00\x20\x00", &ROOMY), Err(misplaced));
}

#[test]
fn a_limit_is_the_last_size_that_passes() {
    let limits = Limits { bytes: 6, depth: 2, items: 4 };
    assert_eq!(check(b"\x82\x81\x00\x42aa", &limits), Ok(()));
    let refused = |bytes| check(bytes, &limits).unwrap_err();
    assert_eq!(refused(b"\x82\x81\x00\x43aaa"), Malformed { offset: 0, reason: Reason::TooLong(6) });
    assert_eq!(refused(b"\x81\x81\x80"), Malformed { offset: 2, reason: Reason::TooDeep(2) });
    assert_eq!(refused(b"\x81\x81\xa0"), Malformed { offset: 2, reason: Reason::TooDeep(2) });
    assert_eq!(refused(b"\x84\x00\x00\x00\x00"), Malformed { offset: 4, reason: Reason::TooManyItems(4) });
    assert_eq!(refused(b"\xa2\x00\x00\x01\x00"), Malformed { offset: 4, reason: Reason::TooManyItems(4) });
}

#[test]
fn a_million_nested_arrays_are_refused_without_a_deep_stack() {
    let nested = vec![0x81; 1_000_000];
    assert_eq!(refused(&nested), (64, Reason::TooDeep(64)));
    let boundless = Limits { depth: usize::MAX, ..ROOMY };
    assert_eq!(check(&nested, &boundless).unwrap_err().reason, Reason::Truncated);
    let closed = [&nested[..], b"\x00"].concat();
    assert_eq!(check(&closed, &Limits { items: usize::MAX, ..boundless }), Ok(()));
}

#[test]
fn a_claimed_length_of_two_to_the_64_allocates_nothing() {
    for major in [0x5b, 0x7b, 0x9b, 0xbb] {
        let claim = [&[major][..], &[0xff; 8]].concat();
        assert_eq!(refused(&claim), (0, Reason::Truncated), "{major:02x}");
        let inside = [&b"\xa1\x00"[..], &claim].concat();
        assert_eq!(refused(&inside), (2, Reason::Truncated), "{major:02x}");
        assert_eq!(decode::<Vec<Vec<u64>>>(&claim, &ROOMY).unwrap_err().reason, Reason::Truncated);
    }
}

/// As many items as bytes are left is the most that a length may claim.
#[test]
fn a_claim_of_one_item_too_many_is_refused_at_once() {
    assert_eq!(check(b"\x83\x00\x00\x00", &ROOMY), Ok(()));
    assert_eq!(refused(b"\x84\x00\x00\x00"), (0, Reason::Truncated));
    assert_eq!(refused(b"\xa2\x00\x00\x01"), (0, Reason::Truncated));
}

#[derive(Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
struct Sample {
    #[n(7)]
    label: Option<String>,
    #[n(0)]
    count: u64,
    #[n(30)]
    nested: Vec<Inner>,
}

#[derive(Debug, PartialEq, Encode, Decode)]
enum Inner {
    #[n(0)]
    Level(#[n(0)] i64),
    #[n(1)]
    Raw {
        #[n(0)]
        bytes: ByteVec,
        #[n(1)]
        flag: bool,
    },
}

fn sample() -> Sample {
    let raw = Inner::Raw { bytes: vec![1, 2].into(), flag: true };
    Sample { label: Some("é".into()), count: 300, nested: vec![Inner::Level(-5), raw] }
}

#[test]
fn derived_maps_are_written_in_the_one_order_and_read_back() {
    let bytes = encode(&sample());
    assert_eq!(
        bytes,
        b"\xa3\x00\x19\x01\x2c\x07\x62\xc3\xa9\x18\x1e\x82\x82\x00\x81\x24\x82\x01\x82\x42\x01\x02\xf5"
    );
    assert_eq!(decode::<Sample>(&bytes, &ROOMY), Ok(sample()));
}

#[test]
fn an_unknown_plain_key_is_skipped_and_an_absent_option_is_none() {
    let newer = b"\xa3\x00\x05\x18\x1e\x80\x18\x63\x82\xa1\x01\x02\x62hi";
    assert_eq!(decode::<Sample>(newer, &ROOMY), Ok(Sample { label: None, count: 5, nested: vec![] }));
}

/// The reason for this file: what the derived decoder alone lets in.
#[test]
fn what_a_derived_decoder_lets_in_stays_out() {
    let lenient: &[(&[u8], Reason)] = &[
        (b"\xa2\x00\x05\x18\x1e\x80\x00", Reason::Trailing),
        (b"\xa3\x00\x05\x00\x06\x18\x1e\x80", Reason::KeyOrder),
        (b"\xa2\x18\x1e\x80\x00\x05", Reason::KeyOrder),
        (b"\xa2\x00\x18\x05\x18\x1e\x80", Reason::NotShortest),
        (b"\xbf\x00\x05\x18\x1e\x80\xff", Reason::Indefinite),
        (b"\xa3\x00\x05\x18\x1e\x80\x20\x00", Reason::UnknownCritical(-1)),
    ];
    for (bytes, reason) in lenient {
        assert!(minicbor::decode::<Sample>(bytes).is_ok(), "{bytes:02x?}");
        assert_eq!(decode::<Sample>(bytes, &ROOMY).unwrap_err().reason, *reason, "{bytes:02x?}");
    }
}

#[test]
fn sound_cbor_of_another_shape_is_refused_in_the_decoders_words() {
    let Malformed { offset, reason: Reason::Shape(words) } =
        decode::<Sample>(b"\xa1\x00\x61a", &ROOMY).unwrap_err()
    else {
        panic!("another reason")
    };
    assert_eq!(offset, 2);
    assert!(words.contains("expected u64"), "{words}");
    assert!(matches!(decode::<Sample>(b"\xa1\x00\x05", &ROOMY).unwrap_err().reason, Reason::Shape(_)));
}

#[test]
fn what_a_type_leaves_unread_is_refused() {
    #[derive(Debug)]
    struct Lazy;
    impl<'b> Decode<'b, ()> for Lazy {
        fn decode(d: &mut Decoder<'b>, (): &mut ()) -> Result<Self, minicbor::decode::Error> {
            d.array().map(|_| Self)
        }
    }
    let unread = decode::<Lazy>(b"\x81\x00", &ROOMY).unwrap_err();
    assert_eq!(unread, Malformed { offset: 1, reason: Reason::Trailing });
}

#[test]
fn a_refusal_says_where_and_why() {
    let refusal = check(b"\x82\x00\xf9\x00\x00", &ROOMY).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "the sender's CBOR is refused at byte 2: a float, where letters hold integers"
    );
    assert_eq!(refusal.code(), "crypto/cbor-float");
}

/// Values of our dialect, as ciborium knows them.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0u64..100_000).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        let keys = prop_oneof![0u64..30, any::<u64>()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..30).prop_map(Value::Array),
            prop::collection::btree_map(keys, inner, 0..6)
                .prop_map(|map| Value::Map(map.into_iter().map(|(k, v)| (k.into(), v)).collect())),
        ]
    })
}

fn ciborium(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    coset::cbor::ser::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// Whether every map of the value has ascending unsigned keys, and nothing in it is foreign to our letters.
fn ours(value: &Value) -> bool {
    match value {
        Value::Integer(_) | Value::Bytes(_) | Value::Text(_) | Value::Bool(_) | Value::Null => true,
        Value::Array(items) => items.iter().all(ours),
        Value::Map(pairs) => {
            let keys: Option<Vec<u64>> = pairs
                .iter()
                .map(|(key, _)| key.as_integer().and_then(|key| u64::try_from(key).ok()))
                .collect();
            keys.is_some_and(|keys| keys.windows(2).all(|pair| pair[0] < pair[1]))
                && pairs.iter().all(|(_, value)| ours(value))
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = check(&bytes, &ROOMY);
        let _ = decode::<Sample>(&bytes, &ROOMY);
        let _ = decode::<BTreeMap<u64, Vec<Box<str>>>>(&bytes, &ROOMY);
    }

    #[test]
    fn every_value_of_our_dialect_is_accepted_as_another_encoder_writes_it(value in value()) {
        prop_assert_eq!(check(&ciborium(&value), &ROOMY), Ok(()));
    }

    #[test]
    fn what_encode_writes_is_accepted(count: u64, label: Option<String>, levels: Vec<i64>, raw: Vec<u8>, flag: bool) {
        let mut nested: Vec<Inner> = levels.into_iter().map(Inner::Level).collect();
        nested.push(Inner::Raw { bytes: raw.into(), flag });
        let sample = Sample { label, count, nested };
        prop_assert_eq!(length(&sample), encode(&sample).len());
        prop_assert_eq!(decode::<Sample>(&encode(&sample), &ROOMY), Ok(sample));
    }

    #[test]
    fn every_truncated_prefix_is_refused(value in value(), at: prop::sample::Index) {
        let bytes = ciborium(&value);
        prop_assert!(check(&bytes[..at.index(bytes.len())], &ROOMY).is_err());
    }

    #[test]
    fn any_trailing_byte_is_refused(value in value(), tail: u8) {
        let mut bytes = ciborium(&value);
        let end = bytes.len();
        bytes.push(tail);
        prop_assert_eq!(check(&bytes, &ROOMY), Err(Malformed { offset: end, reason: Reason::Trailing }));
    }

    /// The entrance accepts exactly the deterministic encodings of our dialect: ciborium, a lenient reader and a
    /// shortest-form writer, is the judge of what came in.
    #[test]
    fn a_changed_byte_is_accepted_only_where_it_makes_another_sound_letter(
        value in value(), at: prop::sample::Index, byte: u8,
    ) {
        let mut bytes = ciborium(&value);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let read: Option<Value> = coset::cbor::de::from_reader(&bytes[..]).ok();
        let sound = read.is_some_and(|value| ours(&value) && ciborium(&value) == bytes);
        prop_assert_eq!(check(&bytes, &ROOMY).is_ok(), sound);
    }
}
