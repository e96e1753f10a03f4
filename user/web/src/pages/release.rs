//! The way back of a latched box: what holds, who asked, who consented, and who is missing.
//!
//! The box itself checks the signatures of both people; a page asks whoever reads it for theirs, and can consent for
//! nobody.

mod sign;

use access::{Action, Resource};
use api::{
    Device, Proposal,
    device::Latch,
    word::{Cause, Connection, ProposalState, Severity},
};
use control::view::ProposalView;
use maud::{Markup, html};
use vocab::{Label, PersonId, SiteName};

pub(super) use self::sign::Signs;
use super::{
    age::{self, Worded},
    frame::Frame,
    mark,
    reader::Reader,
};

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

/// One box, and what whoever reads may do about it.
pub(super) struct Panel<'a> {
    pub(super) device: &'a Device,
    pub(super) site: &'a SiteName,
    pub(super) frame: &'a Frame,
    pub(super) signs: &'a Signs,
}

impl Panel<'_> {
    /// What must happen before the box is let back in; nothing where nothing latches it and nothing waits.
    pub(super) fn show(&self, proposals: &[Proposal]) -> Markup {
        let one = self.device;
        let live: Vec<&Proposal> =
            proposals.iter().filter(|asked| asked.state != ProposalState::Expired).collect();
        let about = |latch: &Latch, asked: &Proposal| asked.event.as_deref() == Some(latch.event.as_str());
        let over = live.iter().filter(|asked| !one.latches.iter().any(|latch| about(latch, asked)));
        html! {
            div id={ "release-" (one.id) } data-live="" data-of=(one.id) {
                @if !one.latches.is_empty() || !live.is_empty() {
                    section.decide {
                        header { h2 { (self.title(&live)) } p { (one.label) } }
                        @for latch in &one.latches {
                            @let of_it: Vec<&&Proposal> = live.iter().filter(|asked| about(latch, asked)).collect();
                            ul.reasons {
                                (self.holds(latch))
                                (self.proved(latch))
                                (self.reachable())
                                @for asked in &of_it { (self.consents(asked)) }
                            }
                            @if of_it.iter().all(|asked| asked.state == ProposalState::Void) { (self.ask(latch)) }
                        }
                        @for asked in over { ul.reasons { (self.consents(asked)) } }
                        p.fine { "The box checks each signature itself, by the list of people that the offline root signed, and releases what they name and nothing else. Its old keys do not return; new ones are issued." }
                    }
                }
            }
        }
    }

    fn title(&self, live: &[&Proposal]) -> &'static str {
        let severe = self.device.latches.iter().any(|latch| latch.severity >= Severity::High);
        let stand = live.iter().filter(|asked| asked.state != ProposalState::Void);
        let needs = stand.map(|asked| asked.needs).max();
        match needs.unwrap_or(if severe { 2 } else { 1 }) {
            0 | 1 => "Release the latch",
            2 => "Release the latch, two people",
            _ => "Release the latch, several people",
        }
    }

    fn holds(&self, latch: &Latch) -> Markup {
        let (sign, what) = match latch.cause {
            Cause::Gone => ("yes", "The cause is gone"),
            Cause::Present => ("no", "The cause is still there"),
            Cause::Unknown => ("wait", "Nobody knows whether the cause is gone"),
        };
        let heard = &self.device.posture;
        html! {
            li {
                (mark::named(sign))
                div { b { (what) } " " span { (latch.zone) " latched at " (age::clock(&latch.at)) ", severity " (latch.severity) } }
                span.age { (age::of(heard.as_of.as_deref(), heard.age_seconds, Worded::Bare)) }
            }
        }
    }

    /// Whether it has proved itself since; no release waits for it, and whoever decides wants to know.
    fn proved(&self, latch: &Latch) -> Markup {
        let proof = self.device.evidence.as_ref().filter(|proof| proof.asked > latch.at);
        html! {
            li {
                @if let Some(proof) = proof {
                    (mark::named("yes"))
                    div { b { "The box has proved itself since" } " " span { "at generation " (proof.generation) ", as " (proof.software) } }
                    span.age { (age::of(Some(&proof.asked), Some(proof.age_seconds), Worded::Bare)) }
                } @else {
                    (mark::named("wait"))
                    div { b { "The box has not proved itself since" } " " span { "it is asked again by itself" } }
                    span.age {}
                }
            }
        }
    }

    fn reachable(&self) -> Markup {
        let link = &self.device.connection;
        html! {
            @if !matches!(link.value, Connection::Live | Connection::Quarantine) {
                li {
                    (mark::named("wait"))
                    div { b { "The box is not connected" } " " span { "what you decide reaches it as soon as it is back" } }
                    span.age { (age::of(link.as_of.as_deref(), link.age_seconds, Worded::Bare)) }
                }
            }
        }
    }

    fn consents(&self, asked: &Proposal) -> Markup {
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
                li { (mark::named("yes")) div { b { (person.name) } " has signed" } span.age {} }
            }
            @match asked.state {
                ProposalState::Open => (self.missing(asked)),
                ProposalState::Approved => li { (mark::named("wait")) div { b { "Enough people have signed" } " " span { "the box checks the signatures itself, and has not reported yet" } } span.age {} },
                ProposalState::Done => li { (mark::named("yes")) div { b { "The box has released it" } " " span { "as its own journal says" } } span.age {} },
                ProposalState::Void => li { (mark::named("no")) div { b { "No signature completes this one any more" } " " span { (asked.missing) } } span.age {} },
                ProposalState::Expired | ProposalState::Unknown => {}
            }
        }
    }

    /// Who is missing; and where it is whoever reads, how they sign.
    fn missing(&self, asked: &Proposal) -> Markup {
        let me = self.frame.reader.id().to_string();
        let (mine, signed) = (asked.by.id == me, asked.consented.iter().any(|person| person.id == me));
        let may = mine || self.may_approve(asked);
        let left = asked.needs.saturating_sub(asked.consented.len());
        html! {
            li.you {
                (mark::named("wait"))
                div {
                    @if signed {
                        b { "You have signed; somebody else must too" }
                        " " span { "nobody releases a latch alone; " (left_to_decide(asked)) }
                    } @else if may {
                        b { "You, " (self.frame.name) ", " @if mine { "have not signed yet" } @else { "can be the second person" } }
                        " " span { (left_to_decide(asked)) }
                    } @else {
                        b { "It waits for " (left) @if left == 1 { " more person" } @else { " more people" } }
                        " " span { (left_to_decide(asked)) }
                    }
                }
            }
            li.hands {
                @if signed {
                    button disabled { "Approve" } " " span.fine { "you signed it already" @if mine { ", and asked for it" } "; the other signature is somebody else's" }
                } @else if may {
                    (self.signs.control(self.device, asked, mine))
                } @else {
                    button disabled { "Approve" } " " span.fine { "needs the role operator or security at this site" }
                }
            }
        }
    }

    fn may_approve(&self, asked: &Proposal) -> bool {
        let people = |text: &String| text.parse::<PersonId>().ok();
        let Some(by) = people(&asked.by.id) else { return false };
        let consented = asked.consented.iter().filter_map(|person| people(&person.id)).collect();
        self.frame.reader.may(Action::Approve, Resource::Proposal { by, consented, site: self.site.clone() })
    }

    /// Asks for the release; while the cause is there the button stays visible and says why not.
    fn ask(&self, latch: &Latch) -> Markup {
        let Ok(id) = self.device.id.parse() else { return html! {} };
        let why = if !self.frame.reader.may_device(Action::Propose, id, self.site) {
            Some("needs the role operator or security at this site".to_owned())
        } else if latch.cause == Cause::Present {
            Some(format!("{} is not as it should be yet", latch.zone))
        } else {
            None
        };
        html! {
            @if let Some(why) = why {
                p { button disabled { "Ask for the release" } " " span.fine { (why) } }
            } @else {
                form.stack data-api=(api::path::filled(api::path::RESET, &self.device.id)) data-signs {
                    input type="hidden" name="event" value=(latch.event);
                    label { "Why it may be released" textarea name="reason" required maxlength=(Label::LIMIT) placeholder="What you found, and what you did" {} }
                    p.problem role="alert" hidden {}
                    button.primary { "Ask for the release" }
                    p.fine { "You sign it next, and then somebody else must. Until then the box stays as it is." }
                }
            }
        }
    }
}

/// How long it can be decided.
fn left_to_decide(asked: &Proposal) -> Markup {
    html! { time datetime=(asked.expires) data-left { "until " (age::clock(&asked.expires)) } " left to decide" }
}
