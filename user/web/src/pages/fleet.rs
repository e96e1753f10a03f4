//! The fleet: a map of sites and boxes, each with why it is green and how old that is.

use std::{cmp::Reverse, sync::Arc};

use access::{Action, Kind, Resource};
use axum::{http::StatusCode, response::Response};
use control::view::span;
use maud::{Markup, html};
use vocab::{DeviceId, SiteName};

use super::{
    age::{self, tight},
    frame::{Frame, Place},
    html as respond, mark,
    reader::Reader,
};
use crate::{
    query::WORDS_LIMIT,
    refusal::Refusal,
    roll::{Glance, Roll, Site, State},
    route::Call,
};

mod feed;
mod list;
mod site;
mod tile;
pub(super) mod why;

pub(super) use self::why::fragment as why_fragment;

/// Most boxes that are drawn as tiles; those of the other sites are squares.
const TILES: usize = 96;

/// How the boxes are drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    List,
    Squares,
    Tiles,
}

impl std::str::FromStr for View {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        match word {
            "list" => Ok(Self::List),
            "squares" => Ok(Self::Squares),
            "tiles" => Ok(Self::Tiles),
            _ => Err(()),
        }
    }
}

/// What whoever reads wants to see.
struct Wish {
    state: Option<State>,
    site: Option<SiteName>,
    name: String,
    view: View,
}

/// The sites that whoever reads may see.
struct Seen {
    roll: Arc<Roll>,
    reader: Reader,
    sites: Vec<Arc<Site>>,
}

impl Seen {
    async fn of(call: &Call) -> Result<Self, Refusal> {
        // Somebody without a role for it is refused, and that is written down.
        call.asker().await?;
        let (roll, reader) = (call.desk.rolls.read(&call.desk).await?, Reader::of(call)?);
        let sites = roll.seen_by(|site| reader.sees_at(Kind::Device, site));
        Ok(Self { roll, reader, sites })
    }
}

impl Wish {
    fn of(call: &Call) -> Result<Self, Refusal> {
        Ok(Self {
            state: call.query.of::<State>("state")?,
            site: call.query.of::<SiteName>("site")?,
            name: call.query.words()?.trim().into(),
            view: call.query.of::<View>("view")?.unwrap_or(View::Tiles),
        })
    }

    fn wants(&self, one: &Glance) -> bool {
        let name = &self.name.to_lowercase();
        self.state.is_none_or(|state| state == one.state)
            && (name.is_empty()
                || one.label.as_str().to_lowercase().contains(name)
                || one.site.to_string().to_lowercase().contains(name)
                || one.id.to_string() == *name)
    }

    /// The sites with what of them is wanted.
    fn of_these(&self, sites: &[Arc<Site>]) -> Vec<Arc<Site>> {
        if self.is_any() {
            return sites.to_vec();
        }
        let here = |site: &&Arc<Site>| self.site.as_ref().is_none_or(|wanted| *wanted == site.name);
        sites.iter().filter(here).filter_map(|site| site.kept(|one| self.wants(one))).collect()
    }

    const fn is_any(&self) -> bool {
        self.state.is_none() && self.site.is_none() && self.name.is_empty()
    }

    /// The address of this wish with something changed.
    fn address(&self, state: Option<State>, view: View) -> String {
        let site = self.site.as_ref().map(ToString::to_string);
        let view = match view {
            View::Tiles => None,
            View::Squares => Some("squares"),
            View::List => Some("list"),
        };
        let name = (!self.name.is_empty()).then_some(self.name.as_str());
        let parts =
            [("state", state.map(State::name)), ("site", site.as_deref()), ("q", name), ("view", view)];
        format!("/{}", api::path::query(&parts))
    }
}

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let (seen, wish) = (Seen::of(&call).await?, Wish::of(&call)?);
    let frame = Frame::of(&call).await?;
    let chosen = call.query.of::<DeviceId>("why")?;
    let why = why::of(&call, chosen.or_else(|| telling(&seen.sites))).await?;
    let feed = feed::of(&call, &seen.sites, &frame).await?;
    let wanted = wish.of_these(&seen.sites);
    let main = html! {
        (summary(&seen.sites, &seen.roll))
        @if seen.sites.is_empty() { (nobody(&seen.reader)) } @else {
            (filter(&wish))
            div.columns {
                div.map {
                    @if wanted.is_empty() {
                        p.empty { "No box is like that. " a href="/" { "Show all" } }
                    } @else {
                        @match wish.view {
                            View::List => (list::table(&wanted, frame.now)),
                            View::Squares => (site::all(&wanted, 0, frame.now)),
                            View::Tiles => (site::all(&wanted, TILES, frame.now)),
                        }
                    }
                }
                aside { (why) (feed) }
            }
        }
    };
    let title = if wish.is_any() { "Fleet".into() } else { format!("Fleet, {} boxes", many(&wanted)) };
    Ok(frame.page(Place::Fleet, &title, main))
}

/// What changes on every page and on this one: the badge, the strip, the counts and the feed.
pub(super) async fn now(call: Call) -> Result<Response, Refusal> {
    let seen = Seen::of(&call).await?;
    let frame = Frame::of(&call).await?;
    let feed = feed::of(&call, &seen.sites, &frame).await?;
    let parts =
        html! { (frame.badge()) (frame.strip(Place::Fleet)) (summary(&seen.sites, &seen.roll)) (feed) };
    Ok(respond(StatusCode::OK, parts))
}

/// Most boxes that are found by name at once.
const FOUND: usize = 8;

/// Boxes by name, for whoever types one.
pub(super) async fn find(call: Call) -> Result<Response, Refusal> {
    let (seen, wish) = (Seen::of(&call).await?, Wish::of(&call)?);
    let found = seen.sites.iter().flat_map(|site| &site.boxes).filter(|one| wish.wants(one)).take(FOUND);
    let found =
        html! { @for one in found { a href={ "/devices/" (one.id) } title=(one.site) { (one.label) } } };
    Ok(respond(StatusCode::OK, found))
}

/// One site of the map; what no site has whose boxes whoever reads may see is nowhere.
pub(super) async fn site(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let seen = Seen::of(&call).await?;
    let named = |site: &&Arc<Site>| site.name.as_str() == call.parameter;
    let Some(site) = seen.sites.iter().find(named) else {
        // What is out of reach is refused for the log, as everywhere.
        if let Some(one) = seen.roll.sites.iter().find(named).and_then(|site| site.boxes.first()) {
            let device = Resource::Device(one.id, one.site.clone());
            crate::ask::ask(&call.desk, move |fleet, now| asker.permit(fleet, device, now).map(drop))
                .await??;
        }
        return Err(Refusal::Permit);
    };
    Ok(respond(StatusCode::OK, site::block(site, site.boxes.len() <= TILES, seen.roll.now.wall)))
}

/// The box whose story is told first: the worst and of those the latest, or the one whose proof is the oldest.
fn telling(sites: &[Arc<Site>]) -> Option<DeviceId> {
    let worst = count(sites).first().map(|(state, _)| *state)?;
    let worst = sites.iter().flat_map(|site| site.standing(worst));
    worst.min_by_key(|one| (Reverse(one.latched), one.proved, one.id)).map(|one| one.id)
}

/// How many boxes there are.
fn many(sites: &[Arc<Site>]) -> usize {
    sites.iter().map(|site| site.boxes.len()).sum()
}

/// How many boxes stand how, the worst first.
fn count(sites: &[Arc<Site>]) -> Vec<(State, usize)> {
    let of = |state| sites.iter().map(|site| site.many(state)).sum();
    State::ALL.into_iter().map(|state| (state, of(state))).filter(|(_, many)| *many > 0).collect()
}

fn summary(sites: &[Arc<Site>], roll: &Roll) -> Markup {
    let boxes = many(sites);
    let trusted = sites.iter().flat_map(|site| site.standing(State::Trusted));
    let oldest = trusted.filter_map(|one| one.proved).min();
    html! {
        section.summary id="summary" data-live="/fragments/now" {
            h1 { (boxes) @if boxes == 1 { " box" } @else { " boxes" } }
            ul.counts {
                @for (state, many) in count(sites) {
                    li { a href={ "/?state=" (state.name()) } class={ "is-" (state.name()) } {
                        (mark::mark(state)) b { (many) } " " (state.word())
                    } }
                }
            }
            @if boxes > 0 {
                p.lead {
                    "In " (sites.len()) @if sites.len() == 1 { " site. " } @else { " sites. " }
                    @if let Some(oldest) = oldest {
                        "Oldest proof behind a trusted box: " (age::since(oldest, roll.now.wall, age::Worded::Bare))
                        ", limit " (tight(&span(control::view::health::STALE_AFTER))) ". "
                        "Every box trusted here has proved itself, and all its senses tripped when tested."
                    } @else { "No box is trusted now." }
                }
            }
        }
    }
}

fn filter(wish: &Wish) -> Markup {
    let views = [(View::Tiles, "Tiles"), (View::Squares, "Squares"), (View::List, "List")];
    html! {
        div.filter {
            a.chip href=(wish.address(None, wish.view)) aria-current=[wish.state.is_none().then_some("true")] { "Any state" }
            @for state in State::ALL.into_iter().take(6) {
                a.chip href=(wish.address(Some(state), wish.view)) aria-current=[(wish.state == Some(state)).then_some("true")] { (state.word()) }
            }
            @if let Some(site) = &wish.site {
                a.chip href="/" aria-current="true" title="Show every site" { "at " b { (site) } " ×" }
            }
            form.by action="/" method="get" {
                @if let Some(state) = wish.state { input type="hidden" name="state" value=(state.name()); }
                @if let Some(site) = &wish.site { input type="hidden" name="site" value=(site); }
                input type="search" name="q" value=(wish.name) maxlength=(WORDS_LIMIT) placeholder="Filter by name  /" aria-label="Filter by name" data-filter;
            }
            nav.views aria-label="View" {
                @for (view, word) in views {
                    a href=(wish.address(wish.state, view)) aria-current=[(wish.view == view).then_some("true")] { (word) }
                }
            }
        }
    }
}

/// Empty says what would be here, and how to get it.
fn nobody(reader: &Reader) -> Markup {
    html! {
        p.empty {
            @if reader.ever(Action::Issue, Kind::Token) {
                "No box yet. Issue a token with " code { "wrale token --site NAME" } " and let a box join with it, or start the lab."
            } @else {
                "No box that you may see. Whoever gives out roles can let you see a site."
            }
        }
    }
}

#[cfg(test)]
mod tests;
