//! The lab that runs: the fleet's process, the boxes, the people; and the line for each thing that happens.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use cli::{Client, KeyFile, Server};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    select,
    signal::unix::{SignalKind, signal},
    time::sleep,
};

use crate::{
    boxes::Boxes,
    check::tour,
    child, control, hint,
    home::Home,
    keeper::Keeper,
    memory,
    page::Page,
    rite::Rite,
    say::{self, Paint},
    start::{self, Started},
    table,
    watch::{Said, Weight},
};

/// Everything but the fleet's process.
pub(crate) struct Lab {
    pub(crate) home: Home,
    pub(crate) boxes: Boxes,
    pub(crate) runtime: Handle,
    pub(crate) people: Vec<KeyFile>,
    pub(crate) keeper: Keeper,
    pub(crate) page: Page,
    pub(crate) server: Server,
    /// By which address each of the people comes in for the first time, with their name.
    pub(crate) links: Vec<(String, String)>,
    /// The key of the audit log, as auditors keep it.
    pub(crate) log: String,
    pub(crate) fleet_pid: u32,
    pub(crate) seeds: AtomicU64,
}

/// How many incidents are looked at.
const INCIDENTS: usize = 50;

/// How long the fleet is asked to wait for news.
const NEWS: u64 = 20;

/// How soon a fleet that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// How often in a row it may not answer.
const PATIENCE: u32 = 10;

/// Starts the lab, and tells what happens until it is stopped.
pub(crate) fn run(page: Page) -> Result<()> {
    let paint = Paint::of_terminal();
    say::begin();
    let home = Home::find(control::LAB)?;
    let lock = home.take()?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let mut stop = Stop::new()?;
        let Started { fleet, lab } = select! {
            started = start::start(&home, page, runtime.handle().clone()) => started?,
            () = stop.told() => return Ok(()),
        };
        control::serve(&lab)?;
        let client = lab.sign_in(0).await?;
        say::line(&format!("\n{}", table::boxes(&client.devices(None).await?.devices, paint)));
        say::line(&lab.tour_hints());
        say::step(&format!("{} MB resident in both processes; Ctrl-C ends the lab", lab.resident()?));
        let told = select! {
            told = lab.tell(client, paint) => told,
            () = stop.told() => Ok(()),
        };
        lab.boxes.all_off();
        if !fleet.stop() {
            bail!("the fleet did not end well\n{}", child::last_words(&home));
        }
        told
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    drop(lock);
    done
}

/// Makes the tour by itself.
pub(crate) fn check() -> Result<()> {
    let begun = say::begin();
    let home = Home::find("wrale-lab-check")?;
    let lock = home.take()?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let mut stop = Stop::new()?;
        let Started { fleet, lab } = select! {
            started = start::start(&home, Page::Plain, runtime.handle().clone()) => started?,
            () = stop.told() => bail!("the tour was interrupted"),
        };
        control::serve(&lab)?;
        let started = begun.elapsed();
        let made = select! {
            made = tour(&lab, started) => made,
            () = stop.told() => bail!("the tour was interrupted"),
        };
        lab.boxes.all_off();
        let ended = fleet.stop();
        made.with_context(|| child::last_words(&home))?;
        if !ended {
            bail!("the fleet did not end well\n{}", child::last_words(&home));
        }
        Ok(())
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    drop(lock);
    done
}

fn runtime() -> Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).max_blocking_threads(4).thread_stack_size(1 << 20).enable_all();
    builder.build().context("this machine gives no threads")
}

/// Ctrl-C, or a polite end.
struct Stop {
    int: tokio::signal::unix::Signal,
    term: tokio::signal::unix::Signal,
}

impl Stop {
    fn new() -> Result<Self> {
        Ok(Self { int: signal(SignalKind::interrupt())?, term: signal(SignalKind::terminate())? })
    }

    async fn told(&mut self) {
        select! {
            _ = self.int.recv() => {}
            _ = self.term.recv() => {}
        }
    }
}

impl Lab {
    /// A session of one of the two people.
    pub(crate) async fn sign_in(&self, person: usize) -> Result<Client> {
        let key = self.people.get(person).context("there are two people")?;
        Ok(Client::sign_in(&self.server, key).await?)
    }

    /// What the fleet says now.
    pub(crate) async fn said(client: &Client) -> Result<Said> {
        let devices = client.devices(None).await?.devices;
        Ok(Said::new(devices, client.incidents(None, INCIDENTS).await?.incidents))
    }

    /// A line for each thing that happens, until the fleet answers no more.
    async fn tell(&self, mut client: Client, paint: Paint) -> Result<()> {
        let (mut before, mut after) = (Self::said(&client).await?, client.changes(0, 0).await?.now);
        let (mut unanswered, mut asked) = (0, BTreeSet::new());
        let mut rite = Rite::default();
        loop {
            let heard = async {
                let changes = client.changes(after, NEWS).await?;
                anyhow::Ok((changes.now, Self::said(&client).await?))
            };
            match heard.await {
                Ok((now, said)) => {
                    unanswered = 0;
                    after = now;
                    for line in said.since(&before) {
                        say::step(&paint.dye(colour(line.weight), &line.text));
                    }
                    before = said;
                    self.tell_proposals(&client, &mut asked).await;
                    rite.look(self).await;
                }
                Err(error) if unanswered == PATIENCE => {
                    return Err(error).context("the fleet answers no more");
                }
                Err(_) => {
                    unanswered += 1;
                    sleep(AGAIN).await;
                    // A session ends after a day; the fleet numbers its changes anew after a restart.
                    if let Ok(again) = self.sign_in(0).await {
                        (client, after) = (again, 0);
                    }
                }
            }
        }
    }

    /// What waits for a second person, and what that person types.
    async fn tell_proposals(&self, client: &Client, asked: &mut BTreeSet<String>) {
        // Who may not read them now reads them with the next change.
        let Ok(proposals) = client.proposals().await else { return };
        let open =
            |one: &api::Proposal| one.state == api::word::ProposalState::Open && !one.consented.is_empty();
        for one in proposals.proposals.into_iter().filter(open) {
            let consented = |key: &&KeyFile| one.consented.iter().any(|who| who.id == key.person.to_string());
            let other = self.people.iter().find(|key| !consented(key));
            if let Some(other) = other.filter(|_| asked.insert(one.order.clone())) {
                let sentence = say::clean(&one.sentence);
                say::step(&format!("{} asks: {sentence} One more person has to say so:", one.by.name));
                let voice = self.voice(other);
                say::step(&format!("  {}", hint::wrale(&voice, &format!("approve {}", one.order))));
            }
        }
    }

    /// Every box, as people ask for it.
    pub(crate) fn status(&self) -> Result<String> {
        let devices = self.runtime.block_on(async {
            let client = self.sign_in(0).await?;
            let devices = client.devices(None).await?.devices;
            let _ = client.sign_out().await;
            anyhow::Ok(devices)
        })?;
        Ok(table::boxes(&devices, Paint::Plain).trim_end().to_owned())
    }

    /// What to try next.
    pub(crate) fn tour_hints(&self) -> String {
        let [ada, grace, ..] = self.people.as_slice() else { return String::new() };
        let tour = hint::tour(&self.voice(ada), &self.voice(grace), &self.home.audit(), &self.log);
        format!("{}\n{tour}", hint::pages(&self.links))
    }

    /// How one of the people speaks from a terminal.
    pub(crate) fn voice(&self, person: &KeyFile) -> hint::Voice {
        hint::Voice::new(self.home.key(person.name.as_str()), &self.page)
    }

    /// Megabytes that both processes hold.
    pub(crate) fn resident(&self) -> Result<u64> {
        let own = memory::resident(std::process::id());
        let fleet = memory::resident(self.fleet_pid);
        let both = own.zip(fleet).context("a process has ended")?;
        Ok(memory::megabytes(both.0 + both.1))
    }

    /// For what chance is to decide in one more box.
    pub(crate) fn seed(&self) -> u64 {
        self.seeds.fetch_add(1, Ordering::Relaxed)
    }
}

const fn colour(weight: Weight) -> &'static str {
    match weight {
        Weight::Alarm => "31;1",
        Weight::News => "0",
        Weight::Relief => "32",
    }
}

/// What is shared with whoever answers at the control socket.
pub(crate) type Shared = Arc<Lab>;
