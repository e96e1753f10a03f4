//! Who this device is and whom it obeys: fixed at enrolment, given again at every boot.

use crypto::{
    key::{PublicKey, Root},
    signed::{Audience, Signed, Verified},
};
use vocab::{ClockQuality, DeviceId, FleetName, Mono, Time, Wall};
use wire::v1::{Keyset, Roster, body::Seen};

use crate::{adopt, refusal::Refusal};

/// What enrolment fixed.
#[derive(Clone, Debug)]
pub struct Pins {
    pub(crate) audience: Audience,
    pub(crate) fleet: FleetName,
    pub(crate) device: DeviceId,
    pub(crate) root: PublicKey<Root>,
    pub(crate) keyset: Verified<Keyset>,
    pub(crate) roster: Verified<Roster>,
    pub(crate) checkpoint: Seen,
}

impl Pins {
    /// Verifies what the enrolment answer brought: keyset and roster by the root key that came out of band, and
    /// the checkpoint, a signed note, by a log key of that keyset. Keys are not judged by dates here: the answer
    /// is shown again at every boot, long after they have expired.
    pub fn new(
        fleet: FleetName,
        device: DeviceId,
        root: PublicKey<Root>,
        keyset: Signed<Keyset>,
        roster: Signed<Roster>,
        checkpoint: &str,
    ) -> Result<Self, Refusal> {
        let everybody = Audience::fleet(fleet.clone());
        let keyset = keyset.verify(&root, &everybody)?;
        let roster = roster.verify(&root, &everybody)?;
        let never = Time { mono: Mono(0), wall: Wall(0), quality: ClockQuality::Carried };
        let checkpoint = adopt::proof::checkpoint(checkpoint, &fleet, &keyset, never)?;
        let audience = Audience::device(fleet.clone(), device);
        Ok(Self { audience, fleet, device, root, keyset, roster, checkpoint })
    }

    /// With letters of the root that came later: below them nothing is believed. An older one changes nothing.
    pub fn since(self, keyset: Signed<Keyset>, roster: Signed<Roster>) -> Result<Self, Refusal> {
        let everybody = Audience::fleet(self.fleet.clone());
        let keyset = keyset.verify(&self.root, &everybody)?;
        let roster = roster.verify(&self.root, &everybody)?;
        let keyset = if keyset.version > self.keyset.version { keyset } else { self.keyset };
        let roster = if roster.version > self.roster.version { roster } else { self.roster };
        Ok(Self { keyset, roster, ..self })
    }
}
