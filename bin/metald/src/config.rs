//! `metald.yaml`: what this machine senses, what it may do, and whose it is.

mod sense;

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use crypto::{
    hex,
    key::{PublicKey, Root},
};
use linux::{PacketFilter, PowerOff, Systemd};
use serde::Deserialize;
use settings::{Environment, Security, Written, Zones, security::CipherSuite};
use tls::{Suite, Suites};
use vocab::Label;

pub use self::sense::{BiasPart, OpenPart, Reader, SensePart};
use crate::{mistake::Mistake, obeyed};

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Whose device this is.
    pub fleet: FleetPart,
    /// The device's own folder; this process alone works in it.
    #[serde(default = "folder")]
    pub folder: PathBuf,
    /// What people call it.
    pub label: String,
    /// Where the kernel shows its devices.
    #[serde(default = "sysfs")]
    pub sysfs: PathBuf,
    /// What it senses.
    #[serde(default)]
    pub senses: Vec<SensePart>,
    /// Whether the machine may be turned off.
    #[serde(default)]
    pub power_off: PowerPart,
    /// How the machine is isolated.
    #[serde(default)]
    pub isolate: IsolatePart,
    /// The machine's watchdog; none is woken where none is named.
    pub watchdog: Option<WatchdogPart>,
    /// Shared with the fleet.
    #[serde(default)]
    pub security: Security,
    /// Shared with the fleet.
    #[serde(default)]
    pub environment: Environment,
    /// Shared with the fleet.
    #[serde(default)]
    pub zones: Zones,
}

/// `fleet:`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetPart {
    /// The fleet's bundle: public, and believed by `root`.
    #[serde(default = "bundle")]
    pub bundle: PathBuf,
    /// The fleet's root key in hexadecimal, which must come another way than the bundle.
    pub root: String,
    /// The join token in hexadecimal, in a directory of its own: the file is removed once it was used.
    #[serde(default = "token")]
    pub token: PathBuf,
}

/// `isolate:`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsolatePart {
    /// The program that drives the packet filter.
    #[serde(default = "nft")]
    pub nft: PathBuf,
    /// What stays reachable besides the fleet, as `address:port`.
    #[serde(default)]
    pub keep: Vec<String>,
}

impl Default for IsolatePart {
    fn default() -> Self {
        Self { nft: nft(), keep: vec![] }
    }
}

/// `watchdog:`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WatchdogPart {
    /// Where it is.
    #[serde(default = "watchdog")]
    pub device: PathBuf,
    /// How long the loop may stand still; it waits for no act.
    #[serde(default = "seconds")]
    pub seconds: u16,
}

/// `power_off:`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerPart {
    /// Where somebody can come and turn it on again.
    Allowed,
    /// The act is unsupported.
    #[default]
    Refused,
}

/// What a file asks for, in the words of those who do it.
pub struct Wanted {
    /// The fleet's root key.
    pub root: PublicKey<Root>,
    /// What people call the device.
    pub label: Label,
    /// The machine.
    pub board: linux::Config,
    /// What TLS may be.
    pub suites: Suites,
    /// How old a certificate's key may become.
    pub rotation: Option<Duration>,
    /// Senses that are left out or added because of the three blocks: a sentence for each.
    pub said: Vec<String>,
}

impl Config {
    /// Reads the words of the file, or says which is none.
    pub fn wanted(&self) -> Result<Wanted, Mistake> {
        let senses = self.senses.iter().map(SensePart::sense).collect::<Result<_, _>>()?;
        let (senses, said) = obeyed::senses(senses, self)?;
        if self.watchdog.as_ref().is_some_and(|dog| !SECONDS.contains(&dog.seconds)) {
            let why = "a machine under load may stand still for some seconds; write 10 to 600";
            return Err(Mistake::Held("watchdog.seconds", why));
        }
        Ok(Wanted {
            root: root(&self.fleet.root)?,
            label: Label::new(&self.label).map_err(|_| Mistake::Name(shown(&self.label)))?,
            board: linux::Config {
                folder: self.folder.clone(),
                sysfs: self.sysfs.clone(),
                senses,
                systemd: Systemd::default(),
                isolation: self.isolation()?,
                power_off: match self.power_off {
                    PowerPart::Allowed => PowerOff::Allowed,
                    PowerPart::Refused => PowerOff::Refused,
                },
            },
            suites: self.suites()?,
            rotation: self.security.hardware.key_rotation.map(settings::Span::duration),
            said,
        })
    }

    /// None where segmentation is not wanted.
    fn isolation(&self) -> Result<Option<PacketFilter>, Mistake> {
        let IsolatePart { nft, keep } = &self.isolate;
        let keep = keep.iter().map(|text| text.parse().map_err(|_| Mistake::Held("isolate.keep", KEEP)));
        let filter =
            PacketFilter { nft: vec![nft.display().to_string()], keep: keep.collect::<Result<_, _>>()? };
        Ok((self.environment.network.segmentation != Some(false)).then_some(filter))
    }

    /// What TLS may be, in the order of the file.
    pub fn suites(&self) -> Result<Suites, Mistake> {
        let Some(written) = &self.security.network.cipher_suites else { return Ok(Suites::default()) };
        let suites: Vec<Suite> = written.iter().copied().map(suite).collect();
        Suites::new(&suites).map_err(|_| {
            Mistake::Held("security.network.cipher_suites", "without any, nothing can be said; name one")
        })
    }

    /// What the file says of the three blocks, key by key.
    pub fn written(&self) -> Vec<Written> {
        [self.security.written(), self.environment.written(), self.zones.written()].concat()
    }
}

const SECONDS: RangeInclusive<u16> = 10..=600;

const KEEP: &str = "a name cannot be asked for while the network leads to the fleet alone; write addresses, such as \"192.0.2.53:53\"";

const fn suite(written: CipherSuite) -> Suite {
    match written {
        CipherSuite::Aes256GcmSha384 => Suite::Aes256GcmSha384,
        CipherSuite::ChaCha20Poly1305Sha256 => Suite::ChaCha20Poly1305Sha256,
    }
}

fn root(digits: &str) -> Result<PublicKey<Root>, Mistake> {
    let bytes: [u8; 32] = hex::decode_array(digits.trim()).map_err(|_| Mistake::RootKey)?;
    PublicKey::from_bytes(&bytes).map_err(|_| Mistake::RootKey)
}

/// As much of a name as people can read.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

fn nft() -> PathBuf {
    "/usr/sbin/nft".into()
}

fn watchdog() -> PathBuf {
    "/dev/watchdog".into()
}

const fn seconds() -> u16 {
    60
}

fn bundle() -> PathBuf {
    "/etc/wrale/fleet.bundle".into()
}

fn token() -> PathBuf {
    "/etc/wrale/join/token".into()
}

fn folder() -> PathBuf {
    "/var/lib/wrale/metal".into()
}

fn sysfs() -> PathBuf {
    "/sys".into()
}

#[cfg(test)]
pub(crate) mod tests;
