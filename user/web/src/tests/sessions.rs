//! Signing in, and the ends of sessions.

use std::time::Duration;

use axum::http::{StatusCode, header};
use crypto::hex;
use serde_json::json;
use vocab::{FleetName, Nonce};

use super::world::{World, ask, get, post, request};

#[tokio::test]
async fn a_person_signs_in_with_their_key_and_out_again() {
    let world = World::calm();
    let router = world.staff();
    let nonce = world.challenge(&router, 0).await;
    let letter = hex::encode(world.house.ceremony.sign_in(0, nonce).bytes());
    let answer = post(&router, api::path::SIGN_IN, None, &json!({ "letter": letter })).await;
    answer.guarded();
    let session: api::Session = answer.read();
    assert_eq!((session.name.as_str(), session.idle_seconds), ("Ada", 3600));
    assert_eq!(session.person, world.house.ceremony.person(0).to_string());
    let token = Some(session.token.as_str());
    assert_eq!(get(&router, api::path::DEVICES, token).await.status, StatusCode::OK);
    let out = request("POST", api::path::SIGN_OUT, token).body(axum::body::Body::empty()).unwrap();
    assert_eq!(ask(&router, out).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&router, api::path::DEVICES, token).await.problem(), "web/signed-out");
}

#[tokio::test]
async fn a_challenge_works_once() {
    let world = World::calm();
    let router = world.staff();
    let nonce = world.challenge(&router, 0).await;
    let letter = json!({ "letter": hex::encode(world.house.ceremony.sign_in(0, nonce).bytes()) });
    assert_eq!(post(&router, api::path::SIGN_IN, None, &letter).await.status, StatusCode::OK);
    for _ in 0..8 {
        let again = post(&router, api::path::SIGN_IN, None, &letter).await;
        assert_eq!((again.status, again.problem().as_str()), (StatusCode::UNAUTHORIZED, "web/sign-in"));
    }
    let said = world.log("sign-in").await;
    let refused = "Refused(\"control/challenge-answered\")";
    assert_eq!(said, ["Done", refused], "what opened nothing is not written down as done");
}

/// Whoever has no key takes nobody's turn, however busy the fleet is.
#[tokio::test]
async fn letters_that_do_not_hold_keep_nobody_out() {
    let world = World::calm();
    let router = world.staff();
    world.sign_in(&router, 0).await;
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    world.facade.ask(move |_, _| waits.recv(), |_| ());
    let mut said = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let nonce = world.challenge(&router, 0).await;
        let mut bent = world.house.ceremony.sign_in(0, nonce).bytes().to_vec();
        *bent.last_mut().unwrap() ^= 1;
        let (router, letter) = (router.clone(), json!({ "letter": hex::encode(&bent) }));
        said.spawn(async move { post(&router, api::path::SIGN_IN, None, &letter).await.problem() });
    }
    let nonce = world.challenge(&router, 0).await;
    let letter = json!({ "letter": hex::encode(world.house.ceremony.sign_in(0, nonce).bytes()) });
    let good = tokio::spawn(async move { post(&router, api::path::SIGN_IN, None, &letter).await.status });
    while let Some(problem) = said.join_next().await {
        assert_eq!(problem.unwrap(), "web/sign-in", "each is answered although the fleet is busy");
    }
    go_on.send(()).unwrap();
    assert_eq!(good.await.unwrap(), StatusCode::OK);
}

#[tokio::test]
async fn nobody_signs_in_more_often_than_people_do() {
    let world = World::calm();
    let router = world.staff();
    for _ in 0..64 {
        world.sign_in(&router, 0).await;
    }
    let nonce = world.challenge(&router, 0).await;
    let letter = json!({ "letter": hex::encode(world.house.ceremony.sign_in(0, nonce).bytes()) });
    let answer = post(&router, api::path::SIGN_IN, None, &letter).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "web/busy"));
    world.sign_in(&router, 1).await;
    world.pass(Duration::from_mins(2));
    world.sign_in(&router, 0).await;
}

#[tokio::test]
async fn a_challenge_that_came_too_late_is_refused() {
    let world = World::calm();
    let router = world.staff();
    let nonce = world.challenge(&router, 0).await;
    world.pass(Duration::from_mins(2));
    let letter = json!({ "letter": hex::encode(world.house.ceremony.sign_in(0, nonce).bytes()) });
    assert_eq!(post(&router, api::path::SIGN_IN, None, &letter).await.problem(), "web/sign-in");
}

#[tokio::test]
async fn every_way_of_not_being_somebody_is_refused_in_the_same_words() {
    let world = World::calm();
    let router = world.staff();
    let (ceremony, ada) = (&world.house.ceremony, world.house.ceremony.person(0));
    let mine = world.challenge(&router, 0).await;
    let graces = world.challenge(&router, 1).await;
    let ediths = world.challenge(&router, 2).await;
    let elsewhere = FleetName::new("sued").unwrap();
    let mut bent = ceremony.sign_in(0, mine).bytes().to_vec();
    *bent.last_mut().unwrap() ^= 1;
    let letters = [
        ("a challenge that nobody gave", ceremony.sign_in(0, Nonce([9; 32])).bytes().to_vec()),
        ("a challenge for somebody else", ceremony.sign_in(0, graces).bytes().to_vec()),
        ("somebody else's key", ceremony.sign_in_as(1, ada, ceremony.fleet(), mine).bytes().to_vec()),
        ("another fleet", ceremony.sign_in_as(0, ada, &elsewhere, mine).bytes().to_vec()),
        ("a bent signature", bent),
        ("a person without a role", ceremony.sign_in(2, ediths).bytes().to_vec()),
        ("no letter", b"hello".to_vec()),
        ("a letter of another kind", ceremony.keyset().bytes().to_vec()),
    ];
    let mut said = vec![];
    for (name, letter) in letters {
        let answer =
            post(&router, api::path::SIGN_IN, None, &json!({ "letter": hex::encode(&letter) })).await;
        assert_eq!(answer.problem(), "web/sign-in", "{name}");
        said.push(answer.text);
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");

    // None of that used the challenge up.
    let letter = json!({ "letter": hex::encode(ceremony.sign_in(0, mine).bytes()) });
    assert_eq!(post(&router, api::path::SIGN_IN, None, &letter).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_session_ends_when_nobody_asks_and_after_a_day() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let hour = Duration::from_hours(1);
    world.pass(hour.saturating_sub(Duration::from_secs(1)));
    assert_eq!(get(&router, api::path::DEVICES, Some(&token)).await.status, StatusCode::OK);
    world.pass(hour);
    assert_eq!(get(&router, api::path::DEVICES, Some(&token)).await.problem(), "web/signed-out", "idle");

    let token = world.sign_in(&router, 0).await;
    for _ in 0..28 {
        world.pass(Duration::from_mins(50));
        assert_eq!(get(&router, api::path::DEVICES, Some(&token)).await.status, StatusCode::OK);
    }
    world.pass(Duration::from_mins(50));
    assert_eq!(get(&router, api::path::DEVICES, Some(&token)).await.problem(), "web/signed-out", "a day");
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_told_how() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let upper = token.to_uppercase();
    for bad in ["", "Bearer", "Bearer x", &format!("Basic {token}"), &format!("Bearer {upper}"), &token] {
        let request = request("GET", api::path::DEVICES, None).header(header::AUTHORIZATION, bad);
        let answer = ask(&router, request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(answer.problem(), "web/signed-out", "{bad}");
        assert!(answer.headers[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer"));
        assert!(!answer.text.contains(&token), "a secret is not repeated");
    }
    let twice = request("GET", api::path::DEVICES, Some(&token));
    let twice = twice.header(header::AUTHORIZATION, format!("Bearer {token}"));
    let answer = ask(&router, twice.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.problem(), "web/signed-out", "two tokens are none");
    let in_address = format!("{}?token={token}", api::path::DEVICES);
    assert_eq!(
        get(&router, &in_address, None).await.problem(),
        "web/signed-out",
        "an address holds no secret"
    );
}
