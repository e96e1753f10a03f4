//! Join tokens.

use std::time::Duration;

use access::Resource;
use api::{Token, token::TokenFor};
use axum::{http::StatusCode, response::Response};
use control::door;
use crypto::hex;
use vocab::SiteName;

use super::{devices::words, refused};
use crate::{answer::json, ask::ask, refusal::Refusal, route::Call};

pub(super) async fn issue(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let TokenFor { site, label, minutes } = call.read()?;
    let site: SiteName = site
        .parse()
        .map_err(|bad: vocab::name::BadName| Refusal::Value { field: "site", what: bad.to_string() })?;
    let label = label.map(|label| words("label", &label)).transpose()?;
    let life = minutes.map(|minutes| Duration::from_secs(60 * u64::from(minutes)));
    let issued = ask(&call.desk, move |fleet, now| {
        let permit = asker.permit(fleet, Resource::Token(site.clone()), now)?;
        let issued = door::token(fleet, &permit, label, life, now).map_err(|asked| refused(&asked))?;
        Ok::<_, Refusal>(Token {
            token: hex::encode(&issued.secret),
            site: site.to_string(),
            until: issued.until.to_string(),
        })
    });
    Ok(json(StatusCode::CREATED, &issued.await??))
}
