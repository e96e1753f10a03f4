//! The accounts of people: as they are stored, and as doors may read them from any thread.
//!
//! What doors read is what was committed, as soon as it was, and never before.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use access::account::ApiToken;
use access::account::Invitation;
use access::{Account, account::folded};
use crypto::{
    cbor::{self, Limits},
    digest::Digest,
};
use store::{Batch, Order, Store, Table};
use vocab::PersonId;

use crate::fault::Fault;

/// Most accounts of a fleet.
pub(crate) const PEOPLE_LIMIT: usize = 10_000;

/// Most bytes of one account.
pub(crate) const ACCOUNT_LIMIT: usize = 256 * 1024;

const LIMITS: Limits = Limits { bytes: ACCOUNT_LIMIT, depth: 12, items: 1 << 16 };

/// The accounts as they were committed last: a handle that any thread may hold.
#[derive(Clone, Default)]
pub struct Roll(Arc<Mutex<Arc<Directory>>>);

/// Who has an account.
#[derive(Default)]
pub struct Directory {
    accounts: BTreeMap<PersonId, Account>,
    names: BTreeMap<String, PersonId>,
    tokens: BTreeMap<Digest, PersonId>,
}

impl Roll {
    /// As of the last commit.
    pub fn now(&self) -> Arc<Directory> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn publish(&self, accounts: &BTreeMap<PersonId, Account>) {
        let names = accounts.values().map(|one| (folded(one.name.as_str()), one.person)).collect();
        let tokens =
            accounts.values().flat_map(|one| one.tokens.iter().map(|token| (token.digest, one.person)));
        let directory = Directory { accounts: accounts.clone(), names, tokens: tokens.collect() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(directory);
    }
}

impl Directory {
    /// One person's account.
    pub fn account(&self, person: PersonId) -> Option<&Account> {
        self.accounts.get(&person)
    }

    /// The account that somebody signs in to by this name.
    pub fn named(&self, name: &str) -> Option<&Account> {
        self.account(*self.names.get(&folded(name))?)
    }

    /// The token that is this word, and the account to which it belongs.
    pub fn of_token(&self, word: &[u8; 32]) -> Option<(&Account, &ApiToken)> {
        let digest = Digest::of(word);
        let account = self.account(*self.tokens.get(&digest)?)?;
        account.tokens.iter().find(|token| token.digest == digest).map(|token| (account, token))
    }

    /// Every account, by person.
    pub fn all(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }
}

/// The accounts in the fleet's own thread.
#[derive(Default)]
pub(crate) struct Accounts {
    pub(crate) all: BTreeMap<PersonId, Account>,
    /// By what the first administrator comes in; it dies with this process.
    pub(crate) first: Option<Invitation>,
    roll: Roll,
    changed: bool,
}

impl Accounts {
    pub(crate) fn roll(&self) -> Roll {
        self.roll.clone()
    }

    /// Reads everything again.
    pub(crate) fn read(&mut self, store: &impl Store) -> Result<(), Fault> {
        let rows = store.scan(Table::Account, b"", None, Order::Ascending, usize::MAX)?;
        let read = |row: store::Row| cbor::decode(&row.value, &LIMITS).map_err(|_| Fault::Record("account"));
        let all = rows.into_iter().map(read).collect::<Result<Vec<Account>, Fault>>()?;
        self.all = all.into_iter().map(|one| (one.person, one)).collect();
        self.changed = true;
        self.committed();
        Ok(())
    }

    /// Puts the row; none if it would be larger than is read back.
    pub(crate) fn keep(&mut self, account: Account, batch: &mut Batch) -> Option<()> {
        let bytes = cbor::encode(&account);
        if cbor::check(&bytes, &LIMITS).is_err() {
            return None;
        }
        batch.put(Table::Account, *account.person.as_bytes(), bytes);
        self.all.insert(account.person, account);
        self.changed = true;
        Some(())
    }

    /// What stands here is stored: doors may know it.
    pub(crate) fn committed(&mut self) {
        if std::mem::take(&mut self.changed) {
            self.roll.publish(&self.all);
        }
    }
}
