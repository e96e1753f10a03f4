use alloc::string::ToString;

use super::*;
use crate::cbor::Reason;

const PERSON: PersonId = PersonId([0; 16]);
const KEY: KeyId = KeyId([0xab; 8]);

#[test]
fn each_refusal_has_its_code_and_says_whose_fault_it_is_and_what_now() {
    let malformed = || Malformed { offset: 3, reason: Reason::Tag };
    let cases = [
        (
            Refusal::Algorithm { expected: Algorithm::EdDsa, found: -7 },
            "crypto/algorithm",
            "the letter claims algorithm -7, but its role signs with -8",
        ),
        (
            Refusal::Assertion(malformed()),
            "crypto/cbor-tag",
            "in the assertion of the passkey: the sender's CBOR is refused at byte 3: a tag",
        ),
        (
            Refusal::Audience,
            "crypto/audience",
            "the letter is addressed to another fleet or device; do not forward it",
        ),
        (
            Refusal::Body(malformed()),
            "crypto/cbor-tag",
            "in the body of the letter: the sender's CBOR is refused at byte 3: a tag",
        ),
        (
            Refusal::ConsentExpired(PERSON),
            "crypto/consent-expired",
            "the consent of per_aaaaaaaaaaaaaaaaaaaaaaaaaa has expired; ask again",
        ),
        (
            Refusal::ConsentsMissing { have: 1, need: 2 },
            "crypto/consents-missing",
            "1 of the 2 people needed have consented; ask another",
        ),
        (
            Refusal::DuplicateConsent(PERSON),
            "crypto/duplicate-consent",
            "per_aaaaaaaaaaaaaaaaaaaaaaaaaa consented twice; each person counts once",
        ),
        (
            Refusal::Envelope(malformed()),
            "crypto/cbor-tag",
            "around the letter: the sender's CBOR is refused at byte 3: a tag",
        ),
        (
            Refusal::Header(malformed()),
            "crypto/cbor-tag",
            "in the header of the letter: the sender's CBOR is refused at byte 3: a tag",
        ),
        (Refusal::Key { role: "log" }, "crypto/key", "these bytes are not a public key for the role `log`"),
        (
            Refusal::Kind { expected: "a".into(), found: "b\n".into() },
            "crypto/kind",
            "a letter of type \"b\\n\" came to the door for `a`",
        ),
        (
            Refusal::NotEntitled(PERSON),
            "crypto/not-entitled",
            "the roster does not let per_aaaaaaaaaaaaaaaaaaaaaaaaaa consent to this; ask someone whom it names",
        ),
        (Refusal::OrderExpired, "crypto/order-expired", "what was approved has expired; propose it again"),
        (
            Refusal::OtherSubject(PERSON),
            "crypto/other-subject",
            "per_aaaaaaaaaaaaaaaaaaaaaaaaaa consented to something else; ask again, showing this order",
        ),
        (
            Refusal::Passkey(Unfit::Challenge),
            "crypto/passkey-challenge",
            "the passkey signed something else; ask again, showing this",
        ),
        (
            Refusal::Role { expected: "state", found: "log\u{7}".into() },
            "crypto/role",
            "the letter was signed in the role \"log\\u{7}\", but only `state` may sign it",
        ),
        (
            Refusal::SharedKey(KEY),
            "crypto/shared-key",
            "the key abababababababab consented for two people; sign a roster in which each has their own",
        ),
        (
            Refusal::Signature { key: KEY },
            "crypto/signature",
            "the signature is not that of key abababababababab over these bytes; discard the letter",
        ),
        (
            Refusal::Signer { expected: KEY, found: KeyId([1; 8]) },
            "crypto/signer",
            "the letter was signed by key 0101010101010101, not by abababababababab",
        ),
        (Refusal::Stranger(PERSON), "crypto/stranger", "per_aaaaaaaaaaaaaaaaaaaaaaaaaa is not in the roster"),
        (
            Refusal::StrangersKey { person: PERSON, key: KEY },
            "crypto/strangers-key",
            "the roster does not give per_aaaaaaaaaaaaaaaaaaaaaaaaaa the key abababababababab",
        ),
    ];
    for (refusal, code, words) in cases {
        assert_eq!((refusal.code(), refusal.to_string()), (code, words.into()));
    }
}
