//! One box: why it is trusted, each sense with its last proof, what it obeys, and what a person may do.

use std::collections::BTreeSet;

use access::Resource;
use api::{Device, Proposal, word::Connection};
use axum::response::Response;
use control::view::{self, KeyView};
use maud::{Markup, html};
use vocab::{SiteName, Wall};

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
    ask::ask,
    refusal::Refusal,
    roll::{Glance, State},
    route::Call,
    routes::devices::{Trips, find, trips},
    show,
};

use history::Past;

mod acts;
mod history;
pub(super) mod senses;

struct Told {
    known: Known,
    site: SiteName,
    trips: Trips,
    past: Past,
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
        let glance = Glance::of(&view::sight(fleet, device, now).ok_or(Refusal::Permit)?);
        let sees = |id, touched: &BTreeSet<SiteName>| reader.sees(Resource::Incident(id, touched.clone()));
        view::narrow([&mut one], fleet, sees);
        let known = Known { device: show::device(&one, now.wall), glance };
        let (trips, keys) = (trips(fleet, &one), view::keys(fleet, device));
        Ok::<_, Refusal>((device, site, known, trips, keys, now.wall))
    });
    let (device, site, known, trips, keys, now) = known.await??;
    let past = Past::of(&call, &frame.reader, device, &site).await?;
    let told = Told {
        known,
        site,
        trips,
        keys,
        now,
        past,
        proposals: asked::about(&call, &frame.reader, [device].into()).await?,
    };
    let one = &told.known.device;
    let main = html! {
        div id={ "device-" (one.id) } {
            nav.path { a href="/" { "Fleet" } span { "/" } a href={ "/" (api::path::query(&[("site", Some(&one.site))])) } { (one.site) } }
            (title(&told.known))
            (facts(one))
            div.columns {
                div.rows { (senses(&told, &frame.reader)) (latches(one)) (key_table(&told)) (told.past.show()) }
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

fn senses(told: &Told, reader: &Reader) -> Markup {
    let Known { device: one, glance } = &told.known;
    html! {
        section id="senses" data-live="" data-of=(one.id) {
            header { h2 { "Senses" } p { (senses::proved(one)) } }
            (senses::table(one, &told.trips, None))
            // Read on purpose: what a sense says can say whether somebody is there.
            @if reader.sees(Resource::Trace(glance.id, told.site.clone())) {
                p.fine { "What they say now is shown while you watch. It can say more than whether somebody was there, so watching is written down." }
                p { button type="button" data-fetch={ "/fragments/readings/" (one.id) } data-into="senses" { "Watch them" } }
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
