//! The table of routes, and the way to them.

use std::sync::Arc;

use access::{Action, Kind};
use api::path;
use axum::{
    RequestPartsExt as _, Router,
    extract::{RawPathParams, Request, ws::WebSocketUpgrade},
    http::{Method, Uri, header},
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};

use control::{Asked, Fault};

use crate::{
    answer::guarded,
    body,
    caller::{Asking, SignedIn, caller, stands},
    contract,
    desk::{Desk, Setup},
    live,
    pack::Packing,
    pages,
    query::{ADDRESS_LIMIT, Query},
    refusal::Refusal,
    route::{Call, Holds, Needs, Route, TakesBody},
};

pub(crate) mod audit;
mod check;
mod come_in;
pub(crate) mod devices;
mod factors;
pub(crate) mod facts;
pub(crate) mod incidents;
pub(crate) mod me;
mod metrics;
pub(crate) mod people;
pub(crate) mod programs;
mod proposals;
mod redeem;
mod services;
mod sign_in;
pub(crate) mod signers;
mod sites;
mod tokens;

macro_rules! route {
    ($method:ident $path:ident, $needs:expr, $query:expr, $body:ident, $run:path) => {
        Route {
            method: Method::$method,
            path: path::$path,
            needs: $needs,
            query: &$query,
            body: TakesBody::$body,
            holds: Holds::Secrets,
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
    route!(GET  OPENAPI,          Needs::Nothing,                          [],                         Nothing, contract::openapi).without_secrets(),
    route!(GET  METRICS,          permit(Action::View,    Kind::Metrics),  [],                         Nothing, metrics::page).without_secrets(),
    route!(GET  SITES,            permit(Action::View,    Kind::Device),   [],                         Nothing, sites::list).without_secrets(),
    route!(GET  CHANGES,          Needs::Session,                          ["after", "wait"],          Nothing, facts::changes),
    route!(GET  LIVE,             Needs::Session,                          [],                         Socket,  live::link),
    route!(POST CHALLENGE,        Needs::Nothing,                          [],                         Json,    sign_in::challenge),
    route!(POST SIGN_IN,          Needs::Nothing,                          [],                         Json,    sign_in::sign_in),
    route!(POST PASSWORD_SIGN_IN, Needs::Nothing,                          [],                         Json,    come_in::password),
    route!(POST PASSKEY_OPTIONS,  Needs::Nothing,                          [],                         Nothing, come_in::options),
    route!(POST PASSKEY_SIGN_IN,  Needs::Nothing,                          [],                         Json,    come_in::passkey),
    route!(POST REDEEM,           Needs::Nothing,                          [],                         Json,    redeem::redeem),
    route!(POST SIGN_OUT,         Needs::Session,                          [],                         Nothing, sign_in::sign_out),
    route!(GET  ME,               Needs::Session,                          [],                         Nothing, me::me),
    route!(GET  MY_SESSIONS,      Needs::Session,                          [],                         Nothing, me::sessions),
    route!(DELETE MY_SESSION,     Needs::Session,                          [],                         Nothing, me::end),
    route!(POST MY_PASSWORD,      Needs::Session,                          [],                         Json,    factors::password),
    route!(POST MY_INVITATION,    Needs::Session,                          [],                         Nothing, people::invite_oneself),
    route!(POST MY_CODES,         Needs::Session,                          [],                         Nothing, factors::begin_codes),
    route!(DELETE MY_CODES,       Needs::Session,                          [],                         Nothing, factors::drop_codes),
    route!(POST MY_CODES_CONFIRM, Needs::Session,                          [],                         Json,    factors::confirm_codes),
    route!(POST MY_PASSKEY_OPTIONS, Needs::Session,                        [],                         Nothing, factors::options),
    route!(POST MY_PASSKEYS,      Needs::Session,                          [],                         Json,    factors::add_passkey),
    route!(DELETE MY_PASSKEY,     Needs::Session,                          [],                         Nothing, factors::drop_passkey),
    route!(POST MY_SIGNER_OPTIONS, Needs::Session,                         [],                         Nothing, signers::options),
    route!(GET  MY_SIGNERS,       Needs::Session,                          [],                         Nothing, signers::list),
    route!(POST MY_SIGNERS,       Needs::Session,                          [],                         Json,    signers::add),
    route!(DELETE MY_SIGNER,      Needs::Session,                          [],                         Nothing, signers::drop),
    route!(GET  MY_TOKENS,        Needs::Session,                          [],                         Nothing, programs::list),
    route!(POST MY_TOKENS,        Needs::Session,                          [],                         Json,    programs::issue),
    route!(DELETE MY_TOKEN,       Needs::Session,                          [],                         Nothing, programs::revoke),
    route!(POST CHECK,            Needs::Session,                          [],                         Json,    check::check),
    route!(GET  PEOPLE,           permit(Action::View,    Kind::Person),   ["q", "after", "limit"],    Nothing, people::list),
    route!(POST PEOPLE,           permit(Action::Grant,   Kind::Person),   [],                         Json,    people::invite),
    route!(PATCH PERSON,          permit(Action::Grant,   Kind::Person),   [],                         Json,    people::change),
    route!(POST PERSON_INVITE,    permit(Action::Grant,   Kind::Person),   [],                         Nothing, people::invite_again),
    route!(GET  DEVICES,          permit(Action::View,    Kind::Device),   ["site", "health", "after", "limit"], Nothing, devices::list).without_secrets(),
    route!(GET  DEVICE,           permit(Action::View,    Kind::Device),   [],                         Nothing, devices::one).without_secrets(),
    route!(GET  KEYS,             permit(Action::View,    Kind::Device),   [],                         Nothing, devices::keys),
    route!(GET  READINGS,         permit(Action::View,    Kind::Trace),    [],                         Nothing, devices::readings).without_secrets(),
    route!(POST ARM,              permit(Action::Arm,     Kind::Device),   [],                         Json,    devices::arm),
    route!(POST RESET,            permit(Action::Propose, Kind::Device),   [],                         Json,    devices::reset),
    route!(POST SUSPEND,          permit(Action::Suspend, Kind::Device),   [],                         Json,    devices::suspend),
    route!(POST RESUME,           permit(Action::Suspend, Kind::Device),   [],                         Json,    devices::resume),
    route!(POST REVOKE,           permit(Action::Revoke,  Kind::Device),   [],                         Json,    devices::revoke),
    route!(GET  INCIDENTS,        permit(Action::View,    Kind::Incident), ["state", "severity", "site", "after", "limit"], Nothing, incidents::list).without_secrets(),
    route!(GET  INCIDENT,         permit(Action::View,    Kind::Incident), [],                         Nothing, incidents::one).without_secrets(),
    route!(POST CLOSE,            permit(Action::Close,   Kind::Incident), [],                         Json,    incidents::close),
    route!(GET  PROPOSALS,        permit(Action::View,    Kind::Proposal), [],                         Nothing, proposals::list),
    route!(GET  PROPOSAL,         permit(Action::View,    Kind::Proposal), [],                         Nothing, proposals::one),
    route!(POST CONSENTS,         permit(Action::Approve, Kind::Proposal), [],                         Json,    proposals::consent),
    route!(POST QUESTION,         permit(Action::Approve, Kind::Proposal), [],                         Nothing, proposals::question),
    route!(POST PASSKEY_CONSENTS, permit(Action::Approve, Kind::Proposal), [],                         Json,    proposals::passkey),
    route!(GET  SERVICES,         permit(Action::View,    Kind::Service),  [],                         Nothing, services::list),
    route!(POST SERVICE_REVOKE,   permit(Action::Revoke,  Kind::Service),  [],                         Json,    services::revoke),
    route!(POST TOKENS,           permit(Action::Issue,   Kind::Token),    [],                         Json,    tokens::issue),
    route!(GET  AUDIT_EXPORT,     permit(Action::Export,  Kind::Audit),    [],                         Nothing, audit::export),
    route!(GET  AUDIT_ENTRIES,    permit(Action::View,    Kind::Audit),    ["q", "before", "after", "limit"],   Nothing, audit::entries).without_secrets(),
    route!(GET  AUDIT_ENTRY,      permit(Action::View,    Kind::Audit),    [],                         Nothing, audit::entry),
    route!(GET  AUDIT_PROOF,      permit(Action::View,    Kind::Audit),    ["entry", "from"],          Nothing, audit::proof),
    route!(GET  AUDIT_CHECKPOINT, permit(Action::View,    Kind::Audit),    [],                         Nothing, audit::checkpoint),
];

/// The contract, served.
pub fn router(setup: Setup) -> Router {
    let desk = Arc::new(Desk::new(setup));
    let (front, count) = (desk.front.clone(), desk.clone());
    let mut router = Router::new();
    for (route, refuse) in all() {
        let desk = desk.clone();
        let filter = MethodFilter::try_from(route.method.clone()).expect("a method that axum knows");
        let answer = move |request: Request| {
            let desk = desk.clone();
            async move {
                let address = request.uri().clone();
                serve(route, desk, request).await.unwrap_or_else(|refusal| refuse(refusal, &address))
            }
        };
        router = router.route(route.path, on(filter, answer));
    }
    router
        .fallback(async |request: Request| pages::nowhere(&request))
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(from_fn(bounded))
        .layer(map_response(move |response: Response| {
            count.answered.count(response.status());
            std::future::ready(guarded(&front, response))
        }))
}

/// How a refusal is told: as a problem to whoever speaks the contract, as a page to whoever reads pages.
type Refuse = fn(Refusal, &Uri) -> Response;

fn all() -> impl Iterator<Item = (&'static Route, Refuse)> {
    let contract = TABLE.iter().map(|route| (route, (|refusal, _| refusal.into_response()) as Refuse));
    contract.chain(pages::TABLE.iter().map(|route| (route, pages::refused as Refuse)))
}

/// Who asks comes first: of strangers nothing is read that they need not send.
async fn serve(route: &'static Route, desk: Arc<Desk>, request: Request) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    let caller = match route.needs {
        // What is public is answered to strangers too, and who they are may still matter to it.
        Needs::Nothing => caller(&desk, &parts).await.ok(),
        Needs::Session | Needs::Permit(..) => Some(caller(&desk, &parts).await?),
    };
    if let (Some(_), Some(SignedIn(tell))) = (&caller, parts.extensions.get()) {
        tell();
    }
    let (asking, packing) = (Asking::of(&desk, &parts), Packing::of(route, &parts.headers));
    let query = Query::read(parts.uri.query(), route.query)?;
    let parameters = parts.extract::<RawPathParams>().await.map_err(|_| Refusal::Permit)?;
    let parameter = parameters.iter().next().map(|(_, value)| value.to_owned()).unwrap_or_default();
    let socket = match route.body {
        TakesBody::Socket => Some(parts.extract::<WebSocketUpgrade>().await.map_err(|_| Refusal::NoSocket)?),
        TakesBody::Json | TakesBody::Nothing => None,
    };
    let body = match route.body {
        TakesBody::Json => body::take(&parts.headers, body).await?,
        TakesBody::Nothing | TakesBody::Socket => vec![],
    };
    // A body may take its time; whoever was turned out meanwhile sends it for nothing.
    if route.needs != Needs::Nothing && caller.as_ref().is_some_and(|caller| !stands(&desk, caller)) {
        return Err(Refusal::SignedOut);
    }
    let call = Call { desk, caller, asking, parameter, query, body, socket, needs: route.needs, route };
    Ok(packing.apply((route.run)(call).await?).await)
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
pub(crate) fn refused(asked: &Asked) -> Refusal {
    match asked {
        Asked::Fault(fault) => faulty(fault),
        _ => Refusal::Not { code: asked.code(), detail: asked.to_string() },
    }
}

/// Something is wrong with the fleet's own house; what exactly stands in its log and not here.
pub(crate) const fn faulty(fault: &Fault) -> Refusal {
    Refusal::Stopped { code: fault.code() }
}
