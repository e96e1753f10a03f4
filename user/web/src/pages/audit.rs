//! The audit log: its newest entries, one entry, and its proof, which the browser checks itself.

use access::{Action, Kind};
use api::audit::{Entries, Entry, EntryDetail, SignedState};
use axum::response::Response;
use control::view::Way;
use maud::{Markup, html};

use super::{
    age,
    frame::{Frame, Place},
    mark,
};
use crate::{query::WORDS_LIMIT, refusal::Refusal, route::Call, routes::audit};

/// Entries on one page.
const PAGE: usize = 40;

/// Bytes of a record on the page; a state may have a quarter of a million.
const BYTES: usize = 4096;

pub(super) async fn page(call: Call) -> Result<Response, Refusal> {
    let frame = Frame::of(&call).await?;
    let words: String = call.query.words()?.trim().into();
    let (before, chosen) = (call.query.of::<String>("before")?, call.query.of::<u64>("entry")?);
    let entries = audit::listed(&call, Way::Down(call.goes_on_after("before")?), PAGE, &words).await?;
    let chosen =
        chosen.or_else(|| entries.entries.iter().map(|one| one.index).find(|index| *index < entries.size));
    let detail = match chosen {
        Some(index) => Some(audit::detail(&call, index).await?),
        None => None,
    };
    let here = |entry: Option<u64>, before: Option<&str>| {
        let entry = entry.map(|index| index.to_string());
        let words = (!words.is_empty()).then_some(words.as_str());
        format!(
            "/audit{}",
            api::path::query(&[("q", words), ("before", before), ("entry", entry.as_deref())])
        )
    };
    let main = html! {
        div.summary {
            h1 { "Audit" }
            p.lead { "Every decision, consent and refusal: " (number(entries.size)) " entries under the newest checkpoint. Your browser checks that an entry is in the log; the words for it are this server's reading of the record." }
        }
        form.filter action="/audit" method="get" role="search" {
            input type="search" name="q" value=(words) maxlength=(WORDS_LIMIT) placeholder="any verb, any person, any box, refused …" aria-label="Search the newest entries" data-filter;
            button { "Search" }
            @if frame.reader.ever(Action::Export, Kind::Audit) { a.button href=(api::path::AUDIT_EXPORT) download="audit.txt" { "Export with proofs" } }
        }
        div.halves {
            (list(&entries, chosen, before.as_deref(), &words, &here))
            @if let Some(detail) = &detail { (one(detail)) } @else { p.empty { "Choose an entry, and this browser checks that it is in the log." } }
        }
    };
    Ok(frame.page(Place::Audit, "Audit", main))
}

/// `48,214`.
fn number(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<_> =
        digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group)).collect();
    groups.join(",")
}

fn list(
    entries: &Entries,
    chosen: Option<u64>,
    before: Option<&str>,
    words: &str,
    here: &dyn Fn(Option<u64>, Option<&str>) -> String,
) -> Markup {
    let times: Vec<Option<&str>> = entries.entries.iter().map(|one| one.at.as_deref()).collect();
    html! {
        section id="entries" {
            header {
                h2 { (entries.entries.len()) " entries" }
                p { @if words.is_empty() { "newest first, UTC" } @else { "of the last 2,000, newest first, UTC" } }
            }
            @if entries.entries.is_empty() { p.empty { "No entry is like that." } }
            @for (line, one) in entries.entries.iter().enumerate() {
                @if let Some(at) = age::first_of_day(&times, line) { h3.fine { (age::day(at)) } }
                a.entry href=(here(Some(one.index), before)) aria-current=[(chosen == Some(one.index)).then_some("true")] {
                    b { (number(one.index)) }
                    @if let Some(at) = &one.at { time datetime=(at) { (age::clock(at)) } } @else { time {} }
                    span.what {
                        (sentence(one))
                        small {
                            @if let Some(code) = &one.refused { b.is-attention { "refused" } " " (code) }
                            @else if let Some(reason) = &one.reason { "“" (reason) "”" }
                            @else if one.index >= entries.size { "the next checkpoint covers it" }
                            @else if one.erased { "what concerned people is erased; the proof stands" }
                        }
                    }
                }
            }
            @if let Some(next) = entries.next.as_deref() { p { a href=(here(None, Some(next))) { "Older entries" } } }
        }
    }
}

/// Who did which step about what.
fn sentence(one: &Entry) -> Markup {
    html! {
        @match (&one.by, &one.about) {
            (Some(by), Some(about)) if by == about || by == "the fleet" => { b { (one.kind) } " " (about) }
            (Some(by), Some(about)) if about == "the fleet" => { b { (by) } " " (one.kind) }
            (Some(by), Some(about)) => { b { (by) } " " (one.kind) " " (about) }
            _ => { b { (one.kind) } ": its record cannot be read" },
        }
        @if let Some(state) = &one.state { ", generation " (state.generation) }
    }
}

fn one(detail: &EntryDetail) -> Markup {
    let one = &detail.entry;
    html! {
        section id="check" data-check=(one.index) data-kind=(one.kind) {
            div.verdict-line role="status" data-verdict {
                (mark::named("wait"))
                div { h2 { "Entry " (number(one.index)) } p { "This browser has not checked it yet." } }
            }
            (said(one))
            (bytes(detail))
            figure data-path {}
            ul.reasons data-reasons {}
            details.plain { summary { "The checkpoint, as signed" } pre data-note {} }
        }
    }
}

/// The record as a person reads it.
fn said(one: &Entry) -> Markup {
    html! {
        dl.pairs {
            dt { "Who" } dd { (one.by.as_deref().unwrap_or("nobody that can be read")) @if one.erased { " " span.quiet { "the name is erased" } } }
            dt { "What" } dd { b { (one.kind) } ": " (one.what) }
            dt { "On what" } dd { (about(one)) }
            dt { "Outcome" } dd { @if let Some(code) = &one.refused { b.is-attention { "refused" } " " code { (code) } } @else { "done" } }
            dt { "When" } dd { @if let Some(at) = &one.at { time datetime=(at) { (age::day(at)) ", " (age::moment(at)) " UTC" } } @else { span.quiet { "not said" } } }
            @if let Some(reason) = &one.reason { dt { "Reason" } dd { (reason) } }
            @if let Some(state) = &one.state { (told(state)) }
            @else { dt { "Inputs" } dd { @if one.inputs.is_empty() { span.quiet { "none" } } @for input in &one.inputs { code title=(input) { (short(input)) } " " } } }
        }
    }
}

fn about(one: &Entry) -> Markup {
    let about = one.about.as_deref().unwrap_or("nothing that can be read");
    let id = one.about_id.as_deref();
    let page = id.and_then(|id| match id.split_once('_')?.0 {
        "dev" => Some(format!("/devices/{id}")),
        "inc" => Some(format!("/incidents/{id}")),
        _ => None,
    });
    html! {
        @if let Some(page) = page { a href=(page) { (about) } } @else { (about) }
        @if let Some(id) = id.filter(|id| *id != about) { " " code.quiet { (id) } }
    }
}

fn told(state: &SignedState) -> Markup {
    html! {
        dt { "Generation" } dd { (state.generation) ", planned from entry " (state.basis) " of its journal" }
        dt { "Wants" } dd { (state.arming) ", posture " (state.posture) }
        dt { "Orders" } dd { @if state.orders.is_empty() { span.quiet { "none" } } @else { (state.orders.join("; ")) } }
        dt { "Secrets" } dd { @if state.secrets == 0 { span.quiet { "none" } } @else { (state.secrets) ", each sealed to the box" } }
        @if let Some(until) = &state.until { dt { "Holds" } dd { "without contact until " (age::day(until)) ", " (age::clock(until)) } }
    }
}

/// The record as it was logged: what the browser hashes, and reads again by itself.
fn bytes(detail: &EntryDetail) -> Markup {
    let length = detail.record.len() / 2;
    let shown = detail.record.get(..2 * BYTES).unwrap_or(&detail.record);
    html! {
        details.plain {
            summary { "The record's own bytes" }
            p.fine { (number(length as u64)) " bytes of CBOR" @if length > BYTES { ", of which " (number(BYTES as u64)) " stand here" } "; the browser hashes them all. Where a person is concerned they are in a part beside it, which can be erased." }
            pre data-record { (shown) }
            pre data-read {}
            dl.pairs {
                dt { "Salt" } dd { code { (detail.salt) } }
                dt { "Leaf" } dd { code { (detail.leaf) } " " span.quiet { "salted; erasing what concerns people keeps the proof" } }
            }
        }
    }
}

/// The ends of a digest.
fn short(digest: &str) -> String {
    match (digest.get(..12), digest.get(digest.len().saturating_sub(6)..)) {
        (Some(first), Some(last)) if digest.len() > 20 => format!("{first}…{last}"),
        _ => digest.into(),
    }
}
