//! What the roster does to sessions: whoever came in with a key that is no longer theirs is out, at once.

use std::time::Duration;

use access::Role;
use axum::http::StatusCode;
use crypto::hex;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::{
    live::{bearer, knock, next, open},
    visitor::{PASSWORD, granted},
    world::{World, fleetwide, get, post},
};

/// The fleet obeys this roster from now on.
macro_rules! obeys {
    ($world:expr, $roster:expr) => {{
        let roster = $world.house.ceremony.believed($roster);
        $world.asks(move |fleet, now| fleet.take_roster(roster, now)).await.unwrap();
    }};
}

/// What whoever has this token is told when they ask for the boxes.
async fn told(router: &axum::Router, token: &str) -> StatusCode {
    get(router, api::path::DEVICES, Some(token)).await.status
}

#[tokio::test]
async fn a_stolen_key_that_was_replaced_has_no_session_any_more() {
    let world = World::calm();
    let router = world.staff();
    let (thief, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let ceremony = &world.house.ceremony;
    let new = ceremony.person_key(2);
    let replaced = ceremony.roster_changed(2, |people| {
        people.remove(2);
        people[0].keys = vec![new];
    });
    obeys!(world, replaced);
    assert_eq!(told(&router, &thief).await, StatusCode::UNAUTHORIZED);
    assert_eq!(told(&router, &grace).await, StatusCode::OK, "nothing changed for her");

    // With the new key Ada is herself again.
    let nonce = world.challenge(&router, 0).await;
    let letter = ceremony.sign_in_as(2, ceremony.person(0), ceremony.fleet(), nonce);
    let answer = json!({ "letter": hex::encode(letter.bytes()) });
    let session = post(&router, api::path::SIGN_IN, None, &answer);
    let session: api::Session = session.await.read();
    assert_eq!(told(&router, &session.token).await, StatusCode::OK);
    let mine = get(&router, api::path::MY_SESSIONS, Some(&session.token)).await.json();
    assert_eq!(mine["sessions"].as_array().unwrap().len(), 1, "what is over is not listed: {mine}");
}

/// Nobody asked anything while they were out: to be taken back is not to go on.
#[tokio::test]
async fn whoever_is_put_out_and_taken_back_signs_in_anew() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let ceremony = &world.house.ceremony;
    obeys!(world, ceremony.roster_of(2, &[1, 2]));
    obeys!(world, ceremony.roster_of(3, &[0, 1, 2]));
    assert_eq!(told(&router, &token).await, StatusCode::UNAUTHORIZED);
    let again = world.sign_in(&router, 0).await;
    assert_eq!(told(&router, &again).await, StatusCode::OK);
}

#[tokio::test]
async fn a_roster_that_changes_somebody_else_ends_nobody_s_session() {
    let world = World::calm();
    let router = world.staff();
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let ceremony = &world.house.ceremony;
    obeys!(world, ceremony.roster_of(2, &[0, 1]));
    // A second key, fewer rights, another order: the key by which she came in is still hers.
    let more = ceremony.person_key(2);
    let changed = ceremony.roster_changed(3, |people| {
        people.remove(2);
        people[0].keys.insert(0, more);
        people[0].may.pop();
        people.reverse();
    });
    obeys!(world, changed);
    assert_eq!((told(&router, &ada).await, told(&router, &grace).await), (StatusCode::OK, StatusCode::OK));
}

/// A session goes on under another name when its person changes how they come in, and by the same key.
#[tokio::test]
async fn a_stolen_key_does_not_outlive_itself_by_a_change_of_the_account() {
    let world = World::calm();
    let router = world.staff();
    let thief = world.sign_in(&router, 0).await;
    let set = json!({ "password": PASSWORD });
    let renamed: api::Session = post(&router, api::path::MY_PASSWORD, Some(&thief), &set).await.read();
    assert_eq!(told(&router, &renamed.token).await, StatusCode::OK);
    let ceremony = &world.house.ceremony;
    obeys!(world, ceremony.roster_of(2, &[1, 2]));
    obeys!(world, ceremony.roster_of(3, &[0, 1, 2]));
    assert_eq!(told(&router, &renamed.token).await, StatusCode::UNAUTHORIZED);
}

/// Whoever came in by an account stays in: no key of the roster opened their session.
#[tokio::test]
async fn a_roster_ends_no_session_that_an_account_opened() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (_, joan) = world.newcomer(&router, &admin, "joan", &json!([granted("operator", &[])])).await;
    obeys!(world, world.house.ceremony.roster_of(2, &[0, 1]));
    assert_eq!(told(&router, &joan).await, StatusCode::OK);
}

/// What a roster does to the sockets of Ada and Grace: hers ends before the next beat, by the clock of the wall, and
/// the other stands.
async fn ends_hers_alone(comes: impl AsyncFnOnce(&World)) {
    let world = World::calm();
    let grants = || vec![fleetwide(Role::Operator)];
    let router = world.serve(&[(0, grants()), (1, grants())]);
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let mut hers = open(&router, &ada).await;
    let mut other = knock(&router, &bearer(&grace), 4096).await.unwrap();
    next(&mut hers).await.unwrap();
    comes(&world).await;
    let ends = timeout(Duration::from_secs(10), next(&mut hers)).await;
    assert_eq!(ends.expect("it ends before the next beat"), None);
    other.send(Message::Ping(vec![7].into())).await.unwrap();
    while other.next().await.expect("the other stands").unwrap() != Message::Pong(vec![7].into()) {}
}

#[tokio::test]
async fn a_socket_ends_at_once_when_its_key_is_put_out_and_no_other_does() {
    ends_hers_alone(async |world| obeys!(world, world.house.ceremony.roster_of(2, &[1, 2]))).await;
}

/// Ada is who she was and may what she might: her key is another.
#[tokio::test]
async fn a_socket_ends_at_once_when_the_key_that_opened_it_is_replaced() {
    ends_hers_alone(async |world| {
        let new = world.house.ceremony.person_key(2);
        let replaced = world.house.ceremony.roster_changed(2, |people| {
            people.remove(2);
            people[0].keys = vec![new];
        });
        obeys!(world, replaced);
    })
    .await;
}
