//! The audit log, to be taken away and checked elsewhere.

use std::sync::Arc;

use access::Resource;
use api::Checkpoint;
use axum::{body::Body, http::StatusCode, response::Response};
use control::{export::Export, view};
use futures_util::stream;

use super::faulty;
use crate::{
    answer::{json, text},
    ask::ask,
    desk::Desk,
    refusal::Refusal,
    route::Call,
};

pub(super) async fn checkpoint(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let newest = ask(&call.desk, move |fleet, now| {
        asker.permit(fleet, Resource::Audit, now)?;
        let (note, size) = view::checkpoint(fleet);
        Ok::<_, Refusal>(Checkpoint { note, size })
    });
    Ok(json(StatusCode::OK, &newest.await??))
}

/// Piece by piece, as whoever reads takes it. An export that breaks off has no checkpoint at its end and verifies
/// nowhere.
pub(super) async fn export(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let begun = ask(&call.desk, move |fleet, now| {
        let permit = asker.permit(fleet, Resource::Audit, now)?;
        Ok::<_, Refusal>(Export::begin(fleet, &permit, now))
    });
    let begun = begun.await??.map_err(|asked| super::refused(&asked))?;
    let pieces = stream::try_unfold((call.desk, begun), async |(desk, mut export): (Arc<Desk>, Export)| {
        let (export, piece) = ask(&desk, move |fleet, _| {
            let piece = export.next(fleet);
            (export, piece)
        })
        .await?;
        let piece = piece.map_err(|fault| faulty(&fault))?;
        Ok::<_, Refusal>(piece.map(|piece| (piece, (desk, export))))
    });
    Ok(text(Body::from_stream(pieces)))
}
