//! One incident: what happened, why we think so, what to do first; then the evidence, and the way back.

use access::{Action, Resource};
use api::{
    Device, IncidentDetail, Proposal,
    incident::Line,
    word::{Arrival, IncidentState, Outcome, Worth},
};
use axum::response::Response;
use control::view::{self, ActView};
use maud::{Markup, html};
use vocab::{Label, SiteName};

use super::{
    age::{self, Worded},
    asked, chart,
    frame::{Frame, Place},
    incidents::sign,
    mark, release, sentence,
};
use crate::{ask::look, refusal::Refusal, route::Call, routes::faulty, show};

/// Most acts that are drawn.
const ACTS: usize = 24;

/// Most boxes whose way back is shown on the page; the others have it on theirs.
const BOXES: usize = 6;

struct Told {
    detail: IncidentDetail,
    boxes: Vec<(Device, SiteName)>,
    proposals: Vec<Proposal>,
    /// Whether whoever reads it closes it, or why not.
    closes: Result<(), &'static str>,
    traces: bool,
    /// What each box did by itself, with its label where there is more than one.
    acts: Vec<(String, ActView)>,
}

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let (frame, signs) = (Frame::of(&call).await?, release::Signs::of(&call)?);
    let id = call.parameter.parse().map_err(|_| Refusal::Permit)?;
    let reader = frame.reader.clone();
    let told = look(&call.desk, move |fleet, now| {
        let one = view::incident(fleet, id).map_err(|fault| faulty(&fault))?.ok_or(Refusal::Permit)?;
        let resource = Resource::Incident(one.id, one.touched.clone());
        asker.permit(fleet, resource.clone(), now)?;
        let told = view::explain(fleet, id).map_err(|fault| faulty(&fault))?.ok_or(Refusal::Permit)?;
        let views = one.boxes.iter().take(BOXES).filter_map(|(device, _)| view::device(fleet, *device, now));
        let seen = |one: &view::DeviceView| reader.may_device(Action::View, one.id, &one.site);
        let boxes: Vec<_> = views.filter(seen).collect();
        let shown = boxes.iter().map(|one| one.id).collect();
        let told = Told {
            proposals: vec![],
            traces: boxes.iter().any(|one| reader.sees(Resource::Trace(one.id, one.site.clone()))),
            boxes: boxes.iter().map(|one| (show::device(one, now.wall), one.site.clone())).collect(),
            acts: acts(&told),
            detail: show::explanation(&told, now.wall),
            closes: if told.incident.by == Some(reader.id()) {
                Err("it is about you, and somebody else closes it")
            } else if reader.may(Action::Close, resource) {
                Ok(())
            } else {
                Err("needs the role operator or security at every site of it")
            },
        };
        Ok::<_, Refusal>((told, shown))
    });
    let (mut told, shown) = told.await??;
    told.proposals = asked::about(&call, &frame.reader, shown).await?;
    let one = &told.detail.incident;
    let main = html! {
        div {
            (path(&told.detail))
            (title(&told.detail))
            (claims(&told.detail))
            div.columns {
                div.rows { (by_itself(&told)) (moments(&told)) (explained(&told.detail)) (timeline(&told)) }
                aside {
                    @for (device, site) in &told.boxes {
                        @let theirs: Vec<Proposal> = told.proposals.iter().filter(|asked| asked.audience.device == device.id).cloned().collect();
                        (release::Panel { device, site, frame: &frame, signs: &signs }.show(&theirs))
                    }
                    (containment(&told))
                    (ending(&told))
                }
            }
        }
    };
    Ok(frame.page(Place::Incidents, &sentence::head(&one.sentence), main))
}

fn path(detail: &IncidentDetail) -> Markup {
    let one = &detail.incident;
    let steps = IncidentState::ALL.iter().filter(|state| **state != IncidentState::Unknown);
    html! {
        nav.path id="path" data-live="" data-of=(one.id) {
            a href="/incidents" { "Incidents" } span { "/" } code { (one.id) }
            span { "severity " (one.severity) @if let Some(site) = &one.site { ", " (site) } }
            ol.steps aria-label="How far it has come" {
                @for step in steps {
                    li.was[*step < one.state].now[*step == one.state] aria-current=[(*step == one.state).then_some("step")] { (sentence::capital(step.word())) }
                }
            }
        }
    }
}

fn title(detail: &IncidentDetail) -> Markup {
    let one = &detail.incident;
    html! {
        div.title id="title" data-live="" data-of=(one.id) {
            (mark::named(sign(one)))
            h1 { (sentence::head(&one.sentence)) }
            p {
                (sentence::rest(&one.sentence)) " "
                (age::day(&one.first)) ", " (age::moment(&one.first)) " UTC, "
                (age::of(Some(&one.opened), Some(one.age_seconds), Worded::Ago)) ". "
                @if let Some(closing) = &one.closing {
                    "Closed as " (outcome(closing.outcome)) ": " (closing.reason)
                }
            }
        }
    }
}

fn claims(detail: &IncidentDetail) -> Markup {
    let one = &detail.incident;
    html! {
        dl.facts.say id="claims" data-live="" data-of=(one.id) {
            div { dt { "Probable cause" } dd { (one.cause) } }
            div { dt { "Confidence" } dd { b { (confidence(one.confidence)) } " " span { "how sure the senses that agree make us; the chain of evidence is below" } } }
            div.do { dt { "First action" } dd { (one.first_action) } }
        }
    }
}

/// As a number between nought and one; never one, because nothing is.
fn confidence(sure: f64) -> String {
    format!("{sure:.3}")
}

fn acts(told: &view::Explanation) -> Vec<(String, ActView)> {
    let boxes = &told.incident.boxes;
    let label = |act: &ActView| match boxes.iter().find(|(device, _)| *device == act.device) {
        Some((_, Some(label))) if boxes.len() > 1 => label.to_string(),
        _ => String::new(),
    };
    told.acts.iter().take(ACTS).map(|act| (label(act), act.clone())).collect()
}

fn by_itself(told: &Told) -> Markup {
    html! {
        div id="acts" data-live="" data-of=(told.detail.incident.id) {
            @if !told.acts.is_empty() {
                section {
                    header { h2 { "What the box did by itself" } p { "before and without the network; time since the decisive reading, log scale" } }
                    (chart::acts(&told.acts))
                }
            }
        }
    }
}

/// The senses around the moment are read on purpose: that takes a permit of its own, and is written down.
fn moments(told: &Told) -> Markup {
    let id = &told.detail.incident.id;
    html! {
        section id="moments" data-of=(id) {
            header { h2 { "Senses around the moment" } p { "flight recorder, 30 s each way" } }
            @if told.traces {
                p.fine { "Raw readings can say more than whether somebody was there. Reading them is written down." }
                p { button type="button" data-fetch={ "/fragments/traces/" (id) } data-into="moments" { "Read them" } }
                p.problem role="alert" hidden {}
            } @else {
                p { button disabled { "Read them" } " " span.fine { "needs the role operator, security or auditor at this site" } }
            }
        }
    }
}

fn explained(detail: &IncidentDetail) -> Markup {
    html! {
        section id="explained" data-live="" data-of=(detail.incident.id) {
            header { h2 { "Evidence" } p { "link by link, from the reading to the proof" } }
            @for one in &detail.explained {
                @if detail.explained.len() > 1 { h3 { (one.name) } }
                ol.links { @for link in &one.links { li { (link) } } }
            }
        }
    }
}

fn timeline(told: &Told) -> Markup {
    let detail = &told.detail;
    let label = |device: &str| {
        let involved = detail.incident.boxes.iter().find(|one| one.device == device);
        involved.and_then(|one| one.label.clone()).unwrap_or_else(|| device.into())
    };
    let times: Vec<Option<&str>> = detail.timeline.iter().map(|line| Some(line.at.as_str())).collect();
    let sure = |line: &&Line| sureness(&line.text);
    let decisive =
        detail.timeline.iter().filter(|line| is_event(line)).max_by_key(sure).map_or("", |line| &line.text);
    html! {
        section id="timeline" data-live="" data-of=(detail.incident.id) {
            header { h2 { "Timeline" } p { "UTC" @if !detail.complete { ", not all of it: the journals hold more" } } }
            ol.line-of-time {
                @for (number, line) in detail.timeline.iter().enumerate() {
                    @if let Some(at) = age::first_of_day(&times, number) { li.day { (age::day(at)) } }
                    li.event[is_event(line)].decisive[is_event(line) && line.text == decisive] {
                        time datetime=(line.at) { (age::moment(&line.at)) }
                        span.who { @if let Some(device) = &line.device { (label(device)) } @else { "fleet" } }
                        span.text { (named(&line.text, detail)) }
                        small { (worth(line)) }
                    }
                }
            }
        }
    }
}

/// People know boxes by their labels.
fn named(text: &str, detail: &IncidentDetail) -> String {
    let known = detail.incident.boxes.iter().filter_map(|one| Some((&one.device, one.label.as_ref()?)));
    known.fold(text.to_owned(), |text, (device, label)| text.replace(device, label))
}

/// How sure a device says it is, in tenths of a percent.
fn sureness(text: &str) -> u64 {
    let percent = text.strip_suffix(" % sure").and_then(|text| text.rsplit(' ').next());
    percent.map_or(0, |percent| percent.replace('.', "").parse().unwrap_or(0))
}

/// What a device says happened, rather than what it did about it.
fn is_event(line: &Line) -> bool {
    line.device.is_some() && line.text.ends_with(" sure")
}

fn worth(line: &Line) -> Markup {
    html! {
        @match line.worth {
            Worth::AtOrAfter => "then or later · ",
            Worth::Carried => "by an earlier clock · ",
            Worth::Fleet | Worth::Unknown => {}
        }
        @if line.arrival == Some(Arrival::Late) { "told later · " }
        @if let Some(entry) = line.entry { "entry " (entry) } @else { "fleet" }
    }
}

fn containment(told: &Told) -> Markup {
    html! {
        section id="containment" data-live="" data-of=(told.detail.incident.id) {
            header { h2 { "Containment" } }
            @for (device, _) in &told.boxes {
                dl.pairs {
                    dt { "Box" } dd { a href={ "/devices/" (device.id) } { (device.label) } }
                    dt { "Posture" } dd { b { (device.posture.value) } " " span.quiet { "heard " (age::of(device.posture.as_of.as_deref(), device.posture.age_seconds, Worded::Ago)) } }
                    dt { "Identity" } dd { b { (device.standing.state.word().replace('-', " ")) } @if let Some(since) = &device.standing.since { " " span.quiet { "since " (age::clock(since)) } } }
                    dt { "Link" } dd { (device.connection.value) }
                }
            }
            @if told.detail.incident.boxes.len() > told.boxes.len() {
                p.fine { "And " (told.detail.incident.boxes.len() - told.boxes.len()) " boxes more, each with a page of its own." }
            }
        }
    }
}

/// What an incident turned out to be, in words.
pub(super) const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Authorised => "authorised",
        Outcome::False => "false alarm",
        Outcome::Test => "test",
        Outcome::True => "true alarm",
        Outcome::Unknown => "unknown",
    }
}

fn ending(told: &Told) -> Markup {
    const ALL: [Outcome; 4] = [Outcome::True, Outcome::False, Outcome::Test, Outcome::Authorised];
    let one = &told.detail.incident;
    html! {
        section id="ending" {
            header { h2 { "Outcome" } @if one.closing.is_none() { p { "needed to close" } } }
            @if let Some(closing) = &one.closing {
                dl.pairs {
                    dt { "It was" } dd { b { (sentence::capital(outcome(closing.outcome))) } }
                    dt { "Because" } dd { (closing.reason) }
                    dt { "When" } dd { (age::day(&closing.at)) ", " (age::clock(&closing.at)) " UTC" }
                }
            } @else if told.closes.is_ok() {
                form.stack data-api=(api::path::filled(api::path::CLOSE, &one.id)) {
                    fieldset.choices {
                        legend.hide { "What it was" }
                        @for known in ALL {
                            label { input type="radio" name="outcome" value=(known) required; (sentence::capital(outcome(known))) }
                        }
                    }
                    label { "In your own words" textarea name="reason" required maxlength=(Label::LIMIT) {} }
                    p.problem role="alert" hidden {}
                    button { "Close the incident" }
                }
            } @else if let Err(why) = told.closes {
                p { button disabled { "Close the incident" } " " span.fine { (why) } }
            }
        }
    }
}
