//! What the fleet's thread does to the world: speaks on lines, tells the porch, writes lines into the log.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use admit::Identity;
use control::{Fault, Hands, fleet::Line as Said, services::Revocations};
use link::Conn;
use tls::Line;
use tokio::sync::watch;
use vocab::DeviceId;

use crate::{meters::Meters, porch::Porch};

/// The lines of the hardware listener, by connection.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<BTreeMap<Conn, Line>>>);

impl Lines {
    pub(crate) fn put(&self, conn: Conn, line: Line) {
        self.all().insert(conn, line);
    }

    pub(crate) fn remove(&self, conn: Conn) {
        self.all().remove(&conn);
    }

    fn with(&self, conn: Conn, speak: impl FnOnce(&Line)) {
        if let Some(line) = self.all().get(&conn) {
            speak(line);
        }
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Conn, Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often a fault that stays is worth a line.
const EVERY: Duration = Duration::from_secs(10);

/// The hands.
pub(crate) struct Reach {
    lines: Lines,
    porch: Arc<Porch>,
    services: Revocations,
    changes: watch::Sender<u64>,
    meters: Meters,
    failing: Option<(&'static str, Instant)>,
}

impl Reach {
    pub(crate) fn new(
        lines: Lines,
        porch: Arc<Porch>,
        services: Revocations,
        changes: watch::Sender<u64>,
        meters: Meters,
    ) -> Self {
        Self { lines, porch, services, changes, meters, failing: None }
    }
}

impl Hands for Reach {
    fn send(&mut self, _: DeviceId, conn: Conn, message: Vec<u8>) {
        self.lines.with(conn, |line| line.send(message));
    }

    fn close(&mut self, device: DeviceId, conn: Conn) {
        // The sessions of an ended identity are closed by the listener, which says why.
        if !self.porch.is_ended(device) {
            self.lines.with(conn, Line::close);
        }
    }

    fn turn_away(&mut self, conn: Conn, code: &'static str) {
        tracing::warn!(verb = "accept", code, conn = conn.0, "turned away behind the door");
        self.lines.with(conn, Line::close);
    }

    fn doors(&mut self, device: DeviceId, identity: Option<&Identity>) {
        self.porch.stand(device, identity);
    }

    fn said(&mut self, Said { verb, device, text }: Said) {
        if let Some(device) = device {
            tracing::info!(verb, %device, "{text}");
        } else {
            tracing::info!(verb, "{text}");
        }
    }

    fn committed(&mut self) {
        if self.failing.take().is_some() {
            tracing::info!(verb = "record", "what is decided is stored again");
        }
        self.porch.revoke(self.services.now());
        self.changes.send_modify(|changes| *changes += 1);
    }

    fn alarmed(&mut self, took: Duration) {
        self.meters.alarmed(took);
    }

    fn failed(&mut self, fault: &Fault) {
        let (code, now) = (fault.code(), Instant::now());
        let known = self.failing.is_some_and(|(last, at)| last == code && now.duration_since(at) < EVERY);
        if !known {
            self.failing = Some((code, now));
            tracing::error!(verb = "record", code, "nothing is acknowledged: {fault}");
        }
    }
}
