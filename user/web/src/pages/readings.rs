//! The senses of one box with what they say now, for whoever may read them and watches.

use axum::{http::StatusCode, response::Response};
use control::view::{self, Connection, LiveView};
use maud::{Markup, html};

use super::{chart, device::senses, html as respond};
use crate::{
    refusal::Refusal,
    route::Call,
    routes::devices::{Watched, watched},
    show,
};

pub(super) async fn fragment(call: Call) -> Result<Response, Refusal> {
    let Watched { one, trips, live, now } = watched(call).await?;
    // What came before it went away is not now.
    let live = live.filter(|_| one.connection == Connection::Live);
    let device = show::device(&one, now);
    Ok(respond(
        StatusCode::OK,
        html! {
            section id="senses" data-of=(device.id) data-again={ "/fragments/readings/" (device.id) } {
                header { h2 { "Senses" } p { (senses::proved(&device)) } }
                (senses::table(&device, &trips, live.as_ref()))
                p.fine { "Live: the last minute, unsigned and no evidence; that you watch is written down." }
                (told(one.connection, live.as_ref()))
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
