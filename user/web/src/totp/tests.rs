use super::*;

/// What the person's own device shows.
pub(crate) fn shown(secret: &[u8], now: Wall) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    at(&key, u64::try_from(now.0).unwrap() / 1_000_000 / STEP)
}

const SEED: &[u8; 20] = b"12345678901234567890";

fn second(seconds: i64) -> Wall {
    Wall(seconds * 1_000_000)
}

/// RFC 6238, appendix B, the last six of the eight digits.
#[test]
fn the_codes_are_those_of_the_rfc() {
    for (seconds, code) in [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ] {
        assert_eq!(shown(SEED, second(seconds)), code);
        assert_eq!(step(SEED, 0, code, second(seconds)), Some(u64::try_from(seconds).unwrap() / 30));
    }
}

#[test]
fn a_code_counts_a_step_early_or_late_and_no_longer() {
    let now = second(2_000_000_010);
    let of = |steps: i64| shown(SEED, second(2_000_000_010 + 30 * steps));
    for (steps, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        assert_eq!(step(SEED, 0, &of(steps), now).is_some(), good, "{steps}");
    }
}

#[test]
fn what_was_used_counts_no_more() {
    let now = second(2_000_000_010);
    let used = step(SEED, 0, &shown(SEED, now), now).unwrap();
    assert_eq!(step(SEED, used, &shown(SEED, now), now), None);
    let before = shown(SEED, second(2_000_000_010 - 30));
    assert_eq!(step(SEED, used, &before, now), None, "nor what came before it");
    let next = shown(SEED, second(2_000_000_010 + 30));
    assert_eq!(step(SEED, used, &next, now), Some(used + 1));
}

#[test]
fn anything_else_is_no_code() {
    for code in
        ["", "0", "28708", "2870821", "２８７０８２", " 287082", "+87082", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}"]
    {
        assert_eq!(step(SEED, 0, code, second(59)), None, "{code:?}");
    }
    assert_eq!(step(SEED, 0, "287082", Wall(-1)), None);
}

/// RFC 4648 §10.
#[test]
fn a_secret_is_typed_in_base32() {
    for (bytes, text) in [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")] {
        assert_eq!(typed(bytes.as_bytes()), text);
    }
    let uri = uri(SEED, "nord", "ada & co");
    assert!(uri.starts_with("otpauth://totp/Wrale%20nord:ada%20%26%20co?secret=GEZDGNBVGY3TQOJQ"), "{uri}");
}
