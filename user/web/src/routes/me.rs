//! Who one is, and where one is signed in.

use std::collections::BTreeMap;

use access::{Action, Grant, Kind, matrix::roles};
use api::{
    Me,
    me::{Factors, Line, Lines, Passkey},
};
use axum::{http::StatusCode, response::Response};
use crypto::hex;

use super::people;
use crate::{
    answer::{json, nothing},
    refusal::Refusal,
    route::{By, Call, Caller},
    session::{self, called},
};

pub(super) async fn me(call: Call) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &of(&call)?))
}

/// Who asks, as they are told.
pub(crate) fn of(call: &Call) -> Result<Me, Refusal> {
    let caller = call.caller()?;
    let id = caller.person.id;
    let directory = call.desk.directory();
    let factors = directory.account(id).map(|account| Factors {
        password: account.password.is_some(),
        codes: account.totp.is_some(),
        passkeys: account
            .passkeys
            .iter()
            .map(|one| Passkey {
                id: hex::encode(one.id()),
                name: one.name.to_string(),
                added: one.added.to_string(),
            })
            .collect(),
    });
    let me = Me {
        person: id.to_string(),
        name: call.desk.called(id),
        grants: people::shown(&caller.person.grants),
        may: may(&caller.person.grants),
        factors: factors.unwrap_or_default(),
        session: lines(call, caller).into_iter().find(|line| line.this),
    };
    Ok(me)
}

/// What these grants allow, somewhere.
fn may(grants: &[Grant]) -> BTreeMap<String, Vec<String>> {
    let able =
        |action: Action, kind: Kind| grants.iter().any(|grant| roles(action, kind).contains(&grant.role));
    let actions = |kind: Kind| {
        let all = Action::ALL.into_iter().filter(|action| able(*action, kind));
        all.map(|action| action.word().to_owned()).collect::<Vec<_>>()
    };
    let all = Kind::ALL.into_iter().map(|kind| (kind.word().to_owned(), actions(kind)));
    all.filter(|(_, actions)| !actions.is_empty()).collect()
}

pub(super) async fn sessions(call: Call) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &Lines { sessions: lines_of(&call)? }))
}

/// Where whoever asks is signed in.
pub(crate) fn lines_of(call: &Call) -> Result<Vec<Line>, Refusal> {
    Ok(lines(call, call.caller()?))
}

fn lines(call: &Call, caller: &Caller) -> Vec<Line> {
    let (id, now) = (caller.person.id, (call.desk.clock)().mono);
    let this = (caller.by != By::Program).then(|| called(&caller.token));
    let line = |line: &session::Line| Line {
        id: hex::encode(&line.id),
        age_seconds: line.age.as_secs(),
        idle_seconds: line.idle.as_secs(),
        left_seconds: line.left.as_secs(),
        this: this == Some(line.id),
    };
    let holds = |basis: &session::Basis| call.desk.holds(id, basis);
    call.desk.sessions(|sessions| sessions.of(id, holds, now)).iter().map(line).collect()
}

/// Ends a session of one's own. A program ends none: it may have been stolen, and would keep its owner out.
pub(super) async fn end(call: Call) -> Result<Response, Refusal> {
    let caller = call.caller()?;
    let which = hex::decode_array(&call.parameter).map_err(|_| Refusal::Permit)?;
    if caller.by == By::Program || !call.desk.sessions(|sessions| sessions.end_of(caller.person.id, which)) {
        return Err(Refusal::Permit);
    }
    call.desk.live.review();
    Ok(nothing())
}
