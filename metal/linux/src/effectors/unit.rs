//! Stops and starts units of systemd, and looks what became of them.
//!
//! Source: systemctl(1).

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use vocab::{Outcome, UnitName};

use super::program::{Ran, run};

/// How systemd is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Systemd {
    /// The program and what stands before the verb.
    pub systemctl: Vec<String>,
    /// There if systemd is the machine's first process (sd_booted(3)).
    pub booted: PathBuf,
}

impl Default for Systemd {
    fn default() -> Self {
        Self { systemctl: vec!["/usr/bin/systemctl".into()], booted: "/run/systemd/system".into() }
    }
}

impl Systemd {
    /// Stops a unit and everything that it runs: what it leaves behind (`KillMode=process`) is killed.
    pub(super) fn stop(&self, unit: &UnitName, limit: Duration) -> Outcome {
        let end = Instant::now() + limit;
        let outcome = self.bring("stop", unit, &["failed", "inactive"], end);
        if outcome == Outcome::Done {
            let all =
                ["--no-ask-password", "kill", "--kill-whom=all", "--signal=SIGKILL", "--", unit.as_str()];
            return match run(&self.systemctl, &all, None, end) {
                // Where nothing is left there is nothing to kill, and some versions say that this failed.
                Ran::Ended(..) => Outcome::Done,
                Ran::Absent | Ran::Failed | Ran::TimedOut => Outcome::Unverified,
            };
        }
        outcome
    }

    /// Starts a unit.
    pub(super) fn start(&self, unit: &UnitName, limit: Duration) -> Outcome {
        self.bring("start", unit, &["active"], Instant::now() + limit)
    }

    fn bring(&self, verb: &str, unit: &UnitName, wanted: &[&str], end: Instant) -> Outcome {
        if !self.booted.is_dir() {
            return Outcome::Unsupported;
        }
        // A name that begins with a dash is a name all the same.
        match run(&self.systemctl, &["--no-ask-password", verb, "--", unit.as_str()], None, end) {
            Ran::Absent => return Outcome::Unsupported,
            Ran::Ended(status, _) if status.success() => {}
            Ran::Ended(..) if self.is_nowhere(unit, end) => return Outcome::Unsupported,
            Ran::Ended(..) | Ran::Failed => return Outcome::Failed,
            Ran::TimedOut => return Outcome::TimedOut,
        }
        let show = ["show", "--property=ActiveState", "--value", "--", unit.as_str()];
        match run(&self.systemctl, &show, None, end) {
            Ran::Ended(status, state) if status.success() && !state.is_empty() => {
                if wanted.contains(&state.as_str()) { Outcome::Done } else { Outcome::Failed }
            }
            Ran::Absent | Ran::Ended(..) | Ran::Failed | Ran::TimedOut => Outcome::Unverified,
        }
    }

    /// Whether systemd says that it neither has such a unit nor runs it: a unit whose file is gone may run on.
    fn is_nowhere(&self, unit: &UnitName, end: Instant) -> bool {
        let show = ["show", "--property=ActiveState", "--property=LoadState", "--", unit.as_str()];
        let Ran::Ended(status, told) = run(&self.systemctl, &show, None, end) else { return false };
        let says = |what| told.lines().any(|line| line == what);
        status.success() && says("ActiveState=inactive") && says("LoadState=not-found")
    }
}

#[cfg(test)]
mod tests;
