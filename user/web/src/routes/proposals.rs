//! What takes more than one person.

use std::collections::BTreeSet;

use access::{Action, Permit, Resource};
use api::{Proposals, proposal::Consent, session::Assertion};
use axum::{http::StatusCode, response::Response};
use control::{
    Asked, House, Now, door,
    passkey::{self, Answer, Question},
    view::{self, ProposalView},
};
use crypto::hex;
use vocab::{OrderId, PersonId};

use super::{factors::party, refused};
use crate::{
    answer::json,
    ask::{ask, gather},
    refusal::Refusal,
    route::{Asker, Call},
    show,
};

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let all = |fleet: &mut House, after, most, now| Ok(view::proposals(fleet, after, most, now, |_| true));
    let (all, now) = gather(&call.desk, None, usize::MAX, all).await?;
    let seen = all.iter().filter(|one| asker.may(resource(one)));
    let listed = Proposals { proposals: seen.map(show::proposal).collect(), as_of: now.wall.to_string() };
    Ok(json(StatusCode::OK, &listed))
}

pub(super) async fn one(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    let order = id(&call.parameter)?;
    let shown = ask(&call.desk, move |fleet, now| {
        let one = view::proposal(fleet, order, now).ok_or(Refusal::Permit)?;
        asker.permit(fleet, resource(&one), now)?;
        Ok::<_, Refusal>(show::proposal(&one))
    });
    Ok(json(StatusCode::OK, &shown.await??))
}

/// By a letter that was signed with a key file.
pub(super) async fn consent(call: Call) -> Result<Response, Refusal> {
    let Consent { letter } = call.read()?;
    let letter = part("letter", &letter)?;
    consented(&call, move |fleet, permit, order, now| door::consent(fleet, permit, order, letter, now)).await
}

/// By what a passkey answered to the question.
pub(super) async fn passkey(call: Call) -> Result<Response, Refusal> {
    let Assertion { id, client_data, authenticator_data, signature } = call.read()?;
    let answer = Answer {
        credential: part("id", &id)?,
        authenticator_data: part("authenticator_data", &authenticator_data)?,
        client_data: part("client_data", &client_data)?,
        signature: part("signature", &signature)?,
    };
    consented(&call, move |fleet, permit, order, now| passkey::consent(fleet, permit, order, &answer, now))
        .await
}

/// What the passkeys of whoever asks would sign, of those that the roster pins to this page.
pub(super) async fn question(call: Call) -> Result<Response, Refusal> {
    let (asker, party) = (call.asker().await?, party(&call)?);
    let order = id(&call.parameter)?;
    let told = ask(&call.desk, move |fleet, now| {
        let one = view::proposal(fleet, order, now).ok_or(Refusal::Permit)?;
        may_consent(fleet, &asker, &one, now)?;
        passkey::question(fleet, order, asker.person(), now).map_err(|asked| refused(&asked))
    });
    let Question { challenge, passkeys, sentence, expires } = told.await??;
    let ours = passkeys.iter().filter(|one| one.origin == party.origin.as_str());
    let ours: Vec<_> = ours.map(|one| hex::encode(&one.credential)).collect();
    if ours.is_empty() {
        let pages: Vec<_> = passkeys.iter().map(|one| one.origin.as_str()).collect();
        return Err(Refusal::OtherPage(pages.join(", ")));
    }
    let question = api::proposal::Question {
        order: order.to_string(),
        sentence,
        challenge: hex::encode(&challenge),
        rp: party.rp.to_string(),
        passkeys: ours,
        expires: expires.to_string(),
    };
    Ok(json(StatusCode::OK, &question))
}

/// Takes a consent of whoever asks, and shows the proposal as it is then.
async fn consented(
    call: &Call,
    take: impl FnOnce(&mut House, &Permit, OrderId, Now) -> Result<(), Asked> + Send + 'static,
) -> Result<Response, Refusal> {
    let (asker, order) = (call.asker().await?, id(&call.parameter)?);
    let shown = ask(&call.desk, move |fleet, now| {
        let one = view::proposal(fleet, order, now).ok_or(Refusal::Permit)?;
        let permit = may_consent(fleet, &asker, &one, now)?;
        take(fleet, &permit, order, now).map_err(|asked| refused(&asked))?;
        let one = view::proposal(fleet, order, now).ok_or(Refusal::Permit)?;
        Ok::<_, Refusal>(show::proposal(&one))
    });
    Ok(json(StatusCode::OK, &shown.await??))
}

/// Whoever proposed consents by the permit to propose; everybody else by the one to approve. Nobody consents twice,
/// and whoever may know of the proposal is told so.
fn may_consent(fleet: &mut House, asker: &Asker, one: &ProposalView, now: Now) -> Result<Permit, Refusal> {
    if one.people().contains(&asker.person()) && asker.may(seen(one)) {
        // It stands in the log like every permit that was refused.
        let _ = asker.permit(fleet, resource(one), now);
        return Err(Refusal::SignedAlready);
    }
    if one.by.id == asker.person() {
        let device = Resource::Device(one.device, one.site.clone());
        return asker.permit_to(fleet, Action::Propose, device, now);
    }
    asker.permit(fleet, resource(one), now)
}

/// The proposal as somebody would see it who has no part in it.
fn seen(one: &ProposalView) -> Resource {
    Resource::Proposal { by: PersonId([0; 16]), consented: BTreeSet::new(), site: one.site.clone() }
}

fn part(field: &'static str, digits: &str) -> Result<Vec<u8>, Refusal> {
    hex::decode(digits).map_err(|why| Refusal::Value { field, what: why.to_string() })
}

fn resource(one: &ProposalView) -> Resource {
    Resource::Proposal { by: one.by.id, consented: one.people(), site: one.site.clone() }
}

fn id(text: &str) -> Result<OrderId, Refusal> {
    text.parse().map_err(|_| Refusal::Permit)
}
