//! What accepted entries change in a device's record.

use incident::Said;
use vocab::{Action, ActionClass, Cause, OrderId, Outcome, Severity, Wall};
use wire::v1::{
    Body,
    body::{Adoption, Change, Work},
};

use crate::record::{Adopted, Latched, LetIn, Record, Weighed};

/// Most orders that are remembered as done; the device itself remembers its own.
const DONE_LIMIT: usize = 256;

/// Most latches that are told apart. A device keeps fewer; the identity of one that says otherwise is suspended for
/// good after as many, so nothing is lost with those beyond.
const LATCHES_LIMIT: usize = 64;

/// Most zones of one work order that are told apart.
const ZONES_LIMIT: usize = 64;

/// Most acts that orders hold in force at once.
const ORDERED_LIMIT: usize = 64;

/// Reads one entry into the record; true if it can make a difference to what is planned.
pub(crate) fn read(record: &mut Record, said: &Said) -> bool {
    match &said.body {
        Some(Body::Adopted(Adoption::Adopted { generation, state, .. })) => {
            record.adopt(Adopted { seq: said.position.seq, generation: *generation, state: *state });
            return true;
        }
        Some(Body::Adopted(Adoption::Proved { generation, checkpoint })) => {
            record.proved = *generation;
            record.remembered = checkpoint.size;
        }
        // What it remembers, whatever it once had: a damage may have taken it.
        Some(Body::Standing(standing)) => {
            record.proved = standing.proved;
            record.remembered = standing.seen.map_or(record.anchored, |seen| seen.size);
        }
        Some(Body::Event(event)) => record.weigh(Weighed { event: event.id, severity: event.severity }),
        Some(Body::Change(Change::Latched { zone, event, posture, .. })) => {
            // The event stands before its latch; one that is no longer remembered counts as the worst.
            let weighed = record.events.iter().rfind(|weighed| weighed.event == *event);
            let severity = weighed.map_or(Severity::Critical, |weighed| weighed.severity);
            let (zone, posture, at) = (zone.clone(), *posture, said.position.cursor());
            record.latches.retain(|latch| latch.event != *event);
            if record.latches.len() < LATCHES_LIMIT {
                let wall = said.at.wall;
                record.latches.push(Latched { event: *event, severity, zone, at, posture, wall });
            }
            return true;
        }
        Some(Body::Change(Change::Released { event, order, .. })) => {
            record.latches.retain(|latch| latch.event != *event);
            if let Some(order) = order {
                done(record, *order);
            }
            return true;
        }
        Some(Body::Change(Change::Acknowledged { order, .. })) => {
            done(record, *order);
            return true;
        }
        Some(Body::Work(work)) => worked(record, work, said.at.wall),
        Some(Body::Receipt(receipt)) => {
            if let Cause::Order(order) = receipt.cause {
                obeyed(record, order, &receipt.action, &receipt.outcome);
                return true;
            }
        }
        _ => {}
    }
    false
}

/// Who was let in, where and when: they do not reset what happened there.
fn worked(record: &mut Record, work: &Work, at: Wall) {
    match work {
        Work::Opened { order, holder, zones, from, until, .. } => {
            let (order, holder) = (*order, *holder);
            let zones = zones.iter().take(ZONES_LIMIT).cloned().collect();
            record.let_in(LetIn {
                order,
                holder,
                zones,
                opened: at,
                closed: None,
                from: *from,
                until: *until,
            });
        }
        Work::Closed(order, _) => {
            if let Some(work) = record.works.iter_mut().rfind(|work| work.order == *order) {
                work.closed = Some(at);
            }
        }
        Work::Refused(..) => {}
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
        if record.ordered.len() < ORDERED_LIMIT {
            record.ordered.push(action.clone());
        }
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
