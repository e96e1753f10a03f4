//! The fleet in a process of its own: this program again, as `wrale-lab fleetd …`. It ends with the lab, whatever
//! becomes of the lab.

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, File},
    os::unix::fs::DirBuilderExt,
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, getppid, kill_process, set_parent_process_death_signal};
use serde::Deserialize;

use crate::{
    home::Home,
    offline::{FLEET, PEOPLE},
    page::Page,
};

/// What the child is called.
pub(crate) const NAME: &str = "fleetd";

/// How long the fleet may take to listen.
const READY: Duration = Duration::from_secs(60);

/// How long it may take to stop.
const STOPPED: Duration = Duration::from_secs(10);

/// How often it is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// The child's whole life.
pub(crate) fn be(args: impl Iterator<Item = OsString>) -> ExitCode {
    // When the lab is gone, however it went, nobody needs its fleet. It may be gone already.
    let bound = set_parent_process_death_signal(Some(Signal::TERM));
    if bound.is_err() || getppid().is_none_or(Pid::is_init) {
        return ExitCode::FAILURE;
    }
    fleetd::main(args)
}

/// What the fleet of the lab does about an incident: a box that was tampered with obeys that it stays apart, until
/// people have let it back in.
const POLICY: &str = "\
version: 1
name: lab
rules:
  - name: stay apart
    when: { incident: [tamper], severity: high }
    then: { posture: isolated }
";

/// Where the fleet listens.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Listening {
    pub(crate) external: std::net::SocketAddr,
    pub(crate) hardware: std::net::SocketAddr,
}

/// The fleet's process.
pub(crate) struct Fleet {
    child: Child,
}

impl Fleet {
    /// Writes the configuration and lets the fleet make its keys.
    pub(crate) fn init(home: &Home, page: &Page) -> Result<()> {
        let kek = home.kek();
        let folder = kek.parent().context("the key stands in a folder")?;
        let made = DirBuilder::new().mode(0o700).create(folder);
        made.context("the folder of the fleet's key cannot be made")?;
        fs::write(home.config(), config(home, page))
            .context("the fleet's configuration cannot be written")?;
        fs::write(home.policy(), POLICY).context("the fleet's policy cannot be written")?;
        let done = command(home, &["init", "--config"])?.status().context("the fleet cannot be started")?;
        if !done.success() {
            bail!("the fleet does not begin\n{}", last_words(home));
        }
        Ok(())
    }

    /// Starts it, and waits until it listens.
    pub(crate) fn start(home: &Home) -> Result<(Self, Listening)> {
        let child = command(home, &["--config"])?.spawn().context("the fleet cannot be started")?;
        let mut fleet = Self { child };
        let begun = Instant::now();
        loop {
            if let Some(listening) = read(&home.fleet().join("listening.json")) {
                return Ok((fleet, listening));
            }
            if fleet.child.try_wait()?.is_some() || begun.elapsed() > READY {
                bail!("the fleet does not come to listen\n{}", last_words(home));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Has the process with this id read again what the root signed.
    pub(crate) fn read_again(pid: u32) -> Result<()> {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).context("the fleet has a process")?;
        kill_process(pid, Signal::HUP).context("the fleet's process is gone")
    }

    /// Stops it in its own time; true if it said that all was well.
    pub(crate) fn stop(mut self) -> bool {
        self.end()
    }

    fn end(&mut self) -> bool {
        let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else { return false };
        if let Ok(Some(status)) = self.child.try_wait() {
            return status.success();
        }
        let told = Instant::now();
        let _ = kill_process(pid, Signal::TERM);
        while told.elapsed() < STOPPED {
            if let Ok(Some(status)) = self.child.try_wait() {
                return status.success();
            }
            std::thread::sleep(LOOK);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        false
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.end();
    }
}

fn command(home: &Home, words: &[&str]) -> Result<Command> {
    let log = File::options().create(true).append(true).open(home.fleet_log());
    let log = log.with_context(|| format!("{} cannot be written", home.fleet_log().display()))?;
    let mut command =
        Command::new(std::env::current_exe().context("this program does not know where it is")?);
    command.arg(NAME).args(words).arg(home.config());
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(command)
}

fn config(home: &Home, page: &Page) -> String {
    let text = |path: &Path| serde_json::Value::from(path.to_string_lossy()).to_string();
    let (folder, kek, policy) = (text(&home.fleet()), text(&home.kek()), text(&home.policy()));
    let person = |name| format!("  - {{ name: {name}, roles: [admin, operator, security] }}\n");
    let people: String = PEOPLE.into_iter().map(person).collect();
    let (software, external) = (metald::VERSION, page.configured());
    format!(
        "fleet: {FLEET}\nfolder: {folder}\nkek: {kek}\n\
         listen: {{ external: \"127.0.0.1:0\", internal: \"127.0.0.1:0\", hardware: \"127.0.0.1:0\", enrolment: \"127.0.0.1:0\" }}\n\
         {external}people:\n{people}policies: [ {policy} ]\nsoftware: [ \"{software}\" ]\n"
    )
}

fn read(path: &Path) -> Option<Listening> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// What the fleet said last.
pub(crate) fn last_words(home: &Home) -> String {
    let text = fs::read_to_string(home.fleet_log()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.len().saturating_sub(8);
    format!("{} says last:\n  {}", home.fleet_log().display(), lines[last..].join("\n  "))
}
