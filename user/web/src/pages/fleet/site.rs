//! The sites of the map: as tiles where there is room, else a square for each box.

use maud::{Markup, PreEscaped, html};
use vocab::{SiteName, Wall};

use super::{count, tile::tile};
use crate::{
    pages::mark,
    roll::{Glance, State},
};

/// Squares in a row, and how far apart they stand.
const ROW: usize = 10;
const PITCH: usize = 9;

type Site<'a> = (&'a SiteName, Vec<&'a Glance>);

/// Every site: tiles as long as there is room for them, squares for the others.
pub(super) fn all(sites: &[Site<'_>], mut room: usize, now: Wall) -> Markup {
    let (mut near, mut far) = (vec![], vec![]);
    for site in sites {
        if site.1.len() <= room {
            room -= site.1.len();
            near.push(site);
        } else {
            far.push(site);
        }
    }
    let boxes: usize = far.iter().map(|(_, boxes)| boxes.len()).sum();
    html! {
        @for (name, boxes) in near { (block(name, boxes, true, now)) }
        @if !far.is_empty() {
            section.far {
                header {
                    h2 { @if far.len() == sites.len() { "All " } @else { "The other " } (far.len()) @if far.len() == 1 { " site" } @else { " sites" } }
                    p { (boxes) " boxes, one square each. What is not trusted keeps its silhouette." }
                }
                div.squares { @for (name, boxes) in far { (block(name, boxes, false, now)) } }
                (legend())
            }
        }
    }
}

/// One site; replaced as one when something changed there.
pub(super) fn block(name: &SiteName, boxes: &[&Glance], as_tiles: bool, now: Wall) -> Markup {
    let fragment = api::path::filled("/fragments/sites/{site}", name.as_str());
    html! {
        @if as_tiles {
            section.site id={ "site-" (name) } data-live=(fragment) data-site=(name) {
                header {
                    h2 { a href=(here(name)) { (name) } }
                    p { (counts(boxes)) }
                }
                div.tiles { @for one in boxes { (tile(one, now)) } }
            }
        } @else {
            section.small id={ "site-" (name) } data-live=(fragment) data-site=(name) {
                h3 { a.wakeful[boxes.iter().any(|one| one.state < State::Trusted)] href=(here(name)) { (name) } span { (boxes.len()) } }
                (squares(name, boxes))
            }
        }
    }
}

fn here(name: &SiteName) -> String {
    format!("/{}", api::path::query(&[("site", Some(name.as_str()))]))
}

/// `1 tampered, 11 trusted`: only what is not as it should be has a colour.
fn counts(boxes: &[&Glance]) -> Markup {
    let all = count(boxes);
    html! {
        @for (at, (state, many)) in all.iter().enumerate() {
            @if at > 0 { ", " }
            @if *state < State::Unproved { b class={ "is-" (state.name()) } { (many) " " (state.word()) } }
            @else { (many) " " (state.word()) }
        }
    }
}

/// So many boxes of a site that stand alike are no longer told one by one: the list tells them.
const ALIKE: usize = 24;

/// One square for each box: the trusted ones as a single path, the others each with a link, or all with one where many
/// stand alike.
fn squares(name: &SiteName, boxes: &[&Glance]) -> Markup {
    let place = |at: usize| (at % ROW * PITCH, at / ROW * PITCH);
    let mut trusted = String::new();
    for (at, _) in boxes.iter().enumerate().filter(|(_, one)| one.state == State::Trusted) {
        let (x, y) = place(at);
        trusted.push_str(&format!("M{x} {y}h7v7h-7z"));
    }
    let rows = boxes.len().div_ceil(ROW);
    let label = format!("{} boxes of {name}", boxes.len());
    let counts = count(boxes);
    let alike = |state| counts.iter().find(|(counted, _)| *counted == state).map_or(0, |(_, many)| *many);
    html! {
        svg.grid width=(ROW * PITCH) height=(rows * PITCH + 2) viewBox={ "-1 -2 " (ROW * PITCH) " " (rows * PITCH + 2) } role="img" aria-label=(label) {
            path.is-trusted d=(PreEscaped(trusted)) {}
            @for (state, many) in counts.iter().filter(|(state, many)| *state != State::Trusted && is_told_as_one(*state, *many)) {
                a href={ "/" (api::path::query(&[("state", Some(state.name())), ("site", Some(name.as_str())), ("view", Some("list"))])) } class={ "is-" (state.name()) } {
                    title { (many) " boxes: " (state.word()) }
                    @for (at, _) in boxes.iter().enumerate().filter(|(_, one)| one.state == *state) {
                        @let (x, y) = place(at);
                        use href={ "#s-" (state.name()) } x=(x) y=(y) {}
                    }
                }
            }
            @for (at, one) in boxes.iter().enumerate().filter(|(_, one)| !is_told_as_one(one.state, alike(one.state))) {
                @let (x, y) = place(at);
                a href={ "/devices/" (one.id) } class={ "is-" (one.state.name()) } {
                    title { (one.label) ": " (one.state.word()) @if !one.reason.is_empty() { ", " (one.reason) } }
                    use href={ "#s-" (one.state.name()) } x=(x) y=(y) {}
                }
            }
        }
    }
}

/// What burns is told one by one, however much of it there is.
const fn is_told_as_one(state: State, many: usize) -> bool {
    match state {
        State::Trusted => true,
        State::Tampered | State::Attention => false,
        State::Silent | State::Service | State::Unproved | State::OffDuty | State::Revoked => many > ALIKE,
    }
}

fn legend() -> Markup {
    html! {
        ul.legend {
            @for state in State::ALL.into_iter().take(6).rev() {
                li class={ "is-" (state.name()) } { (mark::mark(state)) (state.word()) }
            }
        }
    }
}
