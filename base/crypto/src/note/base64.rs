//! Base64 of RFC 4648 §4, one spelling for each value: padding demanded, spare bits zero, no line breaks.

use alloc::{string::String, vec::Vec};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Spells bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.chunks(3).flat_map(quartet).map(char::from).collect()
}

fn quartet(chunk: &[u8]) -> [u8; 4] {
    let bits = (0..3).fold(0, |bits, i| bits << 8 | usize::from(chunk.get(i).copied().unwrap_or(0)));
    let digit = |i: usize| if i <= chunk.len() { ALPHABET[bits >> (18 - 6 * i) & 63] } else { b'=' };
    [digit(0), digit(1), digit(2), digit(3)]
}

/// Reads bytes back, or nothing where [`encode`] would have spelled them in another way.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let (quartets, []) = text.as_bytes().as_chunks::<4>() else { return None };
    let mut bytes = Vec::with_capacity(quartets.len() * 3);
    for quartet in quartets {
        let len = quartet.iter().position(|&c| c == b'=').unwrap_or(4);
        let bits =
            (0..4).try_fold(0, |bits, i| Some(bits << 6 | if i < len { value(quartet[i])? } else { 0 }))?;
        bytes.extend_from_slice(&bits.to_be_bytes()[1..][..len.checked_sub(1)?]);
    }
    (encode(&bytes) == text).then_some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    match digit {
        b'A'..=b'Z' => Some(u32::from(digit - b'A')),
        b'a'..=b'z' => Some(u32::from(digit - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}
