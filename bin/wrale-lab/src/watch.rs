//! What happens, in lines: the difference between what the fleet said before and what it says now.

use std::collections::BTreeMap;

use api::{
    Device, Incident,
    word::{Connection, IncidentState, Posture, Severity, Standing},
};

use crate::say::clean;

/// What the fleet says at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub(crate) devices: BTreeMap<String, Device>,
    pub(crate) incidents: BTreeMap<String, Incident>,
}

/// One line, and how much it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) weight: Weight,
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Something happened.
    Alarm,
    /// It goes on.
    News,
    /// It is over.
    Relief,
}

impl Said {
    pub(crate) fn new(devices: Vec<Device>, incidents: Vec<Incident>) -> Self {
        Self {
            devices: devices.into_iter().map(|device| (device.label.clone(), device)).collect(),
            incidents: incidents.into_iter().map(|incident| (incident.id.clone(), incident)).collect(),
        }
    }

    /// What is new since then: what happened, what the boxes did about it, and how far the incidents have come.
    pub(crate) fn since(&self, before: &Self) -> Vec<Line> {
        let incidents = || self.incidents.values().map(|now| (before.incidents.get(&now.id), now));
        let happened = incidents().flat_map(|(before, now)| happened(before, now));
        let devices = self.devices.values();
        let changed = devices.filter_map(|now| Some(changed(before.devices.get(&now.label)?, now))).flatten();
        let come = incidents().filter_map(|(before, now)| come(before, now));
        happened.chain(changed).chain(come).collect()
    }
}

fn line(weight: Weight, text: String) -> Line {
    Line { weight, text: clean(&text) }
}

fn happened(before: Option<&Incident>, now: &Incident) -> Vec<Line> {
    let severe = now.severity >= Severity::High && now.severity != Severity::Unknown;
    let weight = if severe { Weight::Alarm } else { Weight::News };
    let mut lines = vec![];
    match before {
        None => {
            lines.push(line(weight, format!("{}: {}", now.severity.word().to_uppercase(), now.sentence)));
            lines.push(line(Weight::News, format!("first: {} ({})", now.first_action, now.id)));
        }
        Some(before) if before.sentence != now.sentence => {
            lines.push(line(weight, format!("more is known: {}", now.sentence)));
        }
        Some(_) => {}
    }
    lines
}

/// How far it has come.
fn come(before: Option<&Incident>, now: &Incident) -> Option<Line> {
    let text = state(now).filter(|_| before.map(|before| before.state) != Some(now.state))?;
    let over = matches!(now.state, IncidentState::Verified | IncidentState::Closed);
    Some(line(if over { Weight::Relief } else { Weight::News }, format!("{} {text}", now.id)))
}

fn state(now: &Incident) -> Option<String> {
    match now.state {
        IncidentState::Open | IncidentState::Unknown => None,
        IncidentState::Contained => Some("is contained: it can do no more harm".into()),
        IncidentState::Recovering => Some("is recovering: the way back has begun".into()),
        IncidentState::Verified => Some("is settled: receipts and fresh proofs agree".into()),
        IncidentState::Closed => {
            let outcome = now.closing.as_ref().map_or("closed", |closing| closing.outcome.word());
            Some(format!("is closed by a person ({outcome})"))
        }
    }
}

fn changed(before: &Device, now: &Device) -> Vec<Line> {
    let label = &now.label;
    let mut lines = vec![];
    let mut tell = |weight, text: &str| lines.push(line(weight, format!("{label} {text}")));
    let stands = before.standing.state != now.standing.state;
    match now.standing.state {
        Standing::Suspended if stands => {
            tell(Weight::Alarm, "is suspended at every door but the quarantine room");
        }
        Standing::Revoked if stands => tell(Weight::Alarm, "is revoked: every door is shut for good"),
        _ => {}
    }
    if before.posture.value != now.posture.value {
        match now.posture.value {
            Posture::Normal => tell(Weight::Relief, "works normally again"),
            Posture::Guarded => tell(Weight::News, "has raised its guard"),
            Posture::Isolated => tell(Weight::News, "stays apart: its network leads to the fleet alone"),
            Posture::Sealed => tell(Weight::News, "has sealed itself: it holds no usable secret"),
            Posture::Wiped => tell(Weight::Alarm, "has destroyed its data"),
            Posture::Unknown => {}
        }
    }
    if before.connection.value != now.connection.value {
        match now.connection.value {
            Connection::Away => tell(Weight::News, "cannot be reached"),
            Connection::Live => tell(Weight::Relief, "is connected"),
            Connection::Quarantine => {
                tell(Weight::News, "speaks in the quarantine room: its history arrives there");
            }
            Connection::Unknown => {}
        }
    }
    if let Some(adopted) =
        now.state.adopted.filter(|adopted| before.state.adopted.is_none_or(|old| old < *adopted))
    {
        tell(Weight::News, &format!("has adopted state {adopted}"));
    }
    if now.latches.len() < before.latches.len() {
        tell(Weight::Relief, "has released what people released");
    }
    if let Some(proof) = proved(before, now) {
        tell(Weight::News, &proof);
    }
    match now.standing.state {
        Standing::RenewalOwed if stands => tell(Weight::News, "is suspended no longer, and owes a new key"),
        Standing::Active if stands => {
            tell(Weight::Relief, "is let through every door again, under a new key");
        }
        _ => {}
    }
    lines
}

/// A fresh proof is worth a line while something is going on.
fn proved(before: &Device, now: &Device) -> Option<String> {
    let proof = now.evidence.as_ref()?;
    let newer = before.evidence.as_ref().is_none_or(|old| old.asked != proof.asked);
    let calm = now.standing.state == Standing::Active && now.incidents.is_empty();
    if !newer || calm {
        return None;
    }
    let room = if now.connection.value == Connection::Quarantine { ", from the quarantine room" } else { "" };
    Some(format!("has proved itself under state {} up to entry {}{room}", proof.generation, proof.entry))
}

#[cfg(test)]
mod tests;
