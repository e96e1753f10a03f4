//! Two people, checked by whoever obeys: an order becomes [`Approved`] by its own consents alone.
//!
//! A consent counts for a person, never for a key, and a key that two people share counts for neither twice. One
//! bad consent among good ones refuses the order, so that every reader of the same letter comes to the same end.

use alloc::collections::BTreeSet;
use core::{fmt, ops::Deref};

use vocab::{PersonId, Wall};

use crate::{
    digest::Digest,
    key::{KeyId, Person, PublicKey, Root},
    passkey::Passkey,
    refusal::Refusal,
    signed::{Audience, Letter, Signed, Verified},
};

/// One person's signature under one subject.
pub trait Consent: Letter<Role = Person> {
    /// Who consents.
    fn person(&self) -> PersonId;

    /// The digest of what the person saw.
    fn subject(&self) -> Digest;

    /// From when on the consent is void.
    fn expires(&self) -> Wall;
}

/// What may need people's consent, and carries it.
pub trait NeedsConsent {
    /// The letter in which people consent to it.
    type Consent: Consent;

    /// What they sign: the digest of this without its consents, for this audience.
    fn subject(&self, audience: &Audience) -> Digest;

    /// The consents that it carries.
    fn consents(&self) -> &[Signed<Self::Consent>];

    /// How many people must have consented: none, one or two.
    fn required(&self) -> usize;

    /// From when on it is void, whoever consented.
    fn expires(&self) -> Wall;
}

/// Who may consent to what: a letter of the fleet root, the roster.
pub trait Electorate<T>: Letter<Role = Root> {
    /// By what a person is believed; `None` for a stranger.
    fn keys_of(&self, person: PersonId) -> Option<Keys<'_>>;

    /// Whether this person may consent to this.
    fn may(&self, person: PersonId, subject: &T) -> bool;
}

/// All by which one person is believed; each is as good as the others.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    /// The public halves of their key files.
    pub files: &'a [PublicKey<Person>],
    /// Their passkeys.
    pub passkeys: &'a [Passkey],
}

/// One of them.
#[derive(Clone, Copy)]
enum Key<'a> {
    File(&'a PublicKey<Person>),
    Passkey(&'a Passkey),
}

/// Proof that enough people of the roster consented to exactly this, for this audience, and in time.
pub struct Approved<T> {
    order: T,
    people: BTreeSet<PersonId>,
}

impl<T: NeedsConsent> Approved<T> {
    /// Judges every consent that the order carries, then counts people.
    pub fn verify<E: Electorate<T>>(
        order: T,
        audience: &Audience,
        electorate: &Verified<E>,
        now: Wall,
    ) -> Result<Self, Refusal> {
        let roster: &E = electorate;
        if roster.audience().fleet != audience.fleet {
            return Err(Refusal::Audience);
        }
        if order.expires() <= now {
            return Err(Refusal::OrderExpired);
        }
        let subject = order.subject(audience);
        let (mut people, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for consent in order.consents() {
            let person = consent.claimed()?.person();
            let key = key_of(person, consent, &order, roster)?;
            let consent = key.verify(consent.clone(), audience)?;
            if consent.subject() != subject {
                return Err(Refusal::OtherSubject(person));
            }
            if consent.expires() <= now {
                return Err(Refusal::ConsentExpired(person));
            }
            if !people.insert(person) {
                return Err(Refusal::DuplicateConsent(person));
            }
            if !keys.insert(key.point()) {
                return Err(Refusal::SharedKey(key.id()));
            }
        }
        enough(people.len(), &order)?;
        Ok(Self { order, people })
    }
}

/// What whoever sends an order can know without a roster: enough people, each once, and each over exactly this.
///
/// It keeps an order from being sent without its people. Whether they are people, and may, its reader decides.
pub fn complete<T: NeedsConsent>(order: &T, audience: &Audience) -> Result<(), Refusal> {
    let subject = order.subject(audience);
    let mut people = BTreeSet::new();
    for consent in order.consents() {
        let consent = consent.claimed()?;
        if consent.subject() != subject {
            return Err(Refusal::OtherSubject(consent.person()));
        }
        if !people.insert(consent.person()) {
            return Err(Refusal::DuplicateConsent(consent.person()));
        }
    }
    enough(people.len(), order)
}

fn enough(have: usize, order: &impl NeedsConsent) -> Result<(), Refusal> {
    let need = order.required();
    if have < need { Err(Refusal::ConsentsMissing { have, need }) } else { Ok(()) }
}

/// The key of the roster with which this person's consent must be verified.
fn key_of<'a, T: NeedsConsent>(
    person: PersonId,
    consent: &Signed<T::Consent>,
    order: &T,
    electorate: &'a impl Electorate<T>,
) -> Result<Key<'a>, Refusal> {
    let Keys { files, passkeys } = electorate.keys_of(person).ok_or(Refusal::Stranger(person))?;
    if !electorate.may(person, order) {
        return Err(Refusal::NotEntitled(person));
    }
    let id = consent.key_id();
    let mut all = files.iter().map(Key::File).chain(passkeys.iter().map(Key::Passkey));
    all.find(|known| known.id() == id).ok_or(Refusal::StrangersKey { person, key: id })
}

impl<'a> Key<'a> {
    fn id(self) -> KeyId {
        match self {
            Self::File(key) => key.id(),
            Self::Passkey(passkey) => passkey.key.id(),
        }
    }

    /// The key alone: a passkey that is pinned for two pages is one key.
    fn point(self) -> &'a [u8] {
        match self {
            Self::File(key) => key.as_bytes(),
            Self::Passkey(passkey) => passkey.key.as_bytes(),
        }
    }

    fn verify<T: Consent>(self, consent: Signed<T>, audience: &Audience) -> Result<Verified<T>, Refusal> {
        match self {
            Self::File(key) => consent.verify(key, audience),
            Self::Passkey(passkey) => consent.verify_by_passkey(passkey, audience),
        }
    }
}

impl<T> Approved<T> {
    /// Who consented, in the order of their ids.
    pub const fn people(&self) -> &BTreeSet<PersonId> {
        &self.people
    }

    /// What was approved, alone; the proof ends here.
    pub fn into_order(self) -> T {
        self.order
    }
}

impl<T> Deref for Approved<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.order
    }
}

impl<T: fmt::Debug> fmt::Debug for Approved<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Approved({:?} by {:?})", self.order, self.people)
    }
}

#[cfg(test)]
mod tests;
