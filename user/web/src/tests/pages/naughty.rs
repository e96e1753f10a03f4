//! Strings that broke others, at the entrances that take somebody's own words: each comes back as it was typed and
//! never as a part of the page, or is refused with a sentence for the rule that it breaks.

use std::collections::BTreeSet;

use access::account::{TOKENS_LIMIT, folded};
use api::{Device, Devices, Incident, People, Proposals, me::ApiTokens};
use axum::{Router, body::Body, http::StatusCode};
use serde_json::{Value, json};
use vocab::Label;

use super::{
    super::world::{Answer, World, ask, get, post, request},
    all_powerful, html,
};
use crate::query::WORDS_LIMIT;

fn naughty() -> Option<Vec<String>> {
    let text = std::fs::read_to_string(data::find("bad-input")?.join("blns.json")).unwrap();
    let all: Vec<String> = serde_json::from_str(&text).unwrap();
    assert!(all.len() > 500, "{} strings", all.len());
    Some(all)
}

/// Why words of somebody's own are refused; none: they are taken.
fn broken(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("the name is empty".into());
    }
    if text.len() > Label::LIMIT {
        return Some(format!("the name is longer than {} bytes", Label::LIMIT));
    }
    text.chars().find(|c| c.is_control()).map(|c| format!("a name of this kind cannot hold {c:?}"))
}

/// Sends each; gives those that were taken, which are those that break no rule.
async fn taken<'a>(
    strings: &'a [String],
    field: &str,
    send: impl AsyncFn(&'a str) -> Answer,
) -> Vec<&'a str> {
    let mut taken = vec![];
    for text in strings {
        let answer = send(text).await;
        match broken(text) {
            None => {
                assert!(answer.status.is_success(), "{text:?}: {answer:?}");
                taken.push(text.as_str());
            }
            Some(rule) => {
                assert_eq!(answer.problem(), "web/value", "{text:?}");
                let detail = answer.json()["detail"].clone();
                assert_eq!(detail, json!(format!("`{field}` does not fit: {rule}")), "{text:?}");
            }
        }
    }
    assert!(taken.len() > 450 && taken.len() < strings.len() - 20, "{} were taken", taken.len());
    taken
}

/// A page in which nothing is inline, whatever stands in it.
async fn plain(router: &Router, path: &str, token: &str) -> String {
    let page = get(router, path, Some(token)).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {page:?}");
    html::is_plain(&page.text).unwrap_or_else(|bad| panic!("{path}: {bad}"));
    page.text
}

#[tokio::test]
async fn why_a_latch_may_be_released() {
    let Some(strings) = naughty() else { return };
    let world = World::opened();
    let (router, token) = all_powerful(&world).await;
    let event = world.house.fleet().record(world.device).unwrap().latches[0].event.to_string();
    let written = taken(&strings, "reason", async |text| {
        let body = json!({ "event": event, "reason": text });
        let asked = post(&router, "/v1/devices/dev-07/reset", Some(&token), &body).await;
        if asked.status.is_success() {
            assert_eq!(asked.json()["reason"], json!(text));
        }
        asked
    });
    let written: BTreeSet<_> = written.await.into_iter().collect();
    let told: Proposals = get(&router, api::path::PROPOSALS, Some(&token)).await.read();
    let told: BTreeSet<_> = told.proposals.iter().map(|one| one.reason.as_str()).collect();
    assert!(told.is_superset(&written), "{:?}", written.difference(&told).collect::<Vec<_>>());
    for path in ["/devices/dev-07".to_owned(), format!("/incidents/{}", world.incident())] {
        let told = html::texts(&plain(&router, &path, &token).await, "blockquote");
        for text in &written {
            assert!(told.iter().any(|told| told == text), "{text:?} is not on {path}");
        }
    }
}

#[tokio::test]
async fn why_a_box_is_suspended_and_why_that_is_over() {
    let Some(strings) = naughty() else { return };
    let world = World::calm();
    let (router, token) = all_powerful(&world).await;
    taken(&strings, "reason", async |text| {
        let body = json!({ "reason": text });
        let suspended = post(&router, "/v1/devices/dev-07/suspend", Some(&token), &body).await;
        if suspended.status.is_success() {
            let by_hand = suspended.read::<Device>().standing.by_hand.expect("somebody suspended it");
            assert_eq!(by_hand.reason, text);
            let page = plain(&router, "/devices/dev-07", &token).await;
            let told = format!("{} suspended it: {text}", by_hand.by.name);
            assert!(html::texts(&page, "p").contains(&told), "{told:?} is not on the page");
        }
        let over = post(&router, "/v1/devices/dev-07/resume", Some(&token), &body).await;
        assert_eq!(over.status, suspended.status, "{text:?}: {over:?}");
        suspended
    })
    .await;
}

#[tokio::test]
async fn how_an_incident_ended() {
    let Some(strings) = naughty() else { return };
    let world = World::opened();
    let (router, token) = all_powerful(&world).await;
    // A revoked box latches nothing that would hold the incident open.
    let gone = json!({ "reason": "retired" });
    post(&router, "/v1/devices/dev-07/revoke", Some(&token), &gone).await.read::<Device>();
    let path = format!("/incidents/{}", world.incident());
    let close = async |text: &str| {
        let body = json!({ "outcome": "test", "reason": text });
        post(&router, &format!("/v1{path}/close"), Some(&token), &body).await
    };
    let (bad, good): (Vec<_>, Vec<_>) = strings.iter().partition(|text| broken(text).is_some());
    for text in bad {
        assert_eq!(close(text).await.problem(), "web/value", "{text:?}");
    }
    let chosen = good.iter().find(|text| text.contains("<script>")).expect("there are some");
    assert_eq!(close(chosen).await.read::<Incident>().closing.unwrap().reason, **chosen);
    let page = plain(&router, &path, &token).await;
    assert!(html::texts(&page, "dd").contains(chosen), "{page}");
    // It is closed once; whoever closes it again is refused for that, and not for their words.
    for text in good {
        assert_eq!(close(text).await.problem(), "control/no-incident", "{text:?}");
    }
}

#[tokio::test]
async fn what_people_are_called() {
    let Some(strings) = naughty() else { return };
    let world = World::calm();
    let (router, token) = all_powerful(&world).await;
    let strings: Vec<String> = strings.iter().map(|text| text.trim().to_owned()).collect();
    // Two whom people could not tell apart are one: the second is refused for that.
    let mut known = BTreeSet::new();
    let (twice, once): (Vec<String>, Vec<String>) =
        strings.into_iter().partition(|text| broken(text).is_none() && !known.insert(folded(text)));
    let invite = async |text: &str| {
        post(&router, api::path::PEOPLE, Some(&token), &json!({ "name": text, "grants": [] })).await
    };
    let invited = taken(&once, "name", invite).await;
    for text in &twice {
        let refused = invite(text).await;
        assert!(refused.status.is_client_error() && refused.text.contains("name"), "{text:?}: {refused:?}");
    }
    let (mut names, mut after) = (BTreeSet::new(), String::new());
    loop {
        let path = format!("{}?limit=200{after}", api::path::PEOPLE);
        let piece: People = get(&router, &path, Some(&token)).await.read();
        names.extend(piece.people.into_iter().map(|one| one.name));
        let Some(next) = piece.next else { break };
        after = format!("&after={next}");
    }
    let shown = html::texts(&plain(&router, "/people", &token).await, "b");
    for text in invited {
        assert!(names.contains(text), "the contract names nobody {text:?}");
        assert!(shown.iter().any(|shown| shown == text), "the page names nobody {text:?}");
    }
}

#[tokio::test]
async fn what_programs_are_called() {
    let Some(strings) = naughty() else { return };
    let world = World::calm();
    let (router, token) = all_powerful(&world).await;
    let token = token.as_str();
    let mut number = 0;
    for some in strings.chunks(TOKENS_LIMIT) {
        let mut issued = vec![];
        for text in some {
            let body = json!({ "name": text, "grants": [] });
            let answer = post(&router, api::path::MY_TOKENS, Some(token), &body).await;
            assert_eq!(answer.status == StatusCode::CREATED, broken(text).is_none(), "{text:?}: {answer:?}");
            issued.extend(broken(text).is_none().then_some(text.as_str()));
        }
        let mine: ApiTokens = get(&router, api::path::MY_TOKENS, Some(token)).await.read();
        let mut names: Vec<_> = mine.tokens.iter().map(|one| one.name.as_str()).collect();
        let shown = html::texts(&plain(&router, "/settings", token).await, "b");
        assert!(issued.iter().all(|text| shown.iter().any(|shown| shown == text)), "{issued:?}: {shown:?}");
        number += issued.len();
        names.sort_unstable();
        issued.sort_unstable();
        assert_eq!(names, issued);
        for one in &mine.tokens {
            let path = api::path::filled(api::path::MY_TOKEN, &one.id);
            let dropped = ask(&router, request("DELETE", &path, Some(token)).body(Body::empty()).unwrap());
            assert_eq!(dropped.await.status, StatusCode::NO_CONTENT);
        }
    }
    assert!(number > 450, "{number} names");
}

#[tokio::test]
async fn what_boxes_are_called() {
    let Some(strings) = naughty() else { return };
    let labels: Vec<&str> =
        strings.iter().filter(|text| broken(text).is_none()).map(String::as_str).collect();
    let world = World::labelled(&labels);
    let (router, token) = all_powerful(&world).await;
    let told: Devices = get(&router, "/v1/devices?limit=500", Some(&token)).await.read();
    let told: BTreeSet<_> = told.devices.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(told, labels.iter().copied().collect());
    let shown = html::texts(&plain(&router, "/?view=list", &token).await, "a");
    for text in &labels {
        assert!(shown.iter().any(|shown| shown == text), "{text:?} is not on the page");
    }
    // A token that says what the box will be called takes the same.
    taken(&strings, "label", async |text| {
        let body: Value = json!({ "site": "harbour", "label": text });
        post(&router, api::path::TOKENS, Some(&token), &body).await
    })
    .await;
}

#[tokio::test]
async fn what_is_looked_for() {
    let Some(strings) = naughty() else { return };
    let world = World::opened();
    let (router, token) = all_powerful(&world).await;
    let mut longer = 0;
    for text in &strings {
        let fits = text.chars().count() <= WORDS_LIMIT;
        longer += usize::from(!fits);
        for path in ["/", "/audit", "/fragments/find", api::path::PEOPLE, api::path::AUDIT_ENTRIES] {
            let address = format!("{path}{}", api::path::query(&[("q", Some(text))]));
            let answer = get(&router, &address, Some(&token)).await;
            if !fits {
                assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{text:?}: {answer:?}");
                assert!(answer.text.contains("holds more than 256 characters"), "{answer:?}");
                continue;
            }
            assert_eq!(answer.status, StatusCode::OK, "{text:?}: {answer:?}");
            if path.starts_with("/v1") {
                continue;
            }
            html::is_plain(&answer.text).unwrap_or_else(|bad| panic!("{path}: {text:?}: {bad}"));
            // It stands in an attribute.
            let written = html::attributes(&answer.text, "value");
            assert!(path == "/fragments/find" || written.contains(&text.trim().to_owned()), "{text:?}");
        }
    }
    assert_eq!(longer, 1);
}
