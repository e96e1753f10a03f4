//! Tokens of programs: what their makers give them of what they may themselves.

use std::time::Duration;

use access::{
    Action, Grant, Kind, Why,
    account::{self, Change, Mistake},
};
use api::me::{ApiToken, ApiTokens, IssuedToken, NewToken};
use axum::{http::StatusCode, response::Response};
use control::{
    House,
    door::{self, Wanted},
};
use crypto::hex;

use super::{devices::words, factors::change, people};
use crate::{
    answer::{json, nothing},
    ask::ask,
    caller::PROGRAM,
    refusal::Refusal,
    route::{By, Call, Caller},
};

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &of(&call)?))
}

/// What comes in in the name of whoever asks.
pub(crate) fn of(call: &Call) -> Result<ApiTokens, Refusal> {
    let (person, now) = (call.caller()?.person.id, (call.desk.clock)());
    let directory = call.desk.directory();
    let tokens = directory.account(person).map(|account| account.tokens.as_slice()).unwrap_or_default();
    let counts = tokens.iter().filter(|token| now.wall < token.until);
    Ok(ApiTokens { tokens: counts.map(|token| shown(call, token)).collect() })
}

pub(super) async fn issue(call: Call) -> Result<Response, Refusal> {
    let caller = call.caller()?;
    let NewToken { name, grants, minutes } = call.read()?;
    let (name, grants) = (words("name", &name)?, people::grants(&grants)?);
    if !grants.iter().all(|grant| caller.person.has(grant)) {
        return Err(wider(&call, caller, &grants).await);
    }
    call.proved()?;
    let (now, longest) =
        ((call.desk.clock)().wall, call.desk.sessions(|sessions| sessions.lasting().longest));
    let life = minutes.map_or(longest, |minutes| Duration::from_secs(60 * u64::from(minutes)));
    if life > longest || life.is_zero() {
        return Err(not(&Mistake::TokenLife));
    }
    let word = (call.desk.draw)();
    let token = account::ApiToken::new(&word, name, grants, now, now + life);
    change(&call, Change::AddToken(token.clone())).await?;
    let issued =
        IssuedToken { token: format!("{PROGRAM}{}", hex::encode(&word)), about: shown(&call, &token) };
    Ok(json(StatusCode::CREATED, &issued))
}

/// A token would give more than its maker has: it would give no more all the same, and somebody wanted it to. Where it
/// would only look, or do what they may elsewhere, that is a slip.
async fn wider(call: &Call, caller: &Caller, grants: &[Grant]) -> Refusal {
    let person = caller.person.id;
    let lacks = grants.iter().any(|grant| caller.person.lacks(grant));
    let wanted = if lacks { Wanted::Rights } else { Wanted::Else };
    let note = move |fleet: &mut House, now| {
        door::turned_away(fleet, person, None, Why::WiderToken, wanted, now);
    };
    if call.desk.sessions(|sessions| sessions.refused(&caller.token, Action::Grant, Kind::Token, wanted))
        && let Err(refusal) = ask(&call.desk, note).await
    {
        return refusal;
    }
    not(&Mistake::TokenWider)
}

fn not(mistake: &Mistake) -> Refusal {
    Refusal::Not { code: mistake.code(), detail: mistake.to_string() }
}

/// Taken back at once, and by any session: what was stolen must not wait for a proof of who one is.
pub(super) async fn revoke(call: Call) -> Result<Response, Refusal> {
    let caller = call.caller()?;
    let id = hex::decode_array(&call.parameter).map_err(|_| Refusal::Permit)?;
    if caller.by == By::Program {
        return Err(Refusal::Permit);
    }
    super::factors::change_any(&call, Change::DropToken(id)).await?;
    Ok(nothing())
}

fn shown(call: &Call, token: &account::ApiToken) -> ApiToken {
    let now = (call.desk.clock)().mono;
    let used = call.desk.sessions(|sessions| sessions.last_came(token.digest.as_bytes(), now));
    ApiToken {
        id: hex::encode(&token.id()),
        name: token.name.to_string(),
        grants: people::shown(&token.grants),
        created: token.created.to_string(),
        until: token.until.to_string(),
        used_seconds: used.map(|used| used.as_secs()),
    }
}
