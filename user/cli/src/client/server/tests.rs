use super::*;

fn refused(url: &str) -> Mistake {
    url.parse::<Server>().unwrap_err()
}

#[test]
fn http_reaches_this_machine_and_no_other() {
    for url in ["http://localhost:8440", "http://127.0.0.1:8440/", "http://127.3.2.1", "http://[::1]:8440"] {
        assert!(url.parse::<Server>().is_ok(), "{url}");
    }
    for (url, host) in [
        ("http://fleet.example:8440", "fleet.example"),
        ("http://192.0.2.1", "192.0.2.1"),
        ("http://localhost.example", "localhost.example"),
        ("http://0.0.0.0:8440", "0.0.0.0"),
        ("http://[2001:db8::1]:8440", "[2001:db8::1]"),
    ] {
        assert_eq!(refused(url), Mistake::Plain(host.into()), "{url}");
    }
    assert!(Mistake::Plain("192.0.2.1".into()).to_string().contains("use https"));
}

#[test]
fn what_is_no_address_is_told() {
    for url in [
        "localhost:8440",
        "ftp://localhost",
        "http://",
        "http://localhost:port",
        "http://localhost:70000",
        "http://ada@localhost",
        "http://localhost/v1",
        "http://local host",
        "http://:8440",
        "http://[::1",
        "http://[::1]x",
    ] {
        assert_eq!(refused(url), Mistake::Address(url.into()), "{url}");
    }
}

#[test]
fn https_needs_an_authority_and_the_servers_own_name() {
    assert_eq!(refused("https://fleet.example"), Mistake::Authority);
    let no_certificate =
        Proof { authority: Some(b"no certificate"), name: Some("spiffe://service.nord/fleetd") };
    let refused = Server::new("https://fleet.example", &no_certificate).unwrap_err();
    assert_eq!(refused, Mistake::Certificate(tls::Mistake::NotACertificate));
}

#[test]
fn a_port_that_is_not_said_is_the_schemes() {
    assert_eq!("http://localhost".parse::<Server>().unwrap().host(), "localhost:80");
    assert_eq!("http://[::1]:8440".parse::<Server>().unwrap().host(), "[::1]:8440");
}
