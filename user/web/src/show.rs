//! What control sees, in the words of the contract.

use std::time::Duration;

use api::{
    Seen,
    device::{ByHand, Curve, Device, Evidence, Health, Key, Latch, Readings, Sensor, Stands, State, Trust},
    incident::{Closing, Explained, Incident, IncidentDetail, Involved, Line},
    proposal::{Audience, Person, Proposal},
    word,
};
use control::view::{
    self, Connection, DeviceView, Explanation, HealthState, IncidentState, IncidentView, KeyView, LatchView,
    LineView, LiveView, OrderKind, Outcome, Party, ProposalState, ProposalView, Reason, Sensed, SensorView,
    StandingState,
};
use crypto::hex;
use vocab::{Arming, Posture, SenseState, Severity, Wall};

/// A device.
pub(crate) fn device(one: &DeviceView, now: Wall) -> Device {
    let evidence = one.evidence.as_ref();
    let trust = Trust {
        tier: evidence.map(|evidence| evidence.tier as u8),
        words: evidence.map_or("nothing is proved yet", |evidence| view::trust(evidence.tier)).into(),
    };
    Device {
        id: one.id.to_string(),
        label: one.label.to_string(),
        site: one.site.to_string(),
        health: Health {
            state: health(one.health.state),
            why: one.health.why.clone(),
            as_of: one.health.as_of.map(time),
            age_seconds: age(one.health.as_of, now),
        },
        posture: seen(one.posture.map_or(word::Posture::Unknown, posture), one.heard, now),
        arming: seen(one.arming.map_or(word::Arming::Unknown, arming), one.heard, now),
        arming_asked: one.asked.map(arming),
        trust: seen(trust, evidence.map(|evidence| evidence.asked), now),
        standing: Stands {
            state: standing(one.standing.state),
            since: one.standing.since.map(time),
            because: one.standing.because.clone(),
            by_hand: one.standing.by_hand.as_ref().map(|hand| ByHand {
                by: person(&hand.by),
                reason: hand.reason.to_string(),
                at: time(hand.at),
                over: hand.over.map(time),
            }),
        },
        connection: seen(connection(one.connection), one.heard, now),
        sensors: one.sensors.iter().map(|sensor| self::sensor(sensor, now)).collect(),
        latches: one.latches.iter().map(latch).collect(),
        state: State {
            adopted: one.adopted.map(|generation| generation.0),
            published: one.published.map(|(generation, _)| generation.0),
            published_at: one.published.map(|(_, at)| time(at)),
        },
        evidence: evidence.map(|evidence| Evidence {
            asked: time(evidence.asked),
            age_seconds: now.since(evidence.asked).as_secs(),
            generation: evidence.generation.0,
            entry: evidence.entry,
            software: evidence.software.to_string(),
        }),
        certificate_until: one.certificate.map(time),
        incidents: one.incidents.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn key(one: &KeyView) -> Key {
    Key {
        role: one.role.into(),
        algorithm: one.algorithm.into(),
        id: one.id.to_string(),
        since: one.since.map(time),
        until: one.until.map(time),
    }
}

pub(crate) fn readings(live: Option<&LiveView>) -> Readings {
    let curve = |one: &view::Curve| Curve {
        sense: one.sensor.clone(),
        unit: one.unit.into(),
        words: one.words.map(|words| words.map(Into::into)),
        points: one.points.clone(),
    };
    Readings {
        age_seconds: live.map(|live| live.age.as_secs()),
        senses: live.map(|live| live.curves.iter().map(curve).collect()).unwrap_or_default(),
    }
}

fn sensor(one: &SensorView, now: Wall) -> Sensor {
    Sensor {
        name: one.name.to_string(),
        channel: view::channel(one.channel).into(),
        state: one.state.map_or(word::SenseState::Unknown, sense),
        spoke: one.spoke.map(time),
        spoke_seconds: age(one.spoke, now),
        proved: one.tripped.map(time),
        proof_age_seconds: age(one.tripped, now),
    }
}

fn latch(one: &LatchView) -> Latch {
    Latch {
        event: one.event.to_string(),
        zone: one.zone.to_string(),
        severity: severity(one.severity),
        at: time(one.at),
        posture: posture(one.posture),
        cause: cause(one.cause),
    }
}

/// An incident.
pub(crate) fn incident(one: &IncidentView, now: Wall) -> Incident {
    let kind = word::IncidentKind::ALL.iter().find(|kind| kind.word() == view::kind(one.kind));
    Incident {
        id: one.id.to_string(),
        kind: kind.copied().unwrap_or(word::IncidentKind::Unknown),
        state: incident_state(one.state),
        severity: severity(one.severity),
        sentence: one.sentence.clone(),
        cause: one.cause.clone(),
        confidence: f64::from(one.confidence.0) / 1000.0,
        first_action: one.first_action.clone(),
        site: one.site.as_ref().map(ToString::to_string),
        boxes: one
            .boxes
            .iter()
            .map(|(device, label)| Involved {
                device: device.to_string(),
                label: label.as_ref().map(ToString::to_string),
            })
            .collect(),
        opened: time(one.opened),
        age_seconds: now.since(one.opened).as_secs(),
        first: time(one.span.0),
        last: time(one.span.1),
        closing: one.closing.as_ref().map(|closing| Closing {
            outcome: outcome(closing.outcome),
            by: closing.by.to_string(),
            reason: closing.reason.to_string(),
            at: time(closing.at),
        }),
    }
}

/// An incident with all that explains it.
pub(crate) fn explanation(told: &Explanation, now: Wall) -> IncidentDetail {
    let explained = told.explained.iter();
    IncidentDetail {
        incident: incident(&told.incident, now),
        explained: explained
            .map(|one| Explained { name: one.name.clone(), links: one.links.clone() })
            .collect(),
        timeline: told.timeline.iter().map(line).collect(),
        complete: told.complete,
    }
}

fn line(line: &LineView) -> Line {
    Line {
        at: time(line.at),
        worth: match line.worth {
            view::Worth::AtOrAfter => word::Worth::AtOrAfter,
            view::Worth::Carried => word::Worth::Carried,
            view::Worth::Fleet => word::Worth::Fleet,
        },
        device: line.from.map(|(device, ..)| device.to_string()),
        entry: line.from.map(|(_, entry, _)| entry),
        arrival: line.from.map(|(.., arrival)| match arrival {
            view::Arrival::Live => word::Arrival::Live,
            view::Arrival::Late => word::Arrival::Late,
        }),
        text: line.text.clone(),
    }
}

/// A proposal.
pub(crate) fn proposal(one: &ProposalView) -> Proposal {
    Proposal {
        order: one.order.to_string(),
        order_cbor: hex::encode(&one.bytes),
        audience: Audience { fleet: one.fleet.to_string(), device: one.device.to_string() },
        label: one.label.to_string(),
        site: one.site.to_string(),
        kind: match one.kind {
            OrderKind::ReleaseLatch { .. } => word::OrderKind::ReleaseLatch,
            OrderKind::Run(_) => word::OrderKind::Run,
            OrderKind::Acknowledge(_) => word::OrderKind::Acknowledge,
        },
        sentence: one.sentence.clone(),
        event: one.event.map(|(event, _)| event.to_string()),
        severity: one.event.and_then(|(_, bad)| bad).map(severity),
        by: person(&one.by),
        at: time(one.at),
        reason: one.reason.to_string(),
        expires: time(one.expires),
        state: match one.state {
            ProposalState::Open => word::ProposalState::Open,
            ProposalState::Approved => word::ProposalState::Approved,
            ProposalState::Done => word::ProposalState::Done,
            ProposalState::Expired => word::ProposalState::Expired,
            ProposalState::Void => word::ProposalState::Void,
        },
        consented: one.consented.iter().map(person).collect(),
        needs: one.needs,
        missing: one.missing.clone(),
    }
}

fn person(party: &Party) -> Person {
    Person { id: party.id.to_string(), name: party.name.clone() }
}

fn seen<T>(value: T, as_of: Option<Wall>, now: Wall) -> Seen<T> {
    Seen { value, as_of: as_of.map(time), age_seconds: age(as_of, now) }
}

fn time(at: Wall) -> String {
    at.to_string()
}

fn age(at: Option<Wall>, now: Wall) -> Option<u64> {
    at.map(|at| now.since(at)).as_ref().map(Duration::as_secs)
}

/// One choice of words on each side: from control's to the contract's.
macro_rules! shown {
    ($to:ident: $from:ty => $word:ident { $($each:ident),+ $(,)? }) => {
        pub(crate) const fn $to(value: $from) -> word::$word {
            match value {
                $(<$from>::$each => word::$word::$each,)+
            }
        }
    };
}

/// And back, where a request holds a word; none for `unknown`, which nobody can ask for.
macro_rules! meant {
    ($back:ident: $word:ident => $to:ty { $($each:ident),+ $(,)? }) => {
        pub(crate) const fn $back(word: word::$word) -> Option<$to> {
            match word {
                $(word::$word::$each => Some(<$to>::$each),)+
                word::$word::Unknown => None,
            }
        }
    };
}

shown!(health: HealthState => HealthState { Good, Attention, Alarm, Unknown });
shown!(posture: Posture => Posture { Normal, Guarded, Isolated, Sealed, Wiped });
shown!(arming: Arming => Arming { Storage, Transport, Commissioning, Armed, Service, Retired });
shown!(standing: StandingState => Standing { Active, RenewalOwed, Suspended, Revoked });
shown!(connection: Connection => Connection { Live, Quarantine, Away });
shown!(sense: SenseState => SenseState { Proved, Unproved, Faulted, Silent });
shown!(severity: Severity => Severity { Info, Low, Medium, High, Critical });
shown!(cause: Sensed => Cause { Gone, Present, Unknown });
shown!(incident_state: IncidentState => IncidentState { Open, Contained, Recovering, Verified, Closed });
shown!(outcome: Outcome => Outcome { Authorised, False, Test, True });

meant!(arming_of: Arming => Arming { Storage, Transport, Commissioning, Armed, Service, Retired });
meant!(incident_state_of: IncidentState => IncidentState { Open, Contained, Recovering, Verified, Closed });
meant!(severity_of: Severity => Severity { Info, Low, Medium, High, Critical });
meant!(health_of: HealthState => HealthState { Good, Attention, Alarm });
meant!(outcome_of: Outcome => Outcome { Authorised, False, Test, True });
meant!(reason_of: Revocation => Reason { KeyCompromised, Replaced, Retired });
