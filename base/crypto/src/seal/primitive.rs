//! HKDF-SHA256 (RFC 5869) and AEADs over aws-lc, for callers that never use a key and a nonce twice.

use alloc::vec::Vec;

use aws_lc_rs::{
    aead::{Aad, Algorithm, LessSafeKey, Nonce, UnboundKey},
    hmac,
};
use zeroize::Zeroizing;

/// 32 secret bytes, wiped when dropped.
pub(super) type Secret = Zeroizing<[u8; 32]>;

/// HKDF-Extract: HMAC(salt, ikm), where ikm is the concatenation of the parts.
pub(super) fn extract(salt: &[u8], ikm: &[&[u8]]) -> Secret {
    hmac(salt, ikm)
}

/// HKDF-Expand for at most 32 bytes, which is its first block: HMAC(prk, info ‖ 0x01).
pub(super) fn expand(prk: &Secret, info: &[&[u8]]) -> Secret {
    hmac(prk.as_slice(), &[info, &[&[1]]].concat())
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Secret {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let message = Zeroizing::new(parts.concat());
    let mut out = Secret::default();
    hmac::sign_to_buffer(&key, &message, out.as_mut_slice()).expect("HMAC-SHA256 fills 32 bytes");
    out
}

/// Bytes that authentication adds to a plaintext.
pub(super) const TAG: usize = 16;

/// The ciphertext and its tag.
pub(super) fn seal(
    algorithm: &'static Algorithm,
    key: &[u8],
    nonce: [u8; 12],
    aad: &[u8],
    plaintext: &[u8],
) -> Vec<u8> {
    // With room for the tag from the start, the plaintext never moves and leaves no copy behind.
    let mut bytes = Vec::with_capacity(plaintext.len() + TAG);
    bytes.extend_from_slice(plaintext);
    cipher(algorithm, key)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut bytes)
        .expect("what fits in memory is within the limits of the AEAD");
    bytes
}

/// The plaintext, where the tag is true.
pub(super) fn open(
    algorithm: &'static Algorithm,
    key: &[u8],
    nonce: [u8; 12],
    aad: &[u8],
    sealed: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let nonce = Nonce::assume_unique_for_key(nonce);
    let len = cipher(algorithm, key).open_in_place(nonce, Aad::from(aad), &mut bytes).ok()?.len();
    bytes.truncate(len);
    Some(bytes)
}

fn cipher(algorithm: &'static Algorithm, key: &[u8]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(algorithm, key).expect("the key has the length of its algorithm"))
}
