//! The sites of the map: as tiles where there is room, else a square for each box.

use std::sync::Arc;

use maud::{Markup, PreEscaped, html};
use vocab::{SiteName, Wall};

use super::{count, many, tile::tile};
use crate::{
    pages::mark,
    roll::{Site, State},
};

mod squares;

/// Every site: tiles as long as there is room for them, squares for the others. Where something wants a person comes
/// first.
pub(super) fn all(sites: &[Arc<Site>], mut room: usize, now: Wall) -> Markup {
    let (wakeful, calm): (Vec<_>, Vec<_>) = sites.iter().cloned().partition(|site| wants_a_person(site));
    let (mut near, mut far) = (vec![], vec![]);
    for site in wakeful.into_iter().chain(calm) {
        if site.boxes.len() <= room {
            room -= site.boxes.len();
            near.push(site);
        } else {
            far.push(site);
        }
    }
    html! {
        @for site in near { (block(&site, true, now)) }
        @if !far.is_empty() {
            section.far {
                header {
                    h2 { @if far.len() == sites.len() { "All " } @else { "The other " } (far.len()) @if far.len() == 1 { " site" } @else { " sites" } }
                    p { (many(&far)) " boxes, one square each. What is not trusted keeps its silhouette." }
                }
                div.squares { @for site in &far { (block(site, false, now)) } }
                (legend())
            }
        }
    }
}

fn wants_a_person(site: &Site) -> bool {
    [State::Tampered, State::Attention, State::Silent].into_iter().any(|state| site.many(state) > 0)
}

/// One site; replaced as one when something changed there.
pub(super) fn block(site: &Arc<Site>, as_tiles: bool, now: Wall) -> Markup {
    if !as_tiles {
        return PreEscaped(site.drawn(|| small(site).into_string()).to_owned());
    }
    let name = &site.name;
    html! {
        section.site id={ "site-" (name) } data-live=(fragment(name)) data-site=(name) {
            header {
                h2 { a href=(here(name)) { (name) } }
                p { (counts(site)) }
            }
            div.tiles { @for one in &site.boxes { (tile(one, now)) } }
        }
    }
}

fn small(site: &Site) -> Markup {
    let name = &site.name;
    let wakeful = State::ALL.into_iter().any(|state| state < State::Trusted && site.many(state) > 0);
    html! {
        section.small id={ "site-" (name) } data-live=(fragment(name)) data-site=(name) {
            h3 { a.wakeful[wakeful] href=(here(name)) { (name) } span { (site.boxes.len()) } }
            (squares::grid(site))
        }
    }
}

fn fragment(name: &SiteName) -> String {
    api::path::filled("/fragments/sites/{site}", name.as_str())
}

fn here(name: &SiteName) -> String {
    format!("/{}", api::path::query(&[("site", Some(name.as_str()))]))
}

/// `1 tampered, 11 trusted`: only what is not as it should be has a colour.
fn counts(site: &Arc<Site>) -> Markup {
    let all = count(std::slice::from_ref(site));
    html! {
        @for (at, (state, many)) in all.iter().enumerate() {
            @if at > 0 { ", " }
            @if *state < State::Unproved { b class={ "is-" (state.name()) } { (many) " " (state.word()) } }
            @else { (many) " " (state.word()) }
        }
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
