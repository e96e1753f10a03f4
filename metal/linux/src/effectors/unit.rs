//! Stops and starts units of systemd, and looks what became of them.
//!
//! Source: systemctl(1). The program is given arguments and no shell, its answer is bounded, and so is our patience.

use std::{
    io::{ErrorKind, Read},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{OFlags, fcntl_setfl},
    process::{Pid, PidfdFlags, pidfd_open},
};
use vocab::{Outcome, UnitName};

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

/// An answer is one word.
const ANSWER: u64 = 64;

/// How long a killed process may take to go; less than what is kept back from the limit.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// What the program came to.
enum Ran {
    /// It is not there.
    Absent,
    Ended(ExitStatus, String),
    Failed,
    TimedOut,
}

impl Systemd {
    /// Stops a unit and everything that it runs.
    pub(super) fn stop(&self, unit: &UnitName, limit: Duration) -> Outcome {
        self.bring("stop", unit, &["failed", "inactive"], limit)
    }

    /// Starts a unit.
    pub(super) fn start(&self, unit: &UnitName, limit: Duration) -> Outcome {
        self.bring("start", unit, &["active"], limit)
    }

    fn bring(&self, verb: &str, unit: &UnitName, wanted: &[&str], limit: Duration) -> Outcome {
        if !self.booted.is_dir() {
            return Outcome::Unsupported;
        }
        let end = Instant::now() + limit;
        // A name that begins with a dash is a name all the same.
        match self.run(&["--no-ask-password", verb, "--", unit.as_str()], end) {
            Ran::Absent => return Outcome::Unsupported,
            Ran::Ended(status, _) if status.success() => {}
            Ran::Ended(..) | Ran::Failed => return Outcome::Failed,
            Ran::TimedOut => return Outcome::TimedOut,
        }
        match self.run(&["show", "--property=ActiveState", "--value", "--", unit.as_str()], end) {
            Ran::Ended(status, state) if status.success() && !state.is_empty() => {
                if wanted.contains(&state.as_str()) { Outcome::Done } else { Outcome::Failed }
            }
            Ran::Absent | Ran::Ended(..) | Ran::Failed | Ran::TimedOut => Outcome::Unverified,
        }
    }

    fn run(&self, arguments: &[&str], end: Instant) -> Ran {
        let Some((program, before)) = self.systemctl.split_first() else { return Ran::Absent };
        let spawned = Command::new(program)
            .args(before)
            .args(arguments)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ran::Absent,
            Err(_) => return Ran::Failed,
        };
        if has_ended(&child, end) {
            return child.wait().map_or(Ran::Failed, |status| Ran::Ended(status, answer(&mut child)));
        }
        // One that hangs in the kernel is beyond a signal, and its number stays until it comes back.
        if child.kill().is_ok() && has_ended(&child, Instant::now() + LAST_WORDS) {
            let _ = child.try_wait();
        }
        Ran::TimedOut
    }
}

/// Waits for the end of a process, or for that of our patience.
fn has_ended(child: &Child, end: Instant) -> bool {
    let pidfd =
        Pid::from_raw(child.id().cast_signed()).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    let Some(pidfd) = pidfd else { return false };
    loop {
        let left = end.saturating_duration_since(Instant::now());
        let timeout = Timespec::try_from(left).ok();
        match poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], timeout.as_ref()) {
            Ok(0) => return false,
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// What it wrote, without waiting for whoever inherited its pipe.
fn answer(child: &mut Child) -> String {
    let Some(pipe) = child.stdout.take() else { return String::new() };
    let mut bytes = vec![];
    if fcntl_setfl(&pipe, OFlags::NONBLOCK).is_ok() {
        // What came before an error counts.
        let _ = pipe.take(ANSWER).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

#[cfg(test)]
mod tests;
