//! The fleet that this device belongs to, once its bundle is believed: where it listens, and how it is known.

use std::time::Duration;

use crypto::{
    cbor,
    key::{PublicKey, Root},
    signed::{Audience, Signed, Verified},
};
use tls::{Call, Credential, Suites, Trust};
use vocab::{FleetName, Wall};
use wire::v1::{Bundle, Keyset, bundle, keyset::TrustZone};

use crate::{clock::Trusted, keep::Kept, mistake::Mistake};

/// A bundle whose keyset the root has signed.
#[derive(Clone)]
pub struct Fleet {
    bundle: Bundle,
    root: PublicKey<Root>,
    keyset: Verified<Keyset>,
}

/// How long a call may take; less than the link waits for it.
const WITHIN: Duration = Duration::from_secs(15);

/// The service that answers at the fleet's listeners.
const SERVICE: &str = "fleetd";

impl Fleet {
    /// Believes what stands in a `fleet.bundle`, or says why not.
    pub fn read(bytes: &[u8], root: &PublicKey<Root>) -> Result<Self, Mistake> {
        let bundle = cbor::decode(bytes, &bundle::LIMITS).map_err(Mistake::BundleMalformed)?;
        Self::believe(bundle, root)
    }

    /// Believes a bundle by the root key that came another way.
    pub fn believe(bundle: Bundle, root: &PublicKey<Root>) -> Result<Self, Mistake> {
        let everybody = Audience::fleet(bundle.fleet.clone());
        let keyset = bundle.keyset.clone().verify(root, &everybody).map_err(Mistake::BundleForeign)?;
        let fleet = Self { bundle, root: root.clone(), keyset };
        // A bundle that nobody could be called by is none.
        fleet.trust(&Trusted::default()).map_err(Mistake::BundleRoot)?;
        Ok(fleet)
    }

    /// The fleet as a device knows it that has believed letters of the root before: by the newer of both keysets. An
    /// old bundle still says where the fleet is, and no longer by what it is known.
    pub fn since(&self, kept: &Kept) -> Result<Self, Mistake> {
        let known = kept.keyset(&self.root).map_err(Mistake::KeptForeign)?;
        if known.version == self.version() && known.digest() != self.keyset.digest() {
            return Err(Mistake::BundleForked(known.version));
        }
        let older = known.version > self.version();
        if older {
            let (bundle, known) = (self.version(), known.version);
            tracing::warn!(
                verb = "read",
                code = "metald/bundle-older",
                "the bundle's keyset is version {bundle} and this device has believed version {known}, by which it \
                 goes on; copy the bundle that the fleet wrote last"
            );
        }
        let keyset = if older { known } else { self.keyset.clone() };
        Ok(Self { keyset, ..self.clone() })
    }

    /// Its name.
    pub const fn name(&self) -> &FleetName {
        &self.bundle.fleet
    }

    /// What its hardware and its enrolment listener are called.
    pub fn listeners(&self) -> [&str; 2] {
        [&self.bundle.hardware, &self.bundle.enrolment]
    }

    /// Its root.
    pub const fn root(&self) -> &PublicKey<Root> {
        &self.root
    }

    /// The keyset by which it is known.
    pub const fn keyset(&self) -> &Signed<Keyset> {
        self.keyset.signed()
    }

    /// The version of that keyset; an older one is refused.
    pub fn version(&self) -> u64 {
        self.keyset.version
    }

    /// Until when its keys hold.
    pub(crate) fn holds_until(&self) -> Option<Wall> {
        self.keyset.holds_until()
    }

    /// How its enrolment listener is called: it shows a certificate, and asks for none.
    pub fn enrolment(&self, suites: &Suites, clock: &Trusted) -> Result<Call, Mistake> {
        self.call(self.bundle.enrolment.clone(), None, suites, clock)
    }

    /// How its hardware listener is called.
    pub fn hardware(
        &self,
        credential: Option<Credential>,
        suites: &Suites,
        clock: &Trusted,
    ) -> Result<Call, Mistake> {
        self.call(self.bundle.hardware.clone(), credential, suites, clock)
    }

    fn call(
        &self,
        address: String,
        credential: Option<Credential>,
        suites: &Suites,
        clock: &Trusted,
    ) -> Result<Call, Mistake> {
        let trust = self.trust(clock).map_err(Mistake::BundleRoot)?;
        Ok(Call { address, trust, credential, suites: suites.clone(), within: WITHIN })
    }

    fn trust(&self, clock: &Trusted) -> Result<Trust, tls::Mistake> {
        let services = self.keyset.authorities.iter().filter(|one| one.zone == TrustZone::Service);
        let roots: Vec<Vec<u8>> = services.map(|one| one.root.to_vec()).collect();
        let clock = clock.clone();
        Trust::of_server(&roots, &format!("spiffe://service.{}/{SERVICE}", self.name()), move || clock.now())
    }
}

#[cfg(test)]
mod tests;
