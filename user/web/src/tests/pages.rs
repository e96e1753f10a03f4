//! The pages: who is shown what, nothing inline, nothing that breaks out of its place.

use access::{Grant, Kind, Role, matrix::roles};
use axum::{
    Router,
    body::Body,
    http::{StatusCode, header},
};
use serde_json::Value;

use super::world::{Answer, World, ask, at, fleetwide, get, request};
use crate::{Needs, PAGES, Refusal};

mod fields;
mod html;
mod naughty;

/// As `pages.rs` has it; a change of either is a decision.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

fn is_made(path: &str) -> bool {
    path.starts_with("/assets/")
}

/// A page with something in it that is there.
fn filled(world: &World, path: &str) -> String {
    world.filled(&path.replace("{site}", "harbour"))
}

/// Ada may everything; gives her token.
async fn all_powerful(world: &World) -> (Router, String) {
    let roles = [Role::Operator, Role::Security, Role::Auditor, Role::Admin];
    let router = world.serve(&[(0, roles.into_iter().map(fleetwide).collect())]);
    let token = world.sign_in(&router, 0).await;
    (router, token)
}

#[tokio::test]
async fn every_page_is_shown_to_whom_the_matrix_lets_in_and_to_nobody_else() {
    let world = World::opened();
    let reaches: [(&str, fn(Role) -> Grant); 3] = [
        ("fleet", fleetwide),
        ("harbour", |role| at(role, "harbour")),
        ("desert", |role| at(role, "desert")),
    ];
    let (mut shown, mut refused) = (0, 0);
    for role in Role::ALL {
        for (reach, grant) in reaches {
            let router = world.serve(&[(1, vec![grant(role)])]);
            let token = world.sign_in(&router, 1).await;
            for route in PAGES {
                let Needs::Permit(action, kind) = route.needs else { continue };
                let answer = get(&router, &filled(&world, route.path), Some(&token)).await;
                let of_one = route.path.contains('{');
                let of_a_site = !matches!(kind, Kind::Audit | Kind::Person);
                let able = roles(action, kind).contains(&role);
                let here = reach == "fleet" || (of_a_site && (!of_one || reach == "harbour"));
                let case = format!("{} by {role:?} of {reach}: {}", route.path, answer.text);
                if able && here {
                    assert_eq!(answer.status, StatusCode::OK, "{case}");
                    shown += 1;
                } else {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{case}");
                    assert!(answer.text.contains("<code>access/refused</code>"), "{case}");
                    refused += 1;
                }
                assert_eq!(answer.headers[header::CONTENT_SECURITY_POLICY], POLICY, "{case}");
                // What is at the harbour is not told to people of the desert, in whatever page.
                if reach == "desert" {
                    let named =
                        answer.text.contains(&world.device.to_string()) || answer.text.contains("dev-07");
                    assert!(!named && !answer.text.contains("opened"), "{case}");
                }
            }
        }
    }
    assert!(shown > 60 && refused > 60, "{shown} shown, {refused} refused");
}

#[tokio::test]
async fn absent_and_forbidden_are_the_same_page() {
    let world = World::opened();
    let router = world.serve(&[(1, vec![at(Role::Operator, "desert")])]);
    let token = world.sign_in(&router, 1).await;
    let nobody = "dev_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    let pairs = [
        (format!("/devices/{}", world.device), format!("/devices/{nobody}")),
        ("/devices/dev-07".into(), "/devices/dev-99".into()),
        (format!("/incidents/{}", world.incident()), "/incidents/inc_aaaaaaaaaaaaaaaaaaaaaaaaaa".into()),
        (format!("/fragments/why/{}", world.device), format!("/fragments/why/{nobody}")),
        (format!("/fragments/readings/{}", world.device), format!("/fragments/readings/{nobody}")),
        ("/fragments/sites/harbour".into(), "/fragments/sites/nowhere".into()),
        (
            format!("/fragments/traces/{}", world.incident()),
            "/fragments/traces/inc_aaaaaaaaaaaaaaaaaaaaaaaaaa".into(),
        ),
    ];
    for (there, absent) in pairs {
        let (there, absent) =
            (get(&router, &there, Some(&token)).await, get(&router, &absent, Some(&token)).await);
        assert_eq!((there.status, &there.text), (absent.status, &absent.text));
        assert_eq!(there.headers, absent.headers);
        assert_eq!(there.status, StatusCode::FORBIDDEN);
    }
    // The map of somebody who may see another place alone says that it is empty, whatever they ask of it.
    let why = get(&router, &format!("/?why={}", world.device), Some(&token)).await;
    assert_eq!(why.status, StatusCode::OK);
    assert!(!why.text.contains("dev-07") && why.text.contains("0 boxes"), "{}", why.text);
}

#[tokio::test]
async fn whoever_is_not_signed_in_signs_in_first_and_comes_back() {
    let world = World::calm();
    let router = world.staff();
    for route in PAGES.iter().filter(|route| route.needs != Needs::Nothing) {
        let path = filled(&world, route.path);
        let answer = get(&router, &path, None).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        let there = answer.headers[header::LOCATION].to_str().unwrap();
        assert_eq!(there, format!("/sign-in{}", api::path::query(&[("next", Some(&path))])));
        let signs_in = get(&router, there, None).await;
        assert_eq!(signs_in.status, StatusCode::OK, "{there}");
        assert!(signs_in.text.contains(&format!("data-then=\"{path}\"")), "{}", signs_in.text);
        assert!(!signs_in.text.contains("dev-07"), "it says nothing of the fleet's boxes");
    }
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_after_signing_in() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let elsewhere = [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/%0d%0aevil: 1",
        "/sign-in",
        "evil",
        "/ü",
    ];
    for next in elsewhere {
        let path = format!("/sign-in{}", api::path::query(&[("next", Some(next))]));
        let stranger = get(&router, &path, None).await;
        let escaped = stranger.text.contains("data-then=\"/\"")
            || stranger.text.contains("data-then=\"/%0d%0aevil: 1\"");
        assert!(
            stranger.text.contains("data-then=\"/\"") || (next.contains("%0d") && escaped),
            "{next}: {}",
            stranger.text
        );
        let known = get(&router, &path, Some(&token)).await;
        assert_eq!(known.status, StatusCode::SEE_OTHER);
        let there = known.headers[header::LOCATION].to_str().unwrap();
        assert!(there == "/" || there.starts_with("/%"), "{next}: {there}");
    }
    let path = "/sign-in?next=%2Fdevices%2Fdev-07%3Fa%3Db";
    let known = get(&router, path, Some(&token)).await;
    assert_eq!(known.headers[header::LOCATION], "/devices/dev-07?a=b");
    // Whoever is to prove anew who they are signs in although they are signed in.
    let again = get(&router, &format!("{path}&again=1"), Some(&token)).await;
    assert!(again.text.contains("data-then=\"/devices/dev-07?a=b\""), "{again:?}");
}

#[tokio::test]
async fn nothing_in_a_page_is_inline_and_nothing_comes_from_elsewhere() {
    let world = World::opened();
    let (router, token) = all_powerful(&world).await;
    let pages = PAGES.iter().filter(|route| !is_made(route.path));
    let mut paths: Vec<String> = pages.map(|route| filled(&world, route.path)).collect();
    let more = [
        "/?view=list",
        "/?view=squares",
        "/?state=silent",
        "/nowhere",
        "/devices/none",
        "/audit?q=nothing",
        "/audit?entry=0",
    ];
    paths.extend(more.map(str::to_owned));
    for path in paths {
        for token in [Some(token.as_str()), None] {
            let request = request("GET", &path, token).header(header::ACCEPT, "text/html");
            let answer = ask(&router, request.body(Body::empty()).unwrap()).await;
            if answer.status == StatusCode::SEE_OTHER {
                continue;
            }
            assert_eq!(answer.headers[header::CONTENT_TYPE], "text/html; charset=utf-8", "{path}");
            assert_eq!(answer.headers[header::CONTENT_SECURITY_POLICY], POLICY, "{path}");
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}");
            html::is_plain(&answer.text).unwrap_or_else(|bad| panic!("{path}: {bad}"));
        }
    }
}

#[test]
fn the_check_for_what_is_inline_finds_it() {
    for bad in [
        "<p onclick=\"x()\">",
        "<p ONCLICK='x()'>",
        "<script>x()</script>",
        "<style>p{}</style>",
        "<p style=\"color:red\">",
        "<a href=\"javascript:x()\">",
        "<img src=\"https://evil.example/a.png\">",
        "<script src=\"//evil.example\"></script>",
        "<svg onload=x()>",
        "<a href=' javascript:x()'>",
    ] {
        assert!(html::is_plain(bad).is_err(), "{bad}");
    }
    assert_eq!(
        html::is_plain(
            "<p title=\"on = 1 style='x'\">a &lt; b</p><script defer src=\"/assets/a.js\"></script>"
        ),
        Ok(())
    );
}

#[tokio::test]
async fn what_pages_are_made_of_is_named_by_what_it_is_and_kept_for_ever() {
    let world = World::calm();
    let router = world.staff();
    let door = get(&router, "/sign-in", None).await.text;
    let named: Vec<&str> = door.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert_eq!(named.len(), 4, "{named:?}");
    for path in named {
        let asset = get(&router, path, None).await;
        assert_eq!(asset.status, StatusCode::OK, "{path}");
        assert_eq!(asset.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert!(!asset.text.contains("eval(") && !asset.text.contains("://fonts"), "{path}");
    }
    let old = get(&router, "/assets/style.0000000000000000.css", None).await;
    assert_eq!(old.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_says_what_the_contract_says_and_how_old_it_is() {
    let world = World::opened();
    let (router, token) = all_powerful(&world).await;
    let device: api::Device = get(&router, "/v1/devices/dev-07", Some(&token)).await.read();
    let page = get(&router, "/devices/dev-07", Some(&token)).await.text;
    for sensor in &device.sensors {
        assert!(page.contains(&format!("<b>{}</b>", sensor.name)), "{}", sensor.name);
    }
    let proof = device.evidence.unwrap();
    assert!(page.contains(&format!("datetime=\"{}\" data-age", proof.asked)), "a claim carries its age");
    assert!(page.contains(&device.latches[0].event) && page.contains("Ask for the release"));

    let list: api::Incidents = get(&router, api::path::INCIDENTS, Some(&token)).await.read();
    let incident = &list.incidents[0];
    let page = get(&router, &format!("/incidents/{}", incident.id), Some(&token)).await.text;
    let (head, rest) = incident.sentence.split_once("; ").unwrap();
    assert!(page.contains(&format!("<h1>{head}.</h1>")) && page.contains(&rest[1..]), "{page}");
    assert!(page.contains(&incident.cause) && page.contains(&incident.first_action));
    assert!(page.contains("What the box did by itself") && page.contains("Latched its vault"));
    let device = get(&router, "/devices/dev-07", Some(&token)).await.text;
    assert!(device.contains(&format!("/incidents/{}", incident.id)) && device.contains(head), "its history");
    let unasked = get(&router, "/fragments/find?q=DEV", Some(&token)).await.text;
    assert!(unasked.contains("title=\"harbour\">dev-07</a>"), "{unasked}");
    let map = get(&router, "/", Some(&token)).await.text;
    assert!(map.contains("role=\"alert\"") && map.contains(&format!("/incidents/{}", incident.id)));
    assert!(map.contains("tampered") && !map.contains(">trusted, "), "nothing is green by what was");
}

#[tokio::test]
async fn a_control_that_may_not_be_used_stays_and_says_why() {
    let world = World::opened();
    let router = world.serve(&[(0, vec![fleetwide(Role::Viewer)])]);
    let token = world.sign_in(&router, 0).await;
    let page = get(&router, "/devices/dev-07", Some(&token)).await.text;
    assert!(!page.contains("data-api"), "a viewer is given no form: {page}");
    for control in ["Set", "Revoke", "Ask for the release"] {
        assert!(page.contains(&format!("<button disabled>{control}</button>")), "{control}");
    }
    assert!(page.contains("needs the role security"));
    let page = get(&router, &format!("/incidents/{}", world.incident()), Some(&token)).await.text;
    assert!(!page.contains("data-api") && page.contains("<button disabled>Close the incident</button>"));
}

#[tokio::test]
async fn the_recording_around_the_moment_is_read_on_purpose_and_that_is_written_down() {
    let world = World::opened();
    let router = world.serve(&[(0, vec![fleetwide(Role::Auditor)]), (1, vec![fleetwide(Role::Viewer)])]);
    let (auditor, viewer) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let path = format!("/fragments/traces/{}", world.incident());
    let before = world.log("permit").await.len();
    let read = get(&router, &path, Some(&auditor)).await;
    assert_eq!(read.status, StatusCode::OK, "{read:?}");
    assert!(
        read.text.contains("decisive reading") && read.text.contains("<path class=\"curve\""),
        "{}",
        read.text
    );
    assert!(read.text.contains("closed or open"), "the lid is a switch");
    assert!(read.text.contains("open for 250 ms"), "and this is its limit: {}", read.text);
    assert_eq!(world.log("permit").await.len(), before + 1);
    assert_eq!(get(&router, &path, Some(&viewer)).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn whoever_watches_a_box_is_written_down_once_and_whoever_may_not_sees_nothing() {
    let world = World::calm();
    let router = world.serve(&[(0, vec![fleetwide(Role::Operator)]), (1, vec![fleetwide(Role::Viewer)])]);
    let (operator, viewer) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let path = "/fragments/readings/dev-07";
    let before = world.log("permit").await.len();
    for _ in 0..3 {
        let seen = get(&router, path, Some(&operator)).await;
        assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
        assert!(seen.text.contains("It is not connected.") && seen.text.contains("data-again"), "{seen:?}");
    }
    assert_eq!(world.log("permit").await.len(), before + 1, "one watch");
    assert_eq!(get(&router, path, Some(&viewer)).await.status, StatusCode::FORBIDDEN);
    let page = get(&router, "/devices/dev-07", Some(&viewer)).await.text;
    assert!(page.contains("<button disabled>Watch them</button>") && !page.contains(path), "{page}");
}

#[tokio::test]
async fn the_contract_says_which_keys_speak_for_a_box_and_what_its_senses_say() {
    let world = World::calm();
    let (router, token) = all_powerful(&world).await;
    let token = Some(token.as_str());
    let keys: api::device::Keys = get(&router, "/v1/devices/dev-07/keys", token).await.read();
    let said: Vec<_> = keys.keys.iter().map(|key| (key.role.as_str(), key.algorithm.as_str())).collect();
    assert_eq!(said, [("device", "ES256"), ("attestation", "ES256"), ("journal", "EdDSA")]);
    assert!(keys.keys[0].since.is_some() && keys.keys.iter().all(|key| key.id.len() == 16), "{keys:?}");
    let page = get(&router, "/devices/dev-07", token).await.text;
    assert!(keys.keys.iter().all(|key| page.contains(&key.id)), "{page}");
    let before = world.log("permit").await.len();
    let readings: api::device::Readings = get(&router, "/v1/devices/dev-07/readings", token).await.read();
    assert_eq!((readings.age_seconds, readings.senses.len()), (None, 0), "it is not connected");
    assert_eq!(world.log("permit").await.len(), before + 1);
}

#[tokio::test]
async fn an_entry_of_the_log_is_given_with_all_that_it_takes_to_check_it() {
    let world = World::opened();
    let (router, token) = all_powerful(&world).await;
    let token = Some(token.as_str());
    let entries: api::audit::Entries = get(&router, api::path::AUDIT_ENTRIES, token).await.read();
    assert!(entries.entries.len() > 5 && entries.size > 5);
    let indices: Vec<u64> = entries.entries.iter().map(|one| one.index).collect();
    assert!(indices.windows(2).all(|pair| pair[0] > pair[1]), "newest first: {indices:?}");
    let two: api::audit::Entries =
        get(&router, &format!("{}?limit=2", api::path::AUDIT_ENTRIES), token).await.read();
    let next = two.next.expect("there are older ones");
    let older: api::audit::Entries =
        get(&router, &format!("{}?before={next}", api::path::AUDIT_ENTRIES), token).await.read();
    assert_eq!(older.entries[0].index, two.entries[1].index - 1);
    let found: api::audit::Entries =
        get(&router, &format!("{}?q=suspend", api::path::AUDIT_ENTRIES), token).await.read();
    assert!(!found.entries.is_empty() && found.entries.iter().all(|one| one.kind == "suspend"), "{found:?}");
    assert_eq!(found.entries[0].about.as_deref(), Some("dev-07"));

    for index in [0, 1, entries.size - 1] {
        let entry: Value = get(&router, &format!("/v1/audit/entries/{index}"), token).await.json();
        let place: api::audit::Place =
            get(&router, &format!("{}?entry={index}&from=1", api::path::AUDIT_PROOF), token).await.read();
        assert_eq!((place.entry, place.from, place.size), (index, 1, entries.size));
        html::checks(&entry, &place);
    }
    let beyond = get(&router, &format!("{}?entry={}", api::path::AUDIT_PROOF, u64::MAX), token).await;
    assert_eq!(beyond.problem(), "web/not-covered");
    assert_eq!(get(&router, api::path::AUDIT_PROOF, token).await.problem(), "web/query");
    assert_eq!(get(&router, "/v1/audit/entries/999999", token).await.problem(), "access/refused");
}

/// A refusal of a page.
trait Told {
    fn told(&self) -> bool;
}

impl Told for Answer {
    fn told(&self) -> bool {
        self.text.contains("<main class=\"told\"")
    }
}

#[tokio::test]
async fn a_stranger_to_an_address_is_answered_in_what_they_read() {
    let world = World::calm();
    let router = world.staff();
    let browser = request("GET", "/nothing/here", None).header(header::ACCEPT, "text/html,*/*;q=0.8");
    let page = ask(&router, browser.body(Body::empty()).unwrap()).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.told() && page.text.contains("web/nowhere"), "{}", page.text);
    assert_eq!(get(&router, "/nothing/here", None).await.problem(), "web/nowhere");
}

#[tokio::test]
async fn whoever_is_told_to_come_again_finds_there_what_they_looked_for() {
    let address = "/audit?q=lid".parse().unwrap();
    let told = async |refusal| {
        let page = crate::pages::refused(refusal, &address).into_body();
        String::from_utf8(axum::body::to_bytes(page, 1 << 20).await.unwrap().to_vec()).unwrap()
    };
    let crowded = told(Refusal::Overasked).await;
    assert!(crowded.contains("<a href=\"/audit?q=lid\">Ask again</a>"), "{crowded}");
    assert!(!told(Refusal::Permit).await.contains("Ask again"), "it would be the same again");
}

#[tokio::test]
async fn a_page_that_stands_open_keeps_no_session_awake() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let by_itself = async || {
        let request = request("GET", "/fragments/now", Some(&token)).header("x-wrale-unattended", "1");
        ask(&router, request.body(Body::empty()).unwrap()).await.status
    };
    for _ in 0..3 {
        world.pass(std::time::Duration::from_mins(19));
        assert_eq!(by_itself().await, StatusCode::OK);
    }
    world.pass(std::time::Duration::from_mins(4));
    assert_eq!(by_itself().await, StatusCode::SEE_OTHER, "an hour without anybody");
    // Somebody who is there keeps it.
    let token = world.sign_in(&router, 0).await;
    for _ in 0..3 {
        world.pass(std::time::Duration::from_mins(40));
        assert_eq!(get(&router, "/fragments/now", Some(&token)).await.status, StatusCode::OK);
    }
}
