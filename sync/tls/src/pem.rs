//! Certificates and keys as operators keep them: PEM or DER, told apart by their first bytes.

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, pem::PemObject};
use webpki::EndEntityCert;
use zeroize::{Zeroize, Zeroizing};

use crate::{der, mistake::Mistake};

/// All certificates of a file, in its order, as DER; at least one.
pub fn certificates(file: &[u8]) -> Result<Vec<Vec<u8>>, Mistake> {
    let found: Vec<CertificateDer<'_>> = if file.first() == Some(&der::SEQUENCE) {
        vec![CertificateDer::from(file)]
    } else {
        CertificateDer::pem_slice_iter(file)
            .collect::<Result<_, _>>()
            .map_err(|_| Mistake::NotACertificate)?
    };
    if found.is_empty() || found.iter().any(|one| EndEntityCert::try_from(one).is_err()) {
        return Err(Mistake::NotACertificate);
    }
    Ok(found.iter().map(|one| one.to_vec()).collect())
}

/// The private key of a file, PKCS #8 in DER.
pub fn private_key(file: &[u8]) -> Result<Zeroizing<Vec<u8>>, Mistake> {
    if file.first() == Some(&der::SEQUENCE) {
        return Ok(Zeroizing::new(file.to_vec()));
    }
    let mut key = PrivatePkcs8KeyDer::from_pem_slice(file).map_err(|_| Mistake::NotAKey)?;
    let kept = Zeroizing::new(key.secret_pkcs8_der().to_vec());
    key.zeroize();
    Ok(kept)
}

#[cfg(test)]
mod tests;
