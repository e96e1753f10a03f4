//! People, over the REST contract: what they ask, and how they wait.

use std::{future::Future, time::Instant};

use api::{Device, IncidentDetail};
use audit::verify::verify;
use cli::{Client, KeyFile, Patience, Problem, Server};
use crypto::note::{Checkpoint, Note, Verifier, Verifiers};
use tokio::runtime::{Builder, Runtime};

use crate::{SITE, SOON};

/// Somebody who signed in.
pub struct Person {
    runtime: Runtime,
    client: Client,
}

/// An export of the audit log that was verified.
pub struct Log {
    /// What it says.
    pub verified: audit::verify::Verified,
}

impl Person {
    /// Signs in with a key.
    #[track_caller]
    pub fn sign_in(server: &Server, key: &KeyFile) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut client = Client::new(server.clone(), Patience { connect: SOON, answer: SOON });
        let signed_in = runtime.block_on(client.sign_in_as(key));
        signed_in.unwrap_or_else(|problem| panic!("{}: {problem}", problem.code()));
        Self { runtime, client }
    }

    /// Asks the fleet.
    #[track_caller]
    pub fn ask<'a, T, F: Future<Output = Result<T, Problem>>>(
        &'a self,
        question: impl FnOnce(&'a Client) -> F,
    ) -> T {
        self.may_ask(question).unwrap_or_else(|problem| panic!("{}: {problem}", problem.code()))
    }

    /// Asks the fleet what it may refuse.
    pub fn may_ask<'a, T, F: Future<Output = Result<T, Problem>>>(
        &'a self,
        question: impl FnOnce(&'a Client) -> F,
    ) -> Result<T, Problem> {
        self.runtime.block_on(question(&self.client))
    }

    /// A join token, in digits.
    #[track_caller]
    pub fn token(&self) -> String {
        self.ask(|client| client.token(SITE, None, None)).token
    }

    /// Looks again and again, whenever something was committed and once a second, until it sees what it looks for.
    #[track_caller]
    pub fn sees<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Result<T, String>) -> T {
        let end = Instant::now() + SOON;
        let mut seen = 0;
        loop {
            let last = match look(self) {
                Ok(found) => return found,
                Err(last) => last,
            };
            assert!(Instant::now() < end, "{what} was never seen; at last: {last}");
            seen = self.ask(|client| client.changes(seen, 1)).now;
        }
    }

    /// Waits until a device is as it should be.
    #[track_caller]
    pub fn sees_device(&self, label: &str, what: &str, is: impl Fn(&Device) -> bool) -> Device {
        self.sees(what, |person| match person.may_ask(|client| client.device(label)) {
            Ok(device) if is(&device) => Ok(device),
            Ok(device) => Err(format!("{device:#?}")),
            Err(problem) => Err(problem.to_string()),
        })
    }

    /// Waits until an incident is as it should be.
    #[track_caller]
    pub fn sees_incident(&self, what: &str, is: impl Fn(&IncidentDetail) -> bool) -> IncidentDetail {
        self.sees(what, |person| {
            let all = person.incidents();
            let said: Vec<_> = all.iter().map(|one| one.incident.sentence.clone()).collect();
            all.into_iter().find(&is).ok_or_else(|| format!("{said:#?}"))
        })
    }

    /// Every incident, with its timeline.
    #[track_caller]
    pub fn incidents(&self) -> Vec<IncidentDetail> {
        let all = self.ask(|client| client.incidents(None, 200)).incidents;
        all.iter().map(|one| self.ask(|client| client.incident(&one.id))).collect()
    }

    /// Exports the audit log and verifies it by the public key alone, against checkpoints that were kept.
    #[track_caller]
    pub fn log(&self, kept: &[Checkpoint]) -> Log {
        let mut text = vec![];
        self.ask(|client| {
            client.audit_export(|bytes| {
                text.extend_from_slice(bytes);
                Ok(())
            })
        });
        let text = String::from_utf8(text).unwrap();
        let key = self.verifier();
        let verified = verify(&text, &key, None).unwrap_or_else(|why| panic!("{why}"));
        for checkpoint in kept {
            verify(&text, &key, Some(checkpoint)).unwrap_or_else(|why| panic!("{why}"));
        }
        Log { verified }
    }

    /// The newest checkpoint of the audit log.
    pub fn checkpoint(&self) -> Checkpoint {
        let note = self.ask(Client::audit_checkpoint).note;
        let known = Verifiers::new(vec![self.verifier()]).unwrap();
        Note::parse(&note).unwrap().verify(&known).unwrap().checkpoint().unwrap()
    }

    /// By what the log is known.
    pub fn verifier(&self) -> Verifier {
        self.ask(Client::fleet).log_verifier.parse().unwrap()
    }
}
