//! What an operator told these hands that cannot be.

use core::fmt;
use std::net::SocketAddr;

/// An operator's, in a configuration or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// This machine does not have the address.
    Address(SocketAddr),
    /// The host's name has no address.
    Host(String),
    /// A zone without a root trusts nobody.
    NoRoot,
    /// No cipher suite is left.
    NoSuite,
    /// No certificate is in these bytes, neither as DER nor as PEM.
    NotACertificate,
    /// No private key is in these bytes.
    NotAKey,
    /// What has no TLS must stay on this machine.
    NotLoopback(SocketAddr),
    /// The certificate is for another key.
    OtherKey,
    /// Only a privileged user may open this port.
    Privileged(SocketAddr),
    /// No cipher suite of ours has this name.
    Suite(String),
    /// Another process has the port.
    Taken(SocketAddr),
}

impl Mistake {
    /// `tls/<reason>`, for logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "tls/address",
            Self::Host(_) => "tls/host",
            Self::NoRoot => "tls/no-root",
            Self::NoSuite => "tls/no-suite",
            Self::NotACertificate => "tls/not-a-certificate",
            Self::NotAKey => "tls/not-a-key",
            Self::NotLoopback(_) => "tls/not-loopback",
            Self::OtherKey => "tls/other-key",
            Self::Privileged(_) => "tls/privileged",
            Self::Suite(_) => "tls/suite",
            Self::Taken(_) => "tls/taken",
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(at) => {
                write!(f, "this machine does not have the address {}; configure one that it has", at.ip())
            }
            Self::Host(host) => {
                write!(f, "no address is known for `{host}`; look at its spelling or the DNS")
            }
            Self::NoRoot => f.write_str("the zone has no root certificate; configure one"),
            Self::NoSuite => f.write_str("no cipher suite is configured; configure at least one"),
            Self::NotACertificate => {
                f.write_str("the file holds no certificate, neither as DER nor as PEM; name another file")
            }
            Self::NotAKey => {
                f.write_str("the file holds no P-256 key, neither as DER nor as PEM; name another file")
            }
            Self::NotLoopback(at) => {
                write!(f, "{at} is not this machine alone and has no TLS; use 127.0.0.1, or TLS")
            }
            Self::OtherKey => f.write_str("the certificate is for another key; give each its own"),
            Self::Privileged(at) => {
                write!(f, "port {} is for privileged users; configure one from 1024 up", at.port())
            }
            Self::Suite(name) => write!(
                f,
                "`{name}` is no cipher suite of ours; they are TLS_AES_256_GCM_SHA384 and TLS_CHACHA20_POLY1305_SHA256"
            ),
            Self::Taken(at) => {
                write!(f, "another process listens on {at}; stop it or configure another port")
            }
        }
    }
}

impl core::error::Error for Mistake {}

#[cfg(test)]
mod tests;
