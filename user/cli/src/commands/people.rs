//! What takes two people: one proposes and consents, another consents; each signs what this program read itself.

use api::{Proposal, word::ProposalState};
use vocab::{DeviceId, EventId, OrderId};

use super::{Done, Session};
use crate::{
    Form,
    args::Confirm,
    desk::Desk,
    mistake::Mistake,
    order::{Asked, Kinds, Reviewed, review},
    problem::Problem,
    refusal::Refusal,
    table::{Cell, Table, called},
};

pub(super) async fn pages(session: &Session, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let invited = session.client.invite_oneself().await?;
    if desk.json(&invited)? {
        return Ok(Done::Yes);
    }
    desk.line(&format!("{}/join#{}", session.url.trim_end_matches('/'), invited.token))?;
    desk.line(&format!("For you alone, once, until {}. It sets a new password.", invited.until))?;
    Ok(Done::Yes)
}

pub(super) async fn list(session: &Session, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let proposals = session.client.proposals().await?;
    if desk.json(&proposals)? {
        return Ok(Done::Yes);
    }
    if proposals.proposals.is_empty() {
        desk.line("Nothing waits for people.")?;
        return Ok(Done::Yes);
    }
    let mut table = Table::new(&["ORDER", "BOX", "STATE", "PEOPLE", "BY", "NOT AFTER", "WHAT", "MISSING"]);
    for proposal in &proposals.proposals {
        table.row(vec![
            (&proposal.order).into(),
            (&proposal.label).into(),
            proposal.state.word().into(),
            format!("{} of {}", proposal.consented.len(), proposal.needs).into(),
            (&proposal.by.name).into(),
            (&proposal.expires).into(),
            (&proposal.sentence).into(),
            (&proposal.missing).into(),
        ]);
    }
    desk.table(&table)?;
    Ok(Done::Yes)
}

pub(super) async fn reset(
    session: &Session,
    device: &str,
    reason: &str,
    event: Option<&str>,
    confirm: &Confirm,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    askable(confirm, desk)?;
    session.key()?;
    let event: Option<EventId> = event.map(|event| parsed("an event", event)).transpose()?;
    let found = session.client.device(device).await?;
    let id: DeviceId = found.id.parse().map_err(|why| Refusal::Answer(format!("the device: {why}")))?;
    if device != found.id && device != found.label {
        let holds = format!("{} ({})", found.label, found.id);
        return Err(Refusal::OrderOther { what: "device", said: device.into(), holds }.into());
    }
    // Where there is one latch, that one was meant.
    let only = match found.latches.as_slice() {
        [latch] => latch.event.parse().ok(),
        _ => None,
    };
    let asked = Asked { device: Some(id), event: event.or(only), order: None, kinds: Kinds::Release };
    let named = event.map(|event| event.to_string());
    let proposal = session.client.reset(&found.id, named.as_deref(), reason).await?;
    consent(session, &proposal, &asked, confirm, desk).await
}

pub(super) async fn approve(
    session: &Session,
    order: &str,
    confirm: &Confirm,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    askable(confirm, desk)?;
    session.key()?;
    let id: OrderId = parsed("an order", order)?;
    let proposal = session.client.proposal(order).await?;
    if proposal.state == ProposalState::Void {
        // Nobody reads and signs what is void: the fleet says why, and what brings the box back.
        let again = session
            .hint(&format!("reset {} --reason '…'", called(&proposal.label, &proposal.audience.device)));
        return Err(Mistake::Void { why: proposal.missing, again }.into());
    }
    let asked = Asked { order: Some(id), ..Asked::default() };
    consent(session, &proposal, &asked, confirm, desk).await
}

async fn consent(
    session: &Session,
    proposal: &Proposal,
    asked: &Asked,
    confirm: &Confirm,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let fleet = session.client.fleet_name().expect("a session has a fleet");
    let reviewed = review(proposal, fleet, asked, (desk.now)())?;
    let order = reviewed.id().to_string();
    if desk.form == Form::Words {
        show(&reviewed, proposal, desk)?;
    }
    if !confirm.yes && !desk.confirmed("Sign this?")? {
        desk.line(&format!(
            "Nothing was signed. The proposal stands until its time is over: `{}`",
            session.hint(&format!("approve {order}"))
        ))?;
        return Ok(Done::Declined);
    }
    session.client.consent(&order, &reviewed.consent(session.key()?)).await?;
    let now = session.client.proposal(&order).await?;
    if desk.json(&now)? {
        return Ok(Done::Yes);
    }
    desk.line(&format!("Signed and handed in: {} of {} people consent.", now.consented.len(), now.needs))?;
    if now.consented.len() < now.needs {
        desk.line(&format!("Another person says: `{} --as SOMEBODY approve {order}`", session.again))?;
    } else {
        desk.line(&format!(
            "The box checks the same signatures itself. See what becomes of it: `{}`",
            session.hint(&format!("device {}", called(&now.label, &reviewed.device())))
        ))?;
    }
    Ok(Done::Yes)
}

/// What the order holds, and, apart from that, what the fleet says about it.
fn show(reviewed: &Reviewed, proposal: &Proposal, desk: &mut Desk<'_>) -> Result<(), Problem> {
    desk.line("The order, as read from its own bytes:")?;
    let told: Vec<_> = reviewed.told().into_iter().map(|(name, text)| (name, Cell::from(text))).collect();
    desk.facts(&told)?;
    desk.line("The fleet says about it:")?;
    let consented: Vec<_> = proposal.consented.iter().map(|person| person.name.as_str()).collect();
    desk.facts(&[
        ("box", format!("{} at {}", proposal.label, proposal.site).into()),
        ("proposed by", format!("{} at {}", proposal.by.name, proposal.at).into()),
        ("reason", (&proposal.reason).into()),
        ("consented", if consented.is_empty() { "nobody yet".into() } else { consented.join(", ").into() }),
    ])
}

/// Machines cannot be asked: they say so before anything is proposed.
fn askable(confirm: &Confirm, desk: &Desk<'_>) -> Result<(), Mistake> {
    if desk.form == Form::Json && !confirm.yes { Err(Mistake::Unanswered) } else { Ok(()) }
}

fn parsed<T: core::str::FromStr<Err: core::fmt::Display>>(
    of: &'static str,
    text: &str,
) -> Result<T, Mistake> {
    text.parse().map_err(|why: T::Err| Mistake::Name { of, why: why.to_string() })
}
