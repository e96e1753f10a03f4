//! From the moment when the debounce window closes on a real agent until people know and every door has heard, over
//! real sockets and real commits; also while a thousand devices reconnect and prove themselves anew.

mod ears;
pub(super) mod verifier;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use api::word::{Arming as Asked, Revocation};
use board::Clock;
use cli::Client;
use guard::Input;
use linux::LinuxClock;
use tokio::{runtime::Builder, task::JoinHandle};
use vocab::{Arming, SensorName, Value, reading::Contact, tuning::Enclosure};

use self::ears::Ears;
use crate::{
    clock::monotonic,
    figure::Spread,
    line::{Budget, Line, Part, Unit},
    stand::Stand,
    street::{Answer, Paper, Renewal, Street},
};

pub(crate) const WHAT: &str = "the debounce window closes → a subscriber holds the incident, and each door refuses; a person revokes → the same";

const CALM: usize = 60;
const STORMED: usize = 60;
/// The box that nothing happens to.
const TWIN: usize = CALM + STORMED;
const STORM: usize = 1000;
const PATIENCE: Duration = Duration::from_mins(3);
const SOON: Duration = Duration::from_secs(20);

pub(crate) fn run() -> Result<Vec<Line>> {
    let stand = Stand::open()?;
    let client = stand.client()?;
    let mut street = Street::on(&stand.runtime);
    street.settle(&stand, &client, "box", CALM + STORMED + 1, Paper::Real)?;
    on_duty(&mut street, &stand, &client)?;
    let scene = Scene { stand: &stand, client: Arc::new(client), ears: Ears::listen(&stand)? };
    scene.doors_open(&mut street)?;
    let calm = (0..CALM).map(|number| scene.play(&mut street, number)).collect::<Result<Vec<_>>>()?;
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
        let trips = numbers.map(|number| scene.play(&mut street, number)).collect::<Result<Vec<_>>>();
        over.store(true, Ordering::SeqCst);
        storm.join().map_err(|_| anyhow!("the storm panicked"))??;
        trips
    })?;
    Ok([lines("calm", &calm)?, lines("1,000 re-appraise", &stormed)?].concat())
}

/// What one box showed: from the end of its lid's window, and from a person's word that revokes it.
struct Trip {
    told: Duration,
    feed: Duration,
    session: Duration,
    enrolment: Duration,
    renewal: Duration,
    revoked: Revoked,
}

struct Revoked {
    /// The word was answered: whoever knocks from then on is refused.
    answered: Duration,
    session: Duration,
    hardware: Duration,
    enrolment: Duration,
}

fn lines(when: &str, trips: &[Trip]) -> Result<Vec<Line>> {
    let line = |what: &str, budget: Budget, part: fn(&Trip) -> Duration| {
        let times: Vec<Duration> = trips.iter().map(part).collect();
        let figure = Spread::of_times(&times).context("there were trips")?;
        anyhow::Ok(Line::new(format!("{what}, {when}"), figure, Unit::Seconds, budget))
    };
    let told = Budget::AtMost(Part::P99, 0.1);
    let refused = Budget::AtMost(Part::P99, 0.2);
    Ok(vec![
        line("incident told", told, |trip| trip.told)?,
        line("refused by a verifier on the feed", refused, |trip| trip.feed)?,
        line("live session narrowed", refused, |trip| trip.session)?,
        line("refused at enrolment", refused, |trip| trip.enrolment)?,
        line("refused at renewal", refused, |trip| trip.renewal)?,
        line("revoked: live session closed", refused, |trip| trip.revoked.session)?,
        line("revoked: whoever knocks from now on is refused", refused, |trip| trip.revoked.answered)?,
        // In a storm a handshake waits behind the others'; nobody is let in meanwhile.
        line("revoked: … by the hardware listener, in hand", Budget::Beside, |trip| trip.revoked.hardware)?,
        line("revoked: … at enrolment, in hand", Budget::Beside, |trip| trip.revoked.enrolment)?,
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

/// Who is there while lids are opened.
struct Scene<'a> {
    stand: &'a Stand,
    client: Arc<Client>,
    ears: Ears,
}

impl Scene<'_> {
    /// To a box that is good the same doors open: a knock that is refused later tells something.
    fn doors_open(&self, street: &mut Street) -> Result<()> {
        let papers = street.residents[TWIN].papers.clone();
        let (enrolment, hardware) =
            self.stand.runtime.block_on(async { (papers.clone().enrol().await, papers.enter().await) });
        ensure!(enrolment? == Answer::Open, "the enrolment listener refuses a good box");
        ensure!(hardware? == Answer::Open, "the hardware listener refuses a good box");
        // Its session gave way to the other one.
        street.live(Duration::from_secs(3));
        street.until_live(PATIENCE)?;
        // Last, because its key is another one from then on.
        street.ask_renewal(TWIN);
        street.until("its renewal begins", SOON, |street| {
            street.residents[TWIN].renewal() == Some(Renewal::Begun)
        })?;
        street.live(Duration::from_secs(1));
        Ok(())
    }

    /// The lid opens, and each door is tried as soon as anybody has heard; then a person revokes the box.
    fn play(&self, street: &mut Street, number: usize) -> Result<Trip> {
        let window = Enclosure::default().open_after.duration();
        let device = street.residents[number].device;
        let closes = monotonic() + window;
        street.residents[number].senses.look(
            &SensorName::new("lid")?,
            LinuxClock.mono(),
            Value::Contact(Contact::Open),
        );
        street.hear(number, Input::Tick);
        let ears = &self.ears;
        street.until("a verifier hears of an opened lid", SOON, |_| ears.shut(device).is_some())?;
        let papers = street.residents[number].papers.clone();
        let enrolment = self.stand.runtime.spawn(papers.enrol());
        street.ask_renewal(number);
        street.until("everybody hears of an opened lid", SOON, |street| {
            let one = &street.residents[number];
            let renewal = matches!(one.renewal(), Some(Renewal::Begun | Renewal::Refused(_)));
            ears.told(device).is_some() && one.quarantined.is_some() && renewal && enrolment.is_finished()
        })?;
        let one = &street.residents[number];
        let after = |at: Option<Duration>| -> Result<Duration> {
            let at = at.context("it was heard")?;
            at.checked_sub(closes).context("it was heard before the window closed")
        };
        let renewal = match one.renewal() {
            Some(Renewal::Refused(at)) => Some(at),
            _ => None,
        };
        let (told, feed) = (after(ears.told(device))?, after(ears.shut(device))?);
        let session = after(one.quarantined)?;
        let renewal = after(renewal).context("renewal")?;
        let enrolment = after(self.refused(enrolment)?).context("enrolment")?;
        street.live(Duration::from_millis(200));
        let revoked = self.revoke(street, number)?;
        Ok(Trip { told, feed, session, enrolment, renewal, revoked })
    }

    fn revoke(&self, street: &mut Street, number: usize) -> Result<Revoked> {
        let one = &street.residents[number];
        let (papers, device, client) = (one.papers.clone(), one.device.to_string(), Arc::clone(&self.client));
        let asked = monotonic();
        // Whoever knocks before the word is committed is let in, as it should be.
        let knocks = self.stand.runtime.spawn(async move {
            client.revoke(&device, Revocation::KeyCompromised).await.map_err(|why| anyhow!("{why}"))?;
            let answered = monotonic();
            let (hardware, enrolment) = tokio::join!(papers.clone().enter(), papers.enrol());
            anyhow::Ok((answered, hardware?, enrolment?))
        });
        street.until("a revoked box is out", SOON, |street| {
            knocks.is_finished() && street.residents[number].lost().is_some_and(|at| at >= asked)
        })?;
        let (answered, hardware, enrolment) = self.stand.runtime.block_on(knocks)??;
        let after = |answer: Answer| match answer {
            Answer::Refused(at) => Ok(at.saturating_sub(asked)),
            Answer::Open => Err(anyhow!("a revoked box is let in")),
        };
        let session = street.residents[number].lost().context("its session is closed")?.saturating_sub(asked);
        street.live(Duration::from_millis(100));
        let answered = answered.saturating_sub(asked);
        Ok(Revoked { answered, session, hardware: after(hardware)?, enrolment: after(enrolment)? })
    }

    /// When a door refused; none if it did not.
    fn refused(&self, knock: JoinHandle<Result<Answer>>) -> Result<Option<Duration>> {
        Ok(match self.stand.runtime.block_on(knock)?? {
            Answer::Refused(at) => Some(at),
            Answer::Open => None,
        })
    }
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
