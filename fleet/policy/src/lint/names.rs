//! Names that do not exist, or exist twice.

use alloc::{collections::BTreeSet, vec::Vec};

use vocab::{Action, UnitName};

use super::{Known, Lint, What};
use crate::document::Document;

pub(super) fn of(document: &Document, known: &Known, lints: &mut Vec<Lint>) {
    let sites = document.scope.sites.difference(&known.sites).cloned().map(What::UnknownSite);
    let labels = document.scope.labels.difference(&known.labels).cloned().map(What::UnknownLabel);
    lints.extend(sites.chain(labels).map(|what| Lint::new(document, what)));

    let reflexes = document.reflexes.iter().flatten().flat_map(|rule| &rule.actions);
    lints.extend(reflexes.filter_map(|act| stranger(act, known)).map(|what| Lint::new(document, what)));

    let mut seen = BTreeSet::new();
    for rule in &document.rules {
        let units = rule.then.orders.iter().filter_map(|act| stranger(act, known));
        lints.extend(units.map(|what| Lint::of_rule(document, &rule.name, what)));
        if !seen.insert(&rule.name) {
            lints.push(Lint::of_rule(document, &rule.name, What::DuplicateName));
        }
    }
}

fn stranger(action: &Action, known: &Known) -> Option<What> {
    let unknown = |unit: &UnitName| (!known.units.contains(unit)).then(|| What::UnknownUnit(unit.clone()));
    match action {
        Action::StartUnit(unit) | Action::StopUnit(unit) => unknown(unit),
        _ => None,
    }
}
