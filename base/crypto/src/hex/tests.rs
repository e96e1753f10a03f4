use alloc::string::ToString;

use proptest::prelude::*;

use super::*;

const WANTED: Malformed = Malformed::Length { wanted: 4, found: 6 };

#[test]
fn bytes_have_one_spelling() {
    assert_eq!(encode(&[0x00, 0x9a, 0xbf, 0xff]), "009abfff");
    assert_eq!(decode("009abfff"), Ok(vec![0x00, 0x9a, 0xbf, 0xff]));
    assert_eq!(decode(""), Ok(vec![]));
    assert_eq!(decode_array("009a"), Ok([0x00, 0x9a]));
    assert_eq!(decode_secret::<2>("009a").as_deref(), Ok(&[0x00, 0x9a]));
}

#[test]
fn no_other_spelling_is_read() {
    for (digits, why) in [
        ("009A", Malformed::Digit),
        ("0x9a", Malformed::Digit),
        (" 09a", Malformed::Digit),
        ("+09a", Malformed::Digit),
        ("009g", Malformed::Digit),
        ("00/:", Malformed::Digit),
        ("00`@", Malformed::Digit),
        // Two bytes of UTF-8, and a digit of another script, which is three.
        ("00ä", Malformed::Digit),
        ("٣٣", Malformed::Digit),
        ("009", Malformed::Odd),
        ("0", Malformed::Odd),
    ] {
        assert_eq!(decode(digits), Err(why), "{digits}");
        assert_eq!(decode_array::<2>(digits), Err(why), "{digits}");
        assert_eq!(decode_secret::<2>(digits).map(|_| ()), Err(why), "{digits}");
    }
    assert_eq!(decode([0x30, 0xff]), Err(Malformed::Digit));
}

#[test]
fn a_known_length_is_kept() {
    assert_eq!(decode_array::<2>("009aff"), Err(WANTED));
    assert_eq!(decode_secret::<2>("009aff").map(|_| ()), Err(WANTED));
    assert_eq!(decode_array::<2>("00"), Err(Malformed::Length { wanted: 4, found: 2 }));
    assert_eq!(decode_array::<2>(""), Err(Malformed::Length { wanted: 4, found: 0 }));
}

#[test]
fn a_refusal_shows_nothing_of_the_text() {
    let shown = decode_array::<2>("c0ffee").unwrap_err().to_string();
    assert_eq!(shown, "4 lower-case hexadecimal digits belong here, not 6");
}

#[test]
fn what_is_made_of_a_secret_is_made_in_one_piece() {
    assert_eq!(encode_secret(&[7; 32]).capacity(), 64);
    assert_eq!(decode(encode(&[7; 32])).map(|bytes| bytes.capacity()), Ok(32));
}

proptest! {
    #[test]
    fn bytes_come_back(bytes: Vec<u8>) {
        let text = encode(&bytes);
        prop_assert_eq!(Hex(&bytes).to_string(), &*text);
        prop_assert_eq!(&*encode_secret(&bytes), &text);
        prop_assert_eq!(decode(text), Ok(bytes));
    }

    #[test]
    fn what_is_read_is_what_would_be_written(text in "[0-9a-gA-G ]{0,9}") {
        if let Ok(bytes) = decode(&text) {
            prop_assert_eq!(encode(&bytes), text);
        }
    }
}
