//! The sessions that stand, by identity, so that they can be closed at once.

use core::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use link::Conn;
use rustls::pki_types::CertificateDer;
use tokio::sync::oneshot;

use super::{Guard, Setup};
use crate::{closing::Closing, identity::Presented, refusal::Refusal};

/// Under the URI of an identity, or under nothing where nobody is asked who it is.
#[derive(Default)]
pub(super) struct Sessions {
    all: Mutex<BTreeMap<Entry, Session>>,
    /// What stood above the last newcomer.
    above: Mutex<Arc<[CertificateDer<'static>]>>,
}

/// Which session.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    uri: String,
    conn: Conn,
}

struct Session {
    chain: Chain,
    end: oneshot::Sender<Closing>,
}

/// What a peer showed.
#[derive(Clone)]
pub(super) struct Chain {
    leaf: Option<Arc<CertificateDer<'static>>>,
    /// What stands between it and a root. All whom one authority certified show the same, so it is kept once.
    above: Arc<[CertificateDer<'static>]>,
}

/// Ready when the session is to end, with why.
pub struct Ending(oneshot::Receiver<Closing>);

impl Future for Ending {
    type Output = Closing;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Closing> {
        // Whoever forgets a session without a word is the process that ends.
        Poll::Ready(ready!(Pin::new(&mut self.0).poll(cx)).unwrap_or(Closing::Stopping))
    }
}

/// What a listener thinks now of what a peer once showed.
pub(super) fn judge(setup: &Setup, chain: &Chain) -> Result<(), Refusal> {
    let Guard::Mutual { trust, doors, .. } = &setup.guard else { return Ok(()) };
    let leaf = chain.leaf.as_ref().ok_or(Refusal::NoCertificate)?;
    doors.enter(&trust.judge(leaf, &chain.above)?).map_err(Refusal::Door)
}

impl Sessions {
    /// Takes what a peer showed, leaf first.
    pub(super) fn take(&self, mut shown: Vec<CertificateDer<'static>>) -> Chain {
        let above = shown.split_off(shown.len().min(1));
        let mut last = self.above.lock().unwrap_or_else(PoisonError::into_inner);
        if **last != *above {
            *last = above.into();
        }
        Chain { leaf: shown.pop().map(Arc::new), above: Arc::clone(&last) }
    }

    pub(super) fn enter(&self, conn: Conn, presented: Option<&Presented>, chain: Chain) -> (Entry, Ending) {
        let (end, ending) = oneshot::channel();
        let entry = Entry { uri: presented.map(|presented| presented.uri.clone()).unwrap_or_default(), conn };
        self.all().insert(entry.clone(), Session { chain, end });
        (entry, Ending(ending))
    }

    pub(super) fn leave(&self, entry: &Entry) {
        self.all().remove(entry);
    }

    pub(super) fn end(&self, entry: &Entry, closing: &Closing) {
        if let Some(session) = self.all().remove(entry) {
            let _ = session.end.send(closing.clone());
        }
    }

    pub(super) fn close(&self, uri: &str, closing: &Closing) -> usize {
        let of = |conn| Entry { uri: uri.to_owned(), conn };
        let named: Vec<_> =
            self.all().range(of(Conn(0))..=of(Conn(u64::MAX))).map(|(entry, _)| entry.clone()).collect();
        named.iter().map(|entry| self.end(entry, closing)).count()
    }

    pub(super) fn close_all(&self, closing: &Closing) {
        let all: Vec<_> = self.all().keys().cloned().collect();
        for entry in all {
            self.end(&entry, closing);
        }
    }

    /// Judges each by what it showed.
    pub(super) fn review(&self, setup: &Setup) -> usize {
        let shown: Vec<_> =
            self.all().iter().map(|(entry, one)| (entry.clone(), one.chain.clone())).collect();
        // Not under the lock: whoever decides may want to look at the sessions.
        let refused =
            shown.into_iter().filter_map(|(entry, chain)| Some((entry, judge(setup, &chain).err()?)));
        refused.map(|(entry, refusal)| self.end(&entry, &Closing::of(refusal))).count()
    }

    pub(super) fn count(&self) -> usize {
        self.all().len()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<Entry, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
