//! Every claim carries its age: written here once, and counted on in the page.

use std::time::Duration;

use control::view::span;
use maud::{Markup, html};
use vocab::Wall;

/// How an age is worded; the page counts it on in the same way.
#[derive(Clone, Copy)]
pub(super) enum Worded {
    /// `6 min ago`.
    Ago,
    /// `6 min`.
    Bare,
    /// `6 min old`.
    Old,
}

impl Worded {
    const fn name(self) -> &'static str {
        match self {
            Self::Ago => "ago",
            Self::Bare => "bare",
            Self::Old => "old",
        }
    }

    const fn after(self) -> &'static str {
        match self {
            Self::Ago => " ago",
            Self::Bare => "",
            Self::Old => " old",
        }
    }
}

/// How long ago a moment of the fleet was.
pub(super) fn since(at: Wall, now: Wall, worded: Worded) -> Markup {
    aged(&at.to_string(), now.since(at), worded)
}

/// The same, of an answer of the contract.
pub(super) fn of(at: Option<&str>, seconds: Option<u64>, worded: Worded) -> Markup {
    let (Some(at), Some(seconds)) = (at, seconds) else { return html! { span.quiet { "never" } } };
    aged(at, Duration::from_secs(seconds), worded)
}

fn aged(at: &str, age: Duration, worded: Worded) -> Markup {
    html! {
        time datetime=(at) data-age=(worded.name()) { (tight(&span(age))) (worded.after()) }
    }
}

/// No line ends between a number and its unit.
pub(super) fn tight(span: &str) -> String {
    span.replace(' ', "\u{a0}")
}

/// `14:31:42`, of `2026-10-06T14:31:42.368Z`.
pub(super) fn clock(at: &str) -> &str {
    at.get(11..19).unwrap_or(at)
}

/// `14:31:42.368`.
pub(super) fn moment(at: &str) -> String {
    let fraction = at.get(20..).unwrap_or_default().trim_end_matches('Z');
    format!("{}.{:0<3}", clock(at), fraction.get(..3).unwrap_or(fraction))
}

/// `6 October 2026`.
pub(super) fn day(at: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let part = |from, to| at.get(from..to).and_then(|digits: &str| digits.parse::<usize>().ok());
    let month = part(5, 7).and_then(|month| MONTHS.get(month.checked_sub(1)?));
    match (part(0, 4), month, part(8, 10)) {
        (Some(year), Some(month), Some(day)) => format!("{day} {month} {year}"),
        _ => at.into(),
    }
}

/// The time of a line, if it is the first of its day.
pub(super) fn first_of_day<'a>(times: &[Option<&'a str>], line: usize) -> Option<&'a str> {
    let day = |at: &'a str| at.get(..10);
    let at = times.get(line).copied().flatten()?;
    let before = times[..line].iter().rev().find_map(|time| *time);
    (before.and_then(day) != day(at)).then_some(at)
}

#[cfg(test)]
mod tests;
