//! Passkeys to consent with: made in a page, and counting for nothing before the root has signed them.

use std::time::Duration;

use access::Role;
use axum::http::StatusCode;
use crypto::{hex, passkey::Passkey};
use serde_json::json;
use vocab::{Label, Nonce};

use super::{
    visitor::{Browser, ORIGIN, granted},
    world::{Answer, World, fleetwide, get},
};
use crate::passkey::tests::{Device, client_data};

const RP: &str = "fleet.example";

/// Joan, an operator who comes in by a password.
async fn joan(world: &World) -> Browser {
    let (router, admin) = world.administered(vec![]).await;
    world.newcomer(&router, &admin, "joan", &json!([granted("operator", &[])])).await;
    let mut browser = Browser::new(&router);
    assert_eq!(browser.sign_in("joan").await.status, StatusCode::OK);
    browser
}

/// Makes a passkey over a challenge of one kind, and hands it in as another.
async fn enrol(browser: &mut Browser, device: &Device, options: &str, into: &str) -> Answer {
    let asked = browser.send("POST", options, None).await;
    let challenge = Nonce(hex::decode_array(asked.json()["challenge"].as_str().unwrap()).unwrap());
    let client = client_data("webauthn.create", &challenge, ORIGIN);
    let made = hex::encode(&device.make(RP));
    let body = json!({ "name": "phone", "client_data": hex::encode(&client), "attestation": made });
    browser.post(into, &body).await
}

async fn signer(browser: &mut Browser, device: &Device) -> Answer {
    enrol(browser, device, api::path::MY_SIGNER_OPTIONS, api::path::MY_SIGNERS).await
}

#[tokio::test]
async fn a_passkey_to_consent_with_waits_for_the_root_and_says_so() {
    let world = World::calm();
    let mut browser = joan(&world).await;
    let device = Device::new(7);
    let made: api::me::Signer = signer(&mut browser, &device).await.read();
    assert_eq!((made.name.as_deref(), made.origin.as_str(), made.counts), (Some("phone"), ORIGIN, false));
    let lines: Vec<&str> = made.record.lines().collect();
    let person = browser.get(api::path::ME).await.json()["person"].as_str().unwrap().to_owned();
    assert_eq!(lines[..3], ["wrale-passkey/v1", "name joan", &format!("person {person}")]);
    assert_eq!(
        lines[3..6],
        ["relying-party fleet.example", &format!("origin {ORIGIN}"), &format!("credential {}", made.id)]
    );

    // The root signs it onto the roster; who it is for is on there by this passkey alone.
    let point = hex::decode(lines[6].strip_prefix("key ").unwrap()).unwrap();
    let pinned =
        Passkey::new(&point, RP.parse().unwrap(), ORIGIN.parse().unwrap(), device.id.clone()).unwrap();
    let (ceremony, name) = (&world.house.ceremony, Label::new("joan").unwrap());
    let roster = ceremony.believed(ceremony.roster_with(2, person.parse().unwrap(), name, pinned));
    world.asks(move |fleet, now| fleet.take_roster(roster, now)).await.unwrap();
    let listed: api::me::Signers = browser.get(api::path::MY_SIGNERS).await.read();
    assert!(listed.signers.len() == 1 && listed.signers[0].counts, "{listed:?}");

    // Whoever forgets it here still sees that the roster names it: it may sign in their name.
    let path = api::path::filled(api::path::MY_SIGNER, &made.id);
    assert_eq!(browser.send("DELETE", &path, None).await.status, StatusCode::NO_CONTENT);
    let listed: api::me::Signers = browser.get(api::path::MY_SIGNERS).await.read();
    let [left] = &listed.signers[..] else { panic!("{listed:?}") };
    assert!(left.counts && left.name.is_none() && left.record == made.record);
    assert_eq!(browser.send("DELETE", &path, None).await.problem(), "access/no-factor");
}

#[tokio::test]
async fn what_one_consents_with_signs_nobody_in_and_the_other_way_round() {
    let world = World::calm();
    let mut browser = joan(&world).await;
    let (mut signs, enters) = (Device::new(7), Device::new(8));
    assert_eq!(signer(&mut browser, &signs).await.status, StatusCode::CREATED);
    let me: api::Me = browser.get(api::path::ME).await.read();
    assert!(me.factors.passkeys.is_empty());
    let options = browser.send("POST", api::path::PASSKEY_OPTIONS, None).await;
    let challenge = Nonce(hex::decode_array(options.json()["challenge"].as_str().unwrap()).unwrap());
    let client = client_data("webauthn.get", &challenge, ORIGIN);
    let (data, signature) = signs.sign(RP, &client);
    let (id, client, data) = (hex::encode(&signs.id), hex::encode(&client), hex::encode(&data));
    let said = json!({ "id": id, "client_data": client, "authenticator_data": data, "signature": hex::encode(&signature) });
    let refused = browser.post(api::path::PASSKEY_SIGN_IN, &json!({ "passkey": said })).await;
    assert_eq!(refused.problem(), "web/sign-in");

    let crossed = enrol(&mut browser, &enters, api::path::MY_PASSKEY_OPTIONS, api::path::MY_SIGNERS).await;
    assert_eq!(crossed.problem(), "web/value", "a challenge is for one of the two");
    let twice = enrol(&mut browser, &signs, api::path::MY_PASSKEY_OPTIONS, api::path::MY_PASSKEYS).await;
    assert_eq!(twice.problem(), "web/value", "one passkey is not both");
    assert_eq!(signer(&mut browser, &signs).await.problem(), "web/value", "nor the same twice");
    let options = browser.send("POST", api::path::MY_PASSKEY_OPTIONS, None).await.json();
    let others = browser.send("POST", api::path::MY_SIGNER_OPTIONS, None).await.json();
    assert_ne!(options["user"], others["user"], "under one handle a device would keep one of them");
    assert_eq!(
        (options["exclude"].clone(), others["exclude"].clone()),
        (json!([]), json!([hex::encode(&signs.id)]))
    );
}

#[tokio::test]
async fn it_takes_somebody_who_just_proved_who_they_are() {
    let world = World::calm();
    let mut browser = joan(&world).await;
    world.pass(Duration::from_mins(10));
    for (method, path) in [("POST", api::path::MY_SIGNER_OPTIONS), ("DELETE", "/v1/me/signers/00")] {
        assert_eq!(browser.send(method, path, None).await.problem(), "web/sign-in-again", "{path}");
    }
    let body = json!({ "name": "phone", "client_data": "00", "attestation": "00" });
    assert_eq!(browser.post(api::path::MY_SIGNERS, &body).await.problem(), "web/sign-in-again");
}

/// The root puts Ada out: her key opens nothing, her session is over, and what the file grants her she has no more.
#[tokio::test]
async fn whoever_the_root_puts_out_is_out_while_the_fleet_is_at_work() {
    let world = World::calm();
    let both = || vec![fleetwide(Role::Operator)];
    let router = world.serve(&[(0, both()), (1, both())]);
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    assert_eq!(get(&router, api::path::FLEET, None).await.json()["roster"], 1);
    let ceremony = &world.house.ceremony;
    let without = ceremony.believed(ceremony.roster_of(2, &[1, 2]));
    world.asks(move |fleet, now| fleet.take_roster(without, now)).await.unwrap();
    assert_eq!(get(&router, api::path::DEVICES, Some(&ada)).await.problem(), "web/signed-out");
    assert_eq!(get(&router, api::path::DEVICES, Some(&grace)).await.status, StatusCode::OK);
    let nonce = world.challenge(&router, 0).await;
    let letter = hex::encode(world.house.ceremony.sign_in(0, nonce).bytes());
    let refused = super::world::post(&router, api::path::SIGN_IN, None, &json!({ "letter": letter })).await;
    assert_eq!(refused.problem(), "web/sign-in");
    assert_eq!(get(&router, api::path::FLEET, None).await.json()["roster"], 2);
}
