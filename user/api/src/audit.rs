//! The audit log. The export itself is text; see `wrale audit verify`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    word::{Arming, Posture},
};

/// The newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Checkpoint {
    /// The signed note (C2SP tlog-checkpoint). Keep it: a later export must contain it.
    pub note: String,
    /// How many records it covers.
    pub size: u64,
}

/// What to ask for entries `after`, to begin with the first.
pub const START: &str = "start";

/// Entries, newest first; oldest first where they were asked for `after` another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entries {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Ask with `before=` this, or with `after=` this where that was asked, for those that follow; none: there are none.
    pub next: Option<String>,
    /// How many entries the newest checkpoint covers.
    pub size: u64,
}

/// One entry: a decision, or a state as it was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Where it stands in the log.
    pub index: u64,
    /// The step of the house that decided; `state` for a state.
    pub kind: String,
    /// What was decided, in words that fit what was done and what was refused.
    pub what: String,
    /// When; a state was signed then.
    pub at: Option<Time>,
    /// Who decided.
    pub by: Option<String>,
    /// About whom or what.
    pub about: Option<String>,
    /// The id of a device, an incident, an order or a plan that it is about.
    pub about_id: Option<String>,
    /// The code with which it was refused; none: it was done.
    pub refused: Option<String>,
    /// In a person's own words.
    pub reason: Option<String>,
    /// The digests of what it was decided from.
    pub inputs: Vec<String>,
    /// Whether what concerned people was erased; the leaf stays what it was.
    pub erased: bool,
    /// What a state tells its device; none for a decision.
    pub state: Option<SignedState>,
}

/// What a state tells its device, as it was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignedState {
    /// Its generation.
    pub generation: u64,
    /// Up to which entry of the device's journal the plan had seen.
    pub basis: u64,
    /// The arming state.
    pub arming: Arming,
    /// The posture that the fleet wants.
    pub posture: Posture,
    /// What the device is to do once.
    pub orders: Vec<String>,
    /// How many secrets it is given, each sealed to it.
    pub secrets: usize,
    /// How long it holds without contact.
    pub until: Option<Time>,
}

/// An entry with all that its leaf is made of: SHA-256(`wrale.leaf.v1` ‖ length and text of the kind ‖ salt ‖
/// SHA-256(record)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EntryDetail {
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// What hides the leaf.
    pub salt: String,
    /// The record's own bytes.
    pub record: String,
    /// The data of the leaf.
    pub leaf: String,
}

/// Where an entry stands under the newest checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Which entry.
    pub entry: u64,
    /// From the entry to the root (RFC 9162 §2.1.3).
    pub path: Vec<String>,
    /// The checkpoint, a signed note.
    pub note: String,
    /// How many entries it covers.
    pub size: u64,
    /// The size of the checkpoint that whoever asks remembers; zero: none.
    pub from: u64,
    /// From that one to this (RFC 9162 §2.1.4).
    pub consistency: Vec<String>,
}
