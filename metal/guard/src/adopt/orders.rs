//! Judges the orders of a state: each obeyed once, each with the consents that it needs, none against a latch.

use alloc::vec::Vec;

use crypto::{approved::Approved, signed::Verified};
use detect::Condition;
use vocab::{EventId, Posture, Severity, TamperKind};
use wire::v1::{DeviceState, Order, OrderKind, Roster, standing::Latch};

use super::Ground;
use crate::{posture, refusal::Refusal, work};

/// Orders that are to be obeyed now.
#[derive(Debug, Default)]
pub(super) struct Orders {
    pub(super) acknowledgements: Vec<Approved<Order>>,
    pub(super) releases: Vec<Approved<Order>>,
    pub(super) runs: Vec<Approved<Order>>,
}

/// One order that does not hold refuses the state.
pub(super) fn judge(
    state: &DeviceState,
    roster: &Verified<Roster>,
    ground: &Ground<'_>,
) -> Result<Orders, Refusal> {
    let mut orders = Orders::default();
    for (at, order) in state.orders.iter().enumerate() {
        if state.orders[..at].iter().any(|other| other.id == order.id) {
            return Err(Refusal::OrderTwice(order.id));
        }
        if ground.memory.standing.orders.contains(&order.id) {
            continue;
        }
        match &order.kind {
            OrderKind::Acknowledge(event) => {
                if latch(*event, ground).is_some() {
                    orders.acknowledgements.push(approved(order, roster, ground)?);
                }
            }
            OrderKind::ReleaseLatch { event, severity } => {
                // What does not latch needs no release: the fleet may have planned before it heard.
                if let Some(latch) = latch(*event, ground) {
                    orders.releases.push(release(order, *severity, latch, roster, ground)?);
                }
            }
            OrderKind::Run(_) => orders.runs.push(approved(order, roster, ground)?),
        }
    }
    for order in &orders.runs {
        against_posture(order, state, &orders.releases, ground)?;
    }
    Ok(orders)
}

fn latch<'a>(event: EventId, ground: &Ground<'a>) -> Option<&'a Latch> {
    ground.memory.standing.latches.iter().find(|latch| latch.event == event)
}

/// Reset needs the right event, a plan that had seen it, its cause gone, and people who did not open the device.
fn release(
    order: &Order,
    severity: Severity,
    latch: &Latch,
    roster: &Verified<Roster>,
    ground: &Ground<'_>,
) -> Result<Approved<Order>, Refusal> {
    if severity != latch.severity {
        return Err(Refusal::OtherSeverity { event: latch.event, ours: latch.severity, theirs: severity });
    }
    let seen = ground.memory.reaches(order.basis.cursor());
    if seen.is_none_or(|seen| seen < latch.position.seq) {
        return Err(Refusal::BeyondBasis(latch.event));
    }
    if !momentary(latch.kind) && (ground.condition)(&latch.zone) != Condition::Gone {
        return Err(Refusal::CausePresent(latch.zone.clone()));
    }
    let approved = approved(order, roster, ground)?;
    let opener =
        work::openers(latch, ground.memory, roster).find(|person| approved.people().contains(person));
    match opener {
        Some(person) => Err(Refusal::Opener(person)),
        None => Ok(approved),
    }
}

fn approved(
    order: &Order,
    roster: &Verified<Roster>,
    ground: &Ground<'_>,
) -> Result<Approved<Order>, Refusal> {
    Ok(Approved::verify(order.clone(), &ground.pins.audience, roster, ground.now.wall)?)
}

/// Undoing by an order what the posture demands would release a latch without its people.
fn against_posture(
    order: &Approved<Order>,
    state: &DeviceState,
    releases: &[Approved<Order>],
    ground: &Ground<'_>,
) -> Result<(), Refusal> {
    let OrderKind::Run(action) = &order.kind else { return Ok(()) };
    let stays = |latch: &&Latch| {
        let names = |order: &Approved<Order>| matches!(order.kind, OrderKind::ReleaseLatch { event, .. } if event == latch.event);
        !releases.iter().any(names)
    };
    let standing = &ground.memory.standing;
    let kept: Vec<&Latch> = standing.latches.iter().filter(stays).collect();
    let posture = kept.iter().map(|latch| latch.posture).fold(state.posture, Posture::stricter);
    let holds = kept.iter().flat_map(|latch| latch.holds.iter());
    if posture::acts(posture).iter().chain(holds).any(|held| action.undoes(held)) {
        return Err(Refusal::AgainstPosture(action.clone()));
    }
    Ok(())
}

/// What the guard noticed of letters, clocks and records is over when it is noticed.
const fn momentary(kind: TamperKind) -> bool {
    matches!(kind, TamperKind::ClockJumped | TamperKind::RecordDamaged | TamperKind::StateForged)
}
