use alloc::{format, string::String, vec, vec::Vec};

use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use super::*;
use crate::{cbor::Reason, hex};

/// What other people's code makes of an authenticator: it signs what it is told to.
#[derive(Clone)]
pub(crate) struct Authenticator {
    secret: SigningKey,
    pub(crate) passkey: Passkey,
}

pub(crate) const PARTY: &str = "fleet.example";
pub(crate) const PAGE: &str = "https://fleet.example:8440";

/// Touched, and its person verified.
pub(crate) const THERE: u8 = 0x05;

impl Authenticator {
    pub(crate) fn new(seed: u8) -> Self {
        let secret = SigningKey::from_slice(&[seed; 32]).unwrap();
        let point = secret.verifying_key().to_sec1_point(false);
        let passkey = Passkey {
            key: PublicKey::from_bytes(point.as_bytes()).unwrap(),
            relying_party: PARTY.parse().unwrap(),
            origin: PAGE.parse().unwrap(),
            credential: CredentialId::new(vec![seed; 16]).unwrap(),
        };
        Self { secret, passkey }
    }

    /// The assertion that a page gets for this challenge, as bytes.
    pub(crate) fn assert(&self, challenge: &Digest) -> Said {
        self.sign(
            authenticator_data(PARTY, THERE, 1, &[]),
            client_data(challenge, PAGE, r#","crossOrigin":false}"#),
        )
    }

    fn sign(&self, authenticator_data: Vec<u8>, client_data: Vec<u8>) -> Said {
        let message = [&authenticator_data[..], &Sha256::digest(&client_data)].concat();
        let signature: Signature = self.secret.sign(&message);
        Said { authenticator_data, client_data, signature: signature.to_der().as_bytes().to_vec() }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Said {
    authenticator_data: Vec<u8>,
    client_data: Vec<u8>,
    signature: Vec<u8>,
}

impl Said {
    pub(crate) fn as_assertion(&self) -> Assertion<'_> {
        let Self { authenticator_data, client_data, signature } = self;
        Assertion { authenticator_data, client_data, signature }
    }
}

fn authenticator_data(party: &str, flags: u8, counter: u32, more: &[u8]) -> Vec<u8> {
    [&Sha256::digest(party)[..], &[flags], &counter.to_be_bytes(), more].concat()
}

fn client_data(challenge: &Digest, page: &str, end: &str) -> Vec<u8> {
    let challenge = base64url(challenge.as_bytes());
    format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{page}"{end}"#).into_bytes()
}

/// Its base64url holds both of the digits that base64 spells otherwise.
const CHALLENGE: Digest = Digest([0xfb; 32]);

fn judge(said: &Said) -> Result<(), Refusal> {
    said.as_assertion().verify(&Authenticator::new(7).passkey, &CHALLENGE)
}

fn signing(authenticator_data: Vec<u8>, client_data: Vec<u8>) -> Result<(), Refusal> {
    judge(&Authenticator::new(7).sign(authenticator_data, client_data))
}

#[test]
fn what_a_passkey_signed_for_the_pinned_page_is_believed() {
    let said = Authenticator::new(7).assert(&CHALLENGE);
    assert!(
        String::from_utf8(said.client_data.clone()).unwrap().contains("-_v7-_v7"),
        "in the alphabet of URLs"
    );
    assert_eq!(judge(&said), Ok(()));
}

#[test]
fn whatever_is_not_as_the_root_pinned_it_is_refused_for_its_own_reason() {
    let page = |page| client_data(&CHALLENGE, page, "}");
    let data = |party, flags| authenticator_data(party, flags, 1, &[]);
    let other = client_data(&Digest([0xfa; 32]), PAGE, "}");
    let created = String::from_utf8(page(PAGE)).unwrap().replace("webauthn.get", "webauthn.create");
    let cases = [
        (data(PARTY, THERE), other, Unfit::Challenge),
        (data(PARTY, THERE), page("https://evil.example"), Unfit::Origin),
        (data(PARTY, THERE), page("https://fleet.example"), Unfit::Origin),
        (data(PARTY, THERE), page("https://fleet.example:84400"), Unfit::Origin),
        (data(PARTY, THERE), page("http://fleet.example:8440"), Unfit::Origin),
        (data(PARTY, THERE), created.into_bytes(), Unfit::ClientData),
        (data(PARTY, THERE), client_data(&CHALLENGE, PAGE, r#","crossOrigin":true}"#), Unfit::Framed),
        (data("evil.example", THERE), page(PAGE), Unfit::RelyingParty),
        (data(PAGE, THERE), page(PAGE), Unfit::RelyingParty),
        (data(PARTY, 0x04), page(PAGE), Unfit::Absent),
        (data(PARTY, 0x01), page(PAGE), Unfit::Unverified),
        (data(PARTY, THERE | 0x40), page(PAGE), Unfit::AuthenticatorData),
        (data(PARTY, THERE | 0x80), page(PAGE), Unfit::AuthenticatorData),
        (authenticator_data(PARTY, THERE, 1, &[0xa0]), page(PAGE), Unfit::AuthenticatorData),
        (data(PARTY, THERE)[..36].to_vec(), page(PAGE), Unfit::AuthenticatorData),
        (vec![], page(PAGE), Unfit::AuthenticatorData),
    ];
    for (data, client, unfit) in cases {
        assert_eq!(signing(data, client), Err(Refusal::Passkey(unfit)));
    }
}

#[test]
fn another_passkey_of_the_same_page_is_another_key() {
    let refusal = Refusal::Signature { key: Authenticator::new(7).passkey.key.id() };
    assert_eq!(judge(&Authenticator::new(8).assert(&CHALLENGE)), Err(refusal));
}

#[test]
fn the_counter_the_backup_and_announced_extensions_decide_nothing() {
    let (synced, extended) = (0x18, 0x80);
    for (flags, counter, more) in
        [(0, 0, &[][..]), (0, u32::MAX, &[]), (synced, 0, &[]), (extended, 2, &[0xa1, 0x00, 0x00])]
    {
        let data = authenticator_data(PARTY, THERE | flags, counter, more);
        assert_eq!(signing(data, client_data(&CHALLENGE, PAGE, "}")), Ok(()));
    }
}

/// WebAuthn Level 2 §5.8.1.2, and browsers that say `crossOrigin` only where it is true.
#[test]
fn what_browsers_add_is_passed_over_and_no_other_spelling_is_taken() {
    let ending = |end| signing(authenticator_data(PARTY, THERE, 1, &[]), client_data(&CHALLENGE, PAGE, end));
    for good in
        ["}", r#","crossOrigin":false}"#, r#","crossOrigin":false,"more":{"a":[1]}}"#, r#","more":1}"#]
    {
        assert_eq!(ending(good), Ok(()), "{good}");
    }
    for bad in ["", " }", "}}", ",", r#","crossOrigin":false"#, r#","crossOrigin":falsehood}"#, ":1}", "}\n"]
    {
        assert_eq!(ending(bad), Err(Refusal::Passkey(Unfit::ClientData)), "{bad}");
    }
    for framed in
        [r#","crossOrigin":true,"topOrigin":"https://evil.example"}"#, r#","a":1,"crossOrigin":true}"#]
    {
        assert_eq!(ending(framed), Err(Refusal::Passkey(Unfit::Framed)), "{framed}");
    }
    let challenge = base64url(CHALLENGE.as_bytes());
    for spelling in [
        format!(r#"{{ "type":"webauthn.get","challenge":"{challenge}","origin":"{PAGE}"}}"#),
        format!(r#"{{"challenge":"{challenge}","origin":"{PAGE}","type":"webauthn.get"}}"#),
        format!(r#"{{"type":"webauthn.get","challenge":"{challenge}=","origin":"{PAGE}"}}"#),
        format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin" :"{PAGE}"}}"#),
        String::new(),
    ] {
        let refused = signing(authenticator_data(PARTY, THERE, 1, &[]), spelling.clone().into_bytes());
        assert_eq!(refused, Err(Refusal::Passkey(Unfit::ClientData)), "{spelling}");
    }
}

/// SEQUENCE of two INTEGERs, each in its one spelling (X.690 §8.3.2 and §10.1); S may be high.
#[test]
fn a_signature_is_strict_der_with_either_s() {
    let key = Authenticator::new(7);
    let said = key.assert(&CHALLENGE);
    let message = [&said.authenticator_data[..], &Sha256::digest(&said.client_data)].concat();
    let low: Signature = key.secret.sign(&message);
    let high = Signature::from_scalars(*low.r(), -*low.s()).unwrap();
    let with = |signature: Vec<u8>| judge(&Said { signature, ..said.clone() });
    let der = |signature: &Signature| signature.to_der().as_bytes().to_vec();
    assert_eq!((with(der(&low)), with(der(&high))), (Ok(()), Ok(())));

    let good = der(&low);
    let r_len = usize::from(good[3]);
    let long_form = [&[0x30, 0x81, good[1]], &good[2..]].concat();
    let padded = [&[0x30, good[1] + 1, 0x02, good[3] + 1, 0x00], &good[4..]].concat();
    let trailing = [&good[..], &[0x00]].concat();
    let inside = [&[0x30, good[1] + 1], &good[2..], &[0x00]].concat();
    let without_s = [&[0x30, good[3] + 2], &good[2..4 + r_len]].concat();
    let zero = vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00];
    let endless = [&[0x30, 0x80], &good[2..], &[0x00, 0x00]].concat();
    let raw = low.to_bytes().to_vec();
    let cut = good[..good.len() - 1].to_vec();
    for bad in
        [long_form, padded, trailing, inside, without_s, zero, endless, raw, cut, vec![], vec![0x30; 600]]
    {
        let refusal = Refusal::Signature { key: key.passkey.key.id() };
        assert_eq!(with(bad.clone()), Err(refusal), "{}", hex::encode(&bad));
    }
}

/// WebAuthn Level 3 §16: test vectors. The first is of a person who was not verified, the second of a page in a
/// frame; both are refused for that and nothing else, and both signatures hold.
#[test]
fn the_vectors_of_the_standard_are_what_they_say() {
    for (point, challenge, data, client, signature, unfit) in W3C {
        let bytes = |text| hex::decode(text).unwrap();
        let passkey = Passkey {
            key: PublicKey::from_bytes(&[&[4][..], &bytes(point)].concat()).unwrap(),
            relying_party: "example.org".parse().unwrap(),
            origin: "https://example.org".parse().unwrap(),
            credential: CredentialId::new(vec![1]).unwrap(),
        };
        let (data, client, signature) = (bytes(data), bytes(client), bytes(signature));
        let said = Assertion { authenticator_data: &data, client_data: &client, signature: &signature };
        let challenge = Digest(bytes(challenge).try_into().unwrap());
        assert_eq!(said.verify(&passkey, &challenge), Err(Refusal::Passkey(unfit)));
        let judged = judge_client_data(&client, &challenge, &passkey.origin);
        assert_eq!(judged.is_ok(), unfit == Unfit::Unverified);
        let judged = judge_authenticator_data(&data, &passkey.relying_party);
        assert_eq!(judged.is_ok(), unfit == Unfit::Framed);
        assert_eq!(passkey.key.verify(&[&data[..], &Sha256::digest(&client)].concat(), &signature), Ok(()));
    }
}

const W3C: [(&str, &str, &str, &str, &str, Unfit); 2] = [
    (
        "afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
        "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a5558543049393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a66616c73657d",
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e486013f937295ea13653e331e87",
        Unfit::Unverified,
    ),
    (
        "22200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97dcbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a9c6e",
        "876aa517ba83fdee65fcffdbca4c84eeae5d54f8041a1fc85c991e5bbb273137",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50500000000",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a226832716c463771445f65356c5f505f62796b7945377135645650674547685f49584a6b655737736e4d5463222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f73734f726967696e223a747275652c22657874726144617461223a22636c69656e74446174614a534f4e206d617920626520657874656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a2039327063545644304162792d713464746d6a36656667227d",
        "3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7022100c76237ff9db77b3c56f30837cda6a09acfa2e915544e609c0733b1184036d1cf",
        Unfit::Framed,
    ),
];

#[test]
fn an_assertion_is_read_back_as_it_was_written_and_in_no_other_way() {
    let said = Authenticator::new(7).assert(&CHALLENGE);
    let bytes = said.as_assertion().encode();
    assert_eq!(Assertion::parse(&bytes), Ok(said.as_assertion()));
    let refused = |bytes: &[u8]| match Assertion::parse(bytes) {
        Err(Refusal::Assertion(malformed)) => malformed.reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&[&bytes[..], &[0x00]].concat()), Reason::Trailing);
    assert_eq!(refused(&bytes[..bytes.len() - 1]), Reason::Truncated);
    assert!(matches!(refused(&[0x82, 0x40, 0x40]), Reason::Shape(_)));
    assert!(matches!(refused(&[0x84, 0x40, 0x40, 0x40, 0x40]), Reason::TooManyItems(_) | Reason::Shape(_)));
    let long = Said { client_data: vec![b' '; 1400], ..said };
    assert_eq!(refused(&long.as_assertion().encode()), Reason::TooLong(1400));
}

#[test]
fn a_passkey_of_the_wire_is_bounded() {
    let passkey = Authenticator::new(7).passkey;
    let read = |bytes: &[u8]| cbor::decode::<Passkey>(bytes, &Limits::FRAME);
    assert_eq!(read(&cbor::encode(&passkey)), Ok(passkey.clone()));
    let long = Passkey { credential: CredentialId(vec![1; CredentialId::LIMIT + 1]), ..passkey.clone() };
    let none = Passkey { credential: CredentialId(vec![]), ..passkey };
    assert!(read(&cbor::encode(&long)).is_err() && read(&cbor::encode(&none)).is_err());
    assert_eq!(CredentialId::new(vec![]), None);
    assert_eq!(CredentialId::new(vec![0; CredentialId::LIMIT + 1]), None);
}

#[test]
fn each_reason_has_a_code_of_its_own_and_says_what_now() {
    let all = [
        Unfit::Absent,
        Unfit::AuthenticatorData,
        Unfit::Challenge,
        Unfit::ClientData,
        Unfit::Framed,
        Unfit::Origin,
        Unfit::RelyingParty,
        Unfit::Unverified,
    ];
    let codes: alloc::collections::BTreeSet<_> = all.iter().map(|unfit| unfit.code()).collect();
    assert_eq!(codes.len(), all.len());
    for unfit in all {
        assert!(unfit.code().starts_with("crypto/passkey-"));
        assert!(format!("{unfit}").contains("; "), "{unfit}");
    }
}

proptest! {
    #[test]
    fn no_bit_of_what_was_signed_can_change_unnoticed(at in any::<usize>(), bit in 0_u8..8) {
        let said = Authenticator::new(7).assert(&CHALLENGE);
        let mut bytes = said.as_assertion().encode();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let judged = Assertion::parse(&bytes).and_then(|said| said.verify(&Authenticator::new(7).passkey, &CHALLENGE));
        prop_assert!(judged.is_err());
    }

    #[test]
    fn strange_bytes_are_refused_and_break_nothing(
        noise in proptest::collection::vec(any::<u8>(), 0..1500),
        authenticator_data in proptest::collection::vec(any::<u8>(), 0..80),
        signature in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        let passkey = Authenticator::new(7).passkey;
        prop_assert!(Assertion::parse(&noise).and_then(|said| said.verify(&passkey, &CHALLENGE)).is_err());
        let good = client_data(&CHALLENGE, PAGE, "}");
        for client_data in [&noise[..], &good] {
            let said = Assertion { authenticator_data: &authenticator_data, client_data, signature: &signature };
            prop_assert!(said.verify(&passkey, &CHALLENGE).is_err());
        }
    }
}
