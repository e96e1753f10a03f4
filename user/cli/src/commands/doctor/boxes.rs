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

/// What a sensor lacks, the worst first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// It does not see.
    Sight,
    /// It never showed that it does.
    Proof,
    /// It showed it too long ago.
    FreshProof,
    /// Nothing that we understand is known of it since its box started.
    Word,
}

fn lack(sensor: &Sensor) -> Option<Lack> {
    match sensor.state {
        SenseState::Faulted | SenseState::Silent => Some(Lack::Sight),
        _ if sensor.proved.is_none() => Some(Lack::Proof),
        _ if sensor.proof_age_seconds.is_some_and(|age| age > FRESH_SECONDS) => Some(Lack::FreshProof),
        SenseState::Unknown | SenseState::Unproved => Some(Lack::Word),
        SenseState::Proved => None,
    }
}

fn sensors(devices: &[&Device], session: &Session, chart: &mut Chart) {
    let all = || devices.iter().flat_map(|device| device.sensors.iter().map(move |sensor| (device, sensor)));
    let who = |what: Lack| {
        let lacking = all().filter(|(_, sensor)| lack(sensor) == Some(what));
        named(lacking.map(|(device, sensor)| format!("{}/{}", device.label, sensor.name)))
    };
    let walk = session.hint("walk BOX");
    if let Some(blind) = who(Lack::Sight) {
        chart.wrong("sensors", format!("{blind}: faulted or silent; `metald doctor` on the box says why"));
    }
    for (what, says) in [
        (Lack::Proof, format!("never tripped; `{walk}` proves them")),
        (Lack::FreshProof, format!("tripped too long ago; `{walk}` proves them anew")),
        (Lack::Word, "not heard, or nothing learnt, since the box started; look again".into()),
    ] {
        if let Some(lacking) = who(what) {
            chart.look("sensors", format!("{lacking}: {says}"));
        }
    }
    if all().next().is_none() {
        chart.look("sensors", "no box has told of one; each tells at its first contact, if it is given any");
    } else if all().all(|(_, sensor)| lack(sensor).is_none()) {
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
