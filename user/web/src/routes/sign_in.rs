//! Signing in and out.

use api::{
    Challenge, Session,
    session::{ChallengeFor, SignIn},
};
use axum::{http::StatusCode, response::Response};
use control::sign_in::{self, Gate, Opened, record};
use crypto::hex;

use crate::{
    answer::{json, nothing},
    ask::ask,
    refusal::Refusal,
    route::Call,
    session::{ANSWER_WITHIN, Answer, IDLE},
};

/// Anybody gets one, for anybody: it says nothing about who is known.
pub(super) async fn challenge(call: Call) -> Result<Response, Refusal> {
    let ChallengeFor { person } = call.read()?;
    let person = person.parse().map_err(|bad: vocab::id::BadId| value("person", &bad))?;
    let now = (call.desk.clock)();
    let challenge = call.desk.challenges.make(person, now.mono, (call.desk.draw)());
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
    if !call.desk.challenges.knows(&claim.challenge, claim.person, now) {
        return Err(Refusal::SignIn);
    }
    // A person without a role is no more than a stranger.
    call.desk.person(claim.person).ok_or(Refusal::SignIn)?;
    let gate = call.desk.gate.get_or_try_init(|| ask(&call.desk, |fleet, _| Gate::of(fleet.setup()))).await?;
    let somebody = gate.believe(letter).map_err(|_| Refusal::SignIn)?;
    let (challenge, person) = (somebody.challenge(), somebody.person());
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
    let (token, now) = ((call.desk.draw)(), (call.desk.clock)());
    let until = call.desk.sessions(|sessions| sessions.begin(&token, person, now.mono, now.wall));
    let session = Session {
        token: hex::encode(&token),
        person: person.to_string(),
        name,
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
