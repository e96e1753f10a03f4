//! The table of routes, and the way to them.

use std::sync::Arc;

use access::{Action, Kind};
use api::path;
use axum::{
    RequestPartsExt as _, Router,
    extract::{RawPathParams, Request},
    http::{HeaderMap, Method, header},
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};

use control::{Asked, Fault};
use crypto::hex;

use crate::{
    answer::guarded,
    body,
    desk::{Desk, Setup},
    query::{ADDRESS_LIMIT, Query},
    refusal::Refusal,
    route::{Call, Caller, Needs, Route, TakesBody},
};

mod audit;
mod devices;
mod facts;
mod incidents;
mod proposals;
mod sign_in;
mod tokens;

macro_rules! route {
    ($method:ident $path:ident, $needs:expr, $query:expr, $body:ident, $run:path) => {
        Route {
            method: Method::$method,
            path: path::$path,
            needs: $needs,
            query: &$query,
            body: TakesBody::$body,
            run: |call| Box::pin($run(call)),
        }
    };
}

const fn permit(action: Action, kind: Kind) -> Needs {
    Needs::Permit(action, kind)
}

/// Every route. What does not stand here does not exist.
#[rustfmt::skip]
pub static TABLE: &[Route] = &[
    route!(GET  HEALTH,           Needs::Nothing,                          [],                         Nothing, facts::health),
    route!(GET  FLEET,            Needs::Nothing,                          [],                         Nothing, facts::fleet),
    route!(GET  CHANGES,          Needs::Session,                          ["after", "wait"],          Nothing, facts::changes),
    route!(POST CHALLENGE,        Needs::Nothing,                          [],                         Json,    sign_in::challenge),
    route!(POST SIGN_IN,          Needs::Nothing,                          [],                         Json,    sign_in::sign_in),
    route!(POST SIGN_OUT,         Needs::Session,                          [],                         Nothing, sign_in::sign_out),
    route!(GET  DEVICES,          permit(Action::View,    Kind::Device),   ["site", "after", "limit"], Nothing, devices::list),
    route!(GET  DEVICE,           permit(Action::View,    Kind::Device),   [],                         Nothing, devices::one),
    route!(POST ARM,              permit(Action::Arm,     Kind::Device),   [],                         Json,    devices::arm),
    route!(POST RESET,            permit(Action::Propose, Kind::Device),   [],                         Json,    devices::reset),
    route!(POST REVOKE,           permit(Action::Revoke,  Kind::Device),   [],                         Json,    devices::revoke),
    route!(GET  INCIDENTS,        permit(Action::View,    Kind::Incident), ["state", "after", "limit"], Nothing, incidents::list),
    route!(GET  INCIDENT,         permit(Action::View,    Kind::Incident), [],                         Nothing, incidents::one),
    route!(POST CLOSE,            permit(Action::Close,   Kind::Incident), [],                         Json,    incidents::close),
    route!(GET  PROPOSALS,        permit(Action::View,    Kind::Proposal), [],                         Nothing, proposals::list),
    route!(GET  PROPOSAL,         permit(Action::View,    Kind::Proposal), [],                         Nothing, proposals::one),
    route!(POST CONSENTS,         permit(Action::Approve, Kind::Proposal), [],                         Json,    proposals::consent),
    route!(POST TOKENS,           permit(Action::Issue,   Kind::Token),    [],                         Json,    tokens::issue),
    route!(GET  AUDIT_EXPORT,     permit(Action::Export,  Kind::Audit),    [],                         Nothing, audit::export),
    route!(GET  AUDIT_CHECKPOINT, permit(Action::View,    Kind::Audit),    [],                         Nothing, audit::checkpoint),
];

/// The contract, served.
pub fn router(setup: Setup) -> Router {
    let desk = Arc::new(Desk::new(setup));
    let mut router = Router::new();
    for route in TABLE {
        let desk = desk.clone();
        let filter = MethodFilter::try_from(route.method.clone()).expect("a method that axum knows");
        let answer = move |request: Request| {
            let desk = desk.clone();
            async move { serve(route, desk, request).await.unwrap_or_else(IntoResponse::into_response) }
        };
        router = router.route(route.path, on(filter, answer));
    }
    router
        .fallback(async || Refusal::NowhereTo)
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(from_fn(bounded))
        .layer(map_response(async |response: Response| guarded(response)))
}

/// Who asks comes first: of strangers nothing is read that they need not send.
async fn serve(route: &'static Route, desk: Arc<Desk>, request: Request) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    let caller = match route.needs {
        Needs::Nothing => None,
        Needs::Session | Needs::Permit(..) => Some(caller(&desk, &parts.headers)?),
    };
    let query = Query::read(parts.uri.query(), route.query)?;
    let parameters = parts.extract::<RawPathParams>().await.map_err(|_| Refusal::Permit)?;
    let parameter = parameters.iter().next().map(|(_, value)| value.to_owned()).unwrap_or_default();
    let body = match route.body {
        TakesBody::Json => body::take(&parts.headers, body).await?,
        TakesBody::Nothing => vec![],
    };
    (route.run)(Call { desk, caller, parameter, query, body, needs: route.needs }).await
}

/// Whose token this is (RFC 6750 §2.1).
fn caller(desk: &Desk, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Refusal::SignedOut) };
    let (scheme, token) =
        value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Refusal::SignedOut)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::SignedOut);
    }
    let token = hex::decode_array::<32>(token).map_err(|_| Refusal::SignedOut)?;
    let now = (desk.clock)().mono;
    let id = desk.sessions(|sessions| sessions.person(&token, now)).ok_or(Refusal::SignedOut)?;
    let person = desk.person(id).ok_or(Refusal::SignedOut)?;
    Ok(Caller { person, token })
}

/// Most bytes of headers, names and values together.
const HEADERS_LIMIT: usize = 16 * 1024;

/// What is larger than anybody needs is not looked at.
async fn bounded(request: Request, next: Next) -> Response {
    let size = |(name, value): (&header::HeaderName, &header::HeaderValue)| name.as_str().len() + value.len();
    if request.headers().iter().map(size).sum::<usize>() > HEADERS_LIMIT {
        return Refusal::HeadersTooLarge.into_response();
    }
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if address > ADDRESS_LIMIT {
        return Refusal::AddressTooLong.into_response();
    }
    next.run(request).await
}

/// What the fleet says to somebody who may ask it: what does not hold now, and what to do.
fn refused(asked: &Asked) -> Refusal {
    match asked {
        Asked::Fault(fault) => faulty(fault),
        _ => Refusal::Not { code: asked.code(), detail: asked.to_string() },
    }
}

/// Something is wrong with the fleet's own house; what exactly stands in its log and not here.
const fn faulty(fault: &Fault) -> Refusal {
    Refusal::Stopped { code: fault.code() }
}
