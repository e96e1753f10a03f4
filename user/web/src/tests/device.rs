//! A box's page: what its senses say and at what they trip, what they cannot, and what it lived through.

use access::Role;
use axum::http::StatusCode;
use serde_json::json;
use vocab::reading::SensorFault;

use super::world::{World, at, fleetwide, get, post};

#[tokio::test]
async fn each_sense_says_at_what_it_trips_and_nothing_of_now_that_nobody_watches() {
    let world = World::calm();
    let router = world.serve(&[(0, vec![fleetwide(Role::Operator)])]);
    let token = world.sign_in(&router, 0).await;
    let device: api::Device = get(&router, "/v1/devices/dev-07", Some(&token)).await.read();
    assert!(!device.sensors.is_empty());
    // The page, and what is fetched while somebody watches a box that is not there.
    for path in ["/devices/dev-07", "/fragments/readings/dev-07"] {
        let page = get(&router, path, Some(&token)).await;
        assert_eq!(page.status, StatusCode::OK);
        let unknown = page.text.matches("<td class=\"now\">–</td>").count();
        assert_eq!(unknown, device.sensors.len(), "{path}: {}", page.text);
        assert!(page.text.contains("open for 250 ms") && !page.text.contains("class=\"spark\""), "{path}");
    }
}

#[tokio::test]
async fn a_box_has_its_states_its_suspensions_and_their_ends_in_its_history() {
    let world = World::opened();
    let router = world.serve(&[(0, vec![fleetwide(Role::Operator), fleetwide(Role::Security)])]);
    let token = world.sign_in(&router, 0).await;
    let page = async || {
        let page = get(&router, "/devices/dev-07", Some(&token)).await.text;
        page.split_once("id=\"history\"").expect("it has a history").1.to_owned()
    };
    let before = page().await;
    for line in ["Booted", "Adopted state ", "Latched ", "Its identity was suspended at every door"] {
        assert!(before.contains(line), "{line}: {before}");
    }
    assert!(before.contains(&format!("/incidents/{}", world.incident())), "{before}");
    assert!(!before.contains("suspended it: ") && !before.contains("took the suspension back"), "{before}");
    for (path, reason) in [("suspend", "seen at a stranger's"), ("resume", "it was ours")] {
        let path = format!("/v1/devices/dev-07/{path}");
        let done = post(&router, &path, Some(&token), &json!({ "reason": reason })).await;
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
    }
    let after = page().await;
    let at = |line: &str| after.find(line).unwrap_or_else(|| panic!("{line}: {after}"));
    assert!(
        at("took the suspension back: it was ours") < at("suspended it: seen at a stranger"),
        "newest first"
    );
}

/// Whoever sees the box sees that something was decided about it; why and by whom, what tampered with it and for which
/// work it was opened are known to those who may look at the log, at incidents and at work orders.
#[tokio::test]
async fn a_history_tells_each_role_what_it_may_know_elsewhere() {
    let world = World::opened_for_work();
    let router = world.serve(&[(0, vec![fleetwide(Role::Security)])]);
    let token = world.sign_in(&router, 0).await;
    for (path, reason) in [("suspend", "seen abroad"), ("resume", "it was ours")] {
        let path = format!("/v1/devices/dev-07/{path}");
        let done = post(&router, &path, Some(&token), &json!({ "reason": reason })).await;
        assert_eq!(done.status, StatusCode::OK, "{done:?}");
    }
    for (grant, why, event, work) in [
        (fleetwide(Role::Viewer), false, true, false),
        (fleetwide(Role::Technician), false, true, true),
        (fleetwide(Role::Operator), false, true, true),
        (fleetwide(Role::Security), true, true, true),
        (fleetwide(Role::Auditor), true, true, true),
        (fleetwide(Role::Admin), false, false, false),
        (at(Role::Auditor, "harbour"), false, true, true),
    ] {
        let router = world.serve(&[(1, vec![grant.clone()])]);
        let token = world.sign_in(&router, 1).await;
        let page = get(&router, "/devices/dev-07", Some(&token)).await.text;
        let history = page.split_once("id=\"history\"").expect("it has a history").1;
        for (line, told) in [
            ("suspended it: seen abroad", why),
            ("took the suspension back: it was ours", why),
            ("Somebody suspended it<", !why),
            ("Somebody took the suspension back<", !why),
            ("Somebody opened it", event),
            ("Refused wrk_", work),
            ("Latched ", true),
            ("Booted", true),
        ] {
            assert_eq!(history.contains(line), told, "{grant:?}: {line}: {history}");
        }
    }
}

#[tokio::test]
async fn a_sense_whose_readings_were_dropped_is_faulted_on_the_page_and_counted_in_the_metrics() {
    let blind = async |world: &World| {
        let router = world.serve(&[(0, Role::ALL.map(fleetwide).into())]);
        let token = world.sign_in(&router, 0).await;
        let page = get(&router, "/devices/dev-07", Some(&token)).await.text;
        let metrics = get(&router, api::path::METRICS, Some(&token)).await.text;
        let gauge = metrics.lines().find_map(|line| line.strip_prefix("wrale_blind_senses "));
        let incidents: api::Incidents = get(&router, "/v1/incidents", Some(&token)).await.read();
        let sentences: Vec<_> = incidents.incidents.into_iter().map(|one| one.sentence).collect();
        (page.matches("faulted: it cannot look").count(), gauge.expect("it is told").to_owned(), sentences)
    };
    let (faulted, gauge, sentences) = blind(&World::calm()).await;
    assert_eq!((faulted, gauge.as_str(), sentences.len()), (0, "0", 0));
    let (faulted, gauge, sentences) = blind(&World::blinded(SensorFault::Unfetched)).await;
    assert_eq!((faulted, gauge.as_str()), (1, "1"));
    assert!(sentences.iter().any(|one| one.contains("cannot look")), "{sentences:?}");
}
