//! What takes more than one person.

use access::{Action, Resource};
use api::{Proposals, proposal::Consent};
use axum::{http::StatusCode, response::Response};
use control::{
    door,
    view::{self, ProposalView},
};
use crypto::hex;
use vocab::OrderId;

use super::refused;
use crate::{answer::json, ask::ask, refusal::Refusal, route::Call, show};

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let listed = ask(&call.desk, move |fleet, now| {
        let all = view::proposals(fleet, now);
        let seen = all.iter().filter(|one| asker.may(resource(one)));
        Proposals { proposals: seen.map(show::proposal).collect(), as_of: now.wall.to_string() }
    });
    Ok(json(StatusCode::OK, &listed.await?))
}

pub(super) async fn one(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let order = id(&call.parameter)?;
    let shown = ask(&call.desk, move |fleet, now| {
        let one = view::proposal(fleet, order, now).ok_or(Refusal::Permit)?;
        asker.permit(fleet, resource(&one), now)?;
        Ok::<_, Refusal>(show::proposal(&one))
    });
    Ok(json(StatusCode::OK, &shown.await??))
}

/// Whoever proposed consents by the permit to propose; everybody else by the one to approve.
pub(super) async fn consent(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let Consent { letter } = call.read()?;
    let letter =
        hex::decode(&letter).map_err(|why| Refusal::Value { field: "letter", what: why.to_string() })?;
    let order = id(&call.parameter)?;
    let shown = ask(&call.desk, move |fleet, now| {
        let one = view::proposal(fleet, order, now).ok_or(Refusal::Permit)?;
        let permit = if one.by.id == asker.person() {
            let device = Resource::Device(one.device, one.site.clone());
            asker.permit_to(fleet, Action::Propose, device, now)?
        } else {
            asker.permit(fleet, resource(&one), now)?
        };
        door::consent(fleet, &permit, order, letter, now).map_err(|asked| refused(&asked))?;
        let one = view::proposal(fleet, order, now).ok_or(Refusal::Permit)?;
        Ok::<_, Refusal>(show::proposal(&one))
    });
    Ok(json(StatusCode::OK, &shown.await??))
}

fn resource(one: &ProposalView) -> Resource {
    Resource::Proposal { by: one.by.id, consented: one.people(), site: one.site.clone() }
}

fn id(text: &str) -> Result<OrderId, Refusal> {
    text.parse().map_err(|_| Refusal::Permit)
}
