//! One signal over time, what is normal before it, and what it must show.

use alloc::{boxed::Box, vec, vec::Vec};
use core::ops::Range;

use vocab::{Channel, Mono, Reading, Sensor, SensorName, Severity, TamperKind, Tuning, Value, ZoneName};

use crate::{Bank, Baseline, Certainty, Condition, Finding};

/// What a value is at each millisecond; nothing where the sensor is silent.
pub(crate) type Signal = Box<dyn Fn(u64) -> Option<Value>>;

/// What a finding is to a table.
pub(crate) type Seen = (TamperKind, Certainty, Severity);

pub(crate) struct Recording {
    pub(crate) name: &'static str,
    channel: Channel,
    home: Option<Signal>,
    signal: Signal,
    millis: u64,
    /// At which rate, where that is part of the recording.
    pub(crate) hertz: Option<u64>,
    away: Range<u64>,
    pub(crate) shows: Vec<Seen>,
    pub(crate) leaves: Condition,
}

pub(crate) struct Played {
    pub(crate) findings: Vec<Finding>,
    pub(crate) seen: Vec<Seen>,
    pub(crate) condition: Condition,
}

/// Where every recording begins; what happens before is the lesson.
const BEGIN: u64 = 10_000;

impl Recording {
    pub(crate) fn new(name: &'static str, channel: Channel, millis: u64, signal: Signal) -> Self {
        Self {
            name,
            channel,
            home: None,
            signal,
            millis,
            hertz: None,
            away: 0..0,
            shows: vec![],
            leaves: Condition::Gone,
        }
    }

    /// What the sensor learns from, for two seconds before.
    pub(crate) fn at_home(self, home: Signal) -> Self {
        Self { home: Some(home), ..self }
    }

    /// The recording is of this rate and no other.
    pub(crate) fn at_hertz(self, hertz: u64) -> Self {
        Self { hertz: Some(hertz), ..self }
    }

    /// The sensor says nothing meanwhile.
    pub(crate) fn unseen(self, span: Range<u64>) -> Self {
        Self { signal: signal::silent(self.signal, [span]), ..self }
    }

    /// Nobody looks meanwhile: no reading, no tick.
    pub(crate) fn away(self, away: Range<u64>) -> Self {
        Self { away, ..self }
    }

    pub(crate) fn shows(mut self, kind: TamperKind, certainty: Certainty, severity: Severity) -> Self {
        self.shows.push((kind, certainty, severity));
        self
    }

    pub(crate) fn leaves(self, leaves: Condition) -> Self {
        Self { leaves, ..self }
    }

    pub(crate) fn play(&self, tuning: &Tuning) -> Played {
        self.played_at(self.hertz.unwrap_or(50), tuning)
    }

    pub(crate) fn played_at(&self, hertz: u64, tuning: &Tuning) -> Played {
        let sensor = Sensor { name: name(), channel: self.channel, zone: zone() };
        let mut bank = Bank::new(core::slice::from_ref(&sensor), tuning, &self.lesson(&sensor, tuning));
        let step = self.step(hertz);
        let mut findings = vec![];
        let mut last = None;
        for millis in (0..=self.millis).step_by(usize::try_from(step).unwrap()) {
            if self.away.contains(&millis) {
                continue;
            }
            let now = moment(BEGIN + millis);
            let value = (self.signal)(millis);
            let due = millis % (1_000 / hertz.clamp(1, 1_000)) == 0 || value != last;
            // What elapsed before this reading elapses first, at its own time, as a guard does it.
            while !self.away.contains(&millis.saturating_sub(step)) {
                let Some(deadline) = bank.deadline().filter(|deadline| *deadline < now) else { break };
                findings.extend(bank.tick(deadline.max(moment(BEGIN))));
            }
            if due && let Some(value) = value.clone() {
                findings.extend(bank.observe(&Reading { sensor: name(), at: now, value }));
            }
            if bank.deadline().is_some_and(|deadline| deadline <= now) {
                findings.extend(bank.tick(now));
            }
            last = value;
        }
        let seen = findings.iter().map(|one| (one.kind, one.certainty, one.severity_hint)).collect();
        Played { findings, seen, condition: bank.condition(&zone()) }
    }

    fn lesson(&self, sensor: &Sensor, tuning: &Tuning) -> Baseline {
        let Some(home) = &self.home else { return Baseline::default() };
        let mut bank = Bank::new(core::slice::from_ref(sensor), tuning, &Baseline::default());
        for millis in (0..2_000).step_by(20) {
            if let Some(value) = home(millis) {
                bank.observe(&Reading { sensor: name(), at: moment(millis), value });
            }
        }
        bank.learn()
    }

    /// Switches say each change at its own millisecond; what is sampled is said at its rate.
    fn step(&self, hertz: u64) -> u64 {
        match self.channel {
            Channel::Contact | Channel::Intrusion | Channel::Supply => 1,
            _ => 1_000 / hertz,
        }
    }
}

pub(crate) fn name() -> SensorName {
    SensorName::new("sense").unwrap()
}

pub(crate) fn zone() -> ZoneName {
    ZoneName::new("zone").unwrap()
}

pub(crate) const fn moment(millis: u64) -> Mono {
    Mono(millis * 1_000_000)
}

/// Ways to write a signal.
pub(crate) mod signal {
    use super::{Box, Range, Signal, Value, Vec};

    /// Always the same.
    pub(crate) fn flat(value: Value) -> Signal {
        Box::new(move |_| Some(value.clone()))
    }

    /// One value, and another within these spans.
    pub(crate) fn pulses(rest: Value, pulse: Value, spans: impl Into<Vec<Range<u64>>>) -> Signal {
        let spans = spans.into();
        Box::new(move |millis| {
            let within = spans.iter().any(|span| span.contains(&millis));
            Some(if within { pulse.clone() } else { rest.clone() })
        })
    }

    /// One value after another, each until the given millisecond.
    pub(crate) fn steps(steps: impl Into<Vec<(u64, Value)>>) -> Signal {
        let steps = steps.into();
        Box::new(move |millis| {
            steps.iter().find(|(until, _)| millis < *until).or(steps.last()).map(|(_, value)| value.clone())
        })
    }

    /// A number of the world, in straight lines between the given points.
    pub(crate) fn lines(points: impl Into<Vec<(u64, i64)>>, value: fn(i64) -> Value) -> Signal {
        let points = points.into();
        Box::new(move |millis| {
            let next = points.iter().position(|(then, _)| *then > millis);
            let number = match next {
                None => points.last()?.1,
                Some(0) => points.first()?.1,
                Some(next) => {
                    let ((from, a), (to, b)) = (points[next - 1], points[next]);
                    a + (b - a) * i64::try_from(millis - from).ok()? / i64::try_from(to - from).ok()?
                }
            };
            Some(value(number))
        })
    }

    /// A signal of which some spans are never said.
    pub(crate) fn silent(signal: Signal, spans: impl Into<Vec<Range<u64>>>) -> Signal {
        let spans = spans.into();
        Box::new(move |millis| signal(millis).filter(|_| !spans.iter().any(|span| span.contains(&millis))))
    }

    /// Noise that is the same at the same moment, whoever reads how often.
    pub(crate) struct Noise(u64);

    impl Noise {
        pub(crate) const fn at(millis: u64) -> Self {
            Self(millis.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
        }

        /// The next number from `-most` to `most` (xorshift64).
        pub(crate) fn within(&mut self, most: u32) -> i64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            i64::try_from(self.0 % u64::from(2 * most + 1)).unwrap() - i64::from(most)
        }
    }
}
