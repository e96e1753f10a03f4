//! The reflex: from the moment when the debounce window closes until the first act is asked of the hands.
//!
//! The agent is the real one, and so are its clock, its disk and the disk's sync; senses and hands are ours, so that
//! both ends are seen from outside. Each sample is a box of its own that was put on duty and whose lid is opened.

mod disk;
mod rig;

use std::{fs::File, io::Write as _, sync::mpsc, time::Duration};

use anyhow::{Context, Result, anyhow};
use vocab::tuning::Enclosure;

use crate::{
    clock::{monotonic, timed},
    figure::Spread,
    ground,
    line::{Budget, Line, Part, Unit},
};
use disk::{Bell, Health};
use rig::{PATIENCE, Rig, Trip, Waited};

pub(crate) const WHAT: &str =
    "the debounce window closes → the first act is issued, with a sound disk and with a stuck one";

const SOUND: u64 = 150;
const STUCK: u64 = 30;
/// What the intention's group weighs on the disk, more or less.
const WRITTEN: usize = 2048;

pub(crate) fn run() -> Result<Vec<Line>> {
    let sound = (0..SOUND).map(|seed| trip(seed, Health::Sound)).collect::<Result<Vec<_>>>()?;
    let stuck = (SOUND..SOUND + STUCK).map(|seed| trip(seed, Health::Stuck)).collect::<Result<Vec<_>>>()?;
    let bare = Bare::measure()?;
    let of = |trips: &[Trip], part: fn(&Trip) -> Duration| {
        let times: Vec<Duration> = trips.iter().map(part).collect();
        Spread::of_times(&times).context("there were trips")
    };
    let beside = |what: &str, figure| Line::new(what, figure, Unit::Seconds, Budget::Beside);
    let beyond = of(&sound, |trip| trip.in_all.saturating_sub(trip.intention))?;
    let in_vain = sound.iter().filter(|trip| trip.waited == Waited::InVain).count();
    let in_all = format!("in all ({in_vain} waited for the disk in vain)");
    Ok(vec![
        Line::new("beyond the sync of the intention", beyond, Unit::Seconds, Budget::AtMost(Part::P99, 2e-3))
            .against("a timer and two threads, bare", bare.beyond.p50),
        beside("the sync of the intention", of(&sound, |trip| trip.intention)?)
            .against("append and fdatasync", bare.sync.p50),
        beside("beyond every sync on the way", of(&sound, |trip| trip.in_all.saturating_sub(trip.synced))?),
        beside("a timer and two threads, bare", bare.beyond),
        beside("append and fdatasync, bare", bare.sync),
        beside(&in_all, of(&sound, |trip| trip.in_all)?),
        Line::new(
            "in all, stuck disk",
            of(&stuck, |trip| trip.in_all)?,
            Unit::Seconds,
            Budget::AtMost(Part::P99, 52e-3),
        ),
    ])
}

/// Puts a box on duty and opens its lid.
fn trip(seed: u64, health: Health) -> Result<Trip> {
    let mut rig = Rig::on_duty(seed).with_context(|| format!("box {seed} does not go on duty"))?;
    rig.open_lid(health, Enclosure::default().open_after.duration())
}

/// The same road with nothing on it: a timer ends, another thread syncs, and this one is woken.
struct Bare {
    /// What the disk takes.
    sync: Spread,
    /// What the road takes beyond that.
    beyond: Spread,
}

impl Bare {
    fn measure() -> Result<Self> {
        let folder = ground::folder()?;
        let mut file = File::options().append(true).create(true).open(folder.path().join("bare"))?;
        let (bell, (hand, handed)) = (Bell::default(), mpsc::channel::<()>());
        let rings = bell.clone();
        let disk = std::thread::spawn(move || {
            let mut append = || {
                let (took, done) = timed(|| {
                    file.write_all(&[7; WRITTEN])?;
                    file.sync_data()
                });
                done?;
                rings.ring();
                std::io::Result::Ok(took)
            };
            handed.iter().map(|()| append()).collect::<std::io::Result<Vec<_>>>()
        });
        let mut roads = vec![];
        for _ in 0..SOUND {
            let closes = monotonic() + Enclosure::default().open_after.duration();
            while let Some(left) = closes.checked_sub(monotonic()).filter(|left| !left.is_zero()) {
                bell.wait(left);
            }
            hand.send(()).context("the disk's thread lives")?;
            bell.wait(PATIENCE);
            roads.push(monotonic().saturating_sub(closes));
        }
        drop(hand);
        let syncs = disk.join().map_err(|_| anyhow!("the disk's thread panicked"))??;
        let beyond: Vec<_> =
            roads.iter().zip(&syncs).map(|(road, sync)| road.saturating_sub(*sync)).collect();
        Ok(Self {
            sync: Spread::of_times(&syncs).context("there were syncs")?,
            beyond: Spread::of_times(&beyond).context("there were syncs")?,
        })
    }
}
