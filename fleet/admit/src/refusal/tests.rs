use alloc::{string::ToString, vec::Vec};

use vocab::BootId;

use super::*;
use crate::testing::{DEV, label};

fn all() -> Vec<Refusal> {
    let (at, key) = (Cursor { boot: BootId([1; 16]), seq: 9 }, KeyId([2; 8]));
    Vec::from([
        Refusal::CertificateEarly,
        Refusal::CertificateExpired,
        Refusal::FeedStale,
        Refusal::GenerationEarly(Generation(2)),
        Refusal::GenerationOther { said: Generation(1), adopted: Generation(2) },
        Refusal::GenerationUnknown(Generation(2)),
        Refusal::HeadForked(at),
        Refusal::HeadOff(at),
        Refusal::JoinOver(DEV),
        Refusal::KeyMustChange(key),
        Refusal::KeyOther,
        Refusal::KeyReplaced(key),
        Refusal::KeyTaken(DEV),
        Refusal::Letter(crypto::refusal::Refusal::Audience),
        Refusal::NonceOther,
        Refusal::NonceStale,
        Refusal::QuarantineOnly,
        Refusal::RenewalOwed,
        Refusal::Revoked(Reason::Replaced),
        Refusal::ServiceRevoked("door".parse().unwrap()),
        Refusal::Software(label("x")),
        Refusal::StateOther(Generation(2)),
        Refusal::Suspended,
        Refusal::TokenBound,
        Refusal::TokenExpired,
        Refusal::TokenUnknown,
        Refusal::TokenUsed,
        Refusal::TooOften,
        Refusal::Unenrolled(DEV),
        Refusal::UriCount(2),
        Refusal::UriForeign("x".into()),
        Refusal::Zone(TrustZone::Service),
    ])
}

#[test]
fn each_refusal_has_a_code_and_a_sentence_of_its_own() {
    let all = all();
    for (at, refusal) in all.iter().enumerate() {
        assert!(refusal.code().starts_with("admit/"), "{}", refusal.code());
        assert!(refusal.to_string().len() > 20, "{refusal}");
        for other in &all[..at] {
            assert_ne!(refusal.code(), other.code());
            assert_ne!(refusal.to_string(), other.to_string());
        }
    }
}

#[test]
fn what_only_an_attack_looks_like_is_told_and_the_rest_is_counted() {
    let told: Vec<_> =
        all().into_iter().filter(|one| one.weight() == Weight::Alert).map(|one| one.code()).collect();
    let expected = [
        "admit/generation-unknown",
        "admit/head-forked",
        "admit/key-taken",
        "admit/revoked",
        "admit/service-revoked",
        "admit/state-other",
        "admit/token-bound",
        "admit/token-used",
        "admit/too-often",
        "admit/zone",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_device_is_asked_again_where_it_could_not_help_it() {
    let again: Vec<_> = all().into_iter().filter(Refusal::is_of_the_moment).map(|one| one.code()).collect();
    let expected =
        ["admit/generation-early", "admit/generation-other", "admit/head-off", "admit/nonce-stale"];
    assert_eq!(again, expected);
}

#[test]
fn what_is_about_the_letter_is_not_about_the_moment() {
    let of_the_letter: Vec<_> = all().into_iter().filter(Refusal::is_of_the_letter).collect();
    let codes: Vec<_> = of_the_letter.iter().map(Refusal::code).collect();
    assert_eq!(codes, ["admit/key-other", "admit/letter", "admit/nonce-other", "admit/unenrolled"]);
    assert!(!of_the_letter.iter().any(Refusal::is_of_the_moment));
}
