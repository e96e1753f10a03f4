//! Explains an incident: the chain of evidence in words, from the reading to the proof.

use alloc::{format, string::String, vec::Vec};
use core::time::Duration;

use vocab::{
    Cause, Millis, ReceiptId, TamperEvent, TamperKind, Tuning,
    receipt::Outcome,
    tamper::{Authority, Verification},
};
use wire::v1::{Body, body::Change};

use crate::{
    incident::Incident,
    involved::Involved,
    said::{Arrival, Said},
    settle::Verdict,
    timeline, words,
};

/// Most readings that one explanation spells out.
const READINGS: usize = 6;

/// One box's part of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What people call the box.
    pub name: String,
    /// The chain, link by link.
    pub links: Vec<String>,
}

/// Explains what the store has of an incident: the entries of its boxes, each journal in order, and for each box the
/// tuning that it obeys.
pub fn explain(
    incident: &Incident,
    said: &[Said],
    tuning: impl Fn(vocab::DeviceId) -> Tuning,
) -> Vec<Explained> {
    let one = |one: &Involved| {
        let said: Vec<_> = said.iter().filter(|said| said.device == one.device).collect();
        let name = one.label.as_ref().map_or_else(|| format!("{}", one.device), |label| format!("{label}"));
        Explained { name, links: links(one, &said, &tuning(one.device)) }
    };
    incident.boxes().iter().map(one).collect()
}

fn links(one: &Involved, said: &[&Said], tuning: &Tuning) -> Vec<String> {
    let mut links = Vec::new();
    for said_event in said {
        if let Some(Body::Event(event)) = &said_event.body
            && one.holds(event.id)
        {
            links.extend(event_links(event, said_event, said, tuning));
        }
    }
    if let Some(forked) = one.forked {
        let often = words::often(forked.times);
        links.push(format!("Two machines speak as it: {}. Seen {often}.", forked.split.words()));
    }
    if let Some(lost) = one.lost {
        links.push(format!(
            "It no longer has entries {} to {}, and says so; the fleet has them.",
            lost.from, lost.to
        ));
    }
    if let Some(back) = one.rolled_back {
        links.push(format!("It obeys state {}, though its journal adopted {}.", back.obeys, back.adopted));
    }
    if let Some(quiet) = one.quiet {
        let until =
            quiet.back.map_or_else(|| "and still says nothing".into(), |back| format!("until {back}"));
        links.push(format!("It said nothing from {} {until}, while the fleet was listening.", quiet.since));
    }
    for sense in &one.gone {
        links.push(format!(
            "It went on duty with the sense `{sense}`, and its beats do not name it any more."
        ));
    }
    if let Some(at) = one.suspended {
        links.push(format!("Its identity has been suspended at every door since {at}."));
    }
    links.extend(proof(one));
    links
}

fn event_links(event: &TamperEvent, at: &Said, said: &[&Said], tuning: &Tuning) -> Vec<String> {
    let mut links = Vec::from([format!(
        "{}: {} ({}).",
        event.at.wall,
        words::happened(event.kind, "it"),
        event.location
    )]);
    links.extend(readings(event));
    links.extend(window(event.kind, tuning));
    let groups = match event.verification {
        Verification::Single => "one sensor group says so",
        Verification::Verified => "two independent sensor groups say so",
    };
    links.push(format!("That is {} sure: {groups}.", event.confidence));
    links.push(match event.authority {
        Authority::Authorised => format!("A work order covers {}.", event.location),
        Authority::Unauthorised => format!("No work order covers {} at that time.", event.location),
    });
    links.extend(latch(event, said));
    links.extend(reflex(event, said));
    let came = match at.arrival {
        Arrival::Live => "It was told when it happened",
        Arrival::Late => "It was told later, when the box could be reached again",
    };
    links.push(format!("{came}, in entry {} of a journal without a gap.", at.position.seq));
    links
}

fn readings(event: &TamperEvent) -> Option<String> {
    let spelt = event.readings.iter().take(READINGS);
    let spelt: Vec<_> =
        spelt.map(|reading| format!("{} read {}", reading.sensor, words::read(&reading.value))).collect();
    let rest = event.readings.len().saturating_sub(READINGS);
    let more = if rest > 0 { format!(", and {rest} readings more") } else { String::new() };
    (!spelt.is_empty()).then(|| format!("Decided by: {}{more}.", spelt.join(", ")))
}

/// The rule behind a kind, where it is a single time or a single limit.
fn window(kind: TamperKind, tuning: &Tuning) -> Option<String> {
    let (enclosure, motion, supply) = (&tuning.enclosure, &tuning.motion, &tuning.supply);
    let rule = match kind {
        TamperKind::LidOpened => format!("open for {} decides", span(enclosure.open_after)),
        TamperKind::LightInside => {
            format!("more than {} for {} decides", enclosure.light, span(enclosure.light_after))
        }
        TamperKind::LoopCut => {
            format!("more than {} for {} decides", enclosure.loop_cut, span(enclosure.loop_for))
        }
        TamperKind::LoopShorted => {
            format!("less than {} for {} decides", enclosure.loop_short, span(enclosure.loop_for))
        }
        TamperKind::Moved => {
            format!("more than {} for {} decides", motion.moving, span(motion.moved_after))
        }
        TamperKind::Tilted => format!("more than {} for {} decides", motion.tilt, span(motion.tilt_for)),
        TamperKind::SupplyLost => format!("gone for {} decides", span(supply.lost_after)),
        TamperKind::PowerGlitch => {
            format!("{} dips within {} decide", supply.glitch_dips, span(supply.glitch_window))
        }
        _ => return None,
    };
    Some(format!("The rule: {rule}."))
}

fn latch(event: &TamperEvent, said: &[&Said]) -> Option<String> {
    let latched = said.iter().find_map(|said| match &said.body {
        Some(Body::Change(Change::Latched { zone, state, event: by, .. })) if *by == event.id => {
            Some((zone, state))
        }
        _ => None,
    });
    let (zone, state) = latched?;
    let released = said.iter().find_map(|said| match &said.body {
        Some(Body::Change(Change::Released { event: by, order, .. })) if *by == event.id => {
            Some((said.at, order))
        }
        _ => None,
    });
    let until = match released {
        None => "and nothing has released it".into(),
        Some((at, Some(order))) => format!("until {order} released it at {}", at.wall),
        Some((at, None)) => format!("until a work order was shown at {}", at.wall),
    };
    Some(format!("It latched {zone} as {}, {until}.", words::latched(*state)))
}

/// What the box did by itself about this event: each act once, as it ended.
fn reflex(event: &TamperEvent, said: &[&Said]) -> Vec<String> {
    let mut acts: Vec<(ReceiptId, String)> = Vec::new();
    for said in said {
        let Some(Body::Receipt(receipt)) = &said.body else { continue };
        if receipt.cause != Cause::Reflex(event.id) {
            continue;
        }
        let but = words::but(&receipt.outcome).map(|but| format!(", {but}")).unwrap_or_default();
        let after = match receipt.outcome {
            Outcome::Intended => String::new(),
            _ => format!(" {} after the decisive reading", exact(receipt.at.mono.since(event.at.mono))),
        };
        let text = format!("By itself it {}{after}{but}.", words::did(&receipt.action));
        match acts.iter_mut().find(|(id, _)| *id == receipt.id) {
            Some((_, known)) => *known = text,
            None => acts.push((receipt.id, text)),
        }
    }
    acts.into_iter().map(|(_, text)| text).collect()
}

fn proof(one: &Involved) -> Option<String> {
    match &one.verdict {
        Verdict::Pending => None,
        Verdict::Verified { generation, asked } => {
            Some(format!("Asked at {asked}, it proved its journal and that it obeys state {generation}."))
        }
        Verdict::Failed { why, at } => Some(format!("At {at} it was not back: {}.", timeline::failed(why))),
    }
}

fn span(span: Millis) -> String {
    exact(span.duration())
}

/// Milliseconds below ten seconds, seconds above.
fn exact(span: Duration) -> String {
    match span.as_millis() {
        millis if millis < 10_000 => format!("{millis} ms"),
        _ => format!("{} s", span.as_secs()),
    }
}

#[cfg(test)]
mod tests;
