//! Accounts: how somebody gets one, comes in by it, and what they may then.

use std::time::Duration;

use access::Role;
use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{
    visitor::{Browser, PASSWORD, granted, password},
    world::{Answer, World, ask, at, fleetwide, get, post, request},
};
use crate::{Complexity, Hasher, Policy};

async fn redeem(router: &axum::Router, body: &Value) -> Answer {
    post(router, api::path::REDEEM, None, body).await
}

async fn delete(router: &axum::Router, path: &str, token: &str) -> Answer {
    ask(router, request("DELETE", path, Some(token)).body(axum::body::Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_once_and_invites_everybody_else() {
    let world = World::calm();
    let router = world.serve(&[]);
    let link = world.first_word().await.unwrap();
    let nameless = redeem(&router, &json!({ "token": link, "password": PASSWORD })).await;
    assert_eq!(nameless.problem(), "web/value");
    let body = json!({ "token": link, "name": "ada", "password": PASSWORD, "hold": "token" });
    let wrong = json!({ "token": "0".repeat(64), "name": "ada", "password": PASSWORD });
    assert_eq!(redeem(&router, &wrong).await.problem(), "access/invitation");
    let ada: api::Session = redeem(&router, &body).await.read();
    assert_eq!(redeem(&router, &body).await.problem(), "access/invitation", "once");
    let me: api::Me = get(&router, api::path::ME, Some(&ada.token)).await.read();
    assert_eq!((me.name.as_str(), me.grants.len(), me.grants[0].role.as_str()), ("ada", 1, "admin"));
    assert_eq!(me.may["person"], ["grant", "view"]);

    let viewer = json!([granted("viewer", &["harbour"])]);
    let (grace, token) = world.newcomer(&router, &ada.token, "grace", &viewer).await;
    assert_eq!(get(&router, api::path::DEVICES, Some(&token)).await.status, StatusCode::OK);
    assert_eq!(get(&router, api::path::AUDIT_CHECKPOINT, Some(&token)).await.problem(), "access/refused");
    let people: api::People = get(&router, api::path::PEOPLE, Some(&ada.token)).await.read();
    let listed: Vec<_> = people.people.iter().map(|one| (one.name.as_str(), one.password)).collect();
    assert_eq!(listed, [("ada", true), ("grace", true)]);
    assert_eq!(people.people[1].id, grace);
    assert_eq!(world.first_word().await, None, "there is somebody who decides who is who");
    let said = world.log("grant").await;
    assert_eq!(said, ["Done"], "and it is written down");
}

#[tokio::test]
async fn the_first_link_is_over_in_a_quarter_of_an_hour_and_useless_once_there_is_an_administrator() {
    let world = World::calm();
    let (router, grace) = world.administered(vec![]).await;
    // The link was made while nobody was an administrator; now Grace is one, by her key.
    let link = world.first_word().await.unwrap();
    let body = json!({ "token": link, "name": "mallory", "password": PASSWORD });
    assert_eq!(redeem(&router, &body).await.problem(), "access/invitation");
    assert_eq!(get(&router, api::path::PEOPLE, Some(&grace)).await.status, StatusCode::OK);

    let alone = world.serve(&[]);
    world.pass(control::fleet::FIRST_WITHIN);
    assert_eq!(redeem(&alone, &body).await.problem(), "access/invitation", "over");
}

#[tokio::test]
async fn somebody_comes_in_by_name_and_password_and_everything_else_has_one_answer() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (person, _) = world.newcomer(&router, &admin, "Ada Lovelace", &json!([granted("viewer", &[])])).await;
    let good = password(&router, " ada lovelace", PASSWORD).await;
    let session: api::Session = good.read();
    assert_eq!((session.person, session.name.as_str()), (person, "Ada Lovelace"));
    let refused = |answer: &Answer| (answer.problem(), answer.status, answer.text.clone());
    let wrong = refused(&password(&router, "Ada Lovelace", "copper-violin-moss-lanterN").await);
    assert_eq!((wrong.0.as_str(), wrong.1), ("web/sign-in", StatusCode::UNAUTHORIZED));
    for (name, word) in [("nobody", PASSWORD), ("Ada Lovelace", ""), ("", ""), ("person 1", PASSWORD)] {
        assert_eq!(refused(&password(&router, name, word).await), wrong, "{name:?}");
    }
    for field in [("n".repeat(129), "x".to_owned()), ("n".into(), "x".repeat(1025))] {
        assert_eq!(password(&router, &field.0, &field.1).await.problem(), "web/value");
    }
}

#[tokio::test]
async fn somebody_without_a_role_does_not_come_in_and_somebody_kept_out_neither() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (person, token) = world.newcomer(&router, &admin, "ada", &json!([granted("viewer", &[])])).await;
    let path = api::path::filled(api::path::PERSON, &person);
    let change = async |body: Value| {
        let request = request("PATCH", &path, Some(&admin)).header(header::CONTENT_TYPE, "application/json");
        ask(&router, request.body(axum::body::Body::from(body.to_string())).unwrap()).await
    };
    assert_eq!(change(json!({ "disabled": true })).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&router, api::path::ME, Some(&token)).await.problem(), "web/signed-out", "at once");
    assert_eq!(password(&router, "ada", PASSWORD).await.problem(), "web/sign-in");
    assert_eq!(change(json!({ "disabled": false })).await.status, StatusCode::NO_CONTENT);
    assert_eq!(password(&router, "ada", PASSWORD).await.status, StatusCode::OK, "and in again");
    assert_eq!(change(json!({ "grants": [] })).await.status, StatusCode::NO_CONTENT);
    assert_eq!(password(&router, "ada", PASSWORD).await.problem(), "web/sign-in");
    assert_eq!(change(json!({})).await.problem(), "web/shape");
    for bad in [
        json!({ "grants": [granted("root", &[])] }),
        json!({ "grants": [{ "role": "viewer", "sites": [] }] }),
    ] {
        assert_eq!(change(bad).await.problem(), "web/value");
    }
    let nobody = api::path::filled(api::path::PERSON_INVITE, "per_aaaaaaaaaaaaaaaaaaaaaaaaaa");
    let absent = post(&router, &nobody, Some(&admin), &json!({})).await;
    assert_eq!(absent.problem(), "access/refused");
}

#[tokio::test]
async fn a_password_is_judged_when_it_is_set() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let body = json!({ "name": "lovelace", "grants": [granted("viewer", &[])] });
    let invited = post(&router, api::path::PEOPLE, Some(&admin), &body).await.json();
    let set =
        async |word: &str| redeem(&router, &json!({ "token": invited["token"], "password": word })).await;
    for bad in
        ["", "short", "copper-violin", "passwordpassword1", "lovelace-nord-wrale", "aaaaaaaaaaaaaaaaaaaa"]
    {
        let answer = set(bad).await;
        assert_eq!(answer.problem(), "web/value", "{bad}");
        assert!(!answer.text.contains(bad) || bad.is_empty(), "a problem repeats no password");
    }
    assert_eq!(set("Медь, скрипка и мох 🎻").await.status, StatusCode::OK, "any characters");
    let taken =
        post(&router, api::path::PEOPLE, Some(&admin), &json!({ "name": "LOVELACE", "grants": [] })).await;
    assert_eq!(taken.problem(), "access/name-taken");
    let key =
        post(&router, api::path::PEOPLE, Some(&admin), &json!({ "name": "Person 1", "grants": [] })).await;
    assert_eq!(key.problem(), "web/value", "nor a name of the configuration");
}

/// Each key of the configuration, flipped alone, at the door itself.
#[tokio::test]
async fn what_is_configured_is_what_is_asked() {
    let mut world = World::calm();
    let usual = Policy::default();
    let accepted = async |world: &World, policy: Policy, word: &str| {
        let router = world.serve_with(&[(1, vec![fleetwide(Role::Admin)])], policy);
        let admin = world.sign_in(&router, 1).await;
        let name = format!("somebody {}", world.hasher.evaluated() + world.counted());
        let body = json!({ "name": name, "grants": [granted("viewer", &[])] });
        let invited = post(&router, api::path::PEOPLE, Some(&admin), &body).await.json();
        redeem(&router, &json!({ "token": invited["token"], "password": word })).await.status
            == StatusCode::OK
    };
    let (fifteen, guessable) = ("copper-violin-m", "passwordsunshine");
    assert!(accepted(&world, usual, fifteen).await);
    assert!(!accepted(&world, Policy { min_length: 16, ..usual }, fifteen).await, "min_length");
    let score = zxcvbn::zxcvbn(guessable, &[]).score();
    assert!((zxcvbn::Score::One..zxcvbn::Score::Three).contains(&score), "{score}");
    assert!(!accepted(&world, usual, guessable).await);
    assert!(accepted(&world, Policy { complexity: Complexity::Low, ..usual }, guessable).await, "complexity");

    world.lasting.idle = Duration::from_mins(2);
    let (router, admin) = world.administered(vec![]).await;
    world.pass(Duration::from_mins(2));
    assert_eq!(
        get(&router, api::path::ME, Some(&admin)).await.problem(),
        "web/signed-out",
        "session_timeout"
    );
    world.lasting = access::session::Lasting { longest: Duration::from_mins(3), ..Default::default() };
    let (router, admin) = world.administered(vec![]).await;
    let token = json!({ "name": "ci", "grants": [], "minutes": 4 });
    assert_eq!(
        post(&router, api::path::MY_TOKENS, Some(&admin), &token).await.problem(),
        "access/token-life"
    );
    world.pass(Duration::from_mins(3));
    assert_eq!(get(&router, api::path::ME, Some(&admin)).await.problem(), "web/signed-out", "token_expiry");
}

#[tokio::test]
async fn somebody_sees_who_they_are_and_where_they_are_signed_in_and_ends_it() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (_, one) = world.newcomer(&router, &admin, "ada", &json!([granted("operator", &["harbour"])])).await;
    world.pass(Duration::from_mins(2));
    let two = password(&router, "ada", PASSWORD).await.read::<api::Session>().token;
    let lines: api::me::Lines = get(&router, api::path::MY_SESSIONS, Some(&two)).await.read();
    let seen: Vec<_> = lines.sessions.iter().map(|line| (line.age_seconds, line.this)).collect();
    assert_eq!(seen, [(0, true), (120, false)]);
    let other = api::path::filled(api::path::MY_SESSION, &lines.sessions[1].id);
    assert_eq!(delete(&router, &other, &admin).await.problem(), "access/refused", "somebody else's");
    assert_eq!(delete(&router, &other, &two).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&router, api::path::ME, Some(&one)).await.problem(), "web/signed-out");
    let me: api::Me = get(&router, api::path::ME, Some(&two)).await.read();
    assert_eq!(me.may["device"], ["arm", "propose", "suspend", "view"]);
    assert!(me.factors.password && !me.factors.codes && me.session.unwrap().this);
}

#[tokio::test]
async fn whether_one_may_is_answered_as_the_routes_answer() {
    let world = World::calm();
    let device = world.device.to_string();
    let router = world.serve(&[(1, vec![at(Role::Operator, "harbour"), fleetwide(Role::Auditor)])]);
    let token = world.sign_in(&router, 1).await;
    let may = async |body: Value| {
        let answer = post(&router, api::path::CHECK, Some(&token), &body).await;
        if answer.status == StatusCode::OK { answer.json()["allowed"].as_bool() } else { None }
    };
    let check = |action: &str, kind: &str| json!({ "action": action, "kind": kind });
    let with = |mut body: Value, name: &str, value: &str| {
        body[name] = value.into();
        body
    };
    assert_eq!(may(with(check("arm", "device"), "device", &device)).await, Some(true));
    assert_eq!(may(with(check("revoke", "device"), "device", &device)).await, Some(false));
    assert_eq!(may(with(check("arm", "device"), "site", "harbour")).await, Some(true));
    assert_eq!(may(with(check("arm", "device"), "site", "desert")).await, Some(false));
    assert_eq!(may(check("arm", "device")).await, Some(false), "not everywhere");
    assert_eq!(may(check("export", "audit")).await, Some(true));
    let absent = with(check("view", "device"), "device", "dev_aaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(may(absent).await, Some(false), "of what does not exist");
    let elsewhere = with(with(check("arm", "device"), "device", &device), "site", "desert");
    assert_eq!(may(elsewhere).await, Some(false));
    for bad in [check("fly", "device"), check("arm", "moon"), with(check("arm", "device"), "device", "x")] {
        assert_eq!(may(bad).await, None);
    }
}

#[tokio::test]
async fn a_browser_is_told_nothing_that_a_script_could_keep() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    world.newcomer(&router, &admin, "ada", &json!([granted("viewer", &[])])).await;
    let mut browser = Browser::new(&router);
    let answer = browser.sign_in("ada").await;
    let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.starts_with("__Host-wrale="), "{set}");
    assert!(set.ends_with("; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict; Secure"), "{set}");
    assert!(!answer.text.contains("token") && browser.cookie.as_ref().is_some_and(|it| it.len() == 13 + 64));
    assert_eq!(browser.get(api::path::ME).await.status, StatusCode::OK);
    let out = browser.send("POST", api::path::SIGN_OUT, None).await;
    assert_eq!((out.status, &browser.cookie), (StatusCode::NO_CONTENT, &None));
    // What is shipped costs what is advised: it is what makes guessing a copy of the table slow.
    let shipped = Hasher::new(crate::Cost::default(), [1; 32]);
    assert_eq!(shipped.evaluated(), 0);
}
