//! What all requests share: the facade, the people, the sessions, the clock.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use access::{Grant, Person, Role, account::Standing, session::Lasting, throttle::Throttle};
use control::{
    Facade, Now,
    accounts::{Directory, Roll},
    sign_in::Gate,
};
use crypto::passkey::Passkey;
use tokio::sync::{OnceCell, watch};
use vocab::{PageOrigin, PersonId};
use zeroize::Zeroizing;

use crate::{
    answer::Answered,
    ask::ask,
    browser::Browsers,
    live::Live,
    metrics::Page,
    origin::{Front, Transport},
    password::{Hasher, Policy},
    refusal::Refusal,
    roll::Rolls,
    session::{Basis, Challenges, Sessions},
};

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
    /// What people's listener speaks.
    pub transport: Transport,
    /// By which addresses browsers know it; where none is named, by whatever host they ask.
    pub origins: Vec<PageOrigin>,
    /// What is asked of passwords.
    pub policy: Policy,
    /// Hashes them.
    pub hasher: Arc<Hasher>,
    /// How long sessions, and tokens of programs, last.
    pub lasting: Lasting,
    /// By what browsers are known in which somebody came in: the same after a restart.
    pub browsers: Zeroizing<[u8; 32]>,
    /// Grows with each commit.
    pub changes: watch::Receiver<u64>,
    /// The time.
    pub clock: Arc<dyn Fn() -> Now + Send + Sync>,
    /// Thirty-two fresh random bytes at each call.
    pub draw: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    /// Writes down what whoever serves this counts, beside what is counted here.
    pub meters: Arc<dyn Fn(&mut Page) + Send + Sync>,
}

/// Who has an account, and who stands on the roster: both as they were committed last.
struct Whoever {
    accounts: Roll,
    gate: Gate,
}

/// Who there is at a moment, to be compared with another.
#[derive(Clone)]
pub(crate) struct Version {
    roster: Option<u64>,
    accounts: Arc<Directory>,
}

impl PartialEq for Version {
    /// Every change of an account makes another directory.
    fn eq(&self, other: &Self) -> bool {
        self.roster == other.roster && Arc::ptr_eq(&self.accounts, &other.accounts)
    }
}

pub(crate) struct Desk {
    pub(crate) facade: Facade,
    pub(crate) changes: watch::Receiver<u64>,
    pub(crate) challenges: Challenges,
    /// Public facts, once they were asked for.
    pub(crate) facts: OnceCell<api::Fleet>,
    pub(crate) root_key: String,
    pub(crate) software: String,
    pub(crate) front: Front,
    pub(crate) policy: Policy,
    pub(crate) hasher: Arc<Hasher>,
    pub(crate) browsers: Browsers,
    pub(crate) clock: Arc<dyn Fn() -> Now + Send + Sync>,
    pub(crate) draw: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
    people: BTreeMap<PersonId, Known>,
    /// Who there is, once somebody came.
    whoever: OnceCell<Whoever>,
    throttle: Mutex<Throttle>,
    sessions: Mutex<Sessions>,
    /// Every box in one line, as whoever looked last was told.
    pub(crate) rolls: Rolls,
    /// Who hears at once of what changes.
    pub(crate) live: Live,
    pub(crate) meters: Arc<dyn Fn(&mut Page) + Send + Sync>,
    pub(crate) answered: Answered,
}

impl Desk {
    pub(crate) fn new(setup: Setup) -> Self {
        let Setup {
            facade,
            people,
            root_key,
            software,
            transport,
            origins,
            policy,
            hasher,
            lasting,
            browsers,
            changes,
            clock,
            draw,
            meters,
        } = setup;
        Self {
            facade,
            changes,
            challenges: Challenges::new(draw()),
            facts: OnceCell::new(),
            root_key,
            software,
            front: Front::new(transport, origins),
            policy,
            browsers: Browsers::new(&browsers, hasher.nobody()),
            hasher,
            clock,
            draw,
            people: people.into_iter().map(|known| (known.id, known)).collect(),
            whoever: OnceCell::new(),
            throttle: Mutex::new(Throttle::default()),
            sessions: Mutex::new(Sessions::new(lasting)),
            rolls: Rolls::default(),
            live: Live::default(),
            meters,
            answered: Answered::default(),
        }
    }

    /// Asks the fleet for its accounts and its roster, once; whoever looks somebody up does so after this.
    pub(crate) async fn ready(self: &Arc<Self>) -> Result<&Gate, Refusal> {
        let asked = || ask(self, |fleet, _| Whoever { accounts: fleet.roll(), gate: fleet.gate() });
        self.whoever.get_or_try_init(asked).await.map(|whoever| &whoever.gate)
    }

    /// The accounts as they were committed last.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        self.whoever.get().map(|whoever| whoever.accounts.now()).unwrap_or_default()
    }

    /// Whether somebody stands on the newest roster: what the configuration grants, it grants to a key of it.
    fn has_key(&self, id: PersonId) -> bool {
        self.whoever.get().is_some_and(|whoever| whoever.gate.knows(id))
    }

    /// The passkeys with which somebody may consent, by the newest roster.
    pub(crate) fn signers(&self, id: PersonId) -> Vec<Passkey> {
        self.whoever.get().map(|whoever| whoever.gate.passkeys(id)).unwrap_or_default()
    }

    /// The version of the newest roster.
    pub(crate) fn roster(&self) -> Option<u64> {
        self.whoever.get().map(|whoever| whoever.gate.version())
    }

    /// A person as `access` judges them; none without any role, and none who is kept out.
    pub(crate) fn person(&self, id: PersonId) -> Option<Person> {
        let directory = self.directory();
        let account = directory.account(id);
        if account.is_some_and(|account| account.standing == Standing::Disabled) {
            return None;
        }
        let configured = self.people.get(&id).filter(|_| self.has_key(id)).map(|known| &known.grants);
        let granted = account.map(|account| &account.grants);
        let mut grants: Vec<Grant> = configured.into_iter().chain(granted).flatten().cloned().collect();
        grants.sort();
        grants.dedup();
        (!grants.is_empty()).then_some(Person { id, grants })
    }

    /// What the sessions of somebody must have begun with to be good.
    pub(crate) fn epoch(&self, id: PersonId) -> u64 {
        self.directory().account(id).map_or(0, |account| account.epoch)
    }

    /// Whether what somebody's session stands on is still there.
    pub(crate) fn holds(&self, id: PersonId, basis: &Basis) -> bool {
        let lists = |key| self.whoever.get().is_some_and(|whoever| whoever.gate.lists(id, key));
        self.epoch(id) == basis.epoch && basis.key.is_none_or(lists)
    }

    /// Which people are known: another value where anybody's account, or the roster, is another.
    pub(crate) fn whoever(&self) -> Version {
        Version { roster: self.roster(), accounts: self.directory() }
    }

    /// Whom the configuration names.
    pub(crate) fn configured(&self) -> impl Iterator<Item = &Known> {
        self.people.values()
    }

    /// Who of these comes in by a key.
    pub(crate) fn keyed(&self) -> impl Iterator<Item = &Known> {
        self.configured().filter(|known| self.has_key(known.id))
    }

    /// Who decides who is who by the configuration, and with a key.
    pub(crate) fn admins(&self) -> BTreeSet<PersonId> {
        admins(self.keyed())
    }

    /// What people call somebody.
    pub(crate) fn called(&self, id: PersonId) -> String {
        let known = self.people.get(&id).map(|known| known.name.clone());
        let named = || self.directory().account(id).map(|account| account.name.to_string());
        known.or_else(named).unwrap_or_else(|| id.to_string())
    }

    /// What was guessed, for as long as it takes to look.
    pub(crate) fn throttle<R>(&self, look: impl FnOnce(&mut Throttle) -> R) -> R {
        look(&mut self.throttle.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The sessions, for as long as it takes to look.
    pub(crate) fn sessions<R>(&self, look: impl FnOnce(&mut Sessions) -> R) -> R {
        look(&mut self.sessions.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Who of these decides who is who, in the whole fleet.
pub fn admins<'a>(people: impl IntoIterator<Item = &'a Known>) -> BTreeSet<PersonId> {
    let admin = |grant: &Grant| grant.role == Role::Admin && grant.reach == access::Reach::Fleet;
    people.into_iter().filter(|known| known.grants.iter().any(admin)).map(|known| known.id).collect()
}
