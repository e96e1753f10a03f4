use super::*;

fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().unwrap());
    all.iter().map(pair).collect()
}

#[test]
fn a_page_is_ours_by_scheme_name_and_port() {
    let ours = |origin: &str, host: &str, transport| {
        is_ours(transport, &headers(&[("origin", origin), ("host", host)]))
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
        is_ours(Transport::Tls, &headers(&all))
    };
    assert!(said("same-origin"));
    assert!(!said("same-site") && !said("cross-site") && !said("none") && !said(""));
}

#[test]
fn a_header_that_is_missing_or_comes_twice_says_nothing() {
    let transport = Transport::Tls;
    assert!(!is_ours(transport, &headers(&[("origin", "https://a.example")])));
    assert!(!is_ours(transport, &headers(&[("host", "a.example")])));
    let mut twice = headers(&[("origin", "https://a.example"), ("host", "a.example")]);
    assert!(is_ours(transport, &twice));
    twice.append("origin", "https://evil.example".parse().unwrap());
    assert!(!is_ours(transport, &twice));
    assert!(is_foreign(transport, &twice));
    assert!(!is_foreign(transport, &headers(&[("host", "a.example")])), "a terminal says nothing");
    assert!(is_foreign(transport, &headers(&[("sec-fetch-site", "cross-site")])));
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
    let tls = Transport::Tls.held("00", day);
    assert_eq!(tls, "__Host-wrale=00; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict; Secure");
    let plain = Transport::Plain.held("00", day);
    assert_eq!(plain, "wrale=00; Path=/; Max-Age=86400; HttpOnly; SameSite=Strict");
}

#[test]
fn a_passkey_speaks_to_the_name_and_its_page_to_the_port_too() {
    let of = |host: &str| party(Transport::Tls, &headers(&[("host", host)])).unwrap();
    let Party { rp, origin } = of("Fleet.Example:8440");
    assert_eq!((rp.as_str(), origin.as_str()), ("fleet.example", "https://fleet.example:8440"));
    assert_eq!(of("fleet.example").rp, "fleet.example");
    assert_eq!(party(Transport::Tls, &HeaderMap::new()), None);
}
