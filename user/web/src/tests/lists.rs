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

async fn no_place(router: &axum::Router, path: &str, token: &str) -> String {
    let answer: Answer = get(router, path, Some(token)).await;
    assert_eq!((answer.status.as_u16(), answer.problem().as_str()), (400, "web/cursor"), "{path}");
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
            let told = no_place(&router, &format!("{path}?{cursor}={bad}"), &token).await;
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
    let (router, admin) = world.administered(vec![fleetwide(Role::Viewer)]).await;
    let body = json!({ "name": "prometheus", "grants": [granted("viewer", &[])] });
    let token: api::me::IssuedToken = post(&router, api::path::MY_TOKENS, Some(&admin), &body).await.read();
    let page = get(&router, api::path::METRICS, Some(&token.token)).await.text;
    for line in [
        "wrale_devices{health=\"alarm\"} 1",
        "wrale_postures{posture=\"sealed\"} 1",
        "wrale_open_incidents{severity=\"high\"} 1",
        "wrale_silence_seconds_count 1",
        "wrale_live_pages 0",
        "# TYPE wrale_refused_messages_total counter",
    ] {
        assert!(page.lines().any(|said| said == line), "{line}: {page}");
    }
    for id in [world.device.to_string(), "dev-07".into(), "harbour".into(), world.incident().to_string()] {
        assert!(!page.contains(&id), "{id}: {page}");
    }
}

/// Every box is looked at, and by no question too many of them: an alarm that comes in meanwhile does not wait.
#[tokio::test]
async fn whoever_asks_about_every_box_asks_a_piece_at_a_time() {
    const BOXES: usize = 600;
    let world = World::town(BOXES);
    let all = [Role::Operator, Role::Security, Role::Admin].map(fleetwide);
    let router = world.serve(&[(0, all.into())]);
    let token = world.sign_in(&router, 0).await;
    let devices = |query: &str| format!("{}?{query}", api::path::DEVICES);
    let paths = [
        devices("health=alarm&limit=1"),
        devices("health=unknown&limit=500"),
        "/".into(),
        "/?view=list".into(),
        api::path::METRICS.into(),
        api::path::SITES.into(),
    ];
    for path in paths {
        // What many look at together is read again, and whole.
        world.pass(std::time::Duration::from_secs(6));
        let before = world.facade.waiting().asked;
        let answer = get(&router, &path, Some(&token)).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        let asked = world.facade.waiting().asked - before;
        let pieces =
            if path.contains("limit=500") { 501 } else { BOXES }.div_ceil(control::view::LOOKS) as u64;
        assert!((pieces..pieces + 8).contains(&asked), "{path}: {asked} questions");
    }
}

/// One page after the other, each of one box, goes through the fleet once, and each finds the next.
#[tokio::test]
async fn a_filtered_list_of_single_boxes_goes_through_the_fleet_once() {
    const BOXES: u64 = 40;
    let world = World::town(usize::try_from(BOXES).unwrap());
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let (before, mut found, mut after) = (world.facade.waiting().asked, vec![], String::new());
    loop {
        let path = format!("{}?health=unknown&limit=1{after}", api::path::DEVICES);
        let page: api::Devices = get(&router, &path, Some(&token)).await.read();
        found.extend(page.devices.into_iter().map(|one| one.id));
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
        assert!(found.len() as u64 <= BOXES, "it ends");
    }
    found.dedup();
    assert_eq!(found.len() as u64, BOXES);
    assert_eq!(world.facade.waiting().asked - before, BOXES, "a short question for each page");
}

/// `next` is a word of the list that gave it: another list does not take it, nor the same with other filters.
#[tokio::test]
async fn a_list_goes_on_only_as_it_began() {
    let world = World::town(4);
    let all = [Role::Operator, Role::Security, Role::Admin].map(fleetwide);
    let router = world.serve(&[(0, all.into())]);
    let token = world.sign_in(&router, 0).await;
    let next =
        async |path: &str| get(&router, path, Some(&token)).await.json()["next"].as_str().unwrap().to_owned();
    let first = next("/v1/devices?limit=1&site=harbour").await;
    assert!(!first.contains("dev_"), "{first}");
    let rest: api::Devices =
        get(&router, &format!("/v1/devices?site=harbour&after={first}"), Some(&token)).await.read();
    assert_eq!((rest.devices.len(), rest.next), (1, None));
    for other in [
        "/v1/devices?",
        "/v1/devices?site=desert&",
        "/v1/devices?site=harbour&health=unknown&",
        "/v1/people?",
    ] {
        let told = no_place(&router, &format!("{other}after={first}"), &token).await;
        assert!(told.contains("ask with the filters with which it was given"), "{other}: {told}");
    }
    // An id is no place: what was found by looking at one answer is no word of the fleet's.
    let id = world.device.to_string();
    let told = no_place(&router, &format!("/v1/devices?after={id}"), &token).await;
    assert!(told.contains("take `next` of the answer before as it came"), "{told}");
    let (mut before, mut indices) = (next("/v1/audit/entries?limit=2&q=dev").await, vec![]);
    no_place(&router, &format!("/v1/audit/entries?before={before}"), &token).await;
    for _ in 0..2 {
        let path = format!("/v1/audit/entries?limit=1&q=dev&before={before}");
        let page: api::audit::Entries = get(&router, &path, Some(&token)).await.read();
        indices.extend(page.entries.iter().map(|one| one.index));
        before = page.next.unwrap();
    }
    assert!(indices[0] > indices[1], "{indices:?}");
    let page = get(&router, "/audit?q=dev", Some(&token)).await;
    let link = page
        .text
        .split("href=\"/audit?")
        .find(|link| link.contains("before="))
        .map(|link| link.split('"').next().unwrap().replace("&amp;", "&"));
    if let Some(link) = link {
        assert_eq!(
            get(&router, &format!("/audit?{link}"), Some(&token)).await.status.as_u16(),
            200,
            "{link}"
        );
    }
}

#[tokio::test]
async fn whoever_is_refused_can_read_what_it_means() {
    let world = World::calm();
    let router = world.staff();
    let refused = get(&router, "/v1/devices", None).await;
    let problem: api::Problem = refused.read();
    let (page, code) = problem.kind.split_once('#').unwrap();
    let explained = get(&router, page, None).await;
    assert_eq!(explained.status.as_u16(), 200);
    assert!(explained.text.contains(&format!("id=\"{code}\"")), "{code}");
}

/// Ten thousand boxes are not looked at again because one of them changed, and the one is seen at once.
#[tokio::test]
async fn when_one_box_changed_one_is_looked_at_again() {
    const BOXES: usize = 600;
    let world = World::town(BOXES);
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let revoked = async || {
        let page = get(&router, "/?state=revoked&view=list", Some(&token)).await.text;
        page.matches("<tr id=\"row-").count()
    };
    assert_eq!(revoked().await, 0);
    for number in 1..=3usize {
        let path = format!("/v1/devices/dev-{:04}/revoke", 200 * number - 1);
        let done = post(&router, &path, Some(&token), &json!({ "reason": "retired" })).await;
        assert_eq!(done.status.as_u16(), 200, "{done:?}");
        world.pass(std::time::Duration::from_secs(1));
        let before = world.facade.waiting().asked;
        assert_eq!(revoked().await, number);
        let asked = world.facade.waiting().asked - before;
        assert!(asked < BOXES.div_ceil(control::view::LOOKS) as u64 + 4, "{asked} questions");
    }
}
