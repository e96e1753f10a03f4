//! Who asks: by a token in the header, or by the cookie that a browser holds.

use std::{net::IpAddr, sync::Arc};

use axum::http::{HeaderMap, HeaderName, header, request::Parts};
use crypto::hex;

use crate::{
    ask::ask,
    desk::Desk,
    origin::{self, Cookie},
    passkey::Party,
    refusal::Refusal,
    route::{By, Caller},
    session::{self, Asked},
};

/// From where a request comes; whoever accepts connections puts it among a request's extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source(pub IpAddr);

/// Called as soon as a request turns out to be of somebody who is signed in; whoever accepts connections puts it among a
/// request's extensions, and learns by it that this connection is no stranger's.
#[derive(Clone)]
pub struct SignedIn(pub Arc<dyn Fn() + Send + Sync>);

/// How a request came.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    /// From where, as an address: of IPv6 the network alone, of which one house has many. None on this machine, where
    /// a proxy may stand before us: everybody comes from there.
    pub(crate) source: Option<[u8; 16]>,
    /// Whom a passkey speaks to here.
    pub(crate) party: Option<Party>,
    /// Whether a browser says that another page asks.
    pub(crate) foreign: bool,
    /// The session that a browser already holds.
    pub(crate) cookie: Option<[u8; 32]>,
    /// What it holds because somebody came in there.
    pub(crate) browser: Option<[u8; 32]>,
}

impl Asking {
    pub(crate) fn of(desk: &Desk, request: &Parts) -> Self {
        let source =
            request.extensions.get::<Source>().filter(|source| !source.0.to_canonical().is_loopback());
        let source = source.map(|source| network(source.0));
        let foreign = desk.front.is_foreign(&request.headers);
        let party = desk.front.party(&request.headers);
        let held = |of| cookie(desk, of, &request.headers);
        Self { source, party, foreign, cookie: held(Cookie::Session), browser: held(Cookie::Browser) }
    }
}

fn network(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) if address.to_ipv4_mapped().is_some() => address.octets(),
        IpAddr::V6(address) => {
            let [network @ .., _, _, _, _, _, _, _, _] = address.octets();
            let network: [u8; 8] = network;
            std::array::from_fn(|at| network.get(at).copied().unwrap_or_default())
        }
    }
}

/// Who asks, or that nobody known does. A header counts before a cookie: only somebody who means it sends one.
pub(crate) async fn caller(desk: &Arc<Desk>, parts: &Parts) -> Result<Caller, Refusal> {
    if parts.headers.contains_key(header::AUTHORIZATION) {
        let token = bearer(&parts.headers)?;
        desk.ready().await?;
        return match token.strip_prefix(PROGRAM) {
            Some(word) => program(desk, word),
            None => known(desk, hex::decode_array(token).map_err(|_| Refusal::SignedOut)?, &parts.headers),
        };
    }
    let token = cookie(desk, Cookie::Session, &parts.headers).ok_or(Refusal::SignedOut)?;
    desk.ready().await?;
    let caller = known(desk, token, &parts.headers)?;
    let counts = !origin::is_unsafe(&parts.method, &parts.headers) || desk.front.is_ours(&parts.headers);
    if counts { Ok(caller) } else { Err(foreign(desk).await) }
}

/// Another page asks in the name of somebody who is signed in: that is refused, and counted.
async fn foreign(desk: &Arc<Desk>) -> Refusal {
    let refusal = Refusal::Foreign;
    let code = refusal.code();
    let counted = ask(desk, move |fleet, now| fleet.turned_away("external", code, 1, now)).await;
    counted.err().unwrap_or(refusal)
}

/// Whose session this is. What it stands on may be gone: its person was changed, or its key was put out.
fn known(desk: &Desk, token: [u8; 32], headers: &HeaderMap) -> Result<Caller, Refusal> {
    let now = (desk.clock)().mono;
    let by = if headers.contains_key(&UNATTENDED) { Asked::Unattended } else { Asked::Attended };
    let known = desk.sessions(|sessions| sessions.known(&token, by, now)).ok_or(Refusal::SignedOut)?;
    if !desk.holds(known.person, &known.basis) {
        desk.sessions(|sessions| sessions.end(&token));
        return Err(Refusal::SignedOut);
    }
    let person = desk.person(known.person).ok_or(Refusal::SignedOut)?;
    Ok(Caller { person, token, by: if known.fresh { By::Proof } else { By::Session } })
}

/// Whose program this is. It may what its token says, within what its maker may now.
fn program(desk: &Desk, word: &str) -> Result<Caller, Refusal> {
    let word = hex::decode_array(word).map_err(|_| Refusal::SignedOut)?;
    let (now, directory) = ((desk.clock)(), desk.directory());
    let (account, token) = directory.of_token(&word).ok_or(Refusal::SignedOut)?;
    let maker = desk.person(account.person).filter(|_| now.wall < token.until).ok_or(Refusal::SignedOut)?;
    desk.sessions(|sessions| sessions.came(session::name(&word), now.mono));
    Ok(Caller { person: token.person(&maker), token: word, by: By::Program })
}

/// Whether whoever came in may still come in as who they were; to look is not to use a session.
pub(crate) fn stands(desk: &Desk, caller: &Caller) -> bool {
    let (now, id) = ((desk.clock)(), caller.person.id);
    let person = desk.person(id);
    match caller.by {
        By::Program => {
            let directory = desk.directory();
            let token = directory.of_token(&caller.token).map(|(_, token)| token);
            let token = token.filter(|token| now.wall < token.until);
            token.zip(person).is_some_and(|(token, maker)| token.person(&maker) == caller.person)
        }
        By::Proof | By::Session => {
            let basis = desk.sessions(|sessions| sessions.basis(&caller.token, now.mono));
            person.as_ref() == Some(&caller.person) && basis.is_some_and(|basis| desk.holds(id, &basis))
        }
    }
}

/// What a page of ours says where it asks by itself. Whoever leaves it out wrongly keeps awake no session but their own.
const UNATTENDED: HeaderName = HeaderName::from_static("x-wrale-unattended");

/// What a token of a program begins with, so that people and scanners know one when they see it.
pub(crate) const PROGRAM: &str = "wrale_";

/// The token of a header (RFC 6750 §2.1).
fn bearer(headers: &HeaderMap) -> Result<&str, Refusal> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return Err(Refusal::SignedOut) };
    let (scheme, token) =
        value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or(Refusal::SignedOut)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token) } else { Err(Refusal::SignedOut) }
}

/// The word of a cookie of ours (RFC 6265 §5.4). One that comes twice is nobody's: somebody planted the other.
fn cookie(desk: &Desk, of: Cookie, headers: &HeaderMap) -> Option<[u8; 32]> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut ours = pairs.filter(|(name, _)| *name == desk.front.cookie(of)).map(|(_, value)| value);
    let (Some(value), None) = (ours.next(), ours.next()) else { return None };
    hex::decode_array(value).ok()
}
