use http_body_util::Full;
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;

use crate::testing::{Daemon, Guest, Home, PATIENT, get, post};

#[tokio::test]
async fn the_external_listener_answers_people_and_tells_strangers_nothing() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let (status, facts) = get(&daemon, api::path::FLEET, None).await;
    assert_eq!(status, 200);
    let root = crypto::hex::encode(crate::testing::root().public().as_bytes());
    assert!(facts.contains("\"nord\"") && facts.contains(&root), "{facts}");
    assert_eq!(get(&daemon, api::path::DEVICES, None).await.0, 401);
    assert_eq!(get(&daemon, "/v1/nothing", None).await.0, 404);
    assert_eq!(post(&daemon, api::path::TOKENS, Some("00"), "{}").await.0, 401);
    let ada = Guest::sign_in(&daemon, 1).await;
    assert_eq!(get(&daemon, api::path::DEVICES, Some(&ada.0)).await.0, 200);
    let (status, text) = get(&daemon, "/v1/changes?after=0&wait=1", Some(&ada.0)).await;
    assert_eq!(status, 200, "{text}");
    daemon.stop().await;
}

#[tokio::test]
async fn people_are_answered_by_threads_of_their_own() {
    let home = Home::ready();
    let daemon = Daemon::start(home.config("")).await.unwrap();
    let mut guest = connected(&daemon).await;
    let answer = guest.send_request(Request::get("/healthz").body(Full::default()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(daemon.reads() >= 2, "whoever opens, and whoever has come in: {}", daemon.reads());
    daemon.stop().await;
}

#[tokio::test]
async fn with_tls_it_shows_the_certificate_of_the_file() {
    let home = Home::ready();
    let made = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["fleet.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&made).unwrap();
    let (chain, key) = (home.folder.join("people.der"), home.folder.join("people.key"));
    std::fs::write(&chain, certificate.der()).unwrap();
    std::fs::write(&key, made.serialized_der()).unwrap();
    let lines = format!("external: !tls {{ certificate: {}, key: {} }}", chain.display(), key.display());
    let daemon = Daemon::start(home.config(&lines)).await.unwrap();
    let mut plain = connected(&daemon).await;
    let request = Request::get("/healthz").body(Full::default()).unwrap();
    assert!(plain.send_request(request).await.is_err(), "nobody speaks without TLS there");
    daemon.stop().await;
}

/// Somebody with a connection that stays open.
async fn connected(daemon: &Daemon) -> SendRequest<Full<Bytes>> {
    let stream = tls::connect::local(&daemon.listening.external.to_string(), PATIENT).await.unwrap();
    let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}
