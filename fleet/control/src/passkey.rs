//! What a person's passkey is asked to sign in a page, and its answer made into their consent.
//!
//! The fleet only carries it: whether the answer holds, the roster decides here and once more on the device. A page is
//! the fleet's, so a passkey proves that this person meant to sign, and not what the page told them.

use access::Permit;
use crypto::{
    hex,
    passkey::{Assertion, Passkey},
    signed::ToAssert,
};
use plan::Proposal;
use store::Store;
use vocab::{Label, OrderId, PersonId, Wall};

use crate::{
    door,
    fleet::{Asked, Fleet, Now},
    view,
};

/// What a page passes to `navigator.credentials.get`, with user verification `required`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The challenge: the same for each of the person's passkeys.
    pub challenge: [u8; 32],
    /// Those that the roster gives to the person; a page offers the ones of its own origin.
    pub passkeys: Vec<Pinned>,
    /// What the order asks for, in words.
    pub sentence: String,
    /// Not after this.
    pub expires: Wall,
}

/// A passkey as the roster pins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Its credential id.
    pub credential: Vec<u8>,
    /// `rpId`.
    pub relying_party: String,
    /// The page that may ask it: `window.location.origin`.
    pub origin: String,
}

/// What the page is handed back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `rawId`.
    pub credential: Vec<u8>,
    /// `response.authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `response.clientDataJSON`.
    pub client_data: Vec<u8>,
    /// `response.signature`.
    pub signature: Vec<u8>,
}

/// What this person's passkeys would sign to consent to this proposal.
pub fn question<S: Store>(
    fleet: &Fleet<S>,
    order: OrderId,
    person: PersonId,
    now: Now,
) -> Result<Question, Asked> {
    let shown = view::proposal(fleet, order, now).ok_or(Asked::NoProposal(order))?;
    let to_sign = ToAssert::new(&proposal(fleet, order)?.consenting(person));
    let passkeys: Vec<_> = passkeys(fleet, person).iter().map(pinned).collect();
    if passkeys.is_empty() {
        return Err(Asked::NoPasskey(person));
    }
    let challenge = to_sign.challenge().0;
    Ok(Question { challenge, passkeys, sentence: shown.sentence, expires: shown.expires })
}

/// Takes the consent that a passkey of the permit's person signed.
pub fn consent<S: Store>(
    fleet: &mut Fleet<S>,
    permit: &Permit,
    order: OrderId,
    answer: &Answer,
    now: Now,
) -> Result<(), Asked> {
    let person = permit.person();
    let to_sign = ToAssert::new(&proposal(fleet, order)?.consenting(person));
    let mut known = passkeys(fleet, person).iter();
    let passkey = known.find(|one| one.credential.as_bytes() == answer.credential);
    let key = passkey.ok_or(Asked::NoPasskey(person))?.key.id();
    let Answer { authenticator_data, client_data, signature, .. } = answer;
    let letter = to_sign.finish(key, &Assertion { authenticator_data, client_data, signature });
    door::consent(fleet, permit, order, letter.bytes().to_vec(), now)
}

/// What the page of a fleet writes down of a new passkey for whoever holds the root: a small file, which
/// `wrale root sign --people` reads. It is a claim until the root signs it.
pub fn record(person: PersonId, name: &Label, passkey: &Passkey) -> String {
    let Passkey { key, relying_party, origin, credential } = passkey;
    let (credential, key) = (hex::encode(credential.as_bytes()), hex::encode(key.as_bytes()));
    format!(
        "wrale-passkey/v1\nname {name}\nperson {person}\nrelying-party {relying_party}\norigin {origin}\n\
         credential {credential}\nkey {key}\n"
    )
}

fn proposal<S: Store>(fleet: &Fleet<S>, order: OrderId) -> Result<&Proposal, Asked> {
    fleet.proposals().find(|one| one.order().id == order).ok_or(Asked::NoProposal(order))
}

fn passkeys<S: Store>(fleet: &Fleet<S>, person: PersonId) -> &[Passkey] {
    let known = fleet.setup().roster.people.iter().find(|known| known.id == person);
    known.map_or(&[], |known| &known.passkeys)
}

fn pinned(passkey: &Passkey) -> Pinned {
    Pinned {
        credential: passkey.credential.as_bytes().to_vec(),
        relying_party: passkey.relying_party.to_string(),
        origin: passkey.origin.to_string(),
    }
}
