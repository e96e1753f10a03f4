//! From the moment when the debounce window closes on a real agent until people know and every door has heard, over
//! real sockets and real commits; also while a thousand devices reconnect and prove themselves anew.

mod ears;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use api::word::Arming as Asked;
use board::Clock;
use cli::Client;
use guard::Input;
use linux::LinuxClock;
use tokio::runtime::Builder;
use vocab::{Arming, SensorName, Value, reading::Contact, tuning::Enclosure};

use self::ears::Ears;
use crate::{
    clock::monotonic,
    figure::Spread,
    line::{Budget, Line, Part, Unit},
    stand::Stand,
    street::{Paper, Street},
};

pub(crate) const WHAT: &str =
    "the debounce window closes → a subscriber holds the incident, and each door has heard";

const CALM: usize = 60;
const STORMED: usize = 60;
const STORM: usize = 1000;
const PATIENCE: Duration = Duration::from_mins(3);

pub(crate) fn run() -> Result<Vec<Line>> {
    let stand = Stand::open()?;
    let client = stand.client()?;
    let mut street = Street::on(&stand.runtime);
    street.settle(&stand, &client, "box", CALM + STORMED, Paper::Real)?;
    on_duty(&mut street, &stand, &client)?;
    let ears = Ears::listen(&stand)?;
    let calm = (0..CALM).map(|number| trip(&mut street, &ears, number)).collect::<Result<Vec<_>>>()?;
    let (raging, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let stormed = thread::scope(|scope| {
        let storm = scope.spawn(|| {
            let raged = rage(&stand, &raging, &over);
            // Whoever waits for a storm that never comes must not wait for ever.
            over.store(true, Ordering::SeqCst);
            raged
        });
        while !raging.load(Ordering::SeqCst) && !over.load(Ordering::SeqCst) {
            street.live(Duration::from_millis(200));
        }
        let numbers = CALM..CALM + STORMED;
        let trips = numbers.map(|number| trip(&mut street, &ears, number)).collect::<Result<Vec<_>>>();
        over.store(true, Ordering::SeqCst);
        storm.join().map_err(|_| anyhow!("the storm panicked"))??;
        trips
    })?;
    Ok([lines("calm", &calm)?, lines("1,000 re-appraise", &stormed)?].concat())
}

/// What one opened lid showed, from the end of its window.
struct Trip {
    told: Duration,
    feed: Duration,
    session: Duration,
}

fn lines(when: &str, trips: &[Trip]) -> Result<Vec<Line>> {
    let line = |what: &str, limit: f64, part: fn(&Trip) -> Duration| {
        let times: Vec<Duration> = trips.iter().map(part).collect();
        let figure = Spread::of_times(&times).context("there were trips")?;
        anyhow::Ok(Line::new(
            format!("{what}, {when}"),
            figure,
            Unit::Seconds,
            Budget::AtMost(Part::P99, limit),
        ))
    };
    Ok(vec![
        line("incident told", 0.1, |trip| trip.told)?,
        line("refused by a verifier on the feed", 0.2, |trip| trip.feed)?,
        line("live session narrowed", 0.2, |trip| trip.session)?,
    ])
}

/// Every box learns what is normal and is armed, as people would have it.
fn on_duty(street: &mut Street, stand: &Stand, client: &Client) -> Result<()> {
    street.until_live(PATIENCE)?;
    street.live(Duration::from_secs(2));
    for number in 0..street.residents.len() {
        street.hear(number, Input::Learn);
        let device = street.residents[number].device.to_string();
        stand.runtime.block_on(client.arm(&device, Asked::Armed)).map_err(|why| anyhow!("{why}"))?;
        street.live(Duration::from_millis(20));
    }
    street.until("every box is on duty", PATIENCE, |street| {
        street.residents.iter().all(|one| one.agent.guard().arming() == Arming::Armed)
    })?;
    street.live(Duration::from_secs(5));
    Ok(())
}

fn trip(street: &mut Street, ears: &Ears, number: usize) -> Result<Trip> {
    let window = Enclosure::default().open_after.duration();
    let device = street.residents[number].device;
    let opened = monotonic();
    street.residents[number].senses.look(
        &SensorName::new("lid")?,
        LinuxClock.mono(),
        Value::Contact(Contact::Open),
    );
    street.hear(number, Input::Tick);
    street.until("everybody hears of an opened lid", Duration::from_secs(20), |street| {
        ears.told(device).is_some()
            && ears.shut(device).is_some()
            && street.residents[number].quarantined.is_some()
    })?;
    let closes = opened + window;
    let after = |at: Option<Duration>| -> Result<Duration> {
        let at = at.context("it was heard")?;
        at.checked_sub(closes).context("it was heard before the window closed")
    };
    let trip = Trip {
        told: after(ears.told(device))?,
        feed: after(ears.shut(device))?,
        session: after(street.residents[number].quarantined)?,
    };
    street.live(Duration::from_millis(200));
    Ok(trip)
}

/// A thousand devices lose their connections, come back and prove themselves, again and again.
fn rage(stand: &Stand, raging: &AtomicBool, over: &AtomicBool) -> Result<()> {
    let client = stand.client()?;
    // Roads of its own: what waits in the queues of the storm's machines is no business of the alarm's.
    let roads = Arc::new(Builder::new_multi_thread().worker_threads(1).enable_all().build()?);
    let mut street = Street::on(&roads);
    street.settle(stand, &client, "storm", STORM, Paper::Memory)?;
    street.until_live(PATIENCE)?;
    street.live(Duration::from_secs(5));
    while !over.load(Ordering::SeqCst) {
        (0..STORM).for_each(|number| street.pull(number));
        raging.store(true, Ordering::SeqCst);
        let wave = monotonic() + Duration::from_secs(10);
        while monotonic() < wave && !over.load(Ordering::SeqCst) {
            street.live(Duration::from_millis(100));
        }
    }
    Ok(())
}
