use super::*;
use crate::testing::ada;

/// As the fleet writes it (`control::passkey::record`); the point is the base point of P-256.
const PASSKEY_OF_ADA: &str = "wrale-passkey/v1\n\
    name ada\n\
    person per_ifsgclbanzxw64teixg2uy3pmu\n\
    relying-party fleet.example\n\
    origin https://fleet.example:8440\n\
    credential 00ff10\n\
    key 046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
    4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5\n";

fn with(from: &str, to: &str) -> String {
    let text = PASSKEY_OF_ADA.replacen(from, to, 1);
    assert_ne!(text, PASSKEY_OF_ADA, "{from}");
    PersonFile::parse(&text).unwrap_err().to_string()
}

#[test]
fn the_file_of_a_passkey_is_read_as_the_page_wrote_it() {
    let text = PASSKEY_OF_ADA.replace("per_ifsgclbanzxw64teixg2uy3pmu", &ada().person.to_string());
    let read = PersonFile::parse(&text).unwrap();
    assert_eq!((read.name.as_str(), read.person), ("ada", ada().person));
    assert_eq!(read.text(), text);
    let PersonKey::Passkey(passkey) = read.key else { panic!("a passkey") };
    assert_eq!(passkey.relying_party.as_str(), "fleet.example");
    assert_eq!(passkey.origin.as_str(), "https://fleet.example:8440");
    assert_eq!(passkey.credential.as_bytes(), [0x00, 0xff, 0x10]);
    assert_eq!(passkey.key.as_bytes().len(), 65);
}

#[test]
fn whatever_is_wrong_with_the_file_of_a_passkey_is_named_by_its_line() {
    for (from, to, why) in [
        (
            "/v1",
            "/v2",
            "line 1: this is version `v2` of the format, and this program reads `wrale-passkey/v1`",
        ),
        ("passkey/v1", "person/v1", "line 4: `key …` should stand here"),
        (
            "relying-party fleet",
            "relying-party Fleet",
            "line 4: `relying-party`: a name of this kind cannot hold 'F'",
        ),
        (":8440", ":8440\"", "line 5: `origin`: a name of this kind cannot hold '\"'"),
        ("credential 00ff10", "credential ", "line 6: `credential`: 1 to 512 bytes belong here"),
        ("key 046b17", "key 056b17", "line 7: these bytes are not a public key for the role `passkey`"),
        ("51f5\n", "51f5\nmore\n", "line 8: nothing should follow here"),
    ] {
        assert_eq!(with(from, to), why);
    }
}

#[test]
fn a_page_that_browsers_would_not_let_ask_is_refused() {
    let party = |text: &str| text.parse::<RelyingParty>().unwrap();
    let origin = |text: &str| text.parse::<PageOrigin>().unwrap();
    for (page, host) in [
        ("https://fleet.example", "fleet.example"),
        ("https://pages.fleet.example:8440", "fleet.example"),
        ("http://localhost:8440", "localhost"),
    ] {
        assert!(speaks_for(&origin(page), &party(host)), "{page}");
    }
    for (page, host) in [
        ("http://fleet.example", "fleet.example"),
        ("https://evilfleet.example", "fleet.example"),
        ("https://fleet.example.evil.example", "fleet.example"),
        ("https://fleet.example/page", "fleet.example"),
        ("https://fleet.example:84400", "fleet.example"),
        ("https://evil.example/fleet.example", "fleet.example"),
        ("https://evil.example/.fleet.example", "fleet.example"),
        ("fleet.example", "fleet.example"),
    ] {
        assert!(!speaks_for(&origin(page), &party(host)), "{page}");
    }
    let refused = with("https://fleet", "https://evil");
    assert_eq!(
        refused,
        "line 5: `origin`: browsers let no page of this address ask for passkeys of fleet.example"
    );
}
