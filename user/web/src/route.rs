//! What a route is: where it stands, what it needs, and who answers it.

use std::{future::Future, pin::Pin, sync::Arc};

use access::{Action, Grant, Kind, Permit, Person, Resource, Why, permit};
use axum::{extract::ws::WebSocketUpgrade, http::Method, response::Response};
use control::{
    House, Now,
    door::{self, Wanted},
};
use vocab::SiteName;

use crate::{ask::ask, body, caller::Asking, contract, desk::Desk, query::Query, refusal::Refusal};

/// One line of the table.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path, as the contract has it.
    pub path: &'static str,
    /// What whoever asks must have.
    pub needs: Needs,
    /// The parameters that its query may have.
    pub query: &'static [&'static str],
    pub(crate) body: TakesBody,
    /// Whether its answers may hold a secret.
    pub(crate) holds: Holds,
    pub(crate) run: Run,
}

impl Route {
    /// The same, of which it is known that its answers hold no secret.
    pub(crate) const fn without_secrets(mut self) -> Self {
        self.holds = Holds::NoSecret;
        self
    }
}

/// Whether a route's answers may hold what nobody else is to learn: a token, a link, a code, a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    NoSecret,
    Secrets,
}

/// What whoever asks must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it is public.
    Nothing,
    /// A session.
    Session,
    /// A session, and a permit to do this to something of this kind.
    Permit(Action, Kind),
}

/// Whether a request carries a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TakesBody {
    Json,
    Nothing,
    /// It becomes a WebSocket.
    Socket,
}

pub(crate) type Answer = Pin<Box<dyn Future<Output = Result<Response, Refusal>> + Send>>;
pub(crate) type Run = fn(Call) -> Answer;

/// A request that came as far as its route.
pub(crate) struct Call {
    pub(crate) desk: Arc<Desk>,
    pub(crate) caller: Option<Caller>,
    pub(crate) asking: Asking,
    pub(crate) parameter: String,
    pub(crate) query: Query,
    pub(crate) body: Vec<u8>,
    /// What the request becomes once it is answered.
    pub(crate) socket: Option<WebSocketUpgrade>,
    pub(crate) needs: Needs,
    pub(crate) route: &'static Route,
}

/// Who asks.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) person: Person,
    /// The token by which they are known; it names the session.
    pub(crate) token: [u8; 32],
    pub(crate) by: By,
}

/// By what somebody is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A program's token: nobody is there.
    Program,
    /// A session of somebody who proved a moment ago who they are.
    Proof,
    /// A session.
    Session,
}

/// Who asks, for what the route demands: goes with a job to the fleet's thread, where the facts are.
#[derive(Clone)]
pub(crate) struct Asker {
    desk: Arc<Desk>,
    caller: Caller,
    action: Action,
    wanted: Wanted,
}

impl Call {
    /// The body, as what this route takes.
    pub(crate) fn read<T: serde::de::DeserializeOwned + 'static>(&self) -> Result<T, Refusal> {
        debug_assert!(contract::takes::<T>(self.route), "{} takes another type", self.route.path);
        body::read(&self.body)
    }

    /// Who asks, in a session or by a program.
    pub(crate) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller.as_ref().ok_or(Refusal::SignedOut)
    }

    /// Who asks, if they proved a moment ago who they are: a session that somebody left open, or stole, must not
    /// become one that lasts.
    pub(crate) fn proved(&self) -> Result<&Caller, Refusal> {
        self.caller()
            .and_then(|caller| if caller.by == By::Proof { Ok(caller) } else { Err(Refusal::SignInAgain) })
    }

    /// Who asks. Somebody who has no role for this anywhere is refused before anything is looked up.
    pub(crate) async fn asker(&self) -> Result<Asker, Refusal> {
        let (Some(caller), Needs::Permit(action, kind)) = (&self.caller, self.needs) else {
            return Err(Refusal::SignedOut);
        };
        let roles = access::matrix::roles(action, kind);
        let able = |grant: &Grant| roles.contains(&grant.role);
        let wanted =
            if (action, kind) == (Action::Grant, Kind::Person) { Wanted::Rights } else { Wanted::Else };
        if caller.person.grants.iter().any(able) {
            return Ok(Asker { desk: self.desk.clone(), caller: caller.clone(), action, wanted });
        }
        let person = caller.person.id;
        if self.desk.sessions(|sessions| sessions.refused(&caller.token, action, kind, wanted)) {
            let note = move |fleet: &mut House, now| {
                door::turned_away(fleet, person, None, Why::WithoutRole, wanted, now);
            };
            ask(&self.desk, note).await?;
        }
        Err(Refusal::Permit)
    }
}

impl Asker {
    /// A permit for what this route does to this.
    pub(crate) fn permit(&self, fleet: &mut House, resource: Resource, now: Now) -> Result<Permit, Refusal> {
        self.permit_to(fleet, self.action, resource, now)
    }

    /// The same, who gives no rights by what they ask.
    pub(crate) fn without_rights(self) -> Self {
        Self { wanted: Wanted::Else, ..self }
    }

    /// A permit for something else that this route comes to; a refusal is written down, once for a session.
    pub(crate) fn permit_to(
        &self,
        fleet: &mut House,
        action: Action,
        resource: Resource,
        now: Now,
    ) -> Result<Permit, Refusal> {
        permit(&self.caller.person, action, resource.clone()).map_err(|refusal| {
            let (kind, wanted) = (resource.kind(), self.wanted);
            if self.desk.sessions(|sessions| sessions.refused(&self.caller.token, action, kind, wanted)) {
                let person = self.caller.person.id;
                door::turned_away(fleet, person, Some(&resource), refusal.why(), wanted, now);
            }
            Refusal::Permit
        })
    }

    /// Whether they may open this, whatever else this route is for.
    pub(crate) fn sees(&self, resource: Resource) -> bool {
        permit(&self.caller.person, Action::View, resource).is_ok()
    }

    /// Whether they may see this; not seeing something in a list is no refusal.
    pub(crate) fn may(&self, resource: Resource) -> bool {
        permit(&self.caller.person, self.action, resource).is_ok()
    }

    /// Whether they may look at what is of this kind and stands at this site alone.
    pub(crate) fn sees_at(&self, kind: Kind, site: &SiteName) -> bool {
        self.caller.person.sees_at(kind, site)
    }

    /// Who asks.
    pub(crate) const fn person(&self) -> vocab::PersonId {
        self.caller.person.id
    }
}
