//! The credential of one named verifier at the internal listener.

use std::{fs, path::Path};

use admit::{Profile, pki::Spiffe};
use crypto::{
    cbor::{self, Limits, Malformed},
    key::PublicKey,
};
use minicbor::{Decode, Encode, bytes::ByteVec};
use rcgen::PublicKeyData;
use store::Lock;
use vocab::{FleetName, ServiceName, Wall};
use wire::v1::keyset::TrustZone;
use zeroize::Zeroizing;

use crate::{
    authority::{Renewal, Zones, new_key},
    config::Config,
    failure::Failure,
    folder, kek,
    mistake::Mistake,
    moment, own,
    ring::Ring,
};

/// All that a verifier needs to call the internal listener; a file of mode 0600.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Pass {
    /// Its certificate and the issuing authority's, DER, leaf first.
    #[n(0)]
    pub chain: Vec<ByteVec>,
    /// Its key, PKCS #8, DER.
    #[n(1)]
    pub key: ByteVec,
    /// The root of the service zone, DER.
    #[n(2)]
    pub root: ByteVec,
    /// The URI of whoever answers.
    #[n(3)]
    pub server: String,
    /// Until when the certificate holds.
    #[n(4)]
    pub until: Wall,
}

const LIMITS: Limits = Limits { bytes: 16 * 1024, depth: 3, items: 16 };

impl Pass {
    /// Reads a file's bytes.
    pub fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        cbor::decode(bytes, &LIMITS)
    }
}

/// Makes a key and a certificate for a verifier of this name, and writes both.
pub fn certify(config: &Config, name: &str, out: &Path) -> Result<String, Failure> {
    let fleet = config.name()?;
    let service = ServiceName::new(name).ok().filter(|name| name.as_str() != own::NAME);
    let service =
        service.ok_or_else(|| Mistake::Name(name.chars().filter(|c| !c.is_control()).take(64).collect()))?;
    let ring = Ring::new(&config.folder, fleet.clone(), kek::read(&config.kek)?);
    // Whoever makes an authority anew holds the folder. While a daemon is at work there, they are used as they stand.
    let (_held, renewal) = match Lock::take(&config.folder) {
        Ok(lock) => (Some(lock), Renewal::Due),
        Err(store::Fault::Locked { .. }) => (None, Renewal::Never),
        Err(fault) => return Err(fault.into()),
    };
    let zones = Zones::open(&ring, &fleet, renewal)?;
    let pass = pass(&zones, &fleet, &service);
    let bytes = Zeroizing::new(cbor::encode(&pass));
    folder::write(out, &bytes).map_err(|error| Mistake::Unwritable(out.to_owned(), error.kind()))?;
    let out = fs::canonicalize(out).unwrap_or_else(|_| out.to_owned());
    Ok(format!("{} opens the internal listener for {service} until {}.\n", out.display(), pass.until))
}

pub(crate) fn pass(zones: &Zones, fleet: &FleetName, service: &ServiceName) -> Pass {
    let key = new_key();
    let public = PublicKey::from_bytes(key.der_bytes()).expect("a new key is on its curve");
    let profile = Profile::caller(fleet, service, public, own::serial(), moment::wall());
    let server = Spiffe::Service {
        fleet: fleet.clone(),
        name: ServiceName::new(own::NAME).expect("a name of ours is one"),
    };
    Pass {
        chain: zones.certify(&profile).into_iter().map(Into::into).collect(),
        key: key.serialize_der().into(),
        root: zones.root(TrustZone::Service).to_vec().into(),
        server: server.to_string(),
        until: profile.not_after,
    }
}
