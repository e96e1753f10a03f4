//! The verifiers of the two ends, as the TLS library calls them.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, PeerMisbehaved, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::verify_tls13_signature,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

use super::{Presented, Trust, alert};
use crate::{doors::Doors, refusal::Refusal, suite::SIGNATURES};

/// The verifier of one handshake: it remembers whom it saw, or why it refused.
pub(crate) struct Gate {
    trust: Trust,
    doors: Option<Arc<dyn Doors>>,
    seen: Mutex<Option<Result<Presented, Refusal>>>,
}

impl Gate {
    /// A listener's.
    pub(crate) fn to_doors(trust: Trust, doors: Arc<dyn Doors>) -> Self {
        Self { trust, doors: Some(doors), seen: Mutex::default() }
    }

    /// A caller's.
    pub(crate) fn to_server(trust: Trust) -> Self {
        Self { trust, doors: None, seen: Mutex::default() }
    }

    /// What came of it: nothing before a certificate was shown.
    pub(crate) fn seen(&self) -> Option<Result<Presented, Refusal>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, seen: Result<Presented, Refusal>) -> Result<(), Error> {
        let answer = seen.as_ref().map(|_| ()).map_err(alert);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(seen);
        answer
    }

    fn judge(&self, leaf: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Result<(), Error> {
        self.remember(self.trust.judge(leaf, intermediates))
    }

    /// The doors are asked only about whoever has just proved that the key is its own: a certificate is no
    /// secret, and whoever merely shows another's must neither be told nor change anything.
    fn proved(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let valid = verify_tls13_signature(message, leaf, signature, &SIGNATURES)?;
        if let (Some(doors), Some(Ok(presented))) = (&self.doors, self.seen())
            && let Err(code) = doors.enter(&presented)
        {
            self.remember(Err(Refusal::Door(code)))?;
        }
        Ok(valid)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate").field("trust", &self.trust).finish_non_exhaustive()
    }
}

/// Version 1.2 is compiled out, or refused before any signature.
const OLD: Error = Error::PeerMisbehaved(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme);

impl ClientCertVerifier for Gate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.judge(leaf, intermediates).map(|()| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(OLD)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proved(message, leaf, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        SIGNATURES.supported_schemes()
    }
}

impl ServerCertVerifier for Gate {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.judge(leaf, intermediates).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(OLD)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.proved(message, leaf, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        SIGNATURES.supported_schemes()
    }
}
