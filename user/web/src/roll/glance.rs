//! One box in one line: a state, why in a few words, and how old its proof is.

use control::view::{Connection, DeviceView, HealthState, StandingState, health::SILENT_AFTER};
use vocab::{Arming, DeviceId, Label, Posture, SenseState, Severity, SiteName, Wall};

/// How a box stands, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    /// Something happened to it that is not over.
    Tampered,
    /// It works, and something wants a person.
    Attention,
    /// It says nothing.
    Silent,
    /// Opened lawfully.
    Service,
    /// Nobody can say: never proved, or too long ago.
    Unproved,
    /// Everything that it should prove is proved, and not long ago.
    Trusted,
    /// It guards nothing: in storage, in transport, being installed, out of the fleet.
    OffDuty,
    /// It has no identity.
    Revoked,
}

impl State {
    pub(crate) const ALL: [Self; 8] = [
        Self::Tampered,
        Self::Attention,
        Self::Silent,
        Self::Service,
        Self::Unproved,
        Self::Trusted,
        Self::OffDuty,
        Self::Revoked,
    ];

    /// In words.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Tampered => "tampered",
            Self::Attention => "attention",
            Self::Silent => "silent",
            Self::Service => "in service",
            Self::Unproved => "unproved",
            Self::Trusted => "trusted",
            Self::OffDuty => "off duty",
            Self::Revoked => "revoked",
        }
    }

    /// As it stands in addresses, in the style and in marks.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::OffDuty => "off-duty",
            other => other.word(),
        }
    }
}

impl std::str::FromStr for State {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or(())
    }
}

/// One box.
#[derive(Clone, Debug)]
pub(crate) struct Glance {
    pub(crate) id: DeviceId,
    pub(crate) label: Label,
    pub(crate) site: SiteName,
    pub(crate) state: State,
    /// The verdict.
    pub(crate) health: HealthState,
    /// Why, in a few words; empty where the state says all.
    pub(crate) reason: String,
    /// How much its word is worth; none: nothing is proved.
    pub(crate) tier: Option<u8>,
    pub(crate) posture: Option<Posture>,
    /// When its last proof was asked for.
    pub(crate) proved: Option<Wall>,
    pub(crate) heard: Option<Wall>,
    /// When the newest thing happened that latches it.
    pub(crate) latched: Option<Wall>,
    /// How many senses have proved that they can trip, of how many.
    pub(crate) senses: (usize, usize),
    /// How many of them cannot look, or are silent.
    pub(crate) blind: usize,
}

impl Glance {
    pub(crate) fn of(one: &DeviceView, now: Wall) -> Self {
        let state = state(one, now);
        let tripped = |sense: &&control::view::SensorView| {
            sense.state == Some(SenseState::Proved) && sense.tripped.is_some()
        };
        Self {
            id: one.id,
            label: one.label.clone(),
            site: one.site.clone(),
            state,
            health: one.health.state,
            reason: reason(one, state),
            tier: one.evidence.as_ref().map(|evidence| evidence.tier as u8),
            posture: one.posture,
            proved: one.evidence.as_ref().map(|evidence| evidence.asked),
            heard: one.heard,
            latched: one.latches.iter().map(|latch| latch.at).max(),
            senses: (one.sensors.iter().filter(tripped).count(), one.sensors.len()),
            blind: one.sensors.iter().filter(|sense| is_blind(sense.state)).count(),
        }
    }

    /// Whether both look the same. When a box that speaks was heard is no news.
    pub(crate) fn shows_as(&self, other: &Self) -> bool {
        let shown = |one: &Self| {
            let heard = (one.state == State::Silent).then_some(one.heard);
            (one.state, one.tier, one.posture, one.proved, one.latched, one.senses, heard)
        };
        let named = |one: &'_ Self| (one.label.clone(), one.site.clone(), one.reason.clone());
        shown(self) == shown(other) && named(self) == named(other)
    }
}

/// Whether a sense says nothing that counts.
const fn is_blind(state: Option<SenseState>) -> bool {
    matches!(state, Some(SenseState::Faulted | SenseState::Silent))
}

/// What it comes down to, the worst first. It is as strict as the verdict: nothing is trusted that is not good.
fn state(one: &DeviceView, now: Wall) -> State {
    let severe = one.latches.iter().any(|latch| latch.severity >= Severity::High);
    let away = one.connection == Connection::Away;
    let silent = away && one.heard.is_some_and(|heard| now.since(heard) > SILENT_AFTER);
    match (one.health.state, one.arming) {
        _ if one.standing.state == StandingState::Revoked => State::Revoked,
        _ if severe => State::Tampered,
        _ if silent => State::Silent,
        (HealthState::Alarm, _) => State::Tampered,
        (_, Some(Arming::Service)) => State::Service,
        (HealthState::Attention, _) => State::Attention,
        (_, Some(Arming::Storage | Arming::Transport | Arming::Commissioning | Arming::Retired)) => {
            State::OffDuty
        }
        (HealthState::Unknown, _) => State::Unproved,
        (HealthState::Good, _) => State::Trusted,
    }
}

fn reason(one: &DeviceView, state: State) -> String {
    match state {
        State::Tampered => tampered(one),
        State::Attention => wants(one),
        State::Unproved => doubt(one),
        State::OffDuty => one.arming.map(off_duty).unwrap_or_default().into(),
        State::Silent | State::Service | State::Trusted | State::Revoked => String::new(),
    }
}

fn tampered(one: &DeviceView) -> String {
    let mut zones: Vec<&str> = one.latches.iter().map(|latch| latch.zone.as_str()).collect();
    zones.dedup();
    match zones[..] {
        [] if one.standing.state == StandingState::Suspended => "its identity".into(),
        [] => "see why".into(),
        [one] => one.into(),
        [first, ..] => format!("{first} and {} more", zones.len() - 1),
    }
}

fn wants(one: &DeviceView) -> String {
    let sense = |state| one.sensors.iter().find(|sense| sense.state == Some(state)).map(|sense| &sense.name);
    if let Some(latch) = one.latches.first() {
        return format!("{} latched", latch.zone);
    }
    if let Some(name) = sense(SenseState::Faulted) {
        return format!("{name} cannot look");
    }
    if let Some(name) = sense(SenseState::Silent) {
        return format!("{name} is silent");
    }
    if one.posture == Some(Posture::Guarded) {
        return "guarded".into();
    }
    if one.standing.state == StandingState::RenewalOwed {
        return "owes a new key".into();
    }
    if !one.incidents.is_empty() {
        return "outcome wanted".into();
    }
    "see why".into()
}

fn doubt(one: &DeviceView) -> String {
    let untested = |sense: &&control::view::SensorView| sense.tripped.is_none();
    if one.heard.is_none() {
        return "never spoke".into();
    }
    if one.connection == Connection::Away {
        return "not connected".into();
    }
    if one.evidence.is_none() {
        return "no proof yet".into();
    }
    match one.sensors.iter().filter(untested).count() {
        0 => "see why".into(),
        1 => "1 sense untested".into(),
        more => format!("{more} senses untested"),
    }
}

const fn off_duty(arming: Arming) -> &'static str {
    match arming {
        Arming::Storage => "in storage",
        Arming::Transport => "in transport",
        Arming::Commissioning => "being installed",
        Arming::Retired => "retired",
        Arming::Armed | Arming::Service => "",
    }
}
