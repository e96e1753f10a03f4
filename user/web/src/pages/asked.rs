//! What people asked for some boxes, as far as whoever reads may see it.

use std::collections::BTreeSet;

use api::Proposal;
use control::{
    House,
    view::{self, ProposalView},
};
use vocab::DeviceId;

use super::{reader::Reader, release};
use crate::{ask::gather, refusal::Refusal, route::Call, show};

/// The proposals about these boxes, oldest first.
pub(super) async fn about(
    call: &Call,
    reader: &Reader,
    boxes: BTreeSet<DeviceId>,
) -> Result<Vec<Proposal>, Refusal> {
    let about = move |fleet: &mut House, after, most, now| {
        Ok(view::proposals(fleet, after, most, now, |device| boxes.contains(&device)))
    };
    let (found, _) = gather(&call.desk, None, usize::MAX, about).await?;
    let seen = found.iter().filter(|one: &&ProposalView| release::sees(reader, one));
    Ok(seen.map(show::proposal).collect())
}
