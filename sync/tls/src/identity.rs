//! Whose certificate this is, as far as a path, its dates, its use and its one name can tell.
//!
//! The path library checks path, signatures, dates, revocation and that a leaf is no authority; what it leaves
//! open is closed here: exactly one URI, of this zone; the use must be stated; the key is of P-256.

pub(crate) mod gate;
pub mod revocation;

use core::{fmt, time::Duration};
use std::sync::Arc;

use rustls::{
    CertificateError,
    pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime},
};
use vocab::Wall;
use webpki::{EndEntityCert, ExtendedKeyUsageValidator, KeyPurposeIdIter, RevocationCheckDepth};

use crate::{der, mistake::Mistake, refusal::Refusal, suite::SIGNATURES};

pub use revocation::Revocations;

/// What a peer showed, once its path to the zone's root is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The one URI among its subject alternative names.
    pub uri: String,
    /// The certified point, 65 bytes (SEC 1 §2.3.3, uncompressed).
    pub point: Vec<u8>,
    /// What it may be used for here.
    pub usage: Usage,
    /// Its number, big-endian as X.509 writes it.
    pub serial: Vec<u8>,
    /// From when.
    pub not_before: Wall,
    /// Until when.
    pub not_after: Wall,
}

/// An extended key usage (RFC 5280 §4.2.1.12).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usage {
    /// `id-kp-clientAuth`.
    Client,
    /// Another one, by its arcs: the fleet's own number for the quarantine room.
    Other(Vec<u64>),
    /// `id-kp-serverAuth`.
    Server,
}

impl Usage {
    /// The content of its object identifier.
    fn oid(&self) -> Vec<u8> {
        match self {
            Self::Client => der::oid(&[1, 3, 6, 1, 5, 5, 7, 3, 2]),
            Self::Other(arcs) => der::oid(arcs),
            Self::Server => der::oid(&[1, 3, 6, 1, 5, 5, 7, 3, 1]),
        }
    }
}

/// Whom one end believes; each handshake has a copy, which costs next to nothing.
#[derive(Clone)]
pub struct Trust {
    roots: Arc<[TrustAnchor<'static>]>,
    names: Names,
    usages: Arc<[(Usage, Vec<u8>)]>,
    clock: Clock,
    revocations: Option<Arc<Revocations>>,
    algorithms: &'static [&'static dyn SignatureVerificationAlgorithm],
}

#[derive(Clone)]
enum Names {
    /// Anybody of this trust domain.
    Of(Arc<str>),
    /// The one whose name it is.
    One(Arc<str>),
}

#[derive(Clone)]
enum Clock {
    Known(Arc<dyn Fn() -> Wall + Send + Sync>),
    /// Until the fleet has told the time, paths are judged by key, name and use, not by dates.
    Perhaps(Arc<dyn Fn() -> Option<Wall> + Send + Sync>),
}

impl Clock {
    fn now(&self) -> Option<Wall> {
        match self {
            Self::Known(clock) => Some(clock()),
            Self::Perhaps(clock) => clock(),
        }
    }
}

impl Trust {
    /// A listener's: anybody of one trust domain, `device.<fleet>` or `service.<fleet>`, whose certificate leads
    /// to one of these roots (DER) and states one of these uses.
    pub fn of_zone(
        roots: &[Vec<u8>],
        domain: &str,
        usages: Vec<Usage>,
        clock: impl Fn() -> Wall + Send + Sync + 'static,
    ) -> Result<Self, Mistake> {
        Self::new(
            roots,
            Names::Of(format!("spiffe://{domain}/").into()),
            usages,
            Clock::Known(Arc::new(clock)),
        )
    }

    /// A caller's: the server with exactly this URI. While the clock gives no time, dates are not judged.
    pub fn of_server(
        roots: &[Vec<u8>],
        uri: &str,
        clock: impl Fn() -> Option<Wall> + Send + Sync + 'static,
    ) -> Result<Self, Mistake> {
        Self::new(roots, Names::One(uri.into()), vec![Usage::Server], Clock::Perhaps(Arc::new(clock)))
    }

    /// From now on only certificates for which these lists speak are believed: where none does, or where it is
    /// past its next update, nobody passes.
    #[must_use]
    pub fn with_revocations(mut self, revocations: Revocations) -> Self {
        self.revocations = Some(Arc::new(revocations));
        self
    }

    /// Believes a certificate with those that may stand between it and a root, or says why not.
    pub(crate) fn judge(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<Presented, Refusal> {
        let certificate = EndEntityCert::try_from(leaf).map_err(|error| refusal(&error))?;
        let read = der::Certificate::read(leaf).ok_or(Refusal::Malformed)?;
        self.path(&certificate, intermediates, self.at(&read, intermediates)?)?;
        Ok(Presented {
            usage: self.usage(&read.usages)?,
            uri: self.name(&read.uris)?,
            point: point(&certificate)?,
            serial: certificate.serial().to_vec(),
            not_before: read.not_before,
            not_after: read.not_after,
        })
    }

    /// The time by this end's clock; none while it is unknown.
    pub(crate) fn now(&self) -> Option<Wall> {
        self.clock.now()
    }

    fn new(roots: &[Vec<u8>], names: Names, usages: Vec<Usage>, clock: Clock) -> Result<Self, Mistake> {
        if roots.is_empty() {
            return Err(Mistake::NoRoot);
        }
        let anchor = |root: &Vec<u8>| {
            let root = CertificateDer::from_slice(root);
            webpki::anchor_from_trusted_cert(&root).map(|anchor| anchor.to_owned())
        };
        let roots =
            roots.iter().map(anchor).collect::<Result<_, _>>().map_err(|_| Mistake::NotACertificate)?;
        let usages = usages.into_iter().map(|usage| (usage.clone(), usage.oid())).collect();
        Ok(Self { roots, names, usages, clock, revocations: None, algorithms: SIGNATURES.all })
    }

    fn path(
        &self,
        certificate: &EndEntityCert<'_>,
        intermediates: &[CertificateDer<'_>],
        at: UnixTime,
    ) -> Result<(), Refusal> {
        let lists = self.revocations.as_ref().map(|revocations| revocations.lists());
        let revocation = match &lists {
            None => None,
            // Authorities come and go with the fleet's signed keyset; leaves alone are revoked by list.
            Some(lists) => Some(
                webpki::RevocationOptionsBuilder::new(lists)
                    .map_err(|_| Refusal::RevocationUnknown)?
                    .with_depth(RevocationCheckDepth::EndEntity)
                    .with_status_policy(webpki::UnknownStatusPolicy::Deny)
                    .with_expiration_policy(match self.now() {
                        Some(_) => webpki::ExpirationPolicy::Enforce,
                        None => webpki::ExpirationPolicy::Ignore,
                    })
                    .build(),
            ),
        };
        let stated = Stated(&self.usages);
        certificate
            .verify_for_usage(self.algorithms, &self.roots, intermediates, at, stated, revocation, None)
            .map(|_| ())
            .map_err(|error| refusal(&error))
    }

    /// The moment at which the path must hold. With no clock, when its youngest certificate begins: all the
    /// others must be valid then, or the path never held.
    fn at(
        &self,
        leaf: &der::Certificate<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Result<UnixTime, Refusal> {
        let mut at = self.now();
        if at.is_none() {
            let begins = |der| der::Certificate::read(der).map(|read| read.not_before);
            let others = intermediates.iter().map(|der| begins(der)).collect::<Option<Vec<_>>>();
            at = others.ok_or(Refusal::Malformed)?.into_iter().chain([leaf.not_before]).max();
        }
        let seconds = at.map_or(0, |Wall(micros)| u64::try_from(micros.div_euclid(1_000_000)).unwrap_or(0));
        Ok(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }

    /// RFC 5280 lets a certificate without the extension serve every purpose; ours must state theirs.
    fn usage(&self, stated: &[&[u8]]) -> Result<Usage, Refusal> {
        let mut ours = self.usages.iter().filter(|(_, oid)| stated.contains(&oid.as_slice()));
        match (ours.next(), ours.next()) {
            (Some((usage, _)), None) => Ok(usage.clone()),
            _ => Err(Refusal::Usage),
        }
    }

    fn name(&self, uris: &[&[u8]]) -> Result<String, Refusal> {
        let &[uri] = uris else { return Err(Refusal::UriCount(uris.len())) };
        let uri = str::from_utf8(uri).map_err(|_| Refusal::Malformed)?;
        let shown = || uri.chars().filter(|c| !c.is_control()).take(URI_SHOWN).collect::<String>();
        match &self.names {
            Names::Of(zone) if uri.strip_prefix(&**zone).is_none_or(str::is_empty) => {
                Err(Refusal::Zone(shown()))
            }
            Names::One(wanted) if *uri != **wanted => {
                Err(Refusal::Name { wanted: wanted.to_string(), shown: shown() })
            }
            Names::Of(_) | Names::One(_) => Ok(uri.to_owned()),
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Names::Of(name) | Names::One(name)) = &self.names;
        f.debug_struct("Trust").field("names", name).finish_non_exhaustive()
    }
}

/// A stranger's text is shown, but not all of it.
const URI_SHOWN: usize = 128;

fn point(certificate: &EndEntityCert<'_>) -> Result<Vec<u8>, Refusal> {
    let info = certificate.subject_public_key_info();
    info.strip_prefix(der::P256).filter(|point| point.len() == 65).map(<[u8]>::to_vec).ok_or(Refusal::KeyKind)
}

/// Uses along the path: whoever states some states one of ours. That a leaf states one is judged afterwards.
struct Stated<'a>(&'a [(Usage, Vec<u8>)]);

impl ExtendedKeyUsageValidator for Stated<'_> {
    fn validate(&self, stated: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        let ours: Vec<_> = self.0.iter().map(|(_, oid)| webpki::KeyPurposeId::new(oid)).collect();
        let mut none = true;
        for usage in stated {
            let usage = usage?;
            if ours.contains(&usage) {
                return Ok(());
            }
            none = false;
        }
        if none { Ok(()) } else { Err(UNSTATED) }
    }
}

const UNSTATED: webpki::Error = webpki::Error::EmptyEkuExtension;

fn refusal(error: &webpki::Error) -> Refusal {
    match error {
        webpki::Error::BadDer
        | webpki::Error::BadDerTime
        | webpki::Error::InvalidSerialNumber
        | webpki::Error::MalformedExtensions
        | webpki::Error::TrailingData(_)
        | webpki::Error::UnsupportedCertVersion => Refusal::Malformed,
        webpki::Error::CaUsedAsEndEntity => Refusal::Authority,
        webpki::Error::CertExpired { .. } => Refusal::Expired,
        webpki::Error::CertNotValidYet { .. } => Refusal::Early,
        webpki::Error::CertRevoked => Refusal::Revoked,
        webpki::Error::CrlExpired { .. } => Refusal::RevocationStale,
        webpki::Error::EmptyEkuExtension => Refusal::Usage,
        webpki::Error::InvalidCrlSignatureForPublicKey => Refusal::RevocationForged,
        webpki::Error::UnknownIssuer => Refusal::Issuer,
        webpki::Error::UnknownRevocationStatus => Refusal::RevocationUnknown,
        webpki::Error::UnsupportedCriticalExtension => Refusal::CriticalExtension,
        other => Refusal::Chain(format!("{other:?}")),
    }
}

/// Whichever alert tells the peer most without telling it more.
fn alert(refusal: &Refusal) -> rustls::Error {
    rustls::Error::InvalidCertificate(match refusal {
        Refusal::CriticalExtension => CertificateError::UnhandledCriticalExtension,
        Refusal::Early => CertificateError::NotValidYet,
        Refusal::Expired => CertificateError::Expired,
        Refusal::Issuer => CertificateError::UnknownIssuer,
        Refusal::Malformed => CertificateError::BadEncoding,
        Refusal::RevocationStale => CertificateError::ExpiredRevocationList,
        Refusal::RevocationUnknown => CertificateError::UnknownRevocationStatus,
        Refusal::Revoked => CertificateError::Revoked,
        Refusal::Authority | Refusal::Usage => CertificateError::InvalidPurpose,
        Refusal::Name { .. } | Refusal::UriCount(_) | Refusal::Zone(_) => CertificateError::NotValidForName,
        _ => CertificateError::ApplicationVerificationFailure,
    })
}

#[cfg(test)]
mod tests;
