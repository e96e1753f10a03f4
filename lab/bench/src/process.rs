//! Other processes: started, weighed, and ended.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Child,
    time::Duration,
};

use anyhow::{Context, Result};

/// A process of ours; it ends when it is dropped.
pub(crate) struct Process(pub(crate) Child);

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Kills it, and waits until it is gone.
    pub(crate) fn end(&mut self) {
        // One that is gone already needs no end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}

/// The first line that it says.
pub(crate) fn first_line(process: &mut Process) -> Result<String> {
    let said = process.0.stdout.as_mut().context("its output is ours")?;
    let mut line = String::new();
    BufReader::new(said).read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Bytes in memory (proc(5): the second field of `statm`, in pages).
pub(crate) fn resident(id: u32) -> Result<u64> {
    let statm = fs::read_to_string(format!("/proc/{id}/statm")).context("the process is gone")?;
    let pages: u64 = statm.split(' ').nth(1).context("statm has more fields")?.parse()?;
    Ok(pages * rustix::param::page_size() as u64)
}

/// What it has computed so far (proc(5): `utime` and `stime` of `stat`, in ticks).
pub(crate) fn computed(id: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).context("the process is gone")?;
    let (_, fields) = stat.rsplit_once(") ").context("stat has a name")?;
    let field = |at: usize| fields.split(' ').nth(at).and_then(|ticks| ticks.parse::<u64>().ok());
    let ticks = field(11).zip(field(12)).context("stat has more fields")?;
    Ok(Duration::from_secs(ticks.0 + ticks.1) / u32::try_from(rustix::param::clock_ticks_per_second())?)
}
