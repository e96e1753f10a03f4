//! What a page offers to whom: the release of a latch, a passkey to consent with, an invitation; and why not.

use access::{Grant, Role};
use axum::{Router, body::Body, http::header};
use crypto::hex;
use serde_json::{Value, json};
use sim::HONEST;

use super::{
    visitor::{Browser, HOST, ORIGIN, granted},
    world::{World, ask, at, fleetwide, get, post, request},
};
use crate::passkey::tests::{Device, client_data};

/// A page as a browser at this host shows it.
async fn page(router: &Router, host: &str, path: &str, token: &str) -> String {
    let request = request("GET", path, Some(token)).header(header::HOST, host);
    ask(router, request.body(Body::empty()).unwrap()).await.text
}

async fn sent(router: &Router, path: &str, token: &str, body: &Value) -> Value {
    let request = request("POST", path, Some(token)).header(header::HOST, HOST);
    let request = request.header(header::CONTENT_TYPE, "application/json");
    let answer = ask(router, request.body(Body::from(body.to_string())).unwrap()).await;
    assert!(answer.status.is_success(), "{answer:?}");
    answer.json()
}

async fn proposed(world: &World, router: &Router, ada: &str) -> String {
    let event = world.house.fleet().record(world.device).unwrap().latches[0].event;
    let body = json!({ "event": event.to_string(), "reason": "looked at it" });
    sent(router, "/v1/devices/dev-07/reset", ada, &body).await["order"].as_str().unwrap().to_owned()
}

async fn signed(world: &World, router: &Router, number: usize, token: &str, order: &str) {
    let question = request("POST", &api::path::filled(api::path::QUESTION, order), Some(token));
    let question = ask(router, question.header(header::HOST, HOST).body(Body::empty()).unwrap()).await;
    let question: api::proposal::Question = question.read();
    let telephone = world.house.ceremony.authenticator(number);
    let said = telephone.answer(&HONEST, hex::decode_array(&question.challenge).unwrap());
    let body = json!({
        "id": hex::encode(telephone.passkey().credential.as_bytes()),
        "client_data": hex::encode(&said.client_data),
        "authenticator_data": hex::encode(&said.authenticator_data),
        "signature": hex::encode(&said.signature),
    });
    sent(router, &api::path::filled(api::path::PASSKEY_CONSENTS, order), token, &body).await;
}

#[tokio::test]
async fn the_panel_asks_whoever_is_missing_and_nobody_else() {
    let world = World::opened();
    let operator = || vec![fleetwide(Role::Operator)];
    let router = world.serve(&[(0, operator()), (1, operator()), (2, vec![fleetwide(Role::Auditor)])]);
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let auditor = world.sign_in(&router, 2).await;
    let shows = async |token: &str| page(&router, HOST, "/devices/dev-07", token).await;
    assert!(shows(&ada).await.contains("<button class=\"primary\">Ask for the release</button>"));
    let order = proposed(&world, &router, &ada).await;
    let hers = shows(&ada).await;
    let asks = format!("data-consent=\"/v1/proposals/{order}/question\"");
    assert!(hers.contains("have not signed yet") && hers.contains(&asks), "{hers}");
    assert!(hers.contains("It takes two people") && hers.contains("You are the first"), "{hers}");
    signed(&world, &router, 0, &ada, &order).await;
    let hers = shows(&ada).await;
    assert!(hers.contains("You have signed; somebody else must too") && !hers.contains("data-consent"));
    assert!(hers.contains("<button disabled>Approve</button>") && hers.contains("somebody else's"), "{hers}");
    let theirs = shows(&grace).await;
    assert!(theirs.contains("can be the second person") && theirs.contains(&asks), "{theirs}");
    assert!(theirs.contains("Approve with your passkey") && theirs.contains("You did not ask for it"));
    let looks = shows(&auditor).await;
    assert!(looks.contains("It waits for 1 more person") && !looks.contains("data-consent"), "{looks}");
    assert!(looks.contains("needs the role operator or security at this site"));
    let moved = page(&router, "wrale.example", "/devices/dev-07", &grace).await;
    assert!(!moved.contains("data-consent") && moved.contains(&format!("pinned to {ORIGIN}")), "{moved}");
    signed(&world, &router, 1, &grace, &order).await;
    assert!(shows(&ada).await.contains("Enough people have signed"));
}

/// Whoever cannot sign here is told how they could, and the control stays.
#[tokio::test]
async fn whoever_has_no_passkey_to_consent_with_is_told_how_to_come_by_one() {
    let world = World::opened();
    let (router, admin) = world.administered(vec![]).await;
    world.newcomer(&router, &admin, "joan", &json!([granted("operator", &[])])).await;
    let mut joan = Browser::new(&router);
    joan.sign_in("joan").await;
    let event = world.house.fleet().record(world.device).unwrap().latches[0].event;
    let ask = json!({ "event": event.to_string(), "reason": "looked at it" });
    joan.post("/v1/devices/dev-07/reset", &ask).await;
    let page = joan.get("/devices/dev-07").await.text;
    assert!(page.contains("<button disabled>Sign with your passkey</button>"), "{page}");
    assert!(page.contains("href=\"/settings#signers\"") && page.contains("wrale approve ord_"), "{page}");

    let device = Device::new(7);
    let asked = joan.send("POST", api::path::MY_SIGNER_OPTIONS, None).await.json();
    let challenge = vocab::Nonce(hex::decode_array(asked["challenge"].as_str().unwrap()).unwrap());
    let client = hex::encode(&client_data("webauthn.create", &challenge, ORIGIN));
    let body = json!({ "name": "phone", "client_data": client, "attestation": hex::encode(&device.make("fleet.example")) });
    let made: api::me::Signer = joan.post(api::path::MY_SIGNERS, &body).await.read();
    assert!(joan.get("/devices/dev-07").await.text.contains("waits for the root to sign it"));
    let settings = joan.get("/settings").await.text;
    assert!(settings.contains("waits for the root") && settings.contains("data-waits"), "{settings}");
    assert!(settings.contains(&made.record), "the file for whoever keeps the root stands there");
    assert!(settings.contains("download=\"joan.passkey\""), "{settings}");
}

#[tokio::test]
async fn nobody_is_offered_to_invite_whom_the_server_would_refuse_to() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (person, _) = world.newcomer(&router, &admin, "joan", &json!([granted("viewer", &[])])).await;
    let mut grace = get(&router, "/people", Some(&admin)).await.text;
    let address = api::path::filled(api::path::PERSON_INVITE, &person);
    assert!(!grace.contains(&format!("data-api=\"{address}\"")), "{grace}");
    assert!(grace.contains("<button disabled>Invite anew</button>") && grace.contains("wrale pages"));
    let refused = request("POST", &address, Some(&admin)).body(Body::empty()).unwrap();
    assert_eq!(ask(&router, refused).await.problem(), "web/comes-in", "and so it would");
    let path = api::path::filled(api::path::PERSON, &person);
    let out = request("PATCH", &path, Some(&admin)).header(header::CONTENT_TYPE, "application/json");
    ask(&router, out.body(Body::from(r#"{"disabled":true}"#)).unwrap()).await;
    grace = get(&router, "/people", Some(&admin)).await.text;
    assert!(
        grace.contains(&format!("data-api=\"{address}\"")),
        "whoever is kept out may be invited: {grace}"
    );
}

/// An administrator sees boxes and no incidents: of those a box says nothing to them.
#[tokio::test]
async fn a_box_names_the_incidents_that_one_may_open_and_no_other() {
    let world = World::opened();
    let named = async |grant: Grant| -> Vec<String> {
        let router = world.serve(&[(1, vec![grant])]);
        let token = world.sign_in(&router, 1).await;
        let one: api::Device = get(&router, "/v1/devices/dev-07", Some(&token)).await.read();
        let listed: api::Devices = get(&router, api::path::DEVICES, Some(&token)).await.read();
        assert_eq!(listed.devices[0].incidents, one.incidents);
        one.incidents
    };
    let all = named(at(Role::Operator, "harbour")).await;
    assert!(all.contains(&world.incident().to_string()), "{all:?}");
    assert_eq!(named(fleetwide(Role::Admin)).await, [""; 0]);
}

#[tokio::test]
async fn a_program_s_token_ends_with_the_password_of_whoever_made_it() {
    let world = World::calm();
    let (router, admin) = world.administered(vec![]).await;
    let (_, joan) = world.newcomer(&router, &admin, "joan", &json!([granted("viewer", &[])])).await;
    let wanted = json!({ "name": "ci", "grants": [granted("viewer", &[])] });
    let issued: api::me::IssuedToken = post(&router, api::path::MY_TOKENS, Some(&joan), &wanted).await.read();
    let devices = async || get(&router, api::path::DEVICES, Some(&issued.token)).await;
    assert!(devices().await.status.is_success());
    let password = json!({ "password": "seven-lanterns-in-fog" });
    assert!(post(&router, api::path::MY_PASSWORD, Some(&joan), &password).await.status.is_success());
    assert_eq!(devices().await.problem(), "web/signed-out");
}

/// The root puts out whoever signed: the panel says so, waits for nobody, and lets it be asked for anew.
#[tokio::test]
async fn a_release_that_nobody_can_complete_is_asked_for_anew() {
    let world = World::opened();
    let operator = || vec![fleetwide(Role::Operator)];
    let router = world.serve(&[(0, operator()), (1, operator())]);
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let order = proposed(&world, &router, &ada).await;
    signed(&world, &router, 0, &ada, &order).await;
    let before = page(&router, HOST, "/devices/dev-07", &grace).await;
    assert!(
        before.contains("can be the second person") && !before.contains("Ask for the release"),
        "{before}"
    );

    let ceremony = &world.house.ceremony;
    let without = ceremony.believed(ceremony.roster_of(2, &[1, 2]));
    world.asks(move |fleet, now| fleet.take_roster(without, now)).await.unwrap();
    let one: api::Proposal = get(&router, &format!("/v1/proposals/{order}"), Some(&grace)).await.read();
    assert_eq!(one.state, api::word::ProposalState::Void);
    let hers = page(&router, HOST, "/devices/dev-07", &grace).await;
    assert!(
        hers.contains("No signature completes this one any more") && hers.contains(&one.missing),
        "{hers}"
    );
    assert!(!hers.contains("can be the second person") && !hers.contains("more person"), "{hers}");
    assert!(hers.contains("<button class=\"primary\">Ask for the release</button>"));
    let incident = page(&router, HOST, &format!("/incidents/{}", world.incident()), &grace).await;
    assert!(incident.contains("Ask anew for the release of dev-07 at harbour"), "{incident}");
    let again = proposed(&world, &router, &grace).await;
    assert_ne!(again, order);
    let hers = page(&router, HOST, "/devices/dev-07", &grace).await;
    assert!(hers.contains("have not signed yet") && !hers.contains("Ask for the release"), "{hers}");
}

#[tokio::test]
async fn a_box_is_suspended_and_taken_back_by_whom_the_matrix_lets_and_nobody_else() {
    let world = World::calm();
    let router = world.serve(&[(0, vec![fleetwide(Role::Operator)]), (1, vec![fleetwide(Role::Viewer)])]);
    let (ada, grace) = (world.sign_in(&router, 0).await, world.sign_in(&router, 1).await);
    let shows = async |token: &str| page(&router, HOST, "/devices/dev-07", token).await;
    let (suspend, resume) = ("data-api=\"/v1/devices/{}/suspend\"", "data-api=\"/v1/devices/{}/resume\"");
    let [suspend, resume] = [suspend, resume].map(|form| form.replace("{}", &world.device.to_string()));
    let (may, may_not) = (shows(&ada).await, shows(&grace).await);
    assert!(may.contains(&suspend) && !may.contains(&resume));
    assert!(
        !may_not.contains(&suspend) && may_not.contains("<button disabled>Suspend</button>"),
        "{may_not}"
    );
    let why = json!({ "reason": "a stranger was seen" });
    sent(&router, "/v1/devices/dev-07/suspend", &ada, &why).await;
    let (may, may_not) = (shows(&ada).await, shows(&grace).await);
    assert!(may.contains(&resume) && !may.contains(&suspend) && may.contains("a stranger was seen"));
    assert!(!may_not.contains(&resume) && may_not.contains("<button disabled>Resume</button>"));
    sent(&router, "/v1/devices/dev-07/resume", &ada, &why).await;
    let may = shows(&ada).await;
    assert!(
        !may.contains(&resume) && may.contains("it is asked to prove itself") && may.contains(&suspend),
        "whoever took it back may have been a thief: {may}"
    );
}
