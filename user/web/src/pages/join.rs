//! Coming in for the first time, with a link that somebody gave: its word stands behind the mark and is sent by a
//! script alone.

use api::path;
use axum::{http::StatusCode, response::Response};
use maud::html;
use vocab::Label;

use super::{assets, html as respond, mark};
use crate::{password::BYTES_LIMIT, refusal::Refusal, route::Call, routes::facts};

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let fleet = &facts::known(&call.desk).await?.name;
    let page = html! {
        (maud::DOCTYPE)
        html lang="en" {
            (assets::head("Join"))
            body.door {
                (mark::shapes())
                main id="main" {
                    section.promise {
                        p.brand { (mark::named("brand")) b { "Wrale Fleet" } }
                        h1 { "Somebody invited you." }
                        p { "The link that you were given works once. Choose a password, and you are in; then add a passkey or a code, so that a stolen password opens nothing." }
                    }
                    section.card {
                        h2 { "Join " (fleet) }
                        form.stack data-api=(path::REDEEM) data-token data-then="/settings" {
                            label { "Name" small { "for the first administrator alone; others were given one" }
                                input name="name" autocomplete="username" maxlength=(Label::LIMIT) data-optional; }
                            label { "Password" input name="password" type="password" autocomplete="new-password" required maxlength=(BYTES_LIMIT); }
                            p.problem role="alert" hidden {}
                            button.primary { "Join" }
                        }
                    }
                }
                footer { "The link has run out? Ask whoever gave it to you for another." }
            }
        }
    };
    Ok(respond(StatusCode::OK, page))
}
