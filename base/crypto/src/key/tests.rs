use alloc::{format, vec, vec::Vec};
use std::fs;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use coset::CborSerializable;
use serde_json::Value;

use super::*;
use crate::{
    cbor::{self, Limits},
    hex,
};

/// RFC 8032 §7.1: seed, public key, message, signature.
const RFC8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

/// RFC 6979 §A.2.5, P-256 with SHA-256 over `sample`: public point, r ‖ s.
const RFC6979: [&str; 2] = [
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
];

fn hex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn device() -> PublicKey<Device> {
    PublicKey::from_bytes(&hex(RFC6979[0])).unwrap()
}

#[test]
fn seeds_make_the_keys_and_signatures_of_rfc_8032() {
    for [seed, public, message, signature] in RFC8032 {
        let key = SecretKey::<Person>::from_seed(hex(seed).try_into().unwrap());
        assert_eq!(key.public().as_bytes(), hex(public));
        assert_eq!(key.sign(&hex(message)).to_vec(), hex(signature));
        assert_eq!(key.public().verify(&hex(message), &hex(signature)), Ok(()));
    }
}

#[test]
fn a_p256_key_verifies_the_signature_of_rfc_6979() {
    assert_eq!(device().verify(b"sample", &hex(RFC6979[1])), Ok(()));
    let refusal = Refusal::Signature { key: device().id() };
    assert_eq!(device().verify(b"Sample", &hex(RFC6979[1])), Err(refusal));
}

#[test]
fn only_64_bytes_are_a_signature() {
    let key = SecretKey::<Log>::from_seed([3; 32]);
    let (ed, es) = (key.sign(b"sample").to_vec(), hex(RFC6979[1]));
    assert_eq!(key.public().verify(b"sample", &ed), Ok(()));
    assert_eq!(device().verify(b"sample", &es), Ok(()));
    for bad in [|_: &[u8]| vec![], |good: &[u8]| good[..63].to_vec(), |good: &[u8]| [good, &[0]].concat()] {
        let refusal = Refusal::Signature { key: key.public().id() };
        assert_eq!(key.public().verify(b"sample", &bad(&ed)), Err(refusal));
        assert_eq!(device().verify(b"sample", &bad(&es)), Err(Refusal::Signature { key: device().id() }));
    }
}

#[test]
fn a_der_signature_is_refused_even_where_it_is_good() {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
    let signature = pair.sign(&SystemRandom::new(), b"sample").unwrap();
    let key = PublicKey::<Device>::from_bytes(pair.public_key().as_ref()).unwrap();
    assert_eq!(key.verify(b"sample", signature.as_ref()), Err(Refusal::Signature { key: key.id() }));
}

#[test]
fn bytes_that_are_no_key_are_refused_at_the_door() {
    let bad = |bytes: &[u8]| PublicKey::<Device>::from_bytes(bytes);
    let refusal = || Err(Refusal::Key { role: "device" });
    let point = hex(RFC6979[0]);
    assert_eq!(bad(&[]), refusal());
    assert_eq!(bad(&point[..64]), refusal());
    assert_eq!(bad(&[&point[..], &[0]].concat()), refusal(), "one byte too many");
    let off_curve: Vec<u8> = point.iter().enumerate().map(|(i, b)| b ^ u8::from(i == 64)).collect();
    assert_eq!(bad(&off_curve), refusal(), "off the curve");
    assert_eq!(bad(&[&[4][..], &[0; 64]].concat()), refusal(), "(0, 0)");
    assert_eq!(bad(&[0]), refusal(), "infinity");
    let odd_y = 3;
    assert_eq!(bad(&[&[odd_y][..], &point[1..33]].concat()), refusal(), "compressed");
    let hybrid = 7;
    assert_eq!(bad(&[&[hybrid][..], &point[1..]].concat()), refusal(), "hybrid");
    assert_eq!(PublicKey::<Person>::from_bytes(&[9; 31]), Err(Refusal::Key { role: "person" }));
    assert_eq!(PublicKey::<Person>::from_bytes(&[9; 33]), Err(Refusal::Key { role: "person" }));
}

/// RFC 8032 §8.9 leaves such keys to the protocol. The neutral point as a key, R the neutral point and S = 0 satisfy
/// the equation for every message, and the library agrees; so no such key may get in.
#[test]
fn a_key_under_which_everything_is_signed_is_refused_at_the_door() {
    let neutral = SMALL_ORDER[1];
    let signature = [neutral, [0; 32]].concat();
    let library = UnparsedPublicKey::new(&ED25519, neutral);
    assert!(
        library.verify(b"any message", &signature).is_ok() && library.verify(b"at all", &signature).is_ok()
    );
    for mut point in SMALL_ORDER {
        for sign in [0, 0x80] {
            point[31] = point[31] & 0x7f | sign;
            assert_eq!(
                PublicKey::<Root>::from_bytes(&point),
                Err(Refusal::Key { role: "root" }),
                "{point:02x?}"
            );
        }
    }
}

#[test]
fn a_second_spelling_of_an_ed25519_point_is_refused() {
    let mut last = [0xff; 32];
    (last[0], last[31]) = (0xeb, 0x7f);
    assert!(PublicKey::<Root>::from_bytes(&last).is_ok(), "p - 2 is the largest y that we may meet");
    for low in 0xed..=0xff {
        for sign in [0, 0x80] {
            let mut beyond = last;
            (beyond[0], beyond[31]) = (low, 0x7f | sign);
            assert_eq!(
                PublicKey::<Root>::from_bytes(&beyond),
                Err(Refusal::Key { role: "root" }),
                "{beyond:02x?}"
            );
        }
    }
}

/// RFC 9679 §6.
#[test]
fn a_key_id_begins_the_thumbprint_of_rfc_9679() {
    let x = "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d";
    let y = "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c";
    let key = PublicKey::<Device>::from_bytes(&hex(&format!("04{x}{y}"))).unwrap();
    assert_eq!(key.id().0.to_vec(), hex("496bd8afadf307e5"));
}

#[test]
fn coset_reads_our_keys_and_writes_them_alike() {
    let person = SecretKey::<Person>::from_seed([7; 32]);
    let okp = coset::CoseKeyBuilder::new_okp_key()
        .param(-1, coset::iana::EllipticCurve::Ed25519.into_value())
        .param(-2, person.public().as_bytes().to_vec().into())
        .build();
    assert_eq!(okp.to_vec().unwrap(), person.public().cose_key());
    let (x, y) = (hex(&RFC6979[0][2..66]), hex(&RFC6979[0][66..]));
    let ec2 = coset::CoseKeyBuilder::new_ec2_pub_key(coset::iana::EllipticCurve::P_256, x, y).build();
    assert_eq!(ec2.to_vec().unwrap(), device().cose_key());
}

trait IntoValue {
    fn into_value(self) -> coset::cbor::value::Value;
}

impl IntoValue for coset::iana::EllipticCurve {
    fn into_value(self) -> coset::cbor::value::Value {
        coset::iana::EnumI64::to_i64(&self).into()
    }
}

#[test]
fn a_key_travels_as_the_one_byte_string_that_it_has() {
    let person = SecretKey::<Person>::from_seed([7; 32]);
    let (okp, ec2) = (cbor::encode(person.public()), cbor::encode(&device()));
    assert_eq!(cbor::decode::<PublicKey<Person>>(&okp, &Limits::FRAME).as_ref(), Ok(person.public()));
    assert_eq!(cbor::decode::<PublicKey<Device>>(&ec2, &Limits::FRAME), Ok(device()));
    for at in 0..okp.len() {
        let read = cbor::decode::<PublicKey<Person>>(&okp[..at], &Limits::FRAME);
        assert!(read.is_err(), "{at} bytes");
    }
    for (bytes, fixed) in [(okp, 10), (ec2, 10)] {
        for at in 0..fixed {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert!(cbor::decode::<PublicKey<Person>>(&other, &Limits::FRAME).is_err(), "byte {at}");
            assert!(cbor::decode::<PublicKey<Device>>(&other, &Limits::FRAME).is_err(), "byte {at}");
        }
    }
}

#[test]
fn a_key_of_another_algorithm_is_refused_by_the_role() {
    let ec2 = cbor::encode(&device());
    let refusal = cbor::decode::<PublicKey<Person>>(&ec2, &Limits::FRAME).unwrap_err();
    assert!(format!("{refusal}").contains("not a public key for the role `person`"), "{refusal}");
}

#[test]
fn a_key_with_a_tail_or_a_fourth_parameter_is_refused() {
    let key = SecretKey::<Person>::from_seed([7; 32]).public().cose_key();
    let longer = [&key[..], &[0]].concat();
    let wrapped = cbor::write(|e| e.bytes(&longer)?.ok());
    assert!(cbor::decode::<PublicKey<Person>>(&wrapped, &Limits::FRAME).is_err());
    let mut with_algorithm = key.clone();
    with_algorithm[0] = 0xa4;
    with_algorithm.splice(3..3, [0x03, 0x27]);
    let wrapped = cbor::write(|e| e.bytes(&with_algorithm)?.ok());
    assert!(cbor::decode::<PublicKey<Person>>(&wrapped, &Limits::FRAME).is_err());
}

#[test]
fn a_key_prints_its_role_and_id_alone() {
    let key = SecretKey::<WorkOrder>::from_seed([7; 32]);
    assert_eq!(format!("{:?}", key.public()), format!("PublicKey(work-order {})", key.public().id()));
}

/// Wycheproof, `ed25519_test.json`: each vector once as it stands, through the key's door and the one verification.
#[test]
fn the_one_verification_agrees_with_wycheproof() {
    let Some(folder) = data::find("wycheproof") else { return };
    let text = fs::read_to_string(folder.join("ed25519_test.json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let mut judged = [0u64; 2];
    for group in vectors["testGroups"].as_array().unwrap() {
        let key = PublicKey::<Person>::from_bytes(&hex(group["publicKey"]["pk"].as_str().unwrap()));
        for test in group["tests"].as_array().unwrap() {
            let field = |name: &str| hex(test[name].as_str().unwrap());
            let verdict = key.clone().and_then(|key| key.verify(&field("msg"), &field("sig")));
            let valid = test["result"] == "valid";
            assert!(valid || test["result"] == "invalid", "no third verdict is known: {test}");
            assert_eq!(verdict.is_ok(), valid, "{test}");
            judged[usize::from(valid)] += 1;
        }
    }
    assert_eq!(judged[0] + judged[1], vectors["numberOfTests"].as_u64().unwrap());
    assert!(judged.iter().all(|&verdicts| verdicts > 0), "{judged:?}");
}
