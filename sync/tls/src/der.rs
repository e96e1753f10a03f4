//! Reads the few fields of certificates and revocation lists that the path library keeps to itself.
//!
//! Whatever enters here has passed that library's strict parser; still nothing is assumed, and nothing panics.

use vocab::Wall;

pub(crate) const SEQUENCE: u8 = 0x30;
const BOOLEAN: u8 = 0x01;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `uniformResourceIdentifier [6]` of a `GeneralName` (RFC 5280 §4.2.1.6).
const URI: u8 = 0x86;

const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const CRL_NUMBER: &[u8] = &[0x55, 0x1d, 0x14];

/// What stands before the 65 bytes of a point in a `SubjectPublicKeyInfo` of P-256 (RFC 5480 §2).
pub(crate) const P256: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// What a certificate says (RFC 5280 §4.1).
pub(crate) struct Certificate<'a> {
    pub(crate) not_before: Wall,
    pub(crate) not_after: Wall,
    /// The object identifiers of its extended key usages, encoded.
    pub(crate) usages: Vec<&'a [u8]>,
    /// Every URI among its subject alternative names.
    pub(crate) uris: Vec<&'a [u8]>,
}

impl<'a> Certificate<'a> {
    pub(crate) fn read(der: &'a [u8]) -> Option<Self> {
        let mut tbs = Reader(Reader(Reader(der).take(SEQUENCE)?).take(SEQUENCE)?);
        tbs.skip(VERSION);
        tbs.take(INTEGER)?;
        tbs.take(SEQUENCE)?;
        tbs.take(SEQUENCE)?;
        let mut validity = Reader(tbs.take(SEQUENCE)?);
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        tbs.take(SEQUENCE)?;
        tbs.take(SEQUENCE)?;
        let extensions = tbs.find(CERTIFICATE_EXTENSIONS);
        let values = |oid| extensions.map_or(Some(vec![]), |all| values(all, oid));
        let uris = values(SUBJECT_ALT_NAME)?.into_iter().filter(|(tag, _)| *tag == URI).map(|(_, uri)| uri);
        let usages = values(EXTENDED_KEY_USAGE)?.into_iter().map(|(_, usage)| usage).collect();
        Some(Self { not_before, not_after, usages, uris: uris.collect() })
    }
}

/// What a revocation list says (RFC 5280 §5.1).
pub(crate) struct RevocationList<'a> {
    /// The part that is signed.
    pub(crate) signed: &'a [u8],
    /// The identifier of the algorithm, without its outer tag.
    pub(crate) algorithm: &'a [u8],
    pub(crate) signature: &'a [u8],
    /// Big-endian, without leading zeros.
    pub(crate) number: &'a [u8],
}

impl<'a> RevocationList<'a> {
    pub(crate) fn read(der: &'a [u8]) -> Option<Self> {
        let mut list = Reader(Reader(der).take(SEQUENCE)?);
        let before = list.0;
        let mut tbs = Reader(list.take(SEQUENCE)?);
        let signed = &before[..before.len() - list.0.len()];
        let algorithm = list.take(SEQUENCE)?;
        let signature = list.take(BIT_STRING)?.strip_prefix(&[0])?;
        let extensions = tbs.find(LIST_EXTENSIONS)?;
        let number = Reader(extension(extensions, CRL_NUMBER)?).take(INTEGER)?;
        let leading = number.iter().take_while(|byte| **byte == 0).count();
        Some(Self { signed, algorithm, signature, number: &number[leading..] })
    }
}

const VERSION: u8 = 0xa0;
const CERTIFICATE_EXTENSIONS: u8 = 0xa3;
const LIST_EXTENSIONS: u8 = 0xa0;

/// An object identifier's content for these arcs (X.690 §8.19).
pub(crate) fn oid(arcs: &[u64]) -> Vec<u8> {
    let [first, second, rest @ ..] = arcs else { return vec![] };
    let mut content = vec![];
    for arc in [first.saturating_mul(40).saturating_add(*second)].iter().chain(rest) {
        let septets = 64_u32.saturating_sub(arc.leading_zeros()).div_ceil(7).max(1);
        for place in (0..septets).rev() {
            let [.., low] = (arc >> (place * 7)).to_be_bytes();
            content.push(if place == 0 { low & 0x7f } else { low | 0x80 });
        }
    }
    content
}

/// An ECDSA signature as certificates and TLS write it (RFC 3279 §2.2.3) from r ‖ s, 32 bytes each.
pub(crate) fn ecdsa(fixed: &[u8; 64]) -> Vec<u8> {
    let (r, s) = fixed.split_at(32);
    let content = [integer(r), integer(s)].concat();
    [vec![SEQUENCE, short(content.len())], content].concat()
}

/// A positive integer of at most 32 bytes, big-endian.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let leading = bytes.iter().take_while(|byte| **byte == 0).count();
    let digits = &bytes[leading..];
    // A first bit that is set would make it negative; no digits at all would make it no integer.
    let pad = digits.first().is_none_or(|first| *first >= 0x80);
    let content = [if pad { &[0][..] } else { &[] }, digits].concat();
    [vec![INTEGER, short(content.len())], content].concat()
}

fn short(length: usize) -> u8 {
    u8::try_from(length).expect("two integers of 33 bytes at most fit a length of one byte")
}

/// The tagged elements of the sequence that an extension holds; none if there is no such extension.
fn values<'a>(extensions: &'a [u8], id: &[u8]) -> Option<Vec<(u8, &'a [u8])>> {
    let Some(value) = extension(extensions, id) else { return Some(vec![]) };
    let mut inner = Reader(Reader(value).take(SEQUENCE)?);
    let mut found = vec![];
    while !inner.0.is_empty() {
        found.push(inner.next()?);
    }
    Some(found)
}

/// The bytes inside the octet string of one extension (RFC 5280 §4.1.2.9).
fn extension<'a>(extensions: &'a [u8], id: &[u8]) -> Option<&'a [u8]> {
    let mut all = Reader(Reader(extensions).take(SEQUENCE)?);
    while !all.0.is_empty() {
        let mut one = Reader(all.take(SEQUENCE)?);
        let found = one.take(OID)? == id;
        one.skip(BOOLEAN);
        let value = one.take(OCTET_STRING)?;
        if found {
            return Some(value);
        }
    }
    None
}

/// Walks elements of definite length (X.690 §8.1).
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next element.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if digits.is_empty() || digits.len() > 4 {
                return None;
            }
            (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    /// The next element, which has this tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// The next element, if it has this tag.
    fn skip(&mut self, tag: u8) {
        if self.0.first() == Some(&tag) {
            let _ = self.next();
        }
    }

    /// The first element with this tag, wherever it stands.
    fn find(&mut self, tag: u8) -> Option<&'a [u8]> {
        while let Some((found, content)) = self.next() {
            if found == tag {
                return Some(content);
            }
        }
        None
    }

    /// `Time` in the two forms of RFC 5280 §4.1.2.5; both end in Z.
    fn time(&mut self) -> Option<Wall> {
        let (tag, text) = self.next()?;
        let (year, rest) = match tag {
            UTC_TIME => {
                let (year, rest) = text.split_at_checked(2)?;
                let year = digits(year)?;
                (if year < 50 { 2000 + year } else { 1900 + year }, rest)
            }
            GENERALIZED_TIME => {
                let (year, rest) = text.split_at_checked(4)?;
                (digits(year)?, rest)
            }
            _ => return None,
        };
        let rest = rest.strip_suffix(b"Z").filter(|rest| rest.len() == 10)?;
        let part = |at: usize| digits(&rest[at..at + 2]);
        let days = days(year, part(0)?, part(2)?);
        let seconds = ((days * 24 + part(4)?) * 60 + part(6)?) * 60 + part(8)?;
        Some(Wall(seconds * 1_000_000))
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0, |sum, c| c.is_ascii_digit().then(|| sum * 10 + i64::from(c - b'0')))
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; years that begin in March end with their leap day.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests;
