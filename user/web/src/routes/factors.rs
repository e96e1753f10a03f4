//! By what somebody comes in: each change takes a session of somebody who proved a moment ago who they are.
//!
//! A change that ends sessions ends all others of the person, and gives this one a new name.

use access::{
    Account,
    account::{Change, Passkey, Password, Totp},
};
use api::{
    me::{Code, Codes, NewPasskey, NewPasskeyOptions, NewPassword},
    session::Hold,
};
use axum::{http::StatusCode, response::Response};
use control::Now;
use crypto::hex;
use vocab::Label;
use zeroize::Zeroizing;

use super::{
    devices::words,
    facts, refused,
    sign_in::{Whose, begin, value},
};
use crate::{
    answer::{json, nothing},
    ask::ask,
    passkey::{self, Made, Party},
    password::Beside,
    refusal::Refusal,
    route::Call,
    session::{ANSWER_WITHIN, Answer, Purpose},
    totp,
};

pub(super) async fn password(call: Call) -> Result<Response, Refusal> {
    let person = call.proved()?.person.id;
    let NewPassword { password } = call.read()?;
    let has = call.desk.directory().account(person).is_some_and(Account::has_second_factor);
    let beside = if has { Beside::Factor } else { Beside::Nothing };
    let password = hashed(&call, Zeroizing::new(password), &call.desk.called(person), beside).await?;
    change(&call, Change::Password(password)).await?;
    again(&call)
}

/// Judges and hashes a password for somebody of this name.
pub(super) async fn hashed(
    call: &Call,
    password: Zeroizing<String>,
    name: &str,
    beside: Beside,
) -> Result<Password, Refusal> {
    let known = vec![name.to_owned(), facts::known(&call.desk).await?.name.clone()];
    call.desk.hasher.hash(call.desk.policy, password, known, beside, (call.desk.draw)()).await
}

pub(super) async fn begin_codes(call: Call) -> Result<Response, Refusal> {
    let caller = call.proved()?;
    let secret = (call.desk.draw)()[..totp::SECRET].to_vec();
    let (fleet, name) = (&facts::known(&call.desk).await?.name, call.desk.called(caller.person.id));
    let codes = Codes { secret: totp::typed(&secret), uri: totp::uri(&secret, fleet, &name) };
    call.desk.sessions(|sessions| sessions.begin_codes(&caller.token, secret));
    Ok(json(StatusCode::OK, &codes))
}

pub(super) async fn confirm_codes(call: Call) -> Result<Response, Refusal> {
    let caller = call.proved()?;
    let Code { code } = call.read()?;
    let secret = call.desk.sessions(|sessions| sessions.codes(&caller.token));
    let secret = secret.ok_or_else(|| value("code", &"nothing was begun in this session; begin again"))?;
    let used = totp::step(&secret, 0, &code, (call.desk.clock)().wall);
    let used = used.ok_or_else(|| value("code", &"it is not the code of this moment; look at the clocks"))?;
    change(&call, Change::Totp(Some(Totp { secret: secret.to_vec().into(), used }))).await?;
    again(&call)
}

pub(super) async fn drop_codes(call: Call) -> Result<Response, Refusal> {
    change(&call, Change::Totp(None)).await?;
    again(&call)
}

pub(super) async fn options(call: Call) -> Result<Response, Refusal> {
    let person = call.proved()?.person.id;
    Ok(json(
        StatusCode::OK,
        &new_passkey(&call, Purpose::NewPasskey, person.as_bytes().to_vec(), |one| &one.passkeys)?,
    ))
}

/// What a browser is to make a passkey with, for a user of this handle, beside those that there are.
pub(super) fn new_passkey(
    call: &Call,
    purpose: Purpose,
    user: Vec<u8>,
    beside: fn(&Account) -> &[Passkey],
) -> Result<NewPasskeyOptions, Refusal> {
    let (person, now) = (call.caller()?.person.id, (call.desk.clock)());
    let challenge = call.desk.challenges.make(purpose, person, now.mono, (call.desk.draw)());
    let directory = call.desk.directory();
    let exclude = directory.account(person).map(beside).unwrap_or_default();
    Ok(NewPasskeyOptions {
        challenge: hex::encode(&challenge.0),
        user: hex::encode(&user),
        name: call.desk.called(person),
        exclude: exclude.iter().map(|passkey| hex::encode(passkey.id())).collect(),
        until: (now.wall + ANSWER_WITHIN).to_string(),
        rp: party(call)?.rp.to_string(),
    })
}

/// The page that asks, as passkeys know it.
pub(super) fn party(call: &Call) -> Result<Party, Refusal> {
    call.asking.party.clone().ok_or_else(|| value("host", &"say which server you mean"))
}

pub(super) async fn add_passkey(call: Call) -> Result<Response, Refusal> {
    let passkey = made(&call, Purpose::NewPasskey)?;
    change(&call, Change::AddPasskey(passkey)).await?;
    Ok(nothing())
}

/// The passkey that a browser made over a challenge for this purpose. It is for one purpose alone.
pub(super) fn made(call: &Call, purpose: Purpose) -> Result<Passkey, Refusal> {
    let person = call.proved()?.person.id;
    let NewPasskey { name, client_data, attestation } = call.read()?;
    let name = words("name", &name)?;
    let parts = hex::decode(&client_data).ok().zip(hex::decode(&attestation).ok());
    let made = parts.and_then(|(client, attestation)| {
        let (challenge, now) = (passkey::claimed(&client)?, (call.desk.clock)().mono);
        call.desk.challenges.knows(purpose, &challenge, person, now).then_some(())?;
        let made = passkey::made(&client, &attestation, &challenge, call.asking.party.clone()?)?;
        let first = call.desk.sessions(|sessions| sessions.answer(&challenge, person, now));
        (first == Answer::First).then_some(made)
    });
    let directory = call.desk.directory();
    let known = |id: &[u8]| {
        directory.all().flat_map(|one| one.passkeys.iter().chain(&one.signers)).any(|known| known.id() == id)
    };
    let made = made.filter(|made| !known(made.passkey.credential.as_bytes()));
    let bad = || value("attestation", &"it is no new ES256 passkey, made here over a challenge of now");
    let Made { passkey: pinned, count } = made.ok_or_else(bad)?;
    Ok(Passkey { pinned, name, count, added: (call.desk.clock)().wall })
}

pub(super) async fn drop_passkey(call: Call) -> Result<Response, Refusal> {
    let id = hex::decode(&call.parameter).map_err(|_| Refusal::Permit)?;
    change(&call, Change::DropPasskey(id)).await?;
    again(&call)
}

/// Changes the caller's own account, if they proved a moment ago who they are.
pub(super) async fn change(call: &Call, change: Change) -> Result<(), Refusal> {
    call.proved()?;
    change_any(call, change).await
}

/// Changes the caller's own account.
pub(super) async fn change_any(call: &Call, change: Change) -> Result<(), Refusal> {
    let (person, at) = (call.caller()?.person.id, (call.desk.clock)().wall);
    let name = Label::new(&call.desk.called(person)).map_err(|bad| value("name", &bad))?;
    let elsewhere = call.desk.admins();
    let changed = ask(&call.desk, move |fleet, now| {
        let now = Now { wall: at, ..now };
        fleet.change_own(person, &name, change, &elsewhere, now).map_err(|asked| refused(&asked))
    });
    changed.await?
}

/// The session goes on under a new name: with the change, the old one ended like all others of this person.
fn again(call: &Call) -> Result<Response, Refusal> {
    let caller = call.caller()?;
    let hold = if call.asking.cookie == Some(caller.token) { Hold::Cookie } else { Hold::Token };
    // Since when they are signed in, and by which key, does not change: nothing was proved that makes it last longer.
    let ended = call.desk.sessions(|sessions| sessions.end(&caller.token));
    // Where somebody ended it meanwhile there is nothing that could go on.
    let ended = ended.ok_or(Refusal::SignedOut)?;
    let whose = Whose { key: ended.key, since: Some(ended.began), ..Whose::now(call, caller.person.id) };
    Ok(begin(call, whose, call.desk.called(caller.person.id), hold))
}
