//! Who may what: people and their roles, and programs that come in for them.

use api::{
    Person,
    me::NewToken,
    person::{Change, Grant, Invite, Invited},
};

use super::{Done, Session};
use crate::{
    args::{Confirm, People, Tokens},
    desk::Desk,
    files,
    mistake::Mistake,
    problem::Problem,
    table::{Cell, Table, Tone, age_of, clean},
};

pub(super) async fn tokens(session: &Session, tokens: Tokens, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    match tokens {
        Tokens::List => list_tokens(session, desk).await,
        Tokens::New { name, grant, minutes, out } => {
            let wanted = NewToken { name, grants: grant, minutes };
            let issued = session.client.new_program(&wanted).await?;
            match out {
                Some(path) => {
                    files::write_secret(&path, format!("{}\n", issued.token).as_bytes())?;
                    desk.line(&format!(
                        "{}: for {}, until {}",
                        path.display(),
                        issued.about.name,
                        issued.about.until
                    ))?;
                }
                None if desk.json(&issued)? => {}
                None => {
                    desk.line(&issued.token)?;
                    desk.line(&format!(
                        "For {}, until {}. It is shown once.",
                        issued.about.name, issued.about.until
                    ))?;
                }
            }
            Ok(Done::Yes)
        }
        Tokens::Revoke { token } => {
            session.client.end_program(&token).await?;
            desk.aside("It opens nothing any more.")?;
            Ok(Done::Yes)
        }
    }
}

async fn list_tokens(session: &Session, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let tokens = session.client.programs().await?;
    if desk.json(&tokens)? {
        return Ok(Done::Yes);
    }
    if tokens.tokens.is_empty() {
        desk.line("No program comes in in your name.")?;
        return Ok(Done::Yes);
    }
    let mut table = Table::new(&["TOKEN", "PROGRAM", "USED", "UNTIL", "MAY"]);
    for token in &tokens.tokens {
        table.row(vec![
            (&token.id).into(),
            (&token.name).into(),
            age_of(token.used_seconds).into(),
            (&token.until).into(),
            grants(&token.grants).into(),
        ]);
    }
    desk.table(&table)?;
    Ok(Done::Yes)
}

pub(super) async fn people(session: &Session, people: People, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    match people {
        People::List { words } => list(session, &words.join(" "), desk).await,
        People::Invite { name, grant } => {
            let invited = session.client.invite(&Invite { name: name.clone(), grants: grant }).await?;
            tell(session, &name, &invited, desk)
        }
        People::Again { person } => {
            let found = find(session, &person).await?;
            let invited = session.client.invite_again(&found.id).await?;
            tell(session, &found.name, &invited, desk)
        }
        People::Grant { person, grant, confirm } => {
            let found = find(session, &person).await?;
            let question = match &grant[..] {
                [] => format!("Take every role from {}", found.name),
                some => format!("Make {} {} and nothing else", found.name, grants(some)),
            };
            let change = Change { grants: Some(grant), disabled: None };
            changed(session, &found, &change, Some((&question, &confirm)), desk).await
        }
        People::Disable { person, confirm } => {
            let found = find(session, &person).await?;
            let question = format!("Keep {} out, and end every session of theirs", found.name);
            let change = Change { grants: None, disabled: Some(true) };
            changed(session, &found, &change, Some((&question, &confirm)), desk).await
        }
        People::Enable { person } => {
            let found = find(session, &person).await?;
            let change = Change { grants: None, disabled: Some(false) };
            changed(session, &found, &change, None, desk).await
        }
    }
}

async fn list(session: &Session, words: &str, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let people = session.client.people(words).await?;
    if desk.json(&people)? {
        return Ok(Done::Yes);
    }
    let mut table = Table::new(&["NAME", "COMES IN", "ID", "MAY"]);
    for one in &people.people {
        let all: Vec<Grant> = one.grants.iter().chain(&one.configured).cloned().collect();
        table.row(vec![(&one.name).into(), comes_in(one), (&one.id).into(), grants(&all).into()]);
    }
    desk.table(&table)?;
    Ok(Done::Yes)
}

fn comes_in(one: &Person) -> Cell {
    match one {
        Person { disabled: true, .. } => Cell::new("kept out", Tone::Attention),
        Person { second_factor: true, .. } => Cell::new("password and more", Tone::Normal),
        Person { password: true, .. } => Cell::new("password alone", Tone::Normal),
        Person { invited_until: Some(_), .. } => Cell::new("invited", Tone::Grey),
        Person { configured, .. } if !configured.is_empty() => Cell::new("key", Tone::Normal),
        _ => Cell::new("by nothing yet", Tone::Grey),
    }
}

/// Somebody by their id, or by a name that is one person's alone.
async fn find(session: &Session, typed: &str) -> Result<Person, Problem> {
    let all = session.client.people("").await?.people;
    let mut found = all.into_iter().filter(|one| one.id == typed || one.name == typed);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Mistake::Nobody(typed.into()).into()),
        (Some(_), Some(_)) => Err(Mistake::Several(typed.into()).into()),
    }
}

async fn changed(
    session: &Session,
    who: &Person,
    change: &Change,
    sure: Option<(&str, &Confirm)>,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    if let Some((question, confirm)) = sure
        && !confirm.yes
        && !desk.confirmed(&clean(&format!("{question}?")))?
    {
        desk.aside("Nothing was done.")?;
        return Ok(Done::Declined);
    }
    session.client.change_person(&who.id, change).await?;
    desk.aside(&format!("{} is changed.", who.name))?;
    Ok(Done::Yes)
}

fn tell(session: &Session, name: &str, invited: &Invited, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    if desk.json(invited)? {
        return Ok(Done::Yes);
    }
    desk.line(&format!("{}/join#{}", session.url.trim_end_matches('/'), invited.token))?;
    desk.line(&format!(
        "For {name} alone, once, until {}. Give it to them where nobody else reads it.",
        invited.until
    ))?;
    Ok(Done::Yes)
}

fn grants(all: &[Grant]) -> String {
    if all.is_empty() { "nothing".into() } else { all.iter().map(grant).collect::<Vec<_>>().join("; ") }
}

/// `operator at nord, sued`.
pub(super) fn grant(one: &Grant) -> String {
    let Grant { role, sites } = one;
    sites
        .as_ref()
        .map_or_else(|| format!("{role} everywhere"), |sites| format!("{role} at {}", sites.join(", ")))
}
