//! `metald.yaml`: what this machine senses, what it may do, and whose it is.

use std::{num::NonZeroU8, path::PathBuf, time::Duration};

use crypto::{
    hex,
    key::{PublicKey, Root},
};
use linux::{HwmonInput, PowerOff, Sense, Source, Systemd};
use serde::Deserialize;
use settings::{Environment, Security, Written, Zones, security::CipherSuite};
use tls::{Suite, Suites};
use vocab::{Label, SensorName, ZoneName, unit::MilliVolts};

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
    /// The join token in hexadecimal; the file is removed once it was used.
    #[serde(default = "token")]
    pub token: PathBuf,
}

/// One of `senses:`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensePart {
    /// Its name, unique on the device.
    pub name: String,
    /// Where it sits.
    pub zone: String,
    /// How it is read.
    pub read: Reader,
    /// Of an accelerometer or a hardware monitor: its chip.
    pub chip: Option<String>,
    /// Of a hardware monitor: `temp1`, `in0`, `curr1`, `power1` or `intrusion0`.
    pub input: Option<String>,
    /// Of a `power*` input: the voltage that turns it into a current, in thousandths of a volt.
    pub millivolts: Option<i32>,
    /// Of an accelerometer: samples in a second, at most 100; 25 where nothing is said.
    pub hertz: Option<NonZeroU8>,
    /// Of external power: one supply, such as `AC`; all of them where none is named.
    pub supply: Option<String>,
}

/// How a sense is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// An accelerometer.
    Accelerometer,
    /// A hardware monitor.
    Hwmon,
    /// Everything plugged in.
    Interfaces,
    /// The machine's parts.
    Inventory,
    /// External power.
    Supply,
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

const HERTZ: NonZeroU8 = NonZeroU8::new(25).expect("25 is not zero");

impl Config {
    /// Reads the words of the file, or says which is none.
    pub fn wanted(&self) -> Result<Wanted, Mistake> {
        let senses = self.senses.iter().map(SensePart::sense).collect::<Result<_, _>>()?;
        let (senses, said) = obeyed::senses(senses, self)?;
        Ok(Wanted {
            root: root(&self.fleet.root)?,
            label: Label::new(&self.label).map_err(|_| Mistake::Name(shown(&self.label)))?,
            board: linux::Config {
                folder: self.folder.clone(),
                sysfs: self.sysfs.clone(),
                senses,
                systemd: Systemd::default(),
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

impl SensePart {
    fn sense(&self) -> Result<Sense, Mistake> {
        let name = SensorName::new(&self.name).map_err(|_| Mistake::Name(shown(&self.name)))?;
        let zone = ZoneName::new(&self.zone).map_err(|_| Mistake::Name(shown(&self.zone)))?;
        self.fits()?;
        let wrong = |why| Mistake::Sense(shown(&self.name), why);
        let source = match self.read {
            Reader::Accelerometer => {
                Source::Accelerometer { chip: self.chip.clone(), hertz: self.hertz.unwrap_or(HERTZ) }
            }
            Reader::Hwmon => Source::Hwmon(HwmonInput {
                chip: self.chip.clone().ok_or(wrong("a hardware monitor has a `chip`; name it"))?,
                input: self.input.clone().ok_or(wrong("a hardware monitor has an `input`; name it"))?,
                nominal: self.millivolts.map(MilliVolts),
            }),
            Reader::Interfaces => Source::Interfaces,
            Reader::Inventory => Source::Inventory,
            Reader::Supply => Source::Supply { name: self.supply.clone() },
        };
        Ok(Sense { name, zone, source })
    }

    /// A key that its kind does not know would be read over in silence.
    fn fits(&self) -> Result<(), Mistake> {
        let kinds = |kinds: &[Reader]| kinds.contains(&self.read);
        for (written, fits, why) in [
            (
                self.chip.is_some(),
                kinds(&[Reader::Accelerometer, Reader::Hwmon]),
                "`chip` is for accelerometers and hardware monitors; remove it",
            ),
            (self.input.is_some(), kinds(&[Reader::Hwmon]), "`input` is for hardware monitors; remove it"),
            (
                self.millivolts.is_some(),
                kinds(&[Reader::Hwmon]),
                "`millivolts` is for hardware monitors; remove it",
            ),
            (
                self.hertz.is_some(),
                kinds(&[Reader::Accelerometer]),
                "`hertz` is for accelerometers; remove it",
            ),
            (self.supply.is_some(), kinds(&[Reader::Supply]), "`supply` is for external power; remove it"),
        ] {
            if written && !fits {
                return Err(Mistake::Sense(shown(&self.name), why));
            }
        }
        Ok(())
    }
}

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

fn bundle() -> PathBuf {
    "/etc/wrale/fleet.bundle".into()
}

fn token() -> PathBuf {
    "/etc/wrale/token".into()
}

fn folder() -> PathBuf {
    "/var/lib/wrale/metal".into()
}

fn sysfs() -> PathBuf {
    "/sys".into()
}

#[cfg(test)]
pub(crate) mod tests;
