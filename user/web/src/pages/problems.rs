//! What each code means: the page to which `type` of a problem leads (RFC 9457 §3.1.1). Every fleet serves its own, so
//! that it is there where nothing else can be reached.

use std::sync::LazyLock;

use axum::response::Response;
use maud::{Markup, html};

use super::{HTML, assets, confined};
use crate::{pack::Fixed, refusal::Refusal, route::Call};

/// The list of the whole house.
const LIST: &str = include_str!("../../../../docs/errors.md");

/// A code, whose fault it is, and what it means.
type Row = (&'static str, &'static str, &'static str);

pub(super) async fn page(_: Call) -> Result<Response, Refusal> {
    static PAGE: LazyLock<Fixed> = LazyLock::new(|| Fixed::new(shown().into_string()));
    Ok(confined(PAGE.answer(HTML)))
}

fn shown() -> Markup {
    html! {
        (maud::DOCTYPE)
        html lang="en" {
            (assets::head("Problems"))
            body.bare {
                main.told id="main" {
                    h1 { "Problems" }
                    p.lead { "What each code means. A code never changes its meaning; the sentence beside it in an answer is about the very case." }
                    dl {
                        @for (code, whose, meaning) in rows() {
                            dt id=(code) { code { (code) } " " span.quiet { (whose) } }
                            dd { (meaning) }
                        }
                    }
                }
            }
        }
    }
}

fn rows() -> impl Iterator<Item = Row> {
    LIST.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|').map(str::trim);
        let code = cells.next()?.strip_suffix('`')?;
        Some((code, cells.next()?, cells.next()?))
    })
}

/// Whether a code is explained here.
#[cfg(test)]
pub(crate) fn explains(code: &str) -> bool {
    rows().any(|(known, ..)| known == code)
}
