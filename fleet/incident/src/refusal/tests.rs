use alloc::string::ToString;

use crypto::{digest::Digest, refusal::Refusal as Unproved};

use super::*;

#[test]
fn each_refusal_has_a_code_and_a_sentence_of_its_own() {
    let all = [
        Refusal::BootKnown(1),
        Refusal::BootLetter(Unproved::Audience),
        Refusal::BootOther(1),
        Refusal::BootUnreadable(1),
        Refusal::NotConnecting(Head(Digest([0; 32]))),
        Refusal::Order(1),
        Refusal::Seal(Unproved::Audience),
        Refusal::SealBoot,
        Refusal::SealElsewhere,
        Refusal::StaleBeat,
    ];
    for (at, refusal) in all.iter().enumerate() {
        assert!(refusal.code().starts_with("incident/"), "{}", refusal.code());
        assert!(refusal.to_string().len() > 20, "{refusal}");
        for other in &all[..at] {
            assert_ne!(refusal.code(), other.code());
            assert_ne!(refusal.to_string(), other.to_string());
        }
    }
}
