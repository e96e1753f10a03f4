//! The reflex: an event against the table, without network and without question.
//!
//! Reversible acts at once; recoverable ones too, unless what judged the event is itself on trial; irreversible
//! ones only where two independent groups say so while armed. Interlocks are judged where the act is done.

use alloc::vec::Vec;

use vocab::{
    Action, ActionClass, Arming, Posture, ReflexRule, TamperEvent, TamperKind,
    tamper::{Authority, Verification},
};

use crate::severity::on_guard;

/// What the device does about an event by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Response {
    /// The posture to keep at least, until the event is released.
    pub(crate) posture: Option<Posture>,
    /// Done once, in this order: these have no inverse.
    pub(crate) once: Vec<Action>,
    /// Held in force until the event is released.
    pub(crate) holds: Vec<Action>,
    /// Only recorded, because what is new is on trial.
    pub(crate) log_only: Vec<Action>,
}

/// Whether tuning and reflex table have proved themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trial {
    /// They have.
    Over,
    /// They are new.
    Soaking,
}

/// Judges one event.
pub(crate) fn respond(event: &TamperEvent, table: &[ReflexRule], arming: Arming, trial: Trial) -> Response {
    let mut response = Response::default();
    if event.authority == Authority::Authorised || !on_guard(arming) {
        return response;
    }
    let soaks = trial == Trial::Soaking && !decisive(event.kind);

    for rule in table.iter().filter(|rule| applies(rule, event)) {
        let posture = if soaks { rule.posture.min(Posture::Isolated) } else { rule.posture };
        response.posture = response.posture.max(Some(posture));
        if posture < rule.posture {
            add(&mut response.log_only, &Action::LatchVault);
        }
        for action in &rule.actions {
            match action.class() {
                ActionClass::Irreversible if !ripe(event, arming) => {}
                ActionClass::Recoverable if soaks => add(&mut response.log_only, action),
                _ if holds(action) => add(&mut response.holds, action),
                _ => add(&mut response.once, action),
            }
        }
    }
    response
}

/// Acts that stay in force until their inverse is done.
pub(crate) const fn holds(action: &Action) -> bool {
    matches!(action, Action::Isolate | Action::LatchVault | Action::LockUsb | Action::StopUnit(_))
}

fn applies(rule: &ReflexRule, event: &TamperEvent) -> bool {
    event.severity >= rule.severity && event.verification >= rule.verification
}

/// Never the reflex of one sensor group, and never of a device that is not on duty.
fn ripe(event: &TamperEvent, arming: Arming) -> bool {
    event.verification == Verification::Verified && arming == Arming::Armed
}

/// Lid and loop need no soak: no tuning makes a switch say that it is open.
const fn decisive(kind: TamperKind) -> bool {
    matches!(kind, TamperKind::LidOpened | TamperKind::LoopCut | TamperKind::LoopShorted)
}

fn add(actions: &mut Vec<Action>, action: &Action) {
    if !actions.contains(action) {
        actions.push(action.clone());
    }
}

#[cfg(test)]
mod tests;
