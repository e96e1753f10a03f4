//! Route × role × reach, from the router's own table and the access matrix: who is let in where.

use access::{Action, Grant, Kind, Role, matrix::roles};
use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::json;

use super::{
    visitor::HOST,
    world::{Answer, World, ask, at, fleetwide, get, post, request},
};
use crate::{Needs, Route, TABLE};

/// What is asked at each route about the box at the harbour: something that is answered otherwise than by a refusal
/// of the permit, and that may be asked as often as one likes.
fn body(path: &str) -> &'static str {
    match path {
        api::path::ARM => r#"{"arming":"armed"}"#,
        api::path::RESET => r#"{"event":"evt_aaaaaaaaaaaaaaaaaaaaaaaaaa","reason":"looked"}"#,
        api::path::SUSPEND | api::path::RESUME | api::path::SERVICE_REVOKE => r#"{"reason":"looked"}"#,
        api::path::REVOKE => r#"{"reason":"replaced"}"#,
        api::path::CLOSE => r#"{"outcome":"test","reason":"looked"}"#,
        api::path::CONSENTS => r#"{"letter":"00"}"#,
        api::path::PASSKEY_CONSENTS => {
            r#"{"id":"00","client_data":"00","authenticator_data":"00","signature":"00"}"#
        }
        api::path::TOKENS => r#"{"site":"harbour"}"#,
        api::path::PEOPLE => r#"{"name":"edith","grants":[]}"#,
        api::path::PERSON => r#"{"disabled":false}"#,
        _ => "",
    }
}

async fn asked(world: &World, router: &axum::Router, route: &Route, token: &str, order: &str) -> Answer {
    asked_at(router, route, world.filled(&route.path.replace("{order}", order)), token).await
}

async fn asked_at(router: &axum::Router, route: &Route, mut path: String, token: &str) -> Answer {
    if route.path == api::path::AUDIT_PROOF {
        path.push_str("?entry=0");
    }
    let request = request(route.method.as_str(), &path, Some(token));
    let request = request.header(header::CONTENT_TYPE, "application/json").header(header::HOST, HOST);
    ask(router, request.body(Body::from(body(route.path))).unwrap()).await
}

#[tokio::test]
async fn every_route_lets_in_whom_the_matrix_lets_in_and_nobody_else() {
    let world = World::opened();
    let order = proposed(&world).await;
    let reaches: [(&str, fn(Role) -> Grant); 3] = [
        ("fleet", fleetwide),
        ("harbour", |role| at(role, "harbour")),
        ("desert", |role| at(role, "desert")),
    ];
    let (mut let_in, mut kept_out) = (0, 0);
    for role in Role::ALL {
        for (reach, grant) in reaches {
            let router = world.serve(&[(0, vec![]), (1, vec![grant(role)])]);
            let token = world.sign_in(&router, 1).await;
            for route in TABLE {
                let Needs::Permit(action, kind) = route.needs else { continue };
                let answer = asked(&world, &router, route, &token, &order).await;
                let of_a_site = !matches!(kind, Kind::Audit | Kind::Metrics | Kind::Person | Kind::Service);
                let able = roles(action, kind).contains(&role);
                use api::path::{DEVICES, INCIDENTS, PROPOSALS, SITES};
                let list = [DEVICES, INCIDENTS, PROPOSALS, SITES].contains(&route.path);
                let here = reach == "fleet" || (of_a_site && (list || reach == "harbour"));
                let case = format!("{} {} by {role:?} of {reach}: {}", route.method, route.path, answer.text);
                if able && here {
                    assert_ne!(answer.status, StatusCode::FORBIDDEN, "{case}");
                    assert!(answer.status.is_success() || answer.status == StatusCode::CONFLICT, "{case}");
                    let_in += 1;
                } else {
                    assert_eq!(answer.problem(), "access/refused", "{case}");
                    kept_out += 1;
                }
                if list && able {
                    let device = world.device.to_string();
                    let named =
                        [device.as_str(), "\"harbour\""].iter().any(|name| answer.text.contains(name));
                    assert_eq!(named, reach != "desert", "{case}");
                }
            }
        }
    }
    assert!(let_in > 50 && kept_out > 50, "{let_in} let in, {kept_out} kept out");
}

/// At every route that names something, whatever it would do with it.
#[tokio::test]
async fn absent_and_forbidden_are_the_same_answer_to_whoever_would_change_it() {
    let world = World::opened();
    let order = proposed(&world).await;
    let nothing = "a".repeat(26);
    let absent = [
        (world.device.to_string(), format!("dev_{nothing}")),
        (world.incident().to_string(), format!("inc_{nothing}")),
        (order.clone(), format!("ord_{nothing}")),
        (world.house.ceremony.person(0).to_string(), format!("per_{nothing}")),
        ("/door".into(), "/window".into()),
        ("/entries/0".into(), "/entries/999999".into()),
    ];
    let names_something =
        |route: &&Route| route.path.contains('{') && matches!(route.needs, Needs::Permit(..));
    let mut compared = 0;
    for role in Role::ALL {
        let router = world.serve(&[(0, vec![]), (1, vec![at(role, "desert")])]);
        let token = world.sign_in(&router, 1).await;
        for route in TABLE.iter().filter(names_something) {
            let path = world.filled(&route.path.replace("{order}", &order));
            let other = absent.iter().fold(path.clone(), |path, (there, absent)| path.replace(there, absent));
            assert_ne!(path, other, "{}", route.path);
            let case = format!("{} {} by {role:?}", route.method, route.path);
            let (there, absent) =
                (asked_at(&router, route, path, &token).await, asked_at(&router, route, other, &token).await);
            assert_eq!(there.problem(), "access/refused", "{case}");
            assert_eq!((there.status, &there.text), (absent.status, &absent.text), "{case}");
            assert_eq!(there.headers, absent.headers, "{case}");
            compared += 1;
        }
    }
    assert!(compared > 50, "{compared} compared");
}

#[tokio::test]
async fn absent_and_forbidden_are_the_same_answer() {
    let world = World::opened();
    let order = proposed(&world).await;
    let router = world.serve(&[(1, vec![at(Role::Operator, "desert"), at(Role::Security, "desert")])]);
    let token = world.sign_in(&router, 1).await;
    let device = world.device.to_string();
    let pairs = [
        (format!("/v1/devices/{device}"), "/v1/devices/dev_aaaaaaaaaaaaaaaaaaaaaaaaaa".to_owned()),
        ("/v1/devices/dev-07".into(), "/v1/devices/dev-99".into()),
        (
            format!("/v1/incidents/{}", world.incident()),
            "/v1/incidents/inc_aaaaaaaaaaaaaaaaaaaaaaaaaa".into(),
        ),
        (format!("/v1/proposals/{order}"), "/v1/proposals/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa".into()),
        (format!("/v1/proposals/{order}"), "/v1/proposals/nonsense".into()),
    ];
    for (there, absent) in pairs {
        let (there, absent) =
            (get(&router, &there, Some(&token)).await, get(&router, &absent, Some(&token)).await);
        assert_eq!(there.problem(), "access/refused");
        assert_eq!((there.status, &there.text), (absent.status, &absent.text));
        assert_eq!(there.headers, absent.headers);
    }
}

/// What somebody looks for and may not see is to them as what is not there: neither a search nor a filter tells one from
/// the other.
#[tokio::test]
async fn no_search_and_no_filter_finds_what_stands_at_another_site() {
    let world = World::opened();
    let (device, incident) = (world.device.to_string(), world.incident().to_string());
    let nobody = "dev_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    let mut paths: Vec<(String, Kind)> = vec![];
    for site in ["", "site=harbour&"] {
        paths.extend(
            ["", "health=alarm", "limit=1"].map(|q| (format!("/v1/devices?{site}{q}"), Kind::Device)),
        );
        paths.extend(
            ["", "severity=high", "state=contained", "limit=1"]
                .map(|q| (format!("/v1/incidents?{site}{q}"), Kind::Incident)),
        );
        paths.extend(
            ["", "state=tampered", "q=dev-07", "view=list", "view=squares"]
                .map(|q| (format!("/?{site}{q}"), Kind::Device)),
        );
        paths.push((format!("/?{site}why={device}"), Kind::Device));
    }
    for words in ["dev-07", "DEV", "harbour", &device] {
        paths.push((format!("/fragments/find?q={words}"), Kind::Device));
        paths.push((format!("/?view=list&q={words}"), Kind::Device));
    }
    for query in ["", "?state=contained", "?state=open"] {
        paths.push((format!("/incidents{query}"), Kind::Incident));
    }
    let other =
        |text: &str| text.replace(&device, nobody).replace("dev-07", "dev-99").replace("harbour", "nowhere");
    // The moment of an answer says nothing.
    let still = |text: &str| -> String { other(text).chars().filter(|c| !c.is_ascii_digit()).collect() };
    let (mut found, mut hidden) = (0, 0);
    for role in Role::ALL {
        let router = world.serve(&[(0, vec![at(role, "harbour")]), (1, vec![at(role, "desert")])]);
        let (here, there) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
        for (path, kind) in &paths {
            let case = format!("{path} by {role:?}");
            if !roles(Action::View, *kind).contains(&role) {
                assert_eq!(get(&router, path, Some(&there)).await.status, StatusCode::FORBIDDEN, "{case}");
                continue;
            }
            let names = |answer: &Answer| [&device, &incident].iter().any(|id| answer.text.contains(*id));
            let theirs = get(&router, path, Some(&here)).await;
            found += usize::from(theirs.status == StatusCode::OK && names(&theirs));
            let told = get(&router, path, Some(&there)).await;
            let absent = get(&router, &other(path), Some(&there)).await;
            assert_eq!((told.status, still(&told.text)), (absent.status, still(&absent.text)), "{case}");
            // What they wrote themselves may stand in the answer, and nothing beside it.
            assert!(path.contains(&device) || !names(&told), "{case}: {}", told.text);
            hidden += 1;
        }
        // What belongs to no site is searched by nobody of one.
        for path in ["/v1/audit/entries?q=dev-07", "/audit?q=dev-07", "/v1/people?q=person"] {
            let told = get(&router, path, Some(&there)).await;
            assert_eq!(told.status, StatusCode::FORBIDDEN, "{path} by {role:?}");
        }
    }
    assert!(found > 50 && hidden > 100, "{found} found, {hidden} hidden");
}

/// Ada proposes to reset the box; gives the order.
async fn proposed(world: &World) -> String {
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let event = world.house.fleet().record(world.device).unwrap().latches[0].event;
    let body = json!({ "event": event.to_string(), "reason": "looked at it" });
    let answer = post(&router, "/v1/devices/dev-07/reset", Some(&token), &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()["order"].as_str().unwrap().to_owned()
}
