//! Who somebody is: a challenge of ours, signed with a key that the roster gives to that person.
//!
//! It opens a session and decides nothing else; what a session may is asked for each request. Letters are believed
//! at the door, before anything waits for them: whoever has no key takes nobody's turn and fills no log.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use audit::{Actor, Kind, Outcome, Subject};
use crypto::{
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
}

/// Knows the people of the roster by their keys. It asks nobody, so any thread may hold a copy; all copies know the
/// newest roster that the fleet obeys, as soon as that is stored.
#[derive(Clone, Debug)]
pub struct Gate {
    audience: Audience,
    roster: Arc<Mutex<Arc<Verified<Roster>>>>,
}

impl Gate {
    /// Of this fleet.
    pub fn of(setup: &Setup) -> Self {
        let roster = Arc::new(Mutex::new(Arc::new(setup.roster.clone())));
        Self { audience: Audience::fleet(setup.fleet.clone()), roster }
    }

    /// The root signed a newer one, and the fleet obeys it.
    pub(crate) fn renew(&self, roster: &Verified<Roster>) {
        *self.roster.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(roster.clone());
    }

    fn roster(&self) -> Arc<Verified<Roster>> {
        Arc::clone(&self.roster.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The version of the roster.
    pub fn version(&self) -> u64 {
        self.roster().version
    }

    /// Whether somebody stands on the roster.
    pub fn knows(&self, person: PersonId) -> bool {
        self.roster().people.iter().any(|known| known.id == person)
    }

    /// The passkeys with which somebody may consent.
    pub fn passkeys(&self, person: PersonId) -> Vec<Passkey> {
        let roster = self.roster();
        let known = roster.people.iter().find(|known| known.id == person);
        known.map(|known| known.passkeys.clone()).unwrap_or_default()
    }

    /// Believes a letter, or says why not. Whether its challenge is a good one, whoever gave it knows.
    pub fn believe(&self, letter: Vec<u8>) -> Result<SignedIn, Refusal> {
        let letter = Signed::<SignIn>::parse(letter).map_err(Refusal::Letter)?;
        let claimed = letter.claimed().map_err(Refusal::Letter)?.person;
        let roster = self.roster();
        let person = roster.people.iter().find(|known| known.id == claimed).ok_or(Refusal::Stranger)?;
        let key = person.keys.iter().find(|key| key.id() == letter.key_id()).ok_or(Refusal::Stranger)?;
        let verified = letter.verify(key, &self.audience).map_err(Refusal::Letter)?;
        Ok(SignedIn { person: person.id, name: person.name.clone(), challenge: verified.challenge })
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
