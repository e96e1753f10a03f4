//! What an operator has to mend before this device can speak.

use std::{error::Error, fmt, io, path::PathBuf};

use crypto::{cbor::Malformed, refusal::Refusal};

/// An operator's, in the configuration or in a file that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// The bundle's keyset is another than the one of this version that the device has believed.
    BundleForked(u64),
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
    /// What the folder keeps is not signed by the root key of the configuration.
    KeptForeign(Refusal),
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
    /// Others than its owner may read the token file; its mode is this.
    TokenOpen(PathBuf, u32),
}

impl Mistake {
    /// `metald/<reason>`, stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BundleForeign(_) => "metald/bundle-foreign",
            Self::BundleForked(_) => "metald/bundle-forked",
            Self::BundleMalformed(_) => "metald/bundle-malformed",
            Self::BundleRoot(_) => "metald/bundle-root",
            Self::File(..) => "metald/file",
            Self::Held(..) => "metald/held",
            Self::KeptForeign(_) => "metald/kept-foreign",
            Self::Name(_) => "metald/name",
            Self::OtherFleet(_) => "metald/other-fleet",
            Self::RootKey => "metald/root-key",
            Self::Sense(..) => "metald/sense",
            Self::Token(_) => "metald/token",
            Self::TokenOpen(..) => "metald/token-open",
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
            Self::BundleForked(version) => write!(
                f,
                "the bundle's keyset is another of version {version} than the one that this device has believed: the root signed two; copy the bundle that the fleet wrote last, and ask who made this one"
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
            Self::KeptForeign(why) => write!(
                f,
                "what the folder keeps of this device is not signed by the root key of this configuration ({why}); give it the root key of its fleet, or another folder"
            ),
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
            Self::TokenOpen(file, mode) => write!(
                f,
                "{} can be read by others (mode {mode:o}), and whoever has read it may enrol in this device's place; chmod 600, and have another token issued",
                file.display()
            ),
        }
    }
}

impl Error for Mistake {}
