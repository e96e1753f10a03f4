//! What each command does. Those that need a fleet share one session, which ends with the command.

mod ceremonies;
mod devices;
mod incidents;
mod log;
mod people;
mod watch;

use std::path::{Path, PathBuf};

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
pub(crate) enum Done {
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
        command => {
            let mut session = Session::open(&fleet, desk).await?;
            let done = session.run(command, desk).await;
            // It ends by itself soon; the answer that a person waits for does not depend on it.
            let _ = session.client.sign_out().await;
            done
        }
    }
}

/// A client that is signed in, and the key that it signed in with.
struct Session {
    client: Client,
    key: KeyFile,
    /// Where the fleet is.
    url: String,
    /// How to come here again, in hints: everything but `--as`.
    again: String,
    /// What was said with `--as`, or would have been.
    who: String,
}

impl Session {
    async fn open(fleet: &FleetArguments, desk: &Desk<'_>) -> Result<Self, Problem> {
        let key = read_key(fleet.who.as_deref(), desk)?;
        let url = fleet.url.as_ref().or(desk.fleet.as_ref()).or(key.url.as_ref());
        let url = url.ok_or(Mistake::Fleet)?.clone();
        let authority = fleet.ca.as_deref().map(|path| files::read(path, CA)).transpose()?;
        let proof = Proof { authority: authority.as_deref(), name: fleet.server.as_deref() };
        let mut client = Client::new(Server::new(&url, &proof)?, Patience::default());
        client.sign_in_as(&key).await?;
        let who = fleet.who.clone().unwrap_or_else(|| key.name.to_string());
        Ok(Self { client, key, url, again: again(fleet, desk), who })
    }

    async fn run(&mut self, command: Command, desk: &mut Desk<'_>) -> Result<Done, Problem> {
        match command {
            Command::Devices { site } => devices::list(self, site.as_deref(), desk).await,
            Command::Device { device } => devices::show(self, &device, desk).await,
            Command::Arm { device, state } => devices::arm(self, &device, state, desk).await,
            Command::Revoke { device, reason, confirm } => {
                devices::revoke(self, &device, reason, &confirm, desk).await
            }
            Command::Token { site, label, minutes, out } => {
                devices::token(self, &site, label.as_deref(), minutes, out.as_deref(), desk).await
            }
            Command::Pages => people::pages(self, desk).await,
            Command::Incidents { state, limit } => incidents::list(self, state, limit, desk).await,
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
            Command::Watch => watch::watch(self, desk).await,
            Command::Key(_) | Command::Root(_) | Command::Audit(Audit::Verify { .. }) => {
                unreachable!("these need no session")
            }
        }
    }

    /// A command of this program for the person who is signed in now.
    fn hint(&self, command: &str) -> String {
        format!("{} --as {} {command}", self.again, quoted(&self.who))
    }
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
    let named = |name: &str| desk.keys.join(format!("{name}.key"));
    match who {
        Some(path) if path.contains('/') || Path::new(path).extension().is_some_and(|end| end == "key") => {
            Ok(PathBuf::from(path))
        }
        Some(name) => Ok(named(name)),
        None => match desk.known().as_slice() {
            [only] => Ok(named(only)),
            known => Err(Mistake::Person { folder: desk.keys.clone(), known: known.to_vec() }),
        },
    }
}

#[cfg(test)]
mod tests;
