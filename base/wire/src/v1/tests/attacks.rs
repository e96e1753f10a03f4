//! Attacks on a signed letter, each by the name of its folder, and the code with which it is refused.
//!
//! An attack on the body is signed by the true sender: a stolen key, or a sender who errs. Otherwise its signature
//! would be all that is ever judged.

use alloc::{format, vec, vec::Vec};

use crypto::key::KeyId;

use super::{
    letters::{Sample, Stranger},
    raw,
};

/// One attack on one letter.
#[derive(Clone)]
pub(super) struct Attack {
    pub(super) folder: &'static str,
    /// Where it strikes; part of the file's name.
    pub(super) place: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) code: &'static str,
}

/// All that can be done to any letter.
pub(super) fn on(sample: &Sample) -> Vec<Attack> {
    [on_the_body(sample), on_the_envelope(sample), on_the_header(sample), on_the_signature(sample)].concat()
}

fn attack(folder: &'static str, place: &'static str, code: &'static str, bytes: Vec<u8>) -> Attack {
    Attack { folder, place, bytes, code }
}

/// What is wrong with a map, whoever wrote it; where it stands in a letter, it is signed.
pub(super) fn on_a_map(
    map: &[u8],
    limits: crypto::cbor::Limits,
) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let fields = raw::fields(map);
    let also = |value: &[u8]| raw::with(map, &raw::int(1_000), value);
    let nested = |depth: usize| [vec![0x81; depth], vec![0x00]].concat();
    let crowd = raw::array(&vec![&[0x00][..]; limits.items]);
    let mut doubled = fields.clone();
    doubled.insert(1, fields[0].clone());
    let mut swapped = fields.clone();
    swapped.swap(0, 1);
    let mut loose = fields.clone();
    loose[0].0 = vec![0x18, 0x00];
    let mut named = fields.clone();
    named[0].0 = raw::tstr("0");
    let mut null = fields.clone();
    null[0].1 = vec![0xf6];
    let mut other = fields.clone();
    // No field of ours is a boolean.
    other[0].1 = vec![0xf4];
    let endless = [vec![0xbf], map[1..].to_vec(), vec![0xff]].concat();
    vec![
        (
            "critical-key-that-is-unknown",
            "crypto/cbor-unknown-critical",
            raw::with(map, &raw::int(-1), &[0x00]),
        ),
        ("descending-keys", "crypto/cbor-key-order", raw::map(&swapped)),
        ("duplicate-key", "crypto/cbor-key-order", raw::map(&doubled)),
        ("float", "crypto/cbor-float", also(&[0xf9, 0x3c, 0x00])),
        ("indefinite-length", "crypto/cbor-indefinite", endless),
        (
            "key-beyond-63-bits",
            "crypto/cbor-shape",
            raw::with(map, &[0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0], &[0x00]),
        ),
        ("key-of-text", "crypto/cbor-key-kind", raw::map(&named)),
        ("missing-field", "crypto/cbor-shape", raw::map(&fields[1..])),
        ("non-minimal-integer", "crypto/cbor-not-shortest", raw::map(&loose)),
        ("non-minimal-length", "crypto/cbor-not-shortest", also(&[0x58, 0x01, 0x00])),
        ("null-for-a-field", "crypto/cbor-shape", raw::map(&null)),
        ("reserved-byte", "crypto/cbor-reserved", also(&[0xfc])),
        ("simple-value", "crypto/cbor-simple", also(&[0xf7])),
        ("tag", "crypto/cbor-tag", also(&[0xc1, 0x00])),
        ("text-that-is-not-utf8", "crypto/cbor-utf8", also(&[0x62, 0xc3, 0x28])),
        ("too-deep", "crypto/cbor-too-deep", also(&nested(limits.depth))),
        ("too-many-items", "crypto/cbor-too-many-items", also(&crowd)),
        ("trailing-bytes", "crypto/cbor-trailing", [map, &[0x00]].concat()),
        ("truncated", "crypto/cbor-truncated", map[..map.len() - 1].to_vec()),
        ("wrong-type", "crypto/cbor-shape", raw::map(&other)),
    ]
}

fn on_the_body(sample: &Sample) -> Vec<Attack> {
    let attacks = on_a_map(&sample.payload, sample.limits).into_iter();
    let mut attacks: Vec<_> =
        attacks.map(|(folder, code, body)| attack(folder, "body", code, sample.sealed(&body))).collect();
    // The id of the device where the letter has one, else the fleet's name: it is for somebody else.
    let mut fields = raw::fields(&sample.payload);
    let elsewhere = raw::tstr("evil");
    let of_fleet = fields.iter_mut().find(|(_, value)| *value == raw::tstr("acme")).unwrap();
    of_fleet.1 = elsewhere;
    let other_fleet = sample.sealed(&raw::map(&fields));
    attacks.push(attack("wrong-audience", "fleet", "crypto/audience", other_fleet));
    if !sample.for_all {
        let mut fields = raw::fields(&sample.payload);
        fields[1].1 = raw::bstr(b"device of acme 8");
        attacks.push(attack(
            "wrong-audience",
            "device",
            "crypto/audience",
            sample.sealed(&raw::map(&fields)),
        ));
    }
    attacks.push(attack("body-that-is-no-map", "body", "crypto/cbor-shape", sample.sealed(&[0x80])));
    attacks.push(attack("body-that-is-empty", "body", "crypto/cbor-truncated", sample.sealed(&[])));
    attacks
}

fn on_the_envelope(sample: &Sample) -> Vec<Attack> {
    let bytes = &sample.bytes;
    let parts = raw::items(bytes);
    let of = |parts: &[Vec<u8>]| raw::array(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let with = |at: usize, part: &[u8]| {
        let mut parts = parts.clone();
        parts[at] = part.to_vec();
        of(&parts)
    };
    let kid = raw::map(&[(raw::int(4), raw::bstr(&sample.key.0))]);
    let flood = vec![0x00; sample.limits.bytes];
    let oversized = sample.sealed(&raw::with(&sample.payload, &raw::int(1_000), &raw::bstr(&flood)));
    vec![
        attack("detached-body", "envelope", "crypto/cbor-shape", with(2, &[0xf6])),
        attack("five-parts", "envelope", "crypto/cbor-shape", of(&[&parts[..], &[vec![0x00]]].concat())),
        attack("indefinite-length", "envelope", "crypto/cbor-indefinite", {
            [vec![0x9f], parts.concat(), vec![0xff]].concat()
        }),
        attack("oversized", "envelope", "crypto/cbor-too-long", oversized),
        attack("tag", "envelope", "crypto/cbor-tag", [&[0xd2][..], bytes].concat()),
        attack("three-parts", "envelope", "crypto/cbor-shape", of(&parts[..3])),
        attack("trailing-bytes", "envelope", "crypto/cbor-trailing", [&bytes[..], &[0x00]].concat()),
        attack("truncated", "envelope", "crypto/cbor-truncated", bytes[..bytes.len() - 1].to_vec()),
        attack("unprotected-parameter", "envelope", "crypto/cbor-shape", with(1, &kid)),
    ]
}

fn on_the_header(sample: &Sample) -> Vec<Attack> {
    let Sample { kind, role, algorithm, key, .. } = *sample;
    let content_type = |kind: &str, version: &str| format!("application/wrale.{kind}.{version}+cbor");
    let of_this = content_type(kind, "v1");
    let honest = raw::header(algorithm, &of_this, key, role);
    let sealed = |protected: &[u8]| sample.sealed_under(protected, &sample.payload);
    let other_kind = if kind == "consent" { "presence" } else { "consent" };
    let other_role = if role == "log" { "state" } else { "log" };
    let other_algorithm = if algorithm == -8 { -7 } else { -8 };
    let header =
        |algorithm, content_type: &str, role| sealed(&raw::header(algorithm, content_type, key, role));
    let parameters = raw::fields(&honest);
    let mut first = parameters.clone();
    first.insert(0, (raw::int(-70_002), raw::int(0)));
    let mut critical = parameters.clone();
    critical.insert(1, (raw::int(2), raw::array(&[&raw::int(-70_002)])));
    let mut doubled = parameters.clone();
    doubled.insert(1, parameters[0].clone());
    let mut short = parameters.clone();
    short[2].1 = raw::bstr(&key.0[..7]);
    vec![
        // `crit` lists what is critical, and our headers hold no list.
        attack(
            "critical-key-that-is-unknown",
            "header",
            "crypto/cbor-too-deep",
            sealed(&raw::map(&critical)),
        ),
        attack("duplicate-key", "header", "crypto/cbor-key-order", sealed(&raw::map(&doubled))),
        attack("key-id-too-short", "header", "crypto/cbor-shape", sealed(&raw::map(&short))),
        attack("missing-field", "header", "crypto/cbor-shape", sealed(&raw::map(&parameters[..3]))),
        attack("negative-key", "header-first", "crypto/cbor-key-order", sealed(&raw::map(&first))),
        attack("negative-key", "header-last", "crypto/cbor-shape", {
            sealed(&raw::with(&honest, &raw::int(-70_002), &raw::int(0)))
        }),
        attack("trailing-bytes", "header", "crypto/cbor-trailing", sealed(&[&honest[..], &[0x00]].concat())),
        attack(
            "wrong-algorithm",
            "of-another-role",
            "crypto/algorithm",
            header(other_algorithm, &of_this, role),
        ),
        attack("wrong-algorithm", "none", "crypto/algorithm", header(0, &of_this, role)),
        attack(
            "wrong-kind",
            "header",
            "crypto/kind",
            header(algorithm, &content_type(other_kind, "v1"), role),
        ),
        attack("wrong-role", "header", "crypto/role", header(algorithm, &of_this, other_role)),
        attack("wrong-version", "header", "crypto/kind", header(algorithm, &content_type(kind, "v2"), role)),
    ]
}

fn on_the_signature(sample: &Sample) -> Vec<Attack> {
    let Sample { bytes, payload, .. } = sample;
    let protected = sample.header();
    let message = raw::to_be_signed(&protected, &[], payload);
    let signature = (sample.sign)(&message);
    let with = |signature: &[u8]| raw::sign1(&protected, payload, signature);
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 0x01;
        bytes
    };
    let in_body = bytes.len() - 66 - 1;
    let der = sample.chip.map_or_else(|| vec![0x30; 70], |chip| chip.sign_der(&message));
    let Stranger { key: other, sign } = &sample.stranger;
    let of_other = sample.header_of(*other);
    let named = sign(&raw::to_be_signed(&of_other, &[], payload));
    vec![
        attack("flipped-bit", "body", "crypto/signature", flipped(in_body)),
        attack("flipped-bit", "signature", "crypto/signature", flipped(bytes.len() - 1)),
        attack("wrong-key", "named", "crypto/signer", raw::sign1(&of_other, payload, &named)),
        attack("wrong-key", "under-our-name", "crypto/signature", with(&sign(&message))),
        attack("wrong-signature", "none", "crypto/signature", with(&[])),
        attack("wrong-signature", "zeros", "crypto/signature", with(&[0; 64])),
        attack(
            "wrong-signature",
            "longer-by-a-byte",
            "crypto/signature",
            with(&[&signature[..], &[0]].concat()),
        ),
        attack("wrong-signature", "in-der", "crypto/signature", with(&der)),
        attack("wrong-signature", "over-external-data", "crypto/signature", {
            with(&(sample.sign)(&raw::to_be_signed(&protected, b"session 7", payload)))
        }),
        attack("wrong-signature", "over-the-body-alone", "crypto/signature", with(&(sample.sign)(payload))),
    ]
}

impl Sample {
    fn header(&self) -> Vec<u8> {
        self.header_of(self.key)
    }

    fn header_of(&self, key: KeyId) -> Vec<u8> {
        raw::header(self.algorithm, &format!("application/wrale.{}.v1+cbor", self.kind), key, self.role)
    }

    /// This body, honestly signed.
    pub(super) fn sealed(&self, payload: &[u8]) -> Vec<u8> {
        self.sealed_under(&self.header(), payload)
    }

    fn sealed_under(&self, protected: &[u8], payload: &[u8]) -> Vec<u8> {
        raw::sign1(protected, payload, &(self.sign)(&raw::to_be_signed(protected, &[], payload)))
    }
}
