//! People: who has which roles, and who comes in.

use std::{collections::BTreeSet, time::Duration};

use access::{
    Account, Action, Grant, Reach, Resource, Role,
    account::{Change, Invitation, Standing},
};
use api::{People, Person, operation::most, person};
use axum::{http::StatusCode, response::Response};
use control::Now;
use crypto::hex;
use vocab::{Label, PersonId, SiteName};

use super::{
    devices::words,
    redeem::{free, new_person},
    refused,
    sign_in::value,
};
use crate::{
    answer::{json, nothing},
    ask::ask,
    cursor,
    desk::{Desk, Known},
    refusal::Refusal,
    route::Call,
};

/// How long an invitation waits.
const INVITED_WITHIN: Duration = Duration::from_hours(24);

/// Most sites of one grant.
pub(crate) const SITES_LIMIT: usize = 64;

pub(super) async fn list(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    // Whoever may see one may see all: people belong to no site.
    let may = ask(&call.desk, move |fleet, now| {
        asker.permit(fleet, Resource::Person(PersonId([0; 16])), now).map(|_| ())
    });
    may.await??;
    call.desk.ready().await?;
    let after = call.goes_on_after::<Place>("after")?;
    let limit = call.query.limit(LIMIT, most::OTHERS)?;
    let words = call.query.words()?.to_lowercase();
    let words: Vec<&str> = words.split_whitespace().take(8).collect();
    let further = |one: &Person| after.as_ref().is_none_or(|after| Place::of(one) > *after);
    let wanted = |one: &Person| further(one) && words.iter().all(|word| holds(one, word));
    let mut people: Vec<Person> = everybody(&call.desk).into_iter().filter(wanted).collect();
    let more = people.len() > limit;
    people.truncate(limit);
    let next = people.last().filter(|_| more).map(|last| call.next_after(&Place::of(last)));
    Ok(json(StatusCode::OK, &People { people, next }))
}

/// People in one answer, unless it is said how many.
const LIMIT: usize = 100;

/// Where in the list of people somebody stands: it goes on there although that person was renamed meanwhile.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    name: String,
    id: String,
}

impl Place {
    fn of(one: &Person) -> Self {
        Self { name: one.name.clone(), id: one.id.clone() }
    }
}

impl cursor::Place for Place {
    fn bytes(&self) -> Vec<u8> {
        format!("{}/{}", self.id, self.name).into_bytes()
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let (id, name) = std::str::from_utf8(bytes).ok()?.split_once('/')?;
        Some(Self { id: id.into(), name: name.into() })
    }
}

fn holds(one: &Person, word: &str) -> bool {
    let roles = one.grants.iter().chain(&one.configured).map(|grant| &grant.role);
    one.name.to_lowercase().contains(word) || one.id == *word || roles.into_iter().any(|role| role == word)
}

/// Everybody who has an account or stands in the configuration, by name.
pub(crate) fn everybody(desk: &Desk) -> Vec<Person> {
    let directory = desk.directory();
    let configured = desk.configured().filter(|known| directory.account(known.id).is_none());
    let of = |account: &Account| {
        one(account.person, desk.configured().find(|known| known.id == account.person), Some(account))
    };
    let keys = configured.map(|known| one(known.id, Some(known), None));
    let mut people: Vec<Person> = directory.all().map(of).chain(keys).collect();
    people.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    people
}

fn one(id: PersonId, known: Option<&Known>, account: Option<&Account>) -> Person {
    let name = known.map(|known| known.name.clone());
    Person {
        id: id.to_string(),
        name: name.or_else(|| account.map(|account| account.name.to_string())).unwrap_or_default(),
        grants: account.map(|account| shown(&account.grants)).unwrap_or_default(),
        configured: known.map(|known| shown(&known.grants)).unwrap_or_default(),
        disabled: account.is_some_and(|account| account.standing == Standing::Disabled),
        invited_until: account.and_then(|it| it.invitation.as_ref()).map(|it| it.until.to_string()),
        password: account.is_some_and(|account| account.password.is_some()),
        second_factor: account.is_some_and(Account::has_second_factor),
    }
}

pub(super) async fn invite(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    call.proved()?;
    let person::Invite { name, grants } = call.read()?;
    let (name, grants) = (words("name", name.trim())?, self::grants(&grants)?);
    free(&call, &name)?;
    let at = (call.desk.clock)().wall;
    let (person, word) = (new_person(at, (call.desk.draw)()), (call.desk.draw)());
    let invitation = Invitation::new(&word, at + INVITED_WITHIN);
    let until = invitation.until;
    let invited = ask(&call.desk, move |fleet, now| {
        let permit = asker.permit(fleet, Resource::Person(person), now)?;
        let now = Now { wall: at, ..now };
        fleet.invite(&permit, name, grants, invitation, now).map_err(|asked| refused(&asked))
    });
    invited.await??;
    let token = hex::encode(&word);
    let invited = person::Invited { person: person.to_string(), token, until: until.to_string() };
    Ok(json(StatusCode::CREATED, &invited))
}

/// Somebody who proved who they are, by a key say, gets a link to come in by a page.
pub(super) async fn invite_oneself(call: Call) -> Result<Response, Refusal> {
    let person = call.proved()?.person.id;
    let word = (call.desk.draw)();
    let invitation = Invitation::new(&word, (call.desk.clock)().wall + INVITED_WITHIN);
    let until = invitation.until.to_string();
    super::factors::change(&call, Change::Invite(invitation)).await?;
    let invited = person::Invited { person: person.to_string(), token: hex::encode(&word), until };
    Ok(json(StatusCode::CREATED, &invited))
}

/// Whoever redeems an invitation is that person from then on: nobody else may hold one for somebody who comes in.
pub(super) async fn invite_again(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    call.proved()?;
    let person: PersonId = call.parameter.parse().map_err(|_| Refusal::Permit)?;
    call.desk.ready().await?;
    if comes_in(&call.desk, person) && asker.may(Resource::Person(person)) {
        return Err(Refusal::ComesIn);
    }
    let (at, word) = ((call.desk.clock)().wall, (call.desk.draw)());
    let invitation = Invitation::new(&word, at + INVITED_WITHIN);
    let until = invitation.until.to_string();
    let person = changed(&call, vec![Change::Invite(invitation)]).await?;
    let invited = person::Invited { person: person.to_string(), token: hex::encode(&word), until };
    Ok(json(StatusCode::CREATED, &invited))
}

pub(super) async fn change(call: Call) -> Result<Response, Refusal> {
    call.asker().await?;
    call.proved()?;
    let person::Change { grants, disabled } = call.read()?;
    let grants = grants.map(|grants| self::grants(&grants)).transpose()?;
    let standing = disabled.map(|out| if out { Standing::Disabled } else { Standing::Enabled });
    let changes: Vec<Change> =
        grants.map(Change::Grants).into_iter().chain(standing.map(Change::Standing)).collect();
    if changes.is_empty() {
        return Err(Refusal::Shape(
            "it names nothing that is to change: `grants`, `disabled`, or both".into(),
        ));
    }
    changed(&call, changes).await?;
    Ok(nothing())
}

/// Changes the account of whom the address names; somebody who is not known is as absent as somebody forbidden.
async fn changed(call: &Call, changes: Vec<Change>) -> Result<PersonId, Refusal> {
    let mut asker = call.asker().await?;
    let person: PersonId = call.parameter.parse().map_err(|_| Refusal::Permit)?;
    if person == asker.person() && !changes.iter().any(|change| matches!(change, Change::Grants(_))) {
        asker = asker.without_rights();
    }
    call.desk.ready().await?;
    let named = call.desk.directory().account(person).is_some()
        || call.desk.configured().any(|known| known.id == person);
    let (elsewhere, at) = (call.desk.admins(), (call.desk.clock)().wall);
    let name = Label::new(&call.desk.called(person)).map_err(|bad| value("name", &bad))?;
    let done = ask(&call.desk, move |fleet, now| {
        if !named {
            return Err(Refusal::Permit);
        }
        let now = Now { wall: at, ..now };
        let permit = asker.permit_to(fleet, Action::Grant, Resource::Person(person), now)?;
        fleet.change_account(&permit, &name, changes, &elsewhere, now).map_err(|asked| refused(&asked))
    });
    done.await??;
    Ok(person)
}

/// Whether somebody has something to come in by.
pub(crate) fn comes_in(desk: &Desk, person: PersonId) -> bool {
    let directory = desk.directory();
    let account = directory.account(person);
    let disabled = account.is_some_and(|account| account.standing == Standing::Disabled);
    let holds = |account: &Account| account.password.is_some() || !account.passkeys.is_empty();
    !disabled && (account.is_some_and(holds) || desk.keyed().any(|known| known.id == person))
}

/// Grants as they were written.
pub(super) fn grants(written: &[person::Grant]) -> Result<Vec<Grant>, Refusal> {
    let one = |written: &person::Grant| {
        let role = Role::of(&written.role).ok_or_else(|| value("role", &"it is no role that there is"))?;
        let Some(sites) = &written.sites else { return Ok(Grant { role, reach: Reach::Fleet }) };
        if sites.is_empty() || sites.len() > SITES_LIMIT {
            return Err(value(
                "sites",
                &format!("name between one and {SITES_LIMIT} sites, or leave it out for all"),
            ));
        }
        let site = |name: &String| SiteName::new(name).map_err(|bad| value("sites", &bad));
        let sites = sites.iter().map(site).collect::<Result<BTreeSet<_>, _>>()?;
        Ok(Grant { role, reach: Reach::Sites(sites) })
    };
    written.iter().map(one).collect()
}

/// Grants as they are written.
pub(super) fn shown(grants: &[Grant]) -> Vec<person::Grant> {
    let sites = |reach: &Reach| match reach {
        Reach::Fleet => None,
        Reach::Sites(sites) => Some(sites.iter().map(ToString::to_string).collect()),
    };
    let one = |grant: &Grant| person::Grant { role: grant.role.word().into(), sites: sites(&grant.reach) };
    grants.iter().map(one).collect()
}
