//! A certificate for the lab's pages: a root that the terminal is given, and a leaf that the browser is told to know.

use std::fs;

use crypto::{digest::Digest, passkey::base64url};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData as _, SanType,
};
use tempfile::TempDir;

/// A folder as `wrale-lab --tls` takes it, and by which the browser knows the leaf.
pub(crate) struct Certificate {
    pub(crate) folder: TempDir,
    /// SHA-256 of its public key, in base64.
    pub(crate) pin: String,
}

impl Certificate {
    pub(crate) fn new() -> Self {
        let key = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root = CertifiedIssuer::self_signed(params, key()).unwrap();
        let mut params = CertificateParams::default();
        let uri = SanType::URI("spiffe://service.lab/pages".try_into().unwrap());
        params.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap()), uri];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = key();
        let leaf = params.signed_by(&key, &root).unwrap();
        let folder = TempDir::new().unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        put("root.crt", root.der());
        put("server.crt", leaf.der());
        put("server.key", &key.serialize_der());
        let digest = Digest::of(&key.subject_public_key_info());
        let pin = base64url(digest.as_bytes()).replace('-', "+").replace('_', "/") + "=";
        Self { folder, pin }
    }
}
