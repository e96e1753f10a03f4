//! From nothing to twelve boxes on duty, phase by phase.

use std::{
    fs::{self, File},
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};
use api::word::{Arming, HealthState};
use cli::{Client, KeyFile, Server};
use crypto::hex;
use sim::scripts;
use tokio::{runtime::Handle, time::sleep};
use vocab::SenseState;

use crate::{
    boxes::Boxes,
    child::Fleet,
    home::Home,
    lab::{Lab, Shared},
    offline::{Offline, random},
    page::Page,
    resident::{Origin, wall},
    say,
    town::{BOXES, SITES, labels},
};

/// A lab that has started.
pub(crate) struct Started {
    /// The fleet's process; it ends when this is dropped.
    pub(crate) fleet: Fleet,
    pub(crate) lab: Shared,
}

/// A box looks around for so long before it can learn what is normal: its accelerometer needs a second or two.
const LOOK_ROUND: Duration = Duration::from_secs(3);

/// How long any of the phases may take.
const PHASE: Duration = Duration::from_secs(90);

/// How often a box is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(200);

/// Starts everything in this folder.
pub(crate) async fn start(home: &Home, page: Page, runtime: Handle) -> Result<Started> {
    say::step(&format!("a fleet on this machine, in {}", home.path().display()));
    let mut offline = Offline::new(home, wall())?;
    Fleet::init(home, &page)?;
    offline.sign(home)?;
    say::step("the offline machine made a root, ada and grace, and signed keyset and roster");
    let (fleet, listening) = Fleet::start(home)?;
    let url = page.url(listening.external.port());
    offline.hand_out(home, &url)?;
    say::step(&format!("the fleet listens at {url} for people and at {} for boxes", listening.hardware));

    let server = page.server(&url)?;
    let bundle = fs::read(home.fleet().join("fleet.bundle")).context("the fleet's bundle cannot be read")?;
    let known = metald::Fleet::read(&bundle, &offline.root())?;
    let log = File::create(home.boxes_log()).context("the log of the boxes cannot be written")?;
    let (people, keeper) = offline.part();
    let ada = Client::sign_in(&server, people.first().context("ada is one of the people")?).await?;
    let facts = ada.fleet().await?;
    let links = invite(&server, &url, &people).await?;
    let lab = Lab {
        home: home.clone(),
        boxes: Boxes::new(known, runtime.clone(), log),
        runtime,
        people,
        keeper,
        page,
        server,
        links,
        log: facts.log_verifier,
        fleet_pid: fleet.pid(),
        seeds: AtomicU64::new(u64::from_be_bytes(random()?)),
    };
    enrol(&lab, &ada).await?;
    commission(&lab).await?;
    arm(&ada).await?;
    Ok(Started { fleet, lab: Arc::new(lab) })
}

/// Each of the people comes in by their key, and gets a link for a browser.
async fn invite(server: &Server, url: &str, people: &[KeyFile]) -> Result<Vec<(String, String)>> {
    let mut links = vec![];
    for person in people {
        let client = Client::sign_in(server, person).await?;
        let invited = client.invite_oneself().await?;
        links.push((person.name.to_string(), format!("{url}/join#{}", invited.token)));
        client.sign_out().await?;
    }
    Ok(links)
}

/// Each box gets a token of its own and knocks at the enrolment listener.
async fn enrol(lab: &Lab, ada: &Client) -> Result<()> {
    let mut asking = vec![];
    for site in &SITES {
        for label in site.boxes {
            let token = ada.token(site.name, Some(label), Some(10)).await?;
            let token =
                hex::decode(&token.token).map_err(|why| anyhow!("the fleet's token is no token: {why}"))?;
            let origin = Origin::Factory { token, kept: lab.home.kept(label) };
            asking.push(lab.boxes.turn_on(label, lab.seed(), origin)?);
        }
    }
    for one in asking {
        lab.boxes.enrolled(one)?;
    }
    let [harbour, station] = &SITES;
    say::step(&format!(
        "{BOXES} boxes are enrolled: six at the {}, six at the {}",
        harbour.name, station.name
    ));
    Ok(())
}

/// Every box learns what is normal, is walked past, and learns once more.
async fn commission(lab: &Lab) -> Result<()> {
    until("every box is connected and has looked around", || {
        let waiting = |label: &&str| -> Result<bool> {
            let seen = lab.boxes.look(label)?;
            Ok(!seen.is_live || seen.on_for < LOOK_ROUND)
        };
        still(waiting)
    })
    .await?;
    say::step("every box is connected over mutual TLS; now every sense is tripped once (walk test)");
    for label in labels() {
        lab.boxes.learn(label)?;
        lab.boxes.play(label, scripts::walk_test())?;
    }
    sleep(scripts::WALK).await;
    for label in labels() {
        lab.boxes.learn(label)?;
    }
    until("every sense has tripped and is calm again", || {
        let unproved = |label: &&str| -> Result<bool> {
            let seen = lab.boxes.look(label)?;
            let proved = seen.marks.iter().all(|mark| mark.state == SenseState::Proved);
            Ok(!proved || !seen.causes.is_empty())
        };
        still(unproved)
    })
    .await?;
    let senses: usize = labels().map(|label| Ok(lab.boxes.look(label)?.marks.len())).sum::<Result<_>>()?;
    say::step(&format!("all {senses} senses have tripped once, and are calm"));
    Ok(())
}

/// Every box goes on duty by an order of the fleet, and is green with a proof.
async fn arm(ada: &Client) -> Result<()> {
    for device in ada.devices(None).await?.devices {
        ada.arm(&device.id, Arming::Armed).await?;
    }
    let (begun, mut after) = (Instant::now(), 0);
    loop {
        let devices = ada.devices(None).await?.devices;
        let grey: Vec<_> = devices.iter().filter(|device| device.health.state != HealthState::Good).collect();
        if grey.is_empty() && devices.len() == BOXES {
            break;
        }
        if begun.elapsed() > PHASE {
            let why = grey.iter().map(|device| format!("\n  {}: {}", device.label, device.health.why));
            bail!("not every box is good{}", why.collect::<String>());
        }
        after = ada.changes(after, 1).await?.now;
    }
    say::step(&format!("all {BOXES} boxes are on duty, and each has proved it"));
    Ok(())
}

/// Waits until no box is named any more.
async fn until(what: &str, waiting: impl Fn() -> Result<Vec<&'static str>>) -> Result<()> {
    let begun = Instant::now();
    loop {
        let waiting = waiting()?;
        if waiting.is_empty() {
            return Ok(());
        }
        if begun.elapsed() > PHASE {
            bail!("it did not come true that {what}: {}", waiting.join(", "));
        }
        sleep(LOOK).await;
    }
}

fn still(waiting: impl Fn(&&'static str) -> Result<bool>) -> Result<Vec<&'static str>> {
    let mut left = vec![];
    for label in labels() {
        if waiting(&label)? {
            left.push(label);
        }
    }
    Ok(left)
}
