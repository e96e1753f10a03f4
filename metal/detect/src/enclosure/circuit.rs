//! A supervised tamper loop: cut, bridged, or closed over another resistor than ours.
//!
//! A bridged loop is never a closed lid. Whatever is wrong must be said by enough samples for long enough; cut
//! and bridged then decide alone, another resistor corroborates, and one that wandered off slowly is age.

use alloc::vec;
use core::time::Duration;

use vocab::{
    Mono, TamperKind, Tuning, Value,
    tuning::Enclosure,
    unit::{Ohms, Permille},
};

use crate::{
    baseline::Learned,
    held::Held,
    sense::{LEARNED, Presence, Schooling, Sense, Sensed, Verdict},
};

/// The detector of a loop that is measured.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    learned: Option<Ohms>,
    last: Option<Ohms>,
    /// When it last stood within half a jump of what was learned.
    near: Option<Mono>,
    wrong: Held,
    cut: Held,
    shorted: Held,
    whole: Held,
    told: Option<Told>,
}

/// In the order of how much they decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Changed,
    Broken,
}

/// What one sample says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Cut,
    Foreign,
    Shorted,
    Whole,
}

impl Sense for Circuit {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Loop(ohms) = *value else { return Sensed::Unsound(at) };
        let limits = &tuning.enclosure;
        self.last = Some(ohms);
        if self.departure(ohms) <= u64::from(limits.loop_jump.0) / 2 {
            self.near = Some(at);
        }
        let says = self.says(ohms, limits);
        if says == Says::Whole {
            self.mend(at, limits);
            return Sensed::Quiet;
        }
        self.whole.clear();
        let wrong = lasted(&mut self.wrong, at, limits);
        let broken = match says {
            Says::Cut => {
                self.shorted.clear();
                lasted(&mut self.cut, at, limits)
            }
            Says::Shorted => {
                self.cut.clear();
                lasted(&mut self.shorted, at, limits)
            }
            Says::Foreign | Says::Whole => {
                self.cut.clear();
                self.shorted.clear();
                None
            }
        };
        let (told, since) = match (says, broken, wrong) {
            (_, Some(since), _) => (Told::Broken, since),
            // One that is on its way to cut or bridged is given the time to get there.
            (Says::Foreign, None, Some(since)) => (Told::Changed, since),
            (_, None, Some(since)) if at.since(since) >= 2 * limits.loop_for.duration() => {
                (Told::Changed, since)
            }
            _ => return Sensed::Quiet,
        };
        if self.told >= Some(told) {
            return Sensed::Quiet;
        }
        self.told = Some(told);
        Sensed::Found(self.verdict((told, says), since, at, ohms, limits))
    }

    fn presence(&self) -> Presence {
        (self.told.is_some() || self.wrong.since().is_some()).into()
    }

    fn learn(&self, tuning: &Tuning) -> Option<Learned> {
        let limits = &tuning.enclosure;
        let whole = |ohms: &Ohms| (limits.loop_low..=limits.loop_high).contains(ohms);
        self.last.filter(whole).map(Learned::Loop)
    }

    fn recall(&mut self, learned: &Learned, _: &Tuning) {
        if let Learned::Loop(ohms) = *learned {
            self.learned = Some(ohms);
        }
    }

    fn learned(&self) -> Option<Learned> {
        self.learned.map(Learned::Loop)
    }

    fn schooling(&self) -> Schooling {
        if self.learned.is_some() { Schooling::Ready } else { Schooling::Unlearned }
    }
}

impl Circuit {
    fn says(&self, ohms: Ohms, limits: &Enclosure) -> Says {
        match ohms {
            _ if ohms > limits.loop_cut => Says::Cut,
            _ if ohms < limits.loop_short => Says::Shorted,
            _ if ohms < limits.loop_low || ohms > limits.loop_high => Says::Foreign,
            _ if self.departure(ohms) > u64::from(limits.loop_jump.0) => Says::Foreign,
            _ => Says::Whole,
        }
    }

    /// How far it stands from what was learned, in thousandths of that; zero where nothing was.
    fn departure(&self, ohms: Ohms) -> u64 {
        let Some(Ohms(home)) = self.learned else { return 0 };
        u64::from(ohms.0.abs_diff(home)) * u64::from(Permille::ONE.0) / u64::from(home).max(1)
    }

    fn mend(&mut self, at: Mono, limits: &Enclosure) {
        self.wrong.clear();
        self.cut.clear();
        self.shorted.clear();
        if lasted(&mut self.whole, at, limits).is_some() {
            self.told = None;
        }
    }

    fn verdict(&self, tells: (Told, Says), since: Mono, at: Mono, ohms: Ohms, limits: &Enclosure) -> Verdict {
        let mut evidence = vec![(at, Value::Loop(ohms))];
        if let Some(home) = self.learned {
            evidence.insert(0, (LEARNED, Value::Loop(home)));
        }
        let wandered = self.near.map_or(Duration::ZERO, |near| since.since(near));
        match tells {
            (Told::Broken, Says::Cut) => Verdict::decisive(TamperKind::LoopCut, since, at, evidence),
            (Told::Broken, _) => Verdict::decisive(TamperKind::LoopShorted, since, at, evidence),
            (Told::Changed, _) if wandered >= limits.loop_ageing.duration() => {
                Verdict::warning(TamperKind::LoopChanged, since, at, evidence)
            }
            (Told::Changed, _) => Verdict::alarm(TamperKind::LoopChanged, since, at, evidence),
        }
    }
}

/// It is said once more: since when, if by enough samples for long enough.
fn lasted(held: &mut Held, at: Mono, limits: &Enclosure) -> Option<Mono> {
    let lasted = held.note(at);
    let enough = lasted >= limits.loop_for.duration() && held.samples() >= limits.loop_samples;
    held.since().filter(|_| enough)
}
