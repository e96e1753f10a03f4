use super::*;
use crate::testing::{Authority, Paper};

/// As `openssl x509 -outform pem` writes it, in one line of base64 where the others break at 64.
fn pem(label: &str, der: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in der.chunks(3) {
        let bits =
            three.iter().chain([0; 3].iter()).take(3).fold(0, |sum, byte| sum << 8 | usize::from(*byte));
        for place in 0..4 {
            let known = place <= three.len();
            text.push(if known { char::from(ALPHABET[bits >> (18 - 6 * place) & 63]) } else { '=' });
        }
    }
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

#[test]
fn reads_certificates_in_both_forms_and_in_order() {
    let chain = Authority::new("acme").certify(&Paper::device());
    let file: String = chain.iter().map(|der| pem("CERTIFICATE", der)).collect();
    assert_eq!(certificates(format!("# ours\n{file}").as_bytes()), Ok(chain.clone()));
    assert_eq!(certificates(&chain[0]), Ok(chain[..1].to_vec()));
}

#[test]
fn reads_a_key_in_both_forms() {
    let der = Paper::device().key.serialize_der();
    let file = pem("PRIVATE KEY", &der);
    assert_eq!(private_key(file.as_bytes()).map(|key| key.to_vec()), Ok(der.clone()));
    assert_eq!(private_key(&der).map(|key| key.to_vec()), Ok(der));
}

#[test]
fn a_file_of_something_else_is_an_operators_mistake() {
    let key = pem("PRIVATE KEY", &Paper::device().key.serialize_der());
    let broken = pem("CERTIFICATE", b"no certificate");
    for file in [b"".as_slice(), b"hello", b"\x30\x03abc", key.as_bytes(), broken.as_bytes()] {
        assert_eq!(certificates(file), Err(Mistake::NotACertificate));
    }
    for file in [b"".as_slice(), b"hello", broken.as_bytes()] {
        assert_eq!(private_key(file).map(|_| ()), Err(Mistake::NotAKey));
    }
}
