//! What a device is given so that it can join: public, and believed only by the root key that came another way.

use alloc::string::String;

use crypto::{cbor::Limits, signed::Signed};
use minicbor::{Decode, Encode};
use vocab::FleetName;

use super::{keyset::Keyset, text};

/// Limits of the whole.
pub const LIMITS: Limits = Limits { bytes: 36 * 1024, depth: 2, items: 32 };

/// Most bytes of an address: a name of the DNS, a colon and a port.
pub const ADDRESS_LIMIT: usize = 260;

/// The file `fleet.bundle`. It has no signature of its own: the keyset has the root's, and whoever answers at an
/// address must show a certificate that leads to a zone of that keyset.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Bundle {
    /// The fleet.
    #[n(0)]
    pub fleet: FleetName,
    /// Its keys, signed by its root.
    #[n(1)]
    pub keyset: Signed<Keyset>,
    /// Where its hardware listener is, `host:port`.
    #[n(2)]
    #[cbor(decode_with = "text::short::<260, _>")]
    pub hardware: String,
    /// Where its enrolment listener is, `host:port`.
    #[n(3)]
    #[cbor(decode_with = "text::short::<260, _>")]
    pub enrolment: String,
}
