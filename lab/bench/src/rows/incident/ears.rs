//! Who hears of it: people's terminal, and a verifier elsewhere that follows the suspension feed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Result;
use cli::Client;
use vocab::DeviceId;

use super::verifier;
use crate::{clock::monotonic, process::Process, stand::Stand};

/// When each device was first heard of.
pub(super) type Heard = Arc<Mutex<BTreeMap<DeviceId, Duration>>>;

pub(super) struct Ears {
    told: Heard,
    shut: Heard,
    _verifier: Process,
}

impl Ears {
    /// Begins to listen; both ends are heard when this returns.
    pub(super) fn listen(stand: &Stand) -> Result<Self> {
        let (told, shut) = (Heard::default(), Heard::default());
        let verifier = verifier::start(stand, &shut)?;
        stand.runtime.spawn(follow(stand.client()?, Arc::clone(&told)));
        Ok(Self { told, shut, _verifier: verifier })
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
        for involved in incidents.incidents.iter().flat_map(|incident| &incident.boxes) {
            if let Ok(device) = involved.device.parse() {
                note(&told, device, at);
            }
        }
    }
}

/// The first time counts.
pub(super) fn note(heard: &Heard, device: DeviceId, at: Duration) {
    lock(heard).entry(device).or_insert(at);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
