//! Who somebody is: a challenge of ours, signed with a key that the roster gives to that person.
//!
//! It opens a session and decides nothing else; what a session may is asked for each request.

use audit::{Actor, Kind, Outcome, Subject};
use crypto::signed::{Audience, Signed};
use store::Store;
use vocab::{Label, Nonce, PersonId};
use wire::v1::sign_in::SignIn;

use crate::fleet::{Fleet, Now};

/// Why somebody is not believed; to whoever asked it is one and the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The letter answers another challenge.
    Challenge,
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

/// Somebody who is who they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub person: PersonId,
    /// What the roster calls them.
    pub name: Label,
}

/// What a letter claims.
pub fn claimed(letter: &[u8]) -> Result<Claim, Refusal> {
    let letter = Signed::<SignIn>::parse(letter.to_vec()).and_then(|letter| letter.claimed());
    let SignIn { person, challenge, .. } = letter.map_err(Refusal::Letter)?;
    Ok(Claim { person, challenge })
}

/// Believes a letter that answers this challenge, and writes down that this person came.
///
/// A letter that no key of the roster signed is not written down: whoever has no key fills no log.
pub fn sign_in<S: Store>(
    fleet: &mut Fleet<S>,
    letter: Vec<u8>,
    challenge: Nonce,
    now: Now,
) -> Result<SignedIn, Refusal> {
    let letter = Signed::<SignIn>::parse(letter).map_err(Refusal::Letter)?;
    let claimed = letter.claimed().map_err(Refusal::Letter)?;
    let setup = fleet.setup();
    let person =
        setup.roster.people.iter().find(|known| known.id == claimed.person).ok_or(Refusal::Stranger)?;
    let key = person.keys.iter().find(|key| key.id() == letter.key_id()).ok_or(Refusal::Stranger)?;
    let (id, name, audience) = (person.id, person.name.clone(), Audience::fleet(setup.fleet.clone()));
    let verified = letter.verify(key, &audience).map_err(Refusal::Letter)?;
    let answer = if verified.challenge == challenge { Ok(()) } else { Err(Refusal::Challenge) };
    let outcome =
        answer.as_ref().map_or_else(|refusal| Outcome::Refused(refusal.code().into()), |()| Outcome::Done);
    fleet.decide(Kind::SignIn, Actor::Person(id), Subject::Person(id), vec![], outcome, now.wall);
    answer.map(|()| SignedIn { person: id, name })
}

impl Refusal {
    /// `control/…`, or the letter's own code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Challenge => "control/other-challenge",
            Self::Letter(refusal) => refusal.code(),
            Self::Stranger => "control/stranger",
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Challenge => {
                f.write_str("the letter answers another challenge; sign the one that you were given")
            }
            Self::Letter(refusal) => refusal.fmt(f),
            Self::Stranger => {
                f.write_str("the roster has no such person with such a key; ask whoever keeps the root")
            }
        }
    }
}

impl std::error::Error for Refusal {}
