//! The way back of a latched box: what holds, who asked, who consented, and who is missing.
//!
//! The box itself checks the signatures of both people; a page can ask, and cannot consent for anybody.

use access::{Action, Resource};
use api::{
    Device, Proposal,
    device::Latch,
    word::{Cause, ProposalState},
};
use control::view::ProposalView;
use maud::{Markup, html};
use vocab::SiteName;

use super::{age, frame::Frame, mark, reader::Reader};

/// Whether whoever reads may see a proposal.
pub(super) fn sees(reader: &Reader, one: &ProposalView) -> bool {
    reader.sees(Resource::Proposal { by: one.by.id, consented: one.people(), site: one.site.clone() })
}

/// Where the cause of a latch stands.
pub(super) const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Gone => "gone",
        Cause::Present => "still there",
        Cause::Unknown => "not known",
    }
}

/// What must happen before the box is let back in; nothing where nothing latches it and nothing waits.
pub(super) fn panel(one: &Device, site: &SiteName, proposals: &[Proposal], frame: &Frame) -> Option<Markup> {
    let live: Vec<&Proposal> = proposals.iter().filter(|one| one.state != ProposalState::Expired).collect();
    if one.latches.is_empty() && live.is_empty() {
        return None;
    }
    Some(html! {
        section.decide id={ "release-" (one.id) } data-live="" data-of=(one.id) {
            header { h2 { "Release " (one.label) ", two people" } }
            @for latch in &one.latches {
                @let of_it: Vec<&&Proposal> = live.iter().filter(|asked| asked.event.as_deref() == Some(latch.event.as_str())).collect();
                ul.reasons {
                    (holds(latch))
                    @for asked in &of_it { (consents(asked, frame)) }
                }
                @if of_it.is_empty() { (ask(one, site, latch, &frame.reader)) }
            }
            @for asked in live.iter().filter(|asked| !one.latches.iter().any(|latch| Some(latch.event.as_str()) == asked.event.as_deref())) {
                ul.reasons { (consents(asked, frame)) }
            }
            p.fine { "The box checks both signatures itself, and releases what they name and nothing else. Its old keys do not return; new ones are issued." }
        }
    })
}

fn holds(latch: &Latch) -> Markup {
    let (sign, what) = match latch.cause {
        Cause::Gone => ("yes", format!("The cause at {} is gone", latch.zone)),
        Cause::Present => ("no", format!("The cause at {} is still there", latch.zone)),
        Cause::Unknown => ("wait", format!("Nobody knows whether the cause at {} is gone", latch.zone)),
    };
    html! {
        li {
            (mark::named(sign))
            div { b { (what) } " " span { "latched " (age::clock(&latch.at)) ", severity " (latch.severity) } }
            span.age {}
        }
    }
}

fn consents(asked: &Proposal, frame: &Frame) -> Markup {
    let others = asked.consented.iter().filter(|person| person.id != asked.by.id);
    let signed = asked.consented.iter().any(|person| person.id == asked.by.id);
    html! {
        li {
            (mark::named(if signed { "yes" } else { "wait" }))
            div {
                "Asked by " b { (asked.by.name) } @if signed { ", and signed" } @else { ", not signed yet" }
                blockquote { (asked.reason) }
            }
            span.age { (age::clock(&asked.at)) }
        }
        @for person in others {
            li { (mark::named("yes")) div { b { (person.name) } " consented" } span.age {} }
        }
        @match asked.state {
            ProposalState::Open => (missing(asked, frame)),
            ProposalState::Approved => li { (mark::named("wait")) div { b { "Enough people consented" } " " span { "the box has not reported yet" } } span.age {} },
            ProposalState::Done => li { (mark::named("yes")) div { b { "The box has done it" } } span.age {} },
            ProposalState::Expired | ProposalState::Unknown => {}
        }
    }
}

/// Who is missing; and where it is whoever reads, how they consent.
fn missing(asked: &Proposal, frame: &Frame) -> Markup {
    let me = frame.reader.id().to_string();
    let (mine, done) = (asked.by.id == me, asked.consented.iter().any(|person| person.id == me));
    let able = frame.reader.ever(Action::Approve, access::Kind::Proposal) || mine;
    html! {
        li.you {
            (mark::named("wait"))
            div {
                @if done {
                    b { "You have signed; somebody else must too" }
                } @else if able {
                    b { "You, " (frame.name) ", " @if mine { "have not signed yet" } @else { "can be the second person" } }
                    " " span { "read it and sign it with your own key:" }
                    pre { code { "wrale approve " (asked.order) } }
                } @else {
                    b { "It waits for " (asked.needs.saturating_sub(asked.consented.len())) " more" }
                }
                p.fine { (asked.missing) }
            }
            span.age { time datetime=(asked.expires) data-left { "until " (age::clock(&asked.expires)) } }
        }
    }
}

/// Asks for the release; while the cause is there the button stays visible and says why not.
fn ask(one: &Device, site: &SiteName, latch: &Latch, reader: &Reader) -> Markup {
    let Ok(id) = one.id.parse() else { return html! {} };
    if !reader.may_device(Action::Propose, id, site) {
        return html! { p { button disabled { "Ask for the release" } " " span.fine { "needs the role operator or security at this site" } } };
    }
    if latch.cause == Cause::Present {
        return html! { p { button disabled { "Ask for the release" } " " span.fine { (latch.zone) " is not as it should be yet" } } };
    }
    html! {
        form.stack data-api=(api::path::filled(api::path::RESET, &one.id)) {
            input type="hidden" name="event" value=(latch.event);
            label { "Why it may be released" textarea name="reason" required maxlength="256" placeholder="What you found, and what you did" {} }
            p.problem role="alert" hidden {}
            button.primary { "Ask for the release" }
        }
    }
}
