//! `fleetd.yaml`: which fleet, where it keeps what it knows, where it listens, who may do what.

use std::{collections::BTreeSet, net::SocketAddr, path::PathBuf};

use access::{Grant, Reach, Role};
use serde::Deserialize;
use settings::{Environment, Security, Written, Zones, security::CipherSuite, zones::Required};
use tls::{Suite, Suites};
use vocab::{FleetName, Label, PageOrigin, SiteName};

use crate::mistake::Mistake;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The fleet's name.
    pub fleet: String,
    /// The fleet's own folder; one process works in it.
    #[serde(default = "folder")]
    pub folder: PathBuf,
    /// The key-encryption key; it stands outside the folder.
    #[serde(default = "kek")]
    pub kek: PathBuf,
    /// Where it listens.
    #[serde(default)]
    pub listen: Listen,
    /// Under which addresses devices reach it, where these are not those at which it listens.
    #[serde(default)]
    pub public: Public,
    /// What people's listener speaks.
    #[serde(default)]
    pub external: External,
    /// By which addresses people's browsers know it, `https://fleet.example`; where none is named, by whatever host
    /// they ask. A proxy that speaks TLS before `external: plain` needs them.
    #[serde(default)]
    pub origins: Vec<String>,
    /// Who may do what.
    #[serde(default)]
    pub people: Vec<Person>,
    /// Response documents.
    #[serde(default)]
    pub policies: Vec<PathBuf>,
    /// What sound software on devices calls itself.
    #[serde(default = "software")]
    pub software: Vec<String>,
    /// Shared with the devices.
    #[serde(default)]
    pub security: Security,
    /// Shared with the devices.
    #[serde(default)]
    pub environment: Environment,
    /// Shared with the devices.
    #[serde(default)]
    pub zones: Zones,
}

/// `listen:` port 0 takes a free one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// People.
    pub external: SocketAddr,
    /// Services.
    pub internal: SocketAddr,
    /// Devices.
    pub hardware: SocketAddr,
    /// Devices that are not enrolled, or have no valid certificate.
    pub enrolment: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        let here = |port| SocketAddr::from(([127, 0, 0, 1], port));
        Self { external: here(8440), internal: here(8441), hardware: here(8442), enrolment: here(8443) }
    }
}

/// `public:` `host:port`, as devices are told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Public {
    /// Of the hardware listener.
    pub hardware: Option<String>,
    /// Of the enrolment listener.
    pub enrolment: Option<String>,
}

/// `external:`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum External {
    /// Without TLS, on this machine alone.
    #[default]
    Plain,
    /// With this certificate, which the browsers and terminals of people believe.
    Tls {
        /// PEM, leaf first.
        certificate: PathBuf,
        /// PEM or DER, PKCS #8, P-256.
        key: PathBuf,
    },
}

/// One of `people:`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What the roster calls them.
    pub name: String,
    /// What they are to the fleet.
    pub roles: BTreeSet<RoleName>,
    /// At these sites alone; everywhere where none is named.
    #[serde(default)]
    pub sites: Option<BTreeSet<String>>,
}

/// A role, as the file writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleName {
    /// `admin`.
    Admin,
    /// `auditor`.
    Auditor,
    /// `operator`.
    Operator,
    /// `security`.
    Security,
    /// `technician`.
    Technician,
    /// `viewer`.
    Viewer,
}

impl Config {
    /// The fleet's name as a name.
    pub(crate) fn name(&self) -> Result<FleetName, Mistake> {
        FleetName::new(&self.fleet).map_err(|_| Mistake::Name(shown(&self.fleet)))
    }

    /// What sound software calls itself, as names.
    pub(crate) fn sound(&self) -> Result<BTreeSet<Label>, Mistake> {
        let label = |name: &String| Label::new(name).map_err(|_| Mistake::Name(shown(name)));
        self.software.iter().map(label).collect()
    }

    /// What TLS may be, in the order of the file.
    pub(crate) fn suites(&self) -> Result<Suites, Mistake> {
        let Some(written) = &self.security.network.cipher_suites else { return Ok(Suites::default()) };
        let suites: Vec<Suite> = written.iter().copied().map(suite).collect();
        Suites::new(&suites).map_err(|_| {
            Mistake::Held("security.network.cipher_suites", "without any nothing can be said; name one")
        })
    }

    /// What the file says of the three blocks, key by key.
    pub(crate) fn written(&self) -> Vec<Written> {
        [self.security.written(), self.environment.written(), self.zones.written()].concat()
    }

    /// Our own pages, as browsers name them: all by TLS, or on this machine all without. Passkeys belong to them, and a
    /// browser lets none but a secure page speak to one.
    pub(crate) fn pages(&self) -> Result<Vec<PageOrigin>, Mistake> {
        let page = |text: &String| match PageOrigin::new(text) {
            Ok(origin) if is_page(&origin) => Ok(origin),
            _ => Err(Mistake::Page(shown(text))),
        };
        let pages: Vec<PageOrigin> = self.origins.iter().map(page).collect::<Result<_, _>>()?;
        let secure = pages.iter().filter(|page| page.as_str().starts_with(SECURE)).count();
        let tls = matches!(self.external, External::Tls { .. });
        if secure != pages.len() && (secure > 0 || tls) {
            let why = "some of these are by TLS and some are not; name those that browsers really come by";
            return Err(Mistake::Held("origins", why));
        }
        Ok(pages)
    }

    /// What the three blocks forbid and the rest of the file asks for.
    pub(crate) fn consistent(&self) -> Result<(), Mistake> {
        if self.environment.network.encryption == Some(false) {
            let why =
                "what travels between devices and fleet is always encrypted; write true, or leave it out";
            return Err(Mistake::Held("environment.network.encryption", why));
        }
        let proxied = self.origins.iter().any(|page| page.starts_with(SECURE));
        let plain = self.external == External::Plain && !proxied;
        if self.zones.external.encryption == Some(Required::Required) && plain {
            let why = "`external: plain` has no TLS; give it a certificate, or write `optional`";
            return Err(Mistake::Held("zones.external.encryption", why));
        }
        Ok(())
    }
}

impl Person {
    /// What was granted.
    pub(crate) fn grants(&self) -> Result<Vec<Grant>, Mistake> {
        let site = |name: &String| SiteName::new(name).map_err(|_| Mistake::Name(shown(name)));
        let reach = match &self.sites {
            Some(sites) => Reach::Sites(sites.iter().map(site).collect::<Result<_, _>>()?),
            None => Reach::Fleet,
        };
        Ok(self.roles.iter().map(|name| Grant { role: role(*name), reach: reach.clone() }).collect())
    }
}

const SECURE: &str = "https://";

/// Whether a browser could name a page like this: by TLS, or by this machine's own name.
fn is_page(origin: &PageOrigin) -> bool {
    let local = |rest: &&str| *rest == "localhost" || rest.starts_with("localhost:");
    let text = origin.as_str();
    let host = text.strip_prefix(SECURE).or_else(|| text.strip_prefix("http://").filter(local));
    host.is_some_and(|host| !host.is_empty() && !host.contains('/'))
}

const fn role(name: RoleName) -> Role {
    match name {
        RoleName::Admin => Role::Admin,
        RoleName::Auditor => Role::Auditor,
        RoleName::Operator => Role::Operator,
        RoleName::Security => Role::Security,
        RoleName::Technician => Role::Technician,
        RoleName::Viewer => Role::Viewer,
    }
}

const fn suite(written: CipherSuite) -> Suite {
    match written {
        CipherSuite::Aes256GcmSha384 => Suite::Aes256GcmSha384,
        CipherSuite::ChaCha20Poly1305Sha256 => Suite::ChaCha20Poly1305Sha256,
    }
}

/// As much of a name as people can read.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

fn folder() -> PathBuf {
    "/var/lib/wrale/fleet".into()
}

fn kek() -> PathBuf {
    "/etc/wrale/fleet.kek".into()
}

/// The device daemon of the same release.
fn software() -> Vec<String> {
    vec![concat!("metald ", env!("CARGO_PKG_VERSION")).into()]
}

#[cfg(test)]
mod tests;
