//! What is wrong with documents before any device hears of them.
//!
//! An error keeps a set of documents out of force; advice does not.

use alloc::{collections::BTreeSet, string::String, vec::Vec};
use core::fmt;

use vocab::{Action, Label, Severity, SiteName, UnitName, ZoneName};

use crate::{document::Document, word};

mod acts;
mod names;
mod pairs;

/// The names that exist, so that a slip of the pen is seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The sites of the fleet.
    pub sites: BTreeSet<SiteName>,
    /// The labels of its devices.
    pub labels: BTreeSet<Label>,
    /// The services that its devices run.
    pub units: BTreeSet<UnitName>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lint {
    /// The document in which it stands.
    pub document: Label,
    /// The rule in which it stands, where it stands in one.
    pub rule: Option<Label>,
    /// What it is.
    pub what: What,
}

/// How much a lint weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look.
    Advice,
    /// Keeps the documents out of force.
    Error,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// This act and its inverse are both wanted, by this rule or by this other one.
    ActAndInverse(Action, Label),
    /// Another rule already does all of it, whenever this one would fire.
    AddsNothing(Label),
    /// A share of 100 % is no ceiling.
    CeilingOfEverything(&'static str),
    /// Two documents as narrow as each other set this key for the same devices.
    Contradiction {
        /// The key.
        key: &'static str,
        /// The other document.
        other: Label,
    },
    /// Two documents, or two rules of one document, have one name.
    DuplicateName,
    /// What is done instead of a hazardous act is withheld by a table of this document too.
    HazardousAlternative(Action),
    /// An act that nobody can undo, where only people may decide it.
    Irreversible(&'static str),
    /// The rule has no response.
    NoResponse,
    /// A hazardous act with nothing that is done instead.
    NoAlternative(Action),
    /// The condition names tampering and only incidents that hold none.
    NeverFires,
    /// What happens in this zone is recorded, and nothing there ever latches.
    OnlyChimes(ZoneName),
    /// A line of the reflex table that a line with a lower threshold already covers.
    ReflexAddsNothing(Severity),
    /// A response can only tighten.
    Relaxes(Action),
    /// Fewer people, or only from a higher severity, than every device demands by itself.
    ResetWeakerThanDevice,
    /// An act without an inverse, by a rule that does not say `undo: by-hand`.
    WithoutInverse(Action),
    /// This version reads the key and does nothing by it.
    Unheeded(&'static str),
    /// No device has this label.
    UnknownLabel(Label),
    /// There is no such site.
    UnknownSite(SiteName),
    /// No device runs this unit.
    UnknownUnit(UnitName),
}

/// Everything that is wrong with these documents together, by document, rule and kind.
pub fn lint(documents: &[Document], known: &Known) -> Vec<Lint> {
    let mut lints = Vec::new();
    for document in documents {
        names::of(document, known, &mut lints);
        acts::of(document, &mut lints);
    }
    pairs::of(documents, &mut lints);
    lints.sort();
    lints.dedup();
    lints
}

impl Lint {
    fn new(document: &Document, what: What) -> Self {
        Self { document: document.name.clone(), rule: None, what }
    }

    fn of_rule(document: &Document, rule: &Label, what: What) -> Self {
        Self { document: document.name.clone(), rule: Some(rule.clone()), what }
    }

    /// How much it weighs.
    pub const fn level(&self) -> Level {
        match self.what {
            What::AddsNothing(_)
            | What::NoAlternative(_)
            | What::OnlyChimes(_)
            | What::ReflexAddsNothing(_)
            | What::UnknownLabel(_)
            | What::UnknownUnit(_) => Level::Advice,
            _ => Level::Error,
        }
    }

    /// `policy/<reason>`.
    pub const fn code(&self) -> &'static str {
        match self.what {
            What::ActAndInverse(..) => "policy/act-and-inverse",
            What::AddsNothing(_) => "policy/adds-nothing",
            What::CeilingOfEverything(_) => "policy/ceiling-of-everything",
            What::Contradiction { .. } => "policy/contradiction",
            What::DuplicateName => "policy/duplicate-name",
            What::HazardousAlternative(_) => "policy/hazardous-alternative",
            What::Irreversible(_) => "policy/irreversible",
            What::NeverFires => "policy/never-fires",
            What::NoAlternative(_) => "policy/no-alternative",
            What::NoResponse => "policy/no-response",
            What::OnlyChimes(_) => "policy/only-chimes",
            What::ReflexAddsNothing(_) => "policy/reflex-adds-nothing",
            What::Relaxes(_) => "policy/relaxes",
            What::ResetWeakerThanDevice => "policy/reset-weaker-than-device",
            What::Unheeded(_) => "policy/unheeded",
            What::UnknownLabel(_) => "policy/unknown-label",
            What::UnknownSite(_) => "policy/unknown-site",
            What::UnknownUnit(_) => "policy/unknown-unit",
            What::WithoutInverse(_) => "policy/without-inverse",
        }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document `{}`", self.document)?;
        if let Some(rule) = &self.rule {
            write!(f, ", rule `{rule}`")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spell = |action: &Action| -> String { word::spell(action) };
        match self {
            Self::ActAndInverse(action, other) => {
                write!(f, "`{}` is undone by what rule `{other}` orders; keep one of them", spell(action))
            }
            Self::AddsNothing(other) => write!(f, "rule `{other}` already does all of it; remove one"),
            Self::CeilingOfEverything(key) => {
                write!(f, "`ceilings.{key}: 100%` is no ceiling; name a share that the fleet can lose")
            }
            Self::Contradiction { key, other } => {
                write!(
                    f,
                    "`{key}` is also set by document `{other}` for the same devices; narrow one of the scopes"
                )
            }
            Self::DuplicateName => {
                f.write_str("another has the same name; explanations could not tell them apart")
            }
            Self::HazardousAlternative(action) => {
                write!(f, "`{}` is itself withheld by an interlock; name a safe alternative", spell(action))
            }
            Self::Irreversible(place) => {
                write!(f, "{place} destroys data, which two people decide and no document; remove it")
            }
            Self::NeverFires => f.write_str(
                "it names tampering and only incidents that hold none, so it can never fire; add `tamper`",
            ),
            Self::NoAlternative(action) => {
                write!(f, "when `{}` is withheld nothing happens; name what is done `instead`", spell(action))
            }
            Self::NoResponse => f.write_str("it fires and does nothing; give it a response or remove it"),
            Self::OnlyChimes(zone) => write!(
                f,
                "`tuning.passage.chime` names the zone `{zone}`: what happens there is recorded, and nothing there latches"
            ),
            Self::ReflexAddsNothing(severity) => {
                write!(
                    f,
                    "the reflex from `{}` on is covered by a lower line; remove it",
                    word::Word::word(*severity)
                )
            }
            Self::Relaxes(action) => write!(
                f,
                "`{}` relaxes the device, which takes a proof and people; a response can only tighten",
                spell(action)
            ),
            Self::ResetWeakerThanDevice => {
                f.write_str("every device demands two people from `high` on; ask for no less")
            }
            Self::Unheeded(key) => write!(
                f,
                "this version does nothing by `{key}`; remove it, and count on what the house does by itself: \
                 tampering, forks and forgeries of `high` suspend an identity, and every incident is told as it is"
            ),
            Self::UnknownLabel(label) => {
                write!(f, "no device has the label `{label}`, so it concerns nobody yet")
            }
            Self::UnknownSite(site) => write!(f, "there is no site `{site}`; correct the name"),
            Self::UnknownUnit(unit) => write!(f, "no device runs the unit `{unit}`; the act will fail"),
            Self::WithoutInverse(action) => {
                write!(f, "`{}` has no inverse; say `undo: by-hand` if somebody will go there", spell(action))
            }
        }
    }
}

#[cfg(test)]
mod tests;
