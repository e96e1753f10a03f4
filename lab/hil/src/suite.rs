//! Every test with its name, told by as many machines as there are processors, and what came of each.

use std::{
    cell::OnceCell,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use anyhow::{Result, anyhow};

use crate::{
    cases as told,
    ground::Ground,
    guest::{Bench, Guest, Workshop},
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
    /// Nothing but what machines are made of.
    Alone(fn(Workshop<'_>) -> Result<()>),
    /// The place for a device.
    Bare(fn(&Bench<'_>) -> Result<()>),
    /// A device on duty.
    OnDuty(fn(&mut Guest) -> Result<()>),
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

/// How many passed, and how many did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

/// Tells all whose name has this word in it.
pub(crate) fn tell(ground: &Ground, workshop: Workshop<'_>, word: &str) -> Counts {
    let tests: Vec<Test> = told::all().into_iter().filter(|test| test.name.contains(word)).collect();
    let next = Mutex::new(tests.iter());
    let (passed, failed, kept) = (AtomicU64::new(0), AtomicU64::new(0), OnceLock::new());
    thread::scope(|scope| {
        for _ in 0..benches().min(tests.len()) {
            // A machine ends with the thread that started it, and that is this one until the last test is told.
            scope.spawn(|| {
                let own = OnceCell::new();
                loop {
                    let test = next.lock().unwrap_or_else(PoisonError::into_inner).next().copied();
                    let Some(test) = test else { return };
                    let began = Instant::now();
                    let told = guarded(|| match test.how {
                        How::Alone(tell) => tell(workshop),
                        How::Bare(tell) => tell(copied(&own, &kept, workshop)?),
                        How::OnDuty(tell) => on_duty(copied(&own, &kept, workshop)?, tell),
                    });
                    say(test.name, began, &told);
                    if let Err(error) = &told {
                        keep(ground, test.name, error);
                    }
                    if told.is_ok() { &passed } else { &failed }.fetch_add(1, Ordering::Relaxed);
                    ground.most();
                }
            });
        }
    });
    Counts { passed: passed.into_inner(), failed: failed.into_inner() }
}

/// So many machines at once: one more than there are processors, because a machine waits for time to pass, too.
fn benches() -> usize {
    // More of them want more memory than they are worth.
    const MOST: usize = 4;
    (thread::available_parallelism().map_or(1, usize::from) + 1).min(MOST)
}

/// A place of this thread's own. One machine is booted and kept, and the others are copies of it.
fn copied<'own, 'a>(
    own: &'own OnceCell<Result<Bench<'a>>>,
    kept: &OnceLock<Result<Bench<'a>>>,
    workshop: Workshop<'a>,
) -> Result<&'own Bench<'a>> {
    let error = |error: &anyhow::Error| anyhow!("{error:#}");
    let booted = || kept.get_or_init(|| guarded(|| booted(workshop))).as_ref().map_err(error);
    own.get_or_init(|| booted()?.beside()).as_ref().map_err(error)
}

fn booted(workshop: Workshop<'_>) -> Result<Bench<'_>> {
    let mut bench = Bench::new(workshop)?;
    let took = bench.prepare()?;
    println!("{:<100} {:>5.1} s", "a machine was booted", took.boot.as_secs_f32());
    println!("{:<100} {:>5.1} s", "and kept as it was then", took.keep.as_secs_f32());
    Ok(bench)
}

fn on_duty(bench: &Bench<'_>, tell: fn(&mut Guest) -> Result<()>) -> Result<()> {
    let mut guest = bench.on_duty()?;
    let told = guarded(|| tell(&mut guest));
    told.map_err(|error| anyhow!("{error:#}\n{}\n{}", guest.transcript(), bench.plan().console()))
}

/// What panics has failed like anything else.
fn guarded<T>(tell: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(tell)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        Err(anyhow!("{}", said.or_else(|| panic.downcast_ref().copied()).unwrap_or("it panicked")))
    })
}

/// What is known about a failure outlives the machine.
fn keep(ground: &Ground, name: &str, error: &anyhow::Error) {
    match ground.log(name, &format!("{error:#}")) {
        Ok(file) => println!("    {}", file.display()),
        Err(error) => println!("    it could not be kept: {error:#}"),
    }
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
