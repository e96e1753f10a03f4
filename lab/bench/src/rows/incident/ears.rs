//! Who hears of it: people's terminal, and a verifier elsewhere that follows the suspension feed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, anyhow};
use cli::Client;
use crypto::cbor;
use fleetd::Pass;
use link::Conn;
use tls::{Call, Credential, Dialer, Patience, Signal, Subprotocol, Suites, Trust};
use tokio::sync::mpsc;
use vocab::DeviceId;
use wire::v1::feed::{self, News, Standing};

use crate::{
    clock::{monotonic, now},
    stand::Stand,
};

/// When each device was first heard of.
type Heard = Arc<Mutex<BTreeMap<DeviceId, Duration>>>;

pub(super) struct Ears {
    told: Heard,
    shut: Heard,
}

impl Ears {
    /// Begins to listen; both ends are heard when this returns.
    pub(super) fn listen(stand: &Stand) -> Result<Self> {
        let ears = Self { told: Heard::default(), shut: Heard::default() };
        stand.runtime.spawn(follow(stand.client()?, Arc::clone(&ears.told)));
        let file = stand.folder.path().join("verifier.pass");
        fleetd::certify(&stand.config, "verifier", &file).map_err(|failure| anyhow!("{failure}"))?;
        let pass = Pass::read(&std::fs::read(file)?)?;
        let call = call(&pass, stand)?;
        let (ready, heard) = std::sync::mpsc::channel();
        stand.runtime.spawn(verify(call, Arc::clone(&ears.shut), ready));
        heard.recv_timeout(Duration::from_secs(20)).context("the feed says nothing")?;
        Ok(ears)
    }

    /// When the subscriber held an incident with this device in it.
    pub(super) fn told(&self, device: DeviceId) -> Option<Duration> {
        lock(&self.told).get(&device).copied()
    }

    /// When the verifier began to refuse this device.
    pub(super) fn shut(&self, device: DeviceId) -> Option<Duration> {
        lock(&self.shut).get(&device).copied()
    }
}

/// A terminal that is told of changes, and asks what they are.
async fn follow(client: Client, told: Heard) {
    let mut seen = 0;
    // A question that failed is asked again, as any terminal would.
    loop {
        let Ok(changes) = client.changes(seen, 25).await else { continue };
        seen = changes.now;
        let Ok(incidents) = client.incidents(None, 20).await else { continue };
        let at = monotonic();
        let mut told = lock(&told);
        for involved in incidents.incidents.iter().flat_map(|incident| &incident.boxes) {
            if let Ok(device) = involved.device.parse() {
                told.entry(device).or_insert(at);
            }
        }
    }
}

fn call(pass: &Pass, stand: &Stand) -> Result<Call> {
    let chain: Vec<Vec<u8>> = pass.chain.iter().map(|der| der.to_vec()).collect();
    let mistaken = |mistake: tls::Mistake| anyhow!("{mistake}");
    Ok(Call {
        address: stand.listens("internal")?.to_string(),
        trust: Trust::of_server(&[pass.root.to_vec()], &pass.server, || Some(now().wall))
            .map_err(mistaken)?,
        credential: Some(Credential::from_pkcs8(&chain, &pass.key).map_err(mistaken)?),
        suites: Suites::default(),
        within: Duration::from_secs(15),
    })
}

/// A verifier elsewhere: it notes from when on it would refuse whom.
async fn verify(call: Call, shut: Heard, ready: std::sync::mpsc::Sender<()>) {
    let (signals, mut heard) = mpsc::channel(64);
    let feed = Subprotocol("wrale.feed.v1");
    let _line = Dialer::new(call, feed, Patience::default(), signals).connect(Conn(1));
    while let Some(signal) = heard.recv().await {
        let Signal::Received(_, message) = signal else { continue };
        let at = monotonic();
        match cbor::decode::<News>(&message, &feed::LIMITS) {
            Ok(News::Identities(identities)) => {
                let refused = identities.into_iter().filter(|one| one.standing != Standing::Active);
                for one in refused {
                    lock(&shut).entry(one.device).or_insert(at);
                }
            }
            // Nobody waits any more after the first time.
            Ok(News::Complete) => drop(ready.send(())),
            Ok(News::Begin | News::Mark(_)) | Err(_) => {}
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
