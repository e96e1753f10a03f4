//! Whether a request comes from a page of ours.
//!
//! A browser adds a cookie by itself, whoever wrote the page that asks. So what stands in a cookie counts for a
//! change, and for a socket, only where the browser says that the page is ours (`Origin`, RFC 6454 §7, and the fetch
//! metadata where it sends them).

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::passkey::Party;

/// What people's listener speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Without TLS, on this machine alone.
    Plain,
    /// TLS.
    Tls,
}

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Transport {
    /// The name of the cookie that holds a session. Browsers keep the prefix from being set by anybody else (RFC
    /// 6265bis §4.1.3), and refuse it without TLS.
    pub(crate) const fn cookie(self) -> &'static str {
        match self {
            Self::Plain => "wrale",
            Self::Tls => "__Host-wrale",
        }
    }

    /// The cookie that holds this session for so long; no script reads it, and no other site's page sends it.
    pub(crate) fn held(self, token: &str, longest: Duration) -> HeaderValue {
        let (name, seconds) = (self.cookie(), longest.as_secs());
        let secure = if self == Self::Tls { "; Secure" } else { "" };
        let text = format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::try_from(text).expect("names, digits and our own words")
    }

    const fn scheme(self) -> &'static str {
        match self {
            Self::Plain => "http",
            Self::Tls => "https",
        }
    }
}

/// Whether a request of this method changes something, or opens a socket that may.
pub(crate) fn is_unsafe(method: &Method, headers: &HeaderMap) -> bool {
    !method.is_safe() || headers.contains_key(header::UPGRADE)
}

/// Whether the page that asks is ours, as its browser says; a request that does not say is not.
pub(crate) fn is_ours(transport: Transport, headers: &HeaderMap) -> bool {
    let (Some(origin), Some(host)) = (one(headers, &header::ORIGIN), one(headers, &header::HOST)) else {
        return false;
    };
    let site = headers.get_all(&FETCH_SITE).iter().all(|site| site == "same-origin");
    let named = origin.strip_prefix(transport.scheme()).and_then(|rest| rest.strip_prefix("://"));
    site && named.is_some_and(|named| named.eq_ignore_ascii_case(host))
}

/// Whom a passkey speaks to here: the name under which this server was asked (WebAuthn §5.1.2).
pub(crate) fn party(transport: Transport, headers: &HeaderMap) -> Option<Party> {
    let host = one(headers, &header::HOST)?.to_ascii_lowercase();
    let rp = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name).to_owned();
    Some(Party { rp, origin: format!("{}://{host}", transport.scheme()) })
}

/// Whether a browser says that another page asks; whoever is no browser says nothing.
pub(crate) fn is_foreign(transport: Transport, headers: &HeaderMap) -> bool {
    let browser = headers.contains_key(header::ORIGIN) || headers.contains_key(&FETCH_SITE);
    browser && !is_ours(transport, headers)
}

/// The value of a header that comes once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}

#[cfg(test)]
mod tests;
