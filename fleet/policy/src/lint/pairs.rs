//! What is wrong only between two documents or two rules.

use alloc::vec::Vec;

use super::{Lint, What};
use crate::{
    document::Document,
    rule::{Rule, Then},
};

pub(super) fn of(documents: &[Document], lints: &mut Vec<Lint>) {
    for (i, one) in documents.iter().enumerate() {
        for other in &documents[i + 1..] {
            if one.name == other.name {
                lints.push(Lint::new(one, What::DuplicateName));
            }
            settings(one, other, lints);
        }
    }
    let rules: Vec<_> = documents.iter().flat_map(|d| d.rules.iter().map(move |rule| (d, rule))).collect();
    for (i, one) in rules.iter().enumerate() {
        for (j, other) in rules.iter().enumerate() {
            if i != j && one.0.scope.meets(&other.0.scope) {
                responses(one, other, i < j, lints);
            }
        }
    }
}

/// Two documents of one rank decide one key differently for devices that both could cover.
fn settings(one: &Document, other: &Document, lints: &mut Vec<Lint>) {
    if one.scope.rank() != other.scope.rank() || !one.scope.meets(&other.scope) {
        return;
    }
    let mut keys = Vec::new();
    let mut compare = |key: &'static str, differ: bool| {
        if differ {
            keys.push(key);
        }
    };
    compare("arming", differ(one.arming.as_ref(), other.arming.as_ref()));
    compare("reflexes", differ(one.reflexes.as_ref(), other.reflexes.as_ref()));
    compare("interlocks", differ(one.interlocks.as_ref(), other.interlocks.as_ref()));
    compare("correlation", differ(one.correlation.as_ref(), other.correlation.as_ref()));
    compare("lease", differ(one.lease.as_ref(), other.lease.as_ref()));
    compare("reset", differ(one.reset.as_ref(), other.reset.as_ref()));
    let severities = one.severities.iter().any(|(kind, a)| differ(Some(a), other.severities.get(kind)));
    compare("severities", severities);
    keys.extend(one.tuning.disagrees(&other.tuning));
    for key in keys {
        lints.push(Lint::new(one, What::Contradiction { key, other: other.name.clone() }));
    }
}

fn differ<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

fn responses(one: &(&Document, &Rule), other: &(&Document, &Rule), first: bool, lints: &mut Vec<Lint>) {
    let ((document, rule), (its_document, its)) = (one, other);
    if first && rule.when.meets(&its.when) {
        let undone =
            rule.then.orders.iter().filter(|act| act.inverse().is_some_and(|i| its.then.orders.contains(&i)));
        let both = undone.map(|act| What::ActAndInverse(act.clone(), its.name.clone()));
        lints.extend(both.map(|what| Lint::of_rule(document, &rule.name, what)));
    }
    // Of two equal rules the later one adds nothing.
    let equal = rule.when == its.when && includes(&rule.then, &its.then);
    let covered = its.when.covers(&rule.when) && includes(&its.then, &rule.then) && !(equal && first);
    let wherever = its_document.scope.sites.is_empty() && its_document.scope.labels.is_empty();
    if covered && (wherever || its_document.scope == document.scope) {
        lints.push(Lint::of_rule(document, &rule.name, What::AddsNothing(its.name.clone())));
    }
}

/// Whether `wide` does all that `then` does.
fn includes(wide: &Then, then: &Then) -> bool {
    wide.posture >= then.posture
        && wide.identity >= then.identity
        && wide.notify >= then.notify
        && then.orders.iter().all(|act| wide.orders.contains(act))
}
