//! Services: verifiers elsewhere, and the end of their credentials.

use super::{Done, Session};
use crate::{
    args::{Confirm, Services},
    desk::Desk,
    problem::Problem,
    table::{Table, clean, quoted},
};

pub(super) async fn run(session: &Session, asked: Services, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    match asked {
        Services::List => list(session, desk).await,
        Services::Revoke { service, reason, confirm } => {
            revoke(session, &service, &reason, &confirm, desk).await
        }
    }
}

async fn list(session: &Session, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let found = session.client.services().await?;
    if desk.json(&found)? {
        return Ok(Done::Yes);
    }
    if found.services.is_empty() {
        desk.line("People ended the credential of no service.")?;
        return Ok(Done::Yes);
    }
    let mut table = Table::new(&["SERVICE", "REVOKED"]);
    for one in &found.services {
        table.row(vec![(&one.name).into(), (&one.revoked).into()]);
    }
    desk.table(&table)?;
    Ok(Done::Yes)
}

async fn revoke(
    session: &Session,
    service: &str,
    reason: &str,
    confirm: &Confirm,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let whom = clean(service);
    if !confirm.yes && !desk.confirmed(&format!("End every credential of the service {whom}?"))? {
        desk.aside("Nothing was done.")?;
        return Ok(Done::Declined);
    }
    let left = session.client.revoke_service(service, reason).await?;
    if !desk.json(&left)? {
        desk.line(&format!(
            "Every credential of {whom} that was made until now is over, and what stood is closed."
        ))?;
        desk.line(&format!("`fleetd service {} --out FILE` makes another.", quoted(service)))?;
    }
    Ok(Done::Yes)
}
