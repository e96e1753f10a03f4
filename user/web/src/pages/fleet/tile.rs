//! One box as a tile: its state by word, silhouette and border, why, and how old its proof is.

use control::view::health::STALE_AFTER;
use maud::{Markup, html};
use vocab::{Posture, Wall};

use crate::{
    pages::{
        age::{self, Worded},
        mark,
    },
    roll::{Glance, State},
};

/// Width of the proof line where a whole life is left.
const LINE: u64 = 100;

pub(super) fn tile(one: &Glance, now: Wall) -> Markup {
    html! {
        a.tile.{ "is-" (one.state.name()) } id={ "box-" (one.id) } href={ "/devices/" (one.id) } data-box=(one.id) {
            span.top {
                (mark::mark(one.state)) b { (one.label) }
                @if let Some(tier) = one.tier { small { "tier " (tier) } }
            }
            span.state { (words(one)) }
            span.fine { (below(one, now)) }
            @if one.state == State::Trusted { (line(one, now)) }
        }
    }
}

/// The state and why.
pub(super) fn words(one: &Glance) -> Markup {
    let (tripped, all) = one.senses;
    html! {
        @if one.state == State::OffDuty { (one.reason) } @else { (one.state.word()) }
        @if one.state == State::Trusted { ", " (tripped) "/" (all) @if all == 1 { " sense" } @else { " senses" } }
        @if one.state != State::OffDuty && !one.reason.is_empty() { ": " (one.reason) }
    }
}

fn below(one: &Glance, now: Wall) -> Markup {
    html! {
        @match (one.state, one.latched, one.heard, one.proved) {
            (State::Tampered | State::Attention, Some(at), ..) => {
                span { (one.posture.map_or("", posture)) }
                span { (age::since(at, now, Worded::Ago)) }
            }
            (State::Silent, _, Some(at), _) => span { "heard " (age::since(at, now, Worded::Ago)) },
            (.., Some(at)) => span { "proof " (age::since(at, now, Worded::Old)) },
            (_, _, Some(at), None) => span { "heard " (age::since(at, now, Worded::Ago)) },
            _ => span { "never heard" },
        }
    }
}

/// What is left of the time until it must prove itself again.
fn line(one: &Glance, now: Wall) -> Markup {
    let Some(proved) = one.proved else { return html! {} };
    let life = STALE_AFTER.as_secs();
    let left = life.saturating_sub(now.since(proved).as_secs());
    let title = format!(
        "{} of {} until its proof is too old",
        control::view::span(std::time::Duration::from_secs(left)),
        control::view::span(STALE_AFTER)
    );
    html! {
        svg.line width="100%" height="2" viewBox="0 0 100 2" preserveAspectRatio="none" role="img" aria-label=(title) {
            rect width=(left * LINE / life.max(1)) height="2" data-proof=(proved) data-life=(life) {}
        }
    }
}

pub(super) const fn posture(posture: Posture) -> &'static str {
    match posture {
        Posture::Normal => "works on",
        Posture::Guarded => "guarded",
        Posture::Isolated => "isolated",
        Posture::Sealed => "sealed",
        Posture::Wiped => "wiped",
    }
}
