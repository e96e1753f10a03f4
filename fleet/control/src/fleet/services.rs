//! What people decide about services.

use access::{Action, Permit, Resource};
use audit::{Actor, Decision, Kind, Outcome, Subject};
use store::Store;
use vocab::{Label, ServiceName};

use super::{Asked, Fleet, Now};
use crate::services::Revocations;

impl<S: Store> Fleet<S> {
    /// Ends the credential of a service: every one that was made under this name until now. `reason` names it.
    pub fn revoke_service(
        &mut self,
        permit: &Permit,
        service: ServiceName,
        reason: Label,
        now: Now,
    ) -> Result<(), Asked> {
        if (permit.action(), permit.resource()) != (Action::Revoke, &Resource::Service) {
            return Err(Asked::Permit);
        }
        let ended = self.services.end(service, now.wall, &mut self.batch).ok_or(Asked::ServicesFull);
        let outcome = match &ended {
            Ok(()) => Outcome::Done,
            Err(asked) => Outcome::Refused(asked.code().into()),
        };
        let (actor, subject, reason) = (Actor::Person(permit.person()), Subject::Fleet, Some(reason));
        let (kind, at, inputs) = (Kind::Revoke, now.wall, vec![]);
        self.decide_because(Decision { kind, at, actor, subject, inputs, outcome, reason });
        ended
    }

    /// The services whose credentials people ended, for doors to ask.
    pub fn services(&self) -> Revocations {
        self.services.told()
    }
}
