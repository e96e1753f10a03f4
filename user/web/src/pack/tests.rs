use std::io::Read as _;

use flate2::read::GzDecoder;

use super::*;
use crate::{PAGES, TABLE, route::TakesBody};

fn headers(all: &[(header::HeaderName, &str)]) -> HeaderMap {
    all.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
}

async fn apply(packing: Packing, text: &str, cookie: Option<&str>) -> (HeaderMap, Vec<u8>) {
    let mut answer = Response::new(Body::from(text.to_owned()));
    if let Some(cookie) = cookie {
        answer.headers_mut().insert(header::SET_COOKIE, cookie.parse().unwrap());
    }
    let (parts, body) = packing.apply(answer).await.into_parts();
    (parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

#[test]
fn whoever_says_so_is_sent_gzip() {
    let takes = |word: &str| takes_gzip(&headers(&[(header::ACCEPT_ENCODING, word)]));
    for word in ["gzip", "GZIP", "gzip, deflate, br, zstd", "br;q=1.0, gzip;q=0.8", "br , gzip ; q=0.001"] {
        assert!(takes(word), "{word}");
    }
    for word in ["", "identity", "br", "*", "gzip;q=0", "gzip; q=0.000", "gzip;q=much", "gzipped"] {
        assert!(!takes(word), "{word}");
    }
    assert!(!takes_gzip(&HeaderMap::new()));
}

#[test]
fn what_another_page_asks_for_is_not_packed() {
    let map = PAGES.iter().find(|route| route.path == "/").unwrap();
    let of = |site: Option<&str>| {
        let said = site.map(|site| (header::HeaderName::from_static("sec-fetch-site"), site));
        let takes = (header::ACCEPT_ENCODING, "gzip");
        Packing::of(map, &headers(&said.into_iter().chain([takes]).collect::<Vec<_>>()))
    };
    for ours in [None, Some("same-origin"), Some("none")] {
        assert_eq!(of(ours), Packing::Gzip, "{ours:?}");
    }
    for theirs in ["same-site", "cross-site", ""] {
        assert_eq!(of(Some(theirs)), Packing::Plain, "{theirs}");
    }
}

#[tokio::test]
async fn what_is_packed_is_what_it_was() {
    let text = "a box at the harbour, ".repeat(10_000);
    let (headers, sent) = apply(Packing::Gzip, &text, None).await;
    let mut plain = String::new();
    GzDecoder::new(&sent[..]).read_to_string(&mut plain).unwrap();
    assert_eq!((plain, headers[header::CONTENT_ENCODING].to_str().unwrap()), (text.clone(), "gzip"));
    assert!(sent.len() < text.len() / 20, "{}", sent.len());
    assert_eq!(headers[header::VARY], "accept-encoding");
}

#[tokio::test]
async fn what_is_small_holds_secrets_or_sets_a_cookie_is_left_as_it_is() {
    let large = "x".repeat(4096);
    let cases = [
        (Packing::Gzip, "small", None),
        (Packing::Gzip, large.as_str(), Some("wrale=secret")),
        (Packing::Plain, large.as_str(), None),
        (Packing::Never, large.as_str(), None),
    ];
    for (packing, text, cookie) in cases {
        let (headers, sent) = apply(packing, text, cookie).await;
        assert!(!headers.contains_key(header::CONTENT_ENCODING), "{packing:?} {cookie:?}");
        assert_eq!(sent, text.as_bytes());
    }
}

/// A new route holds secrets until somebody has thought about it and written it down here.
#[test]
fn these_routes_hold_no_secret_and_no_others() {
    let all = TABLE.iter().chain(PAGES);
    let open: Vec<_> = all.filter(|route| route.holds == Holds::NoSecret).collect();
    for route in &open {
        assert_eq!(route.method, "GET", "{}", route.path);
        assert_eq!(route.body, TakesBody::Nothing, "{}", route.path);
    }
    let paths: Vec<_> = open.iter().map(|route| route.path).collect();
    let expected = [
        api::path::OPENAPI,
        api::path::METRICS,
        api::path::SITES,
        api::path::DEVICES,
        api::path::DEVICE,
        api::path::READINGS,
        api::path::INCIDENTS,
        api::path::INCIDENT,
        api::path::AUDIT_ENTRIES,
        "/assets/{file}",
        "/problems",
        "/",
        "/devices/{device}",
        "/incidents",
        "/incidents/{incident}",
        "/audit",
        "/fragments/find",
        "/fragments/traces/{incident}",
        "/fragments/readings/{device}",
        "/fragments/now",
        "/fragments/sites/{site}",
        "/fragments/why/{device}",
    ];
    assert_eq!(paths, expected);
}
