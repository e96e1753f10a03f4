//! One box in one line: a state, why in a few words, and how old its proof is.

use std::borrow::Cow;

use control::view::{Connection, HealthState, Sight, StandingState};
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
    pub(crate) reason: Cow<'static, str>,
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
    pub(crate) fn of(one: &Sight<'_>) -> Self {
        let health = one.health();
        let state = state(one, health);
        let tripped =
            |state: Option<SenseState>, at: Option<Wall>| state == Some(SenseState::Proved) && at.is_some();
        Self {
            id: one.id(),
            label: one.label().clone(),
            site: one.site().clone(),
            state,
            health,
            reason: reason(one, state),
            tier: one.proof().map(|(_, tier)| tier as u8),
            posture: one.posture(),
            proved: one.proof().map(|(asked, _)| asked),
            heard: one.heard(),
            latched: one.latches().iter().map(|latch| latch.wall).max(),
            senses: (
                one.sensors().filter(|(_, state, at)| tripped(*state, *at)).count(),
                one.sensors().count(),
            ),
            blind: one.sensors().filter(|(_, state, _)| is_blind(*state)).count(),
        }
    }

    /// Whether both look the same. When a box that speaks was heard is no news.
    pub(crate) fn shows_as(&self, other: &Self) -> bool {
        let shown = |one: &Self| {
            let heard = (one.state == State::Silent).then_some(one.heard);
            (one.state, one.tier, one.posture, one.proved, one.latched, one.senses, heard)
        };
        shown(self) == shown(other) && self.named() == other.named()
    }

    fn named(&self) -> (&Label, &SiteName, &str) {
        (&self.label, &self.site, &self.reason)
    }
}

/// Whether a sense says nothing that counts.
const fn is_blind(state: Option<SenseState>) -> bool {
    matches!(state, Some(SenseState::Faulted | SenseState::Silent))
}

/// What it comes down to, the worst first. It is as strict as the verdict: nothing is trusted that is not good.
fn state(one: &Sight<'_>, health: HealthState) -> State {
    let severe = one.latches().iter().any(|latch| latch.severity >= Severity::High);
    match (health, one.arming()) {
        _ if one.standing() == StandingState::Revoked => State::Revoked,
        _ if severe => State::Tampered,
        _ if one.is_silent() => State::Silent,
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

fn reason(one: &Sight<'_>, state: State) -> Cow<'static, str> {
    match state {
        State::Tampered => tampered(one),
        State::Attention => wants(one),
        State::Unproved => doubt(one),
        State::OffDuty => one.arming().map_or("", off_duty).into(),
        State::Silent | State::Service | State::Trusted | State::Revoked => "".into(),
    }
}

fn tampered(one: &Sight<'_>) -> Cow<'static, str> {
    let mut zones: Vec<&str> = one.latches().iter().map(|latch| latch.zone.as_str()).collect();
    zones.dedup();
    match zones[..] {
        [] if one.standing() == StandingState::Suspended => "its identity".into(),
        [] => "see why".into(),
        [one] => one.to_owned().into(),
        [first, ..] => format!("{first} and {} more", zones.len() - 1).into(),
    }
}

fn wants(one: &Sight<'_>) -> Cow<'static, str> {
    let sense = |wanted| one.sensors().find(|(_, state, _)| *state == Some(wanted)).map(|(name, ..)| name);
    if let Some(latch) = one.latches().first() {
        return format!("{} latched", latch.zone).into();
    }
    if let Some(name) = sense(SenseState::Faulted) {
        return format!("{name} cannot look").into();
    }
    if let Some(name) = sense(SenseState::Silent) {
        return format!("{name} is silent").into();
    }
    if one.posture() == Some(Posture::Guarded) {
        return "guarded".into();
    }
    if one.standing() == StandingState::RenewalOwed {
        return "owes a new key".into();
    }
    if one.has_incident() { "outcome wanted".into() } else { "see why".into() }
}

fn doubt(one: &Sight<'_>) -> Cow<'static, str> {
    if one.heard().is_none() {
        return "never spoke".into();
    }
    if one.connection() == Connection::Away {
        return "not connected".into();
    }
    if one.proof().is_none() {
        return "no proof yet".into();
    }
    match one.sensors().filter(|(_, _, tripped)| tripped.is_none()).count() {
        0 => "see why".into(),
        1 => "1 sense untested".into(),
        more => format!("{more} senses untested").into(),
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
