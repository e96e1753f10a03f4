//! A device looked at where it stands: whoever looks at all of them takes what they need, and nothing is copied or put
//! into words for them.

use admit::standing::State as StandingState;
use store::Store;
use vocab::{Arming, DeviceId, Label, Mark, Posture, SenseState, SensorName, SiteName, Tier, Wall};

use super::{
    Connection,
    device::connection,
    health::{self, Facts, HealthState, SILENT_AFTER},
};
use crate::{
    fleet::{Fleet, Now},
    record::{Latched, Pulse, Record},
};

/// A device as of now.
pub struct Sight<'a> {
    pub(super) record: &'a Record,
    pub(super) connection: Connection,
    /// Those that are not closed and that it has part in.
    pub(super) incidents: Vec<&'a incident::Incident>,
    pub(super) now: Wall,
}

impl<'a> Sight<'a> {
    pub(super) fn of<S: Store>(fleet: &'a Fleet<S>, record: &'a Record, now: Now) -> Self {
        let (id, now) = (record.device(), now.wall);
        let incidents = fleet.open_incidents().of(id).collect();
        Self { record, connection: connection(fleet, id), incidents, now }
    }

    /// Which.
    pub fn id(&self) -> DeviceId {
        self.record.device()
    }

    /// What people call it.
    pub fn label(&self) -> &'a Label {
        self.record.identity.label()
    }

    /// Where it stands.
    pub const fn site(&self) -> &'a SiteName {
        &self.record.site
    }

    /// The one verdict.
    pub fn health(&self) -> HealthState {
        health::state(self.facts())
    }

    /// Whether it is connected, and how far that leads.
    pub const fn connection(&self) -> Connection {
        self.connection
    }

    /// When it was heard last.
    pub fn heard(&self) -> Option<Wall> {
        self.pulse().map(|pulse| pulse.heard)
    }

    /// Whether it is not connected, and was heard too long ago.
    pub fn is_silent(&self) -> bool {
        let silent = self.pulse().is_some_and(|pulse| self.now.since(pulse.heard) > SILENT_AFTER);
        silent && self.connection == Connection::Away
    }

    /// How far it has drawn itself in.
    pub fn posture(&self) -> Option<Posture> {
        self.pulse().map(|pulse| pulse.posture)
    }

    /// What it expects of the people around it.
    pub fn arming(&self) -> Option<Arming> {
        self.pulse().map(|pulse| pulse.arming)
    }

    /// Where its identity stands.
    pub fn standing(&self) -> StandingState {
        self.record.identity.standing().state()
    }

    /// What latches it.
    pub fn latches(&self) -> &'a [Latched] {
        &self.record.latches
    }

    /// When its last proof was asked for, and what its word is worth.
    pub fn proof(&self) -> Option<(Wall, Tier)> {
        self.record.attested.as_ref().map(|attested| (attested.asked, attested.tier))
    }

    /// Its sensors: what the word of each is worth now, and when it last proved that it can trip.
    pub fn sensors(
        &self,
    ) -> impl Iterator<Item = (&'a SensorName, Option<SenseState>, Option<Wall>)> + use<'a> {
        let (pulse, now) = (self.pulse(), self.now);
        let marks = pulse.into_iter().flat_map(|pulse| pulse.senses.iter().map(move |mark| (pulse, mark)));
        marks.map(move |(pulse, mark)| (&mark.sensor, worth(pulse, mark, now), mark.tripped))
    }

    /// Whether it has part in an incident that is not closed.
    pub fn has_incident(&self) -> bool {
        !self.incidents.is_empty()
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        let Self { record, connection, ref incidents, now } = *self;
        Facts { record, connection, incidents, now }
    }

    const fn pulse(&self) -> Option<&'a Pulse> {
        self.record.pulse.as_ref()
    }
}

/// What the word of a sensor is worth; none where the device has been silent for too long to say.
pub(super) fn worth(pulse: &Pulse, mark: &Mark, now: Wall) -> Option<SenseState> {
    (now.since(pulse.heard) <= SILENT_AFTER).then_some(mark.state)
}
