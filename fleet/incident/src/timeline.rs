//! One line after another: what devices wrote and what the fleet did, in one order.
//!
//! Within one journal the order is the journal's, whatever its clock said; between journals it is the clocks', and
//! each line says what its time is worth.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use vocab::{ClockQuality, DeviceId, Wall};
use wire::v1::{
    Body,
    body::{Adoption, Change, Closing, Direction, GapReason, Half, Work},
};

use crate::{
    incident::{Incident, Outcome, State, What},
    said::{Arrival, Said},
    settle::Failure,
    words,
};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Wall,
    /// What that time is worth.
    pub worth: Worth,
    /// Who says it.
    pub from: Source,
    /// What, in words.
    pub text: String,
}

/// What the time of a line is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Worth {
    /// It was then or later.
    AtOrAfter,
    /// Counted on from a fleet time of an earlier boot.
    Carried,
    /// The fleet's own, or counted on from it in the same boot.
    Fleet,
}

/// Who says a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A device, in this entry of its journal.
    Device {
        /// Which.
        device: DeviceId,
        /// The entry's number.
        seq: u64,
        /// Whether it came when it happened.
        arrival: Arrival,
    },
    /// The fleet.
    Fleet,
}

/// The timeline of an incident: the entries that the store has for its boxes, each journal in order, and its steps.
pub fn timeline(incident: &Incident, said: &[Said]) -> Vec<Line> {
    let mut lines: Vec<_> =
        incident.history().iter().map(|step| (step.at, fleet(&step.what, step.at))).collect();
    lines.extend(incident.closing().map(|closing| {
        let text = format!("Closed as {}: {}", closed(closing.outcome), closing.reason);
        (closing.at, Line { at: closing.at, worth: Worth::Fleet, from: Source::Fleet, text })
    }));
    for one in incident.boxes() {
        let mut least = Wall(i64::MIN);
        for said in said.iter().filter(|said| said.device == one.device) {
            least = least.max(said.at.wall);
            lines.push((least, line(said)));
        }
    }
    // A stable sort by times that never fall within one journal keeps each journal's order.
    lines.sort_by_key(|(at, _)| *at);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What a device wrote, as one line.
pub fn line(said: &Said) -> Line {
    let worth = match said.at.quality {
        ClockQuality::Floor => Worth::AtOrAfter,
        ClockQuality::Carried => Worth::Carried,
        ClockQuality::Fleet => Worth::Fleet,
    };
    let from = Source::Device { device: said.device, seq: said.position.seq, arrival: said.arrival };
    Line { at: said.at.wall, worth, from, text: entry(said.body.as_ref()) }
}

fn fleet(what: &What, at: Wall) -> Line {
    let text = match what {
        What::State(state) => format!("The incident is {}", state_word(*state)),
        What::Joined(device) => format!("{device} is part of it"),
        What::Suspended(device) => format!("The identity of {device} is suspended at every door"),
        What::Lifted(device) => format!("The suspension of {device} is lifted; it renews with a new key"),
        What::Planned { device, generation } => {
            format!("State {generation} is published for {device}, to bring it back")
        }
        What::Verified { device, generation } => format!("{device} proved that it obeys state {generation}"),
        What::Failed { device, why } => format!("{device} is not back: {}", failed(why)),
        What::Silent(device) => format!("{device} says nothing any longer"),
        What::Back(device) => format!("{device} speaks again"),
        What::Revoked(device) => format!("The identity of {device} is revoked"),
    };
    Line { at, worth: Worth::Fleet, from: Source::Fleet, text }
}

/// Why a box is not back, in words.
pub(crate) fn failed(why: &Failure) -> String {
    match why {
        Failure::Act(action) => format!("it should have {} and could not", words::did(action)),
        Failure::LatchHeld(event) => format!("{event} still latches it"),
        Failure::OtherState(generation) => {
            format!("it obeys another state than the one published as {generation}")
        }
        Failure::Refused(code) => format!("it refused the state ({code})"),
    }
}

const fn state_word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Contained => "contained",
        State::Recovering => "recovering",
        State::Verified => "verified",
        State::Closed => "closed",
    }
}

const fn closed(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Authorised => "authorised",
        Outcome::False => "a false alarm",
        Outcome::Test => "a test",
        Outcome::True => "a true alarm",
    }
}

fn entry(body: Option<&Body>) -> String {
    match body {
        None => "Said something that this fleet cannot read".into(),
        Some(Body::Adopted(adoption)) => adopted(adoption),
        Some(Body::Boot(_)) => "Booted".into(),
        Some(Body::Branch(branch)) => {
            format!("Says that it lost entries {} to {}", branch.lost_from, branch.lost_to)
        }
        Some(Body::Change(change)) => changed(change),
        Some(Body::Event(event)) => {
            format!("{} ({}), {} sure", words::happened(event.kind, "it"), event.location, event.confidence)
        }
        Some(Body::Gap(gap)) => format!("Did not record {} entries: {}", gap.records, gap_word(gap.reason)),
        Some(Body::Receipt(receipt)) => {
            let but = words::but(&receipt.outcome).map(|but| format!(" ({but})")).unwrap_or_default();
            capital(&format!("{}{but}", words::did(&receipt.action)))
        }
        Some(Body::Standing(standing)) => {
            format!("Summed up its journal: {} latches, state {}", standing.latches.len(), obeyed(standing))
        }
        Some(Body::Trace(trace)) => match trace.half {
            Half::Before => format!("Recorded {} readings from before it", trace.readings.len()),
            Half::After => format!("Recorded {} readings from after it", trace.readings.len()),
        },
        Some(Body::Work(work)) => worked(work),
    }
}

fn obeyed(standing: &wire::v1::standing::Standing) -> String {
    standing.obeyed.as_ref().map_or_else(|| "none".into(), |obeyed| obeyed.generation.to_string())
}

fn adopted(adoption: &Adoption) -> String {
    match adoption {
        Adoption::Adopted { generation, direction: Direction::Tightens, .. } => {
            format!("Adopted state {generation}, which tightens")
        }
        Adoption::Adopted { generation, direction: Direction::Relaxes, .. } => {
            format!("Adopted state {generation}, which relaxes")
        }
        Adoption::Refused { generation, code, .. } => format!("Refused state {generation} ({code})"),
        Adoption::Proved { generation, .. } => format!("Found state {generation} in the fleet's log"),
    }
}

fn changed(change: &Change) -> String {
    match change {
        Change::Arming(arming) => format!("Is {}", words::armed(*arming)),
        Change::Latched { zone, state, .. } => format!("Latched {zone} as {}", words::latched(*state)),
        Change::Posture(posture) => capital(words::drew_in(*posture).unwrap_or("works as usual")),
        Change::Tripped(sensor) => format!("{sensor} proved that it can trip"),
        Change::Learnt(_) => "Learnt what is normal".into(),
        Change::Released { zone, order: Some(order), .. } => format!("Released {zone}, as {order} says"),
        Change::Released { zone, order: None, .. } => format!("Released {zone}: a work order came in time"),
        Change::Acknowledged { zone, order, .. } => format!("{order} says that people know of {zone}"),
        Change::Repeated { times, .. } => format!("The same happened {times} times more"),
        Change::Soaking(until) => format!("Tries new tuning until {until} at the latest"),
        Change::Soaked => "Its tuning has proved itself".into(),
        Change::Clock(_) => "Knows the time".into(),
    }
}

fn worked(work: &Work) -> String {
    match work {
        Work::Opened { order, .. } => format!("{order} opened it"),
        Work::Closed(order, Closing::InOrder) => format!("{order} is closed, and everything is shut"),
        Work::Closed(order, Closing::Expired) => format!("The time of {order} is over"),
        Work::Closed(order, Closing::LeftOpen) => format!("{order} ended and something stood open"),
        Work::Refused(order, code) => format!("Refused {order} ({code})"),
    }
}

const fn gap_word(reason: GapReason) -> &'static str {
    match reason {
        GapReason::DiskFull => "its disk is full",
        GapReason::TornTail => "a power cut tore the last one",
        GapReason::Damaged => "its record is damaged",
        GapReason::DiskStuck => "its disk did not answer in time",
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
