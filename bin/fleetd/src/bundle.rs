//! What the daemon tells others by files: the bundle that devices join with, and where it listens.

use std::{net::SocketAddr, path::Path};

use crypto::{cbor, signed::Signed};
use serde::Serialize;
use vocab::FleetName;
use wire::v1::{Bundle, Keyset};

use crate::{config::Public, folder, mistake::Mistake};

/// The file that devices are given.
const BUNDLE: &str = "fleet.bundle";

/// The file that says where this process listens.
const LISTENING: &str = "listening.json";

/// Where each listener is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Listening {
    /// People.
    pub external: SocketAddr,
    /// Services.
    pub internal: SocketAddr,
    /// Devices.
    pub hardware: SocketAddr,
    /// Devices that are not enrolled, or have no valid certificate.
    pub enrolment: SocketAddr,
}

impl Listening {
    /// Under which addresses devices reach it.
    pub(crate) fn addresses(&self, public: &Public) -> Result<(String, String), Mistake> {
        let told = |name, public: &Option<String>, at: SocketAddr| match public {
            Some(address) => Ok(address.clone()),
            None if at.ip().is_unspecified() => Err(Mistake::Nowhere(name)),
            None => Ok(at.to_string()),
        };
        let hardware = told("hardware", &public.hardware, self.hardware)?;
        Ok((hardware, told("enrolment", &public.enrolment, self.enrolment)?))
    }

    /// Tells everybody of this machine who may look into the folder.
    pub(crate) fn tell(&self, folder: &Path) -> Result<(), Mistake> {
        let text = serde_json::to_string(self).expect("addresses are text");
        publish(folder, LISTENING, format!("{text}\n").as_bytes())
    }

    /// Nobody listens any more.
    pub(crate) fn forget(folder: &Path) {
        // One that stays behind names ports that answer nobody.
        let _ = std::fs::remove_file(folder.join(LISTENING));
    }
}

/// Writes the bundle.
pub(crate) fn write(
    folder: &Path,
    fleet: FleetName,
    keyset: Signed<Keyset>,
    (hardware, enrolment): (String, String),
) -> Result<(), Mistake> {
    publish(folder, BUNDLE, &cbor::encode(&Bundle { fleet, keyset, hardware, enrolment }))
}

fn publish(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Mistake> {
    let path = folder.join(name);
    folder::publish(&path, bytes).map_err(|error| Mistake::Unwritable(path, error.kind()))
}
