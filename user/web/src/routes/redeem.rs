//! Invitations: somebody sets a password, and comes in for the first time, or anew.

use access::account::folded;
use api::session::Redeem;
use axum::response::Response;
use control::{Now, fleet::Invites};
use crypto::hex;
use vocab::{Label, PersonId};
use zeroize::Zeroizing;

use super::{
    come_in::ours,
    refused,
    sign_in::{Whose, begin, value},
};
use crate::{ask::ask, password::Beside, refusal::Refusal, route::Call};

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
