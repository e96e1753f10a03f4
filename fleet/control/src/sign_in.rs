//! Who somebody is: a challenge of ours, signed with a key that the roster gives to that person.
//!
//! It opens a session and decides nothing else; what a session may is asked for each request. Letters are believed
//! at the door, before anything waits for them: whoever has no key takes nobody's turn and fills no log.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use audit::{Actor, Kind, Outcome, Subject};
use crypto::{
    key::KeyId,
    passkey::Passkey,
    signed::{Audience, Signed, Verified},
};
use store::Store;
use vocab::{Label, Nonce, PersonId};
use wire::v1::{Roster, sign_in::SignIn};

use crate::fleet::{Fleet, Now, Repeated, Setup};

/// Why somebody is not believed; to whoever asked it is one and the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The letter does not hold, or no key of that person signed it.
    Letter(crypto::refusal::Refusal),
    /// Nobody of the roster.
    Stranger,
}

/// What a letter says of itself, *unverified*: only to look up what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who it says signed it.
    pub person: PersonId,
    /// Which challenge it says it answers.
    pub challenge: Nonce,
}

/// What a letter claims.
pub fn claimed(letter: &[u8]) -> Result<Claim, Refusal> {
    let letter = Signed::<SignIn>::parse(letter.to_vec()).and_then(|letter| letter.claimed());
    let SignIn { person, challenge, .. } = letter.map_err(Refusal::Letter)?;
    Ok(Claim { person, challenge })
}

/// Somebody who is who they say. Only a [`Gate`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    person: PersonId,
    name: Label,
    challenge: Nonce,
    key: Listing,
}

/// A key of somebody, as the roster lists it: one that was struck out and came back is another listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    key: KeyId,
    /// The version since which it stands there without a break, as far as this process has seen.
    since: u64,
}

impl SignedIn {
    /// Who.
    pub const fn person(&self) -> PersonId {
        self.person
    }

    /// What the roster calls them.
    pub const fn name(&self) -> &Label {
        &self.name
    }

    /// Which challenge they answered.
    pub const fn challenge(&self) -> Nonce {
        self.challenge
    }

    /// With which key.
    pub const fn key(&self) -> Listing {
        self.key
    }
}

/// Knows the people of the roster by their keys. It asks nobody, so any thread may hold a copy; all copies know the
/// newest roster that the fleet obeys, as soon as that is stored.
#[derive(Clone, Debug)]
pub struct Gate {
    audience: Audience,
    known: Arc<Mutex<Arc<Known>>>,
}

/// The newest roster, and since which version each key stands there.
#[derive(Debug)]
struct Known {
    roster: Verified<Roster>,
    since: BTreeMap<(PersonId, KeyId), u64>,
}

impl Known {
    /// This roster, after the one before it.
    fn of(roster: &Verified<Roster>, before: Option<&Self>) -> Self {
        let keys = roster.people.iter().flat_map(|one| one.keys.iter().map(|key| (one.id, key.id())));
        let stood = |of: &(PersonId, KeyId)| before.and_then(|before| before.since.get(of).copied());
        let since = keys.map(|of| (of, stood(&of).unwrap_or(roster.version))).collect();
        Self { roster: roster.clone(), since }
    }
}

impl Gate {
    /// Of this fleet.
    pub fn of(setup: &Setup) -> Self {
        let known = Arc::new(Mutex::new(Arc::new(Known::of(&setup.roster, None))));
        Self { audience: Audience::fleet(setup.fleet.clone()), known }
    }

    /// The root signed a newer one, and the fleet obeys it.
    pub(crate) fn renew(&self, roster: &Verified<Roster>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Arc::new(Known::of(roster, Some(&known)));
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The version of the roster.
    pub fn version(&self) -> u64 {
        self.known().roster.version
    }

    /// Whether somebody stands on the roster.
    pub fn knows(&self, person: PersonId) -> bool {
        self.known().roster.people.iter().any(|known| known.id == person)
    }

    /// Whether the roster still gives this key to this person: whoever came in with it is who they were.
    pub fn lists(&self, person: PersonId, listing: Listing) -> bool {
        self.known().since.get(&(person, listing.key)) == Some(&listing.since)
    }

    /// The passkeys with which somebody may consent.
    pub fn passkeys(&self, person: PersonId) -> Vec<Passkey> {
        let known = self.known();
        let known = known.roster.people.iter().find(|known| known.id == person);
        known.map(|known| known.passkeys.clone()).unwrap_or_default()
    }

    /// Believes a letter, or says why not. Whether its challenge is a good one, whoever gave it knows.
    pub fn believe(&self, letter: Vec<u8>) -> Result<SignedIn, Refusal> {
        let letter = Signed::<SignIn>::parse(letter).map_err(Refusal::Letter)?;
        let claimed = letter.claimed().map_err(Refusal::Letter)?.person;
        let known = self.known();
        let person = known.roster.people.iter().find(|known| known.id == claimed).ok_or(Refusal::Stranger)?;
        let key = person.keys.iter().find(|key| key.id() == letter.key_id()).ok_or(Refusal::Stranger)?;
        let since = known.since.get(&(person.id, key.id())).copied().ok_or(Refusal::Stranger)?;
        let verified = letter.verify(key, &self.audience).map_err(Refusal::Letter)?;
        let key = Listing { key: key.id(), since };
        Ok(SignedIn { person: person.id, name: person.name.clone(), challenge: verified.challenge, key })
    }
}

/// What a letter that holds has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// Its challenge was answered before: somebody sends what they once overheard, or sends twice.
    Nothing,
    /// A session.
    Session,
}

/// Writes down that this person came, or that their letter came again. One that comes again and again is counted.
pub fn record<S: Store>(fleet: &mut Fleet<S>, somebody: &SignedIn, opened: Opened, now: Now) {
    let (actor, subject) = (Actor::Person(somebody.person), Subject::Person(somebody.person));
    match opened {
        Opened::Session => {
            fleet.decide(Kind::SignIn, actor, subject, vec![], Outcome::Done, now.wall);
        }
        Opened::Nothing => {
            let repeated =
                Repeated { kind: Kind::SignIn, actor, subject, code: ANSWERED.into(), place: None };
            fleet.refused_repeatedly(repeated, 1, WINDOW, now);
        }
    }
}

/// The code under which a letter stands whose challenge was answered before.
const ANSWERED: &str = "control/challenge-answered";

/// Letters that come again are one entry, and one more for all others within so long.
const WINDOW: Duration = Duration::from_mins(1);

impl Refusal {
    /// `control/…`, or the letter's own code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Letter(refusal) => refusal.code(),
            Self::Stranger => "control/stranger",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Letter(refusal) => refusal.fmt(f),
            Self::Stranger => {
                f.write_str("the roster has no such person with such a key; ask whoever keeps the root")
            }
        }
    }
}

impl std::error::Error for Refusal {}
