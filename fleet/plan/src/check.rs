//! Plan → a plan that may be signed, or every reason why not.
//!
//! Judges each state by the facts alone, as if another planner had made it. Taking devices out of a plan never makes
//! it refused.

use alloc::{collections::BTreeSet, vec::Vec};
use core::ops::Deref;

use vocab::{Action, Posture};
use wire::v1::{Order, OrderKind};

use crate::{
    facts::{DeviceFacts, Facts, Standing},
    planner::{acts, own},
    refusal::Refusal,
    value::{Plan, Planned, Sanction},
};

mod blast;
mod consents;
mod forecast;
mod sound;

/// Proof that what it holds was checked; made by [`check`] alone.
#[derive(Debug, PartialEq, Eq)]
pub struct Checked<T>(T);

impl<T> Checked<T> {
    /// What was checked, alone; the proof ends here.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Judges a plan by the facts that it was made from, and by a person's decision over it if there is one.
pub fn check(plan: Plan, facts: &Facts, sanction: Option<&Sanction>) -> Result<Checked<Plan>, Vec<Refusal>> {
    let mut refusals = Vec::new();
    for planned in &plan.devices {
        let known = facts.devices.iter().find(|device| device.id() == planned.state.device);
        let Some(device) = known.filter(|device| device.standing != Standing::Revoked) else {
            refusals.push(Refusal::Outsider(planned.state.device));
            continue;
        };
        sound::state(planned, device, &mut refusals);
        consents::people(planned, device, facts, &mut refusals);
        if !sanction.is_some_and(|sanction| sanction.covers(planned)) {
            forecast::effects(planned, device, facts, &mut refusals);
        }
    }
    sound::rotations(&plan, facts, &mut refusals);
    blast::radius(&plan, facts, sanction, &mut refusals);
    if refusals.is_empty() { Ok(Checked(plan)) } else { Err(refusals) }
}

/// The part of a plan that may be signed now, and why the whole may not: a slip in a document must not keep an opened
/// box from being contained.
///
/// Of the devices beyond a ceiling the first by id go first, and the others follow when these have proved that they
/// are well. Whoever waits is still told what it gave cause for itself, and what people asked for it.
pub fn part(
    plan: &Plan,
    facts: &Facts,
    sanction: Option<&Sanction>,
) -> (Option<Checked<Plan>>, Vec<Refusal>) {
    let refusals = match check(plan.clone(), facts, sanction) {
        Ok(checked) => return (Some(checked), Vec::new()),
        Err(refusals) => refusals,
    };
    let mut wait: BTreeSet<_> = refusals.iter().filter_map(Refusal::device).collect();
    if let Some(others) = plan.without(&wait) {
        wait.extend(blast::beyond(&others, facts, sanction));
    }
    let waiting = facts.devices.iter().filter(|device| wait.contains(&device.id()));
    let own = waiting.filter_map(|device| own(facts, device)).collect();
    let narrowed = plan.instead(&wait, own);
    let rest = narrowed.and_then(|narrowed| match check(narrowed.clone(), facts, sanction) {
        Ok(checked) => Some(checked),
        Err(still) => {
            let named = still.iter().filter_map(Refusal::device).collect();
            check(narrowed.without(&named)?, facts, sanction).ok()
        }
    });
    (rest, refusals)
}

/// Whether a state changes a device by itself: because a document or an event elsewhere says so, not because the
/// device latched, not because people consented to it or asked for it.
///
/// Such changes are counted against the ceilings until the device has proved that it is well under them.
pub fn propagates(planned: &Planned, device: &DeviceFacts) -> bool {
    let (state, Some(last)) = (&planned.state, device.signed.as_ref().map(|letter| &letter.state)) else {
        return false;
    };
    let arming = state.arming != last.arming && device.asked != Some(state.arming);
    let tables =
        state.tuning != last.tuning || state.reflexes != last.reflexes || state.interlocks != last.interlocks;
    let drawn_in = state.posture > last.posture.stricter(device.own_posture());
    arming || tables || drawn_in || own_orders(planned, device).any(|order| !undoes(order, device))
}

/// The orders that no person consented to and that the last state did not hold.
fn own_orders<'a>(planned: &'a Planned, device: &'a DeviceFacts) -> impl Iterator<Item = &'a Order> {
    let last = device.signed.as_ref().map(|letter| &letter.state.orders);
    let new = move |order: &&Order| !last.is_some_and(|last| last.iter().any(|old| old.id == order.id));
    planned.state.orders.iter().filter(new).filter(|order| order.consents.is_empty())
}

/// Whether it only takes back what an order did.
fn undoes(order: &Order, device: &DeviceFacts) -> bool {
    act(order).and_then(Action::inverse).is_some_and(|inverse| device.ordered.contains(&inverse))
}

const fn act(order: &Order) -> Option<&Action> {
    if let OrderKind::Run(action) = &order.kind { Some(action) } else { None }
}

/// The acts that the device will do because of this state: new orders, and what a stricter posture keeps in force.
fn acts_of<'a>(planned: &'a Planned, device: &'a DeviceFacts) -> impl Iterator<Item = &'a Action> {
    let held = if planned.state.posture > device.posture {
        acts(planned.state.posture)
    } else {
        acts(Posture::Normal)
    };
    let already = acts(device.posture);
    let last = device.signed.as_ref().map(|letter| &letter.state.orders);
    let new = move |order: &&Order| !last.is_some_and(|last| last.iter().any(|old| old.id == order.id));
    let ordered = planned.state.orders.iter().filter(new).filter_map(act);
    held.iter().filter(|action| !already.contains(action)).chain(ordered)
}

#[cfg(test)]
pub(crate) mod tests;
