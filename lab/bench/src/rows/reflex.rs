//! The reflex: from the moment when the debounce window closes until the first act is asked of the hands.
//!
//! The agent is the real one, and so are its clock, its disk and the disk's sync; senses and hands are ours, so that
//! both ends are seen from outside. Each sample is a box of its own that was put on duty and whose lid is opened.

mod disk;
mod rig;

use std::time::Duration;

use anyhow::{Context, Result};
use vocab::tuning::Enclosure;

use crate::{
    clock::timed,
    figure::Spread,
    ground,
    line::{Budget, Line, Part, Unit},
};
use disk::Health;
use rig::{Rig, Trip, Waited};

pub(crate) const WHAT: &str =
    "the debounce window closes → the first act is issued, with a sound disk and with a stuck one";

const SOUND: u64 = 150;
const STUCK: u64 = 30;
/// What the intention's group weighs on the disk, more or less.
const WRITTEN: usize = 2048;

pub(crate) fn run() -> Result<Vec<Line>> {
    let sound = (0..SOUND).map(|seed| trip(seed, Health::Sound)).collect::<Result<Vec<_>>>()?;
    let stuck = (SOUND..SOUND + STUCK).map(|seed| trip(seed, Health::Stuck)).collect::<Result<Vec<_>>>()?;
    let bare = bare()?;
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
            .against("append and fdatasync", bare.p50),
        beside("the sync of the intention", of(&sound, |trip| trip.intention)?)
            .against("append and fdatasync", bare.p50),
        beside("beyond every sync on the way", of(&sound, |trip| trip.in_all.saturating_sub(trip.synced))?),
        beside("append and fdatasync alone", bare),
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

/// What the disk takes for that much without us.
fn bare() -> Result<Spread> {
    let folder = ground::folder()?;
    let mut file = std::fs::File::options().append(true).create(true).open(folder.path().join("bare"))?;
    let mut append = |_| -> Result<Duration> {
        let (took, done) = timed(|| {
            std::io::Write::write_all(&mut file, &[7; WRITTEN])?;
            file.sync_data()
        });
        done?;
        Ok(took)
    };
    let times = (0..SOUND).map(&mut append).collect::<Result<Vec<_>>>()?;
    Spread::of_times(&times).context("there were syncs")
}
