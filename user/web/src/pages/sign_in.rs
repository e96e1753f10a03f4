//! Signing in. It reveals nothing of the fleet but its name, which anybody may know.

use axum::{http::StatusCode, response::Response};
use maud::{Markup, PreEscaped, html};
use vocab::Label;

use super::{assets, html as respond, mark, see};
use crate::{TABLE, password::BYTES_LIMIT, refusal::Refusal, route::Call, routes::facts, totp::DIGITS};

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let next = call.query.of::<String>("next")?.filter(|next| is_ours(next)).unwrap_or_else(|| "/".into());
    // Some acts take a session that began a moment ago: whoever means to signs in again.
    if call.caller.is_some() && call.query.of::<String>("again")?.is_none() {
        return Ok(see(&next));
    }
    let fleet = &facts::known(&call.desk).await?.name;
    let page = html! {
        (maud::DOCTYPE)
        html lang="en" {
            (assets::head("Sign in"))
            body.door {
                (mark::shapes())
                main id="main" {
                    (promise())
                    section.card {
                        h2 { "Sign in to " (fleet) }
                        (form(&next))
                    }
                }
                footer {
                    "First person here? Open the link that fleetd printed; it works for 15 minutes, once."
                }
            }
        }
    };
    Ok(respond(StatusCode::OK, page))
}

/// Only back to a page of ours: an address that begins otherwise leads to somebody else's.
pub(super) fn is_ours(next: &str) -> bool {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/sign-in")
}

/// Whether this server answers at an address: a page offers nothing that it has not.
pub(super) fn has(path: &str) -> bool {
    TABLE.iter().any(|route| route.path == path)
}

fn form(next: &str) -> Markup {
    let (password, passkey) = (has("/v1/sessions/password"), has("/v1/sessions/passkey"));
    html! {
        @if password {
            form.stack data-api="/v1/sessions/password" data-then=(next) data-sign-in {
                label { "Name" input name="name" autocomplete="username" required maxlength=(Label::LIMIT) autofocus; }
                label { "Password" input name="password" type="password" autocomplete="current-password" required maxlength=(BYTES_LIMIT); }
                label { "Code" small { "from your authenticator, if you have one" }
                    input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength=(DIGITS) pattern={ "[0-9]{" (DIGITS) "}" } data-optional; }
                p.problem role="alert" hidden {}
                button.primary { "Sign in" }
            }
        }
        @if passkey {
            p.or { span { "or" } }
            button.wide data-passkey data-then=(next) { "Use a passkey" }
            p.problem role="alert" hidden {}
        }
        @if password {
            p.fine { "A wrong password slows the next try. Where you have signed in before, nobody else's wrong tries slow yours." }
        } @else {
            p { "This server knows people by their own keys. Sign in from a terminal:" }
            pre { code { "wrale login" } }
        }
    }
}

/// What this is, for whoever comes here for the first time.
fn promise() -> Markup {
    const PICTURE: &str = r#"<path d="M4 14h108v17H4zM11 31h94v60H11zM51 14h14v17H51zM51 31h14v7H51zM128 61h24m-7-5l7 5-7 5M170 44h35v35h-35zM220 44h35v35h-35zM270 44h35v35h-35zM205 61h15m35 0h15M178 54h18m-18 8h10M228 54h18m-18 8h10M278 54h18m-18 8h10M322 61h24m-7-5l7 5-7 5M402 12a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM397 23l-13 22m23-22l13 22M381 45a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM423 45a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM379 54l-7 24m12-24l7 24M421 54l-7 24m12-24l7 24M367 79h10v10h-10zM388 79h10v10h-10zM409 79h10v10h-10zM430 79h10v10h-10z"/>"#;
    html! {
        section.promise {
            p.brand { (mark::named("brand")) b { "Wrale Fleet" } }
            h1 { "Know when a box was touched, and prove it." }
            p { "Each box notices, acts by itself, and writes down what happened where nobody can take it back, us included." }
            svg.picture viewBox="0 0 444 96" role="img" aria-label="A box, its journal, and the log that holds it" { (PreEscaped(PICTURE)) }
        }
    }
}
