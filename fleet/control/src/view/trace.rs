//! What the senses of a box said around an event, as curves: the flight recorder, read on purpose.

use std::{collections::BTreeMap, time::Duration};

use store::Store;
use vocab::{
    DeviceId, EventId, IncidentId, InterlockReading, Label, Millis, Mono, Reading, SiteName, Tuning, Value,
    Wall,
    reading::{Channel, Contact, Flag, Supply},
    unit::Permille,
};
use wire::v1::Body;

use super::incident::{told, tuning};
use crate::{fault::Fault, fleet::Fleet};

/// Most events of an incident whose recordings are read.
const EVENTS: usize = 8;

/// One recording.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceView {
    /// Whose.
    pub device: DeviceId,
    /// What people call it.
    pub label: Label,
    /// Where it stands.
    pub site: SiteName,
    /// Around which event.
    pub event: EventId,
    /// When the decisive reading was taken.
    pub at: Wall,
    /// The senses that decided.
    pub decisive: Vec<String>,
    /// One for each sense that says how much, or whether.
    pub curves: Vec<Curve>,
}

/// What one sense said.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Its name.
    pub sensor: String,
    /// In what its values are; for a switch nothing.
    pub unit: &'static str,
    /// For a switch, the words of nought and one.
    pub words: Option<[&'static str; 2]>,
    /// Seconds after the decisive reading, and the value, in order of time; none: it could not look.
    pub points: Vec<(f64, Option<f64>)>,
    /// What decides of it by itself, as the device was tuned.
    pub limits: Vec<Limit>,
}

/// A value at which a sense trips.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// The value, in the unit of the curve; none for a switch.
    pub value: Option<f64>,
    /// The rule in words.
    pub rule: String,
}

/// The recordings of an incident.
pub fn traces<S: Store>(fleet: &Fleet<S>, incident: IncidentId) -> Result<Vec<TraceView>, Fault> {
    let said = told(fleet, incident)?;
    let events = said.iter().filter_map(|said| match &said.body {
        Some(Body::Event(event)) => Some((said.device, event)),
        _ => None,
    });
    let mut views = vec![];
    for (device, event) in events {
        let recorded = said.iter().filter(|said| said.device == device).filter_map(|said| match &said.body {
            Some(Body::Trace(trace)) if trace.event == event.id => Some(&trace.readings),
            _ => None,
        });
        let curves = curves(recorded.flatten(), event.at.mono, &tuning(fleet, device));
        let Some(record) = fleet.record(device).filter(|_| !curves.is_empty()) else { continue };
        views.push(TraceView {
            device,
            label: record.identity.label().clone(),
            site: record.site.clone(),
            event: event.id,
            at: event.at.wall,
            decisive: event.readings.iter().map(|reading| reading.sensor.to_string()).collect(),
            curves,
        });
        if views.len() == EVENTS {
            break;
        }
    }
    Ok(views)
}

/// What the senses of a box that somebody watches said within the last minute. Nobody signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveView {
    /// How long ago its last word came.
    pub age: Duration,
    /// One for each sense that says how much, or whether; seconds count from the last word back.
    pub curves: Vec<Curve>,
}

/// The same; none before its first word.
pub fn live<S: Store>(fleet: &Fleet<S>, device: DeviceId, now: Mono) -> Option<LiveView> {
    let heard = fleet.heard_of(device, now)?;
    let curves = curves(heard.readings(), heard.moment, &tuning(fleet, device));
    Some(LiveView { age: heard.age, curves })
}

fn curves<'a>(readings: impl Iterator<Item = &'a Reading>, moment: Mono, tuning: &Tuning) -> Vec<Curve> {
    let mut curves = BTreeMap::<String, Curve>::new();
    for reading in readings {
        let Some((unit, words, value)) = measured(&reading.value) else { continue };
        let limits = || reading.value.channel().map(|channel| limits(channel, tuning)).unwrap_or_default();
        let curve = curves.entry(reading.sensor.to_string()).or_insert_with(|| Curve {
            sensor: reading.sensor.to_string(),
            unit,
            words,
            points: vec![],
            limits: limits(),
        });
        // A sense that could not look says so without saying in what.
        if curve.unit.is_empty() && curve.words.is_none() {
            (curve.unit, curve.words) = (unit, words);
            curve.limits = limits();
        }
        curve.points.push((after(reading.at, moment), value));
    }
    let mut curves: Vec<_> = curves.into_values().collect();
    for curve in &mut curves {
        curve.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        // A sense that speaks seldom is repeated by those who watch.
        curve.points.dedup();
    }
    curves
}

/// At what each channel trips, by its word, as this box is tuned.
pub fn trips<S: Store>(
    fleet: &Fleet<S>,
    device: DeviceId,
    channels: impl IntoIterator<Item = Channel>,
) -> BTreeMap<&'static str, Vec<String>> {
    let tuning = tuning(fleet, device);
    let rules = |channel| limits(channel, &tuning).into_iter().map(|limit| limit.rule).collect();
    channels.into_iter().map(|channel| (super::channel(channel), rules(channel))).collect()
}

/// What trips a sense. What is judged by how it moves, or against what was learnt at home, has no line that could be
/// drawn.
fn limits(channel: Channel, tuning: &Tuning) -> Vec<Limit> {
    let Tuning { enclosure, motion, supply, temperature: heat, .. } = tuning;
    let at = |value: f64, rule: String| Limit { value: Some(value), rule };
    let rule = |rule: String| Limit { value: None, rule };
    match channel {
        Channel::Acceleration => {
            let fall = f64::from(motion.free_fall.0) / 1e6;
            vec![
                at(fall, format!("below {fall} g for {} it falls", span(motion.free_fall_for))),
                rule(format!("moving by {} for {}", motion.moving, span(motion.moved_after))),
                rule(format!("a blow of {}", motion.blow)),
                rule(format!("tilted by {} for {}", motion.tilt, span(motion.tilt_for))),
            ]
        }
        Channel::Components => vec![rule("any part that comes, goes or changes".into())],
        Channel::Contact => vec![rule(format!("open for {}", span(enclosure.open_after)))],
        Channel::Current => {
            let (share, long) = (percent(supply.current), span(supply.current_for));
            vec![rule(format!("{share} from what it learnt, for {long}"))]
        }
        Channel::Interfaces => vec![rule("anything plugged in or out".into())],
        Channel::Interlock => vec![rule("nothing: it withholds acts".into())],
        Channel::Intrusion => vec![rule("raised".into())],
        Channel::Light => {
            let light = enclosure.light.0;
            vec![at(f64::from(light), format!("{light} lux for {}", span(enclosure.light_after)))]
        }
        Channel::Loop => {
            let (cut, short) = (enclosure.loop_cut.0, enclosure.loop_short.0);
            let jump = percent(enclosure.loop_jump);
            vec![
                at(f64::from(cut), format!("cut above {cut} Ω")),
                at(f64::from(short), format!("bridged below {short} Ω")),
                rule(format!("{jump} from what it learnt")),
            ]
        }
        Channel::Rail => {
            let (low, high, long) = (percent(supply.low), percent(supply.high), span(supply.warn_for));
            vec![rule(format!("{low} below or {high} above its voltage, for {long}"))]
        }
        Channel::Supply => vec![rule(format!("lost for {}", span(supply.lost_after)))],
        Channel::Temperature => {
            let [low, high] = [heat.low.0, heat.high.0].map(|limit| f64::from(limit) / 1e3);
            vec![
                at(low, format!("below {low} °C")),
                at(high, format!("above {high} °C")),
                rule(format!("cooling by {} within a second", heat.cooling)),
            ]
        }
    }
}

fn span(millis: Millis) -> String {
    match millis.0 {
        short @ ..1_000 => format!("{short} ms"),
        long => super::span(Duration::from_millis(u64::from(long))),
    }
}

fn percent(share: Permille) -> String {
    format!("{} %", f64::from(share.0) / 10.0)
}

#[allow(clippy::cast_precision_loss)]
fn after(at: Mono, moment: Mono) -> f64 {
    (at.0 as f64 - moment.0 as f64) / 1e9
}

type Measured = (&'static str, Option<[&'static str; 2]>, Option<f64>);

/// A value as a number; none for lists, which are no curve.
fn measured(value: &Value) -> Option<Measured> {
    let is = |words, yes: bool| Some(("", Some(words), Some(f64::from(u8::from(yes)))));
    let milli = |unit, value: f64| Some((unit, None, Some(value / 1e3)));
    match value {
        Value::Acceleration(x, y, z) => {
            let [x, y, z] = [x.0, y.0, z.0].map(f64::from);
            Some(("g", None, Some((x * x + y * y + z * z).sqrt() / 1e6)))
        }
        Value::Contact(contact) => is(["closed", "open"], *contact == Contact::Open),
        Value::Current(current) => milli("A", f64::from(current.0)),
        Value::Fault(_) => Some(("", None, None)),
        Value::Interlock(_, reading) => is(["clear", "engaged"], *reading != InterlockReading::Clear),
        Value::Intrusion(flag) => is(["clear", "raised"], *flag == Flag::Raised),
        Value::Light(lux) => Some(("lux", None, Some(f64::from(lux.0)))),
        Value::Loop(ohms) => Some(("Ω", None, Some(f64::from(ohms.0)))),
        Value::Rail(volts) => milli("V", f64::from(volts.0)),
        Value::Supply(supply) => is(["present", "lost"], *supply == Supply::Lost),
        Value::Temperature(celsius) => milli("°C", f64::from(celsius.0)),
        Value::Components(_) | Value::Interfaces(_) => None,
    }
}
