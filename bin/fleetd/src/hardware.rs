//! The hardware listener: what its connections say goes to the fleet's thread, no faster than that takes it in.

use control::{Facade, Knock};
use tls::{Opened, Signal};
use tokio::sync::mpsc;

use crate::{hands::Lines, porch::shown, turned_away::TurnedAway};

/// Most signals between the connections and the thread that carries them on.
pub(crate) const WAITING: usize = 256;

/// Carries signals on until the listener is gone. It waits where the fleet is slower, so it has a thread of its own.
pub(crate) fn carry(mut signals: mpsc::Receiver<Signal>, lines: &Lines, facade: &Facade) {
    let turned_away = TurnedAway::new("hardware", facade.clone());
    while let Some(signal) = signals.blocking_recv() {
        match signal {
            Signal::Connected(conn, Opened { line, presented, .. }) => {
                let Some(presented) = presented else {
                    line.close();
                    continue;
                };
                lines.put(conn, line);
                facade.hear(conn, Knock::Opened(shown(&presented)));
            }
            Signal::Flushed(conn) => facade.hear(conn, Knock::Flushed),
            Signal::Received(conn, message) => facade.hear(conn, Knock::Message(message.into_bytes())),
            Signal::Lost(conn, ended) => {
                tracing::debug!(verb = "accept", code = ended.code(), conn = conn.0, "a connection is gone");
                lines.remove(conn);
                facade.hear(conn, Knock::Closed);
            }
            Signal::Refused(peer, problem) => turned_away.say(peer, &problem),
        }
    }
}
