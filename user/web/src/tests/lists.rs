//! Lists: in pieces, filtered, and with a sentence for whoever asks for no piece of them.

use access::Role;
use serde_json::json;

use super::{
    visitor::granted,
    world::{Answer, World, fleetwide, get, post},
};

async fn refused(router: &axum::Router, path: &str, token: &str) -> String {
    let answer: Answer = get(router, path, Some(token)).await;
    assert_eq!(answer.problem(), "web/query", "{path}");
    answer.json()["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended_and_tells_each_once() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    for name in ["edith", "barbara", "grete", "annie"] {
        let body = json!({ "name": name, "grants": [granted("viewer", &["harbour"])] });
        post(&router, api::path::PEOPLE, Some(&admin), &body).await;
    }
    let (mut names, mut after) = (vec![], String::new());
    loop {
        let path = format!("{}?limit=2{after}", api::path::PEOPLE);
        let page: api::People = get(&router, &path, Some(&admin)).await.read();
        assert!(page.people.len() <= 2);
        names.extend(page.people.into_iter().map(|one| one.name));
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
        assert!(names.len() < 10, "it ends: {names:?}");
    }
    assert_eq!(names, ["annie", "barbara", "edith", "grete", "person 1"]);
    let found = async |q: &str| {
        let path = format!("{}?q={q}", api::path::PEOPLE);
        let page: api::People = get(&router, &path, Some(&admin)).await.read();
        page.people.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(found("ED").await, ["edith"]);
    assert_eq!(found("admin").await, ["person 1"]);
    assert_eq!(found("viewer%20gr").await, ["grete"], "all of the words");
}

#[tokio::test]
async fn whoever_asks_for_no_piece_of_a_list_is_told_what_to_do() {
    let world = World::calm();
    let all = [Role::Operator, Role::Security, Role::Admin].map(fleetwide);
    let router = world.serve(&[(0, all.into())]);
    let token = world.sign_in(&router, 0).await;
    for (path, most) in [
        (api::path::DEVICES, 500),
        (api::path::INCIDENTS, 200),
        (api::path::PEOPLE, 200),
        (api::path::AUDIT_ENTRIES, 200),
    ] {
        for limit in [0, most + 1] {
            let told = refused(&router, &format!("{path}?limit={limit}"), &token).await;
            assert!(told.contains(&format!("between 1 and {most}")), "{told}");
        }
        let good = get(&router, &format!("{path}?limit={most}"), Some(&token)).await;
        assert!(good.status.is_success(), "{good:?}");
        let cursor = if path == api::path::AUDIT_ENTRIES { "before" } else { "after" };
        for bad in ["nonsense", "", "dev-07", "-1"] {
            let told = refused(&router, &format!("{path}?{cursor}={bad}"), &token).await;
            assert!(told.contains("take `next` of the answer before as it came"), "{path} {bad}: {told}");
        }
    }
}

#[tokio::test]
async fn a_filter_leaves_the_rest_out() {
    let world = World::opened();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let count = async |path: &str, list: &str| {
        let answer = get(&router, path, Some(&token)).await;
        answer.json()[list].as_array().unwrap_or_else(|| panic!("{path}: {answer:?}")).len()
    };
    for (query, want) in
        [("", 1), ("?health=alarm", 1), ("?health=good", 0), ("?health=unknown", 0), ("?site=desert", 0)]
    {
        assert_eq!(count(&format!("{}{query}", api::path::DEVICES), "devices").await, want, "{query}");
    }
    for (query, want) in [
        ("", 1),
        ("?severity=high", 1),
        ("?severity=info", 1),
        ("?severity=critical", 0),
        ("?site=harbour", 1),
        ("?site=desert", 0),
        ("?state=closed", 0),
    ] {
        assert_eq!(count(&format!("{}{query}", api::path::INCIDENTS), "incidents").await, want, "{query}");
    }
    for (path, query) in [(api::path::DEVICES, "health=well"), (api::path::INCIDENTS, "severity=unknown")] {
        refused(&router, &format!("{path}?{query}"), &token).await;
    }
    let sites: api::Sites = get(&router, api::path::SITES, Some(&token)).await.read();
    let [site] = &sites.sites[..] else { panic!("{sites:?}") };
    assert_eq!((site.site.as_str(), site.devices, site.alarm, site.good), ("harbour", 1, 1, 0));
}

#[tokio::test]
async fn numbers_name_nobody_and_a_programs_token_reads_them() {
    let world = World::opened();
    let (router, admin) = world.administered(vec![]).await;
    let body = json!({ "name": "prometheus", "grants": [granted("viewer", &[])] });
    assert_eq!(
        post(&router, api::path::MY_TOKENS, Some(&admin), &body).await.status,
        201,
        "an admin may view it"
    );
    let token = post(&router, api::path::MY_TOKENS, Some(&admin), &body).await.json()["token"].clone();
    // An admin is no viewer: what the token says counts within what its maker may.
    let narrow = get(&router, api::path::METRICS, token.as_str()).await;
    assert_eq!(narrow.problem(), "access/refused");
    let page = get(&router, api::path::METRICS, Some(&admin)).await.text;
    for line in [
        "wrale_devices{health=\"alarm\"} 1",
        "wrale_postures{posture=\"sealed\"} 1",
        "wrale_open_incidents{severity=\"high\"} 1",
        "wrale_silence_seconds_count 1",
        "wrale_live_pages 0",
    ] {
        assert!(page.lines().any(|said| said == line), "{line}: {page}");
    }
    for id in [world.device.to_string(), "dev-07".into(), "harbour".into(), world.incident().to_string()] {
        assert!(!page.contains(&id), "{id}: {page}");
    }
}
