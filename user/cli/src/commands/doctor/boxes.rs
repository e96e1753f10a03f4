//! What the fleet says of its boxes: each reason once, with those that it is about.

use std::collections::BTreeMap;

use api::{
    Device,
    device::Sensor,
    word::{Arming, HealthState, SenseState, Standing},
};

use super::chart::Chart;
use crate::commands::Session;

pub(super) fn look(devices: &[Device], session: &Session, chart: &mut Chart) {
    // What is over stays in the list, and nothing is to be set up about it.
    let is_over =
        |one: &Device| one.standing.state == Standing::Revoked || one.arming.value == Arming::Retired;
    let alive: Vec<&Device> = devices.iter().filter(|one| !is_over(one)).collect();
    if alive.is_empty() {
        let how = session.hint("token --site SITE");
        return chart.look("boxes", format!("none that you may see has joined; `{how}` lets one in"));
    }
    verdicts(&alive, session, chart);
    let of = |is: fn(&Device) -> bool| named(alive.iter().filter(|one| is(one)).map(|one| one.label.clone()));
    if let Some(late) = of(|one| one.state.adopted < one.state.published) {
        chart.look(
            "states",
            format!("{late}: obey an older state than was published; look whether they are connected"),
        );
    }
    if let Some(idle) = of(|one| one.arming.value != Arming::Armed) {
        let how = session.hint("arm BOX armed");
        chart.look("arming", format!("{idle}: not armed; `{how}` once each is as it belongs"));
    }
    sensors(&alive, session, chart);
}

/// The verdicts that are not good, by their reason.
fn verdicts(devices: &[&Device], session: &Session, chart: &mut Chart) {
    let mut reasons: BTreeMap<(HealthState, &str), Vec<String>> = BTreeMap::new();
    for device in devices {
        let reason = (device.health.state, device.health.why.as_str());
        reasons.entry(reason).or_default().push(device.label.clone());
    }
    let good = devices.iter().filter(|one| one.health.state == HealthState::Good).count();
    chart.ok("boxes", format!("{good} of {} good", devices.len()));
    reasons.retain(|(state, _), _| *state != HealthState::Good);
    let more = reasons.len().saturating_sub(REASONS);
    for ((state, why), labels) in reasons.into_iter().take(REASONS) {
        let labels = named(labels.into_iter()).unwrap_or_default();
        chart.look("boxes", format!("{}: {labels}: {why}", state.word()));
    }
    if more > 0 {
        chart.look("boxes", format!("{more} more reasons; `{}` has them all", session.hint("devices")));
    }
}

/// Beyond so many reasons nobody reads on.
const REASONS: usize = 20;

/// The fleet counts what tripped longer ago as not proved: a quarter of a year.
const FRESH_SECONDS: u64 = 92 * 24 * 60 * 60;

/// Sensors that do not see, those that never showed that they do or too long ago, and those of which nothing is known
/// now.
fn sensors(devices: &[&Device], session: &Session, chart: &mut Chart) {
    let of = |is: fn(&Sensor) -> bool| {
        let all = devices.iter().flat_map(|device| device.sensors.iter().map(move |sensor| (device, sensor)));
        named(
            all.filter(|(_, sensor)| is(sensor))
                .map(|(device, sensor)| format!("{}/{}", device.label, sensor.name)),
        )
    };
    let blind = of(|one| matches!(one.state, SenseState::Faulted | SenseState::Silent));
    let never = of(|one| one.proved.is_none());
    let stale = of(|one| one.proof_age_seconds.is_some_and(|age| age > FRESH_SECONDS));
    let open = of(|one| {
        let told = one.proof_age_seconds.is_some_and(|age| age <= FRESH_SECONDS);
        told && one.state == SenseState::Unproved
    });
    if let Some(blind) = &blind {
        chart.wrong("sensors", format!("{blind}: faulted or silent; `metald doctor` on the box says why"));
    }
    let how = session.hint("walk BOX");
    if let Some(never) = &never {
        chart.look("sensors", format!("{never}: never tripped; `{how}` proves them"));
    }
    if let Some(stale) = &stale {
        chart.look("sensors", format!("{stale}: tripped too long ago; `{how}` proves them anew"));
    }
    if let Some(open) = &open {
        chart.look(
            "sensors",
            format!("{open}: not heard, or nothing learnt, since the box started; look again"),
        );
    }
    if devices.iter().all(|device| device.sensors.is_empty()) {
        chart.look("sensors", "no box has told of one; each tells at its first contact, if it is given any");
    } else if [blind, never, stale, open].iter().all(Option::is_none) {
        chart.ok("sensors", "each has proved that it trips");
    }
}

/// How many, and the first of them; none of nobody.
fn named(all: impl Iterator<Item = String>) -> Option<String> {
    let all: Vec<String> = all.collect();
    let rest = all.len().saturating_sub(NAMES);
    let names = all.get(..NAMES).unwrap_or(&all).join(", ");
    match (all.len(), rest) {
        (0, _) => None,
        (1, _) => Some(names),
        (count, 0) => Some(format!("{count} ({names})")),
        (count, rest) => Some(format!("{count} ({names} and {rest} more)")),
    }
}

/// So many are named.
const NAMES: usize = 5;
