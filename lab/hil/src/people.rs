//! Somebody who signed in: what they ask, and how they wait.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, bail};
use api::{Device, IncidentDetail};
use cli::{Client, KeyFile, Patience, Problem, Proof, Server};
use tokio::runtime::{Builder, Runtime};

/// However slow the machine is: what has not come by then does not come.
const SOON: Duration = Duration::from_secs(60);

/// Where the device stands.
const SITE: &str = "harbour";

/// A person.
pub(crate) struct Person {
    runtime: Runtime,
    client: Client,
}

impl Person {
    pub(crate) fn sign_in(url: &str, key: &KeyFile) -> Result<Self> {
        let server = Server::new(url, &Proof::default()).map_err(|problem| told(problem.into()))?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut client = Client::new(server, Patience { connect: SOON, answer: SOON });
        runtime.block_on(client.sign_in_as(key)).map_err(told)?;
        Ok(Self { runtime, client })
    }

    /// Asks the fleet.
    pub(crate) fn ask<'a, T, F: Future<Output = Result<T, Problem>>>(
        &'a self,
        question: impl FnOnce(&'a Client) -> F,
    ) -> Result<T> {
        self.runtime.block_on(question(&self.client)).map_err(told)
    }

    /// A join token, in digits.
    pub(crate) fn token(&self) -> Result<String> {
        Ok(self.ask(|client| client.token(SITE, None, None))?.token)
    }

    /// Looks whenever something was committed, and once a second, until it sees what it looks for.
    fn sees<T>(&self, what: &str, look: impl Fn(&Self) -> Result<Result<T, String>>) -> Result<T> {
        let end = Instant::now() + SOON;
        let mut seen = 0;
        loop {
            let last = match look(self)? {
                Ok(found) => return Ok(found),
                Err(last) => last,
            };
            if Instant::now() > end {
                bail!("{what} was never seen; at last: {last}");
            }
            seen = self.ask(|client| client.changes(seen, 1))?.now;
        }
    }

    /// Waits until a device is as it should be.
    pub(crate) fn sees_device(
        &self,
        label: &str,
        what: &str,
        is: impl Fn(&Device) -> bool,
    ) -> Result<Device> {
        self.sees(what, |person| {
            Ok(match person.runtime.block_on(person.client.device(label)) {
                Ok(device) if is(&device) => Ok(device),
                Ok(device) => Err(format!("{device:#?}")),
                Err(problem) => Err(problem.to_string()),
            })
        })
    }

    /// Waits until an incident is as it should be.
    pub(crate) fn sees_incident(
        &self,
        what: &str,
        is: impl Fn(&IncidentDetail) -> bool,
    ) -> Result<IncidentDetail> {
        self.sees(what, |person| {
            let all = person.incidents()?;
            let said: Vec<_> = all.iter().map(|one| one.incident.sentence.clone()).collect();
            Ok(all.into_iter().find(&is).ok_or_else(|| format!("{said:#?}")))
        })
    }

    /// Every incident, with its timeline.
    pub(crate) fn incidents(&self) -> Result<Vec<IncidentDetail>> {
        let all = self.ask(|client| client.incidents(None, 200))?.incidents;
        all.iter().map(|one| self.ask(|client| client.incident(&one.id))).collect()
    }
}

fn told(problem: Problem) -> anyhow::Error {
    anyhow!("{}: {problem}", problem.code())
}
