//! People, programs, and coming in without a key.

use api::{me, path, person, session};
use hyper::Method;
use vocab::{FleetName, PersonId};
use zeroize::Zeroizing;

use super::{Client, Question, Session, exchange::Token, written};
use crate::{keyfile::SessionFile, problem::Problem, refusal::Refusal};

impl Client {
    /// Signs in by name and password, and by a code where one is asked for; gives what keeps the session.
    pub async fn sign_in_by_password(
        &mut self,
        name: &str,
        password: Zeroizing<String>,
        code: Option<String>,
    ) -> Result<SessionFile, Problem> {
        self.session = None;
        let fleet = self.certified(&self.fleet().await?)?;
        let mut question = session::PasswordSignIn {
            name: name.into(),
            password: password.as_str().into(),
            code,
            passkey: None,
            hold: session::Hold::Token,
        };
        let answer: Result<api::Session, _> = self.post(path::PASSWORD_SIGN_IN, &question).await;
        drop(Zeroizing::new(core::mem::take(&mut question.password)));
        let api::Session { token, person, name, .. } = answer?;
        let token = Zeroizing::new(token);
        let person = person.parse().map_err(|why| Refusal::Answer(format!("the person: {why}")))?;
        self.resume(&fleet, person, &name, &token);
        let kept = SessionFile::new(&name, person, fleet, &token);
        kept.ok_or_else(|| Refusal::Answer("its session cannot be kept".into()).into())
    }

    /// Goes on with a session that was kept.
    pub fn resume(&mut self, fleet: &FleetName, person: PersonId, name: &str, token: &str) {
        let token = Token(Zeroizing::new(token.into()));
        self.session = Some(Session { token, fleet: fleet.clone(), person, name: name.into() });
    }

    /// Who one is, and what one may.
    pub async fn me(&self) -> Result<api::Me, Problem> {
        self.get(path::ME).await
    }

    /// Whether one may do this to such a thing wherever it is; asked without doing anything.
    pub async fn may(&self, action: &str, kind: &str) -> Result<bool, Problem> {
        let (action, kind) = (action.to_owned(), kind.to_owned());
        let asked = me::Check { action, kind, device: None, site: None };
        let answer: me::Checked = self.post(path::CHECK, &asked).await?;
        Ok(answer.allowed)
    }

    /// Where boxes stand, and how they are there.
    pub async fn sites(&self) -> Result<api::Sites, Problem> {
        self.get(path::SITES).await
    }

    /// Programs' tokens.
    pub async fn programs(&self) -> Result<me::ApiTokens, Problem> {
        self.get(path::MY_TOKENS).await
    }

    /// Makes a token for a program.
    pub async fn new_program(&self, wanted: &me::NewToken) -> Result<me::IssuedToken, Problem> {
        self.post(path::MY_TOKENS, wanted).await
    }

    /// Takes a program's token back.
    pub async fn end_program(&self, id: &str) -> Result<(), Problem> {
        self.done(Method::DELETE, &path::filled(path::MY_TOKEN, id)).await
    }

    /// Everybody in whose name or roles these words stand.
    pub async fn people(&self, words: &str) -> Result<api::People, Problem> {
        let words = Some(words).filter(|words| !words.is_empty());
        let mut all = api::People { people: vec![], next: None };
        for _ in 0..super::PAGES {
            let query =
                path::query(&[("q", words), ("after", all.next.as_deref()), ("limit", Some(super::PAGE))]);
            let page: api::People = self.get(&format!("{}{query}", path::PEOPLE)).await?;
            all.people.extend(page.people);
            all.next = page.next;
            if all.next.is_none() {
                break;
            }
        }
        Ok(all)
    }

    /// Invites somebody new.
    pub async fn invite(&self, invite: &person::Invite) -> Result<person::Invited, Problem> {
        self.post(path::PEOPLE, invite).await
    }

    /// Invites somebody anew.
    pub async fn invite_again(&self, person: &str) -> Result<person::Invited, Problem> {
        self.json(self.question(Method::POST, &path::filled(path::PERSON_INVITE, person))).await
    }

    /// Changes what somebody may, or whether they come in.
    pub async fn change_person(&self, person: &str, change: &person::Change) -> Result<(), Problem> {
        let path = path::filled(path::PERSON, person);
        let question = Question { body: Some(written(change)), ..self.question(Method::PATCH, &path) };
        super::ask(&self.server, self.patience, question, &mut |_| Ok(())).await
    }

    /// The newest entries of the audit log in which these words stand, so many at most.
    pub async fn audit_entries(&self, words: &str, limit: usize) -> Result<api::audit::Entries, Problem> {
        let words = Some(words).filter(|words| !words.is_empty());
        let mut found = api::audit::Entries { entries: vec![], next: None, size: 0 };
        loop {
            let rest = (limit - found.entries.len()).clamp(1, 200).to_string();
            let query =
                path::query(&[("q", words), ("before", found.next.as_deref()), ("limit", Some(&rest))]);
            let page: api::audit::Entries = self.get(&format!("{}{query}", path::AUDIT_ENTRIES)).await?;
            // A list that does not go on has no end.
            let further = page.next.filter(|next| found.next.as_ref() != Some(next));
            found.entries.extend(page.entries);
            (found.next, found.size) = (further, page.size);
            if found.next.is_none() || found.entries.len() >= limit {
                return Ok(found);
            }
        }
    }

    /// The entries of the audit log from this one on, oldest first, as many as come in one answer.
    pub async fn audit_entries_from(&self, index: u64) -> Result<api::audit::Entries, Problem> {
        let after = index.checked_sub(1).map_or_else(|| api::audit::START.into(), |last| last.to_string());
        let query = path::query(&[("after", Some(&after)), ("limit", Some(super::PAGE))]);
        self.get(&format!("{}{query}", path::AUDIT_ENTRIES)).await
    }

    /// The services whose credentials people ended.
    pub async fn services(&self) -> Result<api::service::Services, Problem> {
        self.get(path::SERVICES).await
    }

    /// Ends the credential of a service.
    pub async fn revoke_service(
        &self,
        service: &str,
        reason: &str,
    ) -> Result<api::service::Services, Problem> {
        let wanted = api::service::Revoke { reason: reason.into() };
        self.post(&path::filled(path::SERVICE_REVOKE, service), &wanted).await
    }

    /// One entry of the audit log.
    pub async fn audit_entry(&self, entry: u64) -> Result<api::audit::EntryDetail, Problem> {
        self.get(&path::filled(path::AUDIT_ENTRY, &entry.to_string())).await
    }

    /// Where it stands under the newest checkpoint.
    pub async fn audit_proof(&self, entry: u64) -> Result<api::audit::Place, Problem> {
        let query = path::query(&[("entry", Some(&entry.to_string()))]);
        self.get(&format!("{}{query}", path::AUDIT_PROOF)).await
    }

    async fn done(&self, method: Method, path: &str) -> Result<(), Problem> {
        super::ask(&self.server, self.patience, self.question(method, path), &mut |_| Ok(())).await
    }
}
