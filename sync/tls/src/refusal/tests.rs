use super::*;

/// One of each.
fn all() -> Vec<Refusal> {
    let text = || "the peer's words".to_owned();
    vec![
        Refusal::Alert(45),
        Refusal::Alpn,
        Refusal::Authority,
        Refusal::Chain(text()),
        Refusal::Crowded,
        Refusal::CriticalExtension,
        Refusal::Door(Code("admit/revoked")),
        Refusal::Early,
        Refusal::Evicted,
        Refusal::Expired,
        Refusal::Incompatible(text()),
        Refusal::Issuer,
        Refusal::KeyKind,
        Refusal::Left,
        Refusal::Malformed,
        Refusal::Misbehaved(text()),
        Refusal::Name { wanted: text(), shown: text() },
        Refusal::NoCertificate,
        Refusal::Oversized,
        Refusal::RevocationForged,
        Refusal::RevocationForm(text()),
        Refusal::RevocationOlder,
        Refusal::RevocationStale,
        Refusal::RevocationUnknown,
        Refusal::Revoked,
        Refusal::Slow,
        Refusal::Stalled,
        Refusal::Subprotocol,
        Refusal::Text,
        Refusal::Upgrade(text()),
        Refusal::UriCount(2),
        Refusal::Usage,
        Refusal::WebSocket(text()),
        Refusal::Zone(text()),
    ]
}

#[test]
fn every_refusal_has_a_code_of_its_own_and_a_sentence() {
    let codes: std::collections::BTreeSet<_> = all().iter().map(Refusal::code).collect();
    assert_eq!(codes.len(), all().len());
    for refusal in all() {
        let sentence = refusal.to_string();
        assert!(sentence.contains(' ') && !sentence.contains("tls/"), "{sentence}");
    }
}

#[test]
fn an_alert_is_told_by_its_name() {
    let sentence = Refusal::Alert(45).to_string();
    assert!(sentence.contains("CertificateExpired"), "{sentence}");
}
