//! The internal listener, `wrale.feed.v1`: whoever verifies device identities elsewhere hears where each stands.
//!
//! The fleet alone speaks: everybody of whom a verifier must know, then each change when it is committed, and a mark
//! every second while the fleet's thread decides. A verifier that has heard no mark for five seconds lets nobody in.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use control::Facade;
use crypto::cbor;
use link::Conn;
use tls::{Code, Doors, Line, Opened, Patience, Presented, Signal, Subprotocol};
use tokio::{
    select,
    sync::{broadcast::error::RecvError, mpsc, watch},
    task::AbortHandle,
    time::{MissedTickBehavior, interval, timeout},
};
use vocab::Wall;
use wire::v1::feed::{MOST, News};

use crate::{ask::ask, porch::Porch, turned_away::TurnedAway};

/// What is spoken.
pub(crate) const FEED: Subprotocol = Subprotocol("wrale.feed.v1");

/// Room for everybody at once.
pub(crate) const PATIENCE: Patience = Patience { queue: 8 << 20, stall: Duration::from_secs(5), unread: 1 };

/// Most signals between the connections and whoever serves them.
pub(crate) const WAITING: usize = 64;

/// How often the fleet's thread is asked whether it decides, and how long it may take to say so.
const EVERY: Duration = Duration::from_secs(1);

/// Whoever holds a certificate of the service zone that people have not ended.
pub(crate) struct Services(pub(crate) Arc<Porch>);

impl Doors for Services {
    fn enter(&self, presented: &Presented) -> Result<(), Code> {
        self.0.serves(presented)
    }
}

/// When the fleet's thread was last seen deciding; none before, and none once it is gone.
pub(crate) fn pulse(facade: Facade) -> watch::Receiver<Option<Wall>> {
    let (beat, seen) = watch::channel(None);
    tokio::spawn(async move {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !beat.is_closed() {
            ticks.tick().await;
            if let Ok(Ok(wall)) = timeout(EVERY, ask(&facade, |_, now| now.wall)).await {
                beat.send_replace(Some(wall));
            }
        }
    });
    seen
}

/// Serves the feed until the listener is gone.
pub(crate) async fn serve(
    mut signals: mpsc::Receiver<Signal>,
    porch: Arc<Porch>,
    pulse: watch::Receiver<Option<Wall>>,
    turned_away: TurnedAway,
) {
    let mut listening: BTreeMap<Conn, (Line, AbortHandle)> = BTreeMap::new();
    while let Some(signal) = signals.recv().await {
        match signal {
            Signal::Connected(conn, Opened { line, .. }) => {
                let told = tokio::spawn(tell(line.clone(), Arc::clone(&porch), pulse.clone()));
                listening.insert(conn, (line, told.abort_handle()));
            }
            // A verifier has nothing to say here.
            Signal::Received(conn, _) => {
                if let Some((line, _)) = listening.get(&conn) {
                    line.close();
                }
            }
            Signal::Lost(conn, _) => {
                if let Some((_, told)) = listening.remove(&conn) {
                    told.abort();
                }
            }
            Signal::Flushed(_) => {}
            Signal::Refused(peer, problem) => turned_away.say(peer, &problem),
        }
    }
}

async fn tell(line: Line, porch: Arc<Porch>, mut pulse: watch::Receiver<Option<Wall>>) {
    let (everybody, mut changes) = porch.listen();
    let send = |news: News| line.send(cbor::encode(&news));
    send(News::Begin);
    for some in everybody.chunks(MOST) {
        send(News::Identities(some.to_vec()));
    }
    send(News::Complete);
    pulse.mark_changed();
    loop {
        select! {
            biased;
            told = changes.recv() => match told {
                Ok(one) => send(News::Identities(vec![one])),
                // It begins anew on its next connection.
                Err(RecvError::Lagged(_) | RecvError::Closed) => return line.close(),
            },
            beat = pulse.changed() => {
                if beat.is_err() {
                    return line.close();
                }
                let seen = *pulse.borrow_and_update();
                if let Some(wall) = seen {
                    send(News::Mark(wall));
                }
            }
        }
    }
}
