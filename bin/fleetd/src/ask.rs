//! Asks the fleet's thread, from an async task.

use control::{Facade, House, Now, Stopped};
use tokio::sync::oneshot;

/// Asks; what comes back is stored by then.
pub(crate) async fn ask<R: Send + 'static>(
    facade: &Facade,
    job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
) -> Result<R, Stopped> {
    let (tell, told) = oneshot::channel();
    // Whoever asked may be gone by then, and that is nothing to the fleet.
    facade.ask(job, move |answer| drop(tell.send(answer)));
    told.await.unwrap_or(Err(Stopped::Gone))
}
