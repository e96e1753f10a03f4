//! What each command does. Those that need a fleet share one session, which ends with the command.

mod ceremonies;
mod devices;
mod doctor;
mod incidents;
mod log;
mod people;
mod roles;
mod services;
mod sessions;
mod walk;
mod watch;

use core::time::Duration;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    args::{Arguments, Audit, Command, FleetArguments},
    client::{Client, Patience, Proof, Server},
    desk::Desk,
    files,
    keyfile::{self, KeyFile},
    mistake::Mistake,
    problem::Problem,
    table::quoted,
};

/// How a command ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A person said no.
    Declined,
    /// It did what was asked.
    Yes,
}

pub(crate) async fn run(arguments: Arguments, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let Arguments { fleet, command, .. } = arguments;
    match command {
        Command::Key(key) => ceremonies::key(key, &fleet, desk),
        Command::Root(root) => ceremonies::root(root, desk),
        Command::Audit(Audit::Verify { file, key, remembered }) => {
            log::verify(&file, &key, remembered.as_deref(), desk)
        }
        Command::Completions { shell } => completions(shell, desk),
        Command::Doctor => doctor::run(&fleet, desk).await,
        Command::Login { name } => sessions::login(name, &fleet, desk).await,
        Command::Logout => sessions::logout(Session::open(&fleet, desk).await?, desk).await,
        command => {
            let mut session = Session::open(&fleet, desk).await?;
            let done = session.run(command, desk).await;
            if let KeptBy::Key(_) = session.kept {
                // It ends by itself soon; the answer that a person waits for does not depend on it.
                let _ = session.client.sign_out().await;
            }
            done
        }
    }
}

fn completions(shell: Shell, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "wrale", &mut text);
    desk.say(&String::from_utf8_lossy(&text))?;
    Ok(Done::Yes)
}

/// A client that is signed in, and by what it is.
struct Session {
    client: Client,
    kept: KeptBy,
    /// Where the fleet is.
    url: String,
    /// How to come here again, in hints: everything but `--as`.
    again: String,
    /// What was said with `--as`, or would have been.
    who: String,
}

/// By what somebody is signed in.
enum KeptBy {
    /// A key, for this command alone.
    Key(Box<KeyFile>),
    /// A session that `login` wrote into this file.
    Session(PathBuf),
}

impl Session {
    async fn open(fleet: &FleetArguments, desk: &Desk<'_>) -> Result<Self, Problem> {
        let mut session = Self::find(fleet, desk)?;
        session.begin().await?;
        Ok(session)
    }

    /// By what somebody comes in, and where; nobody was asked yet.
    fn find(fleet: &FleetArguments, desk: &Desk<'_>) -> Result<Self, Problem> {
        let kept = match fleet.who.as_deref() {
            Some(name) if !is_path(name) && !named(name, desk).exists() => sessions::read(name, desk)?,
            _ => None,
        };
        let Some((path, session)) = kept else {
            let key = read_key(fleet.who.as_deref(), desk)?;
            let url = url(fleet, desk, key.url.as_ref())?;
            let client = client(fleet, &url)?;
            let who = fleet.who.clone().unwrap_or_else(|| key.name.to_string());
            return Ok(Self {
                client,
                kept: KeptBy::Key(Box::new(key)),
                url,
                again: again(fleet, desk),
                who,
            });
        };
        let url = url(fleet, desk, session.url.as_ref())?;
        let mut client = client(fleet, &url)?;
        client.resume(&session.fleet, session.person, session.name.as_str(), &session.token());
        let who = fleet.who.clone().unwrap_or_default();
        Ok(Self { client, kept: KeptBy::Session(path), url, again: again(fleet, desk), who })
    }

    /// Signs in, where no session was kept.
    async fn begin(&mut self) -> Result<(), Problem> {
        match &self.kept {
            KeptBy::Key(key) => self.client.sign_in_as(key).await,
            KeptBy::Session(_) => Ok(()),
        }
    }

    /// Opens a session anew, where one ended.
    async fn sign_in(&mut self) -> Result<(), Problem> {
        match &self.kept {
            KeptBy::Key(key) => self.client.sign_in_as(key).await,
            KeptBy::Session(_) => Err(Mistake::SessionOver.into()),
        }
    }

    /// The key, for what is signed.
    fn key(&self) -> Result<&KeyFile, Mistake> {
        match &self.kept {
            KeptBy::Key(key) => Ok(key),
            KeptBy::Session(_) => Err(Mistake::NoKey),
        }
    }

    async fn run(&mut self, command: Command, desk: &mut Desk<'_>) -> Result<Done, Problem> {
        match command {
            Command::Devices { site, health } => devices::list(self, site.as_deref(), health, desk).await,
            Command::Sites => devices::sites(self, desk).await,
            Command::Me => sessions::me(self, desk).await,
            Command::Tokens(tokens) => roles::tokens(self, tokens, desk).await,
            Command::People(people) => roles::people(self, people, desk).await,
            Command::Services(asked) => services::run(self, asked, desk).await,
            Command::Audit(Audit::Search { words, limit, .. }) => {
                log::search(self, &words.join(" "), limit, desk).await
            }
            Command::Audit(Audit::Follow { from, .. }) => log::follow::follow(self, from, desk).await,
            Command::Audit(Audit::Show { entry, key }) => {
                log::entry::show(self, entry, key.as_deref(), desk).await
            }
            Command::Device { device } => devices::show(self, &device, desk).await,
            Command::Arm { device, state } => devices::arm(self, &device, state, desk).await,
            Command::Suspend { device, reason } => devices::suspend(self, &device, &reason, desk).await,
            Command::Resume { device, reason } => devices::resume(self, &device, &reason, desk).await,
            Command::Revoke { device, reason, confirm } => {
                devices::revoke(self, &device, reason, &confirm, desk).await
            }
            Command::Token { site, label, minutes, out } => {
                devices::token(self, &site, label.as_deref(), minutes, out.as_deref(), desk).await
            }
            Command::Pages => people::pages(self, desk).await,
            Command::Incidents { state, severity, site, limit } => {
                let of = incidents::Of { state, severity, site: site.as_deref(), limit };
                incidents::list(self, &of, desk).await
            }
            Command::Incident { incident } => incidents::show(self, &incident, desk).await,
            Command::Explain { incident } => incidents::explain(self, &incident, desk).await,
            Command::Close { incident, outcome, reason } => {
                incidents::close(self, &incident, outcome, &reason, desk).await
            }
            Command::Reset { device, reason, event, confirm } => {
                people::reset(self, &device, &reason, event.as_deref(), &confirm, desk).await
            }
            Command::Proposals => people::list(self, desk).await,
            Command::Approve { order, confirm } => people::approve(self, &order, &confirm, desk).await,
            Command::Audit(Audit::Export { out }) => log::export(self, &out, desk).await,
            Command::Audit(Audit::Checkpoint { out }) => log::checkpoint(self, &out, desk).await,
            Command::Walk { device, minutes } => {
                walk::walk(self, &device, Duration::from_secs(60 * u64::from(minutes)), desk).await
            }
            Command::Watch => watch::watch(self, desk).await,
            Command::Audit(Audit::Verify { .. })
            | Command::Completions { .. }
            | Command::Doctor
            | Command::Key(_)
            | Command::Login { .. }
            | Command::Logout
            | Command::Root(_) => unreachable!("these open no session of their own"),
        }
    }

    /// A command of this program for the person who is signed in now.
    fn hint(&self, command: &str) -> String {
        format!("{} --as {} {command}", self.again, quoted(&self.who))
    }
}

/// Where the fleet is: as it was said, else by the environment, else by the file.
fn url(fleet: &FleetArguments, desk: &Desk<'_>, file: Option<&String>) -> Result<String, Mistake> {
    Ok(fleet.url.as_ref().or(desk.fleet.as_ref()).or(file).ok_or(Mistake::Fleet)?.clone())
}

fn client(fleet: &FleetArguments, url: &str) -> Result<Client, Problem> {
    let authority = fleet.ca.as_deref().map(|path| files::read(path, CA)).transpose()?;
    let proof = Proof { authority: authority.as_deref(), name: fleet.server.as_deref() };
    Ok(Client::new(Server::new(url, &proof)?, Patience::default()))
}

/// Most bytes of a file of root certificates.
const CA: usize = 256 * 1024;

fn again(fleet: &FleetArguments, desk: &Desk<'_>) -> String {
    let mut again = desk.hint.clone();
    if let Some(url) = &fleet.url {
        again.push_str(&format!(" --fleet {}", quoted(url)));
    }
    if let (Some(ca), Some(server)) = (&fleet.ca, &fleet.server) {
        again.push_str(&format!(" --ca {} --server {}", quoted(&ca.to_string_lossy()), quoted(server)));
    }
    again
}

fn read_key(who: Option<&str>, desk: &Desk<'_>) -> Result<KeyFile, Mistake> {
    let path = key_path(who, desk)?;
    let text = files::read_secret(&path, keyfile::LIMIT)?;
    KeyFile::parse(&text).map_err(|malformed| Mistake::Key { path, malformed })
}

/// Where the key of whoever was named is; of whoever is known, if that is one person alone.
fn key_path(who: Option<&str>, desk: &Desk<'_>) -> Result<PathBuf, Mistake> {
    match who {
        Some(path) if is_path(path) => Ok(PathBuf::from(path)),
        Some(name) => Ok(named(name, desk)),
        None => match desk.known().as_slice() {
            [only] => Ok(named(only, desk)),
            known => Err(Mistake::Person { folder: desk.keys.clone(), known: known.to_vec() }),
        },
    }
}

fn is_path(who: &str) -> bool {
    who.contains('/') || Path::new(who).extension().is_some_and(|end| end == "key")
}

fn named(name: &str, desk: &Desk<'_>) -> PathBuf {
    desk.keys.join(format!("{name}.key"))
}

#[cfg(test)]
mod tests;
