//! Coming in without a key of the roster: by name and password, or by a passkey.
//!
//! Whatever is wrong has one answer, and takes the same work: a stranger learns neither who is known nor what was
//! nearly right.

mod guess;

use std::sync::Arc;

use access::{
    Account,
    account::{Change, Standing},
};
use api::session::{Assertion, PasskeyOptions, PasskeySignIn, PasswordSignIn};
use axum::{http::StatusCode, response::Response};
use control::{Now, accounts::Directory};
use crypto::{hex, passkey::Assertion as Said};
use vocab::{Label, Nonce};
use zeroize::Zeroizing;

use self::guess::{Guess, stayed_out};
use super::{
    factors::party,
    sign_in::{Whose, begin, value},
};
use crate::{
    answer::json,
    ask::ask,
    passkey,
    password::BYTES_LIMIT,
    refusal::Refusal,
    route::Call,
    session::{ANSWER_WITHIN, ANYBODY, Answer, Purpose},
    totp,
};

pub(super) async fn password(call: Call) -> Result<Response, Refusal> {
    ours(&call)?;
    let PasswordSignIn { name, password, code, passkey, hold } = call.read()?;
    let password = Zeroizing::new(password);
    if name.len() > Label::LIMIT || password.len() > BYTES_LIMIT {
        return Err(value("password", &"the name or the password is longer than any can be"));
    }
    call.desk.ready().await?;
    let (directory, now) = (call.desk.directory(), (call.desk.clock)());
    let account = directory.named(&name).filter(|account| account.standing == Standing::Enabled);
    // Where there is no room to compare it, it is no try: nobody waits for what others asked.
    let (guess, place) = (Guess::of(&name, account, &call, now), call.desk.hasher.place()?);
    let person = account.map(|account| account.person);
    // Whoever brings a passkey is the owner or has robbed them of it, and does not wait for those who guess. A code
    // is guessed like a password: none is looked at before the wait is over.
    let by_passkey = account.zip(passkey.as_ref());
    let by_passkey = by_passkey.and_then(|(account, passkey)| asserted(&call, account, passkey, now));
    let found = match guess.begin(&call, by_passkey.is_some()) {
        Ok(found) => found,
        Err((wait, found)) => {
            // Nothing is compared, and others need the room while this is written down.
            drop(place);
            stayed_out(&call, person, found).await?;
            return Err(Refusal::Wait(wait.as_secs() + 1));
        }
    };
    let by_code = || account.zip(code.as_deref()).and_then(|(account, code)| shown(account, code, now));
    let factor = by_passkey.or_else(by_code);
    let hash = account.and_then(|account| account.password.as_ref()).map(|password| password.hash.clone());
    let right = call.desk.hasher.is(place, password, hash).await.inspect_err(|_| guess.undo(&call))?;
    let enough = account.filter(|account| right && (factor.is_some() || !account.has_second_factor()));
    let Some(account) = enough.filter(|account| call.desk.person(account.person).is_some()) else {
        stayed_out(&call, person, found).await?;
        return Err(Refusal::SignIn);
    };
    come_in(&call, account, factor, now).await.inspect_err(|refusal| match refusal {
        Refusal::SignIn => {}
        _ => guess.undo(&call),
    })?;
    guess.was_right(&call);
    Ok(begin(&call, Whose::judged(account), account.name.to_string(), hold))
}

/// Anybody gets a challenge: it says nothing about who is known.
pub(super) async fn options(call: Call) -> Result<Response, Refusal> {
    let now = (call.desk.clock)();
    let challenge = call.desk.challenges.make(Purpose::Passkey, ANYBODY, now.mono, (call.desk.draw)());
    let rp = party(&call)?.rp.to_string();
    let until = (now.wall + ANSWER_WITHIN).to_string();
    Ok(json(StatusCode::OK, &PasskeyOptions { challenge: hex::encode(&challenge.0), rp, until }))
}

/// A passkey is something that one has and something that one is or knows: it suffices.
pub(super) async fn passkey(call: Call) -> Result<Response, Refusal> {
    ours(&call)?;
    let PasskeySignIn { passkey, hold } = call.read()?;
    call.desk.ready().await?;
    let (directory, now) = (call.desk.directory(), (call.desk.clock)());
    let account = owner(&directory, &passkey);
    let used = account.and_then(|account| asserted(&call, account, &passkey, now));
    let (Some(account), Some(used)) = (account, used) else {
        stayed_out(&call, None, vec![]).await?;
        return Err(Refusal::SignIn);
    };
    call.desk.person(account.person).ok_or(Refusal::SignIn)?;
    come_in(&call, account, Some(used), now).await?;
    Ok(begin(&call, Whose::judged(account), account.name.to_string(), hold))
}

/// Another page must not sign anybody in either: what they then do would be somebody else's to see.
pub(super) fn ours(call: &Call) -> Result<(), Refusal> {
    if call.asking.foreign { Err(Refusal::Foreign) } else { Ok(()) }
}

/// Lets somebody in, once it is stored what they proved it with; of two who bring the same, one comes in.
async fn come_in(call: &Call, account: &Account, used: Option<Change>, now: Now) -> Result<(), Refusal> {
    let (person, at) = (account.person, now.wall);
    let used = used.into_iter().collect();
    let entered =
        ask(&call.desk, move |fleet, now| fleet.come_in(person, used, Now { wall: at, ..now })).await?;
    entered.map_err(|asked| match asked {
        control::Asked::Fault(fault) => super::faulty(&fault),
        _ => Refusal::SignIn,
    })
}

/// What is used up by a code, if it holds.
fn shown(account: &Account, code: &str, now: Now) -> Option<Change> {
    let totp = account.totp.as_ref()?;
    totp::step(&totp.secret, totp.used, code, now.wall).map(Change::Used)
}

/// Whose passkey this says it is.
fn owner<'a>(directory: &'a Arc<Directory>, assertion: &Assertion) -> Option<&'a Account> {
    let id = hex::decode(&assertion.id).ok()?;
    let mut all = directory.all().filter(|account| account.standing == Standing::Enabled);
    all.find(|account| account.passkeys.iter().any(|passkey| passkey.id() == id))
}

/// What is used up by an assertion of a passkey of this account, if it holds: its challenge, once, and its count.
fn asserted(call: &Call, account: &Account, assertion: &Assertion, now: Now) -> Option<Change> {
    let Assertion { id, client_data, authenticator_data, signature } = assertion;
    let [id, client, data, signature] =
        [id, client_data, authenticator_data, signature].map(|part| hex::decode(part).ok());
    let (id, client, data, signature) = (id?, client?, data?, signature?);
    let passkey = account.passkeys.iter().find(|passkey| passkey.id() == id)?;
    let challenge: Nonce = passkey::claimed(&client)?;
    call.desk.challenges.knows(Purpose::Passkey, &challenge, ANYBODY, now.mono).then_some(())?;
    let said = Said { authenticator_data: &data, client_data: &client, signature: &signature };
    let count = passkey::signed(&passkey.pinned, &said, &challenge)?;
    let first = call.desk.sessions(|sessions| sessions.answer(&challenge, account.person, now.mono));
    (first == Answer::First).then_some(Change::Signed(id, count))
}
