//! Cookies: what a browser adds by itself counts only for pages of ours.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use serde_json::json;

use super::{
    visitor::{Browser, HOST, ORIGIN, PASSWORD, changing, granted},
    world::{World, ask, get, request},
};

async fn signed_in(world: &World) -> Browser {
    let (router, admin) = world.administered(vec![]).await;
    world
        .newcomer(&router, &admin, "ada", &json!([granted("operator", &[]), granted("security", &[])]))
        .await;
    let mut browser = Browser::new(&router);
    assert_eq!(browser.sign_in("ada").await.status, StatusCode::OK);
    browser
}

/// A50, and its twin: every route that changes something, asked by another page and by ours.
#[tokio::test]
async fn another_page_changes_nothing_in_anybody_s_name() {
    let world = World::calm();
    let mut browser = signed_in(&world).await;
    let foreign: [&[(&str, &str)]; 6] = [
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[],
        &[("origin", "http://fleet.example:8440")],
        &[("origin", ORIGIN), ("sec-fetch-site", "cross-site")],
        &[("origin", ORIGIN), ("sec-fetch-site", "same-site")],
    ];
    let cookie = browser.cookie.clone().unwrap();
    let mut refused = 0;
    for (method, path) in changing() {
        for headers in foreign {
            let mut from = request(&method, &path, None).header(header::HOST, HOST);
            from = from.header(header::COOKIE, &cookie).header(header::CONTENT_TYPE, "application/json");
            from = headers.iter().fold(from, |from, (name, value)| from.header(*name, *value));
            let answer = ask(&browser.router, from.body(Body::from("{}")).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} {headers:?}");
            assert_eq!(answer.problem(), "web/foreign-origin");
            refused += 1;
        }
    }
    let said = world.log("permit").await;
    let counted = said.iter().filter(|outcome| outcome.contains("web/foreign-origin")).count();
    assert!(counted == 1 && refused > 60, "{refused} refused, and it is one entry: {said:?}");
    assert_eq!(browser.get(api::path::ME).await.status, StatusCode::OK, "nothing was changed by it");
    for (method, path) in changing().filter(|(_, path)| path != api::path::SIGN_OUT) {
        let answer = browser.send(&method, &path, Some(&json!({}))).await;
        assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert!(!answer.text.contains("web/foreign-origin"), "{method} {path}: {answer:?}");
    }
}

#[tokio::test]
async fn a_socket_is_opened_by_our_page_alone() {
    let world = World::calm();
    let browser = signed_in(&world).await;
    let open = async |origin: &str| {
        let from = request("GET", api::path::ME, None).header(header::HOST, HOST);
        let from = from.header(header::COOKIE, browser.cookie.as_ref().unwrap());
        let from = from.header(header::UPGRADE, "websocket").header(header::ORIGIN, origin);
        ask(&browser.router, from.body(Body::empty()).unwrap()).await
    };
    assert_eq!(open("https://evil.example").await.problem(), "web/foreign-origin");
    assert_eq!(open(ORIGIN).await.status, StatusCode::OK);
}

/// A page that signs somebody in as somebody else would read what they then do.
#[tokio::test]
async fn another_page_signs_nobody_in() {
    let world = World::calm();
    let mut browser = signed_in(&world).await;
    browser.cookie = None;
    browser.origin = "https://evil.example".into();
    assert_eq!(browser.sign_in("ada").await.problem(), "web/foreign-origin");
    browser.origin = ORIGIN.into();
    assert_eq!(browser.sign_in("ada").await.status, StatusCode::OK);
}

/// A49: what was there before signing in opens nothing after it.
#[tokio::test]
async fn a_session_has_a_new_name_whenever_somebody_comes_in() {
    let world = World::calm();
    let mut browser = signed_in(&world).await;
    let planted = format!("__Host-wrale={}", "ab".repeat(32));
    browser.cookie = Some(planted.clone());
    assert_eq!(
        browser.get(api::path::ME).await.problem(),
        "web/signed-out",
        "set from outside it is nobody's"
    );
    browser.sign_in("ada").await;
    let first = browser.cookie.clone().unwrap();
    assert_ne!(first, planted);
    browser.sign_in("ada").await;
    let second = browser.cookie.clone().unwrap();
    assert_ne!(first, second);
    for (cookie, stands) in [(&planted, false), (&first, false), (&second, true)] {
        browser.cookie = Some(cookie.clone());
        let answer = browser.get(api::path::ME).await;
        assert_eq!(answer.status == StatusCode::OK, stands, "{cookie}");
    }
    // Two cookies of one name: somebody planted one of them.
    browser.cookie = Some(format!("{planted}; {second}"));
    assert_eq!(browser.get(api::path::ME).await.problem(), "web/signed-out");
}

#[tokio::test]
async fn with_a_new_password_the_session_goes_on_under_a_new_name_and_all_others_are_over() {
    let world = World::calm();
    let mut browser = signed_in(&world).await;
    let mut other = Browser::new(&browser.router);
    other.sign_in("ada").await;
    let before = browser.cookie.clone();
    let set = browser.post(api::path::MY_PASSWORD, &json!({ "password": "seven-lanterns-in-fog" })).await;
    assert_eq!(set.status, StatusCode::OK, "{set:?}");
    assert_eq!(browser.get(api::path::ME).await.status, StatusCode::OK);
    assert_ne!(browser.cookie, before);
    assert_eq!(other.get(api::path::ME).await.problem(), "web/signed-out");
    browser.cookie = before;
    assert_eq!(browser.get(api::path::ME).await.problem(), "web/signed-out");
    assert_eq!(other.sign_in("ada").await.problem(), "web/sign-in", "the old password is over too");
}

#[tokio::test]
async fn a_header_counts_before_a_cookie() {
    let world = World::calm();
    let browser = signed_in(&world).await;
    let from = browser.request("GET", api::path::ME).header(header::AUTHORIZATION, "Bearer 00");
    let answer = ask(&browser.router, from.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.problem(), "web/signed-out");
    assert_eq!(get(&browser.router, api::path::ME, None).await.problem(), "web/signed-out");
    assert!(PASSWORD.len() > 15);
}
