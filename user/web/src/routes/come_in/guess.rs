//! Tries at a name: counted before anything is compared, and told to people once they are guessing.

use std::time::Duration;

use access::{
    account::folded,
    throttle::{Evaluated, Finding, Name},
};
use aws_lc_rs::digest::{SHA256, digest};
use control::{House, Now};
use vocab::PersonId;

use crate::{ask::ask, refusal::Refusal, route::Call};

/// One try at a name, from somewhere.
pub(super) struct Guess {
    name: Name,
    source: [u8; 16],
    now: Now,
}

impl Guess {
    pub(super) fn of(name: &str, call: &Call, now: Now) -> Self {
        Self { name: known_by(name), source: call.asking.source, now }
    }

    /// Counts it as a failure before anything is compared, so that of many at once no more are compared than of as
    /// many one after the other; coming in takes that back. Or says how long to wait. What is news comes with either.
    pub(super) fn begin(&self, call: &Call, exempt: bool) -> Result<Vec<Finding>, (Duration, Vec<Finding>)> {
        let Self { name, source, now } = *self;
        call.desk.throttle(|throttle| match throttle.wait(name, source, now.mono).filter(|_| !exempt) {
            Some(wait) => Err((wait, throttle.failed(name, source, Evaluated::No, now.mono))),
            None => Ok(throttle.failed(name, source, Evaluated::Yes, now.mono)),
        })
    }

    /// It was never compared, or is right and could not be stored: it is no try.
    pub(super) fn undo(&self, call: &Call) {
        call.desk.throttle(|throttle| throttle.undone(self.name, self.source));
    }

    /// Somebody came in: what was counted when they tried is taken back.
    pub(super) fn was_right(&self, call: &Call) {
        let Self { name, source, now } = *self;
        call.desk.throttle(|throttle| throttle.came_in(name, source, now.mono));
    }
}

/// Somebody did not come in: that is counted in the log, and told to people once it is guessing.
pub(super) async fn stayed_out(
    call: &Call,
    person: Option<PersonId>,
    found: Vec<Finding>,
) -> Result<(), Refusal> {
    let tell = move |fleet: &mut House, now| {
        fleet.stayed_out(Refusal::SignIn.code(), now);
        for found in found {
            fleet.guessed(person, found, now);
        }
    };
    ask(&call.desk, tell).await
}

/// By what a name is known to the throttle, whether anybody has it or not.
fn known_by(name: &str) -> Name {
    let digest = digest(&SHA256, folded(name).as_bytes());
    std::array::from_fn(|at| digest.as_ref()[at])
}
