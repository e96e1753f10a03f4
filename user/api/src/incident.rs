//! An incident: one sentence first, then the probable cause, how sure we are, and what to do first.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    word::{Arrival, IncidentKind, IncidentState, Outcome, Severity, Worth},
};

/// Says what an incident was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// What it was.
    pub outcome: Outcome,
    /// In the person's own words.
    pub reason: String,
}

/// Incidents, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incidents {
    /// The incidents.
    pub incidents: Vec<Incident>,
    /// Ask with `after=` this for those before them; none: there are none.
    pub next: Option<String>,
    /// As of when.
    pub as_of: Time,
}

/// One incident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// `inc_…`.
    pub id: String,
    /// What it is about.
    pub kind: IncidentKind,
    /// How far it has come.
    pub state: IncidentState,
    /// How bad.
    pub severity: Severity,
    /// What happened, in one sentence.
    pub sentence: String,
    /// The probable cause, in one sentence.
    pub cause: String,
    /// How sure we are, from 0 to 1.
    pub confidence: f64,
    /// What a person should do first.
    pub first_action: String,
    /// At which site; none if at several or unknown.
    pub site: Option<String>,
    /// The boxes.
    pub boxes: Vec<Involved>,
    /// When the fleet opened it.
    pub opened: Time,
    /// How many seconds ago that was.
    pub age_seconds: u64,
    /// When the first thing of it happened.
    pub first: Time,
    /// When the last thing of it happened.
    pub last: Time,
    /// How it ended.
    pub closing: Option<Closing>,
}

/// A box in an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Involved {
    /// `dev_…`.
    pub device: String,
    /// What people call it.
    pub label: Option<String>,
}

/// How an incident ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Closing {
    /// What it was.
    pub outcome: Outcome,
    /// Who says so: `per_…`.
    pub by: String,
    /// In their words.
    pub reason: String,
    /// When.
    pub at: Time,
}

/// One incident with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct IncidentDetail {
    /// The incident.
    #[serde(flatten)]
    pub incident: Incident,
    /// The chain of evidence in words, for each box.
    pub explained: Vec<Explained>,
    /// What devices wrote and what the fleet did, in one order.
    pub timeline: Vec<Line>,
    /// Whether the timeline is all there is; false: the journals hold more than one answer does.
    pub complete: bool,
}

/// One box's part of an explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Explained {
    /// What people call the box.
    pub name: String,
    /// The chain, link by link.
    pub links: Vec<String>,
}

/// One line of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// When.
    pub at: Time,
    /// What that time is worth.
    pub worth: Worth,
    /// Which device says so; none: the fleet does.
    pub device: Option<String>,
    /// In which entry of its journal.
    pub entry: Option<u64>,
    /// Whether that came when it happened.
    pub arrival: Option<Arrival>,
    /// What, in words.
    pub text: String,
}
