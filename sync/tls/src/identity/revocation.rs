//! Revocation lists, for verifiers that hear of revocations in no better way.
//!
//! One list for each authority, signed by it, never replaced by an older one.

use rustls::pki_types::CertificateDer;
use webpki::{CertRevocationList, EndEntityCert, OwnedCertRevocationList};

use super::refusal;
use crate::{der, refusal::Refusal, suite::SIGNATURES};

/// The newest list of each authority.
#[derive(Default)]
pub struct Revocations(Vec<Held>);

struct Held {
    list: CertRevocationList<'static>,
    bytes: Vec<u8>,
    number: Vec<u8>,
}

impl Revocations {
    /// No list yet: whoever must be spoken for is refused.
    pub fn none_yet() -> Self {
        Self::default()
    }

    /// Takes a complete list (DER) that its authority, by this certificate (DER), has signed; the same list again
    /// changes nothing.
    pub fn take(&mut self, list: &[u8], authority: &[u8]) -> Result<(), Refusal> {
        let parsed = parse(list)?;
        let read = der::RevocationList::read(list)
            .ok_or_else(|| Refusal::RevocationForm("it has no number".into()))?;
        signed_by(&read, &parsed, authority)?;
        let number = read.number.to_vec();
        let held = Held { list: parsed, bytes: list.to_vec(), number };
        let Some(old) = self.0.iter_mut().find(|old| old.list.issuer() == held.list.issuer()) else {
            self.0.push(held);
            return Ok(());
        };
        // Numbers have no leading zeros, so the longer one is the greater.
        let order = |held: &Held| (held.number.len(), held.number.clone());
        if order(&held) <= order(old) {
            return if held.bytes == old.bytes { Ok(()) } else { Err(Refusal::RevocationOlder) };
        }
        *old = held;
        Ok(())
    }

    pub(super) fn lists(&self) -> Vec<&CertRevocationList<'static>> {
        self.0.iter().map(|held| &held.list).collect()
    }
}

fn parse(list: &[u8]) -> Result<CertRevocationList<'static>, Refusal> {
    OwnedCertRevocationList::from_der(list)
        .map(CertRevocationList::from)
        .map_err(|error| Refusal::RevocationForm(format!("{error:?}")))
}

fn signed_by(
    read: &der::RevocationList<'_>,
    list: &CertRevocationList<'_>,
    authority: &[u8],
) -> Result<(), Refusal> {
    let authority = CertificateDer::from_slice(authority);
    let authority = EndEntityCert::try_from(&authority).map_err(|error| refusal(&error))?;
    if authority.subject() != list.issuer() {
        return Err(Refusal::RevocationForged);
    }
    let known = SIGNATURES.all.iter().find(|one| one.signature_alg_id().as_ref() == read.algorithm);
    let algorithm = known.ok_or(Refusal::RevocationForged)?;
    authority.verify_signature(*algorithm, read.signed, read.signature).map_err(|_| Refusal::RevocationForged)
}

#[cfg(test)]
mod tests;
