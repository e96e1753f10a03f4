//! Somebody who comes in by an account, as a browser or a terminal does.

use std::{net::IpAddr, sync::Arc};

use access::Grant;
use axum::{
    Router,
    body::Body,
    http::{StatusCode, header, request::Builder},
};
use control::Now;
use crypto::hex;
use serde_json::{Value, json};

use super::world::{Answer, World, ask, post, request};
use crate::{Source, routes::TABLE};

/// Good enough for every test.
pub(super) const PASSWORD: &str = "copper-violin-moss-lantern";

/// What browsers say of themselves at this server.
pub(super) const HOST: &str = "fleet.example:8440";
pub(super) const ORIGIN: &str = "https://fleet.example:8440";

/// Grants as people write them.
pub(super) fn granted(role: &str, sites: &[&str]) -> Value {
    if sites.is_empty() { json!({ "role": role }) } else { json!({ "role": role, "sites": sites }) }
}

impl World {
    /// A word for the first administrator, among people of whom the configuration names none.
    pub(super) async fn first_word(&self) -> Option<String> {
        let wall = self.now().wall;
        let word = self.asks(move |fleet, now| fleet.first_link(&[].into(), Now { wall, ..now })).await;
        word.map(|word| hex::encode(&word))
    }

    /// Asks the fleet's thread.
    pub(super) async fn asks<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut control::House, Now) -> R + Send + 'static,
    ) -> R {
        let (tell, told) = tokio::sync::oneshot::channel();
        self.facade.ask(job, |answer| drop(tell.send(answer)));
        told.await.unwrap().unwrap()
    }

    /// Somebody new, invited by whoever has this token; gives who they are, and a token of theirs.
    pub(super) async fn newcomer(
        &self,
        router: &Router,
        admin: &str,
        name: &str,
        grants: &Value,
    ) -> (String, String) {
        let body = json!({ "name": name, "grants": grants });
        let invited = post(router, api::path::PEOPLE, Some(admin), &body).await;
        assert_eq!(invited.status, StatusCode::CREATED, "{invited:?}");
        let body = json!({ "token": invited.json()["token"], "password": PASSWORD, "hold": "token" });
        let session: api::Session = post(router, api::path::REDEEM, None, &body).await.read();
        (session.person, session.token)
    }

    /// A router at which Grace, by her key, decides who is who; and her token.
    pub(super) async fn administered(&self, more: Vec<Grant>) -> (Router, String) {
        let grants = [vec![super::world::fleetwide(access::Role::Admin)], more].concat();
        let router = self.serve(&[(1, grants)]);
        let token = self.sign_in(&router, 1).await;
        (router, token)
    }
}

/// Signs in by name and password.
pub(super) async fn password(router: &Router, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password, "hold": "token" });
    post(router, api::path::PASSWORD_SIGN_IN, None, &body).await
}

/// The same from this address.
pub(super) async fn password_from(router: &Router, source: &str, body: &Value) -> Answer {
    let request = request("POST", api::path::PASSWORD_SIGN_IN, None)
        .header(header::CONTENT_TYPE, "application/json")
        .extension(Source(source.parse::<IpAddr>().unwrap()));
    ask(router, request.body(Body::from(body.to_string())).unwrap()).await
}

/// A browser at our own page, with its cookie jar.
pub(super) struct Browser {
    pub(super) router: Router,
    pub(super) cookie: Option<String>,
    /// What it holds because somebody came in.
    pub(super) known: Option<String>,
    pub(super) origin: Arc<str>,
    pub(super) host: &'static str,
}

impl Browser {
    pub(super) fn new(router: &Router) -> Self {
        Self { router: router.clone(), cookie: None, known: None, origin: ORIGIN.into(), host: HOST }
    }

    /// A request as this browser sends it from its page.
    pub(super) fn request(&self, method: &str, path: &str) -> Builder {
        let mut request = request(method, path, None).header(header::HOST, self.host);
        if method != "GET" {
            request = request.header(header::ORIGIN, &*self.origin);
        }
        let held = self.cookie.iter().chain(&self.known).map(|cookie| format!("; {cookie}"));
        let held: String = held.collect();
        if !held.is_empty() {
            request = request.header(header::COOKIE, format!("theme=dark{held}"));
        }
        request
    }

    pub(super) async fn send(&mut self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = self.request(method, path).header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let answer = ask(&self.router, request.body(body).unwrap()).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            let held =
                if pair.starts_with("__Host-wrale-browser=") { &mut self.known } else { &mut self.cookie };
            *held = (!pair.ends_with('=')).then_some(pair);
        }
        answer
    }

    pub(super) async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(super) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    /// Signs in, and holds the cookie from then on.
    pub(super) async fn sign_in(&mut self, name: &str) -> Answer {
        let body = json!({ "name": name, "password": PASSWORD });
        self.post(api::path::PASSWORD_SIGN_IN, &body).await
    }
}

/// Every route of the contract that changes something, with its parameter filled in.
pub(super) fn changing() -> impl Iterator<Item = (String, String)> {
    let changes = TABLE.iter().filter(|route| !route.method.is_safe());
    let session = changes.filter(|route| route.needs != crate::Needs::Nothing);
    session.map(|route| (route.method.to_string(), api::path::filled(route.path, "x")))
}
