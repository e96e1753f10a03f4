//! Devices: what is known of them, and what people may ask of them.

use std::collections::BTreeMap;

use access::{Action, Permit, Resource};
use api::{
    Devices,
    device::{Arm, Keys, Resume, Revoke, Suspend},
    operation::most,
    proposal::Reset,
    word,
};
use axum::{http::StatusCode, response::Response};
use control::{
    Asked, House, Now,
    view::{self, DeviceView, HealthState, LiveView, Sight},
};
use vocab::{DeviceId, EventId, Label, SiteName, Wall};

use super::refused;
use crate::{
    answer::json,
    ask::{ask, gather},
    refusal::Refusal,
    route::{Asker, Call},
    show,
};

/// Devices in one answer, unless it is said how many.
const LIMIT: usize = 100;

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let site = call.query.of::<SiteName>("site")?;
    let health = call.query.of::<String>("health")?.map(|word| health(&word)).transpose()?;
    let after = call.goes_on_after::<DeviceId>("after")?;
    let limit = call.query.limit(LIMIT, most::DEVICES)?;
    // One more says whether there is one more.
    let (found, now) = gather(&call.desk, after, limit + 1, move |fleet, after, most, now| {
        let seen = |device: DeviceId, at: &SiteName| {
            site.as_ref().is_none_or(|site| site == at) && asker.may(Resource::Device(device, at.clone()))
        };
        let wanted = |one: &Sight<'_>| health.is_none_or(|health| one.health() == health);
        let mut piece = view::devices(fleet, after, most, now, seen, wanted);
        narrowed(fleet, &asker, &mut piece.found);
        Ok(piece)
    })
    .await?;
    let next = (found.len() > limit).then(|| call.next_after(&found[limit - 1].id));
    let devices = found.iter().take(limit).map(|one| show::device(one, now.wall)).collect();
    Ok(json(StatusCode::OK, &Devices { devices, next, as_of: now.wall.to_string() }))
}

fn health(word: &str) -> Result<HealthState, Refusal> {
    let known = word::HealthState::ALL.iter().find(|known| known.word() == word);
    let found = known.map(|known| show::health_of(*known).unwrap_or(HealthState::Unknown));
    found.ok_or(Refusal::Query { what: "is not how a box is".into(), name: "health".into() })
}

pub(super) async fn one(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let name = call.parameter;
    let shown = ask(&call.desk, move |fleet, now| {
        let (device, _) = find(fleet, &asker, &name, now)?;
        shown(fleet, &asker, device, now)
    });
    Ok(json(StatusCode::OK, &shown.await??))
}

pub(super) async fn keys(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let name = call.parameter;
    let (keys, now) = ask(&call.desk, move |fleet, now| {
        let (device, site) = find(fleet, &asker, &name, now)?;
        asker.permit(fleet, Resource::Device(device, site), now)?;
        Ok::<_, Refusal>((view::keys(fleet, device), now))
    })
    .await??;
    let keys = keys.iter().map(show::key).collect();
    Ok(json(StatusCode::OK, &Keys { keys, as_of: now.wall.to_string() }))
}

pub(super) async fn readings(call: Call) -> Result<Response, Refusal> {
    let Watched { live, .. } = watched(call).await?;
    Ok(json(StatusCode::OK, &show::readings(live.as_ref())))
}

/// At what each channel trips, by its word.
pub(crate) type Trips = BTreeMap<&'static str, Vec<String>>;

/// A box that somebody watches.
pub(crate) struct Watched {
    pub(crate) one: DeviceView,
    pub(crate) trips: Trips,
    pub(crate) live: Option<LiveView>,
    pub(crate) now: Wall,
}

/// Watches a box, and gives what came of it so far.
pub(crate) async fn watched(call: Call) -> Result<Watched, Refusal> {
    let asker = call.asker().await?;
    let name = call.parameter;
    ask(&call.desk, move |fleet, now| {
        let (device, site) = find(fleet, &asker, &name, now)?;
        let permit = asker.permit_to(fleet, Action::View, Resource::Trace(device, site), now)?;
        fleet.watch(&permit, now).map_err(|asked| refused(&asked))?;
        let one = view::device(fleet, device, now).ok_or(Refusal::Permit)?;
        let trips = trips(fleet, &one);
        Ok(Watched { one, trips, live: view::live(fleet, device, now.mono), now: now.wall })
    })
    .await?
}

pub(crate) fn trips(fleet: &House, one: &DeviceView) -> Trips {
    view::trips(fleet, one.id, one.sensors.iter().map(|sensor| sensor.channel))
}

pub(super) async fn arm(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let Arm { arming } = call.read()?;
    let arming = show::arming_of(arming)
        .ok_or_else(|| Refusal::Value { field: "arming", what: "it is not an arming state".into() })?;
    let name = call.parameter;
    let armed = ask(&call.desk, move |fleet, now| {
        let (device, site) = find(fleet, &asker, &name, now)?;
        let permit = asker.permit(fleet, Resource::Device(device, site), now)?;
        fleet.arm(&permit, device, arming, now).map_err(|asked| refused(&asked))?;
        shown(fleet, &asker, device, now)
    });
    Ok(json(StatusCode::OK, &armed.await??))
}

pub(super) async fn reset(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let Reset { event, reason } = call.read()?;
    let event = event.map(|event| event.parse::<EventId>()).transpose();
    let event = event.map_err(|bad| Refusal::Value { field: "event", what: bad.to_string() })?;
    let reason = words("reason", &reason)?;
    let name = call.parameter;
    let proposed = ask(&call.desk, move |fleet, now| {
        let (device, site) = find(fleet, &asker, &name, now)?;
        let permit = asker.permit(fleet, Resource::Device(device, site), now)?;
        let event = match event {
            Some(event) => event,
            None => the_one_latch(fleet, device)?,
        };
        let proposal = fleet.propose(&permit, device, event, reason, now).map_err(|asked| refused(&asked))?;
        let proposed = view::proposal(fleet, proposal.order().id, now).ok_or(Refusal::Permit)?;
        Ok::<_, Refusal>(show::proposal(&proposed))
    });
    Ok(json(StatusCode::CREATED, &proposed.await??))
}

pub(super) async fn suspend(call: Call) -> Result<Response, Refusal> {
    let Suspend { reason } = call.read()?;
    stands(call, &reason, House::suspend).await
}

pub(super) async fn resume(call: Call) -> Result<Response, Refusal> {
    let Resume { reason } = call.read()?;
    stands(call, &reason, House::resume).await
}

/// What a person decides, with a reason, about where an identity stands.
async fn stands(
    call: Call,
    reason: &str,
    decide: fn(&mut House, &Permit, DeviceId, Label, Now) -> Result<(), Asked>,
) -> Result<Response, Refusal> {
    let (asker, reason) = (call.asker().await?, words("reason", reason)?);
    let name = call.parameter;
    let stands = ask(&call.desk, move |fleet, now| {
        let (device, site) = find(fleet, &asker, &name, now)?;
        let permit = asker.permit(fleet, Resource::Device(device, site), now)?;
        decide(fleet, &permit, device, reason, now).map_err(|asked| refused(&asked))?;
        shown(fleet, &asker, device, now)
    });
    Ok(json(StatusCode::OK, &stands.await??))
}

pub(super) async fn revoke(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let Revoke { reason } = call.read()?;
    let reason = show::reason_of(reason)
        .ok_or_else(|| Refusal::Value { field: "reason", what: "it is not a reason to revoke".into() })?;
    let name = call.parameter;
    let revoked = ask(&call.desk, move |fleet, now| {
        let (device, site) = find(fleet, &asker, &name, now)?;
        let permit = asker.permit(fleet, Resource::Device(device, site), now)?;
        fleet.revoke(&permit, device, reason, now).map_err(|asked| refused(&asked))?;
        shown(fleet, &asker, device, now)
    });
    Ok(json(StatusCode::OK, &revoked.await??))
}

/// A device by its id or its label, if whoever asks may do to it what they ask for.
pub(crate) fn find(
    fleet: &mut House,
    asker: &Asker,
    name: &str,
    now: Now,
) -> Result<(DeviceId, SiteName), Refusal> {
    let named = name.parse().map_or_else(|_| view::labelled(fleet, name), |id| vec![id]);
    let known = named.into_iter().filter_map(|id| Some((id, view::site(fleet, id)?)));
    let known: Vec<(DeviceId, SiteName)> = known.collect();
    let allowed = |(id, site): &&(DeviceId, SiteName)| asker.may(Resource::Device(*id, site.clone()));
    match known.iter().filter(allowed).collect::<Vec<_>>()[..] {
        [one] => Ok(one.clone()),
        [] => {
            // What exists and is out of reach is refused for the log; to whoever asks it is as if it did not exist.
            for (id, site) in known {
                asker.permit(fleet, Resource::Device(id, site), now)?;
            }
            Err(Refusal::Permit)
        }
        _ => Err(Refusal::Ambiguous(name.into())),
    }
}

fn shown(fleet: &House, asker: &Asker, device: DeviceId, now: Now) -> Result<api::Device, Refusal> {
    let mut one = view::device(fleet, device, now).ok_or(Refusal::Permit)?;
    narrowed(fleet, asker, [&mut one]);
    Ok(show::device(&one, now.wall))
}

/// Of incidents one is told that one may open.
fn narrowed<'a>(fleet: &House, asker: &Asker, some: impl IntoIterator<Item = &'a mut DeviceView>) {
    view::narrow(some, fleet, |id, touched| asker.sees(Resource::Incident(id, touched.clone())));
}

fn the_one_latch(fleet: &House, device: DeviceId) -> Result<EventId, Refusal> {
    let latches = view::latches(fleet, device);
    match latches[..] {
        [one] => Ok(one),
        [] => Err(Refusal::Not { code: "plan/no-such-latch", detail: "nothing latches this device".into() }),
        _ => Err(Refusal::ChooseLatch(latches.iter().map(ToString::to_string).collect())),
    }
}

/// Somebody's own words.
pub(super) fn words(field: &'static str, text: &str) -> Result<Label, Refusal> {
    Label::new(text).map_err(|bad| Refusal::Value { field, what: bad.to_string() })
}
