//! Curves around a moment: one axis of time for all, each with its unit, and the decisive reading as one line through
//! them. Down-sampling keeps the peaks, and gaps stay gaps.

use control::view::{ActView, Curve, TraceView};
use maud::{Markup, PreEscaped, html};

use super::age;

/// The drawing in its own units: names at the left, values at the right, thirty seconds each way between.
const WIDTH: f64 = 860.0;
const LEFT: f64 = 130.0;
const RIGHT: f64 = 770.0;
const PANEL: f64 = 62.0;
const GAP: f64 = 16.0;
const TOP: f64 = 30.0;
const SECONDS: f64 = 30.0;

/// Columns into which a curve is gathered, each with its least and its greatest value.
const COLUMNS: usize = 320;

/// A sense that says nothing for so long has a gap.
const SILENT: f64 = 5.0;

/// One recording as a picture, with a table behind it.
pub(super) fn trace(one: &TraceView) -> Markup {
    let mut curves: Vec<&Curve> = one.curves.iter().collect();
    // What decided stands first; what never moved says least.
    curves.sort_by_key(|curve| (!one.decisive.contains(&curve.sensor), !moved(curve)));
    let count = f64::from(u32::try_from(curves.len()).unwrap_or(u32::MAX));
    let bottom = TOP + count * (PANEL + GAP);
    let label = format!(
        "What {} senses of {} said 30 s before and after {}",
        curves.len(),
        one.label,
        age::moment(&one.at.to_string())
    );
    html! {
        figure {
            h3 { (one.label) ", decisive reading " (age::moment(&one.at.to_string())) " UTC, by " (one.decisive.join(", ")) }
            div.scroll {
                svg.chart viewBox={ "0 0 " (WIDTH) " " (bottom + 24.0) } role="img" aria-label=(label) {
                    @for step in [-30, -20, -10, 0, 10, 20, 30] {
                        @let x = across(f64::from(step));
                        line.grid-line x1=(x) y1=(TOP) x2=(x) y2=(bottom) {}
                        text.soft x=(x) y=(bottom + 16.0) text-anchor="middle" { @if step == 0 { "0" } @else { (signed(step)) "\u{a0}s" } }
                    }
                    @for (at, curve) in curves.iter().enumerate() { (panel(curve, at)) }
                    line.moment x1=(across(0.0)) y1=(TOP - 8.0) x2=(across(0.0)) y2=(bottom) {}
                    text.first x=(across(0.0) + 6.0) y=(TOP - 12.0) { "decisive reading " (age::moment(&one.at.to_string())) }
                }
            }
            details.plain { summary { "Values as a table" } (table(&curves)) }
        }
    }
}

/// The decades of the axis of acts, in milliseconds, and the drawing's own units.
const DECADES: [(f64, &str); 6] =
    [(0.1, "0.1 ms"), (1.0, "1"), (10.0, "10"), (100.0, "100"), (1_000.0, "1 s"), (10_000.0, "10 s")];
const ROW: f64 = 26.0;
const WORDS: f64 = 400.0;

/// What a box did by itself: each act where it stands on a logarithmic axis, for the eye spans five decades.
pub(super) fn acts(all: &[(String, ActView)]) -> Markup {
    let rows = f64::from(u32::try_from(all.len() + 1).unwrap_or(u32::MAX));
    let bottom = rows * ROW + 4.0;
    let x = |millis: f64| WORDS + (millis.clamp(0.1, 10_000.0) / 0.1).log10() / 5.0 * (WIDTH - 40.0 - WORDS);
    let y = |row: usize| f64::from(u32::try_from(row).unwrap_or(u32::MAX)) * ROW + ROW / 2.0;
    html! {
        div.scroll {
            svg.chart viewBox={ "0 0 " (WIDTH) " " (bottom + 22.0) } role="img" aria-label={ (all.len()) " acts of the box by itself, the last " (told(all)) " after the decisive reading" } {
                @for (millis, word) in DECADES {
                    line.grid-line x1=(x(millis)) y1="0" x2=(x(millis)) y2=(bottom) {}
                    text.soft x=(x(millis)) y=(bottom + 16.0) text-anchor="middle" { (word) }
                }
                text x="62" y=(y(0) + 4.0) text-anchor="end" { "0 ms" }
                text.first x="76" y=(y(0) + 4.0) { "decisive reading" }
                circle.first cx=(x(0.0)) cy=(y(0)) r="4.5" {}
                @for (row, (label, act)) in all.iter().enumerate() {
                    @let millis = act.after.as_secs_f64() * 1e3;
                    line.axis x1=(x(0.0)) y1=(y(row + 1)) x2=(x(millis)) y2=(y(row + 1)) {}
                    circle.dot cx=(x(millis)) cy=(y(row + 1)) r="4" {}
                    text x="62" y=(y(row + 1) + 4.0) text-anchor="end" { (after(millis)) }
                    text x="76" y=(y(row + 1) + 4.0) { (act.what) @if !label.is_empty() { ", " (label) } }
                }
            }
        }
    }
}

fn after(millis: f64) -> String {
    match millis {
        ..10.0 => format!("{millis:.1}\u{a0}ms"),
        10.0..10_000.0 => format!("{millis:.0}\u{a0}ms"),
        _ => format!("{:.0}\u{a0}s", millis / 1e3),
    }
}

fn told(all: &[(String, ActView)]) -> String {
    all.last().map(|(_, act)| after(act.after.as_secs_f64() * 1e3)).unwrap_or_default()
}

fn panel(curve: &Curve, at: usize) -> Markup {
    let top = TOP + f64::from(u32::try_from(at).unwrap_or(u32::MAX)) * (PANEL + GAP);
    let (low, high) = span(curve);
    let down = |value: f64| top + PANEL - 4.0 - (value - low) / (high - low) * (PANEL - 12.0);
    html! {
        text x="0" y=(top + 16.0) { (curve.sensor) }
        text.soft x="0" y=(top + 33.0) { @if let Some([nought, one]) = curve.words { (nought) " or " (one) } @else { (curve.unit) } }
        @if curve.words.is_none() {
            text.soft x=(LEFT - 8.0) y=(down(high) + 4.0) text-anchor="end" { (number(high)) }
            text.soft x=(LEFT - 8.0) y=(down(low) + 4.0) text-anchor="end" { (number(low)) }
        }
        line.axis x1=(LEFT) y1=(top + PANEL) x2=(RIGHT) y2=(top + PANEL) {}
        path.curve d=(PreEscaped(way(curve, &down))) {}
        text x=(RIGHT + 8.0) y=(top + 20.0) { (last(curve)) }
    }
}

fn across(second: f64) -> f64 {
    LEFT + (second.clamp(-SECONDS, SECONDS) + SECONDS) / (2.0 * SECONDS) * (RIGHT - LEFT)
}

fn signed(step: i32) -> String {
    if step < 0 { format!("−{}", -step) } else { format!("+{step}") }
}

/// Whether anything of it changed.
fn moved(curve: &Curve) -> bool {
    let mut values = curve.points.iter().filter_map(|(_, value)| *value);
    values.next().is_some_and(|first| values.any(|value| (value - first).abs() > f64::EPSILON))
}

/// From the least to the greatest value, and a little room where it never moved.
fn span(curve: &Curve) -> (f64, f64) {
    if curve.words.is_some() {
        return (0.0, 1.0);
    }
    let values = || curve.points.iter().filter_map(|(_, value)| *value);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if !low.is_finite() || !high.is_finite() {
        return (0.0, 1.0);
    }
    let room = ((high - low) * 0.1).max(high.abs() * 0.02).max(0.001);
    // What cannot be below nothing is not drawn as if it could.
    let floor = if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
    ((low - room).max(floor), high + room)
}

/// The way of the curve. A switch is drawn in steps; of the rest each column keeps what was least and greatest in it.
fn way(curve: &Curve, down: &dyn Fn(f64) -> f64) -> String {
    let (mut way, mut last) = (String::new(), None::<(f64, f64)>);
    for (at, value) in gathered(curve) {
        let Some(value) = value else {
            last = None;
            continue;
        };
        let (x, y) = (across(at), down(value));
        match last.filter(|(before, _)| at - before < SILENT || curve.words.is_some()) {
            None => way.push_str(&format!("M{x:.1} {y:.1}")),
            Some((_, before)) if curve.words.is_some() => {
                way.push_str(&format!("L{x:.1} {:.1}L{x:.1} {y:.1}", down(before)));
            }
            Some(_) => way.push_str(&format!("L{x:.1} {y:.1}")),
        }
        last = Some((at, value));
    }
    // A switch stands as it stands until it says otherwise.
    if let Some((_, value)) = last.filter(|_| curve.words.is_some()) {
        way.push_str(&format!("L{RIGHT:.1} {:.1}", down(value)));
    }
    way
}

fn gathered(curve: &Curve) -> Vec<(f64, Option<f64>)> {
    if curve.points.len() <= COLUMNS * 2 {
        return curve.points.clone();
    }
    let each = curve.points.len().div_ceil(COLUMNS);
    let mut out = vec![];
    for column in curve.points.chunks(each) {
        let known = || column.iter().filter(|(_, value)| value.is_some());
        let least = known().min_by(|a, b| a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal));
        let greatest = known().max_by(|a, b| a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal));
        let gap = column.iter().find(|(_, value)| value.is_none());
        let mut kept: Vec<_> = [least, greatest, gap].into_iter().flatten().copied().collect();
        kept.sort_by(|a, b| a.0.total_cmp(&b.0));
        out.extend(kept);
    }
    out
}

fn number(value: f64) -> String {
    let text = if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    text.replace('-', "−")
}

fn last(curve: &Curve) -> String {
    match (curve.points.iter().rev().find_map(|(_, value)| *value), curve.words) {
        (Some(value), Some([nought, one])) => if value > 0.5 { one } else { nought }.into(),
        (Some(value), None) => format!("{}\u{a0}{}", number(value), curve.unit),
        (None, _) => "could not look".into(),
    }
}

fn table(curves: &[&Curve]) -> Markup {
    html! {
        table {
            thead { tr { th { "Sense" } th { "Readings" } th { "Least" } th { "Greatest" } th { "Last" } } }
            tbody {
                @for curve in curves {
                    @let (values, words) = (|| curve.points.iter().filter_map(|(_, value)| *value), curve.words);
                    @let word = |value: f64| words.map_or_else(|| format!("{}\u{a0}{}", number(value), curve.unit), |words| words[usize::from(value > 0.5)].into());
                    tr {
                        td { (curve.sensor) }
                        td { (curve.points.len()) }
                        td { (values().reduce(f64::min).map(word).unwrap_or_default()) }
                        td { (values().reduce(f64::max).map(word).unwrap_or_default()) }
                        td { (last(curve)) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
