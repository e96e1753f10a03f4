//! Addresses, methods, sizes: what comes before any question.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::json;

use super::world::{World, ask, get, post, request};
use crate::{Needs, TABLE};

#[tokio::test]
async fn what_does_not_stand_in_the_table_does_not_exist() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    for path in
        ["/v1", "/v1/", "/v1/persons", "/v1/devices/", "/v1/devices/a/b/c", "/v2/devices", "/v1/metrics"]
    {
        let answer = get(&router, path, Some(&token)).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::NOT_FOUND, "web/nowhere"),
            "{path}"
        );
    }
    for route in TABLE {
        let path = world.filled(route.path);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            if TABLE.iter().any(|one| one.path == route.path && one.method == method) {
                continue;
            }
            let answer =
                ask(&router, request(method, &path, Some(&token)).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.problem(), "web/method", "{method} {path}");
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
            assert!(answer.headers.contains_key(header::ALLOW), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn public_facts_need_nobody_and_everything_else_does() {
    let world = World::calm();
    let router = world.staff();
    for route in TABLE {
        let path = world.filled(route.path);
        let request =
            request(route.method.as_str(), &path, None).header(header::CONTENT_TYPE, "application/json");
        let answer = ask(&router, request.body(Body::from("{}")).unwrap()).await;
        answer.guarded();
        let stranger = answer.status == StatusCode::UNAUTHORIZED;
        assert_eq!(stranger, route.needs != Needs::Nothing, "{} {}", route.method, route.path);
    }
    let fleet: api::Fleet = get(&router, api::path::FLEET, None).await.read();
    assert_eq!(fleet.name, "nord");
    assert_eq!(fleet.root_key, crypto::hex::encode(world.house.ceremony.root().as_bytes()));
    let log = world.house.ceremony.fleet_keys().log.public().clone();
    assert_eq!(fleet.log_verifier, world.house.ceremony.log_verifier().to_string());
    assert_eq!(
        fleet.keys_until,
        world.house.ceremony.keyset().claimed().unwrap().holds_until().map(|until| until.to_string())
    );
    assert_eq!(fleet.log_key, crypto::hex::encode(log.as_bytes()));
    assert_eq!(get(&router, api::path::HEALTH, None).await.json(), json!({ "status": "alive" }));
}

#[tokio::test]
async fn more_than_anybody_needs_is_not_read() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let long = format!("{}?site={}", api::path::DEVICES, "a".repeat(5000));
    let answer = get(&router, &long, Some(&token)).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (StatusCode::URI_TOO_LONG, "web/address-too-long")
    );

    let fat = request("GET", api::path::DEVICES, Some(&token)).header("x-filler", "a".repeat(20_000));
    let answer = ask(&router, fat.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert_eq!(answer.problem(), "web/headers-too-large");

    let large = json!({ "person": "a".repeat(65 * 1024) });
    let answer = post(&router, api::path::CHALLENGE, None, &large).await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "web/body-too-large")
    );

    // The same without saying how much will come.
    let pieces = (0..80).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024]));
    let endless = Body::from_stream(futures_util::stream::iter(pieces));
    let request =
        request("POST", api::path::CHALLENGE, None).header(header::CONTENT_TYPE, "application/json");
    assert_eq!(ask(&router, request.body(endless).unwrap()).await.problem(), "web/body-too-large");
}

#[tokio::test]
async fn a_body_says_that_it_is_json() {
    let world = World::calm();
    let router = world.staff();
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/cbor"] {
        let request = request("POST", api::path::CHALLENGE, None).header(header::CONTENT_TYPE, media_type);
        let answer = ask(&router, request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(answer.problem(), "web/media-type");
    }
}

#[tokio::test]
async fn a_parameter_that_is_not_known_is_refused() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    for query in ["colour=red", "limit=many", "site=a&site=b", "site=no%20site%01"] {
        let answer = get(&router, &format!("{}?{query}", api::path::DEVICES), Some(&token)).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::BAD_REQUEST, "web/query"),
            "{query}"
        );
    }
    let answer = get(&router, &format!("{}?state=wild", api::path::INCIDENTS), Some(&token)).await;
    assert_eq!(answer.problem(), "web/query");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_hears_of_the_next_commit_or_that_there_was_none() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let now: api::Changes =
        get(&router, &format!("{}?wait=0", api::path::CHANGES), Some(&token)).await.read();
    let path = format!("{}?after={}&wait=25", api::path::CHANGES, now.now);
    let quiet: api::Changes = get(&router, &path, Some(&token)).await.read();
    assert_eq!(quiet, now, "nothing happened for 25 s");
    let waits = tokio::spawn({
        let (router, path, token) = (router.clone(), path.clone(), token.clone());
        async move { get(&router, &path, Some(&token)).await.read::<api::Changes>() }
    });
    tokio::task::yield_now().await;
    world.commits.send_modify(|commits| *commits += 1);
    assert_eq!(waits.await.unwrap().now, now.now + 1);
    let after_restart = format!("{}?after=999999&wait=25", api::path::CHANGES);
    let begun: api::Changes = get(&router, &after_restart, Some(&token)).await.read();
    assert_eq!(begun.now, now.now + 1, "a number of another process is answered at once");
}
