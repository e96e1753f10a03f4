//! Ids: sixteen bytes on the wire, a prefix and 26 base32 characters for people.
//!
//! Names change and keys are replaced; an id never does.

use alloc::string::String;
use core::{fmt, str::FromStr};

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::time::Wall;

/// What is wrong with the text of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadId {
    expected: &'static str,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is not an id: expected `{}` and 26 characters of a-z and 2-7", self.expected)
    }
}

impl core::error::Error for BadId {}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The bytes as they stand on the wire.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                f.write_str(&base32(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix($prefix).and_then(unbase32).map(Self).ok_or(BadId { expected: $prefix })
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                d.bytes()?.try_into().map(Self).map_err(|_| decode::Error::message("an id is 16 bytes"))
            }
        }
    };
}

macro_rules! v7 {
    ($($name:ident),+) => {
        $(impl $name {
            /// A UUIDv7 (RFC 9562 §5.7) from a wall time and ten random bytes, both the caller's.
            pub const fn v7(at: Wall, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }
        })+
    };
}

id!(
    /// One start of a device; a new one at each boot.
    BootId, "boot_"
);
id!(
    /// A device, given at enrolment; survives a change of board.
    DeviceId, "dev_"
);
id!(
    /// One tamper event.
    EventId, "evt_"
);
id!(
    /// One incident of the fleet.
    IncidentId, "inc_"
);
id!(
    /// One start of the machine itself, as its kernel names it: a device may start more often.
    MachineBoot, "mch_"
);
id!(
    /// One order to a device; single use.
    OrderId, "ord_"
);
id!(
    /// A person of the roster.
    PersonId, "per_"
);
id!(
    /// One plan.
    PlanId, "pln_"
);
id!(
    /// One receipt: the act that was intended and what became of it.
    ReceiptId, "rcp_"
);
id!(
    /// A work order; single use.
    WorkOrderId, "wrk_"
);
v7!(EventId, IncidentId, OrderId, PersonId, PlanId, ReceiptId, WorkOrderId);

const fn uuid_v7(at: Wall, random: [u8; 10]) -> [u8; 16] {
    let micros = if at.0 < 0 { 0 } else { at.0 };
    let millis = (micros / 1000).to_be_bytes();
    let mut id = [0; 16];
    let mut i = 0;
    while i < 6 {
        id[i] = millis[i + 2];
        i += 1;
    }
    while i < 16 {
        id[i] = random[i - 6];
        i += 1;
    }
    id[6] = 0x70 | (id[6] & 0x0f);
    id[8] = 0x80 | (id[8] & 0x3f);
    id
}

/// Thirty-two random bytes that somebody wants to see again, once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonce(pub [u8; 32]);

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([a, b, c, d, ..]) = self;
        write!(f, "Nonce({a:02x}{b:02x}{c:02x}{d:02x}…)")
    }
}

impl<C> Encode<C> for Nonce {
    fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for Nonce {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        d.bytes()?.try_into().map(Self).map_err(|_| decode::Error::message("a nonce is 32 bytes"))
    }
}

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// RFC 4648 §6, lower case, without padding: 128 bits in 26 characters.
fn base32(bytes: &[u8; 16]) -> String {
    let value = u128::from_be_bytes(*bytes);
    // 26 characters hold 130 bits; the two lowest of the last one are zero.
    (0..26).map(|i| char::from(ALPHABET[quintet(value, i)])).collect()
}

fn quintet(value: u128, i: u32) -> usize {
    let bits = if i < 25 { value >> (123 - 5 * i) } else { value << 2 };
    (bits & 31) as usize
}

fn unbase32(text: &str) -> Option<[u8; 16]> {
    let (head, last) = text.as_bytes().split_at_checked(25)?;
    let &[last] = last else { return None };
    let digit = |c: u8| ALPHABET.iter().position(|&a| a == c).map(|at| at as u128);
    let value = head.iter().try_fold(0u128, |value, &c| Some(value << 5 | digit(c)?))?;
    let tail = digit(last)?;
    (tail & 3 == 0).then(|| (value << 3 | tail >> 2).to_be_bytes())
}

#[cfg(test)]
mod tests;
