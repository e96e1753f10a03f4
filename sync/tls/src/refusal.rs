//! What a peer did or showed that these hands do not take.

use core::fmt;

use rustls::AlertDescription;

use crate::doors::Code;

/// The peer's claim, or its manners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The peer ended TLS with this alert (RFC 9846 §6): in its eyes the fault is ours.
    Alert(u8),
    /// It does not speak the application protocol of this listener.
    Alpn,
    /// A certificate of a certification authority, shown as a device's or a service's.
    Authority,
    /// The path to the root does not hold.
    Chain(String),
    /// So many connections are open already that this one is not taken.
    Crowded,
    /// The certificate has an extension that must be understood, and is not.
    CriticalExtension,
    /// Whoever decides about identities refused this one.
    Door(Code),
    /// The certificate is valid only later.
    Early,
    /// Its handshake was dropped for newer ones: too many of that source were unfinished.
    Evicted,
    /// The certificate has run out.
    Expired,
    /// Other versions, suites or groups than ours.
    Incompatible(String),
    /// No path leads from the certificate to a root of this zone.
    Issuer,
    /// The certified key is not of P-256.
    KeyKind,
    /// It left before the handshake was over.
    Left,
    /// The certificate is not written as X.509 says.
    Malformed,
    /// It broke TLS.
    Misbehaved(String),
    /// The server is another one than the one that was called.
    Name {
        /// Whom we called.
        wanted: String,
        /// Who answered.
        shown: String,
    },
    /// It showed no certificate.
    NoCertificate,
    /// A message longer than any frame.
    Oversized,
    /// The revocation list is no complete list that we can read.
    RevocationForm(String),
    /// The revocation list is not signed by the authority that it names.
    RevocationForged,
    /// The revocation list is older than the one in use, or is another one under the same number.
    RevocationOlder,
    /// The revocation list is past its next update, so nobody is let in on it.
    RevocationStale,
    /// No revocation list speaks for this certificate's authority, and one must.
    RevocationUnknown,
    /// The certificate is revoked.
    Revoked,
    /// A handshake that takes too long.
    Slow,
    /// It leaves what we send unread.
    Stalled,
    /// It does not speak the protocol of this listener inside the WebSocket.
    Subprotocol,
    /// A message of text; ours are binary.
    Text,
    /// It did not answer the upgrade as we do.
    Upgrade(String),
    /// The certificate names this many URIs instead of one.
    UriCount(usize),
    /// The certificate is not for this use.
    Usage,
    /// It broke the WebSocket protocol.
    WebSocket(String),
    /// The certificate's name is of another zone than this listener.
    Zone(String),
}

impl Refusal {
    /// `tls/<reason>`, for counters and logs; of a door, the code of whoever decided.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Alert(_) => "tls/alert",
            Self::Alpn => "tls/alpn",
            Self::Authority => "tls/authority",
            Self::Chain(_) => "tls/chain",
            Self::Crowded => "tls/crowded",
            Self::CriticalExtension => "tls/critical-extension",
            Self::Door(code) => code.0,
            Self::Early => "tls/early",
            Self::Evicted => "tls/evicted",
            Self::Expired => "tls/expired",
            Self::Incompatible(_) => "tls/incompatible",
            Self::Issuer => "tls/issuer",
            Self::KeyKind => "tls/key-kind",
            Self::Left => "tls/left",
            Self::Malformed => "tls/malformed",
            Self::Misbehaved(_) => "tls/misbehaved",
            Self::Name { .. } => "tls/name",
            Self::NoCertificate => "tls/no-certificate",
            Self::Oversized => "tls/oversized",
            Self::RevocationForm(_) => "tls/revocation-form",
            Self::RevocationForged => "tls/revocation-forged",
            Self::RevocationOlder => "tls/revocation-older",
            Self::RevocationStale => "tls/revocation-stale",
            Self::RevocationUnknown => "tls/revocation-unknown",
            Self::Revoked => "tls/revoked",
            Self::Slow => "tls/slow",
            Self::Stalled => "tls/stalled",
            Self::Subprotocol => "tls/subprotocol",
            Self::Text => "tls/text",
            Self::Upgrade(_) => "tls/upgrade",
            Self::UriCount(_) => "tls/uri-count",
            Self::Usage => "tls/usage",
            Self::WebSocket(_) => "tls/web-socket",
            Self::Zone(_) => "tls/zone",
        }
    }

    /// The sentence where it holds no word of the peer's.
    const fn fixed(&self) -> Option<&'static str> {
        Some(match self {
            Self::Alpn => {
                "the peer offers no application protocol of this listener; it called the wrong port"
            }
            Self::Authority => "the peer showed the certificate of an authority; issue it one of its own",
            Self::Crowded => "the peer came when all places were taken; it may come again later",
            Self::CriticalExtension => {
                "the certificate has a critical extension that nobody here knows; issue it without"
            }
            Self::Early => "the certificate is not valid yet; set the clock of this machine or wait",
            Self::Evicted => "the peer did not finish its handshake while many others began theirs",
            Self::Expired => "the certificate has run out; a device gets another by re-proof",
            Self::Issuer => "the certificate leads to no root of this zone; give the peer one of this fleet",
            Self::KeyKind => "the certificate is for a key that is not of P-256; issue it for one that is",
            Self::Left => "the peer left in the middle of the handshake; look at the network between",
            Self::Malformed => "the certificate is not written as X.509 says; issue it again",
            Self::NoCertificate => "the peer showed no certificate; enrol it first",
            Self::Oversized => "the peer sent a message longer than any frame; look at its version",
            Self::RevocationForged => {
                "the revocation list is not signed by the authority that it names; fetch it again, and ask why"
            }
            Self::RevocationOlder => {
                "the revocation list is no newer than the one in use; the one in use was kept"
            }
            Self::RevocationStale => "the revocation list is past its next update; fetch the next one",
            Self::RevocationUnknown => {
                "no revocation list speaks for this certificate; fetch its authority's"
            }
            Self::Revoked => "the certificate is revoked; enrol the device again",
            Self::Slow => "the peer took too long for its handshake; look at the network between",
            Self::Stalled => "the peer does not read what is sent to it; it may come again",
            Self::Subprotocol => {
                "the peer asked for another protocol than this listener's; look at its version"
            }
            Self::Text => "the peer sent text where only frames may be; look at its version",
            Self::Usage => "the certificate is not for this use; issue the peer one that is",
            _ => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sentence) = self.fixed() {
            return f.write_str(sentence);
        }
        match self {
            Self::Alert(number) => {
                let alert = AlertDescription::from(*number);
                write!(f, "the peer refused us with the alert {alert:?}; look at our certificate and its log")
            }
            Self::Chain(why) => {
                write!(f, "the certificate's path does not hold ({why}); issue the peer another")
            }
            Self::Door(code) => write!(f, "the identity was refused at this door ({code})"),
            Self::Incompatible(why) => {
                write!(f, "the peer speaks no TLS that this fleet takes ({why}); look at its version")
            }
            Self::Misbehaved(why) => {
                write!(f, "the peer broke TLS ({why}); if it repeats, somebody stands between")
            }
            Self::Name { wanted, shown } => {
                write!(f, "we called `{wanted}` and `{shown}` answered; look at the address")
            }
            Self::RevocationForm(why) => {
                write!(f, "the revocation list cannot be used ({why}); ask its authority for a complete one")
            }
            Self::Upgrade(why) => {
                write!(f, "the peer did not make the connection a WebSocket ({why}); look at the address")
            }
            Self::UriCount(count) => {
                write!(f, "the certificate names {count} URIs instead of one; issue the peer another")
            }
            Self::WebSocket(why) => {
                write!(f, "the peer broke the WebSocket protocol ({why}); look at its version")
            }
            Self::Zone(uri) => write!(f, "the certificate names `{uri}`, which is not of this zone"),
            // `fixed` has a sentence for every other.
            _ => f.write_str(self.code()),
        }
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests;
