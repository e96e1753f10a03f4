//! Signing in and out.

use std::time::Duration;

use access::Account;
use api::{
    Challenge, Session,
    session::{ChallengeFor, Hold, SignIn},
};
use axum::{
    http::{StatusCode, header},
    response::Response,
};
use control::sign_in::{self, Listing, Opened, record};
use crypto::hex;
use vocab::{Mono, PersonId};

use crate::{
    answer::{json, nothing},
    ask::ask,
    browser,
    origin::Cookie,
    refusal::Refusal,
    route::Call,
    session::{ANSWER_WITHIN, Answer, Basis, Purpose},
};

/// Anybody gets one, for anybody: it says nothing about who is known.
pub(super) async fn challenge(call: Call) -> Result<Response, Refusal> {
    let ChallengeFor { person } = call.read()?;
    let person = person.parse().map_err(|bad: vocab::id::BadId| value("person", &bad))?;
    let now = (call.desk.clock)();
    let challenge = call.desk.challenges.make(Purpose::Key, person, now.mono, (call.desk.draw)());
    let until = (now.wall + ANSWER_WITHIN).to_string();
    Ok(json(StatusCode::OK, &Challenge { challenge: hex::encode(&challenge.0), until }))
}

/// The challenge is looked at before the letter costs anything, and used up when the letter holds. Until then nobody
/// waits for the fleet's thread: whoever has no key takes nobody's turn.
pub(super) async fn sign_in(call: Call) -> Result<Response, Refusal> {
    let SignIn { letter } = call.read()?;
    let letter = hex::decode(&letter).map_err(|why| value("letter", &why))?;
    let claim = sign_in::claimed(&letter).map_err(|_| Refusal::SignIn)?;
    let now = (call.desk.clock)().mono;
    if !call.desk.challenges.knows(Purpose::Key, &claim.challenge, claim.person, now) {
        return Err(Refusal::SignIn);
    }
    let gate = call.desk.ready().await?;
    // A person without a role is no more than a stranger.
    call.desk.person(claim.person).ok_or(Refusal::SignIn)?;
    let somebody = gate.believe(letter).map_err(|_| Refusal::SignIn)?;
    let (challenge, person, key) = (somebody.challenge(), somebody.person(), somebody.key());
    match call.desk.sessions(|sessions| sessions.answer(&challenge, person, now)) {
        Answer::First => {}
        Answer::Again => {
            ask(&call.desk, move |fleet, now| record(fleet, &somebody, Opened::Nothing, now)).await?;
            return Err(Refusal::SignIn);
        }
        Answer::TooMany => return Err(Refusal::Busy),
    }
    let name = somebody.name().to_string();
    ask(&call.desk, move |fleet, now| record(fleet, &somebody, Opened::Session, now)).await?;
    Ok(begin(&call, Whose { key: Some(key), ..Whose::now(&call, person) }, name, Hold::Token))
}

/// Whose session it is to be.
pub(super) struct Whose {
    pub(super) person: PersonId,
    /// Their account's, when it was judged: where it was changed since, the session is over before it begins.
    pub(super) epoch: u64,
    /// The key of the roster by which they came in.
    pub(super) key: Option<Listing>,
    /// Since when they are signed in, where they only get another token.
    pub(super) since: Option<Mono>,
}

impl Whose {
    pub(super) const fn judged(account: &Account) -> Self {
        Self { person: account.person, epoch: account.epoch, key: None, since: None }
    }

    pub(super) fn now(call: &Call, person: PersonId) -> Self {
        Self { person, epoch: call.desk.epoch(person), key: None, since: None }
    }
}

/// Begins a session; the one that a browser held before ends, so that nobody can have planted it. The browser is known
/// from then on.
pub(super) fn begin(call: &Call, whose: Whose, name: String, hold: Hold) -> Response {
    let Whose { person, epoch, key, since } = whose;
    let (token, now) = ((call.desk.draw)(), (call.desk.clock)());
    let began = since.unwrap_or(now.mono);
    let (until, lasting) = call.desk.sessions(|sessions| {
        if let Some(before) = &call.asking.cookie {
            sessions.end(before);
        }
        (
            sessions.begin(&token, person, Basis { epoch, key }, (began, now.mono), now.wall),
            sessions.lasting(),
        )
    });
    let session = Session {
        token: if hold == Hold::Token { hex::encode(&token) } else { String::new() },
        person: person.to_string(),
        name,
        until: until.to_string(),
        idle_seconds: lasting.idle.as_secs(),
    };
    let mut response = json(StatusCode::OK, &session);
    if hold == Hold::Cookie {
        let session = (Cookie::Session, token, lasting.longest);
        let browser = call.desk.directory().account(person).and_then(|account| {
            let word = call.desk.browsers.word(account, now.wall, (call.desk.draw)())?;
            Some((Cookie::Browser, word, browser::LIFE))
        });
        for (of, word, longest) in [session].into_iter().chain(browser) {
            let cookie = call.desk.front.held(of, &hex::encode(&word), longest);
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

pub(super) async fn sign_out(call: Call) -> Result<Response, Refusal> {
    if let Some(caller) = &call.caller {
        call.desk.sessions(|sessions| sessions.end(&caller.token));
        call.desk.live.review();
    }
    let mut response = nothing();
    if call.asking.cookie.is_some() {
        let gone = call.desk.front.held(Cookie::Session, "", Duration::ZERO);
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}

pub(super) fn value(field: &'static str, what: &dyn std::fmt::Display) -> Refusal {
    Refusal::Value { field, what: what.to_string() }
}
