//! Acts that no document may want, or not like this.

use alloc::vec::Vec;

use vocab::{Action, ActionClass, InterlockRule, Posture, ReflexRule, Severity, unit::Permille};

use super::{Lint, What};
use crate::{
    document::Document,
    rule::{Identity, IncidentKind, Rule, Then, Undo},
};

pub(super) fn of(document: &Document, lints: &mut Vec<Lint>) {
    let mut add = |what| lints.push(Lint::new(document, what));
    reflexes(document.reflexes.as_deref().unwrap_or_default(), &mut add);
    interlocks(document.interlocks.as_deref().unwrap_or_default(), &mut add);
    terms(document, &mut add);
    document.tuning.passage.chime.iter().flatten().for_each(|zone| add(What::OnlyChimes(zone.clone())));
    for rule in &document.rules {
        response(rule, &mut |what| lints.push(Lint::of_rule(document, &rule.name, what)));
    }
}

fn reflexes(lines: &[ReflexRule], add: &mut impl FnMut(What)) {
    for (i, line) in lines.iter().enumerate() {
        if line.posture == Posture::Wiped || line.actions.iter().any(is_irreversible) {
            add(What::Irreversible("a reflex"));
        }
        line.actions.iter().filter(|act| relaxes(act)).for_each(|act| add(What::Relaxes(act.clone())));
        let covered =
            |(j, other): (usize, &ReflexRule)| j != i && covers(other, line) && (j < i || other != line);
        if lines.iter().enumerate().any(covered) {
            add(What::ReflexAddsNothing(line.severity));
        }
    }
}

/// Whether `wide` fires whenever `line` does, and does at least as much.
fn covers(wide: &ReflexRule, line: &ReflexRule) -> bool {
    wide.severity <= line.severity
        && wide.verification <= line.verification
        && wide.posture >= line.posture
        && line.actions.iter().all(|act| wide.actions.contains(act))
}

fn interlocks(lines: &[InterlockRule], add: &mut impl FnMut(What)) {
    for line in lines {
        match &line.instead {
            None => add(What::NoAlternative(line.withholds.clone())),
            Some(act) if is_irreversible(act) => add(What::Irreversible("an alternative of an interlock")),
            Some(act) if lines.iter().any(|other| other.withholds == *act) => {
                add(What::HazardousAlternative(act.clone()));
            }
            Some(_) => {}
        }
    }
}

fn terms(document: &Document, add: &mut impl FnMut(What)) {
    if let Some(ceilings) = document.ceilings {
        for (key, share) in [("fleet", ceilings.fleet), ("site", ceilings.site)] {
            if share >= Permille::ONE {
                add(What::CeilingOfEverything(key));
            }
        }
    }
    if document.reset.is_some_and(|reset| reset.people < 2 || reset.from > Severity::High) {
        add(What::ResetWeakerThanDevice);
    }
    if document.lease.is_some_and(|lease| lease.afterwards == Posture::Wiped) {
        add(What::Irreversible("the end of a lease"));
    }
}

fn response(rule: &Rule, add: &mut impl FnMut(What)) {
    let Rule { when, then, .. } = rule;
    if *then == (Then { undo: then.undo, ..Then::default() }) {
        add(What::NoResponse);
    }
    if !when.tamper.is_empty() && !when.incident.is_empty() && !when.incident.contains(&IncidentKind::Tamper)
    {
        add(What::NeverFires);
    }
    if then.posture == Posture::Wiped {
        add(What::Irreversible("the posture `wiped`"));
    }
    // Nobody may count on what nothing here reads.
    if then.identity == Identity::Suspended {
        add(What::Unheeded("suspend"));
    }
    if then.notify.is_some() {
        add(What::Unheeded("notify"));
    }
    for act in &then.orders {
        if is_irreversible(act) {
            add(What::Irreversible("an order"));
        } else if relaxes(act) {
            add(What::Relaxes(act.clone()));
        } else if act.inverse().is_none() && then.undo == Undo::ByInverse {
            add(What::WithoutInverse(act.clone()));
        }
        if act.inverse().is_some_and(|inverse| then.orders.contains(&inverse)) {
            add(What::ActAndInverse(act.clone(), rule.name.clone()));
        }
    }
}

fn is_irreversible(action: &Action) -> bool {
    action.class() == ActionClass::Irreversible
}

/// Acts that give something back. Starting a unit is not one of them: a watchman may be started.
const fn relaxes(action: &Action) -> bool {
    matches!(action, Action::RearmVault | Action::Rejoin | Action::UnlockUsb)
}
