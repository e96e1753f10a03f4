//! Who writes the vectors: one fleet, one device, two people, and keys from fixed seeds.

use alloc::{format, string::String, vec::Vec};

use crypto::{
    digest::Digest,
    key::{self, PublicKey, Role, SecretKey},
    passkey::{Assertion, CredentialId, Passkey},
    seal::{OpeningKey, OpeningPublic, SoftwareOpening},
    signed::{Audience, Signed, ToAssert},
};
use journal::{Cursor, Head, Position};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use vocab::{
    BootId, ClockQuality, DeviceId, EventId, FleetName, Generation, Label, Mono, Nonce, PersonId, SecretName,
    SensorName, Time, UnitName, Wall, ZoneName,
};
use wire::v1::Consent;

pub(super) const DEVICE: DeviceId = DeviceId(*b"device of acme 7");
pub(super) const BOOT: BootId = BootId(*b"its ninth boot..");
pub(super) const EVENT: EventId = EventId(*b"the lid, opened.");
pub(super) const NONCE: Nonce = Nonce(*b"thirty-two bytes, asked for once");
pub(super) const ADA: PersonId = PersonId(*b"Ada, of acme....");
pub(super) const BEN: PersonId = PersonId(*b"Ben, of acme....");
pub(super) const GENERATION: Generation = Generation(7);

/// 2026-11-02 06:00 UTC.
pub(super) const NOW: Wall = Wall(1_793_599_200_000_000);

pub(super) const fn later(hours: i64) -> Wall {
    Wall(NOW.0 + hours * 3600 * 1_000_000)
}

pub(super) const AT: Time = Time { mono: Mono(61_250_000_000), wall: NOW, quality: ClockQuality::Fleet };

pub(super) fn fleet() -> FleetName {
    FleetName::new("acme").unwrap()
}

pub(super) fn everybody() -> Audience {
    Audience::fleet(fleet())
}

pub(super) fn here() -> Audience {
    Audience::device(fleet(), DEVICE)
}

pub(super) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

pub(super) fn secret(text: &str) -> SecretName {
    SecretName::new(text).unwrap()
}

pub(super) fn sensor(text: &str) -> SensorName {
    SensorName::new(text).unwrap()
}

pub(super) fn unit(text: &str) -> UnitName {
    UnitName::new(text).unwrap()
}

pub(super) fn zone(text: &str) -> ZoneName {
    ZoneName::new(text).unwrap()
}

/// A digest of something that is not told.
pub(super) fn digest(of: &str) -> Digest {
    Digest::of(of.as_bytes())
}

pub(super) fn position(seq: u64) -> Position {
    Position { boot: BOOT, seq, head: Head(digest("some entry")) }
}

pub(super) fn cursor(seq: u64) -> Cursor {
    position(seq).cursor()
}

pub(super) fn root() -> SecretKey<key::Root> {
    SecretKey::from_seed([1; 32])
}

pub(super) fn state() -> SecretKey<key::State> {
    SecretKey::from_seed([2; 32])
}

pub(super) fn work_order() -> SecretKey<key::WorkOrder> {
    SecretKey::from_seed([3; 32])
}

pub(super) fn log() -> SecretKey<key::Log> {
    SecretKey::from_seed([4; 32])
}

pub(super) fn journal() -> SecretKey<key::Journal> {
    SecretKey::from_seed([5; 32])
}

pub(super) fn ada() -> SecretKey<key::Person> {
    SecretKey::from_seed([6; 32])
}

pub(super) fn ben() -> SecretKey<key::Person> {
    SecretKey::from_seed([7; 32])
}

/// Ben's authenticator, and the same as the root pins it.
pub(super) const BENS_AUTHENTICATOR: Chip = Chip(12);

pub(super) fn bens_passkey() -> Passkey {
    Passkey {
        key: BENS_AUTHENTICATOR.public(),
        relying_party: PARTY.parse().unwrap(),
        origin: PAGE.parse().unwrap(),
        credential: CredentialId::new(b"Ben's telephone".to_vec()).unwrap(),
    }
}

pub(super) const PARTY: &str = "fleet.example";
pub(super) const PAGE: &str = "https://fleet.example:8440";

/// What somebody does to an assertion before it is signed.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    pub(super) party: &'static str,
    pub(super) page: &'static str,
    pub(super) flags: u8,
}

/// As it should be: touched, and its person verified.
pub(super) const ASKED: Asked = Asked { party: PARTY, page: PAGE, flags: 0x05 };

impl Asked {
    /// What an authenticator answers and the browser hands over: authenticator data, client data, signature.
    pub(super) fn answered(&self, by: Chip, challenge: Digest) -> [Vec<u8>; 3] {
        let Self { party, page, flags } = self;
        let data = [&digest(party).0[..], &[*flags], &[0, 0, 0, 9]].concat();
        let challenge = base64url(challenge.as_bytes());
        let client = format!(
            r#"{{"type":"webauthn.get","challenge":"{challenge}","origin":"{page}","crossOrigin":false}}"#
        );
        let signature = by.sign_der(&[&data[..], &Digest::of(client.as_bytes()).0].concat());
        [data, client.into_bytes(), signature]
    }

    /// A consent that was asked for in this way.
    pub(super) fn consent(&self, consent: &Consent, by: Chip) -> Signed<Consent> {
        let unsigned = ToAssert::new(consent);
        let said = self.answered(by, unsigned.challenge());
        asserted(consent, by, &said)
    }
}

/// The consent with whatever was answered.
pub(super) fn asserted(consent: &Consent, by: Chip, said: &[Vec<u8>; 3]) -> Signed<Consent> {
    let [authenticator_data, client_data, signature] = said;
    ToAssert::new(consent)
        .finish(by.public::<key::Passkey>().id(), &Assertion { authenticator_data, client_data, signature })
}

/// RFC 4648 §5, without padding.
fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let digit = |from: usize| (from..from + 6).fold(0, |number, at| number << 1 | usize::from(bit(at)));
    (0..bytes.len() * 8).step_by(6).map(|from| char::from(DIGITS[digit(from)])).collect()
}

/// The device's chip, by the key that it is asked to sign with.
pub(super) const DEVICE_KEY: Chip = Chip(8);
pub(super) const ATTESTATION_KEY: Chip = Chip(9);
pub(super) const NEXT_DEVICE_KEY: Chip = Chip(10);

/// A P-256 key that signs the same bytes each time (RFC 6979).
#[derive(Clone, Copy)]
pub(super) struct Chip(pub(super) u8);

impl Chip {
    fn key(self) -> SigningKey {
        SigningKey::from_slice(&[self.0; 32]).unwrap()
    }

    pub(super) fn public<R: Role>(self) -> PublicKey<R> {
        PublicKey::from_bytes(self.key().verifying_key().to_sec1_point(false).as_bytes()).unwrap()
    }

    pub(super) fn sign(self, message: &[u8]) -> [u8; 64] {
        let signature: Signature = self.key().sign(message);
        signature.to_bytes().into()
    }

    /// The same signature as X.509 would write it.
    pub(super) fn sign_der(self, message: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key().sign(message);
        signature.to_der().as_bytes().to_vec()
    }
}

pub(super) fn opening() -> OpeningPublic {
    *SoftwareOpening::from_seed([11; 32]).public()
}
