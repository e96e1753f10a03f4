//! The zones' certificate authorities: an offline-style root for each, an issuing authority below it, and the hand
//! that writes a profile into X.509. It decides nothing: what a certificate says stands in its profile.

use std::{sync::Arc, time::Duration};

use admit::{
    Profile,
    pki::{QUARANTINE_OID, Usage},
};
use control::Issuer;
use crypto::{
    cbor::{self, Limits},
    digest::Digest,
    hex,
};
use minicbor::{Decode, Encode, bytes::ByteVec};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SerialNumber,
    SignatureAlgorithm, date_time_ymd,
};
use vocab::{FleetName, Wall};
use wire::v1::keyset::TrustZone;
use zeroize::Zeroizing;

use crate::{mistake::Mistake, moment, ring::Ring};

/// A root is pinned by devices; it lives as long as they do.
const ROOT_LIFE: Duration = Duration::from_hours(24 * 365 * 20);

/// An issuing authority is made anew, under its root, when less than half of this is left.
const ISSUING_LIFE: Duration = Duration::from_hours(24 * 365);

/// Clocks may differ by so much.
const SLACK: Duration = admit::pki::SLACK;

/// What a file of an authority holds.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Stored {
    /// PKCS #8, DER.
    #[n(0)]
    key: ByteVec,
    /// X.509, DER.
    #[n(1)]
    certificate: ByteVec,
    /// Until when the certificate holds.
    #[n(2)]
    until: Wall,
}

const LIMITS: Limits = Limits { bytes: 8 * 1024, depth: 2, items: 8 };

/// Makes a zone's root where there is none; gives its certificate.
pub(crate) fn root(ring: &Ring, fleet: &FleetName, zone: TrustZone) -> Result<Vec<u8>, Mistake> {
    let file = file(zone, ROOT);
    match read(ring, &file) {
        Err(Mistake::KeyMissing(_)) => {}
        known => return known.map(|stored| stored.certificate.to_vec()),
    }
    let until = moment::wall() + ROOT_LIFE;
    let key = new_key();
    let params = authority(&key, fleet, zone, ROOT, until);
    let made = CertifiedIssuer::self_signed(params, key).expect("our own parameters are sound");
    keep(ring, &file, &made, until)?;
    Ok(made.der().to_vec())
}

/// Whether an issuing authority may be made anew: for that the folder must be held.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Renewal {
    /// When it grows old.
    Due,
    /// It is used as it stands.
    Never,
}

/// Both zones, ready to issue.
pub(crate) struct Zones {
    device: Zone,
    service: Zone,
}

/// One zone, ready to issue.
struct Zone {
    root: Vec<u8>,
    issuing: Vec<u8>,
    issuer: rcgen::Issuer<'static, KeyPair>,
}

impl Zones {
    /// Opens both; an issuing authority that is missing or grows old is made anew, if that may be.
    pub(crate) fn open(ring: &Ring, fleet: &FleetName, renewal: Renewal) -> Result<Self, Mistake> {
        Ok(Self {
            device: Zone::open(ring, fleet, TrustZone::Device, renewal)?,
            service: Zone::open(ring, fleet, TrustZone::Service, renewal)?,
        })
    }

    /// The root certificate of a zone, DER.
    pub(crate) fn root(&self, zone: TrustZone) -> &[u8] {
        &self.of(zone).root
    }

    /// The certificate and its issuer's, leaf first.
    pub(crate) fn certify(&self, profile: &Profile) -> Vec<Vec<u8>> {
        let zone = self.of(profile.name.zone());
        let key = Point(profile.key.point());
        let leaf = leaf(profile).signed_by(&key, &zone.issuer).expect("a profile can be written");
        vec![leaf.der().to_vec(), zone.issuing.clone()]
    }

    const fn of(&self, zone: TrustZone) -> &Zone {
        match zone {
            TrustZone::Device => &self.device,
            TrustZone::Service => &self.service,
        }
    }
}

impl Zone {
    fn open(ring: &Ring, fleet: &FleetName, zone: TrustZone, renewal: Renewal) -> Result<Self, Mistake> {
        let root = read(ring, &file(zone, ROOT))?;
        let name = file(zone, ISSUING);
        let now = moment::wall();
        let fresh = |stored: &Stored| stored.until.since(now) > ISSUING_LIFE / 2;
        let stored = match read(ring, &name) {
            Ok(stored) if renewal == Renewal::Never || fresh(&stored) => stored,
            Err(missing @ Mistake::KeyMissing(_)) if renewal == Renewal::Never => return Err(missing),
            Ok(_) | Err(Mistake::KeyMissing(_)) => {
                let root_key =
                    pair(&root.key).ok_or_else(|| Mistake::KeyMalformed(ring.path(&file(zone, ROOT))))?;
                let said = authority(&root_key, fleet, zone, ROOT, root.until);
                let root_issuer = rcgen::Issuer::new(said, root_key);
                let (key, until) = (new_key(), now + ISSUING_LIFE);
                let params = authority(&key, fleet, zone, ISSUING, until);
                let made = CertifiedIssuer::signed_by(params, key, &root_issuer);
                keep(ring, &name, &made.expect("our own parameters are sound"), until)?;
                read(ring, &name)?
            }
            Err(mistake) => return Err(mistake),
        };
        let key = pair(&stored.key).ok_or_else(|| Mistake::KeyMalformed(ring.path(&name)))?;
        Ok(Self {
            root: root.certificate.into(),
            issuing: stored.certificate.into(),
            issuer: rcgen::Issuer::new(authority(&key, fleet, zone, ISSUING, stored.until), key),
        })
    }
}

/// The fleet's thread and its listeners issue from the same zones.
pub(crate) struct Shared(pub(crate) Arc<Zones>);

impl Issuer for Shared {
    fn issue(&self, profile: &Profile) -> Vec<Vec<u8>> {
        self.0.certify(profile)
    }
}

/// A new key of P-256.
pub(crate) fn new_key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("the machine has randomness")
}

fn file(zone: TrustZone, (of, _): Rank) -> String {
    format!("{}.{of}", word(zone))
}

const fn word(zone: TrustZone) -> &'static str {
    match zone {
        TrustZone::Device => "device",
        TrustZone::Service => "service",
    }
}

fn read(ring: &Ring, file: &str) -> Result<Stored, Mistake> {
    let opened = ring.open(file)?;
    cbor::decode(&opened, &LIMITS).map_err(|_| Mistake::KeyMalformed(ring.path(file)))
}

fn keep(ring: &Ring, file: &str, made: &CertifiedIssuer<'_, KeyPair>, until: Wall) -> Result<(), Mistake> {
    let key = Zeroizing::new(made.key().serialize_der());
    let certificate = made.der().to_vec().into();
    let stored = Stored { key: key.to_vec().into(), certificate, until };
    ring.seal(file, &Zeroizing::new(cbor::encode(&stored)))
}

fn pair(pkcs8: &[u8]) -> Option<KeyPair> {
    KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_ECDSA_P256_SHA256).ok()
}

/// What kind of authority, and how long the path below it may be.
type Rank = (&'static str, u8);
const ROOT: Rank = ("root", 1);
const ISSUING: Rank = ("issuing", 0);

/// What an authority's certificate says. No two keys have one name: a path is sought by names.
fn authority(
    key: &KeyPair,
    fleet: &FleetName,
    zone: TrustZone,
    (of, below): Rank,
    until: Wall,
) -> CertificateParams {
    let id = hex::encode(&Digest::of(key.der_bytes()).0[..8]);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, format!("{} {fleet} {of} {id}", word(zone)));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, before(moment::wall(), SLACK), until);
    params
}

/// What a profile says, in the words of X.509.
fn leaf(profile: &Profile) -> CertificateParams {
    let uri = profile.name.to_string();
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.subject_alt_names = vec![SanType::URI(uri.try_into().expect("a name is ASCII"))];
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![match profile.usage {
        Usage::Client => ExtendedKeyUsagePurpose::ClientAuth,
        Usage::Quarantine => ExtendedKeyUsagePurpose::Other(QUARANTINE_OID.to_vec()),
        Usage::Server => ExtendedKeyUsagePurpose::ServerAuth,
    }];
    params.serial_number = Some(SerialNumber::from_slice(profile.serial.as_bytes()));
    valid(&mut params, profile.not_before, profile.not_after);
    params.use_authority_key_identifier_extension = true;
    params
}

fn before(wall: Wall, span: Duration) -> Wall {
    Wall(wall.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
}

/// Writes both ends of a validity; X.509 counts whole seconds.
fn valid(params: &mut CertificateParams, from: Wall, until: Wall) {
    let at =
        |wall: Wall| date_time_ymd(1970, 1, 1) + Duration::from_micros(u64::try_from(wall.0).unwrap_or(0));
    (params.not_before, params.not_after) = (at(from), at(until));
}

/// A key that others hold.
struct Point<'a>(&'a [u8]);

impl PublicKeyData for Point<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

#[cfg(test)]
pub(crate) mod tests;
