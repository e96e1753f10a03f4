//! What happened last, newest first: routine in one line, what matters in its own.

use std::{cmp::Reverse, sync::Arc};

use access::{Action, Kind, Resource};
use control::view::{self, Asking};
use maud::{Markup, html};
use vocab::Wall;

use crate::{
    ask::ask,
    pages::{age, frame::Frame, incidents, mark, sentence},
    refusal::Refusal,
    roll::{Glance, Site, State},
    route::Call,
};

/// Most lines.
const LINES: usize = 14;

const MINUTE: i64 = 60_000_000;

struct Line {
    at: Wall,
    mark: &'static str,
    what: Markup,
}

pub(super) async fn of(call: &Call, sites: &[Arc<Site>], frame: &Frame) -> Result<Markup, Refusal> {
    let mut lines = proofs(sites, frame.now);
    lines.extend(newest(sites).into_iter().filter_map(happened));
    lines.extend(incidents(frame));
    lines.extend(asked(call, frame).await?);
    lines.sort_by_key(|line| Reverse(line.at));
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
fn proofs(sites: &[Arc<Site>], now: Wall) -> Vec<Line> {
    let minute = Wall(now.0.saturating_sub(MINUTE));
    let (fresh, older): (Vec<_>, Vec<_>) =
        sites.iter().map(|site| <(_, _)>::from(site.proved(minute))).unzip();
    [line(fresh, " in the last minute"), line(older, " before")].into_iter().flatten().collect()
}

fn line<'a>(some: Vec<impl ExactSizeIterator<Item = (Wall, &'a Glance)>>, when: &str) -> Option<Line> {
    let many: usize = some.iter().map(ExactSizeIterator::len).sum();
    // The first of each site is its newest.
    let newest = some.into_iter().filter_map(|mut of_site| of_site.next());
    let (at, first) = newest.min_by_key(|(at, one)| (Reverse(*at), one.id))?;
    let what = match many {
        1 => html! { b { (first.label) } " proved itself" },
        many => html! { (many) " boxes proved themselves" (when) },
    };
    Some(Line { at, mark: "trusted", what })
}

/// The boxes to which something happened, as many as there is room for, the newest first.
fn newest(sites: &[Arc<Site>]) -> Vec<&Glance> {
    let telling = [State::Tampered, State::Attention, State::Silent];
    let of_state = |state| sites.iter().flat_map(move |site| site.standing(state));
    let mut all: Vec<&Glance> = telling.into_iter().flat_map(of_state).collect();
    if all.len() > LINES {
        all.select_nth_unstable_by_key(LINES, |one| Reverse(when(one)));
        all.truncate(LINES);
    }
    all
}

fn when(one: &Glance) -> Option<Wall> {
    match one.state {
        State::Tampered | State::Attention => one.latched,
        State::Silent => one.heard,
        _ => None,
    }
}

fn happened(one: &Glance) -> Option<Line> {
    let what = if one.state == State::Silent {
        html! { b { (one.label) } " was heard for the last time" }
    } else {
        html! { b class={ "is-" (one.state.name()) } { (one.label) } " latched " (one.reason) }
    };
    Some(Line { at: when(one)?, mark: one.state.name(), what })
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
