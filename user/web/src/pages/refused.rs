//! A refusal as a page: the same code, and a sentence that says what to do.

use maud::html;

use super::{
    Markup, Refusal, Request, Response, StatusCode, Uri, assets, header, html as page, see, sentence,
};

/// Whoever is not signed in signs in first and comes back; everybody else is told why not.
pub(crate) fn refused(refusal: Refusal, address: &Uri) -> Response {
    let here = address.path_and_query().map_or("/", |address| address.as_str());
    if refusal == Refusal::SignedOut {
        return see(&format!("/sign-in{}", api::path::query(&[("next", Some(here))])));
    }
    // What somebody looked for stands in the address.
    let again = (refusal.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(here);
    page(refusal.status(), told(&refusal, again))
}

/// There is nothing at this address: said as a page to whoever reads pages.
pub(crate) fn nowhere(request: &Request) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        return page(StatusCode::NOT_FOUND, told(&Refusal::NowhereTo, None));
    }
    axum::response::IntoResponse::into_response(Refusal::NowhereTo)
}

fn told(refusal: &Refusal, again: Option<&str>) -> Markup {
    html! {
        (maud::DOCTYPE)
        html lang="en" {
            (assets::head(refusal.title()))
            body.bare {
                main.told id="main" {
                    h1 { (refusal.title()) }
                    p.lead { (sentence::capital(&refusal.to_string())) "." }
                    p.fine { code { (refusal.code()) } " · " @if let Some(again) = again { a href=(again) { "Ask again" } " · " } a href="/" { "To the fleet" } }
                }
            }
        }
    }
}
