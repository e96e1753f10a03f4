//! Shows that our HPKE is that of RFC 9180: its own vector, and another implementation both ways.

use alloc::vec::Vec;
use std::{format, vec};

use aws_lc_rs::aead::AES_128_GCM;
use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable, aead::AesGcm256, kdf::HkdfSha256,
    kem::DhP256HkdfSha256,
};
use proptest::prelude::*;
use vocab::{DeviceId, FleetName, Generation, SecretName};

use super::*;
use crate::{
    hex,
    key::{Attestation, KeyId, PublicKey},
    seal::{SecretInfo, SoftwareOpening},
};

fn hex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode_array(text).unwrap()
}

fn opening(byte: u8) -> SoftwareOpening {
    SoftwareOpening::from_seed([byte; 32])
}

fn sealed() -> Sealed {
    seal_to(opening(1).public(), b"info", b"aad", [7; 32], b"secret")
}

fn opened(key: &SoftwareOpening, info: &[u8], aad: &[u8], sealed: &Sealed) -> Result<Vec<u8>, Refusal> {
    open(key, info, aad, sealed).map(|plain| plain.to_vec()).map_err(|unopened| match unopened {
        Unopened::Refused(refusal) => refusal,
    })
}

/// RFC 9180, appendix A.3.1: the same KEM and KDF, with AES-128-GCM.
mod rfc {
    pub(super) const INFO: &str = "4f6465206f6e2061204772656369616e2055726e";
    pub(super) const IKM_E: &str = "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e";
    pub(super) const PK_E: &str = "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac9\
        8536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4";
    pub(super) const IKM_R: &str = "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550";
    pub(super) const PK_R: &str = "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a82\
        6a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0";
    pub(super) const SHARED_SECRET: &str = "c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8";
    pub(super) const KEY: &str = "868c066ef58aae6dc589b6cfdd18f97e";
    pub(super) const BASE_NONCE: &str = "4e0bc5018beba4bf004cca59";
    pub(super) const PLAINTEXT: &str = "4265617574792069732074727574682c20747275746820626561757479";
    pub(super) const AAD: &str = "436f756e742d30";
    pub(super) const CIPHERTEXT: &str = "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f90\
        76ac232e3ab2523f39513434";
}

#[test]
fn the_vector_of_rfc_9180_is_met_step_by_step() {
    let suite = Suite { aead: &AES_128_GCM, id: b"HPKE\x00\x10\x00\x01\x00\x01" };
    let recipient = SoftwareOpening::from_seed(hex(rfc::IKM_R));
    assert_eq!(recipient.public().as_sec1(), &hex(rfc::PK_R));
    let ephemeral = KeyPair::derive(&Secret::new(hex(rfc::IKM_E)));
    assert_eq!(ephemeral.public.as_sec1(), &hex(rfc::PK_E));

    let dh = ephemeral.agree(recipient.public());
    assert_eq!(*dh, *recipient.agree(&ephemeral.public).unwrap());
    let shared = kem::shared_secret(&dh, &ephemeral.public, recipient.public());
    assert_eq!(*shared, hex(rfc::SHARED_SECRET));

    let context = suite.schedule(&shared, &hex::<20>(rfc::INFO));
    assert_eq!(context.key(), hex::<16>(rfc::KEY));
    assert_eq!(context.nonce, hex(rfc::BASE_NONCE));

    let (info, aad, plaintext) = (hex::<20>(rfc::INFO), hex::<7>(rfc::AAD), hex::<29>(rfc::PLAINTEXT));
    let sealed =
        seal_with(&suite, recipient.public(), &info, &aad, &Secret::new(hex(rfc::IKM_E)), &plaintext);
    assert_eq!(sealed.enc, ephemeral.public);
    assert_eq!(sealed.ciphertext, hex::<45>(rfc::CIPHERTEXT));
    assert_eq!(context.open(&aad, &sealed.ciphertext).unwrap()[..], plaintext);
}

#[test]
fn another_implementation_opens_what_we_seal_and_we_what_it_seals() {
    for byte in 0..32 {
        let ours = opening(byte);
        let (secret, public) = DhP256HkdfSha256::derive_keypair(&[byte; 32]);
        assert_eq!(public.to_bytes()[..], ours.public().as_sec1()[..]);
        let (info, aad, plaintext) =
            (vec![byte; 70], vec![byte; byte.into()], vec![byte; 3 * usize::from(byte)]);

        let sealed = seal_to(ours.public(), &info, &aad, [byte ^ 0xff; 32], &plaintext);
        let enc = Deserializable::from_bytes(sealed.enc.as_sec1()).unwrap();
        let theirs = hpke::single_shot_open::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            &secret,
            &enc,
            &info,
            &sealed.ciphertext,
            &aad,
        );
        assert_eq!(theirs.unwrap(), plaintext);

        let (enc, ciphertext) = hpke::single_shot_seal::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeS::Base,
            &public,
            &info,
            &plaintext,
            &aad,
        )
        .unwrap();
        let sealed = Sealed::from_bytes(&[&enc.to_bytes()[..], &ciphertext].concat()).unwrap();
        assert_eq!(opened(&ours, &info, &aad, &sealed), Ok(plaintext));
    }
}

#[test]
fn a_secret_opens_for_its_key_purpose_and_company_alone() {
    let sealed = sealed();
    assert_eq!(opened(&opening(1), b"info", b"aad", &sealed).unwrap(), b"secret");
    for refused in [
        opened(&opening(2), b"info", b"aad", &sealed),
        opened(&opening(1), b"other", b"aad", &sealed),
        opened(&opening(1), b"infoaad", b"", &sealed),
        opened(&opening(1), b"info", b"other", &sealed),
    ] {
        assert_eq!(refused, Err(Refusal::NotForUs));
    }
}

#[test]
fn every_truncation_and_every_altered_bit_of_a_secret_is_refused() {
    let bytes = sealed().to_bytes();
    let door =
        |bytes: &[u8]| Sealed::from_bytes(bytes).and_then(|s| opened(&opening(1), b"info", b"aad", &s));
    assert_eq!(door(&bytes).unwrap(), b"secret");
    for at in 0..bytes.len() {
        let cut = if at < 65 + 16 { Refusal::TooShort(at) } else { Refusal::NotForUs };
        assert_eq!(door(&bytes[..at]), Err(cut));
        for bit in 0..8 {
            let mut altered = bytes.clone();
            altered[at] ^= 1 << bit;
            let refusal = if at < 65 { Refusal::NotAPoint } else { Refusal::NotForUs };
            assert_eq!(door(&altered), Err(refusal), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_chip_that_fails_is_not_the_senders_fault() {
    struct Broken(SoftwareOpening);

    impl OpeningKey for Broken {
        type Fault = &'static str;

        fn public(&self) -> &OpeningPublic {
            self.0.public()
        }

        fn agree(&self, _: &OpeningPublic) -> Result<Secret, &'static str> {
            Err("the chip does not answer")
        }
    }

    let broken: &dyn OpeningKey<Fault = &'static str> = &Broken(opening(1));
    let unopened = open(broken, b"info", b"aad", &sealed()).unwrap_err();
    assert_eq!(unopened, Unopened::Fault("the chip does not answer"));
    assert_eq!(format!("{unopened}"), "the holder of our opening key failed: the chip does not answer");
    let refused: Unopened<&str> = Unopened::Refused(Refusal::NotForUs);
    assert_eq!(format!("{refused}"), format!("{}", Refusal::NotForUs));
}

#[test]
fn a_key_is_one_uncompressed_point_of_the_curve() {
    let point = *opening(1).public().as_sec1();
    assert_eq!(OpeningPublic::from_sec1(&point).as_ref(), Ok(opening(1).public()));
    let with_first = |byte| [&[byte], &point[1..]].concat();
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    let hybrid = with_first(6 + (point[64] & 1));
    let infinity = vec![0];
    let padded_infinity = vec![0; 65];
    let mut off_curve = point.to_vec();
    off_curve[64] ^= 1;
    let beyond_the_field = [&[4][..], &[0xff; 64]].concat();
    let long = [&point[..], &[0]].concat();
    for wrong in [
        compressed,
        hybrid,
        infinity,
        padded_infinity,
        off_curve,
        beyond_the_field,
        long,
        with_first(5),
        vec![],
    ] {
        assert_eq!(OpeningPublic::from_sec1(&wrong), Err(Refusal::NotAPoint), "{wrong:02x?}");
    }
}

#[test]
fn a_key_has_the_same_id_as_it_would_have_in_any_role() {
    let public = *opening(1).public();
    let in_a_role = PublicKey::<Attestation>::from_bytes(public.as_sec1()).unwrap();
    assert_eq!(public.id(), in_a_role.id());
    assert_ne!(public.id(), opening(2).public().id());
}

#[test]
fn on_the_wire_both_are_one_byte_string() {
    let (key, sealed) = (*opening(1).public(), sealed());
    let encoded = minicbor::to_vec(key).unwrap();
    assert_eq!(encoded[..2], [0x58, 65]);
    assert_eq!(minicbor::decode::<OpeningPublic>(&encoded).unwrap(), key);
    let encoded = minicbor::to_vec(&sealed).unwrap();
    assert_eq!(encoded[..2], [0x58, 65 + 6 + 16]);
    assert_eq!(minicbor::decode::<Sealed>(&encoded).unwrap(), sealed);
    let no_point = minicbor::to_vec(minicbor::bytes::ByteVec::from(vec![4; 65])).unwrap();
    assert!(minicbor::decode::<OpeningPublic>(&no_point).is_err());
    assert!(minicbor::decode::<Sealed>(&no_point).is_err());
}

#[test]
fn the_info_of_a_secret_is_unambiguous_and_differs_with_each_part() {
    let (demo, other) = (FleetName::new("demo").unwrap(), FleetName::new("demo2").unwrap());
    let (wifi, vpn) = (SecretName::new("wifi").unwrap(), SecretName::new("vpn").unwrap());
    let key = KeyId([8; 8]);
    let info =
        SecretInfo { fleet: &demo, device: DeviceId([3; 16]), generation: Generation(5), secret: &wifi };
    let bytes = info.to_key(key);
    let expected = [
        &[0, 0, 0, 0, 0, 0, 0, 15][..],
        b"wrale.secret.v1",
        &[0, 0, 0, 0, 0, 0, 0, 4],
        b"demo",
        &[3; 16],
        &[0, 0, 0, 0, 0, 0, 0, 5],
        &[0, 0, 0, 0, 0, 0, 0, 4],
        b"wifi",
        &[8; 8],
    ]
    .concat();
    assert_eq!(bytes, expected);
    for changed in [
        SecretInfo { fleet: &other, ..info }.to_key(key),
        SecretInfo { device: DeviceId([4; 16]), ..info }.to_key(key),
        SecretInfo { generation: Generation(6), ..info }.to_key(key),
        SecretInfo { secret: &vpn, ..info }.to_key(key),
        info.to_key(KeyId([9; 8])),
    ] {
        assert_ne!(changed, bytes);
    }
}

#[test]
fn the_same_randomness_gives_the_same_bytes() {
    assert_eq!(sealed().to_bytes(), sealed().to_bytes());
    let other = seal_to(opening(1).public(), b"info", b"aad", [8; 32], b"secret");
    assert_ne!(other.to_bytes()[..65], sealed().to_bytes()[..65]);
}

proptest! {
    #[test]
    fn what_is_sealed_comes_back(
        seed: [u8; 32], ephemeral: [u8; 32], info: Vec<u8>, aad: Vec<u8>, plaintext: Vec<u8>,
    ) {
        let key = SoftwareOpening::from_seed(seed);
        let sealed = seal_to(key.public(), &info, &aad, ephemeral, &plaintext);
        let sealed = Sealed::from_bytes(&sealed.to_bytes()).unwrap();
        prop_assert_eq!(opened(&key, &info, &aad, &sealed), Ok(plaintext));
    }
}
