//! Sites: where boxes stand.

use access::Kind;
use api::{Sites, site::Site};
use axum::{http::StatusCode, response::Response};
use control::view::HealthState;

use crate::{answer::json, refusal::Refusal, roll, route::Call};

/// Counted of the boxes that whoever asks may see: a site without any is none to them.
pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let roll = call.desk.rolls.read(&call.desk).await?;
    let sites = roll.seen_by(|site| asker.sees_at(Kind::Device, site));
    let sites = sites.iter().map(|site| shown(site)).collect();
    Ok(json(StatusCode::OK, &Sites { sites, as_of: roll.now.wall.to_string() }))
}

fn shown(one: &roll::Site) -> Site {
    let of = |health| one.boxes.iter().filter(|one| one.health == health).count() as u64;
    Site {
        site: one.name.to_string(),
        devices: one.boxes.len() as u64,
        good: of(HealthState::Good),
        attention: of(HealthState::Attention),
        alarm: of(HealthState::Alarm),
        unknown: of(HealthState::Unknown),
    }
}
