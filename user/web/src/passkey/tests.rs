use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use minicbor::Encoder;

use super::*;

/// A device that holds a key, and does what it is told.
pub(crate) struct Device {
    pair: EcdsaKeyPair,
    pub(crate) id: Vec<u8>,
    pub(crate) count: u32,
    pub(crate) flags: u8,
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let digit = |from: usize| (from..from + 6).fold(0, |number, at| number << 1 | usize::from(bit(at)));
    (0..bytes.len() * 8).step_by(6).map(|from| char::from(DIGITS[digit(from)])).collect()
}

pub(crate) fn client_data(kind: &str, challenge: &Nonce, origin: &str) -> Vec<u8> {
    let challenge = base64(&challenge.0);
    format!(r#"{{"type":"{kind}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#).into()
}

impl Device {
    pub(crate) fn new(id: u8) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self { pair, id: vec![id; 16], count: 0, flags: 0x05 }
    }

    fn data(&self, rp: &str, flags: u8) -> Vec<u8> {
        [digest(&SHA256, rp.as_bytes()).as_ref(), &[flags], &self.count.to_be_bytes()].concat()
    }

    /// `attestationObject`.
    pub(crate) fn make(&self, rp: &str) -> Vec<u8> {
        self.attest(rp, "none", self.flags | 0x40)
    }

    fn attest(&self, rp: &str, format: &str, flags: u8) -> Vec<u8> {
        let point = self.pair.public_key().as_ref();
        let mut key = Encoder::new(vec![]);
        key.map(5).unwrap().i8(1).unwrap().i8(2).unwrap().i8(3).unwrap().i8(-7).unwrap();
        key.i8(-1).unwrap().i8(1).unwrap().i8(-2).unwrap().bytes(&point[1..33]).unwrap();
        key.i8(-3).unwrap().bytes(&point[33..]).unwrap();
        let length = u16::try_from(self.id.len()).unwrap().to_be_bytes();
        let data =
            [self.data(rp, flags), vec![0; 16], length.into(), self.id.clone(), key.into_writer()].concat();
        let mut object = Encoder::new(vec![]);
        object
            .map(3)
            .unwrap()
            .str("fmt")
            .unwrap()
            .str(format)
            .unwrap()
            .str("attStmt")
            .unwrap()
            .map(0)
            .unwrap();
        object.str("authData").unwrap().bytes(&data).unwrap();
        object.into_writer()
    }

    /// `authenticatorData` and the signature over it and these client data.
    pub(crate) fn sign(&mut self, rp: &str, client_data: &[u8]) -> (Vec<u8>, Vec<u8>) {
        self.count += 1;
        let data = self.data(rp, self.flags);
        let message = [&data, digest(&SHA256, client_data).as_ref()].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).unwrap();
        (data, signature.as_ref().to_vec())
    }
}

const CHALLENGE: Nonce = Nonce([0xfb; 32]);
const ORIGIN: &str = "https://fleet.example:8440";

fn party() -> Party {
    Party::of(ORIGIN.parse().unwrap()).unwrap()
}

fn create() -> Vec<u8> {
    client_data("webauthn.create", &CHALLENGE, ORIGIN)
}

fn passkey(device: &Device) -> Passkey {
    let made = made(&create(), &device.make("fleet.example"), &CHALLENGE, party()).expect("it is made");
    assert_eq!(made.count, device.count);
    made.passkey
}

/// What `signed` says of these parts.
fn signs(passkey: &Passkey, client_data: &[u8], authenticator_data: &[u8], signature: &[u8]) -> Option<u32> {
    signed(passkey, &Assertion { authenticator_data, client_data, signature }, &CHALLENGE)
}

#[test]
fn a_key_is_made_and_signs_from_then_on() {
    let mut device = Device::new(7);
    let passkey = passkey(&device);
    assert_eq!((passkey.credential.as_bytes(), passkey.origin.as_str()), (&[7; 16][..], ORIGIN));
    let client = client_data("webauthn.get", &CHALLENGE, ORIGIN);
    assert_eq!(claimed(&client), Some(CHALLENGE));
    for count in 1..3 {
        let (data, signature) = device.sign("fleet.example", &client);
        assert_eq!(signs(&passkey, &client, &data, &signature), Some(count));
    }
}

/// What each side says, with one thing wrong at a time.
#[test]
fn each_thing_that_does_not_fit_is_refused() {
    let mut device = Device::new(7);
    let known = passkey(&device);
    let mut get = |rp: &str, kind: &str, challenge: &Nonce, origin: &str| {
        let client = client_data(kind, challenge, origin);
        let (data, signature) = device.sign(rp, &client);
        signs(&known, &client, &data, &signature)
    };
    assert!(get("fleet.example", "webauthn.get", &CHALLENGE, ORIGIN).is_some());
    assert_eq!(get("evil.example", "webauthn.get", &CHALLENGE, ORIGIN), None, "another party");
    assert_eq!(get("fleet.example", "webauthn.create", &CHALLENGE, ORIGIN), None, "another ceremony");
    assert_eq!(get("fleet.example", "webauthn.get", &Nonce([1; 32]), ORIGIN), None, "another challenge");
    assert_eq!(
        get("fleet.example", "webauthn.get", &CHALLENGE, "https://evil.example"),
        None,
        "another page"
    );
    let other = passkey(&Device::new(7));
    let client = client_data("webauthn.get", &CHALLENGE, ORIGIN);
    for flags in [0x00, 0x01, 0x04, 0x45, 0x85] {
        device.flags = flags;
        let (data, signature) = device.sign("fleet.example", &client);
        assert_eq!(signs(&known, &client, &data, &signature), None, "{flags:#x}");
    }
    device.flags = 0x1d;
    let (data, signature) = device.sign("fleet.example", &client);
    assert!(signs(&known, &client, &data, &signature).is_some(), "a key with a backup");
    assert_eq!(signs(&other, &client, &data, &signature), None, "another key");
    let framed = String::from_utf8(client.clone()).unwrap().replace("false", "true").into_bytes();
    let (data, signature) = device.sign("fleet.example", &framed);
    assert_eq!(signs(&known, &framed, &data, &signature), None, "in a foreign frame");
}

#[test]
fn any_bit_that_was_changed_is_found() {
    let mut device = Device::new(7);
    let passkey = passkey(&device);
    let client = client_data("webauthn.get", &CHALLENGE, ORIGIN);
    let (data, signature) = device.sign("fleet.example", &client);
    for bit in 0..data.len() * 8 {
        let mut bent = data.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(signs(&passkey, &client, &bent, &signature), None, "bit {bit}");
    }
    let longer = [data.clone(), vec![0]].concat();
    assert_eq!(signs(&passkey, &client, &longer, &signature), None);
}

#[test]
fn what_is_no_new_key_of_ours_is_refused() {
    let device = Device::new(7);
    let make = |attestation: &[u8]| made(&create(), attestation, &CHALLENGE, party());
    let good = device.make("fleet.example");
    assert!(make(&good).is_some());
    for end in 0..good.len() {
        assert_eq!(make(&good[..end]), None, "cut at {end}");
    }
    assert_eq!(make(&[good.clone(), vec![0]].concat()), None, "with something behind it");
    assert_eq!(make(&device.attest("fleet.example", "packed", 0x45)), None, "we ask for no attestation");
    assert_eq!(make(&device.attest("evil.example", "none", 0x45)), None, "of another party");
    for flags in [0x40, 0x41, 0x44, 0x05, 0xc5] {
        assert_eq!(make(&device.attest("fleet.example", "none", flags)), None, "{flags:#x}");
    }
    let mut nameless = Device::new(7);
    nameless.id = vec![];
    assert_eq!(make(&nameless.make("fleet.example")), None);
    nameless.id = vec![7; 513];
    assert_eq!(make(&nameless.make("fleet.example")), None);
    // Another curve, another algorithm, a point that is on no curve.
    let at = |needle: &[u8]| good.windows(needle.len()).position(|window| window == needle).unwrap();
    let key = at(&[0xa5, 1, 2, 3, 0x26, 0x20, 1]);
    for (offset, byte) in [(2, 3), (4, 0x27), (6, 2), (12, good[key + 12] ^ 1)] {
        let mut bent = good.clone();
        bent[key + offset] = byte;
        assert_eq!(make(&bent), None, "offset {offset}");
    }
}

#[test]
fn what_a_browser_says_is_bounded_and_read_strictly() {
    let said = |text: &str| claimed(text.as_bytes());
    let challenge = base64(&CHALLENGE.0);
    let good = format!(r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{ORIGIN}","new":1}}"#);
    assert_eq!(said(&good), Some(CHALLENGE), "browsers may add members");
    assert_eq!(said(&good.replace("\"new\":1", &format!("\"challenge\":\"{challenge}\""))), None, "twice");
    assert_eq!(said(&good.replace(&challenge, &format!("{challenge}="))), None);
    assert_eq!(said(&good.replace(&challenge, &challenge[..42])), None);
    assert_eq!(said(&format!("{good}{}", " ".repeat(CLIENT_DATA))), None);
    assert_eq!((said(""), said("[]"), said("{}"), said("\u{feff}{}")), (None, None, None, None));
}

/// RFC 4648 §10, without padding; and the spellings that stand for the same bytes.
#[test]
fn base64_has_one_spelling() {
    for (text, bytes) in [("", ""), ("Zg", "f"), ("Zm8", "fo"), ("Zm9v", "foo"), ("Zm9vYmFy", "foobar")] {
        assert_eq!(unbase64(text).unwrap(), bytes.as_bytes());
        assert_eq!(base64(bytes.as_bytes()), text);
    }
    for bad in ["Z", "Zh", "Zm9", "Zg==", "Zm+v", "Zm/v", "Zm 9"] {
        assert_eq!(unbase64(bad), None, "{bad}");
    }
}
