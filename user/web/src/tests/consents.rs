//! Consents by passkey: what a page is told to ask, and what becomes of the answer.

use access::Role;
use axum::{
    Router,
    body::Body,
    http::{StatusCode, header},
};
use crypto::hex;
use serde_json::{Value, json};
use sim::{Asking, HONEST};

use super::{
    visitor::HOST,
    world::{Answer, World, ask, at, fleetwide, post, request},
};

/// Somebody's browser at a page of this host, signed in by a key.
struct Somebody<'a> {
    router: &'a Router,
    token: String,
    host: &'static str,
}

impl Somebody<'_> {
    async fn sends(&self, path: &str, body: Option<&Value>) -> Answer {
        let request = request("POST", path, Some(&self.token)).header(header::HOST, self.host);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        ask(
            self.router,
            request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap(),
        )
        .await
    }

    async fn question(&self, order: &str) -> Answer {
        self.sends(&api::path::filled(api::path::QUESTION, order), None).await
    }

    async fn consent(&self, order: &str, body: &Value) -> Answer {
        self.sends(&api::path::filled(api::path::PASSKEY_CONSENTS, order), Some(body)).await
    }
}

async fn somebody<'a>(world: &World, router: &'a Router, number: usize) -> Somebody<'a> {
    Somebody { router, token: world.sign_in(router, number).await, host: HOST }
}

/// Ada asks for the release of the lid; gives the order.
async fn proposed(world: &World, ada: &Somebody<'_>) -> String {
    let event = world.house.fleet().record(world.device).unwrap().latches[0].event;
    let body = json!({ "event": event.to_string(), "reason": "looked at it" });
    let answer = ada.sends("/v1/devices/dev-07/reset", Some(&body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.json()["order"].as_str().unwrap().to_owned()
}

/// What somebody's telephone answers to a question, asked like this.
fn answer(world: &World, number: usize, question: &api::proposal::Question, asking: &Asking) -> Value {
    let telephone = world.house.ceremony.authenticator(number);
    let said = telephone.answer(asking, hex::decode_array(&question.challenge).unwrap());
    json!({
        "id": hex::encode(telephone.passkey().credential.as_bytes()),
        "client_data": hex::encode(&said.client_data),
        "authenticator_data": hex::encode(&said.authenticator_data),
        "signature": hex::encode(&said.signature),
    })
}

#[tokio::test]
async fn two_people_consent_with_their_passkeys_and_nobody_alone() {
    let world = World::opened();
    let router = world.staff();
    let (ada, grace) = (somebody(&world, &router, 0).await, somebody(&world, &router, 1).await);
    let order = proposed(&world, &ada).await;
    let question: api::proposal::Question = ada.question(&order).await.read();
    assert_eq!((question.order.as_str(), question.rp.as_str()), (order.as_str(), "fleet.example"));
    assert!(question.sentence.contains("dev-07"), "{question:?}");
    let credential = hex::encode(world.house.ceremony.authenticator(0).passkey().credential.as_bytes());
    assert_eq!(question.passkeys, [credential]);

    let signed = answer(&world, 0, &question, &HONEST);
    let one: api::Proposal = ada.consent(&order, &signed).await.read();
    assert_eq!((one.consented.len(), one.needs), (1, 2));
    for alone in [ada.question(&order).await, ada.consent(&order, &signed).await] {
        assert_eq!((alone.status, alone.problem().as_str()), (StatusCode::CONFLICT, "web/signed-already"));
        assert!(alone.text.contains("somebody else's"), "{}", alone.text);
    }
    let theirs = grace.consent(&order, &signed).await;
    assert_eq!(theirs.problem(), "control/no-passkey", "what Ada signed is not Grace's consent");

    let question: api::proposal::Question = grace.question(&order).await.read();
    let both: api::Proposal = grace.consent(&order, &answer(&world, 1, &question, &HONEST)).await.read();
    assert_eq!((both.consented.len(), both.state), (2, api::word::ProposalState::Approved));
}

#[tokio::test]
async fn an_answer_that_does_not_hold_is_no_consent() {
    let world = World::opened();
    let router = world.staff();
    let (ada, grace) = (somebody(&world, &router, 0).await, somebody(&world, &router, 1).await);
    let (order, other) = (proposed(&world, &ada).await, proposed(&world, &ada).await);
    let question: api::proposal::Question = grace.question(&order).await.read();
    let elsewhere: api::proposal::Question = grace.question(&other).await.read();
    assert_ne!(question.challenge, elsewhere.challenge, "each order has its own");
    let good = answer(&world, 1, &question, &HONEST);
    let of = |asking: Asking| answer(&world, 1, &question, &asking);
    for (bad, why) in [
        (answer(&world, 1, &elsewhere, &HONEST), "signed something else"),
        (of(Asking { page: "https://evil.example", ..HONEST }), "another page than the pinned one"),
        (of(Asking { relying_party: "evil.example", ..HONEST }), "another host than the pinned one"),
        (of(Asking { framed: "true", ..HONEST }), "in a frame of another"),
        (of(Asking { flags: 0x01, ..HONEST }), "did not verify its person"),
        (of(Asking { flags: 0x04, ..HONEST }), "nobody was at the passkey"),
    ] {
        let refused = grace.consent(&order, &bad).await;
        assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "plan/consent"));
        assert!(refused.text.contains(why), "{why}: {}", refused.text);
    }
    let mut bent = good.clone();
    bent["id"] = json!("0x");
    assert_eq!(grace.consent(&order, &bent).await.problem(), "web/value");
    bent["id"] = json!("00");
    assert_eq!(grace.consent(&order, &bent).await.problem(), "control/no-passkey");
    assert_eq!(grace.consent("nonsense", &good).await.problem(), "access/refused");
    let one: api::Proposal = grace.consent(&order, &good).await.read();
    assert_eq!(one.consented.len(), 1, "and the right one counts");
}

#[tokio::test]
async fn whoever_may_not_approve_is_asked_nothing_and_no_page_but_the_pinned_one_is_told_to_ask() {
    let world = World::opened();
    let served = |third: access::Grant| {
        let operator = || vec![fleetwide(Role::Operator)];
        world.serve(&[(0, operator()), (1, operator()), (2, vec![third])])
    };
    let router = served(fleetwide(Role::Auditor));
    let ada = somebody(&world, &router, 0).await;
    let order = proposed(&world, &ada).await;
    for router in [&router, &served(at(Role::Operator, "desert"))] {
        let other = somebody(&world, router, 2).await;
        let (there, absent) =
            (other.question(&order).await, other.question("ord_aaaaaaaaaaaaaaaaaaaaaaaaaa").await);
        assert_eq!(there.problem(), "access/refused");
        assert_eq!((there.status, there.text), (absent.status, absent.text));
    }
    let grace = somebody(&world, &router, 1).await;
    let moved = Somebody { host: "wrale.example", ..grace };
    let refused = moved.question(&order).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "web/other-page"));
    assert!(refused.text.contains(HONEST.page), "{}", refused.text);
    let path = api::path::filled(api::path::QUESTION, &order);
    let nowhere = post(&router, &path, Some(&moved.token), &json!({})).await;
    assert_eq!(nowhere.problem(), "web/value", "a page says which server it means");
}

#[tokio::test]
async fn somebody_whom_the_roster_gives_no_passkey_is_told_whom_to_ask() {
    let world = World::opened();
    let (router, admin) = world.administered(vec![]).await;
    let operator = json!([super::visitor::granted("operator", &[])]);
    let (_, token) = world.newcomer(&router, &admin, "joan", &operator).await;
    let joan = Somebody { router: &router, token, host: HOST };
    let order = proposed(&world, &joan).await;
    let refused = joan.question(&order).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "control/no-passkey"));
    assert!(refused.text.contains("whoever keeps the root"), "{}", refused.text);
}
