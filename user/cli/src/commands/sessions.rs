//! Coming in: by a key, or by name and password, which keeps a session for the commands that follow.

use std::{fs, path::PathBuf};

use zeroize::Zeroizing;

use super::{Done, KeptBy, Session, again, client, url};
use crate::{
    args::FleetArguments,
    desk::Desk,
    files::{self, Draft},
    keyfile::{self, SessionFile},
    mistake::Mistake,
    problem::Problem,
    table::{Cell, age},
};

pub(super) async fn login(
    name: Option<String>,
    fleet: &FleetArguments,
    desk: &mut Desk<'_>,
) -> Result<Done, Problem> {
    let name = name.or_else(|| fleet.who.clone()).ok_or(Mistake::LoginName)?;
    let path = kept(&name, desk)?;
    let url = url(fleet, desk, None)?;
    let mut client = client(fleet, &url)?;
    let asked = |desk: &mut Desk<'_>, question| (desk.secret)(question).ok_or(Mistake::NoSecret);
    let password = asked(desk, "Password: ")?;
    let code = asked(desk, "Code of your device (empty where you have none): ")?;
    let code = Some(code.trim().to_owned()).filter(|code| !code.is_empty());
    let mut session = client.sign_in_by_password(&name, password, code).await?;
    session.url = Some(url);
    let mut draft = Draft::new(&path, 0o600)?;
    draft.add(session.text().as_bytes())?;
    draft.keep()?;
    desk.aside(&format!(
        "You are {} at {}. The session is in {}.",
        session.name,
        session.fleet,
        path.display()
    ))?;
    desk.aside(&format!("`{} --as {name} logout` ends it.", again(fleet, desk)))?;
    Ok(Done::Yes)
}

/// Whatever the fleet says of it, nothing is kept any longer.
pub(super) async fn logout(session: Session, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let KeptBy::Session(path) = session.kept else { return Err(Mistake::NoSession.into()) };
    let ended = session.client.sign_out().await;
    fs::remove_file(&path).map_err(|error| Mistake::write(&path, &error))?;
    match ended {
        Err(problem) if !problem.is_session_over() => Err(problem),
        _ => {
            desk.aside("You are signed out.")?;
            Ok(Done::Yes)
        }
    }
}

pub(super) async fn me(session: &Session, desk: &mut Desk<'_>) -> Result<Done, Problem> {
    let me = session.client.me().await?;
    if desk.json(&me)? {
        return Ok(Done::Yes);
    }
    let mut facts: Vec<(&str, Cell)> = vec![("name", (&me.name).into()), ("id", (&me.person).into())];
    facts.extend(me.grants.iter().map(|grant| ("role", super::roles::grant(grant).into())));
    facts.extend(
        me.may.iter().map(|(kind, actions)| ("may", format!("{kind}: {}", actions.join(", ")).into())),
    );
    let factors = [("password", me.factors.password), ("codes", me.factors.codes)];
    let has = factors.iter().filter(|(_, has)| *has).map(|(name, _)| (*name).to_owned());
    let passkeys = me.factors.passkeys.iter().map(|one| format!("passkey `{}`", one.name));
    let has: Vec<_> = has.chain(passkeys).collect();
    facts.push((
        "account",
        if has.is_empty() { "none: you come in by a key".into() } else { has.join(", ").into() },
    ));
    if let Some(line) = &me.session {
        facts.push((
            "session",
            format!("began {} ago, {} left", age(line.age_seconds), age(line.left_seconds)).into(),
        ));
    }
    desk.facts(&facts)?;
    Ok(Done::Yes)
}

/// Where the session of somebody of this name is kept.
pub(super) fn kept(name: &str, desk: &Desk<'_>) -> Result<PathBuf, Mistake> {
    if name.is_empty()
        || name.starts_with('.')
        || name.contains(['/', ' '])
        || name.chars().any(char::is_control)
    {
        let why = "it holds a slash or a space, begins with a dot, or is empty".into();
        return Err(Mistake::Name { of: "the file of a session", why });
    }
    Ok(desk.keys.join(format!("{name}.session")))
}

/// The session that is kept for somebody, if one is.
pub(super) fn read(name: &str, desk: &Desk<'_>) -> Result<Option<(PathBuf, SessionFile)>, Mistake> {
    let Ok(path) = kept(name, desk) else { return Ok(None) };
    if !path.exists() {
        return Ok(None);
    }
    let text: Zeroizing<String> = files::read_secret(&path, keyfile::LIMIT)?;
    let session =
        SessionFile::parse(&text).map_err(|malformed| Mistake::Key { path: path.clone(), malformed })?;
    Ok(Some((path, session)))
}
