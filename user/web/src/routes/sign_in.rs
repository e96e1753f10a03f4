//! Signing in and out.

use api::{
    Challenge, Session,
    session::{ChallengeFor, SignIn},
};
use axum::{http::StatusCode, response::Response};
use control::sign_in;

use crate::{
    answer::{json, nothing},
    ask::ask,
    hex::{hex, unhex},
    refusal::Refusal,
    route::Call,
    session::{ANSWER_WITHIN, IDLE},
};

/// Anybody gets one, for anybody: it says nothing about who is known.
pub(super) async fn challenge(call: Call) -> Result<Response, Refusal> {
    let ChallengeFor { person } = call.read()?;
    let person = person.parse().map_err(|bad: vocab::id::BadId| value("person", &bad))?;
    let now = (call.desk.clock)();
    let challenge = call.desk.challenges.make(person, now.mono, (call.desk.draw)());
    let until = (now.wall + ANSWER_WITHIN).to_string();
    Ok(json(StatusCode::OK, &Challenge { challenge: hex(&challenge.0), until }))
}

/// The challenge is looked at before the letter costs anything, and used up when the letter holds.
pub(super) async fn sign_in(call: Call) -> Result<Response, Refusal> {
    let SignIn { letter } = call.read()?;
    let letter = unhex(&letter).ok_or_else(|| value("letter", &"expected lower-case hexadecimal"))?;
    let claim = sign_in::claimed(&letter).map_err(|_| Refusal::SignIn)?;
    let now = (call.desk.clock)();
    if !call.desk.challenges.knows(&claim.challenge, claim.person, now.mono) {
        return Err(Refusal::SignIn);
    }
    // A person without a role is no more than a stranger.
    call.desk.person(claim.person).ok_or(Refusal::SignIn)?;
    let _turn = call.desk.signing_in.try_acquire().map_err(|_| Refusal::Busy)?;
    let believed =
        ask(&call.desk, move |fleet, now| sign_in::sign_in(fleet, letter, claim.challenge, now)).await?;
    let somebody = believed.map_err(|_| Refusal::SignIn)?;
    let token = (call.desk.draw)();
    let now = (call.desk.clock)();
    let until = call.desk.sessions(|sessions| {
        let first = sessions.answer(&claim.challenge, now.mono);
        first.then(|| sessions.begin(&token, somebody.person, now.mono, now.wall))
    });
    let until = until.ok_or(Refusal::SignIn)?;
    let session = Session {
        token: hex(&token),
        person: somebody.person.to_string(),
        name: somebody.name.to_string(),
        until: until.to_string(),
        idle_seconds: IDLE.as_secs(),
    };
    Ok(json(StatusCode::OK, &session))
}

pub(super) async fn sign_out(call: Call) -> Result<Response, Refusal> {
    if let Some(caller) = &call.caller {
        call.desk.sessions(|sessions| sessions.end(&caller.token));
    }
    Ok(nothing())
}

fn value(field: &'static str, what: &dyn std::fmt::Display) -> Refusal {
    Refusal::Value { field, what: what.to_string() }
}
