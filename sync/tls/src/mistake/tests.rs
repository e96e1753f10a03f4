use super::*;

#[test]
fn every_mistake_has_a_code_of_its_own_and_says_what_to_do() {
    let at = SocketAddr::from(([192, 0, 2, 1], 443));
    let name = || "the operator's word".to_owned();
    let all = [
        Mistake::Address(at),
        Mistake::Host(name()),
        Mistake::NoRoot,
        Mistake::NoSuite,
        Mistake::NotACertificate,
        Mistake::NotAKey,
        Mistake::NotLoopback(at),
        Mistake::OtherKey,
        Mistake::Privileged(at),
        Mistake::Suite(name()),
        Mistake::Taken(at),
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(Mistake::code).collect();
    assert_eq!(codes.len(), all.len());
    for mistake in all {
        let sentence = mistake.to_string();
        assert!(sentence.contains("; "), "{sentence}");
    }
}
