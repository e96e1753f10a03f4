//! What all look at together is shared between them site by site; what is sent is packed where that says nothing.

use std::{collections::BTreeSet, io::Read as _};

use access::Role;
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, StatusCode, header},
};
use flate2::read::GzDecoder;
use tower::ServiceExt as _;

use super::world::{World, at, fleetwide, get, request};

const SITES: [&str; 3] = ["alps", "desert", "harbour"];

/// Which sites a page tells of, in whatever way, and how many boxes it leads to or counts.
fn told(page: &str) -> BTreeSet<&'static str> {
    SITES.into_iter().filter(|site| page.contains(site)).collect()
}

#[tokio::test]
async fn people_of_different_sites_who_look_at_the_same_moment_are_each_shown_their_own() {
    let world = World::town(90);
    let router = world.serve(&[
        (0, vec![at(Role::Viewer, "harbour")]),
        (1, vec![at(Role::Viewer, "desert")]),
        (2, vec![fleetwide(Role::Viewer)]),
    ]);
    let mut tokens = vec![];
    for person in 0..3 {
        tokens.push(world.sign_in(&router, person).await);
    }
    let sites: [BTreeSet<&str>; 3] = [["harbour"].into(), ["desert"].into(), SITES.into()];
    // The clock of this world stands still: all of them are given the same reading.
    for path in ["/", "/?view=squares", "/?view=list", "/?state=unproved", "/v1/sites"] {
        for turn in [0, 1, 2, 0, 1] {
            let seen = get(&router, path, Some(&tokens[turn])).await.text;
            assert_eq!(told(&seen), sites[turn], "{path} of person {turn}");
        }
    }
    for (turn, boxes) in [(0, 30), (1, 30), (2, 90), (0, 30)] {
        for path in ["/", "/fragments/now"] {
            let seen = get(&router, path, Some(&tokens[turn])).await.text;
            assert!(seen.contains(&format!("<h1>{boxes} boxes</h1>")), "{path} of person {turn}: {seen}");
            assert!(seen.contains(&format!("<b>{boxes}</b> unproved")), "{path} of person {turn}");
        }
    }
    for (turn, site) in [(0, "harbour"), (1, "desert"), (0, "harbour")] {
        let found = get(&router, "/fragments/find?q=dev-00", Some(&tokens[turn])).await.text;
        assert_eq!(told(&found), [site].into(), "person {turn} finds {found}");
    }
    for (turn, site, status) in [
        (0, "harbour", StatusCode::OK),
        (1, "harbour", StatusCode::FORBIDDEN),
        (2, "harbour", StatusCode::OK),
        (0, "desert", StatusCode::FORBIDDEN),
    ] {
        let seen = get(&router, &format!("/fragments/sites/{site}"), Some(&tokens[turn])).await;
        assert_eq!(seen.status, status, "{site} of person {turn}");
    }
}

/// As a browser asks: what came, and whether it came packed.
async fn browse(router: &Router, path: &str, token: Option<&str>) -> (HeaderMap, Bytes) {
    let request = request("GET", path, token).header(header::ACCEPT_ENCODING, "gzip, deflate, br, zstd");
    let answer = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    (parts.headers, to_bytes(body, usize::MAX).await.unwrap())
}

#[tokio::test]
async fn a_browser_is_sent_the_same_page_packed() {
    let world = World::town(90);
    let router = world.serve(&[(0, vec![fleetwide(Role::Viewer)])]);
    let token = world.sign_in(&router, 0).await;
    // Pages say when they were made, so of those it is compared how they begin and end.
    let same = |path, a: &str, b: &str| {
        let ends =
            |text: &str| (text.chars().take(200).collect::<String>(), text.chars().rev().take(200).collect());
        if path == "/problems" { a == b } else { ends(a) == (ends(b) as (String, String)) }
    };
    for path in ["/problems", "/", "/?view=list", "/?view=squares"] {
        let plain = get(&router, path, Some(&token)).await;
        let (headers, sent) = browse(&router, path, Some(&token)).await;
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip", "{path}");
        let mut unpacked = String::new();
        GzDecoder::new(&sent[..]).read_to_string(&mut unpacked).unwrap();
        assert!(!plain.headers.contains_key(header::CONTENT_ENCODING), "{path}");
        assert!(same(path, &unpacked, &plain.text), "{path}: {unpacked}");
        assert!(sent.len() * 2 < unpacked.len(), "{path}: {} of {}", sent.len(), unpacked.len());
        assert!(!unpacked.contains(&token), "{path}");
    }
}

#[tokio::test]
async fn what_never_changes_is_packed_once_for_everybody() {
    let world = World::calm();
    let (ours, another) = (world.serve(&[]), world.serve(&[]));
    let door = get(&ours, "/sign-in", None).await.text;
    // The icon is small, and goes as it is.
    let assets = door.split('"').filter(|part| part.starts_with("/assets/") && !part.ends_with(".svg"));
    let paths: Vec<_> = assets.chain([api::path::OPENAPI, api::problem::PAGE]).collect();
    assert_eq!(paths.len(), 5, "{paths:?}");
    for path in paths {
        let plain = get(&ours, path, None).await.text;
        let (headers, first) = browse(&ours, path, None).await;
        assert_eq!(headers[header::CONTENT_ENCODING], "gzip", "{path}");
        let mut unpacked = String::new();
        GzDecoder::new(&first[..]).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain, "{path}");
        let (_, again) = browse(&another, path, None).await;
        assert_eq!(first.as_ptr(), again.as_ptr(), "{path} is packed again");
    }
}

#[tokio::test]
async fn a_page_that_may_hold_a_secret_is_never_packed() {
    let world = World::calm();
    let router = world.serve(&[(0, vec![fleetwide(Role::Admin)])]);
    let token = world.sign_in(&router, 0).await;
    let pages = [
        ("/sign-in?next=/%3Fq%3Dguess", None),
        ("/join", None),
        ("/settings", Some(&token)),
        ("/people", Some(&token)),
    ];
    for (path, token) in pages {
        let (headers, sent) = browse(&router, path, token.map(String::as_str)).await;
        assert!(sent.starts_with(b"<!DOCTYPE html>") && sent.len() > 1024, "{path}: {} bytes", sent.len());
        assert!(!headers.contains_key(header::CONTENT_ENCODING), "{path}");
    }
}
