//! The audit log as people read it: who did what on what, how it ended and when, beside the bytes that say so.

use access::Role;
use api::audit::{Entries, EntryDetail};
use axum::http::StatusCode;
use crypto::{digest::Digest, hex};

use super::world::{World, fleetwide, get};

/// The newest entry in which these words stand.
async fn found(router: &axum::Router, token: &str, words: &str) -> EntryDetail {
    let entries: Entries = get(router, &format!("/v1/audit/entries?q={words}"), Some(token)).await.read();
    let index = entries.entries.first().unwrap_or_else(|| panic!("no entry with {words}")).index;
    get(router, &format!("/v1/audit/entries/{index}"), Some(token)).await.read()
}

/// The page of an entry, which holds all of its record.
async fn page(router: &axum::Router, token: &str, detail: &EntryDetail) -> String {
    let page = get(router, &format!("/audit?entry={}", detail.entry.index), Some(token)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains(&format!("data-check=\"{}\"", detail.entry.index)), "{}", page.text);
    page.text
}

/// What stands beside a name in the page's list.
fn beside<'a>(page: &'a str, name: &str) -> &'a str {
    let after = page.split_once(&format!("<dt>{name}</dt>")).unwrap_or_else(|| panic!("{name}: {page}")).1;
    after.split_once("</dd>").expect("it ends").0
}

#[tokio::test]
async fn a_decision_is_read_as_who_what_on_what_outcome_and_when_beside_its_own_bytes() {
    let world = World::opened();
    let router = world.serve(&[(0, vec![fleetwide(Role::Auditor)]), (1, vec![fleetwide(Role::Viewer)])]);
    let token = world.sign_in(&router, 0).await;
    let suspended = found(&router, &token, "suspend").await;
    let (entry, device) = (&suspended.entry, world.device.to_string());
    assert_eq!((entry.by.as_deref(), entry.about.as_deref()), (Some("the fleet"), Some("dev-07")));
    assert_eq!((entry.about_id.as_deref(), &entry.refused), (Some(device.as_str()), &None));
    let text = page(&router, &token, &suspended).await;
    assert!(beside(&text, "Who").ends_with(">the fleet"), "{text}");
    assert!(beside(&text, "What").contains("<b>suspend</b>: keep the identity to the quarantine room"));
    let about = beside(&text, "On what");
    assert!(about.contains(&format!("<a href=\"/devices/{device}\">dev-07</a>")) && about.contains(&device));
    assert!(beside(&text, "Outcome").ends_with(">done"), "{text}");
    assert!(beside(&text, "When").contains(&format!("datetime=\"{}\"", entry.at.as_deref().unwrap())));
    assert!(text.contains(&format!("data-record>{}</pre>", suspended.record)), "its own bytes: {text}");

    // Somebody is refused, which is a decision like any other.
    let viewer = world.sign_in(&router, 1).await;
    let refused = get(&router, &format!("/fragments/traces/{}", world.incident()), Some(&viewer)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let turned_away = found(&router, &token, "permit+refused").await;
    let code = turned_away.entry.refused.clone().expect("it was refused");
    let text = page(&router, &token, &turned_away).await;
    assert!(
        beside(&text, "Outcome").contains("refused") && beside(&text, "Outcome").contains(&code),
        "{text}"
    );
    let who = turned_away.entry.by.as_deref().expect("somebody");
    assert!(!who.starts_with("per_") && beside(&text, "Who").contains(who), "by name: {who}");
}

#[tokio::test]
async fn a_state_says_for_whom_it_was_signed_and_what_it_wants_as_its_own_bytes_do() {
    let world = World::opened();
    let router = world.serve(&[(0, vec![fleetwide(Role::Auditor)])]);
    let token = world.sign_in(&router, 0).await;
    let signed = world.house.fleet().record(world.device).unwrap().signed.expect("one was signed");
    let path = format!("/v1/audit/entries/{}", signed.index);
    let detail: EntryDetail = get(&router, &path, Some(&token)).await.read();
    assert_eq!(
        Digest::of(&hex::decode(&detail.record).unwrap()),
        signed.digest,
        "its letter as it was signed"
    );
    let (entry, state) = (&detail.entry, detail.entry.state.as_ref().expect("it is a state"));
    assert_eq!((entry.about.as_deref(), entry.kind.as_str()), (Some("dev-07"), "state"));
    assert_eq!(entry.about_id.as_deref(), Some(world.device.to_string().as_str()));
    assert_eq!((entry.at.as_deref(), state.generation), (Some(&*signed.at.to_string()), signed.generation.0));
    assert_eq!((state.arming, state.secrets), (api::word::Arming::Armed, 0));
    assert!(state.basis > 0 && state.orders.is_empty(), "{state:?}");
    let text = page(&router, &token, &detail).await;
    assert!(
        beside(&text, "Generation")
            .contains(&format!("{}, planned from entry {}", signed.generation, state.basis))
    );
    assert!(beside(&text, "Wants").contains(&format!("{}, posture {}", state.arming, state.posture)));
    assert!(beside(&text, "On what").contains("dev-07") && text.contains(&detail.leaf), "{text}");
}
