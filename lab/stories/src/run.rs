//! Tells every story under many seeds, counts what went wrong, and keeps what is needed to tell one again.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use serde::{Deserialize, Serialize};

use crate::{Fault, Scene, Story};

/// One telling: enough to tell it again, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Case {
    /// The story.
    pub story: String,
    /// The seed.
    pub seed: u64,
    /// What may go wrong.
    pub faults: Vec<Fault>,
}

/// What a suite has seen.
#[derive(Debug, Default)]
pub struct Counts {
    /// How many tellings.
    pub told: u64,
    /// How many different ways things went.
    pub traces: BTreeSet<[u8; 32]>,
    /// How often each fault fired.
    pub fired: BTreeMap<Fault, u64>,
    /// Tellings that did not hold, and what they said.
    pub failed: Vec<(Case, String)>,
}

/// How many seeds of each kind.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// With faults drawn by the seed.
    pub drawn: u64,
    /// Under each named fault alone.
    pub alone: u64,
}

impl Suite {
    /// What the full test run tells.
    pub const FULL: Self = Self { drawn: 200, alone: 20 };
    /// What a quick one does.
    pub const QUICK: Self = Self { drawn: 20, alone: 3 };

    /// Every telling of one story.
    pub fn cases(self, story: &Story) -> Vec<Case> {
        let case = |seed, faults: &[Fault]| Case { story: story.name.into(), seed, faults: faults.to_vec() };
        let drawn = (0..self.drawn).map(|seed| case(seed, if seed == 0 { &[] } else { &Fault::ALL }));
        let alone =
            Fault::ALL.iter().flat_map(|fault| (0..self.alone).map(|seed| case(1_000 + seed, &[*fault])));
        drawn.chain(alone).collect()
    }
}

impl Counts {
    /// Tells every case, on as many threads as there are cores; what was seen does not depend on how many.
    pub fn of(story: &Story, cases: &[Case]) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let next = AtomicUsize::new(0);
        let mut counts = thread::scope(|scope| {
            let told = || scope.spawn(|| Self::one_by_one(story, cases, &next));
            let parts: Vec<_> = iter::repeat_with(told).take(threads).collect();
            let told = parts.into_iter().filter_map(|part| part.join().ok());
            told.fold(Self::default(), Self::and)
        });
        counts.failed.sort();
        counts
    }

    /// Some take far longer than others: whoever is free takes the next.
    fn one_by_one(story: &Story, cases: &[Case], next: &AtomicUsize) -> Self {
        let mut counts = Self::default();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            counts.tell(story, case.clone());
        }
        counts
    }

    fn and(mut self, other: Self) -> Self {
        self.told += other.told;
        self.traces.extend(other.traces);
        self.failed.extend(other.failed);
        for (fault, times) in other.fired {
            *self.fired.entry(fault).or_default() += times;
        }
        self
    }

    /// Tells one case and counts it.
    fn tell(&mut self, story: &Story, case: Case) {
        self.told += 1;
        let told = catch_unwind(AssertUnwindSafe(|| {
            let mut scene = Scene::new(case.seed, &case.faults);
            (story.tell)(&mut scene);
            scene
        }));
        match told {
            Ok(scene) => {
                self.traces.insert(scene.trace().0);
                for (fault, times) in scene.fired {
                    *self.fired.entry(fault).or_default() += times;
                }
            }
            Err(panic) => {
                let said = panic.downcast_ref::<String>().cloned();
                let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
                self.failed.push((case, said.unwrap_or_default()));
            }
        }
    }
}

/// What `cargo test` tells of each story; the runner tells far more.
///
/// # Panics
/// If the story does not hold.
pub fn few_seeds(tell: fn(&mut Scene), name: &'static str) {
    let story = Story { name, tell };
    let counts = Counts::of(&story, &Suite { drawn: 3, alone: 0 }.cases(&story));
    assert!(counts.failed.is_empty(), "{:#?}", counts.failed);
}
