//! What all requests share: the facade, the people, the sessions, the clock.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use access::{Grant, Person};
use control::{Facade, Now, sign_in::Gate};
use tokio::sync::{OnceCell, watch};
use vocab::PersonId;

use crate::session::{Challenges, Sessions};

/// A person who has roles here. Their keys stand in the roster, which the offline root signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What the roster calls them.
    pub name: String,
    /// Who.
    pub id: PersonId,
    /// What was granted to them.
    pub grants: Vec<Grant>,
}

/// What a router is made from.
pub struct Setup {
    /// Asks the fleet's thread.
    pub facade: Facade,
    /// Who has roles.
    pub people: Vec<Known>,
    /// The public key of the offline root, lower-case hexadecimal: a public fact that the fleet repeats.
    pub root_key: String,
    /// What the software calls itself.
    pub software: String,
    /// Grows with each commit.
    pub changes: watch::Receiver<u64>,
    /// The time.
    pub clock: Arc<dyn Fn() -> Now + Send + Sync>,
    /// Thirty-two fresh random bytes at each call.
    pub draw: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
}

pub(crate) struct Desk {
    pub(crate) facade: Facade,
    pub(crate) changes: watch::Receiver<u64>,
    pub(crate) challenges: Challenges,
    /// Public facts, once they were asked for.
    pub(crate) facts: OnceCell<api::Fleet>,
    /// Knows people by their keys, once somebody came.
    pub(crate) gate: OnceCell<Gate>,
    pub(crate) root_key: String,
    pub(crate) software: String,
    pub(crate) clock: Arc<dyn Fn() -> Now + Send + Sync>,
    pub(crate) draw: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    people: BTreeMap<PersonId, Known>,
    sessions: Mutex<Sessions>,
}

impl Desk {
    pub(crate) fn new(setup: Setup) -> Self {
        let Setup { facade, people, root_key, software, changes, clock, draw } = setup;
        Self {
            facade,
            changes,
            challenges: Challenges::new(draw()),
            facts: OnceCell::new(),
            gate: OnceCell::new(),
            root_key,
            software,
            clock,
            draw,
            people: people.into_iter().map(|known| (known.id, known)).collect(),
            sessions: Mutex::new(Sessions::default()),
        }
    }

    /// A person as `access` judges them; none without any role.
    pub(crate) fn person(&self, id: PersonId) -> Option<Person> {
        let known = self.people.get(&id).filter(|known| !known.grants.is_empty())?;
        Some(Person { id, grants: known.grants.clone() })
    }

    /// The sessions, for as long as it takes to look.
    pub(crate) fn sessions<R>(&self, look: impl FnOnce(&mut Sessions) -> R) -> R {
        look(&mut self.sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
