//! What a person may do to a box. What they may not stays visible, dashed, with the reason.

use access::Action;
use api::word::{Arming, Revocation, Standing};
use maud::{Markup, html};
use vocab::Label;

use super::Told;
use crate::pages::reader::Reader;

const OPERATES: &str = "needs the role operator or security at this site";

pub(super) fn list(told: &Told, reader: &Reader) -> Markup {
    let (device, id) = (&told.known.device, told.known.glance.id);
    let may = |action| reader.may_device(action, id, &told.site);
    let over = device.standing.state == Standing::Revoked;
    let missing = |role: &'static str| (!over).then_some(role).map_or("its identity is revoked", |role| role);
    let arm = (may(Action::Arm) && !over).then(|| arm(device));
    let may_suspend = may(Action::Suspend) && !over;
    let by_hand = device.standing.by_hand.as_ref();
    let waits = by_hand.is_some_and(|by_hand| by_hand.over.is_some());
    let revoke = (may(Action::Revoke) && !over).then(|| revoke(device));
    html! {
        section id="acts" {
            header { h2 { "Actions" } }
            ul.acts {
                (act("Arming", "what it expects of the people around it", "Set", arm, missing(OPERATES)))
                @if let Some(by_hand) = by_hand.filter(|_| !over && !waits) {
                    @let what = format!("{} suspended it: {}", by_hand.by.name, by_hand.reason);
                    (act("Resume", &what, "Resume", may_suspend.then(|| resume(device)), OPERATES))
                } @else {
                    @let what = if waits { "its suspension was taken back, and it is asked to prove itself; it may be suspended anew" } else { "the quarantine room alone, until people take it back and it has proved itself" };
                    (act("Suspend", what, "Suspend", may_suspend.then(|| suspend(device)), missing(OPERATES)))
                }
                (act("Revoke", "refused everywhere, for good. It has no inverse", "Revoke", revoke, missing("needs the role security at this site")))
            }
        }
    }
}

fn act(name: &str, what: &str, verb: &str, form: Option<Markup>, missing: &str) -> Markup {
    html! {
        li {
            @if let Some(form) = form {
                details {
                    summary { div.act { div { b { (name) } p { (what) } } span.button { (verb) "…" } } }
                    (form)
                }
            } @else {
                div.act { div { b { (name) } p { (what) "; " (missing) } } button disabled { (verb) } }
            }
        }
    }
}

fn suspend(device: &api::Device) -> Markup {
    html! {
        form.stack data-api=(api::path::filled(api::path::SUSPEND, &device.id)) {
            label { "Why" textarea name="reason" required maxlength=(Label::LIMIT) placeholder="What you saw, or were told" {} }
            p.problem role="alert" hidden {}
            button.primary { "Suspend " (device.label) }
        }
    }
}

fn resume(device: &api::Device) -> Markup {
    html! {
        form.stack data-api=(api::path::filled(api::path::RESUME, &device.id)) {
            p.fine { "It is asked to prove itself, and gets a new key; no door opens before." }
            label { "Why it is over" textarea name="reason" required maxlength=(Label::LIMIT) {} }
            @if !device.latches.is_empty() { p.fine { "Its latches hold it besides: each takes its own release." } }
            p.problem role="alert" hidden {}
            button.primary { "Resume " (device.label) }
        }
    }
}

fn arm(device: &api::Device) -> Markup {
    let now = device.arming_asked.unwrap_or(device.arming.value);
    html! {
        form.stack data-api=(api::path::filled(api::path::ARM, &device.id)) {
            label { "Arming state"
                select name="arming" {
                    @for state in Arming::ALL.iter().filter(|state| **state != Arming::Unknown) {
                        option value=(state) selected[*state == now] { (state) }
                    }
                }
            }
            p.problem role="alert" hidden {}
            button.primary { "Set" }
        }
    }
}

fn revoke(device: &api::Device) -> Markup {
    html! {
        form.stack data-api=(api::path::filled(api::path::REVOKE, &device.id)) {
            label { "Why"
                select name="reason" {
                    @for reason in Revocation::ALL.iter().filter(|reason| **reason != Revocation::Unknown) {
                        option value=(reason) { (reason.word().replace('-', " ")) }
                    }
                }
            }
            label { input type="checkbox" required; " " (device.label) " is refused everywhere from now on, and must join anew" }
            p.problem role="alert" hidden {}
            button.grave { "Revoke " (device.label) " for good" }
        }
    }
}
