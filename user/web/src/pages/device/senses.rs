//! The senses of one box: at what each trips, what its word is worth, and, while somebody watches, what it says now.

use api::{Device, device::Sensor, word::SenseState};
use control::view::{Curve, LiveView};
use maud::{Markup, html};

use crate::{
    pages::{
        age::{self, Worded},
        chart, mark,
    },
    routes::devices::Trips,
};

/// What a sense said longer ago, in seconds, is not what it says now; a sense that is watched repeats itself sooner.
const NOW: f64 = 10.0;

/// The table. Nobody's readings stand in it but those of a box that whoever looks watches.
pub(in crate::pages) fn table(one: &Device, trips: &Trips, live: Option<&LiveView>) -> Markup {
    html! {
        @if one.sensors.is_empty() { p.empty { "It has not said yet which senses it has." } } @else {
            div.scroll {
                table.senses {
                    thead { tr { th { "Sense" } th { "Now" } th { "Trips at" } th.wide-only { "Last minute" } th { "Its word" } th.right { "Last trip" } } }
                    tbody { @for sense in &one.sensors { (row(sense, trips, live)) } }
                }
            }
        }
    }
}

/// How many are proved.
pub(in crate::pages) fn proved(one: &Device) -> String {
    let proved = one.sensors.iter().filter(|sense| sense.state == SenseState::Proved).count();
    format!("{proved} of {} are proved: they speak, and have tripped when tested", one.sensors.len())
}

fn row(sense: &Sensor, trips: &Trips, live: Option<&LiveView>) -> Markup {
    let (sign, words) = match sense.state {
        SenseState::Proved => ("yes", "proved"),
        SenseState::Unproved => ("unproved", "unproved: nobody has seen it trip"),
        SenseState::Faulted => ("no", "faulted: it cannot look"),
        SenseState::Silent => ("silent", "silent"),
        SenseState::Unknown => ("unproved", "unknown: the box has not been heard for too long"),
    };
    let curve = live.and_then(|live| live.curves.iter().find(|curve| curve.sensor == sense.name));
    let rules = trips.get(sense.channel.as_str()).map(|rules| rules.join("; ")).unwrap_or_default();
    html! {
        tr.odd[sense.state != SenseState::Proved] {
            td { (mark::named(sign)) b { (sense.name) } br; small { (sense.channel) } }
            td.now { (now(live, curve)) }
            td { (rules) }
            td.wide-only { @if let Some(curve) = curve { (chart::spark(curve)) } }
            td { (words) br; small { "spoke " (age::of(sense.spoke.as_deref(), sense.spoke_seconds, Worded::Ago)) } }
            td.right { (age::of(sense.proved.as_deref(), sense.proof_age_seconds, Worded::Ago)) }
        }
    }
}

/// The last word of a sense with its unit, if it is a word of now.
fn now(live: Option<&LiveView>, curve: Option<&Curve>) -> String {
    let late = live.map_or(f64::INFINITY, |live| live.age.as_secs_f64());
    let said = curve.and_then(|curve| Some((curve, curve.points.last()?.0)));
    said.filter(|(_, at)| late - at <= NOW).map_or_else(|| "–".into(), |(curve, _)| chart::newest(curve))
}

#[cfg(test)]
mod tests;
