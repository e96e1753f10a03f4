//! From documents and facts to what is wanted of one device, each part with the rule that decided it.
//!
//! A setting is decided by the narrowest document that names it; a response by all rules that fire, the strictest
//! of them. The same documents in another order decide the same.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::fmt;

use vocab::{
    Action, Arming, DeviceId, IncidentId, InterlockRule, Label, Posture, ReflexRule, Severity, SiteName,
    TamperKind, Tuning,
    tamper::{Authority, Verification},
    unit::Permille,
};

use crate::{
    document::{Ceilings, Correlation, Document, LeaseTerms, Reset},
    rule::{Identity, IncidentKind, Rule, Undo},
};

/// One device, as documents know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Which.
    pub device: DeviceId,
    /// Where it stands.
    pub site: SiteName,
    /// Its labels.
    pub labels: BTreeSet<Label>,
}

/// What is true of one device now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The device.
    pub subject: Subject,
    /// The arming state that it last reported.
    pub arming: Arming,
    /// The incidents that it is part of and that are not over.
    pub incidents: Vec<IncidentFacts>,
}

/// What is true of one incident now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentFacts {
    /// Which.
    pub id: IncidentId,
    /// What it is about.
    pub kind: IncidentKind,
    /// The kinds of tampering in it.
    pub tamper: BTreeSet<TamperKind>,
    /// How bad it is.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Permille,
    /// Whether two sensor groups said so.
    pub verification: Verification,
    /// Whether somebody was let in.
    pub authority: Authority,
}

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Because {
    /// The house itself, where no document says anything.
    Baseline(&'static str),
    /// A setting of this document.
    Document(Label),
    /// This rule of this document.
    Rule {
        /// The document's name.
        document: Label,
        /// The rule's name.
        rule: Label,
    },
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Baseline(why) => f.write_str(why),
            Self::Document(name) => write!(f, "document `{name}` says so"),
            Self::Rule { document, rule } => write!(f, "rule `{rule}` of document `{document}` says so"),
        }
    }
}

/// A decision and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided<T> {
    /// What was decided.
    pub value: T,
    /// By whom.
    pub because: Because,
}

/// An act that rules want, for one incident.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedOrder {
    /// The act.
    pub action: Action,
    /// For what.
    pub incident: IncidentId,
    /// How it is undone.
    pub undo: Undo,
}

/// Everything that is wanted of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The arming state, where no person asks for another.
    pub arming: Decided<Arming>,
    /// Every threshold.
    pub tuning: Tuning,
    /// Which document set each threshold that is not the default.
    pub tuned: BTreeMap<&'static str, Because>,
    /// The reflex table.
    pub reflexes: Decided<Vec<ReflexRule>>,
    /// The interlock table.
    pub interlocks: Decided<Vec<InterlockRule>>,
    /// The posture.
    pub posture: Decided<Posture>,
    /// The acts, by incident.
    pub orders: Vec<Decided<WantedOrder>>,
    /// The identity.
    pub identity: Decided<Identity>,
    /// How loudly people are told; none: not at all.
    pub notify: Option<Decided<Severity>>,
    /// The lease; none: the state holds until another comes.
    pub lease: Option<Decided<LeaseTerms>>,
    /// What it takes to release a latch.
    pub reset: Decided<Reset>,
}

/// What is wanted of this device.
pub fn evaluate(documents: &[Document], facts: &Facts) -> Wanted {
    let applying = Applying::to(documents, &facts.subject);
    let (tuning, tuned) = applying.tuning();
    let fired = applying.fired(facts);
    Wanted {
        arming: applying.setting(|d| d.arming, || (Arming::Commissioning, NOBODY_ARMS)),
        tuning,
        tuned,
        reflexes: applying.setting(|d| d.reflexes.clone(), || (ReflexRule::defaults(), DEFAULT)),
        interlocks: applying.setting(|d| d.interlocks.clone(), || (Vec::new(), DEFAULT)),
        posture: posture(&fired),
        orders: orders(&fired),
        identity: identity(&fired, facts),
        notify: notify(&fired),
        lease: applying.said(|d| d.lease),
        reset: applying.setting(|d| d.reset, || (Reset::default(), DEFAULT)),
    }
}

/// How many devices of this site, and of the fleet, one cause may change: the tightest of all that speak of it.
pub fn ceilings(documents: &[Document], site: &SiteName) -> Ceilings {
    let spoken = documents.iter().filter(|d| d.scope.covers_site(site)).filter_map(|d| d.ceilings);
    spoken.reduce(Ceilings::tighter).unwrap_or_default()
}

/// What counts as one incident at this site; documents for some labels do not speak of sites.
pub fn correlation(documents: &[Document], site: &SiteName) -> Decided<Correlation> {
    Applying::at(documents, site).setting(|d| d.correlation, || (Correlation::default(), DEFAULT))
}

/// How bad an incident of this kind is at this site, where its events do not say.
pub fn severity(documents: &[Document], site: &SiteName, kind: IncidentKind) -> Decided<Severity> {
    Applying::at(documents, site).setting(|d| d.severities.get(&kind).copied(), || (kind.severity(), DEFAULT))
}

const DEFAULT: &str = "no document says otherwise";
const NOBODY_ARMS: &str = "no document says how it is armed, so it records everything and latches nothing";
const NO_INCIDENT: &str = "no rule fires";
const SEVERE: &str =
    "tampering, forks and forgeries of high severity suspend an identity, whatever documents say";

/// The documents that apply, narrowest first; of equals the first by name.
struct Applying<'a>(Vec<&'a Document>);

impl<'a> Applying<'a> {
    fn to(documents: &'a [Document], subject: &Subject) -> Self {
        Self::sorted(documents.iter().filter(|d| d.scope.covers(subject)))
    }

    fn at(documents: &'a [Document], site: &SiteName) -> Self {
        Self::sorted(documents.iter().filter(|d| d.scope.labels.is_empty() && d.scope.covers_site(site)))
    }

    fn sorted(documents: impl Iterator<Item = &'a Document>) -> Self {
        let mut documents: Vec<_> = documents.collect();
        documents.sort_by(|a, b| b.scope.rank().cmp(&a.scope.rank()).then_with(|| a.name.cmp(&b.name)));
        Self(documents)
    }

    fn said<T>(&self, read: impl Fn(&Document) -> Option<T>) -> Option<Decided<T>> {
        let decide =
            |d: &&Document| Some(Decided { value: read(d)?, because: Because::Document(d.name.clone()) });
        self.0.iter().find_map(decide)
    }

    fn setting<T>(
        &self,
        read: impl Fn(&Document) -> Option<T>,
        baseline: impl Fn() -> (T, &'static str),
    ) -> Decided<T> {
        self.said(read).unwrap_or_else(|| {
            let (value, why) = baseline();
            Decided { value, because: Because::Baseline(why) }
        })
    }

    /// Widest first, so that the narrower document writes over the wider one.
    fn tuning(&self) -> (Tuning, BTreeMap<&'static str, Because>) {
        let (mut tuning, mut tuned) = (Tuning::default(), BTreeMap::new());
        for document in self.0.iter().rev() {
            document.tuning.apply(&mut tuning);
            let keys = document.tuning.keys().into_iter();
            tuned.extend(keys.map(|key| (key, Because::Document(document.name.clone()))));
        }
        (tuning, tuned)
    }

    fn fired<'f>(&self, facts: &'f Facts) -> Vec<Fired<'a, 'f>> {
        let mut fired = Vec::new();
        for incident in &facts.incidents {
            for document in &self.0 {
                let met = document.rules.iter().filter(|rule| rule.when.matches(incident, facts.arming));
                fired.extend(met.map(|rule| Fired { document, rule, incident }));
            }
        }
        fired
    }
}

/// A rule whose condition an incident meets.
struct Fired<'a, 'f> {
    document: &'a Document,
    rule: &'a Rule,
    incident: &'f IncidentFacts,
}

impl Fired<'_, '_> {
    fn because(&self) -> Because {
        Because::Rule { document: self.document.name.clone(), rule: self.rule.name.clone() }
    }
}

/// The greatest of what the rules say; of equals, whoever said it first.
fn greatest<T: Ord>(fired: &[Fired], read: impl Fn(&Fired) -> Option<T>) -> Option<Decided<T>> {
    let mut best: Option<Decided<T>> = None;
    for rule in fired {
        let Some(value) = read(rule) else { continue };
        if best.as_ref().is_none_or(|best| value > best.value) {
            best = Some(Decided { value, because: rule.because() });
        }
    }
    best
}

fn posture(fired: &[Fired]) -> Decided<Posture> {
    let tightening =
        |fired: &Fired| Some(fired.rule.then.posture).filter(|posture| *posture > Posture::Normal);
    greatest(fired, tightening)
        .unwrap_or(Decided { value: Posture::Normal, because: Because::Baseline(NO_INCIDENT) })
}

fn notify(fired: &[Fired]) -> Option<Decided<Severity>> {
    greatest(fired, |fired| fired.rule.then.notify)
}

fn orders(fired: &[Fired]) -> Vec<Decided<WantedOrder>> {
    let mut orders: BTreeMap<(IncidentId, Action), Decided<WantedOrder>> = BTreeMap::new();
    for rule in fired {
        for action in &rule.rule.then.orders {
            let order =
                WantedOrder { action: action.clone(), incident: rule.incident.id, undo: rule.rule.then.undo };
            let decided = Decided { value: order, because: rule.because() };
            orders.entry((rule.incident.id, action.clone())).or_insert(decided);
        }
    }
    orders.into_values().collect()
}

fn identity(fired: &[Fired], facts: &Facts) -> Decided<Identity> {
    let suspends = |fired: &Fired| Some(fired.rule.then.identity).filter(|i| *i == Identity::Suspended);
    if let Some(decided) = greatest(fired, suspends) {
        return decided;
    }
    let severe = |incident: &IncidentFacts| {
        incident.authority == Authority::Unauthorised
            && incident.severity >= Severity::High
            && matches!(incident.kind, IncidentKind::Fork | IncidentKind::Forgery | IncidentKind::Tamper)
    };
    if facts.incidents.iter().any(severe) {
        return Decided { value: Identity::Suspended, because: Because::Baseline(SEVERE) };
    }
    Decided { value: Identity::Keeps, because: Because::Baseline(NO_INCIDENT) }
}

#[cfg(test)]
mod tests;
