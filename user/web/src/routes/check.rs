//! Whether one may: the same judgement as at each route, asked without doing anything.

use std::collections::BTreeSet;

use access::{Action, Kind, Person, Reach, Resource, matrix::roles, permit};
use api::me::{Check, Checked};
use axum::{http::StatusCode, response::Response};
use control::view;
use vocab::{DeviceId, IncidentId, PersonId, SiteName};

use super::sign_in::value;
use crate::{answer::json, ask::ask, refusal::Refusal, route::Call};

/// Whose it would be, where it matters that it is somebody else's.
const SOMEBODY: PersonId = PersonId([0; 16]);

pub(super) async fn check(call: Call) -> Result<Response, Refusal> {
    let person = call.caller()?.person.clone();
    let Check { action, kind, device, site } = call.read()?;
    let action = Action::of(&action).ok_or_else(|| value("action", &"it is nothing that people do"))?;
    let kind = Kind::of(&kind).ok_or_else(|| value("kind", &"it is no kind of thing"))?;
    let site = site.map(|site| SiteName::new(&site)).transpose().map_err(|bad| value("site", &bad))?;
    let device: Option<DeviceId> =
        device.map(|device| device.parse()).transpose().map_err(|bad| value("device", &bad))?;
    let allowed = match (device, site) {
        (Some(device), site) => {
            let stands = ask(&call.desk, move |fleet, _| view::site(fleet, device)).await?;
            let there = stands.filter(|stands| site.as_ref().is_none_or(|site| site == stands));
            there.is_some_and(|site| at(&person, action, kind, device, site))
        }
        (None, Some(site)) => at(&person, action, kind, DeviceId([0; 16]), site),
        (None, None) => everywhere(&person, action, kind),
    };
    Ok(json(StatusCode::OK, &Checked { allowed }))
}

fn at(person: &Person, action: Action, kind: Kind, device: DeviceId, site: SiteName) -> bool {
    let resource = match kind {
        Kind::Audit => Resource::Audit,
        Kind::Device => Resource::Device(device, site),
        Kind::Incident => Resource::Incident(IncidentId([0; 16]), BTreeSet::from([site])),
        Kind::Metrics => Resource::Metrics,
        Kind::Person => Resource::Person(SOMEBODY),
        Kind::Policy => Resource::Policy,
        Kind::Proposal => Resource::Proposal { by: SOMEBODY, consented: BTreeSet::new(), site },
        Kind::Secret => Resource::Secret,
        Kind::Service => Resource::Service,
        Kind::Settings => Resource::Settings,
        Kind::Token => Resource::Token(site),
        Kind::Trace => Resource::Trace(device, site),
        Kind::WorkOrder => Resource::WorkOrder(device, site),
    };
    permit(person, action, resource).is_ok()
}

fn everywhere(person: &Person, action: Action, kind: Kind) -> bool {
    let able = roles(action, kind);
    person.grants.iter().any(|grant| able.contains(&grant.role) && grant.reach == Reach::Fleet)
}
