//! A refusal as a page: the same code, and a sentence that says what to do.

use maud::html;

use super::{
    Markup, Refusal, Request, Response, StatusCode, Uri, assets, header, html as page, see, sentence,
};

/// Whoever is not signed in signs in first and comes back; everybody else is told why not.
pub(crate) fn refused(refusal: Refusal, address: &Uri) -> Response {
    if refusal == Refusal::SignedOut {
        let here = address.path_and_query().map_or("/", |address| address.as_str());
        return see(&format!("/sign-in{}", api::path::query(&[("next", Some(here))])));
    }
    page(refusal.status(), told(&refusal))
}

/// There is nothing at this address: said as a page to whoever reads pages.
pub(crate) fn nowhere(request: &Request) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        return page(StatusCode::NOT_FOUND, told(&Refusal::NowhereTo));
    }
    axum::response::IntoResponse::into_response(Refusal::NowhereTo)
}

fn told(refusal: &Refusal) -> Markup {
    html! {
        (maud::DOCTYPE)
        html lang="en" {
            (assets::head(refusal.title()))
            body.bare {
                main.told id="main" {
                    h1 { (refusal.title()) }
                    p.lead { (sentence::capital(&refusal.to_string())) "." }
                    p.fine { code { (refusal.code()) } " · " a href="/" { "To the fleet" } }
                }
            }
        }
    }
}
