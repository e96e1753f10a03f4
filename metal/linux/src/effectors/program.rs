//! Runs a program of the system: with arguments and no shell, a bounded answer, and a bounded patience.

use std::{
    io::{ErrorKind, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{OFlags, fcntl_setfl},
    process::{Pid, PidfdFlags, pidfd_open},
};

/// How long a killed process may take to go; less than what is kept back from the limit of an act.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// No answer is longer; a pipe holds as much without being read.
const ANSWER: u64 = 64 * 1024;

/// What the program came to.
pub(crate) enum Ran {
    /// It is not there.
    Absent,
    Ended(ExitStatus, String),
    Failed,
    TimedOut,
}

/// Runs it until `end`. What it is told must fit into a pipe: one page at least, and what is beyond is a failure.
pub(crate) fn run(program: &[String], arguments: &[&str], told: Option<&str>, end: Instant) -> Ran {
    let Some((program, before)) = program.split_first() else { return Ran::Absent };
    if Instant::now() >= end {
        return Ran::TimedOut;
    }
    let spawned = Command::new(program)
        .args(before)
        .args(arguments)
        .env_clear()
        .stdin(if told.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ran::Absent,
        Err(_) => return Ran::Failed,
    };
    let heard = told.is_none_or(|told| tell(&mut child, told));
    if heard && has_ended(&child, end) {
        return child.wait().map_or(Ran::Failed, |status| Ran::Ended(status, answer(&mut child)));
    }
    // One that hangs in the kernel is beyond a signal, and its number stays until it comes back.
    if child.kill().is_ok() && has_ended(&child, Instant::now() + LAST_WORDS) {
        let _ = child.try_wait();
    }
    if heard { Ran::TimedOut } else { Ran::Failed }
}

/// Writes without waiting for a reader, and ends the input.
fn tell(child: &mut Child, told: &str) -> bool {
    let Some(mut pipe) = child.stdin.take() else { return false };
    match fcntl_setfl(&pipe, OFlags::NONBLOCK).map(|()| pipe.write_all(told.as_bytes())) {
        // Whoever does not read what it is told says so when it ends.
        Ok(Err(error)) => error.kind() == ErrorKind::BrokenPipe,
        Ok(Ok(())) => true,
        Err(_) => false,
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
