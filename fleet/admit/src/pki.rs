//! What a certificate says, before anybody signs it.
//!
//! A profile is a value: the hand that holds the issuing key writes it into X.509 and decides nothing.

use alloc::{format, string::String};
use core::{fmt, str::FromStr, time::Duration};

use crypto::key::{Device, PublicKey, Service};
use minicbor::{Decode, Encode};
use vocab::{DeviceId, FleetName, ServiceName, Wall};
use wire::v1::keyset::TrustZone;

/// Clocks may differ by so much: a certificate begins this long before it is made.
pub const SLACK: Duration = Duration::from_mins(5);

/// How long a certificate lives, by what it is for.
const DEVICE_LIFE: Duration = Duration::from_hours(24);
const QUARANTINE_LIFE: Duration = Duration::from_hours(1);
/// A service's certificate lives so long.
pub const SERVICE_LIFE: Duration = Duration::from_hours(7 * 24);

/// Everything that one certificate says besides its issuer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Profile {
    /// The one URI among its subject alternative names; the subject itself is empty.
    #[n(0)]
    pub name: Spiffe,
    /// Whose key it certifies.
    #[n(1)]
    pub key: Subject,
    /// Its number.
    #[n(2)]
    pub serial: Serial,
    /// From when.
    #[n(3)]
    pub not_before: Wall,
    /// Until when.
    #[n(4)]
    pub not_after: Wall,
    /// The one extended key usage.
    #[n(5)]
    pub usage: Usage,
}

impl Profile {
    /// The ordinary certificate of a device: 24 hours, every door.
    pub(crate) fn device(of: Named<'_>, serial: Serial, now: Wall) -> Self {
        Self::new(of.name(), Subject::Device(of.key.clone()), serial, now, Usage::Client)
    }

    /// What a re-proof gives: one hour, the quarantine room alone.
    pub(crate) fn quarantine(of: Named<'_>, serial: Serial, now: Wall) -> Self {
        Self::new(of.name(), Subject::Device(of.key.clone()), serial, now, Usage::Quarantine)
    }

    /// A service's certificate, for the listener that it opens: 7 days.
    pub fn listener(
        fleet: &FleetName,
        name: &ServiceName,
        key: PublicKey<Service>,
        serial: Serial,
        now: Wall,
    ) -> Self {
        Self::new(Spiffe::service(fleet, name), Subject::Service(key), serial, now, Usage::Server)
    }

    /// A service's certificate, for connections that it makes to the fleet: 7 days.
    pub fn caller(
        fleet: &FleetName,
        name: &ServiceName,
        key: PublicKey<Service>,
        serial: Serial,
        now: Wall,
    ) -> Self {
        Self::new(Spiffe::service(fleet, name), Subject::Service(key), serial, now, Usage::Client)
    }

    fn new(name: Spiffe, key: Subject, serial: Serial, now: Wall, usage: Usage) -> Self {
        let life = match (&key, usage) {
            (Subject::Service(_), _) => SERVICE_LIFE,
            (Subject::Device(_), Usage::Quarantine) => QUARANTINE_LIFE,
            (Subject::Device(_), _) => DEVICE_LIFE,
        };
        let not_before = Wall(now.0.saturating_sub(i64::try_from(SLACK.as_micros()).unwrap_or(i64::MAX)));
        Self { name, key, serial, not_before, not_after: now + life, usage }
    }
}

/// A device and the key that is to be certified for it.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) fleet: &'a FleetName,
    pub(crate) device: DeviceId,
    pub(crate) key: &'a PublicKey<Device>,
}

impl Named<'_> {
    fn name(&self) -> Spiffe {
        Spiffe::Device { fleet: self.fleet.clone(), device: self.device }
    }
}

/// Whose key a certificate certifies; both are P-256.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Subject {
    /// A device's.
    #[n(0)]
    Device(#[n(0)] PublicKey<Device>),
    /// A service's.
    #[n(1)]
    Service(#[n(0)] PublicKey<Service>),
}

impl Subject {
    /// The point, 65 bytes (SEC 1 §2.3.3, uncompressed).
    pub fn point(&self) -> &[u8] {
        match self {
            Self::Device(key) => key.as_bytes(),
            Self::Service(key) => key.as_bytes(),
        }
    }
}

/// What a certificate may be used for: its one extended key usage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Usage {
    /// `id-kp-clientAuth`: speaks to the doors of its zone.
    #[n(0)]
    Client,
    /// [`QUARANTINE_OID`] alone, so that every verifier but our hardware listener refuses it.
    #[n(1)]
    Quarantine,
    /// `id-kp-serverAuth`: opens a listener.
    #[n(2)]
    Server,
}

/// The key usage of the quarantine room, a number of ours under the arc of X.667.
pub const QUARANTINE_OID: [u64; 3] = [2, 25, 10_537_885_272_197_535_527];

/// A certificate's number: sixteen bytes, of which 126 bits are random (RFC 5280 §4.1.2.2 wants it positive).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Serial(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 16],
);

impl Serial {
    /// From sixteen random bytes.
    pub const fn from_random(mut random: [u8; 16]) -> Self {
        // Neither negative nor in need of a longer or shorter encoding.
        random[0] = random[0] & 0x7f | 0x40;
        Self(random)
    }

    /// Its bytes, big-endian.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

/// The name of an identity: `spiffe://device.<fleet>/<id>` or `spiffe://service.<fleet>/<name>`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Spiffe {
    /// A device.
    #[n(0)]
    Device {
        /// Of this fleet.
        #[n(0)]
        fleet: FleetName,
        /// Which.
        #[n(1)]
        device: DeviceId,
    },
    /// A service.
    #[n(1)]
    Service {
        /// Of this fleet.
        #[n(0)]
        fleet: FleetName,
        /// Which.
        #[n(1)]
        name: ServiceName,
    },
}

impl Spiffe {
    /// The fleet.
    pub const fn fleet(&self) -> &FleetName {
        match self {
            Self::Device { fleet, .. } | Self::Service { fleet, .. } => fleet,
        }
    }

    /// The zone.
    pub const fn zone(&self) -> TrustZone {
        match self {
            Self::Device { .. } => TrustZone::Device,
            Self::Service { .. } => TrustZone::Service,
        }
    }

    /// The trust domain: the part of the URI before the path.
    pub fn trust_domain(&self) -> String {
        match self {
            Self::Device { fleet, .. } => format!("device.{fleet}"),
            Self::Service { fleet, .. } => format!("service.{fleet}"),
        }
    }

    fn service(fleet: &FleetName, name: &ServiceName) -> Self {
        Self::Service { fleet: fleet.clone(), name: name.clone() }
    }
}

impl fmt::Display for Spiffe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "spiffe://{}/", self.trust_domain())?;
        match self {
            Self::Device { device, .. } => write!(f, "{device}"),
            Self::Service { name, .. } => write!(f, "{name}"),
        }
    }
}

/// A URI that names no identity of any fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoIdentity;

impl FromStr for Spiffe {
    type Err = NoIdentity;

    /// One spelling for each identity: neither capitals nor a port, a query, a fragment or an empty segment.
    fn from_str(uri: &str) -> Result<Self, NoIdentity> {
        let (domain, path) =
            uri.strip_prefix("spiffe://").and_then(|rest| rest.split_once('/')).ok_or(NoIdentity)?;
        let (zone, fleet) = domain.split_once('.').ok_or(NoIdentity)?;
        let fleet = FleetName::new(fleet).map_err(|_| NoIdentity)?;
        match zone {
            "device" => Ok(Self::Device { fleet, device: path.parse().map_err(|_| NoIdentity)? }),
            "service" => Ok(Self::Service { fleet, name: path.parse().map_err(|_| NoIdentity)? }),
            _ => Err(NoIdentity),
        }
    }
}

#[cfg(test)]
mod tests;
