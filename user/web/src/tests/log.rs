//! The audit log as people read it: who did what on what, how it ended and when, beside the bytes that say so.

use access::Role;
use api::audit::{Entries, EntryDetail};
use axum::http::StatusCode;
use crypto::{digest::Digest, hex};

use super::world::{Answer, World, fleetwide, get};

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

/// All that follows after an entry, so many in an answer, as their numbers.
async fn followed(router: &axum::Router, token: &str, after: &str, more: &str) -> Vec<u64> {
    let (mut indices, mut after) = (vec![], Some(after.to_owned()));
    while let Some(from) = after {
        let path = format!("/v1/audit/entries?after={from}{more}");
        let page: Entries = get(router, &path, Some(token)).await.read();
        indices.extend(page.entries.iter().map(|one| one.index));
        assert_ne!(page.next.as_ref(), Some(&from), "it goes on: {path}");
        after = page.next;
    }
    indices
}

#[tokio::test]
async fn what_follows_an_entry_comes_once_each_and_oldest_first() {
    let world = World::opened();
    let router = world.serve(&[(0, vec![fleetwide(Role::Auditor)])]);
    let token = world.sign_in(&router, 0).await;
    let newest: Entries = get(&router, "/v1/audit/entries?limit=1", Some(&token)).await.read();
    let newest = newest.entries[0].index;
    assert!(newest > 20, "{newest}");
    let all: Vec<_> = (0..=newest).collect();
    for limit in [1, 7, newest, newest + 1] {
        let more = format!("&limit={limit}");
        assert_eq!(followed(&router, &token, "start", &more).await, all, "{limit}");
        assert_eq!(followed(&router, &token, "12", &more).await, all[13..], "{limit}");
    }
    assert_eq!(followed(&router, &token, &newest.to_string(), "").await, [0; 0]);
    // Whoever has more than the log is told so, and does not wait for what will never come.
    for beyond in [newest + 1, u64::MAX] {
        let path = format!("/v1/audit/entries?after={beyond}");
        let told = get(&router, &path, Some(&token)).await;
        assert_eq!((told.status.as_u16(), told.problem().as_str()), (400, "web/query"), "{told:?}");
    }

    // With words the same entries as the other way round, and no fewer for being looked for one by one.
    let newest_first: Entries =
        get(&router, "/v1/audit/entries?q=dev-07&limit=200", Some(&token)).await.read();
    let mut found: Vec<_> = newest_first.entries.iter().map(|one| one.index).collect();
    found.reverse();
    assert!(found.len() > 3 && (found.len() as u64) < newest, "{found:?}");
    for limit in [1, 2, 200] {
        let more = format!("&q=dev-07&limit={limit}");
        assert_eq!(followed(&router, &token, "start", &more).await, found, "{limit}");
    }
}

#[tokio::test]
async fn what_follows_is_asked_for_by_a_number_and_in_one_direction() {
    let world = World::calm();
    let router = world.serve(&[(0, vec![fleetwide(Role::Auditor)])]);
    let token = world.sign_in(&router, 0).await;
    let first: Entries = get(&router, "/v1/audit/entries?limit=1", Some(&token)).await.read();
    let before = first.next.expect("there are older ones");
    for bad in ["", "-1", "begin", "18446744073709551616", "1&after=2", &format!("1&before={before}")] {
        let refused: Answer = get(&router, &format!("/v1/audit/entries?after={bad}"), Some(&token)).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (StatusCode::BAD_REQUEST, "web/query"),
            "{bad}"
        );
        let told = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(told.contains("after"), "{bad}: {told}");
    }
}

/// However long the log is, one answer looks at so much of it and says where to go on.
#[tokio::test]
async fn words_that_stand_nowhere_do_not_have_the_whole_log_read() {
    let world = World::town(1_100);
    let router = world.serve(&[(0, vec![fleetwide(Role::Auditor)])]);
    let token = world.sign_in(&router, 0).await;
    let path = "/v1/audit/entries?after=start&q=nowhere";
    let page: Entries = get(&router, path, Some(&token)).await.read();
    assert_eq!((page.entries.len(), page.next.as_deref()), (0, Some("1999")));
}
