//! Message × role × site at the live link, from the upgrade to the frames: who hears which part of a change.
//!
//! The parts are the fields of the message itself: one that has no row here fails.

use std::time::Duration;

use access::{Action, Grant, Kind, Role, matrix::roles};
use api::News;
use axum::{Router, http::StatusCode};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{
    live::{Socket, bearer, knock, next, open},
    visitor::granted,
    world::{World, at, fleetwide, get, post},
};

/// To whom a part of a message is told.
#[derive(Clone, Copy)]
enum Told {
    /// It says nothing of anything.
    Everybody,
    /// Whoever may view what it names.
    Viewers(Kind),
}

/// Every part of a message.
const PARTS: &[(&str, Told)] = &[
    ("all", Told::Everybody),
    ("devices", Told::Viewers(Kind::Device)),
    ("incidents", Told::Viewers(Kind::Incident)),
    ("now", Told::Everybody),
    ("sites", Told::Viewers(Kind::Device)),
];

#[test]
fn every_part_of_a_message_has_a_row() {
    let Value::Object(parts) = serde_json::to_value(News::default()).unwrap() else { panic!("an object") };
    let mut parts: Vec<_> = parts.keys().map(String::as_str).collect();
    parts.sort_unstable();
    assert_eq!(parts, PARTS.iter().map(|(part, _)| *part).collect::<Vec<_>>());
}

/// What is told next that names anything, until so much time has passed. What was told before waits, and is read in
/// none.
async fn hears(socket: &mut Socket, within: Duration) -> Value {
    let began = Instant::now();
    while began.elapsed() <= within {
        let told = next(socket).await.expect("the link stands");
        if told.all || !told.devices.is_empty() || !told.sites.is_empty() || !told.incidents.is_empty() {
            return serde_json::to_value(told).unwrap();
        }
    }
    Value::Null
}

/// All that is told, in one message or in several: an incident may be told of after its box.
async fn everything(socket: &mut Socket) -> Value {
    let mut told = Value::Null;
    loop {
        let more = hears(socket, BEATS).await;
        if more == Value::Null {
            return told;
        }
        if told == Value::Null {
            told = more;
            continue;
        }
        for part in ["devices", "incidents", "sites"] {
            let known = told[part].as_array_mut().unwrap();
            let new = more[part].as_array().unwrap().iter().filter(|name| !known.contains(name));
            let new: Vec<_> = new.cloned().collect();
            known.extend(new);
        }
        told["all"] = json!(told["all"] == true || more["all"] == true);
    }
}

/// Long enough for whatever is told to have come.
const BEATS: Duration = Duration::from_mins(1);

#[tokio::test(start_paused = true)]
async fn every_part_of_a_message_is_heard_by_whom_the_matrix_lets_see_it_and_by_nobody_else() {
    let world = World::opened();
    let (device, incident) = (world.device.to_string(), world.incident().to_string());
    let mut listeners = vec![];
    for role in Role::ALL {
        let places: [(&str, Grant); 3] =
            [("fleet", fleetwide(role)), ("harbour", at(role, "harbour")), ("desert", at(role, "desert"))];
        for (place, grant) in places {
            let router = world.serve(&[(0, vec![fleetwide(Role::Security)]), (1, vec![grant])]);
            let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
            let (all, mut socket) = (open(&router, &ada).await, open(&router, &grace).await);
            assert_eq!(
                hears(&mut socket, Duration::ZERO).await,
                Value::Null,
                "the first message says that the link stands"
            );
            listeners.push((role, place, all, socket));
        }
    }
    // One change of a box and of an incident, both at the harbour.
    let router = world.staff();
    let ada = world.sign_in(&router, 0).await;
    let body = json!({ "reason": "retired" });
    let revoked = post(&router, "/v1/devices/dev-07/revoke", Some(&ada), &body).await;
    assert_eq!(revoked.status, StatusCode::OK, "{revoked:?}");
    world.pass(Duration::from_secs(1));
    world.commits.send_modify(|commits| *commits += 1);

    let (mut heard, mut silent) = (0, 0);
    for (role, place, mut all, mut socket) in listeners {
        // Both are told at once: when one has heard it all, nothing is on its way to the other any more.
        let mut last = Value::Null;
        while !last["incidents"].as_array().is_some_and(|named| named.contains(&json!(incident))) {
            last = hears(&mut all, Duration::MAX).await;
        }
        let told = everything(&mut socket).await;
        for (part, rule) in PARTS {
            let Told::Viewers(kind) = *rule else { continue };
            let allowed = roles(Action::View, kind).contains(&role) && place != "desert";
            let expected = match *part {
                "devices" => &device,
                "incidents" => &incident,
                _ => "harbour",
            };
            let named = told.get(*part).and_then(Value::as_array).cloned().unwrap_or_default();
            let wanted = if allowed { vec![json!(expected)] } else { vec![] };
            assert_eq!(named, wanted, "{part} for {role:?} of {place}: {told}");
            *if allowed { &mut heard } else { &mut silent } += 1;
        }
        assert!(
            told == Value::Null || place != "desert" && told["all"] == false,
            "{role:?} of {place}: {told}"
        );
    }
    assert!(heard > 20 && silent > 15, "{heard} heard, {silent} not");
}

/// Whoever is not let in is told the same as at every other route that takes a session, word by word.
#[tokio::test]
async fn whoever_is_kept_out_of_the_link_is_told_what_they_are_told_elsewhere() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (person, joan) = world.newcomer(&router, &admin, "joan", &json!([granted("viewer", &[])])).await;
    let gone = world.sign_in(&router, 1).await;
    post(&router, api::path::SIGN_OUT, Some(&gone), &json!({})).await;
    let path = api::path::filled(api::path::PERSON, &person);
    let disabled = super::world::request("PATCH", &path, Some(&admin))
        .header("content-type", "application/json")
        .body(r#"{"disabled":true}"#.into());
    let disabled = super::world::ask(&router, disabled.unwrap()).await;
    assert!(disabled.status.is_success(), "{disabled:?}");
    let program = format!("wrale_{}", "00".repeat(32));
    for token in [&gone, &joan, &"00".repeat(32), &"nonsense".to_owned(), &program] {
        let (code, body) = refused(&router, token).await;
        let elsewhere = get(&router, api::path::ME, Some(token)).await;
        assert_eq!((code, body.as_str()), (elsewhere.status.as_u16(), elsewhere.text.as_str()), "{token}");
        assert_eq!(elsewhere.problem(), "web/signed-out");
    }
    // Whoever has a session and asks for another protocol, or for none, is no socket of ours.
    let plain = get(&router, api::path::LIVE, Some(&admin)).await;
    assert_eq!(plain.problem(), "web/no-socket");
}

async fn refused(router: &Router, token: &str) -> (u16, String) {
    match knock(router, &bearer(token), 4096).await {
        Err(Error::Http(refused)) => {
            let body = refused.body().clone().unwrap_or_default();
            (refused.status().as_u16(), String::from_utf8(body).unwrap())
        }
        other => panic!("it is let in: {:?}", other.is_ok()),
    }
}

/// The link asks nothing and takes nothing: whatever is sent is neither answered nor obeyed, and more of it than
/// anybody needs ends the link.
#[tokio::test(start_paused = true)]
async fn whatever_is_sent_is_answered_by_nothing() {
    let world = World::opened();
    let router = world.serve(&[(1, vec![at(Role::Viewer, "desert")])]);
    let token = world.sign_in(&router, 1).await;
    let mut socket = open(&router, &token).await;
    next(&mut socket).await.unwrap();
    let asks = format!(r#"{{"devices":["{}"],"all":true}}"#, world.device);
    for message in
        [Message::Text(asks.into()), Message::Binary(vec![0xa0].into()), Message::Ping(vec![1].into())]
    {
        socket.send(message).await;
    }
    assert_eq!(hears(&mut socket, BEATS).await, Value::Null);
    socket.send(Message::Text("x".repeat(2_000).into())).await;
    assert_eq!(next(&mut socket).await, None);
}
