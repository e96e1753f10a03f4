//! Whether the fleet's two listeners can be reached from here.

use std::time::Duration;

use tls::{Call, Ended};
use tokio::time::timeout;

use super::chart::Chart;
use crate::{Config, Fleet, Mistake, Problem, clock::Trusted, enrol::Talk, run::Sockets};

/// How long a listener may take.
const WITHIN: Duration = Duration::from_secs(5);

/// Calls both, one after the other.
pub(super) fn look(config: &Config, fleet: &Fleet, chart: &mut Chart) {
    let sockets = match Sockets::open() {
        Ok(sockets) => sockets,
        Err(failure) => return chart.look("fleet", &failure),
    };
    match calls(config, fleet) {
        Ok([enrolment, hardware]) => sockets.handle.block_on(async {
            enrol(&enrolment, chart).await;
            knock(&hardware, chart).await;
        }),
        Err(mistake) => chart.wrong("fleet", &mistake),
    }
}

fn calls(config: &Config, fleet: &Fleet) -> Result<[Call; 2], Mistake> {
    let (suites, clock) = (config.suites()?, Trusted::default());
    let brief = |call| Call { within: WITHIN, ..call };
    Ok([brief(fleet.enrolment(&suites, &clock)?), brief(fleet.hardware(None, &suites, &clock)?)])
}

/// The listener that asks for no certificate is called as a newcomer calls it, and told nothing.
async fn enrol(call: &Call, chart: &mut Chart) {
    let subject = format!("enrolment at {}", call.address);
    match timeout(WITHIN, Talk::open(call.clone())).await {
        Ok(Ok(_)) => chart.ok(&subject, &"it answers, and it is this fleet's"),
        Ok(Err(problem)) if may_pass(&problem) => {
            chart.look(&subject, &format_args!("not reached: {problem}"));
        }
        Ok(Err(problem)) => chart.wrong(&subject, &problem),
        Err(_) => chart.look(&subject, &format_args!("not reached: {}", tls::Fault::Unreachable)),
    }
}

/// The other one lets nobody speak without a certificate, and that stays with the daemon.
async fn knock(call: &Call, chart: &mut Chart) {
    let subject = format!("hardware at {}", call.address);
    match call.knock().await {
        Ok(_) => chart.ok(&subject, &"reached"),
        Err(problem) => chart.look(&subject, &format_args!("not reached: {problem}")),
    }
}

/// A network or a fleet may come back; what was written down wrong stays wrong.
fn may_pass(problem: &Problem) -> bool {
    !matches!(problem, Problem::Call(Ended::Failed(tls::Problem::Refusal(_))) | Problem::Foreign(_))
}
