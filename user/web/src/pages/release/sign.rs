//! Signing in a page: the order in words before the passkey is asked, and what two signatures mean.
//!
//! What is shown is the fleet's word for what it asks to be signed; a terminal reads the order from its own bytes, and
//! the page says so.

use api::{Device, Proposal, word::Connection};
use maud::{Markup, html};

use crate::{pages::age, refusal::Refusal, route::Call};

/// With what whoever reads can sign here.
pub(in crate::pages) enum Signs {
    /// With a passkey that the roster pins to this page.
    Here,
    /// With passkeys that it pins to others.
    Elsewhere(String),
    /// With none yet: one is made, and the root has not signed it.
    Waits,
    /// With none.
    Nothing,
}

impl Signs {
    /// Of whoever asks for a page.
    pub(in crate::pages) fn of(call: &Call) -> Result<Self, Refusal> {
        let person = call.caller()?.person.id;
        let (pinned, directory) = (call.desk.signers(person), call.desk.directory());
        let page = call.asking.party.as_ref().map(|party| &party.origin);
        let waits = directory.account(person).is_some_and(|account| !account.signers.is_empty());
        Ok(match pinned.first() {
            Some(_) if pinned.iter().any(|one| Some(&one.origin) == page) => Self::Here,
            Some(other) => Self::Elsewhere(other.origin.to_string()),
            None if waits => Self::Waits,
            None => Self::Nothing,
        })
    }

    /// The button, and behind it what is signed; or why there is none, and how else.
    pub(super) fn control(&self, device: &Device, asked: &Proposal, mine: bool) -> Markup {
        let verb = if mine { "Sign with your passkey" } else { "Approve with your passkey" };
        let why = match self {
            Self::Here => {
                return html! {
                    button.primary.wide type="button" data-opens={ "sign-" (asked.order) } { (verb) "…" }
                    (dialog(device, asked, verb, mine))
                };
            }
            Self::Elsewhere(page) => html! { "your passkeys are pinned to " (page) },
            Self::Waits => html! { "your passkey waits for the root to sign it onto the roster" },
            Self::Nothing => {
                html! { "make a passkey to consent with in " a href="/settings#signers" { "Settings" } }
            }
        };
        html! {
            button disabled { (verb) } " " span.fine { (why) "; or sign with your key file: " code { "wrale approve " (asked.order) } }
        }
    }
}

/// `two people`.
fn people(needs: usize) -> String {
    match needs {
        0 | 1 => "one person".into(),
        2 => "two people".into(),
        3 => "three people".into(),
        more => format!("{more} people"),
    }
}

fn dialog(device: &Device, asked: &Proposal, verb: &str, mine: bool) -> Markup {
    let away = !matches!(device.connection.value, Connection::Live | Connection::Quarantine);
    html! {
        dialog.sign id={ "sign-" (asked.order) } aria-label="What you sign" {
            h2 { "What you sign" }
            p.what { (asked.sentence) }
            dl.pairs {
                dt { "Because" } dd { (asked.reason) }
                dt { "Asked by" } dd { (asked.by.name) ", " (age::clock(&asked.at)) " UTC" }
                dt { "Box" } dd { (device.label) " at " (device.site) " " code.quiet { (device.id) } }
                @if let Some(event) = &asked.event { dt { "Event" } dd { code { (event) } @if let Some(severity) = asked.severity { ", severity " (severity) } } }
                dt { "Not after" } dd { (age::clock(&asked.expires)) " UTC" }
                dt { "Order" } dd { code { (asked.order) } }
            }
            p { "It takes " (people(asked.needs)) ", and each signs for themselves. "
                @if mine { "You are the first: nothing happens before somebody else has signed too." }
                @else { "You did not ask for it: you say that it is right, by what you know yourself." }
            }
            @if away { p { "The box is not connected; it hears of it as soon as it is back." } }
            p.fine { "A page shows the fleet's own words. " code { "wrale approve" } " shows the order as it reads it from its bytes, and signs with a key file." }
            p.problem role="alert" hidden {}
            div.buttons {
                form method="dialog" { button { "Not now" } }
                button.primary type="button" data-consent=(api::path::filled(api::path::QUESTION, &asked.order)) data-into=(api::path::filled(api::path::PASSKEY_CONSENTS, &asked.order)) { (verb) }
            }
        }
    }
}
