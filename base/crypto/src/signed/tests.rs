use alloc::{format, string::String, vec};
use core::slice;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use proptest::prelude::*;

use super::*;
use crate::{
    cbor::{Malformed, Reason},
    key::{Algorithm, Device, Log, State},
};

#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
struct Order {
    #[n(0)]
    fleet: FleetName,
    #[n(1)]
    device: DeviceId,
    #[n(2)]
    words: String,
}

impl Letter for Order {
    type Role = State;
    const KIND: &'static str = "order";
    const LIMITS: Limits = Limits { bytes: 512, depth: 3, items: 32 };

    fn audience(&self) -> Audience {
        Audience::device(self.fleet.clone(), self.device)
    }
}

/// The same body to another door: of another kind, role or algorithm.
macro_rules! doors {
    ($($door:ident: $role:ty, $kind:literal;)+) => {$(
        #[derive(Clone, Debug, PartialEq, Encode, Decode)]
        #[cbor(transparent)]
        struct $door(#[n(0)] Order);

        impl Letter for $door {
            type Role = $role;
            const KIND: &'static str = $kind;

            fn audience(&self) -> Audience {
                self.0.audience()
            }
        }
    )+};
}

doors! {
    ChipOrder: Device, "chip-order";
    LogOrder: Log, "order";
    OtherKind: State, "proof";
}

#[derive(Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
struct Bundle {
    #[n(0)]
    fleet: FleetName,
    #[n(1)]
    orders: Vec<Signed<Order>>,
}

impl Letter for Bundle {
    type Role = Log;
    const KIND: &'static str = "bundle";

    fn audience(&self) -> Audience {
        Audience::fleet(self.fleet.clone())
    }
}

fn fleet(name: &str) -> FleetName {
    FleetName::new(name).unwrap()
}

fn order() -> Order {
    Order { fleet: fleet("north"), device: DeviceId([1; 16]), words: "lock the port".into() }
}

fn key() -> SecretKey<State> {
    SecretKey::from_seed([5; 32])
}

fn verify(bytes: Vec<u8>) -> Result<Verified<Order>, Refusal> {
    Signed::<Order>::parse(bytes)?.verify(key().public(), &order().audience())
}

/// An order whose body is these bytes, honestly signed.
fn sealed_body(body: &[u8]) -> Vec<u8> {
    let mut unsigned = ToSign::new(&order(), key().public().id());
    unsigned.payload = body.to_vec();
    let signature = key().sign(&unsigned.message());
    unsigned.finish(&signature).bytes
}

#[test]
fn a_sealed_letter_is_verified_and_keeps_what_was_sent() {
    let sealed = Signed::seal(&order(), &key());
    let sent = sealed.bytes().to_vec();
    let verified = verify(sent.clone()).unwrap();
    assert_eq!(*verified, order());
    assert_eq!(verified.words, "lock the port");
    assert_eq!(verified.signer(), key().public().id());
    assert_eq!(verified.digest(), Digest::of(&sent));
    assert_eq!(verified.signed(), &sealed);
    assert_eq!(verified.into_letter(), order());
}

#[test]
fn the_same_letter_is_the_same_bytes() {
    assert_eq!(Signed::seal(&order(), &key()).bytes(), Signed::seal(&order(), &key()).bytes());
}

#[test]
fn a_chip_signs_what_the_letter_hands_out() {
    let chip = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let public = PublicKey::<Device>::from_bytes(chip.public_key().as_ref()).unwrap();
    let unsigned = ToSign::new(&ChipOrder(order()), public.id());
    assert_eq!(unsigned.key_id(), public.id());
    let signature = chip.sign(&SystemRandom::new(), &unsigned.message()).unwrap();
    let sent = unsigned.finish(signature.as_ref().try_into().unwrap());
    let verified =
        Signed::<ChipOrder>::parse(sent.bytes().to_vec()).unwrap().verify(&public, &order().audience());
    assert_eq!(verified.unwrap().0, order());
}

#[test]
fn a_letter_of_another_kind_is_refused() {
    let bytes = Signed::seal(&OtherKind(order()), &key()).bytes;
    let refusal = Refusal::Kind {
        expected: "application/wrale.order.v1+cbor".into(),
        found: "application/wrale.proof.v1+cbor".into(),
    };
    assert_eq!(verify(bytes).unwrap_err(), refusal);
}

#[test]
fn a_letter_signed_in_another_role_is_refused() {
    let bytes = Signed::seal(&LogOrder(order()), &SecretKey::from_seed([5; 32])).bytes;
    assert_eq!(verify(bytes).unwrap_err(), Refusal::Role { expected: "state", found: "log".into() });
}

#[test]
fn the_header_does_not_choose_the_algorithm() {
    let sealed = Signed::seal(&order(), &key());
    let envelope = Sign1::parse(&sealed.bytes, 512).unwrap();
    let protected = Header { algorithm: Algorithm::Es256.cose(), ..envelope.header }.encode();
    let signature = key().sign(&cose::to_be_signed(&protected, envelope.payload));
    let bytes = cose::envelop(&protected, envelope.payload, &signature);
    assert_eq!(verify(bytes).unwrap_err(), Refusal::Algorithm { expected: Algorithm::EdDsa, found: -7 });
}

#[test]
fn a_letter_by_another_key_of_the_role_is_refused() {
    let other = SecretKey::from_seed([6; 32]);
    let refusal = Refusal::Signer { expected: key().public().id(), found: other.public().id() };
    assert_eq!(verify(Signed::seal(&order(), &other).bytes).unwrap_err(), refusal);
}

#[test]
fn a_letter_that_borrows_a_key_id_is_refused() {
    let unsigned = ToSign::new(&order(), key().public().id());
    let signature = SecretKey::<State>::from_seed([6; 32]).sign(&unsigned.message());
    let refusal = Refusal::Signature { key: key().public().id() };
    assert_eq!(verify(unsigned.finish(&signature).bytes).unwrap_err(), refusal);
}

#[test]
fn a_letter_for_another_fleet_or_device_is_refused() {
    let sealed = Signed::seal(&order(), &key());
    let elsewhere = [
        Audience::device(fleet("south"), order().device),
        Audience::device(fleet("north"), DeviceId([2; 16])),
        Audience::fleet(fleet("north")),
    ];
    for audience in elsewhere {
        let verdict = sealed.clone().verify(key().public(), &audience);
        assert_eq!(verdict.unwrap_err(), Refusal::Audience, "{audience:?}");
    }
}

#[test]
fn a_letter_for_a_whole_fleet_is_not_one_for_a_device() {
    let log = SecretKey::from_seed([7; 32]);
    let bundle = Signed::seal(&Bundle { fleet: fleet("north"), orders: vec![] }, &log);
    let device = bundle.clone().verify(log.public(), &Audience::device(fleet("north"), DeviceId([1; 16])));
    assert_eq!(device.unwrap_err(), Refusal::Audience);
    assert!(bundle.verify(log.public(), &Audience::fleet(fleet("north"))).is_ok());
}

#[test]
fn a_signed_body_still_passes_the_strict_entrance() {
    let body = cbor::encode(&order());
    let critical = [&[body[0] + 1][..], &body[1..], b"\x20\x00"].concat();
    let refused = |body: &[u8]| match verify(sealed_body(body)).unwrap_err() {
        Refusal::Body(Malformed { reason, .. }) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&critical), Reason::UnknownCritical(-1));
    assert_eq!(refused(&[&body[..], b"\x00"].concat()), Reason::Trailing);
    assert_eq!(refused(b"\x81\x81\x81\x80"), Reason::TooDeep(3));
    assert!(matches!(refused(b"\xa1\x00\x65north"), Reason::Shape(_)));
}

#[test]
fn what_a_newer_sender_added_is_kept_under_its_signature() {
    let body = cbor::encode(&order());
    let newer = [&[body[0] + 1][..], &body[1..], b"\x18\x2a\x62hi"].concat();
    let bytes = sealed_body(&newer);
    let verified = verify(bytes.clone()).unwrap();
    assert_eq!(*verified, order());
    assert_eq!(verified.signed().bytes(), bytes);
    assert_ne!(verified.digest(), Signed::seal(&order(), &key()).digest());
}

#[test]
fn a_letter_longer_than_its_kind_allows_is_refused_unread() {
    let long = Order { words: "a".repeat(512), ..order() };
    let refusal = Refusal::Envelope(Malformed { offset: 0, reason: Reason::TooLong(512) });
    assert_eq!(verify(Signed::seal(&long, &key()).bytes).unwrap_err(), refusal);
}

#[test]
fn every_flipped_bit_is_refused() {
    let sent = Signed::seal(&order(), &key()).bytes;
    for bit in 0..sent.len() * 8 {
        let mut bytes = sent.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(verify(bytes).is_err(), "bit {bit}");
    }
}

#[test]
fn every_truncated_prefix_and_every_longer_letter_is_refused() {
    let sent = Signed::seal(&order(), &key()).bytes;
    for end in 0..sent.len() {
        assert!(verify(sent[..end].to_vec()).is_err(), "{end} bytes");
    }
    for tail in 0..=255 {
        let refusal = verify([&sent[..], &[tail]].concat()).unwrap_err();
        assert_eq!(refusal, Refusal::Envelope(Malformed { offset: sent.len(), reason: Reason::Trailing }));
    }
}

#[test]
fn what_a_letter_claims_can_be_read_but_not_mistaken_for_proof() {
    let forged = ToSign::new(&order(), key().public().id()).finish(&[0; 64]);
    assert_eq!(forged.claimed(), Ok(order()));
    assert!(forged.verify(key().public(), &order().audience()).is_err());
    let broken = Signed::<Order>::parse(sealed_body(b"\xf6")).unwrap();
    assert!(matches!(broken.claimed(), Err(Refusal::Body(_))));
}

#[test]
fn letters_nest_as_the_bytes_that_were_signed() {
    let log = SecretKey::from_seed([7; 32]);
    let inner = Signed::seal(&order(), &key());
    let bundle = Bundle { fleet: fleet("north"), orders: vec![inner.clone()] };
    let sent = Signed::seal(&bundle, &log).bytes;
    let outer = Signed::<Bundle>::parse(sent).unwrap();
    let verified = outer.verify(log.public(), &bundle.audience()).unwrap();
    assert_eq!(verified.orders, slice::from_ref(&inner));
    let inner = verified.orders[0].clone().verify(key().public(), &order().audience());
    assert_eq!(*inner.unwrap(), order());
}

#[test]
fn a_nested_letter_of_another_kind_is_refused_with_its_reason() {
    let other = Signed::seal(&OtherKind(order()), &key());
    let smuggled = Signed { bytes: other.bytes, key: other.key, body: PhantomData };
    let log = SecretKey::from_seed([7; 32]);
    let bundle = Bundle { fleet: fleet("north"), orders: vec![smuggled] };
    let verdict = Signed::seal(&bundle, &log).verify(log.public(), &bundle.audience());
    let Refusal::Body(Malformed { reason: Reason::Shape(words), .. }) = verdict.unwrap_err() else {
        panic!("another reason")
    };
    assert!(words.contains("came to the door for"), "{words}");
}

#[test]
#[should_panic(expected = "the type of a float encodes to what the strict entrance refuses")]
fn a_type_that_our_own_entrance_would_refuse_is_found_by_its_first_test() {
    #[derive(Encode, Decode)]
    struct Float(#[n(0)] f32);
    impl Letter for Float {
        type Role = State;
        const KIND: &'static str = "float";
        fn audience(&self) -> Audience {
            order().audience()
        }
    }
    Signed::seal(&Float(1.5), &key());
}

#[test]
fn a_letter_prints_what_it_is_and_not_what_it_says() {
    let sealed = Signed::seal(&order(), &key());
    let id = key().public().id();
    assert_eq!(format!("{sealed:?}"), format!("Signed(order by {id}, {:?})", sealed.digest()));
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(verify(bytes).is_err());
    }

    #[test]
    fn arbitrary_parts_in_a_sound_envelope_are_refused(protected: Vec<u8>, payload: Vec<u8>) {
        prop_assert!(verify(cose::envelop(&protected, &payload, &[1; 64])).is_err());
    }

    #[test]
    fn any_body_that_is_not_an_order_is_refused_though_signed(body: Vec<u8>) {
        prop_assert!(verify(sealed_body(&body)).is_err());
    }
}

/// A letter of which some bodies must not be sent.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(transparent)]
struct Spoken(#[n(0)] Order);

impl Letter for Spoken {
    type Role = State;
    const KIND: &'static str = "spoken";
    const ALWAYS_WHOLE: bool = false;

    fn audience(&self) -> Audience {
        self.0.audience()
    }

    fn whole(&self) -> Result<(), Refusal> {
        if self.0.words.is_empty() { Err(Refusal::OrderExpired) } else { Ok(()) }
    }
}

#[test]
fn a_letter_that_may_lack_something_is_signed_whole_or_not_at_all() {
    let sealed = Signed::seal_whole(&Spoken(order()), &key()).unwrap();
    assert_eq!(*sealed.verify(key().public(), &order().audience()).unwrap(), Spoken(order()));
    let mute = Spoken(Order { words: String::new(), ..order() });
    assert_eq!(Signed::seal_whole(&mute, &key()), Err(Refusal::OrderExpired));
    assert_eq!(ToSign::whole(&mute, key().public().id()).err(), Some(Refusal::OrderExpired));
}

/// Only letters that say so may be signed by a passkey.
#[test]
fn a_passkey_signs_no_letter_that_does_not_ask_for_one() {
    let protected = header::<Order, key::Passkey>(KeyId([1; 8]));
    let bytes = cose::envelop(&protected, &cbor::encode(&order()), &[0x83, 0x40, 0x40, 0x40]);
    let refusal = Refusal::Role { expected: "state", found: "passkey".into() };
    assert_eq!(Signed::<Order>::parse(bytes).unwrap_err(), refusal);
}
