//! The same boxes as a table, the worst first.

use maud::{Markup, html};
use vocab::Wall;

use super::tile::words;
use crate::{
    pages::{
        age::{self, Worded},
        mark,
    },
    roll::Glance,
};

/// Most rows of one page; whoever has more boxes narrows them down.
const MOST: usize = 500;

pub(super) fn table(boxes: &[&Glance], now: Wall) -> Markup {
    let mut rows: Vec<&Glance> = boxes.to_vec();
    rows.sort_by(|a, b| {
        (a.state, &a.site, a.label.as_str(), a.id).cmp(&(b.state, &b.site, b.label.as_str(), b.id))
    });
    html! {
        table.list id="list" data-live="" {
            thead { tr { th { "Box" } th { "State" } th { "Site" } th { "Tier" } th.right { "Proof" } th.right { "Heard" } } }
            tbody {
                @for one in rows.iter().take(MOST) {
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
        @if rows.len() > MOST {
            p.fine { "The first " (MOST) " of " (rows.len()) ". Filter by state, site or name to see the others." }
        }
    }
}
