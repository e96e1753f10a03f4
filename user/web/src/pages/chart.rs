//! Curves of the senses: one axis of time for all, each with its unit, and the decisive reading, where there was one, as
//! one line through them. Down-sampling keeps the peaks, and gaps stay gaps.

use control::view::{ActView, Curve, Limit, LiveView, TraceView};
use maud::{Markup, PreEscaped, html};

use super::age;

/// A drawing in its own units. On a phone it is drawn anew, not shrunk: names stand above what they name.
#[derive(Clone, Copy)]
struct Sheet {
    name: &'static str,
    width: f64,
    /// Where curves begin and end.
    left: f64,
    right: f64,
    /// Between two panels.
    gap: f64,
    /// The first and the last second.
    span: (f64, f64),
    /// The seconds that are written below.
    steps: &'static [i32],
}

const WIDE: Sheet = Sheet {
    name: "chart wide-chart",
    width: 860.0,
    left: 130.0,
    right: 770.0,
    gap: 16.0,
    span: (-30.0, 30.0),
    steps: &[-30, -20, -10, 0, 10, 20, 30],
};
const NARROW: Sheet = Sheet {
    name: "chart narrow-chart",
    width: 358.0,
    left: 0.0,
    right: 358.0,
    gap: 52.0,
    span: (-30.0, 30.0),
    steps: &[-20, 0, 20],
};

/// The last minute.
const WIDE_LIVE: Sheet = Sheet { span: (-60.0, 0.0), steps: &[-60, -45, -30, -15, 0], ..WIDE };
const NARROW_LIVE: Sheet = Sheet { span: (-60.0, 0.0), steps: &[-45, -30, -15], ..NARROW };

/// The last minute in a row of a table: its shape alone.
const SPARK: Sheet =
    Sheet { name: "spark", width: 120.0, left: 0.0, right: 120.0, gap: 0.0, span: (-60.0, 0.0), steps: &[] };
const SPARK_HEIGHT: f64 = 22.0;

const PANEL: f64 = 62.0;
const TOP: f64 = 30.0;

/// Columns into which a curve is gathered, each with its least and its greatest value.
const COLUMNS: usize = 320;

/// A sense that says nothing for so long has a gap.
const SILENT: f64 = 5.0;

/// One recording as a picture, with a table behind it.
pub(super) fn trace(one: &TraceView) -> Markup {
    let mut curves: Vec<&Curve> = one.curves.iter().collect();
    // What decided stands first; what never moved says least.
    curves.sort_by_key(|curve| (!one.decisive.contains(&curve.sensor), !moved(curve)));
    let at = age::moment(&one.at.to_string());
    html! {
        figure {
            h3 { (one.label) ", decisive reading " (at) " UTC, by " (one.decisive.join(", ")) }
            @for sheet in [WIDE, NARROW] {
                @let label = format!("What {} senses of {} said 30 s before and after {at}", curves.len(), one.label);
                (drawn(&sheet, &label, &curves, html! { (moment(&sheet, &at, curves.len())) }))
            }
            details.plain { summary { "Values as a table" } div.scroll { (table(&curves)) } }
        }
    }
}

/// The last minute as a picture, with a table behind it.
pub(super) fn live(one: &LiveView) -> Markup {
    let curves: Vec<&Curve> = one.curves.iter().collect();
    let label = format!("What {} senses said in the last minute", curves.len());
    html! {
        figure {
            @for sheet in [WIDE_LIVE, NARROW_LIVE] { (drawn(&sheet, &label, &curves, html! {})) }
            details.plain { summary { "Values as a table" } div.scroll { (table(&curves)) } }
        }
    }
}

/// The last minute of one sense, small, with the limits that are near.
pub(super) fn spark(curve: &Curve) -> Markup {
    let (low, high) = span(curve);
    let down = |value: f64| SPARK_HEIGHT - 2.0 - (value - low) / (high - low) * (SPARK_HEIGHT - 4.0);
    let limits = curve.limits.iter().filter_map(|limit| limit.value);
    let near = limits.filter(|value| (low..=high).contains(value) && curve.words.is_none());
    let label = format!("{} in the last minute; last {}", curve.sensor, last(curve));
    html! {
        svg class=(SPARK.name) viewBox={ "0 0 " (SPARK.width) " " (SPARK_HEIGHT) } role="img" aria-label=(label) {
            @for value in near { line.limit x1=(SPARK.left) y1=(down(value)) x2=(SPARK.right) y2=(down(value)) {} }
            path.curve d=(PreEscaped(way(&SPARK, curve, &down))) {}
        }
    }
}

/// The line through all of them at which it was decided.
fn moment(sheet: &Sheet, at: &str, curves: usize) -> Markup {
    let (middle, bottom) = (sheet.across(0.0), sheet.bottom(curves));
    html! {
        line.moment x1=(middle) y1=(TOP - 8.0) x2=(middle) y2=(bottom) {}
        @if sheet.left > 0.0 { text.first x=(middle + 6.0) y=(TOP - 12.0) { "decisive reading " (at) } }
        @else { text.first x=(middle) y=(TOP - 14.0) text-anchor="middle" { "decisive reading" } }
    }
}

fn drawn(sheet: &Sheet, label: &str, curves: &[&Curve], over: Markup) -> Markup {
    let bottom = sheet.bottom(curves.len());
    html! {
        svg class=(sheet.name) viewBox={ "0 0 " (sheet.width) " " (bottom + 24.0) } role="img" aria-label=(label) {
            @for step in sheet.steps {
                @let x = sheet.across(f64::from(*step));
                line.grid-line x1=(x) y1=(TOP) x2=(x) y2=(bottom) {}
                text.soft x=(x) y=(bottom + 16.0) text-anchor="middle" { @if *step == 0 { "0" } @else { (signed(*step)) "\u{a0}s" } }
            }
            @for (number, curve) in curves.iter().enumerate() { (panel(sheet, curve, number)) }
            (over)
        }
    }
}

fn number_of(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

impl Sheet {
    fn across(&self, second: f64) -> f64 {
        let (first, last) = self.span;
        self.left + (second.clamp(first, last) - first) / (last - first) * (self.right - self.left)
    }

    fn bottom(&self, curves: usize) -> f64 {
        TOP + number_of(curves) * (PANEL + self.gap)
    }
}

/// The decades of the axis of acts, in milliseconds, and the drawing's own units.
const DECADES: [(f64, &str); 6] =
    [(0.1, "0.1 ms"), (1.0, "1"), (10.0, "10"), (100.0, "100"), (1_000.0, "1 s"), (10_000.0, "10 s")];
const ROW: f64 = 26.0;
const WORDS: f64 = 400.0;

/// What a box did by itself: each act where it stands on a logarithmic axis, for the eye spans five decades.
pub(super) fn acts(all: &[(String, ActView)]) -> Markup {
    html! { (acts_wide(all)) (acts_narrow(all)) }
}

fn acts_label(all: &[(String, ActView)]) -> String {
    format!("{} acts of the box by itself, the last {} after the decisive reading", all.len(), told(all))
}

/// How far along an axis from nought to one.
fn decade(millis: f64) -> f64 {
    (millis.clamp(0.1, 10_000.0) / 0.1).log10() / 5.0
}

fn acts_wide(all: &[(String, ActView)]) -> Markup {
    let bottom = number_of(all.len() + 1) * ROW + 4.0;
    let x = |millis: f64| WORDS + decade(millis) * (WIDE.width - 40.0 - WORDS);
    let y = |row: usize| number_of(row) * ROW + ROW / 2.0;
    html! {
        svg class=(WIDE.name) viewBox={ "0 0 " (WIDE.width) " " (bottom + 22.0) } role="img" aria-label=(acts_label(all)) {
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

/// Two lines for each: what it was, and where it stands.
fn acts_narrow(all: &[(String, ActView)]) -> Markup {
    const EACH: f64 = 40.0;
    let bottom = number_of(all.len() + 1) * EACH;
    let x = |millis: f64| 16.0 + decade(millis) * (NARROW.width - 40.0);
    let y = |row: usize| number_of(row) * EACH;
    html! {
        svg class=(NARROW.name) viewBox={ "0 0 " (NARROW.width) " " (bottom + 22.0) } role="img" aria-label=(acts_label(all)) {
            @for (millis, word) in DECADES {
                line.grid-line x1=(x(millis)) y1="0" x2=(x(millis)) y2=(bottom) {}
                text.soft x=(x(millis)) y=(bottom + 16.0) text-anchor="middle" { (word) }
            }
            text.first x="0" y=(y(0) + 13.0) { "0 ms, decisive reading" }
            circle.first cx=(x(0.0)) cy=(y(0) + 27.0) r="4.5" {}
            @for (row, (label, act)) in all.iter().enumerate() {
                @let (millis, top) = (act.after.as_secs_f64() * 1e3, y(row + 1));
                text x="0" y=(top + 13.0) { (after(millis)) ", " (act.what) @if !label.is_empty() { ", " (label) } }
                line.axis x1=(x(0.0)) y1=(top + 27.0) x2=(x(millis)) y2=(top + 27.0) {}
                circle.dot cx=(x(millis)) cy=(top + 27.0) r="4" {}
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

fn panel(sheet: &Sheet, curve: &Curve, at: usize) -> Markup {
    let wide = sheet.left > 0.0;
    let above = if wide { 0.0 } else { sheet.gap - 16.0 };
    let top = TOP + number_of(at) * (PANEL + sheet.gap) + above;
    let (low, high) = span(curve);
    let down = |value: f64| top + PANEL - 4.0 - (value - low) / (high - low) * (PANEL - 12.0);
    let seen = curve.limits.iter().filter_map(|limit| Some((limit.value?, limit)));
    let seen = seen.filter(|(value, _)| (low..=high).contains(value) && curve.words.is_none());
    html! {
        @if wide {
            text x="0" y=(top + 16.0) { (curve.sensor) }
            text.soft x="0" y=(top + 33.0) { (measure(curve)) }
            @if let Some(limit) = spelt(curve, low, high) { text.soft x=(sheet.left + 6.0) y=(top + 12.0) { (limit) } }
            @if curve.words.is_none() {
                @let (high_number, low_number) = (number(high), number(low));
                text.soft x=(sheet.left - 8.0) y=(down(high) + 4.0) text-anchor="end" { (high_number) }
                @if low_number != high_number { text.soft x=(sheet.left - 8.0) y=(down(low) + 4.0) text-anchor="end" { (low_number) } }
            }
            text x=(sheet.right + 8.0) y=(top + 20.0) { (last(curve)) }
        } @else {
            text x="0" y=(top - 18.0) { (curve.sensor) }
            text x=(sheet.right) y=(top - 18.0) text-anchor="end" { (last(curve)) }
            text.soft x="0" y=(top - 3.0) { (measure(curve)) @if let Some(limit) = spelt(curve, low, high) { ", " (limit) } }
        }
        line.axis x1=(sheet.left) y1=(top + PANEL) x2=(sheet.right) y2=(top + PANEL) {}
        @for (value, limit) in seen {
            line.limit x1=(sheet.left) y1=(down(value)) x2=(sheet.right) y2=(down(value)) {}
            text.limit x=(sheet.left + 4.0) y=(down(value) - 4.0) { (limit.rule) }
        }
        path.curve d=(PreEscaped(way(sheet, curve, &down))) {}
    }
}

/// In what its values are, or which two there are.
fn measure(curve: &Curve) -> String {
    curve.words.map_or_else(|| curve.unit.into(), |[nought, one]| format!("{nought} or {one}"))
}

/// A limit that has no line here: of a switch, or far from all that was read.
fn spelt(curve: &Curve, low: f64, high: f64) -> Option<&str> {
    let beyond = |limit: &&Limit| limit.value.is_none_or(|value| !(low..=high).contains(&value));
    curve.limits.iter().find(beyond).map(|limit| limit.rule.as_str())
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
    // A limit that is near is shown with what came near it; one far away would press the curve flat.
    let reach = (high - low).max(high.abs() * 0.02);
    let near = |value: &f64| *value <= high + 2.0 * reach && *value >= low - 2.0 * reach;
    let limits = || curve.limits.iter().filter_map(|limit| limit.value).filter(near);
    let (low, high) = (limits().fold(low, f64::min), limits().fold(high, f64::max));
    let room = ((high - low) * 0.1).max(high.abs() * 0.02).max(0.001);
    // What cannot be below nothing is not drawn as if it could.
    let floor = if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
    ((low - room).max(floor), high + room)
}

/// The way of the curve. A switch is drawn in steps; of the rest each column keeps what was least and greatest in it.
fn way(sheet: &Sheet, curve: &Curve, down: &dyn Fn(f64) -> f64) -> String {
    let (mut way, mut last) = (String::new(), None::<(f64, f64)>);
    for (at, value) in gathered(curve) {
        let Some(value) = value else {
            last = None;
            continue;
        };
        let (x, y) = (sheet.across(at), down(value));
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
        way.push_str(&format!("L{:.1} {:.1}", sheet.right, down(value)));
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
    let seen = curve.points.iter().rev().find_map(|(_, value)| *value);
    seen.map_or_else(|| "could not look".into(), |value| worded(curve, value))
}

/// The very last word of a sense, which may be that it cannot look.
pub(super) fn newest(curve: &Curve) -> String {
    let seen = curve.points.last().and_then(|(_, value)| *value);
    seen.map_or_else(|| "cannot look".into(), |value| worded(curve, value))
}

fn worded(curve: &Curve, value: f64) -> String {
    match curve.words {
        Some([nought, one]) => if value > 0.5 { one } else { nought }.into(),
        None => format!("{}\u{a0}{}", number(value), curve.unit),
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
