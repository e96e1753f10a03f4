//! The same boxes as a table, the worst first.

use std::sync::Arc;

use maud::{Markup, html};
use vocab::Wall;

use super::tile::words;
use crate::{
    pages::{
        age::{self, Worded},
        mark,
    },
    roll::{Site, State},
};

/// Most rows of one page; whoever has more boxes narrows them down.
const MOST: usize = 500;

pub(super) fn table(sites: &[Arc<Site>], now: Wall) -> Markup {
    // Sites stand by name and boxes by label already.
    let rows =
        State::ALL.into_iter().flat_map(|state| sites.iter().flat_map(move |site| site.standing(state)));
    let all = super::many(sites);
    html! {
        table.list id="list" data-live="" {
            thead { tr { th { "Box" } th { "State" } th { "Site" } th { "Tier" } th.right { "Proof" } th.right { "Heard" } } }
            tbody {
                @for one in rows.take(MOST) {
                    tr id={ "row-" (one.id) } {
                        td { a href={ "/devices/" (one.id) } { (one.label) } }
                        td class={ "is-" (one.state.name()) } { (mark::mark(one.state)) (words(one)) }
                        td { (one.site) }
                        td { @if let Some(tier) = one.tier { (tier) } @else { span.quiet { "none" } } }
                        td.right { @if let Some(at) = one.proved { (age::since(at, now, Worded::Bare)) } @else { span.quiet { "never" } } }
                        td.right { @if let Some(at) = one.heard { (age::since(at, now, Worded::Bare)) } @else { span.quiet { "never" } } }
                    }
                }
            }
        }
        @if all > MOST {
            p.fine { "The first " (MOST) " of " (all) ". Filter by state, site or name to see the others." }
        }
    }
}
