//! Sites: where boxes stand.

use std::collections::BTreeMap;

use access::Resource;
use api::{Sites, site::Site};
use axum::{http::StatusCode, response::Response};
use control::view::HealthState;
use vocab::SiteName;

use crate::{answer::json, refusal::Refusal, route::Call};

/// Counted of the boxes that whoever asks may see: a site without any is none to them.
pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let roll = call.desk.rolls.read(&call.desk).await?;
    let mut sites: BTreeMap<&SiteName, Site> = BTreeMap::new();
    for one in roll.boxes.iter().filter(|one| asker.may(Resource::Device(one.id, one.site.clone()))) {
        let site = sites.entry(&one.site).or_insert_with(|| none(&one.site));
        site.devices += 1;
        *match one.health {
            HealthState::Good => &mut site.good,
            HealthState::Attention => &mut site.attention,
            HealthState::Alarm => &mut site.alarm,
            HealthState::Unknown => &mut site.unknown,
        } += 1;
    }
    let sites = Sites { sites: sites.into_values().collect(), as_of: roll.now.wall.to_string() };
    Ok(json(StatusCode::OK, &sites))
}

fn none(site: &SiteName) -> Site {
    Site { site: site.to_string(), devices: 0, good: 0, attention: 0, alarm: 0, unknown: 0 }
}
