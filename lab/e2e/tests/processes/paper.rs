//! Certificates that the fleet itself would never sign, signed with the fleet's own issuing key: whoever had stolen
//! it could make them, so that each is wrong in one thing alone.

use std::{fs, time::Duration};

use admit::pki::QUARANTINE_OID;
use crypto::{
    cbor::{self, Limits},
    hex,
    key::{Device, PublicKey},
    seal::{Kek, Place, open_record},
};
use host::Fleet;
use minicbor::{Decode, bytes::ByteVec};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType, SignatureAlgorithm, date_time_ymd,
};
use vocab::Wall;

/// The issuing authority of the devices' zone, stolen.
pub(crate) struct Stolen {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
}

/// What `fleetd` keeps in the file of an authority.
#[derive(Decode)]
#[cbor(map)]
struct Stored {
    #[n(0)]
    key: ByteVec,
    #[n(1)]
    certificate: ByteVec,
}

const LIMITS: Limits = Limits { bytes: 8 * 1024, depth: 2, items: 8 };

/// A certificate of a device.
pub(crate) struct Paper {
    /// Its names.
    pub(crate) uris: Vec<String>,
    pub(crate) usage: ExtendedKeyUsagePurpose,
    pub(crate) from: Wall,
    pub(crate) until: Wall,
}

impl Stolen {
    /// Opens the fleet's sealed file with its key-encryption key, as only its owner can.
    pub(crate) fn from(fleet: &Fleet) -> Self {
        const FILE: &str = "device.issuing";
        let kek = fs::read_to_string(fleet.home().join("fleet.kek")).unwrap();
        let kek = Kek::new(hex::decode_array(kek.trim()).unwrap());
        let sealed = fs::read(fleet.folder().join("keys").join(FILE)).unwrap();
        let (name, row) = (Fleet::name(), FILE.as_bytes());
        let place = Place { fleet: &name, table: "keys", row, version: 0 };
        let opened = open_record(&kek, &place, &sealed).unwrap();
        let Stored { key, certificate } = cbor::decode(&opened, &LIMITS).unwrap();
        let key =
            KeyPair::from_pkcs8_der_and_sign_algo(&key.as_slice().into(), &PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, subject(&certificate));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self { issuer: Issuer::new(params, key), certificate: certificate.into() }
    }

    /// A chain for this key.
    pub(crate) fn certify(&self, key: &PublicKey<Device>, paper: &Paper) -> Vec<Vec<u8>> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let uri = |uri: &String| SanType::URI(uri.clone().try_into().unwrap());
        params.subject_alt_names = paper.uris.iter().map(uri).collect();
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![paper.usage.clone()];
        let at =
            |wall: Wall| date_time_ymd(1970, 1, 1) + Duration::from_micros(u64::try_from(wall.0).unwrap());
        (params.not_before, params.not_after) = (at(paper.from), at(paper.until));
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&Point(key.as_bytes()), &self.issuer).unwrap();
        vec![leaf.der().to_vec(), self.certificate.clone()]
    }
}

impl Paper {
    /// What the fleet gives a device, with this name.
    pub(crate) fn of(uri: &str) -> Self {
        let now = host::now();
        let (from, until) = (earlier(now, Duration::from_mins(5)), now + Duration::from_hours(1));
        Self { uris: vec![uri.to_owned()], usage: ExtendedKeyUsagePurpose::ClientAuth, from, until }
    }

    /// The use that opens the quarantine room.
    pub(crate) fn quarantine() -> ExtendedKeyUsagePurpose {
        ExtendedKeyUsagePurpose::Other(QUARANTINE_OID.to_vec())
    }
}

/// The common name of whom a certificate is for; that of its issuer stands before it.
fn subject(certificate: &[u8]) -> &str {
    // Of type 2.5.4.3, a UTF8String.
    const COMMON_NAME: [u8; 6] = [0x06, 0x03, 0x55, 0x04, 0x03, 0x0c];
    let at = certificate.windows(COMMON_NAME.len()).rposition(|window| window == COMMON_NAME).unwrap();
    let (length, rest) = certificate[at + COMMON_NAME.len()..].split_first().unwrap();
    str::from_utf8(&rest[..usize::from(*length)]).unwrap()
}

pub(crate) fn earlier(wall: Wall, span: Duration) -> Wall {
    Wall(wall.0 - i64::try_from(span.as_micros()).unwrap())
}

struct Point<'a>(&'a [u8]);

impl PublicKeyData for Point<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}
