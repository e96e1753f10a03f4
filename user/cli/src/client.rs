//! Asks a fleet what its contract lets people ask.
//!
//! A client signs in with a person's key by answering a challenge; the session's token lives in memory alone, for as
//! long as the client does.

mod account;
mod exchange;
mod server;

use core::time::Duration;

use crypto::{hex, signed::Signed};
use hyper::Method;
use serde::{Serialize, de::DeserializeOwned};
use vocab::{FleetName, Nonce, PersonId};
use wire::v1::{Consent, SignIn};
use zeroize::Zeroizing;

use crate::{keyfile::KeyFile, problem::Problem, refusal::Refusal};

use exchange::{Question, Token, ask};

pub use exchange::Patience;
pub(crate) use server::now;
pub use server::{Proof, Server};

/// Most bytes of an answer in JSON.
const JSON: usize = 8 << 20;
/// Most bytes of an export of the audit log.
const EXPORT: usize = 4 << 30;
/// How many of a list are asked for at once.
const PAGE: &str = "200";
/// Most pages of a list: whoever gives more gives no end.
const PAGES: usize = 1_000;

/// A fleet, and the session with it if there is one.
#[derive(Debug)]
pub struct Client {
    server: Server,
    patience: Patience,
    facts: Option<api::Fleet>,
    session: Option<Session>,
}

#[derive(Debug)]
struct Session {
    token: Token,
    fleet: FleetName,
    person: PersonId,
    name: String,
}

impl Client {
    /// Without a session: what is public can be asked.
    pub const fn new(server: Server, patience: Patience) -> Self {
        Self { server, patience, facts: None, session: None }
    }

    /// Signs in with a person's key.
    pub async fn sign_in(server: &Server, key: &KeyFile) -> Result<Self, Problem> {
        let mut client = Self::new(server.clone(), Patience::default());
        client.sign_in_as(key).await?;
        Ok(client)
    }

    /// Signs in, or in again.
    pub async fn sign_in_as(&mut self, key: &KeyFile) -> Result<(), Problem> {
        self.session = None;
        let facts = self.fleet().await?;
        let fleet = self.recognised(&facts, key)?;
        let question = api::session::ChallengeFor { person: key.person.to_string() };
        let answer: api::Challenge = self.post(api::path::CHALLENGE, &question).await?;
        let challenge = hex::decode_array(&answer.challenge).map(Nonce).map_err(|_| Refusal::Challenge)?;
        let letter = SignIn { fleet: fleet.clone(), person: key.person, challenge };
        let letter = hex::encode(Signed::seal(&letter, &key.secret()).bytes());
        let session: api::Session = self.post(api::path::SIGN_IN, &api::session::SignIn { letter }).await?;
        let token = Token(Zeroizing::new(session.token));
        if session.person != key.person.to_string() {
            return Err(Refusal::OtherPerson { asked: key.person, found: session.person }.into());
        }
        self.facts = Some(facts);
        self.session = Some(Session { token, fleet, person: key.person, name: session.name });
        Ok(())
    }

    /// The fleet's name, if it is the one that the key and the certificate are for: what is signed names it, and
    /// must not open a session elsewhere.
    fn recognised(&self, facts: &api::Fleet, key: &KeyFile) -> Result<FleetName, Problem> {
        if let Some(known) = key.fleet.as_ref().filter(|known| known.as_str() != facts.name) {
            return Err(Refusal::OtherFleet { known: known.to_string(), found: facts.name.clone() }.into());
        }
        self.certified(facts)
    }

    /// The fleet's name, if it is the one that the certificate is for.
    fn certified(&self, facts: &api::Fleet) -> Result<FleetName, Problem> {
        if let Some(known) = self.server.certified_fleet().filter(|known| *known != facts.name) {
            return Err(Refusal::OtherFleet { known: known.into(), found: facts.name.clone() }.into());
        }
        let wrong = |why| Refusal::Answer(format!("the fleet's name: {why}"));
        Ok(FleetName::new(&facts.name).map_err(wrong)?)
    }

    /// The fleet that the session is with.
    pub fn fleet_name(&self) -> Option<&FleetName> {
        self.session.as_ref().map(|session| &session.fleet)
    }

    /// Who signed in.
    pub fn person(&self) -> Option<PersonId> {
        self.session.as_ref().map(|session| session.person)
    }

    /// What the roster calls them.
    pub fn name(&self) -> Option<&str> {
        self.session.as_ref().map(|session| session.name.as_str())
    }

    /// Ends the session at the fleet too.
    pub async fn sign_out(mut self) -> Result<(), Problem> {
        let question = self.question(Method::POST, api::path::SIGN_OUT);
        let ended = ask(&self.server, self.patience, question, &mut |_| Ok(())).await;
        self.session = None;
        ended
    }

    /// Public facts of the fleet.
    pub async fn fleet(&self) -> Result<api::Fleet, Problem> {
        self.get(api::path::FLEET).await
    }

    /// Every device, of one site or of all.
    pub async fn devices(&self, site: Option<&str>) -> Result<api::Devices, Problem> {
        self.devices_with(site, None).await
    }

    /// The same, with this verdict alone.
    pub async fn devices_with(
        &self,
        site: Option<&str>,
        health: Option<api::word::HealthState>,
    ) -> Result<api::Devices, Problem> {
        let health = health.map(api::word::HealthState::word);
        let mut all: Option<api::Devices> = None;
        let mut after = None;
        for _ in 0..PAGES {
            let query = api::path::query(&[
                ("site", site),
                ("health", health),
                ("after", after.as_deref()),
                ("limit", Some(PAGE)),
            ]);
            let page: api::Devices = self.get(&format!("{}{query}", api::path::DEVICES)).await?;
            after.clone_from(&page.next);
            let devices = all.get_or_insert_with(|| api::Devices { devices: vec![], ..page.clone() });
            devices.devices.extend(page.devices);
            devices.next.clone_from(&after);
            if after.is_none() {
                break;
            }
        }
        Ok(all.expect("at least one page was asked for"))
    }

    /// One device, by id or label.
    pub async fn device(&self, device: &str) -> Result<api::Device, Problem> {
        self.get(&api::path::filled(api::path::DEVICE, device)).await
    }

    /// Sets its arming state.
    pub async fn arm(&self, device: &str, arming: api::word::Arming) -> Result<(), Problem> {
        self.tell(&api::path::filled(api::path::ARM, device), &api::device::Arm { arming }).await
    }

    /// Proposes to release a latch of it.
    pub async fn reset(
        &self,
        device: &str,
        event: Option<&str>,
        reason: &str,
    ) -> Result<api::Proposal, Problem> {
        let reset = api::proposal::Reset { event: event.map(Into::into), reason: reason.into() };
        self.post(&api::path::filled(api::path::RESET, device), &reset).await
    }

    /// Invites oneself to come in by a page.
    pub async fn invite_oneself(&self) -> Result<api::person::Invited, Problem> {
        self.json(self.question(Method::POST, api::path::MY_INVITATION)).await
    }

    /// The passkeys with which one consents, and what the root is given of them.
    pub async fn signers(&self) -> Result<api::me::Signers, Problem> {
        self.get(api::path::MY_SIGNERS).await
    }

    /// Suspends its identity.
    pub async fn suspend(&self, device: &str, reason: &str) -> Result<(), Problem> {
        let body = api::device::Suspend { reason: reason.into() };
        self.tell(&api::path::filled(api::path::SUSPEND, device), &body).await
    }

    /// Takes back a suspension by people.
    pub async fn resume_device(&self, device: &str, reason: &str) -> Result<(), Problem> {
        let body = api::device::Resume { reason: reason.into() };
        self.tell(&api::path::filled(api::path::RESUME, device), &body).await
    }

    /// Ends its identity for good.
    pub async fn revoke(&self, device: &str, reason: api::word::Revocation) -> Result<(), Problem> {
        self.tell(&api::path::filled(api::path::REVOKE, device), &api::device::Revoke { reason }).await
    }

    /// The newest incidents, in one state or in any; `more` of them at most.
    pub async fn incidents(
        &self,
        state: Option<api::word::IncidentState>,
        more: usize,
    ) -> Result<api::Incidents, Problem> {
        self.incidents_with(state, None, None, more).await
    }

    /// The same, at least so bad, and of this site.
    pub async fn incidents_with(
        &self,
        state: Option<api::word::IncidentState>,
        severity: Option<api::word::Severity>,
        site: Option<&str>,
        more: usize,
    ) -> Result<api::Incidents, Problem> {
        let limit = more.clamp(1, 200).to_string();
        let state = state.map(api::word::IncidentState::word);
        let severity = severity.map(api::word::Severity::word);
        let query = api::path::query(&[
            ("state", state),
            ("severity", severity),
            ("site", site),
            ("limit", Some(&limit)),
        ]);
        self.get(&format!("{}{query}", api::path::INCIDENTS)).await
    }

    /// One incident, explained.
    pub async fn incident(&self, incident: &str) -> Result<api::IncidentDetail, Problem> {
        self.get(&api::path::filled(api::path::INCIDENT, incident)).await
    }

    /// Says what it was.
    pub async fn close(
        &self,
        incident: &str,
        outcome: api::word::Outcome,
        reason: &str,
    ) -> Result<(), Problem> {
        let close = api::incident::Close { outcome, reason: reason.into() };
        self.tell(&api::path::filled(api::path::CLOSE, incident), &close).await
    }

    /// What waits for people.
    pub async fn proposals(&self) -> Result<api::Proposals, Problem> {
        self.get(api::path::PROPOSALS).await
    }

    /// One proposal, with the order that people sign.
    pub async fn proposal(&self, order: &str) -> Result<api::Proposal, Problem> {
        self.get(&api::path::filled(api::path::PROPOSAL, order)).await
    }

    /// Hands in a consent.
    pub async fn consent(&self, order: &str, consent: &Signed<Consent>) -> Result<(), Problem> {
        let consent = api::proposal::Consent { letter: hex::encode(consent.bytes()) };
        self.tell(&api::path::filled(api::path::CONSENTS, order), &consent).await
    }

    /// Issues a join token.
    pub async fn token(
        &self,
        site: &str,
        label: Option<&str>,
        minutes: Option<u32>,
    ) -> Result<api::Token, Problem> {
        let wanted = api::token::TokenFor { site: site.into(), label: label.map(Into::into), minutes };
        self.post(api::path::TOKENS, &wanted).await
    }

    /// The audit log, given to `sink` as it comes.
    pub async fn audit_export(
        &self,
        mut sink: impl FnMut(&[u8]) -> Result<(), Problem> + Send,
    ) -> Result<(), Problem> {
        let wait = Duration::from_mins(10);
        let question =
            Question { limit: EXPORT, wait, ..self.question(Method::GET, api::path::AUDIT_EXPORT) };
        ask(&self.server, self.patience, question, &mut sink).await
    }

    /// The audit log's newest checkpoint.
    pub async fn audit_checkpoint(&self) -> Result<api::Checkpoint, Problem> {
        self.get(api::path::AUDIT_CHECKPOINT).await
    }

    /// Waits until something was committed after `after`, or so many seconds.
    pub async fn changes(&self, after: u64, wait: u64) -> Result<api::Changes, Problem> {
        let wait = wait.min(api::changes::LONGEST_WAIT);
        let (after, seconds) = (after.to_string(), wait.to_string());
        let query = api::path::query(&[("after", Some(&after)), ("wait", Some(&seconds))]);
        let path = format!("{}{query}", api::path::CHANGES);
        let question = Question { wait: Duration::from_secs(wait), ..self.question(Method::GET, &path) };
        self.json(question).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Problem> {
        self.json(self.question(Method::GET, path)).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Problem> {
        self.json(Question { body: Some(written(body)), ..self.question(Method::POST, path) }).await
    }

    /// For a question whose answer says no more than that it was done.
    async fn tell(&self, path: &str, body: &impl Serialize) -> Result<(), Problem> {
        let question = Question { body: Some(written(body)), ..self.question(Method::POST, path) };
        ask(&self.server, self.patience, question, &mut |_| Ok(())).await
    }

    async fn json<T: DeserializeOwned>(&self, question: Question<'_>) -> Result<T, Problem> {
        let mut text = Zeroizing::new(Vec::new());
        let mut taken = |bytes: &[u8]| {
            text.extend_from_slice(bytes);
            Ok(())
        };
        ask(&self.server, self.patience, question, &mut taken).await?;
        Ok(serde_json::from_slice(&text).map_err(|why| Refusal::Answer(why.to_string()))?)
    }

    fn question<'a>(&'a self, method: Method, path: &'a str) -> Question<'a> {
        let token = self.session.as_ref().map(|session| &session.token);
        Question { method, path, body: None, token, limit: JSON, wait: Duration::ZERO }
    }
}

fn written(body: &impl Serialize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(serde_json::to_vec(body).expect("the types of the contract are JSON"))
}

#[cfg(test)]
mod tests;
