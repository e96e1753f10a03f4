//! Whether a request comes from a page of ours.
//!
//! A browser adds a cookie by itself, whoever wrote the page that asks. So what stands in a cookie counts for a
//! change, and for a socket, only where the browser says that the page is ours (`Origin`, RFC 6454 §7, and the fetch
//! metadata where it sends them).

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use vocab::PageOrigin;

use crate::passkey::Party;

/// What people's listener speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Without TLS, on this machine alone.
    Plain,
    /// TLS.
    Tls,
}

/// By which addresses browsers come here.
#[derive(Clone, Debug)]
pub(crate) struct Front {
    transport: Transport,
    /// Those that the configuration names: all of one scheme. Where it names none, it is whatever host a browser says
    /// that it asked, in the listener's own scheme.
    origins: Vec<PageOrigin>,
}

/// What a cookie of ours is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// It says that somebody came in in this browser.
    Browser,
    /// It holds a session.
    Session,
}

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Front {
    pub(crate) const fn new(transport: Transport, origins: Vec<PageOrigin>) -> Self {
        Self { transport, origins }
    }

    /// Whether browsers come by TLS: by ours, or by that of a proxy before a listener that has none.
    pub(crate) fn is_secure(&self) -> bool {
        match self.origins.first() {
            Some(origin) => origin.as_str().starts_with("https://"),
            None => self.transport == Transport::Tls,
        }
    }

    /// The name of a cookie. Browsers keep the prefix from being set by anybody else (RFC 6265bis §4.1.3), and refuse
    /// it without TLS.
    pub(crate) fn cookie(&self, of: Cookie) -> &'static str {
        match (of, self.is_secure()) {
            (Cookie::Browser, true) => "__Host-wrale-browser",
            (Cookie::Browser, false) => "wrale-browser",
            (Cookie::Session, true) => "__Host-wrale",
            (Cookie::Session, false) => "wrale",
        }
    }

    /// A cookie that holds this word for so long; no script reads it, and no other site's page sends it.
    pub(crate) fn held(&self, of: Cookie, word: &str, longest: Duration) -> HeaderValue {
        let (name, seconds) = (self.cookie(of), longest.as_secs());
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let text = format!("{name}={word}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::try_from(text).expect("names, digits and our own words")
    }

    /// Whether the page that asks is ours, as its browser says; a request that does not say is not.
    pub(crate) fn is_ours(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = one(headers, &header::ORIGIN) else { return false };
        let site = headers.get_all(&FETCH_SITE).iter().all(|site| site == "same-origin");
        let named = if self.origins.is_empty() {
            self.asked(headers).is_some_and(|asked| asked.as_str().eq_ignore_ascii_case(origin))
        } else {
            self.origins.iter().any(|known| known.as_str() == origin)
        };
        site && named
    }

    /// Whether a browser says that another page asks; whoever is no browser says nothing.
    pub(crate) fn is_foreign(&self, headers: &HeaderMap) -> bool {
        let browser = headers.contains_key(header::ORIGIN) || headers.contains_key(&FETCH_SITE);
        browser && !self.is_ours(headers)
    }

    /// Whom a new passkey speaks to here (WebAuthn §5.1.2): the page that asks, if it is ours. A browser says which
    /// only where it sends something; else it is the one at the host that was asked, or the only one that there is.
    pub(crate) fn party(&self, headers: &HeaderMap) -> Option<Party> {
        let asked = self.asked(headers);
        if self.origins.is_empty() {
            return asked.and_then(Party::of);
        }
        let named = |wanted: &str| self.origins.iter().find(|known| known.as_str() == wanted);
        let by_origin = one(headers, &header::ORIGIN).map(named);
        let by_host = || asked.as_ref().and_then(|asked| named(asked.as_str()));
        let only = || if let [only] = &self.origins[..] { Some(only) } else { None };
        by_origin.unwrap_or_else(|| by_host().or_else(only)).cloned().and_then(Party::of)
    }

    /// The page that a browser says it asked for, by its host.
    fn asked(&self, headers: &HeaderMap) -> Option<PageOrigin> {
        let scheme = if self.is_secure() { "https" } else { "http" };
        let host = one(headers, &header::HOST)?.to_ascii_lowercase();
        PageOrigin::new(&format!("{scheme}://{host}")).ok()
    }
}

/// Whether a request of this method changes something, or opens a socket that may.
pub(crate) fn is_unsafe(method: &Method, headers: &HeaderMap) -> bool {
    !method.is_safe() || headers.contains_key(header::UPGRADE)
}

/// Whether a browser says that it asks because of a page of somebody else's.
pub(crate) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get_all(&FETCH_SITE).iter().any(|site| site != "same-origin" && site != "none")
}

/// The value of a header that comes once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    value.to_str().ok()
}

#[cfg(test)]
mod tests;
