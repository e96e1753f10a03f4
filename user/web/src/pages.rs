//! The pages: other views of the contract's own answers, and nothing that the contract would not tell.
//!
//! They only read. Whatever a person does, a script sends to the contract's own routes, where it needs the same permit
//! as from everywhere else. Nothing here is inline, and nothing comes from elsewhere.

use access::{Action, Kind};
use axum::{
    extract::Request,
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use maud::Markup;

use crate::{
    answer::typed,
    refusal::Refusal,
    route::{Holds, Needs, Route, TakesBody},
};

mod age;
mod asked;
mod assets;
mod audit;
mod chart;
mod device;
mod fleet;
mod frame;
mod incident;
mod incidents;
mod join;
mod mark;
mod people;
pub(crate) mod problems;
mod reader;
mod readings;
mod refused;
mod release;
mod sentence;
mod settings;
mod sign_in;
mod traces;

pub(crate) use self::refused::{nowhere, refused};

macro_rules! page {
    ($path:literal, $needs:expr, $query:expr, $run:path) => {
        Route {
            method: Method::GET,
            path: $path,
            needs: $needs,
            query: &$query,
            body: TakesBody::Nothing,
            holds: Holds::Secrets,
            run: |call| Box::pin($run(call)),
        }
    };
}

const fn view(kind: Kind) -> Needs {
    Needs::Permit(Action::View, kind)
}

/// Every page, and what pages are made of.
#[rustfmt::skip]
pub static TABLE: &[Route] = &[
    page!("/assets/{file}",         Needs::Nothing,       [],                                   assets::file).without_secrets(),
    page!("/sign-in",               Needs::Nothing,       ["next", "again"],                    sign_in::page),
    page!("/join",                  Needs::Nothing,       [],                                   join::page),
    page!("/problems",              Needs::Nothing,       [],                                   problems::page).without_secrets(),
    page!("/people",                view(Kind::Person),   [],                                   people::page),
    page!("/settings",              Needs::Session,       [],                                   settings::page),
    page!("/",                      view(Kind::Device),   ["state", "site", "q", "view", "why"], fleet::page).without_secrets(),
    page!("/devices/{device}",      view(Kind::Device),   [],                                   device::page).without_secrets(),
    page!("/incidents",             view(Kind::Incident), ["state", "after"],                   incidents::page).without_secrets(),
    page!("/incidents/{incident}",  view(Kind::Incident), [],                                   incident::page).without_secrets(),
    page!("/audit",                 view(Kind::Audit),    ["q", "before", "entry"],             audit::page).without_secrets(),
    page!("/fragments/find",        view(Kind::Device),   ["q"],                                fleet::find).without_secrets(),
    page!("/fragments/traces/{incident}", view(Kind::Trace), [],                                traces::fragment).without_secrets(),
    page!("/fragments/readings/{device}", view(Kind::Trace), [],                                readings::fragment).without_secrets(),
    page!("/fragments/now",         view(Kind::Device),   [],                                   fleet::now).without_secrets(),
    page!("/fragments/sites/{site}", view(Kind::Device),  [],                                   fleet::site).without_secrets(),
    page!("/fragments/why/{device}", view(Kind::Device),  [],                                   fleet::why_fragment).without_secrets(),
];

/// What a page may load: what this server serves, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";

/// A page.
fn html(status: StatusCode, page: Markup) -> Response {
    confined(typed(status, HTML, page.into_string()))
}

/// As a page that loads nothing else.
fn confined(mut page: Response) -> Response {
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    page
}

/// Elsewhere on this server.
fn see(path: &str) -> Response {
    let Ok(path) = HeaderValue::from_str(path) else { return Refusal::NowhereTo.into_response() };
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, path);
    response
}
