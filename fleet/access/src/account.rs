//! What is known of one person who signs in without a key of the roster, and what may be done to it.
//!
//! Of secrets that people hold it keeps a digest or a hash wherever one suffices.

use alloc::{collections::BTreeSet, string::String, vec::Vec};
use core::fmt;

use crypto::{digest::Digest, passkey::Passkey as Pinned};
use minicbor::{Decode, Encode, bytes::ByteVec};
use vocab::{Label, PersonId, Wall};

use crate::{
    matrix::Role,
    person::{Grant, Person, Reach},
};

mod change;

pub use change::{Change, GRANTS_LIMIT, Mistake, PASSKEYS_LIMIT, TOKENS_LIMIT};

/// One person's account.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Account {
    /// Who.
    #[n(0)]
    pub person: PersonId,
    /// The name that they sign in with.
    #[n(1)]
    pub name: Label,
    /// What was granted to them here.
    #[n(2)]
    pub grants: Vec<Grant>,
    /// Whether they may come in.
    #[n(3)]
    pub standing: Standing,
    /// Their password.
    #[n(4)]
    pub password: Option<Password>,
    /// What their codes are made from.
    #[n(5)]
    pub totp: Option<Totp>,
    /// Their passkeys.
    #[n(6)]
    pub passkeys: Vec<Passkey>,
    /// What programs of theirs come in with.
    #[n(7)]
    pub tokens: Vec<ApiToken>,
    /// What they are to set their password with, once.
    #[n(8)]
    pub invitation: Option<Invitation>,
    /// Grows whenever everybody who came in by this account must prove anew who they are.
    #[n(9)]
    pub epoch: u64,
    /// When it was made.
    #[n(10)]
    pub created: Wall,
    /// Passkeys that they made to consent with. They open nothing here: whether one counts, the roster says.
    #[n(11)]
    pub signers: Vec<Passkey>,
}

/// Whether somebody may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Standing {
    /// They may.
    #[n(0)]
    Enabled,
    /// They may not, by any way.
    #[n(1)]
    Disabled,
}

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Password {
    /// Its hash, as a PHC string.
    #[n(0)]
    pub hash: String,
    /// Whether it is strong enough without a second factor, as it was judged when it was set.
    #[n(1)]
    pub alone: bool,
}

/// Codes by time (RFC 6238).
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Totp {
    /// Twenty bytes that the person's device holds too.
    #[n(0)]
    pub secret: ByteVec,
    /// The last step whose code was taken: it, and what lies before it, is used up.
    #[n(1)]
    pub used: u64,
}

/// A key of the person's own device, and the page at which it was made: no other may ask it to sign.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Passkey {
    /// The key, what its device calls it, the host and the page.
    #[n(0)]
    pub pinned: Pinned,
    /// What the person calls it.
    #[n(1)]
    pub name: Label,
    /// How often it signed, as it says; zero if it does not count.
    #[n(2)]
    pub count: u32,
    /// When it was added.
    #[n(3)]
    pub added: Wall,
}

/// What a program comes in with, in the name of whoever made it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ApiToken {
    /// SHA-256 of it.
    #[n(0)]
    pub digest: Digest,
    /// What the person calls it.
    #[n(1)]
    pub name: Label,
    /// All that it may, and never more than its maker may at the time.
    #[n(2)]
    pub grants: Vec<Grant>,
    /// When it was made.
    #[n(3)]
    pub created: Wall,
    /// Until when it counts.
    #[n(4)]
    pub until: Wall,
}

/// A single-use word by which somebody sets their own password.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Invitation {
    /// SHA-256 of it.
    #[n(0)]
    pub digest: Digest,
    /// Until when it counts.
    #[n(1)]
    pub until: Wall,
}

impl Account {
    /// An account that nobody can come in by yet.
    pub const fn new(person: PersonId, name: Label, grants: Vec<Grant>, created: Wall) -> Self {
        Self {
            person,
            name,
            grants,
            standing: Standing::Enabled,
            password: None,
            totp: None,
            passkeys: Vec::new(),
            tokens: Vec::new(),
            invitation: None,
            epoch: 0,
            created,
            signers: Vec::new(),
        }
    }

    /// Whether a password alone does not suffice.
    pub const fn has_second_factor(&self) -> bool {
        self.totp.is_some() || !self.passkeys.is_empty()
    }

    /// Whether this person decides who is who, and can come in to do it.
    pub fn is_admin(&self) -> bool {
        let admin = |grant: &Grant| grant.role == Role::Admin && grant.reach == Reach::Fleet;
        let comes_in = self.password.is_some() || !self.passkeys.is_empty();
        self.standing == Standing::Enabled && comes_in && self.grants.iter().any(admin)
    }
}

impl Passkey {
    /// What its device calls it.
    pub fn id(&self) -> &[u8] {
        self.pinned.credential.as_bytes()
    }
}

impl Invitation {
    /// An invitation by this word.
    pub fn new(word: &[u8; 32], until: Wall) -> Self {
        Self { digest: Digest::of(word), until }
    }

    /// Whether this word is it, in time.
    pub fn holds(&self, word: &[u8; 32], now: Wall) -> bool {
        self.digest == Digest::of(word) && now < self.until
    }
}

impl ApiToken {
    /// A token by this word.
    pub fn new(word: &[u8; 32], name: Label, grants: Vec<Grant>, created: Wall, until: Wall) -> Self {
        Self { digest: Digest::of(word), name, grants, created, until }
    }

    /// What whoever comes with it may now: what the token may, within what its maker may now.
    pub fn person(&self, maker: &Person) -> Person {
        Person { id: maker.id, grants: narrowed(&maker.grants, &self.grants) }
    }
}

/// What of these grants lies within those.
pub fn narrowed(own: &[Grant], scope: &[Grant]) -> Vec<Grant> {
    let mut both: Vec<Grant> =
        own.iter().flat_map(|own| scope.iter().filter_map(|scope| own.within(scope))).collect();
    both.sort();
    both.dedup();
    both
}

/// Whether somebody is there who decides who is who: by an account, or by what the configuration grants to a key.
pub fn has_admin<'a>(accounts: impl Iterator<Item = &'a Account>, elsewhere: &BTreeSet<PersonId>) -> bool {
    let (mut admins, mut left) = (false, elsewhere.len());
    for account in accounts {
        admins |= account.is_admin();
        let out = account.standing == Standing::Disabled && elsewhere.contains(&account.person);
        left -= usize::from(out);
    }
    admins || left > 0
}

/// Names that people cannot tell apart are one name.
pub fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("person", &self.person)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
