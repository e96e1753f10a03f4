//! The keys of the fleet, behind an interface that signs only what it can read.

use admit::pki::Profile;
use crypto::{
    key::{self, SecretKey},
    refusal::Refusal,
    signed::Signed,
};
use plan::{Checked, Plan, Planned};
use vocab::{DeviceId, FleetName, Nonce, Wall};
use wire::v1::{DeviceState, FleetTime, WorkOrder, body::Direction};

/// Makes certificates from profiles; holds the issuing CA's key.
pub trait Issuer {
    /// The certificate and its issuer's, leaf first, as `wire::v1::enrol` carries chains.
    fn issue(&self, profile: &Profile) -> Vec<Vec<u8>>;
}

/// A state as it was signed.
pub struct Signature {
    /// The letter.
    pub letter: Signed<DeviceState>,
    /// What it says.
    pub state: DeviceState,
    /// Which way it is forecast to go.
    pub direction: Direction,
}

/// Signs letters.
pub struct Authority {
    /// Signs states and time.
    state: SecretKey<key::State>,
    work_order: SecretKey<key::WorkOrder>,
    log: SecretKey<key::Log>,
    issuer: Box<dyn Issuer + Send>,
}

impl Authority {
    /// Takes the keys; they do not leave again.
    pub fn new(
        state: SecretKey<key::State>,
        work_order: SecretKey<key::WorkOrder>,
        log: SecretKey<key::Log>,
        issuer: Box<dyn Issuer + Send>,
    ) -> Self {
        Self { state, work_order, log, issuer }
    }

    /// The states of a plan that was checked, each sealed into its letter. An order that lacks its people cannot be
    /// signed at all; `check` has refused it long before.
    pub fn sign(&self, plan: Checked<Plan>) -> Result<Vec<Signature>, Refusal> {
        let devices = plan.into_inner().devices().to_vec().into_iter();
        devices.map(|planned| self.sign_one(planned)).collect()
    }

    fn sign_one(&self, Planned { state, direction, .. }: Planned) -> Result<Signature, Refusal> {
        Ok(Signature { letter: Signed::seal_whole(&state, &self.state)?, state, direction })
    }

    /// The time, for the device that asked with this nonce.
    pub fn time(&self, fleet: &FleetName, device: DeviceId, nonce: Nonce, wall: Wall) -> Signed<FleetTime> {
        Signed::seal(&FleetTime { fleet: fleet.clone(), device, nonce, wall }, &self.state)
    }

    /// A work order.
    pub fn work_order(&self, order: &WorkOrder) -> Signed<WorkOrder> {
        Signed::seal(order, &self.work_order)
    }

    /// A certificate.
    pub fn certify(&self, profile: &Profile) -> Vec<Vec<u8>> {
        self.issuer.issue(profile)
    }

    /// Signs checkpoints.
    pub(crate) const fn log(&self) -> &SecretKey<key::Log> {
        &self.log
    }
}
