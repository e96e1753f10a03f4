//! From moving and quiet seconds to one episode: struck, dropped or carried.
//!
//! A blow is told when the device has come to rest again, because what begins with a blow may go on as a walk.

use alloc::vec;

use vocab::{Mono, TamperKind, tuning::Motion};

use super::{
    vector::Vector,
    window::{Feature, off_rest},
};
use crate::{held::Held, sense::Verdict};

/// The handling that goes on, if any.
#[derive(Debug, Default)]
pub(crate) struct Episode {
    handling: Option<Handling>,
    moving: Held,
    quiet: Held,
    /// When the last window ended.
    last: Mono,
}

#[derive(Debug)]
struct Handling {
    since: Mono,
    blow: Option<Mono>,
    told: Option<Told>,
    /// The sample that was farthest from rest.
    peak: (Mono, Vector),
}

/// In the order of how bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Struck,
    Dropped,
    Moved,
}

impl Episode {
    pub(crate) fn take(&mut self, feature: &Feature, limits: &Motion) -> Option<Verdict> {
        // Nobody looked for more than a window: what was going on before need not have gone on.
        if feature.start.since(self.last) > limits.window.duration() {
            self.moving.clear();
            self.quiet.clear();
        }
        self.last = feature.end;
        let (moving, struck) = (feature.rms > limits.moving, feature.swing > limits.blow);
        let carried = self.moving.follow(feature.end, moving) >= Some(limits.moved_after.duration());
        if moving || struck {
            self.quiet.clear();
            let handling = self.handling.get_or_insert_with(|| Handling::begin(feature.start, feature.peak));
            handling.worse(feature.peak);
            if struck {
                handling.blow.get_or_insert(feature.start);
            }
        } else if self.quiet.note(feature.end) >= limits.quiet_after.duration() {
            self.handling = None;
        }
        let handling = self.handling.as_mut()?;
        if carried {
            return handling.tell(Told::Moved, handling.since, feature.end);
        }
        if moving {
            return None;
        }
        let Some(blow) = handling.blow else {
            // A jolt, and nothing came of it.
            self.handling.take_if(|handling| handling.told.is_none());
            return None;
        };
        handling.tell(Told::Struck, blow, feature.end)
    }

    /// It fell freely since then.
    pub(crate) fn fell(&mut self, since: Mono, at: Mono, sample: Vector) -> Option<Verdict> {
        self.quiet.clear();
        let handling = self.handling.get_or_insert_with(|| Handling::begin(since, (at, sample)));
        handling.peak = (at, sample);
        handling.tell(Told::Dropped, since, at)
    }

    /// A blow after which the sensor said nothing more is told all the same.
    pub(crate) fn elapse(&mut self, now: Mono, awake: Mono, limits: &Motion) -> Option<Verdict> {
        let due = self.deadline(awake, limits).filter(|due| now >= *due)?;
        let handling = self.handling.as_mut()?;
        handling.tell(Told::Struck, handling.blow?, due)
    }

    pub(crate) fn deadline(&self, awake: Mono, limits: &Motion) -> Option<Mono> {
        let handling = self.handling.as_ref().filter(|handling| handling.told.is_none())?;
        Some(handling.blow?.max(awake) + limits.moved_after + limits.window)
    }

    pub(crate) const fn present(&self) -> bool {
        self.handling.is_some()
    }
}

impl Handling {
    const fn begin(since: Mono, peak: (Mono, Vector)) -> Self {
        Self { since, blow: None, told: None, peak }
    }

    fn worse(&mut self, peak: (Mono, Vector)) {
        if off_rest(peak.1.norm()) > off_rest(self.peak.1.norm()) {
            self.peak = peak;
        }
    }

    /// What is to be told of it, unless as much was told.
    fn tell(&mut self, told: Told, since: Mono, at: Mono) -> Option<Verdict> {
        if self.told >= Some(told) {
            return None;
        }
        self.told = Some(told);
        let kind = match told {
            Told::Struck => TamperKind::Struck,
            Told::Dropped => TamperKind::Dropped,
            Told::Moved => TamperKind::Moved,
        };
        let (moment, peak) = self.peak;
        Some(Verdict::alarm(kind, since, at, vec![(moment, peak.value())]))
    }
}
