//! What this process counts beside the fleet itself: its listeners, its disk, its certificate.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Instant,
};

use store::{Batch, Fault, Order, Row, Store, Table};
use vocab::Wall;
use web::{Histogram, Page};

/// The numbers, shared by whoever counts and whoever is asked for them.
#[derive(Clone, Default)]
pub(crate) struct Meters(Arc<Counted>);

#[derive(Default)]
struct Counted {
    /// From the first word of a device until the incident that it opened was committed.
    pub(crate) alarms: Histogram,
    commits: Histogram,
    listeners: OnceLock<[(&'static str, tls::Counts); 4]>,
    until: Mutex<Option<Wall>>,
}

impl Meters {
    /// An incident was committed so long after its first word came in.
    pub(crate) fn alarmed(&self, took: std::time::Duration) {
        self.0.alarms.observe(took);
    }

    /// From now on these listeners are counted.
    pub(crate) fn listen(&self, listeners: [(&'static str, tls::Counts); 4]) {
        // They are bound once.
        let _ = self.0.listeners.set(listeners);
    }

    /// The listeners show a certificate until then.
    pub(crate) fn shown(&self, until: Wall) {
        *self.0.until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
    }

    /// A shelf whose commits are timed.
    pub(crate) fn timed<S: Store>(&self, store: S) -> Timed<S> {
        Timed { store, meters: self.clone() }
    }

    /// Writes them down.
    pub(crate) fn write(&self, page: &mut Page) {
        let Counted { alarms, commits, listeners, until } = &*self.0;
        page.histogram(
            "wrale_alarm_seconds",
            "From the first word of a device until the incident that it opened was committed.",
            alarms,
        );
        page.histogram("wrale_commit_seconds", "How long the disk took to commit, each time.", commits);
        let listeners = listeners.get().map(<[_; 4]>::as_slice).unwrap_or_default();
        let sessions: Vec<_> =
            listeners.iter().map(|(name, counts)| (*name, counts.sessions() as u64)).collect();
        page.gauges("wrale_sessions", "Connections that stand.", "listener", &sessions);
        let refused = listeners.iter().flat_map(|(name, counts)| {
            counts.tally().into_iter().map(move |(code, times)| (*name, code, times))
        });
        page.counters(
            "wrale_refused_connections_total",
            "Connections that were not let in, by the code of the reason (docs/errors.md).",
            ["listener", "reason"],
            &refused.collect::<Vec<_>>(),
        );
        if let Some(until) = *until.lock().unwrap_or_else(PoisonError::into_inner) {
            page.gauge(
                "wrale_certificate_expiry_timestamp_seconds",
                "Until when the certificate holds that devices and services are shown.",
                until.0 / 1_000_000,
            );
        }
    }
}

/// A shelf whose commits are timed.
pub(crate) struct Timed<S> {
    store: S,
    meters: Meters,
}

impl<S: Store> Store for Timed<S> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.store.get(table, key)
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, Fault> {
        self.store.scan(table, prefix, after, order, limit)
    }

    fn commit(&mut self, batch: Batch) -> Result<(), Fault> {
        let began = Instant::now();
        let done = self.store.commit(batch);
        self.meters.0.commits.observe(began.elapsed());
        done
    }
}
