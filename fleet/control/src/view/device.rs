//! One device as people see it.

use std::collections::{BTreeMap, BTreeSet};

use admit::standing::{Cause, State as StandingState};
use link::frame::Room;
use plan::Sensed;
use store::Store;
use vocab::{
    Arming, DeviceId, EventId, Generation, IncidentId, Label, Mark, Posture, SenseState, SensorName,
    Severity, SiteName, Tier, Wall, ZoneName, reading::Channel,
};

use super::{
    Connection,
    health::{self, Health},
    incident::touched,
    piece::{Goes, Most, Piece, Search},
    proposal::{Party, party},
    sight::{Sight, worth},
};
use crate::{
    fleet::{Fleet, Now},
    record::{Latched, Pulse, Record},
};

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceView {
    /// Which.
    pub id: DeviceId,
    /// What people call it.
    pub label: Label,
    /// Where it stands.
    pub site: SiteName,
    /// The one verdict.
    pub health: Health,
    /// When it was heard last; as of then are posture, arming and sensors.
    pub heard: Option<Wall>,
    /// How far it has drawn itself in.
    pub posture: Option<Posture>,
    /// What it expects of the people around it.
    pub arming: Option<Arming>,
    /// What a person asked for and it has not reported yet.
    pub asked: Option<Arming>,
    /// Where its identity stands.
    pub standing: StandingView,
    /// Whether it is connected.
    pub connection: Connection,
    /// Its sensors, by name.
    pub sensors: Vec<SensorView>,
    /// What latches it.
    pub latches: Vec<LatchView>,
    /// What its journal says it adopted last.
    pub adopted: Option<Generation>,
    /// What was published for it last, and when.
    pub published: Option<(Generation, Wall)>,
    /// Its last proof.
    pub evidence: Option<EvidenceView>,
    /// Until when the certificate counts that it shows; none while it is not connected.
    pub certificate: Option<Wall>,
    /// The incidents that are not closed and that it has part in.
    pub incidents: Vec<IncidentId>,
}

/// Where an identity stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingView {
    /// In one word.
    pub state: StandingState,
    /// Since when.
    pub since: Option<Wall>,
    /// Why.
    pub because: Vec<String>,
    /// Who suspended it, where people did.
    pub by_hand: Option<HandView>,
}

/// A suspension by people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandView {
    /// Who.
    pub by: Party,
    /// Why.
    pub reason: Label,
    /// When.
    pub at: Wall,
    /// When people took it back; the proof must still follow.
    pub over: Option<Wall>,
}

/// A sensor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SensorView {
    /// Its name.
    pub name: SensorName,
    /// What it measures.
    pub channel: Channel,
    /// What its word is worth now; none where the device has been silent for too long to say.
    pub state: Option<SenseState>,
    /// When it last spoke.
    pub spoke: Option<Wall>,
    /// When it last proved that it can trip.
    pub tripped: Option<Wall>,
}

/// A latch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatchView {
    /// The event that set it.
    pub event: EventId,
    /// Where.
    pub zone: ZoneName,
    /// How bad.
    pub severity: Severity,
    /// When, by the device.
    pub at: Wall,
    /// The posture that it demands.
    pub posture: Posture,
    /// Where its cause stands.
    pub cause: Sensed,
}

/// A proof that was believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceView {
    /// When it was asked for.
    pub asked: Wall,
    /// What the device obeyed.
    pub generation: Generation,
    /// Up to which entry of its journal.
    pub entry: u64,
    /// What its word is worth.
    pub tier: Tier,
    /// The software that ran.
    pub software: Label,
}

/// One device.
pub fn device<S: Store>(fleet: &Fleet<S>, device: DeviceId, now: Now) -> Option<DeviceView> {
    sight(fleet, device, now).map(|one| view(fleet, &one))
}

/// One device, where it stands.
pub fn sight<S: Store>(fleet: &Fleet<S>, device: DeviceId, now: Now) -> Option<Sight<'_>> {
    Some(Sight::of(fleet, fleet.record(device)?, now))
}

/// A piece of the devices by id, after one: of those that may be seen the ones that are wanted.
pub fn devices<S: Store>(
    fleet: &Fleet<S>,
    after: Option<DeviceId>,
    most: Most,
    now: Now,
    seen: impl Fn(DeviceId, &SiteName) -> bool,
    wanted: impl Fn(&Sight<'_>) -> bool,
) -> Piece<DeviceView, DeviceId> {
    let take = |one: &Sight<'_>| (seen(one.id(), one.site()) && wanted(one)).then(|| view(fleet, one));
    search(fleet, after, most, now, take, WORDED)
}

/// A piece of what somebody takes from each device, by id, after one.
pub fn sights<S: Store, T>(
    fleet: &Fleet<S>,
    after: Option<DeviceId>,
    most: Most,
    now: Now,
    take: impl Fn(&Sight<'_>) -> T,
) -> Piece<T, DeviceId> {
    search(fleet, after, most, now, |one| Some(take(one)), 1)
}

/// What it costs to put a device into words, with all its sensors, counted in looks.
const WORDED: usize = 4;

fn search<S: Store, T>(
    fleet: &Fleet<S>,
    after: Option<DeviceId>,
    most: Most,
    now: Now,
    take: impl Fn(&Sight<'_>) -> Option<T>,
    taken: usize,
) -> Piece<T, DeviceId> {
    let mut search = Search::new(most);
    for record in fleet.records_after(after) {
        if search.goes() == Goes::NoFurther {
            return search.broken_off();
        }
        let found = take(&Sight::of(fleet, record, now));
        search.looked(record.device(), if found.is_some() { taken } else { 1 }, found);
    }
    search.ended()
}

/// The number of the newest change of any device.
pub const fn newest<S: Store>(fleet: &Fleet<S>) -> u64 {
    fleet.changes().newest()
}

/// The devices that changed after the change of this number, and perhaps more; none where nobody can say any more.
/// What time alone does to a device is no change.
pub fn changed<S: Store>(fleet: &Fleet<S>, number: u64) -> Option<BTreeSet<DeviceId>> {
    fleet.changes().since(number)
}

/// The devices that people call this; more than one where labels were given twice.
pub fn labelled<S: Store>(fleet: &Fleet<S>, label: &str) -> Vec<DeviceId> {
    let called = |record: &&Record| record.identity.label().as_str() == label;
    fleet.records().filter(called).map(Record::device).collect()
}

/// Where a device stands.
pub fn site<S: Store>(fleet: &Fleet<S>, device: DeviceId) -> Option<SiteName> {
    fleet.record(device).map(|record| record.site.clone())
}

/// The events that latch a device.
pub fn latches<S: Store>(fleet: &Fleet<S>, device: DeviceId) -> Vec<EventId> {
    let latches = fleet.record(device).map(|record| record.latches.iter().map(|latch| latch.event).collect());
    latches.unwrap_or_default()
}

/// Whether a device is connected, and how far that leads.
pub fn connection<S: Store>(fleet: &Fleet<S>, device: DeviceId) -> Connection {
    match fleet.room(device) {
        Some(Room::Quarantine) => Connection::Quarantine,
        Some(Room::Open) if fleet.is_live(device) => Connection::Live,
        Some(Room::Open) | None => Connection::Away,
    }
}

fn view<S: Store>(fleet: &Fleet<S>, one: &Sight<'_>) -> DeviceView {
    let Sight { record, connection, incidents, now } = one;
    let (id, pulse, arming) = (one.id(), record.pulse.as_ref(), one.arming());
    DeviceView {
        id,
        label: one.label().clone(),
        site: one.site().clone(),
        health: health::judge(&one.facts()),
        heard: one.heard(),
        posture: one.posture(),
        arming,
        asked: record.asked.filter(|asked| Some(*asked) != arming),
        standing: standing(fleet, record),
        connection: *connection,
        sensors: pulse.map(|pulse| sensors(pulse, *now)).unwrap_or_default(),
        latches: record.latches.iter().map(|latch| latched(latch, record)).collect(),
        adopted: record.adopted.last().map(|adopted| adopted.generation),
        published: record.signed.map(|signed| (signed.generation, signed.at)),
        evidence: record.attested.as_ref().map(|attested| EvidenceView {
            asked: attested.asked,
            generation: attested.generation,
            entry: attested.position.seq,
            tier: attested.tier,
            software: attested.software.clone(),
        }),
        certificate: fleet.certified_until(id),
        incidents: incidents.iter().map(|one| one.id()).collect(),
    }
}

/// Keeps, of each device, to the incidents that whoever looks may open; what is left out says nothing of itself.
pub fn narrow<'a, S: Store>(
    some: impl IntoIterator<Item = &'a mut DeviceView>,
    fleet: &Fleet<S>,
    sees: impl Fn(IncidentId, &BTreeSet<SiteName>) -> bool,
) {
    // One incident may have many boxes, and all of them may be here.
    let mut known = BTreeMap::new();
    let mut open = |id: IncidentId| {
        let one = fleet.open_incidents().get(id);
        one.is_some_and(|one| *known.entry(id).or_insert_with(|| sees(id, &touched(fleet, one))))
    };
    some.into_iter().for_each(|one| one.incidents.retain(|id| open(*id)));
}

fn standing<S: Store>(fleet: &Fleet<S>, record: &Record) -> StandingView {
    let standing = record.identity.standing();
    let suspensions = standing.suspensions();
    let by_hand = standing.by_hand().map(|hand| HandView {
        by: party(fleet, hand.by),
        reason: hand.reason.clone(),
        at: hand.at,
        over: hand.over,
    });
    let (since, because) = if let Some(end) = standing.revocation() {
        (Some(end.at), vec![end.reason.to_string()])
    } else {
        let first = suspensions.iter().map(|one| one.since).min();
        (first, suspensions.iter().map(|one| cause(one.cause, by_hand.as_ref())).collect())
    };
    StandingView { state: standing.state(), since, because, by_hand }
}

fn cause(cause: Cause, by_hand: Option<&HandView>) -> String {
    match cause {
        Cause::People => {
            by_hand.map_or_else(|| "people".into(), |hand| format!("{}: {}", hand.by.name, hand.reason))
        }
        Cause::Latch(event) => event.to_string(),
        Cause::Incident(incident) => incident.to_string(),
        Cause::Flood => "more causes than are told apart".into(),
    }
}

fn sensors(pulse: &Pulse, now: Wall) -> Vec<SensorView> {
    let sensor = |mark: &Mark| SensorView {
        name: mark.sensor.clone(),
        channel: mark.channel,
        state: worth(pulse, mark, now),
        // The mark counts back from the beat.
        spoke: mark.spoke.map(|spoke| Wall(pulse.heard.0.saturating_sub(i64::from(spoke.0) * 1000))),
        tripped: mark.tripped,
    };
    pulse.senses.iter().map(sensor).collect()
}

fn latched(latch: &Latched, record: &Record) -> LatchView {
    LatchView {
        event: latch.event,
        zone: latch.zone.clone(),
        severity: latch.severity,
        at: latch.wall,
        posture: latch.posture,
        cause: record.sensed(&latch.zone),
    }
}
