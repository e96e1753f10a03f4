//! Tries at a name: counted before anything is compared, and told to people once they are guessing.

use std::time::Duration;

use access::{
    Account,
    account::folded,
    throttle::{Evaluated, Finding, Name, Try},
};
use aws_lc_rs::digest::{SHA256, digest};
use control::{House, Now};
use vocab::PersonId;

use crate::{ask::ask, refusal::Refusal, route::Call};

/// One try at a name, from somewhere.
pub(super) struct Guess {
    by: Try,
    now: Now,
}

impl Guess {
    pub(super) fn of(name: &str, account: Option<&Account>, call: &Call, now: Now) -> Self {
        let browser = call.asking.browser.and_then(|word| call.desk.browsers.known(&word, account, now.wall));
        Self { by: Try { name: known_by(name), source: call.asking.source, browser }, now }
    }

    /// Counts it as a failure before anything is compared, so that of many at once no more are compared than of as
    /// many one after the other; coming in takes that back. Or says how long to wait. What is news comes with either.
    pub(super) fn begin(&self, call: &Call, exempt: bool) -> Result<Vec<Finding>, (Duration, Vec<Finding>)> {
        let Self { by, now } = self;
        call.desk.throttle(|throttle| {
            if exempt || throttle.wait(by, now.mono).is_none() {
                return Ok(throttle.failed(by, Evaluated::Yes, now.mono));
            }
            // It counts before they are told, so that what they are told holds.
            let found = throttle.failed(by, Evaluated::No, now.mono);
            Err((throttle.wait(by, now.mono).unwrap_or_default(), found))
        })
    }

    /// It was never compared, or is right and could not be stored: it is no try.
    pub(super) fn undo(&self, call: &Call) {
        call.desk.throttle(|throttle| throttle.undone(&self.by, self.now.mono));
    }

    /// Somebody came in: what was counted when they tried is taken back.
    pub(super) fn was_right(&self, call: &Call) {
        call.desk.throttle(|throttle| throttle.came_in(&self.by, self.now.mono));
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
