//! Codes by time (RFC 6238): HMAC-SHA-1, six digits, thirty seconds, one step early or late.

use aws_lc_rs::{constant_time, hmac};
use vocab::Wall;

/// Seconds of one step.
const STEP: u64 = 30;

/// Digits of a code.
pub(crate) const DIGITS: usize = 6;

/// Bytes of a secret.
pub(crate) const SECRET: usize = 20;

/// The step whose code this is, if it is one of now, of a moment ago or of in a moment, and comes after what was used.
pub(crate) fn step(secret: &[u8], used: u64, code: &str, now: Wall) -> Option<u64> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let current = u64::try_from(now.0).ok()? / 1_000_000 / STEP;
    let fits = |step: &u64| {
        constant_time::verify_slices_are_equal(at(&key, *step).as_bytes(), code.as_bytes()).is_ok()
    };
    (current.saturating_sub(1)..=current + 1).filter(|step| *step > used).find(fits)
}

/// The code of a step (RFC 4226 §5.3).
fn at(key: &hmac::Key, step: u64) -> String {
    let tag = hmac::sign(key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 0x0f);
    let word: [u8; 4] = std::array::from_fn(|i| tag[offset + i]);
    let number = format!("{:010}", u32::from_be_bytes(word) & 0x7fff_ffff);
    number[number.len() - DIGITS..].to_owned()
}

/// A secret as people type it: base32 (RFC 4648 §6), without padding.
pub(crate) fn typed(secret: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bit = |at: usize| secret.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let letter = |from: usize| (from..from + 5).fold(0, |number, at| number << 1 | usize::from(bit(at)));
    (0..secret.len() * 8).step_by(5).map(|from| char::from(LETTERS[letter(from)])).collect()
}

/// The address that authenticators read from a picture.
pub(crate) fn uri(secret: &[u8], fleet: &str, name: &str) -> String {
    let plain = |text: &str| api::path::query(&[("x", Some(text))])[3..].to_owned();
    let (fleet, name, secret) = (plain(&format!("Wrale {fleet}")), plain(name), typed(secret));
    format!(
        "otpauth://totp/{fleet}:{name}?secret={secret}&issuer={fleet}&algorithm=SHA1&digits={DIGITS}&period={STEP}"
    )
}

#[cfg(test)]
pub(crate) mod tests;
