//! Asks the fleet's thread and waits for its answer, which comes after the commit.

use std::sync::Arc;

use control::{
    Fault, House, Now, Stopped,
    view::{LOOKS, Most, Piece},
};
use tokio::sync::oneshot;

use crate::{desk::Desk, refusal::Refusal, routes::faulty};

/// Asks about one thing; what comes back is stored by then.
pub(crate) async fn ask<R: Send + 'static>(
    desk: &Arc<Desk>,
    job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
) -> Result<R, Refusal> {
    question(desk, 1, job).await
}

/// Asks for a piece of a list, in which so much is looked at as one question may.
pub(crate) async fn look<R: Send + 'static>(
    desk: &Arc<Desk>,
    job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
) -> Result<R, Refusal> {
    question(desk, LOOKS, job).await
}

/// Asks for a list piece by piece, until enough is found or the list is at its end; gives also as of when. Between two
/// pieces the fleet's thread is free for others.
pub(crate) async fn gather<T: Send + 'static, K: Send + 'static>(
    desk: &Arc<Desk>,
    mut from: Option<K>,
    enough: usize,
    piece: impl Fn(&mut House, Option<K>, Most, Now) -> Result<Piece<T, K>, Fault> + Clone + Send + 'static,
) -> Result<(Vec<T>, Now), Refusal> {
    let mut all = vec![];
    loop {
        let (piece, most) = (piece.clone(), Most::found(enough - all.len()));
        let job = move |fleet: &mut House, now: Now| (piece(fleet, from, most, now), now);
        let (piece, now) = look(desk, job).await?;
        let Piece { found, next } = piece.map_err(|fault| faulty(&fault))?;
        all.extend(found);
        if next.is_none() || all.len() >= enough {
            return Ok((all, now));
        }
        from = next;
    }
}

async fn question<R: Send + 'static>(
    desk: &Arc<Desk>,
    looks: usize,
    job: impl FnOnce(&mut House, Now) -> R + Send + 'static,
) -> Result<R, Refusal> {
    let (tell, told) = oneshot::channel();
    // Whoever asked may have hung up by then, and that is nothing to the fleet.
    desk.facade.question(looks, job, move |answer| drop(tell.send(answer)));
    match told.await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(Stopped::Crowded)) => Err(Refusal::Overasked),
        Ok(Err(stopped)) => Err(Refusal::Stopped { code: stopped.code() }),
        Err(_) => Err(Refusal::Stopped { code: "web/stopped" }),
    }
}
