//! Coming in without a key of the roster: by name and password, by a passkey, by an invitation.
//!
//! Whatever is wrong has one answer, and takes the same work: a stranger learns neither who is known nor what was
//! nearly right.

use std::{sync::Arc, time::Duration};

use access::{
    Account,
    account::{Change, Standing, folded},
    throttle::{Evaluated, Finding, Name},
};
use api::session::{Assertion, PasskeyOptions, PasskeySignIn, PasswordSignIn, Redeem};
use aws_lc_rs::digest::{SHA256, digest};
use axum::{http::StatusCode, response::Response};
use control::{House, Now, accounts::Directory, fleet::Invites};
use crypto::hex;
use vocab::{Label, Nonce, PersonId};
use zeroize::Zeroizing;

use super::{
    refused,
    sign_in::{Whose, begin, value},
};
use crate::{
    answer::json,
    ask::ask,
    passkey,
    password::{BYTES_LIMIT, Beside},
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
    let guess = Guess { name: known_by(&name), source: call.asking.source, now };
    let person = account.map(|account| account.person);
    // Whoever brings a passkey is the owner or has robbed them of it, and does not wait for those who guess. A code
    // is guessed like a password: none is looked at before the wait is over.
    let by_passkey = account.zip(passkey.as_ref());
    let by_passkey = by_passkey.and_then(|(account, passkey)| asserted(&call, account, passkey, now));
    let found = match guess.begin(&call, by_passkey.is_some()) {
        Ok(found) => found,
        Err((wait, found)) => {
            stayed_out(&call, person, found).await?;
            return Err(Refusal::Wait(wait.as_secs() + 1));
        }
    };
    let by_code = || account.zip(code.as_deref()).and_then(|(account, code)| shown(account, code, now));
    let factor = by_passkey.or_else(by_code);
    let hash = account.and_then(|account| account.password.as_ref()).map(|password| password.hash.clone());
    let right = call.desk.hasher.is(password, hash).await?;
    let enough = account.filter(|account| right && (factor.is_some() || !account.has_second_factor()));
    let Some(account) = enough.filter(|account| call.desk.person(account.person).is_some()) else {
        stayed_out(&call, person, found).await?;
        return Err(Refusal::SignIn);
    };
    come_in(&call, account, factor, now).await?;
    call.desk.throttle(|throttle| throttle.came_in(guess.name, guess.source, now.mono));
    Ok(begin(&call, Whose::judged(account), account.name.to_string(), hold))
}

/// Anybody gets a challenge: it says nothing about who is known.
pub(super) async fn options(call: Call) -> Result<Response, Refusal> {
    let now = (call.desk.clock)();
    let challenge = call.desk.challenges.make(Purpose::Passkey, ANYBODY, now.mono, (call.desk.draw)());
    let rp = call.asking.party.ok_or_else(|| value("host", &"say which server you mean"))?.rp;
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

pub(super) async fn redeem(call: Call) -> Result<Response, Refusal> {
    ours(&call)?;
    let Redeem { token, name, password, hold } = call.read()?;
    let password = Zeroizing::new(password);
    let word = hex::decode_secret::<32>(&token).map_err(|why| value("token", &why))?;
    let name = name.map(|name| Label::new(name.trim()).map_err(|bad| value("name", &bad))).transpose()?;
    call.desk.ready().await?;
    let at = (call.desk.clock)().wall;
    let looked = word.clone();
    let invites = ask(&call.desk, move |fleet, now| fleet.invites(&looked, Now { wall: at, ..now })).await?;
    let called = match (&invites, &name) {
        (Invites::Somebody(name), _) => name.to_string(),
        (Invites::First, Some(name)) => free(&call, name)?.to_string(),
        (Invites::First, None) => return Err(value("name", &"say by which name you will sign in")),
        (Invites::Nobody, _) => String::new(),
    };
    // A word that invites nobody is refused where it is counted, and nothing is hashed for it.
    let password = match invites {
        Invites::Nobody => access::account::Password { hash: String::new(), alone: false },
        _ => super::factors::hashed(&call, password, &called, Beside::Nothing).await?,
    };
    let (elsewhere, random) = (call.desk.admins(), (call.desk.draw)());
    let new = name.map(|name| (new_person(at, random), name));
    let redeemed = ask(&call.desk, move |fleet, now| {
        let now = Now { wall: at, ..now };
        fleet.redeem(&word, new, password, &elsewhere, now).map_err(|asked| refused(&asked))
    });
    let person = redeemed.await??;
    call.desk.person(person).ok_or(Refusal::SignIn)?;
    Ok(begin(&call, Whose::now(&call, person), called, hold))
}

/// A new person's id.
pub(super) fn new_person(at: vocab::Wall, random: [u8; 32]) -> PersonId {
    PersonId::v7(at, std::array::from_fn(|byte| random[byte]))
}

/// A name that nobody has by the configuration; whether an account has it, the fleet knows.
pub(super) fn free<'a>(call: &Call, name: &'a Label) -> Result<&'a Label, Refusal> {
    let taken = call.desk.configured().any(|known| folded(&known.name) == folded(name.as_str()));
    if taken { Err(value("name", &"there is one of this name already; take another")) } else { Ok(name) }
}

/// Another page must not sign anybody in either: what they then do would be somebody else's to see.
fn ours(call: &Call) -> Result<(), Refusal> {
    if call.asking.foreign { Err(Refusal::Foreign) } else { Ok(()) }
}

/// One try at a name, from somewhere.
struct Guess {
    name: Name,
    source: [u8; 16],
    now: Now,
}

impl Guess {
    /// Counts it as a failure before anything is compared, so that of many at once no more are compared than of as
    /// many one after the other; coming in takes that back. Or says how long to wait. What is news comes with either.
    fn begin(&self, call: &Call, exempt: bool) -> Result<Vec<Finding>, (Duration, Vec<Finding>)> {
        let Self { name, source, now } = *self;
        call.desk.throttle(|throttle| match throttle.wait(name, source, now.mono).filter(|_| !exempt) {
            Some(wait) => Err((wait, throttle.failed(name, source, Evaluated::No, now.mono))),
            None => Ok(throttle.failed(name, source, Evaluated::Yes, now.mono)),
        })
    }
}

/// Somebody did not come in: that is counted in the log, and told to people once it is guessing.
async fn stayed_out(call: &Call, person: Option<PersonId>, found: Vec<Finding>) -> Result<(), Refusal> {
    let tell = move |fleet: &mut House, now| {
        fleet.stayed_out(Refusal::SignIn.code(), now);
        for found in found {
            fleet.guessed(person, found, now);
        }
    };
    ask(&call.desk, tell).await
}

/// By what a name is known to the throttle, whether anybody has it or not.
fn known_by(name: &str) -> Name {
    let digest = digest(&SHA256, folded(name).as_bytes());
    std::array::from_fn(|at| digest.as_ref()[at])
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
    all.find(|account| account.passkeys.iter().any(|passkey| *passkey.id == *id))
}

/// What is used up by an assertion of a passkey of this account, if it holds: its challenge, once, and its count.
fn asserted(call: &Call, account: &Account, assertion: &Assertion, now: Now) -> Option<Change> {
    let Assertion { id, client_data, authenticator_data, signature } = assertion;
    let [id, client, data, signature] =
        [id, client_data, authenticator_data, signature].map(|part| hex::decode(part).ok());
    let (id, client, data, signature) = (id?, client?, data?, signature?);
    let passkey = account.passkeys.iter().find(|passkey| *passkey.id == *id)?;
    let challenge: Nonce = passkey::claimed(&client)?;
    call.desk.challenges.knows(Purpose::Passkey, &challenge, ANYBODY, now.mono).then_some(())?;
    let party = call.asking.party.as_ref()?;
    let count = passkey::signed(passkey, &client, &data, &signature, &challenge, party)?;
    let first = call.desk.sessions(|sessions| sessions.answer(&challenge, account.person, now.mono));
    (first == Answer::First).then_some(Change::Signed(id, count))
}
