//! Codes and passkeys, from setting them up to coming in with them.

use std::time::Duration;

use axum::http::StatusCode;
use crypto::hex;
use serde_json::{Value, json};
use vocab::Nonce;

use super::{
    visitor::{Browser, ORIGIN, PASSWORD, granted, password},
    world::{Answer, World, ask, get, post, request},
};
use crate::{
    passkey::tests::{Device, client_data},
    totp,
};

const RP: &str = "fleet.example";

async fn ada(world: &World) -> Browser {
    let (router, admin) = world.administered(vec![]).await;
    world.newcomer(&router, &admin, "ada", &json!([granted("viewer", &[])])).await;
    let mut browser = Browser::new(&router);
    assert_eq!(browser.sign_in("ada").await.status, StatusCode::OK);
    browser
}

fn nonce(options: &Answer) -> Nonce {
    Nonce(hex::decode_array(options.json()["challenge"].as_str().unwrap()).unwrap())
}

async fn enrol(browser: &mut Browser, device: &Device) -> Answer {
    let options = browser.send("POST", api::path::MY_PASSKEY_OPTIONS, None).await;
    assert_eq!(options.json()["rp"], RP);
    let client = client_data("webauthn.create", &nonce(&options), ORIGIN);
    let made = hex::encode(&device.make(RP));
    let body = json!({ "name": "laptop", "client_data": hex::encode(&client), "attestation": made });
    browser.post(api::path::MY_PASSKEYS, &body).await
}

/// What the device signs over a challenge of now.
async fn assertion(browser: &mut Browser, device: &mut Device) -> Value {
    let options = browser.send("POST", api::path::PASSKEY_OPTIONS, None).await;
    let client = client_data("webauthn.get", &nonce(&options), ORIGIN);
    let (data, signature) = device.sign(RP, &client);
    json!({
        "id": hex::encode(&device.id),
        "client_data": hex::encode(&client),
        "authenticator_data": hex::encode(&data),
        "signature": hex::encode(&signature),
    })
}

async fn by_passkey(browser: &mut Browser, assertion: &Value) -> Answer {
    browser.post(api::path::PASSKEY_SIGN_IN, &json!({ "passkey": assertion })).await
}

#[tokio::test]
async fn a_passkey_comes_in_alone_and_each_answer_once() {
    let world = World::calm();
    let mut browser = ada(&world).await;
    let mut device = Device::new(7);
    assert_eq!(enrol(&mut browser, &device).await.status, StatusCode::NO_CONTENT);
    assert_eq!(enrol(&mut browser, &device).await.problem(), "web/value", "the same one again");
    let me: api::Me = browser.get(api::path::ME).await.read();
    assert_eq!((me.factors.passkeys.len(), me.factors.passkeys[0].name.as_str()), (1, "laptop"));

    let mut other = Browser::new(&browser.router);
    let signed = assertion(&mut other, &mut device).await;
    assert_eq!(by_passkey(&mut other, &signed).await.status, StatusCode::OK);
    assert_eq!(other.get(api::path::ME).await.json()["name"], "ada");
    assert_eq!(by_passkey(&mut other, &signed).await.problem(), "web/sign-in", "what was overheard");
    device.count -= 1;
    let twin = assertion(&mut other, &mut device).await;
    assert_eq!(
        by_passkey(&mut other, &twin).await.problem(),
        "web/sign-in",
        "a copy of the key counts behind"
    );
    let signed = assertion(&mut other, &mut device).await;
    world.pass(Duration::from_mins(2));
    assert_eq!(by_passkey(&mut other, &signed).await.problem(), "web/sign-in", "too late");
    let mut stranger = Device::new(7);
    let signed = assertion(&mut other, &mut stranger).await;
    assert_eq!(
        by_passkey(&mut other, &signed).await.problem(),
        "web/sign-in",
        "another key of the same name"
    );
    let signed = assertion(&mut other, &mut device).await;
    assert_eq!(by_passkey(&mut other, &signed).await.status, StatusCode::OK, "its own");
}

/// Somebody who asks for a passkey's signature at a page of their own, and then says that they came to that host.
#[tokio::test]
async fn a_passkey_signs_for_the_page_at_which_it_was_made_whatever_host_a_client_names() {
    let world = World::calm();
    let mut browser = ada(&world).await;
    let mut device = Device::new(7);
    enrol(&mut browser, &device).await;
    let mut evil = Browser { host: "evil.example:8440", ..Browser::new(&browser.router) };
    evil.origin = "https://evil.example:8440".into();
    for (rp, page) in
        [("evil.example", &*evil.origin.clone()), (RP, &*evil.origin.clone()), ("evil.example", ORIGIN)]
    {
        let options = evil.send("POST", api::path::PASSKEY_OPTIONS, None).await;
        let client = client_data("webauthn.get", &nonce(&options), page);
        let (data, signature) = device.sign(rp, &client);
        let (id, client, data) = (hex::encode(&device.id), hex::encode(&client), hex::encode(&data));
        let signature = hex::encode(&signature);
        let said =
            json!({ "id": id, "client_data": client, "authenticator_data": data, "signature": signature });
        assert_eq!(by_passkey(&mut evil, &said).await.problem(), "web/sign-in", "{rp} {page}");
    }
    let signed = assertion(&mut browser, &mut device).await;
    assert_eq!(by_passkey(&mut browser, &signed).await.status, StatusCode::OK, "and its own page lets it in");
}

#[tokio::test]
async fn with_a_passkey_the_password_alone_is_not_enough() {
    let world = World::calm();
    let mut browser = ada(&world).await;
    let mut device = Device::new(7);
    enrol(&mut browser, &device).await;
    let mut other = Browser::new(&browser.router);
    assert_eq!(other.sign_in("ada").await.problem(), "web/sign-in");
    let passkey = assertion(&mut other, &mut device).await;
    let body = json!({ "name": "ada", "password": PASSWORD, "passkey": passkey });
    assert_eq!(other.post(api::path::PASSWORD_SIGN_IN, &body).await.status, StatusCode::OK);
    let path = api::path::filled(api::path::MY_PASSKEY, &hex::encode(&device.id));
    assert_eq!(other.send("DELETE", &path, None).await.status, StatusCode::OK);
    assert_eq!(browser.get(api::path::ME).await.problem(), "web/signed-out", "other sessions are over");
    assert_eq!(browser.sign_in("ada").await.status, StatusCode::OK);
}

#[tokio::test]
async fn codes_are_set_up_by_showing_one_and_count_once() {
    let world = World::calm();
    let mut browser = ada(&world).await;
    let none = browser.post(api::path::MY_CODES_CONFIRM, &json!({ "code": "000000" })).await;
    assert_eq!(none.problem(), "web/value", "nothing was begun");
    browser.send("POST", api::path::MY_CODES, None).await;
    let wrong = browser.post(api::path::MY_CODES_CONFIRM, &json!({ "code": "00000x" })).await;
    assert_eq!(wrong.problem(), "web/value");
    let uri =
        browser.send("POST", api::path::MY_CODES, None).await.json()["uri"].as_str().unwrap().to_owned();
    assert!(uri.starts_with("otpauth://totp/Wrale%20nord:ada?secret="), "{uri}");
    let secret = super::guessing::base32(uri.split("secret=").nth(1).unwrap().split('&').next().unwrap());
    let code = |steps: u64| totp::tests::shown(&secret, world.now().wall + Duration::from_secs(30 * steps));
    let first = code(0);
    let confirmed = browser.post(api::path::MY_CODES_CONFIRM, &json!({ "code": first })).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{confirmed:?}");

    let mut other = Browser::new(&browser.router);
    let with = |code: &str| json!({ "name": "ada", "password": PASSWORD, "code": code });
    assert_eq!(other.sign_in("ada").await.problem(), "web/sign-in", "without a code");
    let replayed = other.post(api::path::PASSWORD_SIGN_IN, &with(&first)).await;
    assert_eq!(replayed.problem(), "web/sign-in", "the one that was shown is used up");
    let next = code(1);
    assert_eq!(other.post(api::path::PASSWORD_SIGN_IN, &with(&next)).await.status, StatusCode::OK);
    assert_eq!(other.post(api::path::PASSWORD_SIGN_IN, &with(&next)).await.problem(), "web/sign-in", "once");
    world.pass(Duration::from_mins(2));
    // Of two who bring the same code at once, one comes in.
    let now = code(0);
    let (mut one, mut two) = (Browser::new(&browser.router), Browser::new(&browser.router));
    let body = with(&now);
    let (one, two) = tokio::join!(
        one.post(api::path::PASSWORD_SIGN_IN, &body),
        two.post(api::path::PASSWORD_SIGN_IN, &body)
    );
    let came_in = [one.status, two.status].into_iter().filter(|status| *status == StatusCode::OK).count();
    assert_eq!(came_in, 1);
}

#[tokio::test]
async fn by_what_one_comes_in_is_changed_by_somebody_who_just_proved_who_they_are() {
    let world = World::calm();
    let mut browser = ada(&world).await;
    world.pass(Duration::from_mins(10));
    let password = json!({ "password": "seven-lanterns-in-fog" });
    for (method, path, body) in [
        ("POST", api::path::MY_PASSWORD, Some(&password)),
        ("POST", api::path::MY_CODES, None),
        ("POST", api::path::MY_CODES_CONFIRM, Some(&json!({ "code": "000000" }))),
        ("DELETE", api::path::MY_CODES, None),
        ("POST", api::path::MY_PASSKEY_OPTIONS, None),
        ("DELETE", "/v1/me/passkeys/00", None),
    ] {
        let answer = browser.send(method, path, body).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::FORBIDDEN, "web/sign-in-again"),
            "{path}"
        );
    }
    assert_eq!(browser.get(api::path::ME).await.status, StatusCode::OK, "and everything else goes on");
    browser.sign_in("ada").await;
    assert_eq!(browser.post(api::path::MY_PASSWORD, &password).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_short_password_is_kept_beside_a_second_factor_alone() {
    let world = World::calm();
    let mut browser = ada(&world).await;
    let short = json!({ "password": "copper-violin" });
    assert_eq!(browser.post(api::path::MY_PASSWORD, &short).await.problem(), "web/value");
    let device = Device::new(7);
    enrol(&mut browser, &device).await;
    assert_eq!(browser.post(api::path::MY_PASSWORD, &short).await.status, StatusCode::OK);
    let path = api::path::filled(api::path::MY_PASSKEY, &hex::encode(&device.id));
    assert_eq!(browser.send("DELETE", &path, None).await.problem(), "access/short");
}

/// A change of a factor proves nothing by which the session could last longer.
#[tokio::test]
async fn a_session_that_goes_on_under_a_new_name_is_no_younger() {
    let world = World::calm();
    let mut browser = ada(&world).await;
    world.pass(Duration::from_mins(9));
    let password = json!({ "password": "seven-lanterns-in-fog" });
    assert_eq!(browser.post(api::path::MY_PASSWORD, &password).await.status, StatusCode::OK);
    let me: api::Me = browser.get(api::path::ME).await.read();
    assert!(me.session.unwrap().age_seconds >= 9 * 60);
    world.pass(Duration::from_mins(2));
    assert_eq!(browser.post(api::path::MY_PASSWORD, &password).await.problem(), "web/sign-in-again");
}

/// The fleet is held up in the middle of the change, and its person signs out meanwhile.
#[tokio::test]
async fn a_session_that_ended_while_its_change_was_made_does_not_go_on_under_a_new_name() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (_, token) = world.newcomer(&router, &admin, "ada", &json!([granted("viewer", &[])])).await;
    let (go_on, waits) = std::sync::mpsc::channel::<()>();
    world.facade.ask(move |_, _| waits.recv(), |_| ());
    let new = "seven-lanterns-in-fog";
    let wanted = json!({ "password": new });
    let change = post(&router, api::path::MY_PASSWORD, Some(&token), &wanted);
    let leave = async {
        let out = request("POST", api::path::SIGN_OUT, Some(&token)).body(axum::body::Body::empty());
        assert_eq!(ask(&router, out.unwrap()).await.status, StatusCode::NO_CONTENT);
        go_on.send(()).unwrap();
    };
    // In this order: the change has begun, and waits for the fleet, when its session ends.
    let (changed, ()) = tokio::join!(biased; change, leave);
    assert_eq!(changed.problem(), "web/signed-out", "{changed:?}");
    assert!(!changed.text.contains("\"token\""), "{changed:?}");

    // The change itself was made, and nobody is in by it.
    let session: api::Session = password(&router, "ada", new).await.read();
    let mine = get(&router, api::path::MY_SESSIONS, Some(&session.token)).await.json();
    assert_eq!(mine["sessions"].as_array().unwrap().len(), 1, "{mine}");
}
