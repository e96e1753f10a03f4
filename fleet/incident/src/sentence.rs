//! One sentence that a person understands: which box, where, how sure, what it did by itself, and its identity.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use policy::rule::IncidentKind;
use vocab::{Posture, receipt::Outcome};

use crate::{
    incident::Incident,
    involved::{Fold, Involved},
    words,
};

impl Incident {
    /// What happened, in one sentence.
    pub fn sentence(&self) -> String {
        if let Some(attempt) = self.attempt() {
            return attempt.sentence();
        }
        let mut parts = Vec::from([self.what()]);
        match self.boxes() {
            [one] => parts.extend(alone(one)),
            boxes => parts.extend(together(boxes)),
        }
        let mut sentence = parts.join("; ");
        sentence.push('.');
        sentence
    }

    fn what(&self) -> String {
        let Some(one) = self.foremost() else {
            return "Something happened to a box that is not known".into();
        };
        let name = self.name(one);
        match self.kind() {
            IncidentKind::Fork => {
                let how = one.forked.map_or("it has two histories", |forked| forked.split.words());
                format!("Two machines speak as {name}: {how}")
            }
            IncidentKind::Rollback => match one.rolled_back {
                Some(back) => format!(
                    "{name} came back with state {}, though it had adopted {}",
                    back.obeys, back.adopted
                ),
                None => format!("{name} came back with an older state"),
            },
            IncidentKind::TailLost => match one.lost {
                Some(lost) => format!(
                    "The disk of {name} lost entries {} to {}, which the fleet has",
                    lost.from, lost.to
                ),
                None => format!("The disk of {name} lost entries that the fleet has"),
            },
            IncidentKind::Silence => format!("{name} {}", silence(one)),
            IncidentKind::SiteSilence => {
                let site = self.site().map_or_else(|| "a site".to_string(), ToString::to_string);
                format!(
                    "{} boxes at {site} say nothing; the first of them {}",
                    self.boxes().len(),
                    silence(one)
                )
            }
            IncidentKind::Escalation
            | IncidentKind::Forgery
            | IncidentKind::Guessing
            | IncidentKind::Tamper => tampering(one, &name),
        }
    }

    /// The box that the sentence is about: the one with the worst event, of equals the one that was first.
    pub(crate) fn foremost(&self) -> Option<&Involved> {
        let rank = |one: &&Involved| {
            let event = foremost(one);
            let first = event.map(|event| event.at.wall).or(one.quiet.map(|quiet| quiet.since));
            (core::cmp::Reverse(event.map(|event| event.severity)), first.is_none(), first)
        };
        self.boxes().iter().min_by_key(rank)
    }

    fn name(&self, one: &Involved) -> String {
        let label = one.label.as_ref().map_or_else(|| one.device.to_string(), ToString::to_string);
        let site = self.site().map(|site| format!(" at {site}")).unwrap_or_default();
        let cabinet = one.cabinet.as_ref().map(|cabinet| format!(", {cabinet}")).unwrap_or_default();
        label + &site + &cabinet
    }
}

fn tampering(one: &Involved, name: &str) -> String {
    let Some(event) = foremost(one) else {
        return format!("{name} is latched, and its reason cannot be read");
    };
    let what = words::happened(event.kind, name);
    let often = if event.times > 1 { format!(", {} times", event.times) } else { String::new() };
    format!("{what} ({}{often}) and nobody was due there; {} sure", event.zone, event.confidence)
}

pub(crate) fn foremost(one: &Involved) -> Option<&Fold> {
    let worst = one.events.iter().map(|event| event.severity).max()?;
    one.events.iter().find(|event| event.severity == worst)
}

fn silence(one: &Involved) -> String {
    match one.quiet {
        Some(quiet) => match quiet.back {
            Some(back) => format!("said nothing from {} to {back}", quiet.since),
            None => format!("has said nothing since {}", quiet.since),
        },
        None if one.gone.is_empty() => "says nothing".into(),
        None => {
            let gone: Vec<String> = one.gone.iter().map(|sense| format!("`{sense}`")).collect();
            format!("went on duty with {}, and has it no longer", words::listed(&gone))
        }
    }
}

fn alone(one: &Involved) -> Vec<String> {
    let mut parts = Vec::new();
    let did = by_itself(one);
    if !did.is_empty() {
        parts.push(format!("the box {} by itself", words::listed(&did)));
    }
    if one.quiet.is_some() && !one.events.is_empty() {
        parts.push(format!("it {}", silence(one)));
    }
    if one.revoked.is_some() {
        parts.push("its identity is revoked".into());
    } else if one.suspended.is_some() {
        parts.push("its identity is suspended".into());
    }
    parts
}

/// What the box says that it did, and worked.
fn by_itself(one: &Involved) -> Vec<String> {
    let drew_in = one.posture.filter(|posture| *posture > Posture::Normal).and_then(words::drew_in);
    let done =
        one.deeds.iter().filter(|deed| deed.outcome == Outcome::Done).map(|deed| words::did(&deed.action));
    drew_in.map(String::from).into_iter().chain(done).collect()
}

fn together(boxes: &[Involved]) -> Vec<String> {
    let names: Vec<_> = boxes
        .iter()
        .take(NAMED)
        .map(|one| one.label.as_ref().map_or_else(|| one.device.to_string(), ToString::to_string))
        .collect();
    let rest = boxes.len().saturating_sub(NAMED);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let mut parts = Vec::from([format!("{} boxes are part of it: {}{more}", boxes.len(), names.join(", "))]);
    let suspended = boxes.iter().filter(|one| one.suspended.is_some()).count();
    if suspended > 0 {
        parts.push(format!("{suspended} of their identities are suspended"));
    }
    parts
}

/// A sentence with more names is a list.
const NAMED: usize = 4;

#[cfg(test)]
mod tests;
