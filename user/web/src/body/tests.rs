use api::device::Arm;
use axum::http::HeaderValue;

use super::*;

fn code(body: &[u8]) -> &'static str {
    read::<Arm>(body).map_or_else(|refusal| refusal.code(), |_| "taken")
}

#[test]
fn what_is_json_and_fits_is_taken() {
    assert_eq!(code(br#" { "arming" : "armed" } "#), "taken");
}

#[test]
fn what_is_no_json_is_told_apart_from_what_does_not_fit() {
    for body in
        [&b""[..], b"{", b"{}}", b"\xff", b"{\"arming\":armed}", b"{'arming':'armed'}", b"\xef\xbb\xbf{}"]
    {
        assert_eq!(code(body), "web/json", "{}", String::from_utf8_lossy(body));
    }
    let twice = br#"{"arming":"armed","arming":"storage"}"#;
    for body in [
        &b"{}"[..],
        b"[]",
        br#"["armed"]"#,
        b"null",
        br#"{"arming":7}"#,
        br#"{"arming":"armed","force":true}"#,
        twice,
    ] {
        assert_eq!(code(body), "web/shape", "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn depth_is_bounded_and_brackets_in_strings_are_not_depth() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(code(nested(DEPTH).as_bytes()), "web/shape");
    assert_eq!(code(nested(DEPTH + 1).as_bytes()), "web/json");
    assert_eq!(depth(r#"{"a":"[[[\"[["}"#), 1);
    assert_eq!(depth(r#"["\\",[]]"#), 2);
}

#[test]
fn only_one_body_of_the_right_type_is_taken() {
    let headers = |values: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::CONTENT_TYPE, HeaderValue::from_static(value));
        }
        headers
    };
    assert!(is_json(&headers(&["application/json"])));
    assert!(is_json(&headers(&["Application/JSON; charset=utf-8"])));
    for bad in [&[][..], &["text/plain"], &["application/json", "application/json"], &["application/jsonp"]] {
        assert!(!is_json(&headers(bad)), "{bad:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_not_waited_for() {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let drip = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    assert_eq!(take(&headers, drip).await, Err(Refusal::BodySlow));
}
