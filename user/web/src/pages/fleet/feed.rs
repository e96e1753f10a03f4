//! What happened last, newest first: routine in one line, what matters in its own.

use access::{Action, Kind, Resource};
use control::view::{self, Asking};
use maud::{Markup, html};
use vocab::Wall;

use crate::{
    ask::ask,
    pages::{age, frame::Frame, incidents, mark, sentence},
    refusal::Refusal,
    roll::{Glance, State},
    route::Call,
};

/// Most lines.
const LINES: usize = 14;

struct Line {
    at: Wall,
    mark: &'static str,
    what: Markup,
}

pub(super) async fn of(call: &Call, boxes: &[&Glance], frame: &Frame) -> Result<Markup, Refusal> {
    let mut lines = vec![];
    lines.extend(proofs(boxes, frame.now));
    lines.extend(boxes.iter().filter_map(|one| happened(one)));
    lines.extend(incidents(frame));
    lines.extend(asked(call, frame).await?);
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    lines.truncate(LINES);
    Ok(html! {
        section.feed id="feed" data-live="/fragments/now" {
            header { h2 { "Now" } p { "UTC, proofs grouped" } }
            ol aria-live="polite" {
                @for line in &lines {
                    li {
                        time datetime=(line.at) { (age::clock(&line.at.to_string())) }
                        (mark::named(line.mark))
                        div { (line.what) }
                    }
                }
            }
        }
    })
}

/// Proofs are routine: one line for those of the last minute, and one for the last before.
fn proofs(boxes: &[&Glance], now: Wall) -> Vec<Line> {
    let mut proved: Vec<(Wall, &Glance)> = boxes.iter().filter_map(|one| Some((one.proved?, *one))).collect();
    proved.sort_by_key(|(at, one)| (std::cmp::Reverse(*at), one.id));
    let fresh = proved.iter().take_while(|(at, _)| now.since(*at).as_secs() < 60).count();
    let (fresh, older) = proved.split_at(fresh);
    let line = |some: &[(Wall, &Glance)], when: &str| {
        let (at, first) = some.first()?;
        let what = match some.len() {
            1 => html! { b { (first.label) } " proved itself" },
            many => html! { (many) " boxes proved themselves" (when) },
        };
        Some(Line { at: *at, mark: "trusted", what })
    };
    [line(fresh, " in the last minute"), line(older, " before")].into_iter().flatten().collect()
}

fn happened(one: &Glance) -> Option<Line> {
    let open = |what: &'static str| html! { b class={ "is-" (one.state.name()) } { (one.label) } " " (what) " " (one.reason) };
    match one.state {
        State::Tampered | State::Attention => {
            let at = one.latched?;
            Some(Line { at, mark: one.state.name(), what: open("latched") })
        }
        State::Silent => Some(Line {
            at: one.heard?,
            mark: "silent",
            what: html! { b { (one.label) } " was heard for the last time" },
        }),
        _ => None,
    }
}

fn incidents(frame: &Frame) -> Vec<Line> {
    let line = |(at, one): &(Wall, api::Incident)| Line {
        at: *at,
        mark: incidents::sign(one),
        what: html! { a href={ "/incidents/" (one.id) } { (sentence::head(&one.sentence)) } },
    };
    frame.open.iter().take(LINES).map(line).collect()
}

async fn asked(call: &Call, frame: &Frame) -> Result<Vec<Line>, Refusal> {
    if !frame.reader.ever(Action::View, Kind::Proposal) {
        return Ok(vec![]);
    }
    let waiting = ask(&call.desk, |fleet, _| view::asking(fleet)).await?;
    let sees = |one: &&Asking| {
        let (consented, site) = (one.people.clone(), one.site.clone());
        frame.reader.sees(Resource::Proposal { by: one.by.id, consented, site })
    };
    let line = |one: &Asking| Line {
        at: one.at,
        mark: "people",
        what: html! { b { (one.by.name) } " asked to release the latch of " a href={ "/devices/" (one.device) } { (one.label) } },
    };
    Ok(waiting.values().filter(sees).map(line).collect())
}
