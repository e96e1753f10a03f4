//! Services: whose credentials people ended.

use access::Resource;
use api::service::{Revoke, Revoked, Services};
use axum::{http::StatusCode, response::Response};
use control::{House, Now};
use vocab::{Label, ServiceName, name::BadName};

use super::{devices::words, refused};
use crate::{answer::json, ask::ask, refusal::Refusal, route::Call};

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let services = ask(&call.desk, move |fleet, now| {
        asker.permit(fleet, Resource::Service, now)?;
        Ok::<_, Refusal>(shown(fleet, now))
    });
    Ok(json(StatusCode::OK, &services.await??))
}

pub(super) async fn revoke(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let Revoke { reason } = call.read()?;
    let bad = |bad: BadName| Refusal::Value { field: "service", what: bad.to_string() };
    let service: ServiceName = call.parameter.parse().map_err(bad)?;
    words("reason", &reason)?;
    // A service has no id by which the log could name it.
    let named = format!("{service}: ");
    let left = Label::LIMIT.saturating_sub(named.len());
    let long = |_| Refusal::Value {
        field: "reason",
        what: format!("it stands beside the name of the service in the log: {left} bytes are left for it"),
    };
    let reason = Label::new(&format!("{named}{reason}")).map_err(long)?;
    let revoked = ask(&call.desk, move |fleet, now| {
        let permit = asker.permit(fleet, Resource::Service, now)?;
        fleet.revoke_service(&permit, service, reason, now).map_err(|asked| refused(&asked))
    });
    revoked.await??;
    // What was decided is stored by now.
    let services = ask(&call.desk, |fleet, now| shown(fleet, now)).await?;
    Ok(json(StatusCode::OK, &services))
}

fn shown(fleet: &House, now: Now) -> Services {
    let ended = fleet.services().now();
    let all = ended.iter().map(|(name, at)| Revoked { name: name.to_string(), revoked: at.to_string() });
    Services { services: all.collect(), as_of: now.wall.to_string() }
}
