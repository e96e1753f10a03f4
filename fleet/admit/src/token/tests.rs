use alloc::string::ToString;

use super::*;
use crate::testing::{ADA, NOW, SECRET, enrolled, label, later, site};

#[test]
fn a_token_lives_for_an_hour_at_most() {
    let issue =
        |seconds| Token::issue(&SECRET, site(), Duration::from_secs(seconds), Binding::default(), ADA, NOW);
    assert_eq!(issue(3600).unwrap().expires(), later(3600));
    assert_eq!(issue(60).unwrap().expires(), later(60));
    let mistake = issue(3601).unwrap_err();
    assert_eq!(mistake, Mistake::TokenLife(Duration::from_secs(3601)));
    assert_eq!(mistake.code(), "admit/token-life");
    assert!(mistake.to_string().contains("3601 s"), "{mistake}");
}

#[test]
fn the_record_does_not_hold_the_secret() {
    let token =
        Token::issue(&SECRET, site(), LIFE, Binding { label: Some(label("dev-07")), key: None }, ADA, NOW)
            .unwrap();
    let bytes = crypto::cbor::encode(&token);
    assert!(!bytes.windows(8).any(|window| window == &SECRET[..8]));
    assert_eq!(token.hash(), TokenHash::of(&SECRET));
    assert_ne!(TokenHash::of(&SECRET), TokenHash::of(&SECRET[1..]));
}

#[test]
fn where_a_device_will_stand_is_said_by_whoever_issues_its_token() {
    let (_, _, used) = enrolled();
    assert_eq!(used.site(), &site());
}

#[test]
fn it_survives_the_store_used_and_unused() {
    let (_, _, used) = enrolled();
    let unused = Token::issue(&SECRET, site(), LIFE, Binding::default(), ADA, NOW).unwrap();
    for token in [used, unused] {
        let bytes = crypto::cbor::encode(&token);
        assert_eq!(crypto::cbor::decode(&bytes, &crypto::cbor::Limits::FRAME), Ok(token));
    }
}
