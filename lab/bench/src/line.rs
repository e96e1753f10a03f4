//! One line of the table: a figure, what it may cost, and what the bare machine does.

use std::fmt;

use crate::figure::Spread;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Bytes,
    PerSecond,
    Seconds,
    Share,
    TimesReal,
}

/// Which part of a figure is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    P50,
    P99,
}

/// What a figure has to hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Budget {
    /// In the middle.
    AtLeast(f64),
    /// In this part.
    AtMost(Part, f64),
    /// It stands beside another line, to be read with it.
    Beside,
    /// In the middle, of the raw reference.
    OfRaw(f64),
}

/// The raw reference.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Raw {
    /// What was done instead.
    pub(crate) what: &'static str,
    /// What it gave, in the line's unit.
    pub(crate) value: f64,
}

/// What became of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Beside,
    Held,
    Missed,
}

/// A figure and its judge.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) what: String,
    pub(crate) figure: Spread,
    pub(crate) unit: Unit,
    pub(crate) budget: Budget,
    pub(crate) raw: Option<Raw>,
}

impl Line {
    /// A line without a reference.
    pub(crate) fn new(what: impl Into<String>, figure: Spread, unit: Unit, budget: Budget) -> Self {
        Self { what: what.into(), figure, unit, budget, raw: None }
    }

    /// With its reference.
    pub(crate) fn against(self, what: &'static str, value: f64) -> Self {
        Self { raw: Some(Raw { what, value }), ..self }
    }

    /// The figure's middle over the reference.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.raw.as_ref().filter(|raw| raw.value > 0.0).map(|raw| self.figure.p50 / raw.value)
    }

    /// Whether the budget holds.
    pub(crate) fn verdict(&self) -> Verdict {
        let held = match self.budget {
            Budget::AtLeast(limit) => self.figure.p50 >= limit,
            Budget::AtMost(part, limit) => self.part(part) <= limit,
            Budget::Beside => return Verdict::Beside,
            Budget::OfRaw(share) => self.ratio().is_some_and(|ratio| ratio >= share),
        };
        if held { Verdict::Held } else { Verdict::Missed }
    }

    fn part(&self, part: Part) -> f64 {
        match part {
            Part::P50 => self.figure.p50,
            Part::P99 => self.figure.p99,
        }
    }
}

impl Unit {
    /// A value with its unit, as people read it.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Self::Bytes => scaled(value, &[(1_048_576.0, "MiB"), (1024.0, "KiB"), (1.0, "B")]),
            Self::PerSecond => scaled(value, &[(1e6, "M/s"), (1e3, "k/s"), (1.0, "/s")]),
            Self::Seconds => scaled(value, &[(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]),
            Self::Share => format!("{:.3} %", value * 100.0),
            Self::TimesReal => format!("{value:.1} ×"),
        }
    }
}

fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let fits = units.iter().find(|(one, _)| value.abs() >= *one).or(units.last());
    fits.map_or_else(String::new, |(one, unit)| format!("{:.3} {unit}", value / one))
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::P50 => "p50",
            Self::P99 => "p99",
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Beside => "",
            Self::Held => "held",
            Self::Missed => "MISSED",
        })
    }
}

impl Budget {
    /// In words.
    pub(crate) fn show(self, unit: Unit) -> String {
        match self {
            Self::AtLeast(limit) => format!("≥ {}", unit.show(limit)),
            Self::AtMost(part, limit) => format!("{part} ≤ {}", unit.show(limit)),
            Self::Beside => String::new(),
            Self::OfRaw(share) => format!("≥ {share:.2} of raw"),
        }
    }
}
