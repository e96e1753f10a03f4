//! What our readers refuse: every attack on every letter, with the very code.

use alloc::{format, vec, vec::Vec};

use crypto::{
    cbor,
    key::{self, SecretKey},
    refusal::Refusal,
    signed::{Signed, ToAssert},
};
use vocab::OrderId;
use wire::v1::{
    Body, Consent, DeviceState, Order, OrderKind, Roster,
    roster::{Person, Right},
};

use super::{
    attacks::{Attack, on, on_a_map},
    bodies,
    cast::{
        ADA, ASKED, Asked, BEN, BENS_AUTHENTICATOR, NOW, ada, asserted, ben, label, root, state, work_order,
    },
    letters::{self, Sample, consent, release, with_consents},
    raw,
    vectors::{Files, hold},
};

#[test]
fn every_attack_on_every_letter_is_refused_for_its_own_reason() {
    for sample in letters::samples() {
        for Attack { folder, place, bytes, code } in on(&sample) {
            let refused = (sample.read)(&bytes).map_err(|refusal| refusal.code());
            assert_eq!(refused, Err(code), "{folder}, {place} of {}", sample.name);
        }
    }
}

#[test]
fn the_attacks_are_kept_as_vectors_with_the_code_that_refuses_each() {
    let samples = letters::samples();
    let mut files = Files::new();
    for attacked in &samples {
        for Attack { folder, place, bytes, .. } in on(attacked).into_iter().filter(|one| kept(attacked, one))
        {
            let name = format!("{folder}/{}-{place}", attacked.name);
            add(&mut files, &name, &(attacked.read)(&bytes).unwrap_err(), &bytes);
        }
    }
    let sample = samples.iter().find(|sample| sample.name == "state").unwrap();
    for (folder, name, bytes, _) in on_states(sample) {
        add(&mut files, &format!("{folder}/state-{name}"), &(sample.read)(&bytes).unwrap_err(), &bytes);
    }
    hold("bad", &files, "WRALE_BLESS");
}

/// One letter for each attack is enough for a file: the smallest on which it can be shown.
fn kept(sample: &Sample, attack: &Attack) -> bool {
    match attack.folder {
        "oversized" | "too-many-items" => sample.name == "time",
        "wrong-algorithm" | "wrong-signature" => ["beat", "boot"].contains(&sample.name),
        _ => sample.name == "beat",
    }
}

fn add(files: &mut Files, name: &str, refusal: &Refusal, bytes: &[u8]) {
    files.insert(format!("{name}.cbor"), bytes.to_vec());
    files.insert(format!("{name}.txt"), format!("{}\n{refusal}\n", refusal.code()).into_bytes());
}

#[test]
fn a_state_with_an_order_that_lacks_its_people_is_refused_for_the_very_reason() {
    let sample = letters::samples().into_iter().find(|sample| sample.name == "state").unwrap();
    for (folder, name, bytes, code) in on_states(&sample) {
        let refused = (sample.read)(&bytes).map_err(|refusal| refusal.code());
        assert_eq!(refused, Err(code), "{folder}/{name}");
    }
}

/// States signed by the true key, whose orders have not the people that they need, or carry what is no letter.
fn on_states(sample: &Sample) -> Vec<(&'static str, &'static str, Vec<u8>, &'static str)> {
    let ordering = |order: Order| {
        let state = DeviceState { orders: vec![order], ..letters::device_state() };
        sample.sealed(&cbor::encode(&state))
    };
    let by = |consents: &[(Consent, SecretKey<key::Person>)]| ordering(with_consents(release(), consents));
    let ada_does = || (consent(ADA, &release()), ada());
    let other = Order { id: OrderId(*b"something else.."), ..release() };
    let late = Consent { expires: NOW, ..consent(BEN, &release()) };
    let wipe = Order { kind: OrderKind::Run(vocab::Action::Wipe), ..release() };
    let wiping = [(consent(ADA, &wipe), ada()), (consent(BEN, &wipe), ben())];
    let eve = vocab::PersonId(*b"Eve, of nowhere.");
    let elsewhere = Consent { device: vocab::DeviceId([0; 16]), ..consent(BEN, &release()) };
    let in_another_role = {
        let mut fields = raw::fields(&cbor::encode(&letters::device_state()));
        let keyset = Signed::seal(&letters::keyset(), &root());
        fields.iter_mut().find(|(key, _)| *key == raw::int(15)).unwrap().1 = raw::bstr(keyset.bytes());
        sample.sealed(&raw::map(&fields))
    };
    let by_passkey = |signed: Signed<Consent>| {
        let mut order = with_consents(release(), &[ada_does()]);
        order.consents.push(signed);
        ordering(order)
    };
    let asked = |asked: Asked| by_passkey(asked.consent(&consent(BEN, &release()), BENS_AUTHENTICATOR));
    // What Ben signed for one order, under the consent to another.
    let asserted_for = |other: &Order| {
        let challenge = ToAssert::new(&consent(BEN, other)).challenge();
        let said = ASKED.answered(BENS_AUTHENTICATOR, challenge);
        by_passkey(asserted(&consent(BEN, &release()), BENS_AUTHENTICATOR, &said))
    };
    let of_page = Asked { page: "https://evil.example", ..ASKED };
    let of_host = Asked { party: "evil.example", ..ASKED };
    let run_out = Order { expires: NOW, ..release() };
    let run_out_by = [(consent(ADA, &run_out), ada()), (consent(BEN, &run_out), ben())];
    vec![
        ("order-without-consents", "none", ordering(release()), "crypto/consents-missing"),
        ("order-without-consents", "one-of-two", by(&[ada_does()]), "crypto/consents-missing"),
        ("order-without-consents", "wipe-by-nobody", ordering(wipe.clone()), "crypto/consents-missing"),
        (
            "order-with-one-person-twice",
            "the-same",
            by(&[ada_does(), ada_does()]),
            "crypto/duplicate-consent",
        ),
        (
            "order-with-consent-to-another",
            "order",
            by(&[ada_does(), (consent(BEN, &other), ben())]),
            "crypto/other-subject",
        ),
        ("order-with-consent-to-another", "device", by(&[ada_does(), (elsewhere, ben())]), "crypto/audience"),
        ("order-with-consent-run-out", "late", by(&[ada_does(), (late, ben())]), "crypto/consent-expired"),
        ("order-run-out", "late", ordering(with_consents(run_out, &run_out_by)), "crypto/order-expired"),
        (
            "order-with-a-stranger",
            "of-no-roster",
            by(&[ada_does(), (consent(eve, &release()), ben())]),
            "crypto/stranger",
        ),
        (
            "order-with-a-strangers-key",
            "of-another-person",
            by(&[ada_does(), (consent(BEN, &release()), ada())]),
            "crypto/strangers-key",
        ),
        (
            "order-beyond-a-persons-right",
            "wipe",
            ordering(with_consents(wipe, &wiping)),
            "crypto/not-entitled",
        ),
        ("order-with-an-assertion-for-another", "order", asserted_for(&other), "crypto/passkey-challenge"),
        ("order-with-an-assertion-of-another-page", "page", asked(of_page), "crypto/passkey-origin"),
        ("order-with-an-assertion-of-another-host", "host", asked(of_host), "crypto/passkey-relying-party"),
        (
            "order-with-an-assertion-of-nobody",
            "absent",
            asked(Asked { flags: 4, ..ASKED }),
            "crypto/passkey-absent",
        ),
        (
            "order-with-an-assertion-of-nobody",
            "unverified",
            asked(Asked { flags: 1, ..ASKED }),
            "crypto/passkey-unverified",
        ),
        (
            "order-with-a-strangers-key",
            "passkey-of-another-person",
            by_passkey(ASKED.consent(&consent(ADA, &release()), BENS_AUTHENTICATOR)),
            "crypto/strangers-key",
        ),
        ("roster-shares-a-key", "one-key-for-two", shared(sample), "crypto/shared-key"),
        ("roster-of-another-root", "self-made", usurped(sample), "crypto/signer"),
        ("wrong-kind", "keyset-for-a-roster", in_another_role, "crypto/cbor-shape"),
        ("order-with-consents-that-are-none", "bytes", garbled(sample), "crypto/cbor-shape"),
    ]
}

/// The root itself gave both people one key.
fn shared(sample: &Sample) -> Vec<u8> {
    let person = |id| Person {
        id,
        name: label("x"),
        keys: vec![ada().public().clone()],
        may: vec![Right::Release],
        passkeys: vec![],
    };
    let roster = Roster { people: vec![person(ADA), person(BEN)], ..letters::roster() };
    let both = [(consent(ADA, &release()), ada()), (consent(BEN, &release()), ada())];
    let state = DeviceState {
        roster: Signed::seal(&roster, &root()),
        orders: vec![with_consents(release(), &both)],
        ..letters::device_state()
    };
    sample.sealed(&cbor::encode(&state))
}

/// A fleet that signs a roster of its own, so that nobody need be asked.
fn usurped(sample: &Sample) -> Vec<u8> {
    let usurper = SecretKey::from_seed([0x66; 32]);
    let state = DeviceState { roster: Signed::seal(&letters::roster(), &usurper), ..letters::device_state() };
    sample.sealed(&cbor::encode(&state))
}

/// Two byte strings where consents belong.
fn garbled(sample: &Sample) -> Vec<u8> {
    let mut fields = raw::fields(&cbor::encode(&letters::device_state()));
    let orders = fields.iter_mut().find(|(key, _)| *key == raw::int(11)).unwrap();
    let mut order = raw::fields(&cbor::encode(&release()));
    order[4].1 = raw::array(&[&raw::bstr(b"yes"), &raw::bstr(b"yes")]);
    orders.1 = raw::array(&[&raw::map(&order)]);
    sample.sealed(&raw::map(&fields))
}

#[test]
fn a_letter_at_another_letters_door_is_refused_for_its_kind_and_never_for_less() {
    let samples = letters::samples();
    for sent in &samples {
        for door in samples.iter().filter(|door| door.kind != sent.kind) {
            let refused = (door.read)(&sent.bytes).map_err(|refusal| refusal.code());
            // A small door may refuse a long letter before it looks at what it is.
            let expected =
                if sent.bytes.len() > door.limits.bytes { "crypto/cbor-too-long" } else { "crypto/kind" };
            assert_eq!(refused, Err(expected), "{} at the door for {}", sent.name, door.name);
        }
    }
}

#[test]
fn every_attack_on_a_body_or_an_unsigned_letter_is_refused_for_its_own_reason() {
    for (name, body) in bodies::samples() {
        let bytes = body.encode();
        if bytes[0] >> 5 != 5 {
            continue;
        }
        for (folder, code, bad) in on_a_map(&bytes, wire::v1::body::LIMITS) {
            let refused = Body::decode(&bodies::entry(body.kind(), &bad)).map_err(|refusal| refusal.code());
            assert_eq!(refused, Err(code), "{folder} of {name}");
        }
    }
    for (folder, code, bad) in on_a_map(&cbor::encode(&letters::proof()), wire::v1::proof::LIMITS) {
        let refused = cbor::decode::<wire::v1::Proof>(&bad, &wire::v1::proof::LIMITS);
        assert_eq!(refused.map_err(|refusal| refusal.code()), Err(code), "{folder} of a proof");
    }
    for (folder, code, bad) in on_a_map(&cbor::encode(&letters::joined()), wire::v1::enrol::LIMITS) {
        let refused = cbor::decode::<wire::v1::enrol::Joined>(&bad, &wire::v1::enrol::LIMITS);
        assert_eq!(refused.map_err(|refusal| refusal.code()), Err(code), "{folder} of the answer to a join");
    }
    for (folder, code, bad) in on_a_map(&cbor::encode(&letters::bundle()), wire::v1::bundle::LIMITS) {
        let refused = cbor::decode::<wire::v1::Bundle>(&bad, &wire::v1::bundle::LIMITS);
        assert_eq!(refused.map_err(|refusal| refusal.code()), Err(code), "{folder} of a bundle");
    }
}

/// The body of one kind under the name of another is refused, or at least not taken for what it is not.
#[test]
fn a_body_under_another_kind_does_not_pass_for_its_own() {
    for (name, body) in bodies::samples() {
        for (other, stranger) in
            bodies::samples().iter().filter(|(_, stranger)| stranger.kind() != body.kind())
        {
            let read = Body::decode(&bodies::entry(stranger.kind(), &body.encode()));
            assert_ne!(read.as_ref(), Ok(&body), "{name} as {other}");
        }
    }
}

#[test]
fn a_key_that_is_none_makes_no_letter() {
    let sample = letters::samples().into_iter().find(|sample| sample.name == "keyset").unwrap();
    let good = cbor::encode(&letters::keyset());
    let key = cbor::encode(state().public());
    let small_order = raw::bstr(&[&[0xa3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20][..], &[0; 32]].concat());
    let reordered = raw::bstr(
        &[&[0xa3, 0x01, 0x01, 0x21, 0x58, 0x20][..], state().public().as_bytes(), &[0x20, 0x06]].concat(),
    );
    let short = raw::bstr(state().public().as_bytes());
    for bad in [small_order, reordered, short] {
        let body = replaced(&good, &key, &bad);
        assert_eq!((sample.read)(&sample.sealed(&body)).unwrap_err().code(), "crypto/cbor-shape");
    }
    let of_another_role = replaced(&good, &key, &cbor::encode(work_order().public()));
    assert!((sample.read)(&sample.sealed(&of_another_role)).is_ok(), "a key has no role but where it stands");
}

fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old).unwrap();
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

#[test]
fn a_name_of_the_wrong_letters_or_length_makes_no_letter() {
    let sample = letters::samples().into_iter().find(|sample| sample.name == "time").unwrap();
    let good = cbor::encode(&letters::time());
    for bad in ["", "Acme", "acme fleet", "näh", &"a".repeat(64)] {
        let body = replaced(&good, &raw::tstr("acme"), &raw::tstr(bad));
        assert_eq!((sample.read)(&sample.sealed(&body)).unwrap_err().code(), "crypto/cbor-shape", "{bad:?}");
    }
    let longest = "a".repeat(63);
    let body = replaced(&good, &raw::tstr("acme"), &raw::tstr(&longest));
    assert_eq!((sample.read)(&sample.sealed(&body)).unwrap_err(), Refusal::Audience, "63 letters are a name");
}
