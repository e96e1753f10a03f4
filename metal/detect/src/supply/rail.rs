//! A supply rail: too low, too high, or dipping again and again.
//!
//! One short dip is a motor that starts, and only a warning; dips in a row are a glitch attack. A dip ends only
//! above the warning limit, so noise about the critical one is not a row of dips.

use alloc::{collections::VecDeque, vec, vec::Vec};

use vocab::{Mono, TamperKind, Tuning, Value, tuning::SupplyTuning, unit::MilliVolts};

use super::departure;
use crate::{
    baseline::Learned,
    finding::Finding,
    held::Spell,
    sense::{LEARNED, Presence, Schooling, Sense, Sensed, Verdict},
};

/// Voltages that rails are made for.
const STANDARD: [i32; 7] = [1_800, 2_500, 3_300, 5_000, 12_000, 24_000, 48_000];

/// Most dips that are remembered, whatever the tuning asks for.
const DIPS: usize = 64;

/// The detector of `Channel::Rail`.
#[derive(Debug, Default)]
pub(crate) struct Rail {
    /// What the rail should have; until it is learned, what it had first.
    nominal: Option<MilliVolts>,
    schooling: Schooling,
    last: Option<MilliVolts>,
    low: Spell,
    critical: Spell,
    high: Spell,
    dips: VecDeque<(Mono, MilliVolts)>,
    /// The dip that goes on, and the glitch attack that was told and is not over.
    dipping: Option<Mono>,
    glitched: Option<Mono>,
}

impl Sense for Rail {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Rail(volts) = *value else { return Sensed::Unsound(at) };
        let limits = &tuning.supply;
        self.last = Some(volts);
        let nominal = *self.nominal.get_or_insert_with(|| standard(volts, limits));
        let share = departure(volts.0, nominal.0);
        let dipped = self.dip(share, at, volts, limits);
        let [critical, high, low] = self.levels(share, at, limits);
        let evidence = vec![(LEARNED, Value::Rail(nominal)), (at, Value::Rail(volts))];
        if let Some(since) = critical {
            return Sensed::Found(Verdict::alarm(TamperKind::UnderVoltage, since, at, evidence));
        }
        if let Some((since, dips)) = self.glitch(at, limits) {
            return Sensed::Found(Verdict::alarm(TamperKind::PowerGlitch, since, at, dips));
        }
        if let Some(since) = high {
            return Sensed::Found(Verdict::alarm(TamperKind::OverVoltage, since, at, evidence));
        }
        let sagged = low.or(dipped);
        sagged.map(|since| Verdict::warning(TamperKind::UnderVoltage, since, at, evidence)).into()
    }

    fn presence(&self) -> Presence {
        let lasting = [self.low, self.critical, self.high].iter().any(Spell::present);
        (lasting || self.glitched.is_some()).into()
    }

    fn learn(&self, tuning: &Tuning) -> Option<Learned> {
        self.last.map(|volts| Learned::Rail(standard(volts, &tuning.supply)))
    }

    fn recall(&mut self, learned: &Learned, _: &Tuning) {
        if let Learned::Rail(volts) = *learned {
            (self.nominal, self.schooling) = (Some(volts), Schooling::Ready);
        }
    }

    fn learned(&self) -> Option<Learned> {
        self.nominal.filter(|_| self.schooling == Schooling::Ready).map(Learned::Rail)
    }

    fn schooling(&self) -> Schooling {
        self.schooling
    }
}

impl Rail {
    /// Counts a dip where one begins; when it did, if that is the first news of it.
    fn dip(&mut self, share: i64, at: Mono, volts: MilliVolts, limits: &SupplyTuning) -> Option<Mono> {
        while self.dips.front().is_some_and(|(dip, _)| at.since(*dip) >= limits.glitch_window.duration()) {
            self.dips.pop_front();
        }
        if share >= -i64::from(limits.low.0) {
            self.dipping = None;
        }
        if self.dipping.is_some() || share >= -i64::from(limits.critical.0) {
            return None;
        }
        self.dipping = Some(at);
        if self.dips.len() == DIPS {
            self.dips.pop_front();
        }
        self.dips.push_back((at, volts));
        self.low.tell().then_some(at)
    }

    /// The dips of the window with their beginning, if they are enough and were not told.
    fn glitch(&mut self, at: Mono, limits: &SupplyTuning) -> Option<(Mono, Vec<(Mono, Value)>)> {
        let Some((first, _)) = self.dips.front().copied() else {
            self.glitched = None;
            return None;
        };
        let enough = usize::try_from(limits.glitch_dips).unwrap_or(DIPS).min(DIPS);
        if self.glitched.is_some() || self.dips.len() < enough {
            return None;
        }
        self.glitched = Some(at);
        let latest = self.dips.iter().skip(self.dips.len().saturating_sub(Finding::READINGS));
        Some((first, latest.map(|(dip, volts)| (*dip, Value::Rail(*volts))).collect()))
    }

    /// What has lasted and is news: far too low, too high, too low.
    fn levels(&mut self, share: i64, at: Mono, limits: &SupplyTuning) -> [Option<Mono>; 3] {
        let spells = [
            (&mut self.critical, share < -i64::from(limits.critical.0)),
            (&mut self.high, share > i64::from(limits.high.0)),
            (&mut self.low, share < -i64::from(limits.low.0)),
        ];
        spells.map(|(spell, so)| {
            if so {
                return spell.holds(at, limits.warn_for);
            }
            spell.eases(at, limits.warn_for);
            None
        })
    }
}

/// The standard voltage that is meant by `volts`, or else `volts` itself.
fn standard(volts: MilliVolts, limits: &SupplyTuning) -> MilliVolts {
    let off = |rail: &i32| departure(volts.0, *rail).unsigned_abs();
    let nearest =
        STANDARD.into_iter().min_by_key(off).filter(|rail| off(rail) <= u64::from(limits.nominal_within.0));
    nearest.map_or(volts, MilliVolts)
}
