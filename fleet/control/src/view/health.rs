//! The one verdict on a device: why it is green, and how old the proof of that is.
//!
//! Never lying green. A verdict is good when every line below has nothing to object, and a new reason to doubt is a
//! new line. What happened comes before what is not known, and what is not known before what is only unfinished.

use ::incident::{Incident, State as IncidentState};
use admit::standing::State as StandingState;
use std::time::Duration;
use vocab::{Arming, Posture, SenseState, Severity, Wall};

use super::{Connection, age::span};
use crate::record::{Pulse, Record};

/// A device beats every 30 s; after three beats that did not come it is silent.
pub const SILENT_AFTER: Duration = Duration::from_secs(90);

/// A device proves itself every hour; one proof may fail to come.
pub const STALE_AFTER: Duration = Duration::from_hours(2);

/// So long a device may take to adopt a new state and to prove it, before somebody should look.
pub const ADOPTED_WITHIN: Duration = Duration::from_mins(1);

/// So long a sensor is believed to be able to trip: detectors of alarm systems are walked past once a quarter.
pub const TRIPPED_WITHIN: Duration = Duration::from_hours(24 * 92);

/// So far clocks may differ. What is said to have been later than that has no age, and proves nothing.
pub const AHEAD: Duration = Duration::from_mins(5);

/// In one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HealthState {
    /// Everything that it should prove is proved, and not long ago.
    Good,
    /// It works, and something wants a person.
    Attention,
    /// Something happened.
    Alarm,
    /// Nobody can say: silent, stale, unproved, or not on duty.
    Unknown,
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// In one word.
    pub state: HealthState,
    /// Why, in one sentence.
    pub why: String,
    /// When the older of its last heartbeat and its last proof was: what the verdict stands on is not newer.
    pub as_of: Option<Wall>,
}

/// What the verdict is made from.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// What is stored of the device.
    pub record: &'a Record,
    /// Whether it is connected.
    pub connection: Connection,
    /// The incidents that are not closed and that it has part in.
    pub incidents: &'a [&'a Incident],
    /// Now.
    pub now: Wall,
}

/// Something to object, and why: put into words only where somebody reads them.
type Doubt<'a> = Option<(HealthState, Why<'a>)>;
type Why<'a> = Box<dyn FnOnce() -> String + 'a>;

/// Judges a device.
pub fn judge(facts: &Facts<'_>) -> Health {
    let record = facts.record;
    let heard = record.pulse.as_ref().map(|pulse| pulse.heard);
    let asked = record.attested.as_ref().map(|attested| attested.asked);
    let as_of = heard.zip(asked).map(|(heard, asked)| heard.min(asked)).or(heard).or(asked);
    let (state, why) =
        doubt(*facts).map_or_else(|| (HealthState::Good, good(*facts)), |(state, why)| (state, why()));
    Health { state, why, as_of }
}

/// The verdict alone.
pub(super) fn state(facts: Facts<'_>) -> HealthState {
    doubt(facts).map_or(HealthState::Good, |(state, _)| state)
}

fn doubt(facts: Facts<'_>) -> Doubt<'_> {
    let pulse = facts.record.pulse.as_ref();
    revoked(facts)
        .or_else(|| happened(facts))
        .or_else(|| unheard(facts))
        .or_else(|| said(facts, pulse?))
        .or_else(|| unattested(facts))
        .or_else(|| off_duty(pulse?))
        .or_else(|| unproved(facts, pulse?))
}

fn because<'a>(state: HealthState, why: impl FnOnce() -> String + 'a) -> Doubt<'a> {
    Some((state, Box::new(|| sentence(why()))))
}

/// Whoever has no identity has no word.
fn revoked(facts: Facts<'_>) -> Doubt<'_> {
    let end = facts.record.identity.standing().revocation()?;
    because(HealthState::Unknown, || {
        format!("Its identity is revoked ({}) since {}; what it says counts no longer", end.reason, end.at)
    })
}

/// What happened and is not over.
fn happened(facts: Facts<'_>) -> Doubt<'_> {
    use HealthState::{Alarm, Attention};
    let open = facts.incidents.iter().filter(|one| one.state() < IncidentState::Verified);
    if let Some(worst) = open.max_by_key(|one| one.severity()) {
        let state = if worst.severity() >= Severity::High { Alarm } else { Attention };
        return Some((state, Box::new(|| worst.sentence())));
    }
    let record = facts.record;
    if let Some(latch) = record.latches.iter().max_by_key(|latch| latch.severity) {
        let state = if latch.severity >= Severity::High { Alarm } else { Attention };
        return because(state, || {
            format!("{} is latched since {}, until people release it", latch.zone, latch.wall)
        });
    }
    if let [first, ..] = record.identity.standing().suspensions() {
        return because(Alarm, || format!("Its identity is suspended at every door since {}", first.since));
    }
    let settled = facts.incidents.first()?;
    because(Attention, || {
        format!("It is back and has proved it; {} waits for a person to say what it was", settled.id())
    })
}

/// Silent is never good.
fn unheard(facts: Facts<'_>) -> Doubt<'_> {
    use HealthState::Unknown;
    let Some(pulse) = &facts.record.pulse else {
        return because(Unknown, || "It has never said how it is".into());
    };
    if not_yet(facts, pulse.heard) {
        return because(Unknown, || {
            format!("It was heard at {}, by a clock that has been set back since", pulse.heard)
        });
    }
    let age = facts.now.since(pulse.heard);
    if age > SILENT_AFTER {
        return because(Unknown, move || format!("Nothing was heard of it for {}", span(age)));
    }
    if facts.connection == Connection::Away {
        return because(Unknown, move || format!("It is not connected; it was heard {} ago", span(age)));
    }
    None
}

/// What it says of itself.
fn said<'a>(facts: Facts<'a>, pulse: &'a Pulse) -> Doubt<'a> {
    use HealthState::{Alarm, Attention};
    let of = |state| pulse.senses.iter().find(|mark| mark.state == state).map(|mark| &mark.sensor);
    if pulse.posture >= Posture::Isolated {
        let how = if pulse.posture == Posture::Wiped { "destroyed its data" } else { "cut itself off" };
        return because(Alarm, move || format!("It has {how}, and nothing here says why"));
    }
    if let Some(sensor) = of(SenseState::Faulted) {
        return because(Attention, move || format!("Its sensor {sensor} cannot look"));
    }
    if let Some(sensor) = of(SenseState::Silent) {
        return because(Attention, move || format!("Its sensor {sensor} says nothing"));
    }
    if let Some(zone) = pulse.causes.first() {
        return because(Attention, move || format!("Something at {zone} is not as it should be"));
    }
    if pulse.posture == Posture::Guarded {
        return because(Attention, || "It has raised its guard".into());
    }
    if facts.record.identity.standing().state() == StandingState::RenewalOwed {
        return because(Attention, || "It is back and still owes a new key".into());
    }
    if facts.connection == Connection::Quarantine {
        return because(Attention, || "It stands in the quarantine room until it is enrolled again".into());
    }
    None
}

/// Unattested and stale are never good; neither is a proof of less than what was published.
fn unattested(facts: Facts<'_>) -> Doubt<'_> {
    use HealthState::{Attention, Unknown};
    let Some(attested) = &facts.record.attested else {
        return because(Unknown, || "It has never proved itself".into());
    };
    if not_yet(facts, attested.asked) {
        return because(Unknown, || {
            format!("Its last proof is of {}, by a clock that has been set back since", attested.asked)
        });
    }
    let age = facts.now.since(attested.asked);
    if age > STALE_AFTER {
        return because(Unknown, move || format!("Its last proof is {} old", span(age)));
    }
    let signed = facts.record.signed.filter(|signed| signed.generation > attested.generation)?;
    let since = facts.now.since(signed.at);
    let state = if since > ADOPTED_WITHIN { Attention } else { Unknown };
    let (new, old) = (signed.generation, attested.generation);
    because(state, move || {
        format!("State {new} was published {} ago, and it has proved no more than {old}", span(since))
    })
}

/// A device that is not on duty guards nothing.
fn off_duty(pulse: &Pulse) -> Doubt<'_> {
    let (state, why) = match pulse.arming {
        Arming::Armed => return None,
        Arming::Service => (HealthState::Attention, "Somebody is at work on it: it is in service"),
        Arming::Commissioning => (HealthState::Unknown, "It is being installed: nothing latches yet"),
        Arming::Storage => (HealthState::Unknown, "It is in storage"),
        Arming::Transport => (HealthState::Unknown, "It is in transport"),
        Arming::Retired => (HealthState::Unknown, "It is out of the fleet"),
    };
    because(state, || why.into())
}

/// A sensor that has not proved that it can trip says nothing by being calm.
fn unproved<'a>(facts: Facts<'a>, pulse: &'a Pulse) -> Doubt<'a> {
    use HealthState::Unknown;
    let all = pulse.senses.len();
    if all == 0 {
        return because(Unknown, || "It has no sensor".into());
    }
    let never =
        || pulse.senses.iter().filter(|mark| mark.state != SenseState::Proved || mark.tripped.is_none());
    if let Some(first) = never().next() {
        let (sensor, more) = (&first.sensor, never().count());
        return because(Unknown, move || {
            if more == 1 {
                format!("Its sensor {sensor} is unproved: nobody has seen it trip")
            } else {
                format!(
                    "{more} of its {all} sensors are unproved: nobody has seen {sensor} or the others trip"
                )
            }
        });
    }
    let tripped = || pulse.senses.iter().filter_map(|mark| Some((&mark.sensor, mark.tripped?)));
    // The device's own clock says when: one that runs ahead must not make a sensor young for ever.
    if let Some((sensor, at)) = tripped().find(|(_, at)| not_yet(facts, *at)) {
        return because(Unknown, move || {
            format!("Its sensor {sensor} is said to have tripped at {at}, which has not come yet")
        });
    }
    let (sensor, oldest) = tripped().min_by_key(|(_, at)| *at)?;
    let age = facts.now.since(oldest);
    if age > TRIPPED_WITHIN {
        return because(Unknown, move || {
            format!("Its sensor {sensor} tripped {} ago for the last time; walk past it again", span(age))
        });
    }
    None
}

/// Whether a time lies in the future: its age would be none for as long as it does.
fn not_yet(facts: Facts<'_>, at: Wall) -> bool {
    at.since(facts.now) > AHEAD
}

fn good(facts: Facts<'_>) -> String {
    let record = facts.record;
    let ago = |at: Wall| span(facts.now.since(at));
    let (Some(pulse), Some(attested)) = (&record.pulse, &record.attested) else { return String::new() };
    let oldest = pulse.senses.iter().filter_map(|mark| mark.tripped).min();
    let (all, tripped) = (pulse.senses.len(), oldest.map(ago).unwrap_or_default());
    let sensors = if all == 1 {
        format!("its one sensor tripped {tripped} ago")
    } else {
        format!("all {all} sensors have tripped, none longer ago than {tripped}")
    };
    let (proved, heard) = (ago(attested.asked), ago(pulse.heard));
    sentence(format!(
        "It proved itself {proved} ago under state {}; {sensors}; heard {heard} ago",
        attested.generation
    ))
}

fn sentence(mut text: String) -> String {
    let first = text.chars().next().map(|first| (first.len_utf8(), first.to_uppercase().to_string()));
    if let Some((length, first)) = first {
        text.replace_range(..length, &first);
    }
    text.push('.');
    text
}
