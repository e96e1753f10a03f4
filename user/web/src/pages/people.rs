//! Who has which roles, and who comes in.

use access::{Action, Resource, Role};
use api::{
    path,
    person::{Grant, Person},
};
use axum::response::Response;
use maud::{Markup, html};
use vocab::{Label, PersonId, SiteName};

use super::{
    age,
    frame::{Frame, Place},
    reader::Reader,
};
use crate::{
    ask::ask,
    refusal::{COMES_IN, Refusal},
    route::Call,
    routes::people::{SITES_LIMIT, comes_in, everybody},
};

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let asker = call.asker().await?;
    // Whoever may see one may see all: people belong to no site.
    ask(&call.desk, move |fleet, now| {
        asker.permit(fleet, Resource::Person(PersonId([0; 16])), now).map(drop)
    })
    .await??;
    let frame = Frame::of(&call).await?;
    call.desk.ready().await?;
    let people: Vec<(Person, Inviting)> = everybody(&call.desk)
        .into_iter()
        .map(|one| {
            let in_by_now = one.id.parse().is_ok_and(|id| comes_in(&call.desk, id));
            (one, if in_by_now { Inviting::ComesIn } else { Inviting::May })
        })
        .collect();
    let grants = frame.reader.may(Action::Grant, Resource::Person(PersonId([0; 16])));
    let main = html! {
        div.summary {
            h1 { "People" }
            p.lead { "Nobody grants themselves anything, and one administrator always remains. Every change is an entry of the audit log." }
        }
        div.columns {
            section {
                header { h2 { (people.len()) @if people.len() == 1 { " person" } @else { " people" } } }
                ul.acts { @for (one, inviting) in &people { (person(one, *inviting, &frame.reader, grants)) } }
            }
            aside { (invite(grants)) }
        }
    };
    Ok(frame.page(Place::People, "People", main))
}

/// `operator at harbour, auditor everywhere`.
pub(super) fn grants(grants: &[Grant]) -> String {
    let one = |grant: &Grant| match &grant.sites {
        None => format!("{} everywhere", grant.role),
        Some(sites) => format!("{} at {}", grant.role, sites.join(", ")),
    };
    let all: Vec<_> = grants.iter().map(one).collect();
    if all.is_empty() { "no role".into() } else { all.join("; ") }
}

/// Whether somebody can be invited anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inviting {
    /// They come in: nobody else is to hold a link for them.
    ComesIn,
    May,
}

fn person(one: &Person, inviting: Inviting, reader: &Reader, granting: bool) -> Markup {
    let me = reader.id().to_string() == one.id;
    let factors = match (one.password, one.second_factor) {
        (true, true) => "password and a second factor",
        (true, false) => "password alone",
        (false, true) => "passkey",
        (false, false) => "key of the roster, or nothing yet",
    };
    html! {
        li {
            details {
                summary { div.act {
                    div {
                        b.is-revoked[one.disabled] { (one.name) } @if one.disabled { " " span.quiet { "kept out" } }
                        p {
                            @if !one.grants.is_empty() || one.configured.is_empty() { (grants(&one.grants)) }
                            @if !one.grants.is_empty() && !one.configured.is_empty() { " · " }
                            @if !one.configured.is_empty() { (grants(&one.configured)) ", by the configuration" }
                        }
                        p { (factors) @if let Some(until) = &one.invited_until { " · invited until " (age::day(until)) ", " (age::clock(until)) } }
                    }
                    span.button { "Change…" }
                } }
                @if granting && !me { (change(one, inviting)) }
                @else { p.fine { @if me { "Nobody changes their own roles; ask another administrator." } @else { "Only an administrator changes roles." } } }
            }
        }
    }
}

/// Which roles, and where: one set of sites for all of them. Whoever needs more writes it with the CLI.
fn choice(of: &[Grant]) -> Markup {
    let sites = of.iter().find_map(|grant| grant.sites.as_ref()).map(|sites| sites.join(", "));
    html! {
        fieldset.choices data-grants {
            legend.hide { "Roles" }
            @for role in Role::ALL {
                label { input type="checkbox" data-role value=(role.word()) checked[of.iter().any(|grant| grant.role == role.word())]; (role.word()) }
            }
        }
        label { "Sites" small { "none: everywhere" } input data-sites value=[sites] maxlength=(SITES_LIMIT * (SiteName::LIMIT + 2)) placeholder="harbour, station"; }
    }
}

fn change(one: &Person, inviting: Inviting) -> Markup {
    let address = path::filled(path::PERSON, &one.id);
    let mixed =
        one.grants.iter().any(|grant| Some(&grant.sites) != one.grants.first().map(|first| &first.sites));
    html! {
        @if mixed {
            p.fine { "Their roles reach to different sites; change them over the contract, at " code { (address) } "." }
        } @else {
            form.stack data-api=(address) data-method="PATCH" { (choice(&one.grants)) p.problem role="alert" hidden {} button { "Set these roles" } }
        }
        form data-api=(address) data-method="PATCH" {
            input type="hidden" name="disabled" value=(!one.disabled) data-json;
            p { button.grave { @if one.disabled { "Let them in again" } @else { "Keep them out" } } }
            p.problem role="alert" hidden {}
        }
        @if inviting == Inviting::May {
            form data-api=(path::filled(path::PERSON_INVITE, &one.id)) data-shows={ "invited-" (one.id) } {
                p { button { "Invite anew" } " " span.fine { "who lost what they come in by" } }
                p.problem role="alert" hidden {}
            }
            (link(&format!("invited-{}", one.id)))
        } @else {
            p { button disabled { "Invite anew" } " " span.fine { (COMES_IN) } }
        }
    }
}

fn invite(granting: bool) -> Markup {
    html! {
        section {
            header { h2 { "Invite somebody" } }
            @if granting {
                form.stack data-api=(path::PEOPLE) data-shows="invited" {
                    label { "Name that they sign in with" input name="name" required maxlength=(Label::LIMIT); }
                    (choice(&[]))
                    p.problem role="alert" hidden {}
                    button.primary { "Invite" }
                }
                (link("invited"))
            } @else { p { button disabled { "Invite" } " " span.fine { "needs the role admin, everywhere" } } }
        }
    }
}

/// The link is shown once; what stands behind the mark never reaches a server on the way.
fn link(id: &str) -> Markup {
    html! {
        div id=(id) hidden {
            p { "Give them this link; it works once, and is shown once:" }
            pre { code data-answer="token" data-before="/join#" {} }
        }
    }
}
