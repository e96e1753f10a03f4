use super::*;

fn front(transport: Transport) -> Front {
    Front::new(transport, vec![])
}

fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
    all.iter().map(pair).collect()
}

#[test]
fn a_page_is_ours_by_scheme_name_and_port() {
    let ours = |origin: &str, host: &str, transport| {
        front(transport).is_ours(&headers(&[("origin", origin), ("host", host)]))
    };
    assert!(ours("https://fleet.example", "fleet.example", Transport::Tls));
    assert!(ours("https://fleet.example", "Fleet.Example", Transport::Tls), "names have no case");
    assert!(ours("http://localhost:8440", "localhost:8440", Transport::Plain));
    for (origin, host, transport) in [
        ("https://evil.example", "fleet.example", Transport::Tls),
        ("http://fleet.example", "fleet.example", Transport::Tls),
        ("https://localhost:8440", "localhost:8440", Transport::Plain),
        ("http://localhost:8441", "localhost:8440", Transport::Plain),
        ("https://fleet.example.evil.example", "fleet.example", Transport::Tls),
        ("https://fleet.example@evil.example", "fleet.example", Transport::Tls),
        ("null", "fleet.example", Transport::Tls),
        ("", "", Transport::Tls),
    ] {
        assert!(!ours(origin, host, transport), "{origin} {host}");
    }
}

#[test]
fn a_browser_that_says_another_site_is_believed() {
    let said = |site: &str| {
        let all = [("origin", "https://a.example"), ("host", "a.example"), ("sec-fetch-site", site)];
        front(Transport::Tls).is_ours(&headers(&all))
    };
    assert!(said("same-origin"));
    assert!(!said("same-site") && !said("cross-site") && !said("none") && !said(""));
}

#[test]
fn a_header_that_is_missing_or_comes_twice_says_nothing() {
    let transport = front(Transport::Tls);
    assert!(!transport.is_ours(&headers(&[("origin", "https://a.example")])));
    assert!(!transport.is_ours(&headers(&[("host", "a.example")])));
    let mut twice = headers(&[("origin", "https://a.example"), ("host", "a.example")]);
    assert!(transport.is_ours(&twice));
    twice.append("origin", "https://evil.example".parse().unwrap());
    assert!(!transport.is_ours(&twice));
    assert!(transport.is_foreign(&twice));
    assert!(!transport.is_foreign(&headers(&[("host", "a.example")])), "a terminal says nothing");
    assert!(transport.is_foreign(&headers(&[("sec-fetch-site", "cross-site")])));
}

#[test]
fn what_opens_a_socket_may_change_something() {
    let plain = HeaderMap::new();
    assert!(!is_unsafe(&Method::GET, &plain) && !is_unsafe(&Method::HEAD, &plain));
    assert!(is_unsafe(&Method::POST, &plain) && is_unsafe(&Method::DELETE, &plain));
    assert!(is_unsafe(&Method::GET, &headers(&[("upgrade", "websocket")])));
}

/// Browsers refuse the prefix, and some refuse `Secure`, where there is no TLS; nobody else is on that way.
#[test]
fn a_cookie_is_bound_as_tightly_as_what_carries_it_allows() {
    let day = Duration::from_hours(24);
    let tls = front(Transport::Tls).held(Cookie::Session, "00", day);
    assert_eq!(tls, "__Host-wrale=00; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict; Secure");
    let plain = front(Transport::Plain).held(Cookie::Session, "00", day);
    assert_eq!(plain, "wrale=00; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict");
}

#[test]
fn a_passkey_speaks_to_the_name_and_its_page_to_the_port_too() {
    let of = |host: &str| front(Transport::Tls).party(&headers(&[("host", host)]));
    let Party { rp, origin } = of("Fleet.Example:8440").unwrap();
    assert_eq!((rp.as_str(), origin.as_str()), ("fleet.example", "https://fleet.example:8440"));
    assert_eq!(of("fleet.example").unwrap().rp.as_str(), "fleet.example");
    assert_eq!(of("fleet.example/join"), None, "what no origin holds");
    assert_eq!(front(Transport::Tls).party(&HeaderMap::new()), None);
}

/// A proxy speaks TLS before a listener that has none: what browsers say is held against the configuration, and never
/// against what somebody says that they asked.
#[test]
fn where_the_configuration_names_our_pages_no_host_that_a_client_names_counts() {
    let origins = ["https://fleet.example", "https://wrale.example:8443"];
    let origins = origins.into_iter().map(|origin| origin.parse().unwrap()).collect();
    let front = Front::new(Transport::Plain, origins);
    assert!(front.is_secure() && front.cookie(Cookie::Session) == "__Host-wrale");
    assert!(front.held(Cookie::Session, "00", Duration::ZERO).to_str().unwrap().ends_with("; Secure"));
    let ours = |origin: &str, host: &str| front.is_ours(&headers(&[("origin", origin), ("host", host)]));
    assert!(ours("https://fleet.example", "127.0.0.1:8440"), "as the proxy asks");
    assert!(ours("https://wrale.example:8443", "wrale.example:8443"));
    assert!(!ours("https://evil.example", "evil.example"), "however it calls us");
    assert!(
        !ours("http://127.0.0.1:8440", "127.0.0.1:8440") && !ours("http://fleet.example", "fleet.example")
    );
    let party =
        |all: &[(&'static str, &str)]| front.party(&headers(all)).map(|party| party.origin.to_string());
    let one = Some("https://fleet.example".to_owned());
    assert_eq!(party(&[("origin", "https://fleet.example"), ("host", "evil.example")]), one);
    assert_eq!(party(&[("host", "fleet.example")]), one);
    assert_eq!(party(&[("origin", "https://evil.example"), ("host", "fleet.example")]), None);
    assert_eq!(party(&[("host", "127.0.0.1:8440")]), None, "which of the two nobody knows");
    let only = Front::new(Transport::Plain, vec!["https://fleet.example".parse().unwrap()]);
    assert_eq!(only.party(&headers(&[("host", "127.0.0.1:8440")])).unwrap().rp.as_str(), "fleet.example");
}

/// RFC 6797 §7.2: it is never said without TLS.
#[test]
fn browsers_that_came_by_tls_are_told_to_stay_with_it() {
    let said = |transport| {
        let answer = crate::answer::guarded(&front(transport), axum::response::Response::default());
        answer.headers().get(header::STRICT_TRANSPORT_SECURITY).cloned()
    };
    assert_eq!(said(Transport::Tls).unwrap(), "max-age=31536000");
    assert_eq!(said(Transport::Plain), None);
}
