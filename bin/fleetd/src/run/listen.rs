//! The four listeners: what each shows, and whom it lets in.

use std::sync::Arc;

use admit::pki::QUARANTINE_OID;
use tls::{Credential, Guard, Limits, Listener, Setup, Suites, Trust, Usage, pem};
use tokio::runtime::Handle;
use wire::v1::keyset::TrustZone;

use super::{machine, open::Opened};
use crate::{
    bundle::Listening,
    config::{Config, External, Listen},
    failure::Failure,
    feed::Services,
    folder,
    mistake::Mistake,
    moment,
    own::{Own, Shown},
    people,
    porch::Porch,
};

/// What every listener is made from.
pub(super) struct Doorway {
    pub(super) own: Own,
    suites: Suites,
    devices: Trust,
    services: Trust,
    porch: Arc<Porch>,
    named: Arc<Services>,
    people: Guard,
}

/// No certificate file is longer.
const PEM_LIMIT: u64 = 64 * 1024;

impl Doorway {
    pub(super) fn new(config: &Config, opened: &Opened, porch: Arc<Porch>) -> Result<Self, Failure> {
        let Opened { fleet, zones, .. } = opened;
        let trust = |zone, domain: &str, usages| {
            Trust::of_zone(&[zones.root(zone).to_vec()], &format!("{domain}.{fleet}"), usages, moment::wall)
        };
        let devices = vec![Usage::Client, Usage::Other(QUARANTINE_OID.to_vec())];
        let rotation = config.security.hardware.key_rotation.map(settings::Span::duration);
        Ok(Self {
            own: Own::new(Arc::clone(zones), fleet.clone(), rotation),
            suites: config.suites()?,
            devices: trust(TrustZone::Device, "device", devices)?,
            services: trust(TrustZone::Service, "service", vec![Usage::Client])?,
            named: Arc::new(Services(Arc::clone(&porch))),
            porch,
            people: external(&config.external)?,
        })
    }

    /// Devices, by what the fleet has committed about them.
    pub(super) fn hardware(&self, shown: &Shown) -> Setup {
        self.setup(
            Limits::DEVICES,
            Guard::Mutual {
                credential: shown.credential.clone(),
                trust: self.devices.clone(),
                doors: self.porch.clone(),
            },
        )
    }

    /// Services, by their certificates.
    pub(super) fn internal(&self, shown: &Shown) -> Setup {
        self.setup(
            Limits::DEVICES,
            Guard::Mutual {
                credential: shown.credential.clone(),
                trust: self.services.clone(),
                doors: self.named.clone(),
            },
        )
    }

    /// Anybody, for a minute.
    pub(super) fn enrolment(&self, shown: &Shown) -> Setup {
        self.setup(Limits::ENROLMENT, Guard::Server(shown.credential.clone()))
    }

    fn external(&self) -> Setup {
        self.setup(people::LIMITS, self.people.clone())
    }

    fn setup(&self, limits: Limits, guard: Guard) -> Setup {
        Setup { guard, suites: self.suites.clone(), limits }
    }
}

fn external(external: &External) -> Result<Guard, Failure> {
    let External::Tls { certificate, key } = external else { return Ok(Guard::Plain) };
    let read = |file: &std::path::PathBuf| {
        folder::read(file, PEM_LIMIT).map_err(|error| Mistake::Unreadable(file.clone(), error.kind()))
    };
    let named = |file: &std::path::Path, mistake: tls::Mistake| {
        Failure::new(mistake.code(), format!("{}: {mistake}", file.display()))
    };
    let chain = pem::certificates(&read(certificate)?).map_err(|mistake| named(certificate, mistake))?;
    let secret = zeroize::Zeroizing::new(read(key)?);
    let secret = pem::private_key(&secret).map_err(|mistake| named(key, mistake))?;
    let credential = Credential::from_pkcs8(&chain, &secret).map_err(|mistake| named(key, mistake))?;
    Ok(Guard::Server(credential))
}

/// Four open ports at which nobody is served yet.
pub(super) struct Bound {
    pub(super) external: Listener,
    pub(super) internal: Listener,
    pub(super) hardware: Listener,
    pub(super) enrolment: Listener,
}

impl Bound {
    /// Opens all of them, or none.
    pub(super) async fn open(
        at: &Listen,
        doorway: &Doorway,
        shown: &Shown,
        people: &Handle,
    ) -> Result<Self, Failure> {
        // A port wakes the threads among which it was opened.
        let external = people.spawn(Listener::bind(at.external, doorway.external())).await;
        Ok(Self {
            external: external.map_err(|gone| machine(gone.into()))??,
            internal: Listener::bind(at.internal, doorway.internal(shown)).await?,
            hardware: Listener::bind(at.hardware, doorway.hardware(shown)).await?,
            enrolment: Listener::bind(at.enrolment, doorway.enrolment(shown)).await?,
        })
    }

    pub(super) const fn listening(&self) -> Listening {
        Listening {
            external: self.external.address(),
            internal: self.internal.address(),
            hardware: self.hardware.address(),
            enrolment: self.enrolment.address(),
        }
    }
}
