//! Where a fleet is, and by what it is believed to be that fleet.
//!
//! Without TLS a session would be open to everybody on the way, so `http` reaches this machine alone. With TLS the
//! server is known by the one URI of its certificate, as every server of a fleet is: certificates of the public web,
//! which name a host instead, are not accepted.

use core::{fmt, time::Duration};
use std::{
    net::IpAddr,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use tls::{Call, Stream, Suites, Trust};
use vocab::Wall;

use crate::{mistake::Mistake, problem::Problem};

/// One fleet's external listener.
#[derive(Clone)]
pub struct Server {
    /// `host:port`.
    address: String,
    way: Way,
}

#[derive(Clone)]
enum Way {
    Local,
    Tls { trust: Trust, name: String },
}

/// What proves that a server is the one that is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Proof<'a> {
    /// Root certificates, PEM or DER.
    pub authority: Option<&'a [u8]>,
    /// The URI in the server's certificate: `spiffe://service.<fleet>/<name>`.
    pub name: Option<&'a str>,
}

impl Server {
    /// The server at this address; what `https` needs, `proof` must hold.
    pub fn new(url: &str, proof: &Proof<'_>) -> Result<Self, Mistake> {
        let wrong = || Mistake::Address(url.chars().filter(|c| !c.is_control()).take(128).collect());
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.is_empty()
            || authority.contains(['/', '@', '?', '#'])
            || authority.contains(char::is_whitespace)
        {
            return Err(wrong());
        }
        let (host, port) = host_and_port(authority).ok_or_else(wrong)?;
        match scheme {
            "http" if !is_here(host) => Err(Mistake::Plain(host.to_owned())),
            "http" => Ok(Self { address: format!("{host}:{}", port.unwrap_or(80)), way: Way::Local }),
            "https" => {
                let address = format!("{host}:{}", port.unwrap_or(443));
                let roots = tls::pem::certificates(proof.authority.ok_or(Mistake::Authority)?);
                let roots = roots.map_err(Mistake::Certificate)?;
                let name = proof.name.ok_or(Mistake::ServerName)?;
                let trust = Trust::of_server(&roots, name, || Some(now())).map_err(Mistake::Certificate)?;
                Ok(Self { address, way: Way::Tls { trust, name: name.to_owned() } })
            }
            _ => Err(wrong()),
        }
    }

    /// What a request names as its host.
    pub(crate) fn host(&self) -> &str {
        &self.address
    }

    /// The fleet that its certificate says it belongs to.
    pub(crate) fn certified_fleet(&self) -> Option<&str> {
        match &self.way {
            Way::Local => None,
            Way::Tls { name, .. } => name.strip_prefix("spiffe://service.")?.split('/').next(),
        }
    }

    pub(crate) async fn connect(&self, within: Duration) -> Result<Stream, Problem> {
        let Way::Tls { trust, .. } = &self.way else {
            return Ok(tls::connect::local(&self.address, within).await?);
        };
        let (address, trust) = (self.address.clone(), trust.clone());
        let call = Call { address, trust, credential: None, suites: Suites::default(), within };
        Ok(call.connect(&[b"http/1.1"]).await?.stream)
    }
}

impl FromStr for Server {
    type Err = Mistake;

    /// A server of this machine.
    fn from_str(url: &str) -> Result<Self, Mistake> {
        Self::new(url, &Proof::default())
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.address)
    }
}

/// The host with the brackets that an IPv6 address has, and the port if there is one.
fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let after = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, rest) = authority.split_at(after);
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Some((host, None)),
        None => None,
        Some(port) => Some((host, Some(port.parse().ok()?))),
    }
    .filter(|(host, _)| !host.is_empty())
}

fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The time by this machine's clock.
pub(crate) fn now() -> Wall {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Wall(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
