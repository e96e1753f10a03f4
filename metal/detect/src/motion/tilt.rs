//! Whether it hangs as it hung at home.

use alloc::vec;

use vocab::{TamperKind, tuning::Motion};

use super::{
    vector::Vector,
    window::{Feature, off_rest},
};
use crate::{
    held::Spell,
    sense::{LEARNED, Verdict},
};

/// Gravity now against gravity at home.
#[derive(Debug, Default)]
pub(crate) struct Tilt {
    home: Option<Vector>,
    tilted: Spell,
}

impl From<Vector> for Tilt {
    fn from(home: Vector) -> Self {
        Self { home: Some(home), tilted: Spell::default() }
    }
}

impl Tilt {
    pub(crate) fn take(&mut self, feature: &Feature, limits: &Motion) -> Option<Verdict> {
        let home = self.home?;
        if !believable(feature, limits) {
            self.tilted.wavers();
            return None;
        }
        let angle = feature.mean.angle(home);
        if angle < limits.tilt_back {
            self.tilted.eases(feature.end, limits.tilt_for);
            return None;
        }
        if angle <= limits.tilt {
            self.tilted.wavers();
            return None;
        }
        let since = self.tilted.holds(feature.end, limits.tilt_for)?;
        let evidence = vec![(LEARNED, home.value()), (feature.end, feature.mean.value())];
        Some(Verdict::alarm(TamperKind::Tilted, since, feature.end, evidence))
    }

    pub(crate) const fn home(&self) -> Option<Vector> {
        self.home
    }

    pub(crate) const fn present(&self) -> bool {
        self.tilted.present()
    }
}

/// Whether the mean of a window is gravity: at rest, and as long as gravity.
pub(crate) fn believable(feature: &Feature, limits: &Motion) -> bool {
    feature.rms <= limits.moving && off_rest(feature.mean.norm()) <= limits.gravity_within
}
