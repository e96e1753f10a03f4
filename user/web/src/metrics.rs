//! The text format of Prometheus (version 0.0.4): families of numbers, each with a word of help and a bounded set of
//! labels.
//!
//! A label is one of the house's own words. Ids, names and addresses are no labels: they would grow without end, and
//! tell whoever reads numbers what they may not read elsewhere.

use std::{
    fmt::{Display, Write},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// A page of families.
#[derive(Debug, Default)]
pub struct Page(String);

/// What a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Counter,
    Gauge,
    Histogram,
    Summary,
}

impl Page {
    /// A number that only grows, by the words of one label.
    pub fn counter(&mut self, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
        self.head(name, help, Type::Counter);
        for (word, value) in values {
            self.line(name, &[(label, word)], value);
        }
    }

    /// A number that only grows, by the words of two labels.
    pub fn counters(&mut self, name: &str, help: &str, labels: [&str; 2], values: &[(&str, &str, u64)]) {
        self.head(name, help, Type::Counter);
        for (one, two, value) in values {
            self.line(name, &[(labels[0], one), (labels[1], two)], value);
        }
    }

    /// A number that goes up and down.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.head(name, help, Type::Gauge);
        self.line(name, &[], value);
    }

    /// The same, by the words of one label.
    pub fn gauges(&mut self, name: &str, help: &str, label: &str, values: &[(&str, u64)]) {
        self.head(name, help, Type::Gauge);
        for (word, value) in values {
            self.line(name, &[(label, word)], value);
        }
    }

    /// How long something took, each time.
    pub fn histogram(&mut self, name: &str, help: &str, of: &Histogram) {
        self.head(name, help, Type::Histogram);
        let bucket = format!("{name}_bucket");
        let mut all = 0;
        for (bound, count) in BOUNDS.iter().zip(&of.counts) {
            all += count.load(Ordering::Relaxed);
            self.line(&bucket, &[("le", &bound.as_secs_f64().to_string())], all);
        }
        all += of.beyond.load(Ordering::Relaxed);
        self.line(&bucket, &[("le", "+Inf")], all);
        let sum = Duration::from_nanos(of.nanoseconds.load(Ordering::Relaxed));
        self.line(&format!("{name}_sum"), &[], sum.as_secs_f64());
        self.line(&format!("{name}_count"), &[], all);
    }

    /// Shares of values that are all at hand; none of them is left out.
    pub(crate) fn summary(&mut self, name: &str, help: &str, mut seconds: Vec<u64>) {
        self.head(name, help, Type::Summary);
        seconds.sort_unstable();
        for (share, of_hundred) in [("0.5", 50), ("0.9", 90), ("0.99", 99), ("1", 100)] {
            let at = (seconds.len().saturating_sub(1) * of_hundred + 50) / 100;
            let value = seconds.get(at).map_or("NaN".into(), u64::to_string);
            self.line(name, &[("quantile", share)], value);
        }
        self.line(&format!("{name}_sum"), &[], seconds.iter().sum::<u64>());
        self.line(&format!("{name}_count"), &[], seconds.len());
    }

    /// The page's text.
    pub(crate) fn text(self) -> String {
        self.0
    }

    fn head(&mut self, name: &str, help: &str, of: Type) {
        let word = match of {
            Type::Counter => "counter",
            Type::Gauge => "gauge",
            Type::Histogram => "histogram",
            Type::Summary => "summary",
        };
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {word}\n");
    }

    /// Labels are words of ours: none of them needs an escape.
    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<_> = labels.iter().map(|(label, word)| format!("{label}=\"{word}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

/// How long something took, in steps from half a millisecond to ten seconds.
#[derive(Debug, Default)]
pub struct Histogram {
    counts: [AtomicU64; BOUNDS.len()],
    beyond: AtomicU64,
    nanoseconds: AtomicU64,
}

const BOUNDS: [Duration; 14] = [
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

impl Histogram {
    /// It took so long once more.
    pub fn observe(&self, took: Duration) {
        let place = BOUNDS.iter().position(|bound| took <= *bound);
        place.and_then(|at| self.counts.get(at)).unwrap_or(&self.beyond).fetch_add(1, Ordering::Relaxed);
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
