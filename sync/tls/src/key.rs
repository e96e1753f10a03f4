//! What this end shows: a certificate, and a key that a file or a chip holds.

use core::fmt;
use std::sync::Arc;

use crypto::key::{PublicKey, Role};
use rustls::{
    SignatureAlgorithm, SignatureScheme,
    crypto::aws_lc_rs::sign::any_ecdsa_type,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer},
    sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey},
};
use vocab::Wall;
use webpki::EndEntityCert;

use crate::{der, fault::Fault, mistake::Mistake};

/// Signs with ES256: r ‖ s over the message. The fault to answer with is [`Fault::Key`].
pub type Sign = dyn Fn(&[u8]) -> Result<[u8; 64], Fault> + Send + Sync;

/// A certificate with its path, and the key that it certifies.
#[derive(Clone)]
pub struct Credential(Arc<SingleCertAndKey>);

impl Credential {
    /// With a key in memory, PKCS #8 in DER; the chain is DER, leaf first, without the root.
    pub fn from_pkcs8(chain: &[Vec<u8>], key: &[u8]) -> Result<Self, Mistake> {
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key));
        let key = any_ecdsa_type(&der).map_err(|_| Mistake::NotAKey)?;
        let scheme = key.choose_scheme(&[SCHEME]);
        let public = key.public_key().filter(|_| scheme.is_some()).ok_or(Mistake::NotAKey)?;
        if public != certified(chain)? {
            return Err(Mistake::OtherKey);
        }
        Ok(Self::new(chain, key))
    }

    /// With a key that stays where it is. `sign` may take a chip's time: callers sign off the async threads.
    pub fn held<R: Role>(chain: &[Vec<u8>], key: &PublicKey<R>, sign: Arc<Sign>) -> Result<Self, Mistake> {
        if certified(chain)?.strip_prefix(der::P256) != Some(key.as_bytes()) {
            return Err(Mistake::OtherKey);
        }
        Ok(Self::new(chain, Arc::new(Held(sign))))
    }

    pub(crate) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::clone(&self.0)
    }

    fn new(chain: &[Vec<u8>], key: Arc<dyn SigningKey>) -> Self {
        let chain = chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
        Self(Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key))))
    }
}

/// What our own certificate says; nobody judges it here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// The certified point, 65 bytes (SEC 1 §2.3.3, uncompressed).
    pub point: Vec<u8>,
    /// Every URI among its subject alternative names.
    pub uris: Vec<String>,
    /// From when.
    pub not_before: Wall,
    /// Until when.
    pub not_after: Wall,
}

impl Own {
    /// Of a chain, DER, leaf first.
    pub fn read(chain: &[Vec<u8>]) -> Result<Self, Mistake> {
        let point = certified(chain)?.strip_prefix(der::P256).ok_or(Mistake::NotAKey)?.to_vec();
        let leaf = chain.first().ok_or(Mistake::NotACertificate)?;
        let read = der::Certificate::read(leaf).ok_or(Mistake::NotACertificate)?;
        let uris = read.uris.iter().map(|uri| String::from_utf8_lossy(uri).into_owned()).collect();
        Ok(Self { point, uris, not_before: read.not_before, not_after: read.not_after })
    }
}

/// The key of the leaf.
fn certified(chain: &[Vec<u8>]) -> Result<SubjectPublicKeyInfoDer<'static>, Mistake> {
    let leaf = CertificateDer::from_slice(chain.first().ok_or(Mistake::NotACertificate)?);
    let leaf = EndEntityCert::try_from(&leaf).map_err(|_| Mistake::NotACertificate)?;
    Ok(leaf.subject_public_key_info())
}

/// A key that is elsewhere.
#[derive(Clone)]
struct Held(Arc<Sign>);

const SCHEME: SignatureScheme = SignatureScheme::ECDSA_NISTP256_SHA256;

impl SigningKey for Held {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&SCHEME).then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for Held {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let silent = |fault| rustls::Error::Other(rustls::OtherError(Arc::new(fault)));
        (self.0)(message).map(|fixed| der::ecdsa(&fixed)).map_err(silent)
    }

    fn scheme(&self) -> SignatureScheme {
        SCHEME
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}

#[cfg(test)]
mod tests;
