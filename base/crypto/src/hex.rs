//! Bytes as lower-case hexadecimal: one spelling for each, and no other is read.

use alloc::{string::String, vec, vec::Vec};
use core::fmt::{self, Write as _};

use zeroize::Zeroizing;

/// Shows bytes, two digits for each.
pub struct Hex<'a>(pub &'a [u8]);

/// The digits of these bytes.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    text.extend(bytes.iter().flat_map(|byte| digits(*byte)));
    text
}

/// The digits of a secret, which are one too.
pub fn encode_secret(secret: &[u8]) -> Zeroizing<String> {
    // The text has its room from the start: it leaves no shorter copy behind.
    Zeroizing::new(encode(secret))
}

/// As many bytes as these digits spell.
pub fn decode(digits: impl AsRef<[u8]>) -> Result<Vec<u8>, Malformed> {
    let digits = digits.as_ref();
    let mut bytes = vec![0; digits.len() / 2];
    fill(&mut bytes, digits)?;
    Ok(bytes)
}

/// So many bytes and no others.
pub fn decode_array<const N: usize>(digits: impl AsRef<[u8]>) -> Result<[u8; N], Malformed> {
    let mut bytes = [0; N];
    fill(&mut bytes, digits.as_ref())?;
    Ok(bytes)
}

/// So many bytes of a secret, of which nothing stays where the digits turn out to be none.
pub fn decode_secret<const N: usize>(digits: impl AsRef<[u8]>) -> Result<Zeroizing<[u8; N]>, Malformed> {
    let mut secret = Zeroizing::new([0; N]);
    fill(&mut *secret, digits.as_ref())?;
    Ok(secret)
}

fn fill(bytes: &mut [u8], digits: &[u8]) -> Result<(), Malformed> {
    let (pairs, []) = digits.as_chunks::<2>() else { return Err(Malformed::Odd) };
    if pairs.len() != bytes.len() {
        return Err(Malformed::Length { wanted: 2 * bytes.len(), found: digits.len() });
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Ok(())
}

fn digits(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|nibble| char::from(nibble + if nibble < 10 { b'0' } else { b'a' - 10 }))
}

const fn nibble(digit: u8) -> Result<u8, Malformed> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(Malformed::Digit),
    }
}

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().flat_map(|byte| digits(*byte)).try_for_each(|digit| f.write_char(digit))
    }
}

/// Why a text spells no bytes. It shows nothing of the text, which may have been meant as a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// A character is none of `0` to `9` and `a` to `f`.
    Digit,
    /// Another number of bytes is wanted here.
    Length {
        /// Digits that are wanted.
        wanted: usize,
        /// Digits, or what stands in their place.
        found: usize,
    },
    /// Half a byte is left.
    Odd,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digit => {
                f.write_str("only lower-case hexadecimal digits may stand here, 0 to 9 and a to f")
            }
            Self::Length { wanted, found } => {
                write!(f, "{wanted} lower-case hexadecimal digits belong here, not {found}")
            }
            Self::Odd => f.write_str("a hexadecimal digit is missing: two of them are a byte"),
        }
    }
}

#[cfg(test)]
mod tests;
