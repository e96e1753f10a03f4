//! A P-256 key that signs: the pair of RFC 6979 A.2.5, known to everybody and good for tests.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use crypto::{
    hex,
    key::{PublicKey, Role},
};

const PRIVATE: &str = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
const PUBLIC: &str = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\
                      7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";

pub(crate) fn public<R: Role>() -> PublicKey<R> {
    PublicKey::from_bytes(&hex::decode(PUBLIC).unwrap()).unwrap()
}

pub(crate) fn sign(message: &[u8]) -> [u8; 64] {
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        &hex::decode(PRIVATE).unwrap(),
        &hex::decode(PUBLIC).unwrap(),
    );
    let signature = pair.unwrap().sign(&SystemRandom::new(), message).unwrap();
    signature.as_ref().try_into().unwrap()
}
