//! Tokens in the wrong hands, and roles that somebody would rather have.

use std::{fs::File, time::Duration};

use access::Role;
use axum::{
    Router,
    body::Body,
    http::{StatusCode, header},
};
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use super::{
    visitor::{PASSWORD, granted, password},
    world::{Answer, World, ask, at, fleetwide, get, post, request},
};

async fn send(router: &Router, method: &str, path: &str, token: &str, body: &Value) -> Answer {
    let request = request(method, path, Some(token)).header(header::CONTENT_TYPE, "application/json");
    ask(router, request.body(Body::from(body.to_string())).unwrap()).await
}

/// What somebody may at this moment, as they are told.
async fn may(router: &Router, token: &str) -> Value {
    get(router, api::path::ME, Some(token)).await.json()["may"].clone()
}

/// A51: a token that is replayed after its session is over, however it ended.
#[tokio::test]
async fn a_token_is_worth_nothing_after_its_session() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let viewer = json!([granted("viewer", &[])]);
    let (person, token) = world.newcomer(&router, &admin, "ada", &viewer).await;
    let over =
        async |token: &str| get(&router, api::path::ME, Some(token)).await.problem() == "web/signed-out";
    let again = async || password(&router, "ada", PASSWORD).await.read::<api::Session>().token;

    send(&router, "POST", api::path::SIGN_OUT, &token, &json!({})).await;
    assert!(over(&token).await, "after signing out");

    let token = again().await;
    let path = api::path::filled(api::path::PERSON, &person);
    let grants = json!({ "grants": [granted("auditor", &[])] });
    assert_eq!(send(&router, "PATCH", &path, &admin, &grants).await.status, StatusCode::NO_CONTENT);
    assert!(over(&token).await, "after a role was taken");

    let token = again().await;
    for _ in 0..30 {
        world.pass(Duration::from_mins(50));
        get(&router, api::path::ME, Some(&token)).await;
    }
    assert!(over(&token).await, "after a day, however busy it was");

    // The twin: a session that is used stands.
    let token = again().await;
    world.pass(Duration::from_mins(50));
    assert_eq!(get(&router, api::path::ME, Some(&token)).await.status, StatusCode::OK);
}

/// A51: every signed token that the world knows good and bad ones of, by whatever algorithm and key it says it is.
#[tokio::test]
async fn no_signed_token_is_anybody_s() {
    let Some(folder) = data::find("wycheproof") else { return };
    let file = File::open(folder.join("json_web_signature_test.json.gz")).unwrap();
    let suite: Value = serde_json::from_reader(GzDecoder::new(file)).unwrap();
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let mut judged = 0;
    for group in suite["testGroups"].as_array().unwrap() {
        for case in group["tests"].as_array().unwrap() {
            let token = case["jws"].as_str().unwrap();
            for token in [token, &format!("wrale_{token}")] {
                let answer = get(&router, api::path::ME, Some(token)).await;
                assert_eq!(
                    (answer.status, answer.problem().as_str()),
                    (StatusCode::UNAUTHORIZED, "web/signed-out"),
                    "{case}"
                );
            }
            judged += 1;
        }
    }
    assert_eq!(Some(judged), suite["numberOfTests"].as_u64());
    assert_eq!(get(&router, api::path::ME, Some(&admin)).await.status, StatusCode::OK);
}

/// There is no token that says anything of itself: what looks like one is no token.
#[tokio::test]
async fn tokens_that_speak_for_themselves_are_nobody_s() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.";
    let confused = "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2Rldi9udWxsIn0.eyJzdWIiOiJhZG1pbiJ9.c2ln";
    let (upper, short, long) = (admin.to_uppercase(), &admin[..63], format!("{admin}0"));
    for token in
        [none, confused, &upper, short, &long, "", "wrale_", &format!("wrale_{admin}"), "' OR 1=1 --"]
    {
        assert_eq!(get(&router, api::path::ME, Some(token)).await.problem(), "web/signed-out", "{token}");
    }
    for scheme in ["Basic", "Token", "bearer\u{a0}"] {
        let request =
            request("GET", api::path::ME, None).header(header::AUTHORIZATION, format!("{scheme} {admin}"));
        assert_eq!(ask(&router, request.body(Body::empty()).unwrap()).await.problem(), "web/signed-out");
    }
}

/// A53: nobody comes to more than was granted to them: not by a grant, not by a token, not by a token's token.
#[tokio::test]
async fn nobody_gives_themselves_what_they_have_not() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let me: api::Me = get(&router, api::path::ME, Some(&admin)).await.read();
    let myself = api::path::filled(api::path::PERSON, &me.person);
    let before = may(&router, &admin).await;
    // What gives nothing is refused, and blames nobody.
    let again = api::path::filled(api::path::PERSON_INVITE, &me.person);
    for (method, path, body) in [("PATCH", &myself, json!({ "disabled": true })), ("POST", &again, json!({}))]
    {
        assert_eq!(send(&router, method, path, &admin, &body).await.problem(), "access/refused");
    }
    assert_eq!(world.told("escalation").await, [""; 0]);
    let everything = json!({ "grants": [granted("security", &[])] });
    assert_eq!(send(&router, "PATCH", &myself, &admin, &everything).await.problem(), "access/refused");
    assert_eq!(send(&router, "PATCH", &myself, &admin, &everything).await.problem(), "access/refused");
    assert_eq!(may(&router, &admin).await, before);
    let said = world.log("permit").await;
    assert!(said.iter().any(|outcome| outcome.contains("self grant")), "{said:?}");
    assert_eq!(world.told("escalation").await.len(), 1, "twice in a session is one incident");

    let operator = json!([granted("operator", &["harbour"])]);
    let (person, ada) = world.newcomer(&router, &admin, "ada", &operator).await;
    let path = api::path::filled(api::path::PERSON, &person);
    assert_eq!(send(&router, "PATCH", &path, &ada, &everything).await.problem(), "access/refused");
    let body = json!({ "name": "mallory", "grants": [granted("admin", &[])] });
    assert_eq!(send(&router, "POST", api::path::PEOPLE, &ada, &body).await.problem(), "access/refused");

    assert!(
        world.told("escalation").await.iter().any(|sentence| sentence.starts_with("ada reached for rights"))
    );
}

#[tokio::test]
async fn whoever_reached_for_rights_does_not_close_what_tells_of_it() {
    let world = World::calm();
    let operator = || vec![fleetwide(Role::Operator)];
    let router = world.serve(&[(0, operator()), (1, operator())]);
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let wider = json!({ "name": "ci", "grants": [granted("admin", &[])] });
    assert_eq!(post(&router, api::path::MY_TOKENS, Some(&ada), &wider).await.problem(), "access/token-wider");
    let all: api::Incidents = get(&router, api::path::INCIDENTS, Some(&ada)).await.read();
    let [told] = &all.incidents[..] else { panic!("{all:?}") };
    let closes = json!({ "outcome": "false", "reason": "nothing" });
    let close = api::path::filled(api::path::CLOSE, &told.id);
    for (who, closed, offered) in [(&ada, 409, false), (&grace, 200, true)] {
        let page = get(&router, &format!("/incidents/{}", told.id), Some(who)).await;
        assert_eq!(page.text.contains(&close), offered);
        assert_eq!(post(&router, &close, Some(who), &closes).await.status.as_u16(), closed);
    }
}

/// Whoever may give roles at one site alone gives none: people belong to no site, and no page offers it.
#[tokio::test]
async fn a_page_offers_no_rights_that_whoever_reads_it_cannot_give() {
    let world = World::calm();
    let reads = fleetwide(Role::Security);
    for (admin, offered) in [(at(Role::Admin, "harbour"), false), (fleetwide(Role::Admin), true)] {
        let router = world.serve(&[(0, vec![reads.clone(), admin])]);
        let token = world.sign_in(&router, 0).await;
        let page = get(&router, "/people", Some(&token)).await;
        assert_eq!((page.status, page.text.contains("data-shows=\"invited\"")), (StatusCode::OK, offered));
    }
}

/// A53: nobody makes a token that may more than they may, and whoever tries is told of.
#[tokio::test]
async fn a_token_gives_nothing_that_its_maker_does_not_have() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (_, ada) = world.newcomer(&router, &admin, "ada", &json!([granted("operator", &["harbour"])])).await;
    let asked = |grants: Value| json!({ "name": "ci", "grants": grants });
    let ask = async |grants| post(&router, api::path::MY_TOKENS, Some(&ada), &asked(grants)).await;

    // The twin: a role of hers, at her site or wherever she has it.
    let narrow = ask(json!([granted("operator", &["harbour"])])).await;
    assert_eq!(narrow.status, StatusCode::CREATED);
    let token: api::me::IssuedToken = ask(json!([granted("operator", &[])])).await.read();
    assert_eq!(may(&router, &token.token).await, may(&router, &ada).await);
    assert_eq!(get(&router, api::path::PEOPLE, Some(&token.token)).await.problem(), "access/refused");
    let elsewhere = json!({ "action": "arm", "kind": "device", "site": "desert" });
    let checked = post(&router, api::path::CHECK, Some(&token.token), &elsewhere).await;
    assert_eq!(checked.json()["allowed"], false);
    assert_eq!(world.told("escalation").await, [""; 0], "nobody reached for anything");

    // A slip: to look, or to do elsewhere what she may here.
    let own = granted("operator", &["harbour"]);
    let slips = [json!([granted("viewer", &[])]), json!([granted("operator", &["harbour", "desert"])])];
    let wider = [json!([granted("admin", &[])]), json!([own, granted("security", &["harbour"])])];
    for (asked, incidents) in slips.map(|asked| (asked, 0)).into_iter().chain(wider.map(|asked| (asked, 1))) {
        let refused = ask(asked).await;
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (StatusCode::CONFLICT, "access/token-wider")
        );
        assert_eq!(world.told("escalation").await.len(), incidents);
    }
    let said = world.log("permit").await;
    let wider = said.iter().filter(|outcome| outcome.contains("wider token"));
    assert_eq!(wider.count(), 2, "once for each: {said:?}");
    let tokens: api::me::ApiTokens = get(&router, api::path::MY_TOKENS, Some(&ada)).await.read();
    assert_eq!(tokens.tokens.len(), 2, "what was refused was not made");
}

/// A program holds less than its maker, for a while, and nothing by which it could last.
#[tokio::test]
async fn a_program_may_what_its_token_says_and_makes_nothing_of_it() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let both = json!([granted("operator", &[]), granted("auditor", &[])]);
    let (person, ada) = world.newcomer(&router, &admin, "ada", &both).await;
    let viewer = json!({ "name": "ci", "grants": [granted("auditor", &[])], "minutes": 90 });
    let issued: api::me::IssuedToken = post(&router, api::path::MY_TOKENS, Some(&ada), &viewer).await.read();
    let program = issued.token.as_str();
    assert!(program.starts_with("wrale_") && program.len() == 6 + 64, "people know one when they see it");
    assert_eq!(get(&router, api::path::DEVICES, Some(program)).await.status, StatusCode::OK);
    let arm = api::path::filled(api::path::ARM, &world.device.to_string());
    let armed = json!({ "arming": "armed" });
    assert_eq!(post(&router, &arm, Some(program), &armed).await.problem(), "access/refused");
    assert_eq!(post(&router, &arm, Some(&ada), &armed).await.status, StatusCode::OK, "its maker may");
    let mine = api::path::filled(api::path::MY_TOKEN, &issued.about.id);
    for (method, path, body) in [
        ("POST", api::path::MY_TOKENS, viewer.clone()),
        ("POST", api::path::MY_PASSWORD, json!({ "password": PASSWORD })),
        ("POST", api::path::MY_CODES, json!({})),
        ("POST", api::path::MY_PASSKEY_OPTIONS, json!({})),
    ] {
        assert_eq!(
            send(&router, method, path, program, &body).await.problem(),
            "web/sign-in-again",
            "{path}"
        );
    }
    assert_eq!(send(&router, "DELETE", &mine, program, &json!({})).await.problem(), "access/refused");
    world.pass(Duration::from_secs(5));
    let listed: api::me::ApiTokens = get(&router, api::path::MY_TOKENS, Some(&ada)).await.read();
    assert_eq!((listed.tokens.len(), listed.tokens[0].used_seconds), (1, Some(5)));

    // What its maker loses, it loses with them.
    let path = api::path::filled(api::path::PERSON, &person);
    let less = json!({ "grants": [granted("operator", &["desert"])] });
    assert_eq!(send(&router, "PATCH", &path, &admin, &less).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&router, api::path::DEVICES, Some(program)).await.problem(), "access/refused");
    send(&router, "PATCH", &path, &admin, &json!({ "disabled": true })).await;
    assert_eq!(get(&router, api::path::DEVICES, Some(program)).await.problem(), "web/signed-out");
}

#[tokio::test]
async fn a_program_s_token_ends_in_time_and_at_once_when_it_is_taken_back() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![at(Role::Viewer, "harbour")]).await;
    let asked = json!({ "name": "ci", "grants": [granted("viewer", &[])], "minutes": 30 });
    let issue = async || -> api::me::IssuedToken {
        post(&router, api::path::MY_TOKENS, Some(&admin), &asked).await.read()
    };
    let (one, two) = (issue().await, issue().await);
    assert_eq!(get(&router, api::path::DEVICES, Some(&one.token)).await.status, StatusCode::OK);
    let path = api::path::filled(api::path::MY_TOKEN, &one.about.id);
    assert_eq!(send(&router, "DELETE", &path, &admin, &json!({})).await.status, StatusCode::NO_CONTENT);
    assert_eq!(get(&router, api::path::DEVICES, Some(&one.token)).await.problem(), "web/signed-out");
    assert_eq!(
        get(&router, api::path::DEVICES, Some(&two.token)).await.status,
        StatusCode::OK,
        "its twin stands"
    );
    world.pass(Duration::from_mins(30));
    assert_eq!(get(&router, api::path::DEVICES, Some(&two.token)).await.problem(), "web/signed-out");
    for bad in [json!(0), json!(24 * 60 + 1)] {
        let asked = json!({ "name": "ci", "grants": [], "minutes": bad });
        let stale = post(&router, api::path::MY_TOKENS, Some(&admin), &asked).await;
        assert_eq!(stale.problem(), "web/sign-in-again", "half an hour later nobody knows who sits there");
        let fresh = world.sign_in(&router, 1).await;
        let refused = post(&router, api::path::MY_TOKENS, Some(&fresh), &asked).await;
        assert_eq!(refused.problem(), "access/token-life");
    }
    assert_eq!(fleetwide(Role::Viewer).role, Role::Viewer);
}

/// The last who decides who is who cannot be put out, nor by themselves leave nobody.
#[tokio::test]
async fn the_last_administrator_stays() {
    let world = World::calm();
    let router = world.serve(&[]);
    let link = world.first_word().await.unwrap();
    let body = json!({ "token": link, "name": "ada", "password": PASSWORD, "hold": "token" });
    let ada: api::Session = post(&router, api::path::REDEEM, None, &body).await.read();
    let admins = json!([granted("admin", &[])]);
    let (grace, token) = world.newcomer(&router, &ada.token, "grace", &admins).await;
    let out = json!({ "disabled": true });
    let path = api::path::filled(api::path::PERSON, &ada.person);
    assert_eq!(
        send(&router, "PATCH", &path, &token, &out).await.status,
        StatusCode::NO_CONTENT,
        "one is left"
    );
    let path = api::path::filled(api::path::PERSON, &grace);
    assert_eq!(send(&router, "PATCH", &path, &token, &out).await.problem(), "access/refused");
    let me: api::Me = get(&router, api::path::ME, Some(&token)).await.read();
    assert_eq!(me.grants[0].role, "admin");
}

/// Whoever redeems an invitation is that person: an administrator holds none for somebody who comes in.
#[tokio::test]
async fn nobody_is_invited_by_another_who_comes_in_already() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (person, ada) = world.newcomer(&router, &admin, "ada", &json!([granted("security", &[])])).await;
    let invite = api::path::filled(api::path::PERSON_INVITE, &person);
    assert_eq!(send(&router, "POST", &invite, &admin, &json!({})).await.problem(), "web/comes-in");
    let path = api::path::filled(api::path::PERSON, &person);
    send(&router, "PATCH", &path, &admin, &json!({ "disabled": true })).await;
    assert_eq!(get(&router, api::path::ME, Some(&ada)).await.problem(), "web/signed-out");
    let invited = send(&router, "POST", &invite, &admin, &json!({})).await;
    assert_eq!(invited.status, StatusCode::CREATED);
    let redeem =
        json!({ "token": invited.json()["token"], "password": "seven-lanterns-in-fog", "hold": "token" });
    let early = post(&router, api::path::REDEEM, None, &redeem).await;
    assert_ne!(early.status, StatusCode::OK, "as long as they are kept out");
    send(&router, "PATCH", &path, &admin, &json!({ "disabled": false })).await;
    assert_eq!(post(&router, api::path::REDEEM, None, &redeem).await.status, StatusCode::OK);
}

/// The harmless twin: somebody makes a link for themselves, by a key say, and nobody but them.
#[tokio::test]
async fn somebody_invites_themselves_and_stays_who_they_are() {
    let world = World::calm();
    let router = world.staff();
    let token = world.sign_in(&router, 0).await;
    let before = may(&router, &token).await;
    let invited = send(&router, "POST", api::path::MY_INVITATION, &token, &json!({})).await;
    assert_eq!(invited.status, StatusCode::CREATED);
    let redeem =
        json!({ "token": invited.json()["token"], "password": "seven-lanterns-in-fog", "hold": "token" });
    let session = post(&router, api::path::REDEEM, None, &redeem).await.json();
    assert_eq!(may(&router, session["token"].as_str().unwrap()).await, before);
    assert_ne!(post(&router, api::path::REDEEM, None, &redeem).await.status, StatusCode::OK, "once");
}

/// A session that somebody left open, and a program, make nobody who lasts.
#[tokio::test]
async fn people_are_changed_by_somebody_who_just_proved_who_they_are() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (person, _) = world.newcomer(&router, &admin, "ada", &json!([granted("viewer", &[])])).await;
    let all = json!({ "name": "ci", "grants": [granted("admin", &[])] });
    let program: api::me::IssuedToken = post(&router, api::path::MY_TOKENS, Some(&admin), &all).await.read();
    world.pass(Duration::from_mins(11));
    let mallory = json!({ "name": "mallory", "grants": [granted("admin", &[])] });
    let (path, again) =
        (api::path::filled(api::path::PERSON, &person), api::path::filled(api::path::PERSON_INVITE, &person));
    for token in [&admin, &program.token] {
        for (method, path, body) in [
            ("POST", api::path::PEOPLE, &mallory),
            ("PATCH", &path, &json!({ "disabled": true })),
            ("POST", &again, &json!({})),
            ("POST", api::path::MY_INVITATION, &json!({})),
        ] {
            let refused = send(&router, method, path, token, body).await;
            assert_eq!(refused.problem(), "web/sign-in-again", "{method} {path}");
        }
    }
}
