//! What accepted entries change in a device's record.

use incident::Said;
use vocab::{Action, ActionClass, Cause, OrderId, Outcome, Severity};
use wire::v1::{
    Body,
    body::{Adoption, Change},
};

use crate::dossier::{Adopted, Latched, Record, Weighed};

/// Most orders that are remembered as done; the device itself remembers its own.
const DONE_LIMIT: usize = 256;

/// Reads one entry into the record.
pub(crate) fn read(record: &mut Record, said: &Said) {
    match &said.body {
        Some(Body::Adopted(Adoption::Adopted { generation, state, .. })) => {
            record.adopt(Adopted { seq: said.position.seq, generation: *generation, state: *state });
        }
        Some(Body::Adopted(Adoption::Proved { generation, checkpoint })) => {
            record.proved = *generation;
            record.remembered = checkpoint.size;
        }
        Some(Body::Event(event)) => record.weigh(Weighed { event: event.id, severity: event.severity }),
        Some(Body::Change(Change::Latched { zone, event, posture, .. })) => {
            // The event stands before its latch; one that is no longer remembered counts as the worst.
            let weighed = record.events.iter().rfind(|weighed| weighed.event == *event);
            let severity = weighed.map_or(Severity::Critical, |weighed| weighed.severity);
            let (zone, posture, at) = (zone.clone(), *posture, said.position.cursor());
            record.latches.retain(|latch| latch.event != *event);
            record.latches.push(Latched { event: *event, severity, zone, at, posture });
        }
        Some(Body::Change(Change::Released { event, order, .. })) => {
            record.latches.retain(|latch| latch.event != *event);
            order.iter().for_each(|order| done(record, *order));
        }
        Some(Body::Change(Change::Acknowledged { order, .. })) => done(record, *order),
        Some(Body::Receipt(receipt)) => {
            if let Cause::Order(order) = receipt.cause {
                obeyed(record, order, &receipt.action, &receipt.outcome);
            }
        }
        _ => {}
    }
}

fn obeyed(record: &mut Record, order: OrderId, action: &Action, outcome: &Outcome) {
    if matches!(outcome, Outcome::Intended) {
        return;
    }
    done(record, order);
    let in_force = matches!(outcome, Outcome::Done | Outcome::Unverified);
    if in_force && action.class() == ActionClass::Reversible {
        record.ordered.retain(|held| Some(held) != action.inverse().as_ref() && held != action);
        record.ordered.push(action.clone());
    }
}

fn done(record: &mut Record, order: OrderId) {
    if record.done.contains(&order) {
        return;
    }
    if record.done.len() == DONE_LIMIT {
        record.done.remove(0);
    }
    record.done.push(order);
}
