//! Passkeys to consent with: made here, and counting for nothing until the offline root has signed them.
//!
//! They are apart from those that one signs in with. A page that asks somebody to sign in can thus never be told what
//! a consent is signed with, and whoever loses one way keeps the other.

use access::account::{Change, Passkey};
use api::me::{Signer, Signers};
use axum::{http::StatusCode, response::Response};
use control::passkey::record;
use crypto::{hex, passkey::Passkey as Pinned};
use vocab::{Label, PersonId};

use super::{
    factors::{change, made, new_passkey},
    sign_in::value,
};
use crate::{
    answer::{json, nothing},
    refusal::Refusal,
    route::Call,
    session::Purpose,
};

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    Ok(json(StatusCode::OK, &Signers { signers: of(&call)? }))
}

/// With what whoever asks consents: what they made here, and whatever else the roster names as theirs.
pub(crate) fn of(call: &Call) -> Result<Vec<Signer>, Refusal> {
    let person = call.caller()?.person.id;
    let (directory, roster) = (call.desk.directory(), call.desk.signers(person));
    let mine = directory.account(person).map(|account| account.signers.as_slice()).unwrap_or_default();
    let name = called(call, person)?;
    let shown = |pinned: &Pinned, own: Option<&Passkey>| Signer {
        id: hex::encode(pinned.credential.as_bytes()),
        name: own.map(|own| own.name.to_string()),
        added: own.map(|own| own.added.to_string()),
        origin: pinned.origin.to_string(),
        counts: roster.contains(pinned),
        record: record(person, &name, pinned),
    };
    let others = roster.iter().filter(|known| !mine.iter().any(|own| own.pinned == **known));
    let own = mine.iter().map(|own| shown(&own.pinned, Some(own)));
    Ok(own.chain(others.map(|other| shown(other, None))).collect())
}

/// A handle of its own: under that of the passkeys that one signs in with, a device would keep one of the two.
pub(super) async fn options(call: Call) -> Result<Response, Refusal> {
    let person = call.proved()?.person.id;
    let user = [person.as_bytes().as_slice(), b"consent"].concat();
    Ok(json(StatusCode::OK, &new_passkey(&call, Purpose::NewSigner, user, |one| &one.signers)?))
}

pub(super) async fn add(call: Call) -> Result<Response, Refusal> {
    let passkey = made(&call, Purpose::NewSigner)?;
    let id = hex::encode(passkey.id());
    change(&call, Change::AddSigner(passkey)).await?;
    let added = of(&call)?.into_iter().find(|one| one.id == id).ok_or(Refusal::Permit)?;
    Ok(json(StatusCode::CREATED, &added))
}

pub(super) async fn drop(call: Call) -> Result<Response, Refusal> {
    let id = hex::decode(&call.parameter).map_err(|_| Refusal::Permit)?;
    change(&call, Change::DropSigner(id)).await?;
    Ok(nothing())
}

fn called(call: &Call, person: PersonId) -> Result<Label, Refusal> {
    Label::new(&call.desk.called(person)).map_err(|bad| value("name", &bad))
}
