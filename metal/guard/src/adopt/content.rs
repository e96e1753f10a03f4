//! What no state may hold, whoever signed it.

use vocab::{Action, ActionClass, InterlockRule, Posture, ReflexRule, tamper::Verification};
use wire::v1::{DeviceState, OrderKind};

use crate::{memory::Memory, refusal::Refusal, respond};

/// Most lines of a reflex table, most acts of a line, and most different acts that a table holds in force.
const LINES: usize = 16;
const ACTS: usize = 8;

/// Most lines of an interlock table.
const INTERLOCKS: usize = 32;

/// Refuses what cannot be obeyed as it stands.
pub(super) fn check(state: &DeviceState, memory: &Memory) -> Result<(), Refusal> {
    if state.floor > state.generation {
        return Err(Refusal::FloorAboveGeneration { floor: state.floor, generation: state.generation });
    }
    reflexes(&state.reflexes)?;
    interlocks(&state.interlocks)?;
    let leased = state.lease.map_or(Posture::Normal, |lease| lease.afterwards);
    let ordered = state.orders.iter().any(|order| order.kind == OrderKind::Run(Action::Wipe));
    let wiped = memory.standing.least == Posture::Wiped;
    // The end of a lease is nobody's decision, so it never destroys.
    if leased == Posture::Wiped || (state.posture == Posture::Wiped && !ordered && !wiped) {
        return Err(Refusal::WipeUnordered);
    }
    Ok(())
}

fn reflexes(table: &[ReflexRule]) -> Result<(), Refusal> {
    let mut held: alloc::vec::Vec<&Action> =
        table.iter().flat_map(|rule| &rule.actions).filter(|action| respond::holds(action)).collect();
    held.sort();
    held.dedup();
    let long = table.iter().any(|rule| rule.actions.len() > ACTS);
    if table.len() > LINES || held.len() > ACTS || long {
        return Err(Refusal::ReflexTooLong);
    }
    for rule in table {
        // A posture is not verified act by act, so no reflex takes the last one.
        if rule.posture == Posture::Wiped {
            return Err(Refusal::ReflexIrreversible(Action::Wipe));
        }
        let irreversible = rule.actions.iter().find(|action| action.class() == ActionClass::Irreversible);
        if let (Some(action), Verification::Single) = (irreversible, rule.verification) {
            return Err(Refusal::ReflexIrreversible(action.clone()));
        }
    }
    Ok(())
}

fn interlocks(rules: &[InterlockRule]) -> Result<(), Refusal> {
    if rules.len() > INTERLOCKS {
        return Err(Refusal::ReflexTooLong);
    }
    for instead in rules.iter().filter_map(|rule| rule.instead.as_ref()) {
        let hazardous = rules.iter().any(|rule| rule.withholds == *instead);
        if hazardous || instead.class() == ActionClass::Irreversible {
            return Err(Refusal::AlternativeUnsafe(instead.clone()));
        }
    }
    Ok(())
}
