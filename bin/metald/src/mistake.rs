//! What an operator has to mend before this device can speak.

use std::{error::Error, fmt, io, path::PathBuf};

use crypto::{cbor::Malformed, refusal::Refusal};

/// An operator's, in the configuration or in a file that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The bundle's keyset is not signed by the root key of the configuration.
    BundleForeign(Refusal),
    /// The file is no bundle.
    BundleMalformed(Malformed),
    /// The keyset names no root by which the fleet's listeners could be known.
    BundleRoot(tls::Mistake),
    /// A file that the configuration names cannot be read.
    File(PathBuf, io::ErrorKind),
    /// A key that cannot be turned to what the configuration asks for.
    Held(&'static str, &'static str),
    /// A name with characters that no name of its kind has.
    Name(String),
    /// The folder holds the identity of a device of this other fleet.
    OtherFleet(String),
    /// The root key is not 32 bytes in hexadecimal, or none of Ed25519.
    RootKey,
    /// A sense lacks what its kind needs, or has what its kind does not know.
    Sense(String, &'static str),
    /// The token file holds no token.
    Token(PathBuf),
}

impl Mistake {
    /// `metald/<reason>`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BundleForeign(_) => "metald/bundle-foreign",
            Self::BundleMalformed(_) => "metald/bundle-malformed",
            Self::BundleRoot(_) => "metald/bundle-root",
            Self::File(..) => "metald/file",
            Self::Held(..) => "metald/held",
            Self::Name(_) => "metald/name",
            Self::OtherFleet(_) => "metald/other-fleet",
            Self::RootKey => "metald/root-key",
            Self::Sense(..) => "metald/sense",
            Self::Token(_) => "metald/token",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BundleForeign(why) => write!(
                f,
                "the bundle is not signed by the root key of this configuration ({why}); take both from one fleet"
            ),
            Self::BundleMalformed(why) => {
                write!(f, "the bundle is no `fleet.bundle` ({why}); copy the one that the fleet wrote")
            }
            Self::BundleRoot(why) => write!(
                f,
                "the bundle does not say how the fleet's listeners are known ({why}); have the fleet write another"
            ),
            Self::File(file, why) => {
                write!(f, "{} cannot be read ({why}); look at its path and its rights", file.display())
            }
            Self::Held(key, why) => write!(f, "`{key}` cannot be so: {why}"),
            Self::Name(name) => write!(f, "`{name}` is no such name; use letters, digits and . _ / : -"),
            Self::OtherFleet(fleet) => write!(
                f,
                "the device enrolled in the fleet `{fleet}`; give it that fleet's bundle, or another folder"
            ),
            Self::RootKey => {
                f.write_str("`fleet.root` is no key; copy the 64 digits of the fleet's root.pub")
            }
            Self::Sense(name, why) => write!(f, "sense `{name}`: {why}"),
            Self::Token(file) => write!(
                f,
                "{} holds no join token; have a person issue one, and write its digits there",
                file.display()
            ),
        }
    }
}

impl Error for Mistake {}
