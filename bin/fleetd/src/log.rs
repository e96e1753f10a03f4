//! What the daemon writes down: text on a terminal, JSON elsewhere; the verb of each line is one of the house's.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal},
    net::SocketAddr,
    time::{Duration, Instant},
};

/// Begins to write to standard error.
pub(crate) fn begin() {
    let lines = tracing_subscriber::fmt().with_writer(io::stderr).with_target(false);
    // Somebody else in this process may have begun already.
    let _ = if io::stderr().is_terminal() {
        lines.try_init().is_ok()
    } else {
        lines.json().flatten_event(true).try_init().is_ok()
    };
}

/// How often one kind of refusal is worth a line.
const EVERY: Duration = Duration::from_secs(10);

/// Whoever was not let in at one listener: a flood of them must not fill the log.
#[derive(Default)]
pub(crate) struct TurnedAway {
    said: BTreeMap<&'static str, (Instant, u64)>,
}

impl TurnedAway {
    pub(crate) fn say(&mut self, listener: &'static str, peer: SocketAddr, problem: &tls::Problem) {
        let now = Instant::now();
        let (last, unsaid) = self.said.entry(problem.code()).or_insert((now, 0));
        if *unsaid > 0 && now.duration_since(*last) < EVERY {
            *unsaid += 1;
            return;
        }
        let others = unsaid.saturating_sub(1);
        (*last, *unsaid) = (now, 1);
        tracing::warn!(verb = "accept", code = problem.code(), listener, %peer, others, "not let in: {problem}");
    }
}
