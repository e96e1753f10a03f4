//! Every test with its name, told by as many machines as there are processors, and what came of each.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Result, anyhow};

use crate::{
    cases as told,
    guest::{Bench, Guest},
    image::Image,
    qemu::Accelerator,
};

/// One test.
#[derive(Clone, Copy)]
pub(crate) struct Test {
    pub(crate) name: &'static str,
    pub(crate) how: How,
}

/// What a test begins with.
#[derive(Clone, Copy)]
pub(crate) enum How {
    /// A device on duty.
    OnDuty(fn(&mut Guest) -> Result<()>),
    /// Only the place for one.
    Bare(fn(&Bench<'_>) -> Result<()>),
}

/// The tests of a module, by the names of their functions.
macro_rules! cases {
    ($($module:ident { $($how:ident $name:ident),+ $(,)? })+) => {
        pub(crate) fn all() -> Vec<$crate::suite::Test> {
            vec![$($($crate::suite::Test {
                name: concat!(stringify!($module), "::", stringify!($name)),
                how: $crate::suite::How::$how($module::$name),
            },)+)+]
        }
    };
}
pub(crate) use cases;

/// What is to be told.
pub(crate) struct Wanted<'a> {
    /// What has this word in its name.
    pub(crate) word: &'a str,
    /// So many devices have their power cut.
    pub(crate) devices: usize,
}

/// How many passed, and how many did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

/// Tells all whose name has this word in it.
pub(crate) fn tell(image: &Image, accelerator: Accelerator, wanted: &Wanted<'_>) -> Counts {
    let tests: Vec<Test> = told::all().into_iter().filter(|test| test.name.contains(wanted.word)).collect();
    let next = Mutex::new(tests.iter());
    let (passed, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let benches = thread::available_parallelism().map_or(1, usize::from).min(MOST).min(tests.len());
    thread::scope(|scope| {
        for _ in 0..benches {
            // A machine ends with the thread that started it, and that is this one until the last test is told.
            scope.spawn(|| {
                let bench = prepared(image, accelerator, wanted);
                loop {
                    let test = next.lock().unwrap_or_else(PoisonError::into_inner).next().copied();
                    let Some(test) = test else { return };
                    let began = Instant::now();
                    let told = match &bench {
                        Ok(bench) => guarded(|| one(bench, test)),
                        Err(error) => Err(anyhow!("{error:#}")),
                    };
                    say(test.name, began, &told);
                    if told.is_ok() { &passed } else { &failed }.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    Counts { passed: passed.into_inner(), failed: failed.into_inner() }
}

/// More machines than this want more memory than they are worth.
const MOST: usize = 4;

/// A processor that says it can and starts no kernel all the same is no reason to look at nothing.
fn prepared<'a>(image: &'a Image, accelerator: Accelerator, wanted: &Wanted<'_>) -> Result<Bench<'a>> {
    let bench = Bench::new(image, accelerator, wanted.devices)?;
    match guarded(|| bench.prepare()) {
        Ok(took) => {
            println!("{:<100} {:>5.1} s", "a machine was booted", took.boot.as_secs_f32());
            println!("{:<100} {:>5.1} s", "and kept as it was then", took.keep.as_secs_f32());
            Ok(bench)
        }
        Err(error) if accelerator == Accelerator::Kvm => {
            println!("KVM starts no machine here ({error:#}); QEMU translates instead");
            prepared(image, Accelerator::Tcg, wanted)
        }
        Err(error) => Err(error),
    }
}

fn one(bench: &Bench<'_>, test: Test) -> Result<()> {
    match test.how {
        How::Bare(tell) => tell(bench),
        How::OnDuty(tell) => {
            let mut guest = bench.on_duty()?;
            let told = guarded(|| tell(&mut guest));
            told.map_err(|error| anyhow!("{error:#}\n{}", guest.transcript()))
        }
    }
}

/// What panics has failed like anything else.
fn guarded<T>(tell: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(tell)).unwrap_or_else(|_| Err(anyhow!("it panicked")))
}

fn say(name: &str, began: Instant, told: &Result<()>) {
    let name = name.split("::").last().unwrap_or(name).replace('_', " ");
    let seconds = began.elapsed().as_secs_f32();
    match told {
        Ok(()) => println!("{name:<100} {seconds:>5.1} s"),
        Err(error) => println!(
            "{name:<100} {seconds:>5.1} s  FAILED\n    {}",
            format!("{error:#}").replace('\n', "\n    ")
        ),
    }
}
