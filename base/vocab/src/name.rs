//! Names that people give: bounded, and checked at the door.

use alloc::sync::Arc;
use core::{fmt, str::FromStr};

use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

/// What is wrong with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadName {
    /// A character that this kind of name does not hold.
    Character(char),
    /// Nothing at all.
    Empty,
    /// Longer than this many bytes.
    TooLong(usize),
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Character(c) => write!(f, "a name of this kind cannot hold {c:?}"),
            Self::Empty => f.write_str("the name is empty"),
            Self::TooLong(limit) => write!(f, "the name is longer than {limit} bytes"),
        }
    }
}

impl core::error::Error for BadName {}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $limit:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Most bytes of UTF-8.
            pub const LIMIT: usize = $limit;

            /// Checks length and characters.
            pub fn new(text: &str) -> Result<Self, BadName> {
                checked(text, $limit, $allowed).map(Self)
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                e.str(&self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                Self::new(d.str()?).map_err(|_| decode::Error::message("not a name of this kind"))
            }
        }
    };
}

name!(
    /// A fleet; part of its certificates' trust domains.
    FleetName, 63, domain
);
name!(
    /// What people call a device, a person or a reason: any text without control characters.
    Label, 128, printable
);
name!(
    /// A page as browsers name it (RFC 6454 §6.2), in ASCII and small letters: `https://fleet.example:8440`. It holds
    /// nothing that JSON would escape.
    PageOrigin, 272, origin
);
name!(
    /// The host to which a passkey belongs (WebAuthn: relying party), without a port: `fleet.example`.
    RelyingParty, 253, host
);
name!(
    /// A secret that a device may hold.
    SecretName, 64, word
);
name!(
    /// A sensor of one device.
    SensorName, 48, word
);
name!(
    /// A service of the fleet; part of its certificates' URI.
    ServiceName, 63, domain
);
name!(
    /// A place where devices stand.
    SiteName, 64, word
);
name!(
    /// A service that the device can stop and start.
    UnitName, 64, unit
);
name!(
    /// A place on a device: `lid`, `battery`, `rear`.
    ZoneName, 32, word
);

fn checked(text: &str, limit: usize, allowed: fn(char) -> bool) -> Result<Arc<str>, BadName> {
    if text.is_empty() {
        return Err(BadName::Empty);
    }
    if text.len() > limit {
        return Err(BadName::TooLong(limit));
    }
    match text.chars().find(|&c| !allowed(c)) {
        Some(c) => Err(BadName::Character(c)),
        None => Ok(text.into()),
    }
}

fn domain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn host(c: char) -> bool {
    domain(c) || c == '.'
}

fn origin(c: char) -> bool {
    host(c) || ":/".contains(c)
}

fn word(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_./:".contains(c)
}

fn unit(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.@:\\".contains(c)
}

fn printable(c: char) -> bool {
    !c.is_control()
}

#[cfg(test)]
mod tests;
