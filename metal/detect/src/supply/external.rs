//! External power: gone longer than the mains flickers.

use alloc::vec;

use vocab::{Mono, TamperKind, Tuning, Value, reading::Supply};

use crate::sense::{Presence, Sense, Sensed, Verdict};

/// The detector of `Channel::Supply`.
#[derive(Debug, Default)]
pub(crate) struct External {
    outage: Option<Outage>,
}

#[derive(Debug)]
struct Outage {
    since: Mono,
    back: Option<Mono>,
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    No,
    Yes,
}

impl Sense for External {
    fn observe(&mut self, at: Mono, value: &Value, tuning: &Tuning) -> Sensed {
        let Value::Supply(supply) = *value else { return Sensed::Unsound(at) };
        // It stood as it was until this very moment.
        let verdict = self.elapse(at, Mono(0), tuning);
        match (supply, &mut self.outage) {
            (Supply::Lost, None) => self.outage = Some(Outage { since: at, back: None, told: Told::No }),
            (Supply::Lost, Some(outage)) => outage.back = None,
            (Supply::Present, Some(outage)) if outage.told == Told::Yes => {
                outage.back.get_or_insert(at);
            }
            (Supply::Present, _) => self.outage = None,
        }
        verdict.into()
    }

    fn elapse(&mut self, now: Mono, awake: Mono, tuning: &Tuning) -> Option<Verdict> {
        let due = self.deadline(awake, tuning).filter(|due| now >= *due)?;
        let outage = self.outage.as_mut()?;
        if outage.back.is_some() {
            self.outage = None;
            return None;
        }
        outage.told = Told::Yes;
        let evidence = vec![(outage.since, Value::Supply(Supply::Lost))];
        Some(Verdict::alarm(TamperKind::SupplyLost, outage.since, due, evidence))
    }

    fn deadline(&self, awake: Mono, tuning: &Tuning) -> Option<Mono> {
        let outage = self.outage.as_ref()?;
        let from = match (outage.back, outage.told) {
            (Some(back), _) => back,
            (None, Told::No) => outage.since,
            (None, Told::Yes) => return None,
        };
        Some(from.max(awake) + tuning.supply.lost_after)
    }

    fn presence(&self) -> Presence {
        self.outage.is_some().into()
    }
}
