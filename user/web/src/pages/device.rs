//! One box: why it is trusted, each sense with its last proof, what it obeys, and what a person may do.

use std::collections::BTreeSet;

use access::Resource;
use api::{
    Device, Incident, Proposal,
    device::Sensor,
    word::{Connection, SenseState},
};
use axum::response::Response;
use control::view::{self, IncidentView, KeyView, Most};
use maud::{Markup, html};
use vocab::{DeviceId, SiteName, Wall};

use super::{
    age::{self, Worded},
    asked,
    fleet::why::{self, Known},
    frame::{Frame, Place},
    mark,
    reader::Reader,
    release, sentence,
};
use crate::{
    ask::{ask, look},
    refusal::Refusal,
    roll::{Glance, State},
    route::Call,
    routes::{devices::find, faulty},
    show,
};

mod acts;

/// Most incidents of its past, out of so many pieces of the fleet's last.
const PAST: usize = 20;
const PIECES: usize = 8;

struct Told {
    known: Known,
    site: SiteName,
    past: Vec<Incident>,
    keys: Vec<KeyView>,
    now: Wall,
    proposals: Vec<Proposal>,
}

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let (frame, signs) = (Frame::of(&call).await?, release::Signs::of(&call)?);
    let (name, reader) = (call.parameter.clone(), frame.reader.clone());
    let known = ask(&call.desk, move |fleet, now| {
        let (device, site) = find(fleet, &asker, &name, now)?;
        asker.permit(fleet, Resource::Device(device, site.clone()), now)?;
        let mut one = view::device(fleet, device, now).ok_or(Refusal::Permit)?;
        let glance = Glance::of(&one, now.wall);
        let sees = |id, touched: &BTreeSet<SiteName>| reader.sees(Resource::Incident(id, touched.clone()));
        view::narrow([&mut one], fleet, sees);
        let known = Known { device: show::device(&one, now.wall), glance };
        Ok::<_, Refusal>((device, site, known, view::keys(fleet, device), now.wall))
    });
    let (device, site, known, keys, now) = known.await??;
    let told = Told {
        known,
        site,
        keys,
        now,
        past: past(&call, &frame.reader, device).await?,
        proposals: asked::about(&call, &frame.reader, [device].into()).await?,
    };
    let one = &told.known.device;
    let main = html! {
        div id={ "device-" (one.id) } {
            nav.path { a href="/" { "Fleet" } span { "/" } a href={ "/" (api::path::query(&[("site", Some(&one.site))])) } { (one.site) } }
            (title(&told.known))
            (facts(one))
            div.columns {
                div.rows { (senses(one)) (readings(&told, &frame.reader)) (latches(one)) (key_table(&told)) (history(&told.past)) }
                aside {
                    (release::Panel { device: one, site: &told.site, frame: &frame, signs: &signs }.show(&told.proposals))
                    section id="why" data-live="" data-of=(one.id) {
                        header { h2 { (why::title(one, told.known.glance.state)) } }
                        (why::reasons(one))
                    }
                    (acts::list(&told, &frame.reader))
                    (state(one))
                }
            }
        }
    };
    Ok(frame.page(Place::Fleet, &one.label, main))
}

/// The last incidents that it had part in, newest first.
async fn past(call: &Call, reader: &Reader, device: DeviceId) -> Result<Vec<Incident>, Refusal> {
    let (mut past, mut before) = (vec![], None);
    for _ in 0..PIECES {
        let (reader, most) = (reader.clone(), Most::found(PAST - past.len()));
        let piece = look(&call.desk, move |fleet, now| {
            let sees = |one: &IncidentView| reader.sees(Resource::Incident(one.id, one.touched.clone()));
            let piece = view::incidents(fleet, before, most, |one| one.involved(device).is_some(), sees);
            piece.map(|piece| (piece, now.wall)).map_err(|fault| faulty(&fault))
        });
        let (piece, now) = piece.await??;
        past.extend(piece.found.iter().map(|one| show::incident(one, now)));
        before = piece.next;
        if before.is_none() || past.len() == PAST {
            break;
        }
    }
    Ok(past)
}

fn title(known: &Known) -> Markup {
    let (one, glance) = (&known.device, &known.glance);
    html! {
        div.title id="title" data-live="" data-of=(one.id) {
            (mark::mark(glance.state))
            h1.name.is-revoked[glance.state == State::Revoked] { (one.label) }
            p {
                b class={ "is-" (glance.state.name()) } { (sentence::capital(glance.state.word())) }
                @if let Some(proof) = &one.evidence {
                    ", proved " (age::of(Some(&proof.asked), Some(proof.age_seconds), Worded::Ago))
                }
                ". "
                @if glance.state != State::Trusted { (one.health.why) " " }
                code.quiet { (one.id) }
            }
        }
    }
}

fn fact(name: &str, value: &str, more: Markup) -> Markup {
    html! { div { dt { (name) } dd { b { (value) } span { (more) } } } }
}

fn facts(one: &Device) -> Markup {
    let tier = one.trust.value.tier.map_or_else(|| "none yet".into(), |tier| tier.to_string());
    let asked = one.arming_asked.map(|asked| format!("asked to be {asked}; not reported yet"));
    let latches = one.latches.len();
    let tamper = match latches {
        0 => "no latch".into(),
        1 => "1 latch".into(),
        more => format!("{more} latches"),
    };
    let zones: Vec<_> = one.latches.iter().map(|latch| latch.zone.as_str()).collect();
    let adopted = one.state.adopted.map_or_else(|| "none".into(), |adopted| format!("{adopted}, adopted"));
    let published = match (one.state.published, one.state.adopted) {
        (Some(published), Some(adopted)) if published > adopted => {
            html! { (published) " is published, not adopted yet" }
        }
        (Some(_), _) => {
            html! { @if let Some(at) = &one.state.published_at { "published " (age::day(at)) ", " (age::clock(at)) } }
        }
        (None, _) => html! { "none is published" },
    };
    let link = match one.connection.value {
        Connection::Live => "live",
        Connection::Quarantine => "quarantine room",
        Connection::Away | Connection::Unknown => "not connected",
    };
    let heard = |seen: Option<&str>, seconds| html! { "heard " (age::of(seen, seconds, Worded::Ago)) };
    html! {
        dl.facts id="facts" data-live="" data-of=(one.id) {
            (fact("Trust tier", &tier, html! { (one.trust.value.words) }))
            (fact("Posture", one.posture.value.word(), heard(one.posture.as_of.as_deref(), one.posture.age_seconds)))
            (fact("Arming", one.arming.value.word(), html! { @if let Some(asked) = asked { (asked) } @else { "as it last said" } }))
            (fact("Tamper state", &tamper, html! { @if zones.is_empty() { "every zone normal" } @else { (zones.join(", ")) } }))
            (fact("Device state", &adopted, published))
            (fact("Link", link, heard(one.connection.as_of.as_deref(), one.connection.age_seconds)))
        }
    }
}

fn senses(one: &Device) -> Markup {
    let proved = one.sensors.iter().filter(|sense| sense.state == SenseState::Proved).count();
    html! {
        section id="senses" data-live="" data-of=(one.id) {
            header {
                h2 { "Senses" }
                p { (proved) " of " (one.sensors.len()) " are proved: they speak, and have tripped when tested" }
            }
            @if one.sensors.is_empty() { p.empty { "It has not said yet which senses it has." } } @else {
                table {
                    thead { tr { th { "Sense" } th { "Measures" } th { "Its word" } th.right { "Spoke" } th.right { "Last trip" } } }
                    tbody { @for sense in &one.sensors { (sense_row(sense)) } }
                }
            }
        }
    }
}

fn sense_row(sense: &Sensor) -> Markup {
    let (sign, words) = match sense.state {
        SenseState::Proved => ("yes", "proved"),
        SenseState::Unproved => ("unproved", "unproved: nobody has seen it trip"),
        SenseState::Faulted => ("no", "faulted: it cannot look"),
        SenseState::Silent => ("silent", "silent"),
        SenseState::Unknown => ("unproved", "unknown: the box has not been heard for too long"),
    };
    html! {
        tr.odd[sense.state != SenseState::Proved] {
            td { (mark::named(sign)) b { (sense.name) } }
            td { (sense.channel) }
            td { (words) }
            td.right { (age::of(sense.spoke.as_deref(), sense.spoke_seconds, Worded::Ago)) }
            td.right { (age::of(sense.proved.as_deref(), sense.proof_age_seconds, Worded::Ago)) }
        }
    }
}

/// Read on purpose: what a sense says can say whether somebody is there.
fn readings(told: &Told, reader: &Reader) -> Markup {
    let Known { device: one, glance } = &told.known;
    html! {
        section id="readings" data-of=(one.id) {
            header { h2 { "Live readings" } p { "the last minute, while you watch" } }
            @if reader.sees(Resource::Trace(glance.id, told.site.clone())) {
                p.fine { "Raw readings can say more than whether somebody was there. Watching them is written down." }
                p { button type="button" data-fetch={ "/fragments/readings/" (one.id) } data-into="readings" { "Watch them" } }
                p.problem role="alert" hidden {}
            } @else {
                p { button disabled { "Watch them" } " " span.fine { "needs the role operator, security or auditor at this site" } }
            }
        }
    }
}

fn latches(one: &Device) -> Markup {
    html! {
        div id="latches" data-live="" data-of=(one.id) {
            @if !one.latches.is_empty() {
                section {
                    header { h2 { "Latches" } p { "held over loss of power, until people release them" } }
                    table {
                        thead { tr { th { "Zone" } th { "Severity" } th { "Since" } th { "Posture" } th { "Cause" } th { "Event" } } }
                        tbody {
                            @for latch in &one.latches {
                                tr {
                                    td { (mark::named("tampered")) b { (latch.zone) } }
                                    td { (latch.severity) }
                                    td { (age::day(&latch.at)) " " (age::clock(&latch.at)) }
                                    td { (latch.posture) }
                                    td { (release::cause(latch.cause)) }
                                    td { code { (latch.event) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn key_table(told: &Told) -> Markup {
    html! {
        section id="keys" data-live="" data-of=(told.known.device.id) {
            header { h2 { "Keys and certificates" } p { "what speaks for this box now" } }
            table {
                thead { tr { th { "Key" } th { "What it does" } th { "Signs with" } th { "Name" } th.right { "In use for" } th.right { "Certificate" } } }
                tbody { @for key in &told.keys { (key_row(key, told.now)) } }
            }
        }
    }
}

fn key_row(key: &KeyView, now: Wall) -> Markup {
    let does = match key.role {
        "attestation" => "signs what the box proves",
        "device" => "opens doors",
        _ => "signs what the box says, for this boot",
    };
    html! {
        tr {
            td { b { (sentence::capital(key.role)) } }
            td { (does) }
            td { (key.algorithm) }
            td { code { (key.id) } }
            td.right { @if let Some(since) = key.since { (age::of(Some(&since.to_string()), Some(now.since(since).as_secs()), Worded::Bare)) } }
            td.right {
                @if let Some(until) = key.until.map(|until| until.to_string()) { time datetime=(until) data-left { "until " (age::clock(&until)) } " left" }
                @else if key.role == "device" { span.quiet { "not shown: it is not connected" } }
            }
        }
    }
}

fn state(one: &Device) -> Markup {
    html! {
        section id="state" data-live="" data-of=(one.id) {
            header { h2 { "State generations" } }
            dl.pairs {
                dt { "Obeys" } dd { @if let Some(adopted) = one.state.adopted { (adopted) " " span.quiet { "as its journal says" } } @else { "nothing yet" } }
                dt { "Published" } dd {
                    @if let (Some(published), Some(at)) = (one.state.published, &one.state.published_at) { (published) " " span.quiet { (age::day(at)) " " (age::clock(at)) } } @else { "nothing yet" }
                }
                dt { "Proved" } dd {
                    @if let Some(proof) = &one.evidence { (proof.generation) " " span.quiet { "at entry " (proof.entry) ", asked " (age::clock(&proof.asked)) } } @else { "nothing yet" }
                }
            }
        }
    }
}

fn history(past: &[Incident]) -> Markup {
    html! {
        section id="history" data-live="" {
            header { h2 { "History" } p { "the incidents that it had part in" } }
            @if past.is_empty() { p.empty { "None." } } @else {
                table { tbody { @for one in past { (super::incidents::row(one)) } } }
            }
        }
    }
}
