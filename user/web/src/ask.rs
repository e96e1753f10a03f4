//! Asks the fleet's thread and waits for its answer, which comes after the commit.

use std::sync::Arc;

use control::{House, Now};
use tokio::sync::oneshot;

use crate::{desk::Desk, refusal::Refusal};

/// Asks; what comes back is stored by then.
pub(crate) async fn ask<R: Send + 'static>(
    desk: &Arc<Desk>,
    job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
) -> Result<R, Refusal> {
    let (tell, told) = oneshot::channel();
    // Whoever asked may have hung up by then, and that is nothing to the fleet.
    desk.facade.ask(job, move |answer| drop(tell.send(answer)));
    match told.await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(stopped)) => Err(Refusal::Stopped { code: stopped.code() }),
        Err(_) => Err(Refusal::Stopped { code: "web/stopped" }),
    }
}
