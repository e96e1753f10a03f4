//! Why a box is trusted, or why not: each thing that the verdict stands on, with its age.

use access::Resource;
use api::{
    Device,
    word::{Connection, SenseState, Standing},
};
use axum::{http::StatusCode, response::Response};
use control::{House, Now, view};
use maud::{Markup, html};
use vocab::DeviceId;

use crate::{
    ask::ask,
    pages::{
        age::{self, Worded},
        html as respond, mark,
    },
    refusal::Refusal,
    roll::{Glance, State},
    route::Call,
    show,
};

/// A box as the contract has it, and in one line.
pub(in crate::pages) struct Known {
    pub(in crate::pages) device: Device,
    pub(in crate::pages) glance: Glance,
}

/// For one box that whoever reads may see; nothing for a box that is not there.
pub(super) async fn of(call: &Call, device: Option<DeviceId>) -> Result<Markup, Refusal> {
    let Some(device) = device else { return Ok(html! {}) };
    let asker = call.asker().await?;
    let known = ask(&call.desk, move |fleet, now| {
        let may = asker.may(Resource::Device(device, view::site(fleet, device)?));
        may.then(|| known(fleet, device, now)).flatten()
    });
    Ok(known.await?.map_or_else(|| html! {}, |known| panel(&known)))
}

/// The same alone, for whoever goes from box to box.
pub(in crate::pages) async fn fragment(call: Call) -> Result<Response, Refusal> {
    let device = call.parameter.parse().map_err(|_| Refusal::Permit)?;
    let asker = call.asker().await?;
    let known = ask(&call.desk, move |fleet, now| {
        let site = view::site(fleet, device).ok_or(Refusal::Permit)?;
        asker.permit(fleet, Resource::Device(device, site), now)?;
        known(fleet, device, now).ok_or(Refusal::Permit)
    });
    Ok(respond(StatusCode::OK, panel(&known.await??)))
}

fn known(fleet: &House, device: DeviceId, now: Now) -> Option<Known> {
    let (one, glance) = (view::device(fleet, device, now)?, Glance::of(&view::sight(fleet, device, now)?));
    Some(Known { device: show::device(&one, now.wall), glance })
}

fn panel(known: &Known) -> Markup {
    let (one, state) = (&known.device, known.glance.state);
    let fragment = format!("/fragments/why/{}", one.id);
    html! {
        section.why id="why" data-live=(fragment) data-of=(one.id) {
            header {
                h2 { (mark::mark(state)) (title(one, state)) }
                p { @if let Some(tier) = one.trust.value.tier { "tier " (tier) } @else { "no tier yet" } }
            }
            @if state != State::Trusted { p.verdict { (one.health.why) } }
            (reasons(one))
            p { a href={ "/devices/" (one.id) } { "Open " (one.label) } }
        }
    }
}

pub(in crate::pages) fn title(one: &Device, state: State) -> String {
    match state {
        State::Trusted => format!("Why {} is trusted", one.label),
        other => format!(
            "Why {} is {}",
            one.label,
            if other == State::Attention { "not calm" } else { other.word() }
        ),
    }
}

/// How far one reason holds.
enum Holds {
    No,
    NotYet,
    Yes,
}

struct Reason {
    holds: Holds,
    what: String,
    more: String,
    age: Markup,
}

/// Each reason, and since when it is known.
pub(in crate::pages) fn reasons(one: &Device) -> Markup {
    let all = [proof(one), software(one), senses(one), latch(one), heard(one), identity(one)];
    html! {
        ul.reasons {
            @for reason in all.into_iter().flatten() {
                li {
                    (match reason.holds {
                        Holds::No => mark::named("no"),
                        Holds::NotYet => mark::named("wait"),
                        Holds::Yes => mark::named("yes"),
                    })
                    div { b { (reason.what) } @if !reason.more.is_empty() { " " span { (reason.more) } } }
                    span.age { (reason.age) }
                }
            }
        }
    }
}

fn proof(one: &Device) -> Option<Reason> {
    let Some(proof) = &one.evidence else {
        return Some(Reason {
            holds: Holds::NotYet,
            what: "No proof yet".into(),
            more: "it has never proved itself".into(),
            age: html! {},
        });
    };
    let fresh = proof.age_seconds <= view::health::STALE_AFTER.as_secs();
    let behind = one.state.published.is_some_and(|published| published > proof.generation);
    let (holds, what) = match (fresh, behind) {
        (true, false) => (Holds::Yes, "Fresh proof"),
        (true, true) => (Holds::NotYet, "A proof of an older state"),
        (false, _) => (Holds::No, "An old proof"),
    };
    Some(Reason {
        holds,
        what: what.into(),
        more: format!("covers journal entry {} and state {}", proof.entry, proof.generation),
        age: age::of(Some(&proof.asked), Some(proof.age_seconds), Worded::Bare),
    })
}

fn software(one: &Device) -> Option<Reason> {
    let proof = one.evidence.as_ref()?;
    let tier = one.trust.value.tier.map_or_else(String::new, |tier| format!("tier {tier}: "));
    Some(Reason {
        holds: Holds::Yes,
        what: proof.software.clone(),
        more: format!("{tier}{}", one.trust.value.words),
        age: html! {},
    })
}

fn senses(one: &Device) -> Option<Reason> {
    let all = one.sensors.len();
    let tripped = |sense: &&api::device::Sensor| sense.state == SenseState::Proved && sense.proved.is_some();
    let proved = one.sensors.iter().filter(tripped).count();
    let oldest =
        one.sensors.iter().filter_map(|sense| Some((sense.proof_age_seconds?, sense.proved.as_ref()?))).max();
    let holds = if proved == all && all > 0 { Holds::Yes } else { Holds::NotYet };
    let faulted =
        one.sensors.iter().find(|sense| matches!(sense.state, SenseState::Faulted | SenseState::Silent));
    let (holds, more) = match faulted {
        Some(sense) => (Holds::No, format!("{} is {}", sense.name, sense.state)),
        None => (holds, "the age is that of the oldest test".into()),
    };
    Some(Reason {
        holds,
        what: format!("{proved} of {all} senses have tripped when tested"),
        more,
        age: oldest.map_or_else(|| html! {}, |(seconds, at)| age::of(Some(at), Some(seconds), Worded::Bare)),
    })
}

fn latch(one: &Device) -> Option<Reason> {
    let Some(last) = one.latches.last() else {
        return Some(Reason {
            holds: Holds::Yes,
            what: "No latch".into(),
            more: String::new(),
            age: html! {},
        });
    };
    let zones: Vec<_> = one.latches.iter().map(|latch| latch.zone.as_str()).collect();
    let more = format!("since {} UTC, until people release it", age::clock(&last.at));
    Some(Reason { holds: Holds::No, what: format!("Latched: {}", zones.join(", ")), more, age: html! {} })
}

fn heard(one: &Device) -> Option<Reason> {
    let (holds, what) = match one.connection.value {
        Connection::Live => (Holds::Yes, "Connected, chain unbroken"),
        Connection::Quarantine => (Holds::NotYet, "Connected to the quarantine room alone"),
        Connection::Away | Connection::Unknown => (Holds::No, "Not connected"),
    };
    let age = age::of(one.connection.as_of.as_deref(), one.connection.age_seconds, Worded::Bare);
    Some(Reason { holds, what: what.into(), more: "last heard".into(), age })
}

fn identity(one: &Device) -> Option<Reason> {
    let (holds, what) = match one.standing.state {
        Standing::Active => (Holds::Yes, "Its identity is good at every door"),
        Standing::RenewalOwed => (Holds::NotYet, "It owes a new key"),
        Standing::Suspended => (Holds::No, "Its identity is suspended at every door"),
        Standing::Revoked => (Holds::No, "Its identity is revoked"),
        Standing::Unknown => return None,
    };
    let more = one
        .standing
        .since
        .as_ref()
        .map(|since| format!("since {} UTC", age::clock(since)))
        .unwrap_or_default();
    Some(Reason { holds, what: what.into(), more, age: html! {} })
}
