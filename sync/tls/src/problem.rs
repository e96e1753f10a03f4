//! Why a connection does not stand, sorted by blame.

use core::fmt;
use std::{error::Error, io};

use crate::{fault::Fault, mistake::Mistake, refusal::Refusal};

/// One of the three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Ours, or the machine's.
    Fault(Fault),
    /// An operator's.
    Mistake(Mistake),
    /// The peer's.
    Refusal(Refusal),
}

impl Problem {
    /// The code of whichever it is.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fault(fault) => fault.code(),
            Self::Mistake(mistake) => mistake.code(),
            Self::Refusal(refusal) => refusal.code(),
        }
    }

    /// Reads what a TLS handshake, or what came after it, failed with.
    pub(crate) fn of(error: &io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(error) => Self::of_tls(error),
            None if left(error.kind()) => Refusal::Left.into(),
            None => Fault::of(error).into(),
        }
    }

    fn of_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::AlertReceived(alert) => Refusal::Alert(u8::from(*alert)).into(),
            rustls::Error::NoApplicationProtocol => Refusal::Alpn.into(),
            rustls::Error::NoCertificatesPresented => Refusal::NoCertificate.into(),
            rustls::Error::PeerIncompatible(why) => Refusal::Incompatible(format!("{why:?}")).into(),
            rustls::Error::Other(other) if other.0.downcast_ref() == Some(&Fault::Key) => Fault::Key.into(),
            rustls::Error::EncryptError
            | rustls::Error::FailedToGetCurrentTime
            | rustls::Error::FailedToGetRandomBytes
            | rustls::Error::General(_)
            | rustls::Error::InconsistentKeys(_) => Fault::Tls(error.to_string()).into(),
            _ => Refusal::Misbehaved(error.to_string()).into(),
        }
    }
}

/// How a peer that goes looks from here.
const fn left(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::NotConnected
            | io::ErrorKind::UnexpectedEof
    )
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Mistake(mistake) => mistake.fmt(f),
            Self::Refusal(refusal) => refusal.fmt(f),
        }
    }
}

impl Error for Problem {}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Mistake> for Problem {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}
