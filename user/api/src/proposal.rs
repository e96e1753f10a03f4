//! What takes more than one person: an order, who consented to it, and who is missing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    word::{OrderKind, ProposalState, Severity},
};

/// Asks for the release of a latch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// The event that latched; left out where there is one latch alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Why, in the person's own words.
    pub reason: String,
}

/// A person's consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// The signed letter of the kind `consent`, over the digest that the person computed from the order.
    pub letter: String,
}

/// What a person's passkeys would sign to consent to a proposal (WebAuthn §5.5): user verification required.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// The order.
    pub order: String,
    /// What it asks for, in a sentence.
    pub sentence: String,
    /// The challenge: a digest of the consent.
    pub challenge: String,
    /// The relying party.
    pub rp: String,
    /// The passkeys of theirs that the roster pins to this page.
    pub passkeys: Vec<String>,
    /// Not after this.
    pub expires: Time,
}

/// What waits for people, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposals {
    /// The proposals.
    pub proposals: Vec<Proposal>,
    /// As of when.
    pub as_of: Time,
}

/// One proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    /// The order's id: `ord_…`.
    pub order: String,
    /// The order itself, deterministic CBOR, as people must read it before they sign it.
    pub order_cbor: String,
    /// For whom: what is signed names both.
    pub audience: Audience,
    /// What people call the device.
    pub label: String,
    /// Where it stands.
    pub site: String,
    /// What the order asks for.
    pub kind: OrderKind,
    /// The same in a sentence.
    pub sentence: String,
    /// The event that it is about.
    pub event: Option<String>,
    /// How bad that was.
    pub severity: Option<Severity>,
    /// Who proposed it.
    pub by: Person,
    /// When.
    pub at: Time,
    /// Why, in their own words.
    pub reason: String,
    /// Not after this.
    pub expires: Time,
    /// How far it has come.
    pub state: ProposalState,
    /// Who consented so far.
    pub consented: Vec<Person>,
    /// How many people it takes.
    pub needs: usize,
    /// What is still missing, or why nobody's signature completes it any more, in a sentence; empty if nothing is.
    pub missing: String,
}

/// For whom an order is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Audience {
    /// The fleet.
    pub fleet: String,
    /// The device.
    pub device: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Party")]
pub struct Person {
    /// `per_…`.
    pub id: String,
    /// What people call them.
    pub name: String,
}
