use std::sync::Mutex;

use crypto::key::Device;
use rcgen::KeyPair;

use super::*;
use crate::testing::{Authority, Paper};

fn public(paper: &Paper) -> PublicKey<Device> {
    PublicKey::from_bytes(&paper.point()).unwrap()
}

fn silent() -> Arc<Sign> {
    Arc::new(|_| Err(Fault::Key))
}

#[test]
fn a_key_in_memory_must_be_the_certified_one() {
    let (authority, paper) = (Authority::new("acme"), Paper::device());
    let chain = authority.certify(&paper);
    let with = |key: &[u8]| Credential::from_pkcs8(&chain, key).map(|_| ());
    assert_eq!(with(paper.key.serialized_der()), Ok(()));
    assert_eq!(with(Paper::device().key.serialized_der()), Err(Mistake::OtherKey));
    assert_eq!(with(b"no key"), Err(Mistake::NotAKey));
    let p384 = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
    assert_eq!(with(p384.serialized_der()), Err(Mistake::NotAKey));
}

#[test]
fn a_key_that_is_elsewhere_must_be_the_certified_one_too() {
    let (authority, paper) = (Authority::new("acme"), Paper::device());
    let chain = authority.certify(&paper);
    assert!(Credential::held(&chain, &public(&paper), silent()).is_ok());
    let other = Credential::held(&chain, &public(&Paper::device()), silent()).map(|_| ());
    assert_eq!(other, Err(Mistake::OtherKey));
}

#[test]
fn without_a_certificate_there_is_nothing_to_show() {
    let paper = Paper::device();
    for chain in [vec![], vec![b"no certificate".to_vec()]] {
        let memory = Credential::from_pkcs8(&chain, paper.key.serialized_der()).map(|_| ());
        let elsewhere = Credential::held(&chain, &public(&paper), silent()).map(|_| ());
        assert_eq!((memory, elsewhere), (Err(Mistake::NotACertificate), Err(Mistake::NotACertificate)));
    }
}

#[test]
fn what_a_chip_signs_is_written_as_tls_writes_it() {
    let asked = Arc::new(Mutex::new(vec![]));
    let asks = Arc::clone(&asked);
    let held = Held(Arc::new(move |message| {
        asks.lock().unwrap().push(message.to_vec());
        Ok([0x80; 64])
    }));
    let signature = held.sign(b"transcript").unwrap();
    assert_eq!(*asked.lock().unwrap(), [b"transcript"]);
    assert_eq!((signature[0], signature.len()), (0x30, 72));
}

#[test]
fn a_chip_signs_with_one_scheme_or_not_at_all() {
    let held = Held(silent());
    assert!(held.choose_scheme(&[SignatureScheme::ED25519, SCHEME]).is_some());
    assert!(held.choose_scheme(&[SignatureScheme::ED25519]).is_none());
}

#[test]
fn a_chip_that_does_not_answer_is_our_fault() {
    let error = Held(silent()).sign(b"transcript").unwrap_err();
    let problem = crate::Problem::of(&std::io::Error::other(error));
    assert_eq!(problem, crate::Problem::Fault(Fault::Key));
}

#[test]
fn our_own_certificate_is_read_without_a_judge() {
    let (authority, paper) = (Authority::new("acme"), Paper::device());
    let own = Own::read(&authority.certify(&paper)).unwrap();
    assert_eq!((own.point, own.not_before, own.not_after), (paper.point(), paper.from, paper.until));
    assert_eq!(own.uris, paper.uris);
    assert_eq!(Own::read(&[]), Err(Mistake::NotACertificate));
    assert_eq!(Own::read(&[b"no certificate".to_vec()]), Err(Mistake::NotACertificate));
}
