//! One square for each box: what stands alike side by side is drawn at once, in the pattern of its state.

use maud::{Markup, html};

use crate::{
    pages::mark::PITCH,
    roll::{Glance, Site, State},
};

/// Squares in a row.
const ROW: usize = 10;

/// So many boxes of a site that stand alike are no longer told one by one: the list tells them.
const ALIKE: usize = 24;

/// The trusted ones without a link, the others each with one, or all with one where many stand alike.
pub(super) fn grid(site: &Site) -> Markup {
    let (width, height) = (ROW * PITCH, site.boxes.len().div_ceil(ROW) * PITCH);
    let label = format!("{} boxes of {}", site.boxes.len(), site.name);
    let alike = State::ALL.into_iter().filter(|state| is_told_as_one(*state, site.many(*state)));
    let alone = site.boxes.iter().enumerate();
    let alone = alone.filter(|(_, one)| !is_told_as_one(one.state, site.many(one.state)));
    html! {
        svg.grid width=(width) height=(height) viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(label) {
            @for state in alike {
                @if state == State::Trusted { (area(site, state)) }
                @else {
                    a href={ "/" (api::path::query(&[("state", Some(state.name())), ("site", Some(site.name.as_str())), ("view", Some("list"))])) } {
                        title { (site.many(state)) " boxes: " (state.word()) }
                        (area(site, state))
                    }
                }
            }
            @for (at, one) in alone { (square(at, one)) }
        }
    }
}

/// What burns is told one by one, however much of it there is.
const fn is_told_as_one(state: State, many: usize) -> bool {
    match state {
        State::Trusted => many > 0,
        State::Tampered | State::Attention => false,
        State::Silent | State::Service | State::Unproved | State::OffDuty | State::Revoked => many > ALIKE,
    }
}

fn square(at: usize, one: &Glance) -> Markup {
    let state = one.state.name();
    html! {
        a href={ "/devices/" (one.id) } class={ "is-" (state) } {
            title { (one.label) ": " (one.state.word()) @if !one.reason.is_empty() { ", " (one.reason) } }
            use href={ "#s-" (state) } x=(at % ROW * PITCH + 1) y=(at / ROW * PITCH + 1) {}
        }
    }
}

fn area(site: &Site, state: State) -> Markup {
    let places = site.boxes.iter().enumerate().filter(|(_, one)| one.state == state).map(|(at, _)| at);
    let path: String = fields(places)
        .iter()
        .map(|Field { x, y, width, height }| {
            let (x, y, width, height) = (x * PITCH, y * PITCH, width * PITCH, height * PITCH);
            format!("M{x} {y}h{width}v{height}H{x}z")
        })
        .collect();
    html! { path d=(path) fill={ "url(#p-" (state.name()) ")" } {} }
}

/// So many squares beside and under each other.
struct Field {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

/// These places, each in one field.
fn fields(places: impl Iterator<Item = usize>) -> Vec<Field> {
    let mut rows: Vec<Field> = vec![];
    for at in places {
        let (x, y) = (at % ROW, at / ROW);
        match rows.last_mut().filter(|last| last.y == y && last.x + last.width == x) {
            Some(last) => last.width += 1,
            None => rows.push(Field { x, y, width: 1, height: 1 }),
        }
    }
    let mut fields: Vec<Field> = vec![];
    for row in rows {
        let under =
            |last: &&mut Field| (last.x, last.width, last.y + last.height) == (row.x, row.width, row.y);
        match fields.last_mut().filter(under) {
            Some(last) => last.height += 1,
            None => fields.push(row),
        }
    }
    fields
}

#[cfg(test)]
mod tests;
