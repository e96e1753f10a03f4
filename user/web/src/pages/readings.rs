//! What the senses of one box say now, for whoever may read them and watches.

use axum::{http::StatusCode, response::Response};
use control::view::{self, Connection, LiveView};
use maud::{Markup, html};

use super::{chart, html as respond};
use crate::{
    refusal::Refusal,
    route::Call,
    routes::devices::{Watched, watched},
};

pub(super) async fn fragment(call: Call) -> Result<Response, Refusal> {
    let Watched { device, connection, live } = watched(call).await?;
    Ok(respond(
        StatusCode::OK,
        html! {
            section id="readings" data-of=(device) data-again={ "/fragments/readings/" (device) } {
                header { h2 { "Live readings" } p { "the last minute, unsigned and no evidence; that you watch is written down" } }
                (told(connection, live.as_ref()))
            }
        },
    ))
}

/// What came, or why nothing does.
fn told(connection: Connection, live: Option<&LiveView>) -> Markup {
    let silent = match connection {
        Connection::Away => Some("It is not connected."),
        Connection::Quarantine => Some("It stands in the quarantine room, where its journal alone speaks."),
        Connection::Live => None,
    };
    html! {
        @match (silent, live) {
            (Some(why), _) => p.empty { (why) },
            (None, None) => p.empty { "It was asked; its first word is on the way." },
            (None, Some(live)) => {
                @if live.age.as_secs() >= 5 { p.empty { "Its last word came " (view::span(live.age)) " ago." } }
                (chart::live(live))
            }
        }
    }
}
