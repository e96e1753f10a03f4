//! What our senders write: exact bytes, each of which our readers take.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use crypto::{
    approved::NeedsConsent,
    cbor::{self, Limits, Malformed},
    digest::Digest,
    hex,
    key::{self, PublicKey, Role},
    merkle::{self, verify_consistency, verify_inclusion},
    note::{Note, Verifiers},
    signed::{Signed, ToAssert},
};
use journal::{Chain, Kind, Run};
use minicbor::Decode;
use vocab::{Mono, Time};
use wire::v1::{
    Beat, Body, Bundle, DeviceState, Proof, body, bundle,
    enrol::{Answer, Joined},
    proof,
};

use super::{
    bodies,
    cast::{
        ASKED, AT, ATTESTATION_KEY, BEN, BENS_AUTHENTICATOR, BOOT, DEVICE, DEVICE_KEY, NEXT_DEVICE_KEY, ada,
        ben, bens_passkey, digest, here, journal as journal_key, log, opening, root, state, work_order,
    },
    diagnostic::diagnostic,
    letters::{self, SALT, Sample},
    raw,
    vectors::{Files, hold},
};

#[test]
fn every_letter_is_written_to_the_byte_as_its_vector_and_read_by_its_reader() {
    let mut files = Files::new();
    for sample in letters::samples() {
        let digest =
            (sample.read)(&sample.bytes).unwrap_or_else(|refusal| panic!("{}: {refusal}", sample.name));
        assert_eq!(digest, Digest::of(&sample.bytes), "{}", sample.name);
        let said = format!("signed in the role {} by {}; digest {digest}", sample.role, sample.key);
        add(&mut files, sample.name, &said, &sample.bytes);
    }
    let asserted = letters::consent_by_passkey();
    let verified = asserted.clone().verify_by_passkey(&bens_passkey(), &here()).unwrap();
    assert_eq!(*verified, letters::consent(BEN, &letters::release()));
    let said = format!("signed in the role passkey by {}; digest {}", verified.signer(), verified.digest());
    add(&mut files, "consent-by-passkey", &said, asserted.bytes());
    for (name, bytes, limits) in letters::unsigned() {
        cbor::check(&bytes, &limits).unwrap();
        add(&mut files, name, "no signature of its own", &bytes);
    }
    hold("good/letters", &files, "WRALE_BLESS");
}

#[test]
fn every_body_of_an_entry_is_written_to_the_byte_as_its_vector_and_read_back() {
    let mut files = Files::new();
    for (name, body) in bodies::samples() {
        let bytes = body.encode();
        assert_eq!(Body::decode(&bodies::entry(body.kind(), &bytes)).as_ref(), Ok(&body), "{name}");
        let kind = body.kind();
        assert!(name.starts_with(&word(kind)), "{name} is named after its kind");
        add(&mut files, name, &format!("body of an entry of kind {} ({kind:?})", kind as u8), &bytes);
    }
    hold("good/bodies", &files, "WRALE_BLESS");
}

#[test]
fn a_journal_is_written_to_the_byte_as_its_vector_and_every_head_follows_from_the_one_before() {
    let run = run();
    let bytes = cbor::encode(&run);
    assert_eq!(cbor::decode(&bytes, &Limits::FRAME), Ok(run.clone()));
    let mut said = format!("it stands on {}", run.stands_on());
    for entry in run.entries() {
        assert!(Body::decode(entry).is_ok());
        said += &format!("\n  head after entry {}: {}", entry.header().seq, entry.head());
    }
    let mut files = Files::new();
    add(&mut files, "run", &said, &bytes);
    hold("good/journal", &files, "WRALE_BLESS");
}

#[test]
fn the_keys_of_the_vectors_are_told() {
    let mut text = String::from("role          seed or scalar, each byte   id                public key\n");
    let mut tell = |role: &str, seed: u8, id: key::KeyId, public: &[u8]| {
        text += &format!("{role:13} {seed:02x}                          {id}  {}\n", hex::encode(public));
    };
    fn parts<R: Role>(key: &PublicKey<R>) -> (&'static str, key::KeyId, Vec<u8>) {
        (R::NAME, key.id(), key.as_bytes().to_vec())
    }
    let keys = [
        (1, parts(root().public())),
        (2, parts(state().public())),
        (3, parts(work_order().public())),
        (4, parts(log().public())),
        (5, parts(journal_key().public())),
        (6, parts(ada().public())),
        (7, parts(ben().public())),
        (8, parts(&DEVICE_KEY.public::<key::Device>())),
        (9, parts(&ATTESTATION_KEY.public::<key::Attestation>())),
        (10, parts(&NEXT_DEVICE_KEY.public::<key::Device>())),
        (12, parts(&BENS_AUTHENTICATOR.public::<key::Passkey>())),
    ];
    for (seed, (role, id, public)) in keys {
        tell(role, seed, id, &public);
    }
    tell("(opening)", 11, opening().id(), opening().as_sec1());
    hold("keys", &Files::from([("keys.txt".to_string(), text.into_bytes())]), "WRALE_BLESS");
}

/// The inputs of digests, put together by hand.
#[test]
fn what_is_hashed_is_what_the_page_says() {
    let (order, evidence) = (letters::release(), letters::evidence());
    let whole = raw::fields(&cbor::encode(&order));
    let bare = raw::map(&whole[..4]);
    let subject = [raw::tstr("wrale.consent.v1"), raw::tstr("acme"), raw::bstr(DEVICE.as_bytes()), bare];
    let subject = raw::array(&subject.each_ref().map(Vec::as_slice));
    assert_eq!(Digest::of(&subject), order.subject(&here()));
    let quote = [
        b"wrale.quote.v1",
        &evidence.nonce.0[..],
        DEVICE.as_bytes(),
        BOOT.as_bytes(),
        &evidence.position.seq.to_be_bytes(),
        evidence.position.head.0.as_bytes(),
        &evidence.generation.0.to_be_bytes(),
        evidence.state.unwrap().as_bytes(),
    ]
    .concat();
    assert_eq!(Digest::of(&quote), evidence.qualifying());
    let entry = &run().into_entries()[0];
    let (header, body) = (Digest::of(entry.header_bytes()), Digest::of(entry.body()));
    let before = entry.header().prev.0;
    let head = [&b"wrale.journal.v1"[..], before.as_bytes(), header.as_bytes(), body.as_bytes()].concat();
    assert_eq!(Digest::of(&head), entry.head().0);
    let genesis = [&b"wrale.genesis.v1"[..], DEVICE.as_bytes()].concat();
    assert_eq!(Digest::of(&genesis), journal::Head::genesis(&DEVICE).0);
    let letter = Signed::seal_whole(&letters::device_state(), &state()).unwrap().digest();
    let leaf = [&b"wrale.leaf.v1\x05state"[..], digest(SALT).as_bytes(), letter.as_bytes()].concat();
    assert_eq!(Digest::of(&leaf), proof::leaf(proof::STATE, &digest(SALT), &letter));
    let mut files = Files::from([("consent-subject.cbor".to_string(), subject.clone())]);
    let body = letters::consent(BEN, &letters::release());
    let (kind, written) = (digest("application/wrale.consent.v1+cbor"), Digest::of(&cbor::encode(&body)));
    let passkey = [&b"wrale.passkey.v1"[..], kind.as_bytes(), written.as_bytes()].concat();
    assert_eq!(Digest::of(&passkey), ToAssert::new(&body).challenge());
    let all = [
        ("passkey", passkey),
        ("consent-subject", subject),
        ("quote", quote),
        ("head", head),
        ("genesis", genesis),
        ("leaf", leaf),
    ];
    for (name, input) in all {
        let text = format!("{}\nSHA-256 {}\n", hex::encode(&input), Digest::of(&input));
        files.insert(format!("{name}.txt"), text.into_bytes());
    }
    hold("good/hashed", &files, "WRALE_BLESS");
}

/// A second writer, which knows RFC 9052 and our header and nothing of `crypto::cose`.
#[test]
fn a_letter_is_the_envelope_that_rfc_9052_describes() {
    for sample in letters::samples() {
        let Sample { name, kind, role, algorithm, key, .. } = sample;
        let content_type = format!("application/wrale.{kind}.v1+cbor");
        let protected = raw::header(algorithm, &content_type, key, role);
        let signature = (sample.sign)(&raw::to_be_signed(&protected, &[], &sample.payload));
        assert_eq!(raw::sign1(&protected, &sample.payload, &signature), sample.bytes, "{name}");
    }
}

/// The same for the letter that a passkey signed.
#[test]
fn an_assertion_stands_where_rfc_9052_has_a_signature() {
    let asserted = letters::consent_by_passkey();
    let id = BENS_AUTHENTICATOR.public::<key::Passkey>().id();
    let protected = raw::header(-70_002, "application/wrale.consent.v1+cbor", id, "passkey");
    let body = letters::consent(BEN, &letters::release());
    let said = ASKED.answered(BENS_AUTHENTICATOR, ToAssert::new(&body).challenge());
    let said = said.each_ref().map(|part| raw::bstr(part));
    let assertion = raw::array(&said.each_ref().map(Vec::as_slice));
    assert_eq!(raw::sign1(&protected, &cbor::encode(&body), &assertion), asserted.bytes());
}

#[test]
fn the_proof_letters_lead_from_their_states_to_their_checkpoints() {
    let proofs =
        [(letters::first_state(), letters::first_proof()), (letters::device_state(), letters::proof())];
    for (told, proof) in proofs {
        let letter = Signed::seal_whole(&told, &state()).unwrap();
        assert_eq!((proof.generation, proof.salt), (told.generation, digest(SALT)));
        let note = Note::parse(&proof.checkpoint).unwrap();
        let note = note.verify(&Verifiers::new([letters::verifier()].into()).unwrap()).unwrap();
        let checkpoint = note.checkpoint().unwrap();
        let leaf = merkle::leaf_hash(proof::leaf(proof::STATE, &proof.salt, &letter.digest()).as_bytes());
        let (size, root) = (checkpoint.size(), checkpoint.root());
        verify_inclusion(leaf, proof.index, size, &proof.path, root).unwrap();
        if proof.from_size > 0 {
            let old = letters::root_at(proof.from_size);
            verify_consistency(proof.from_size, old, size, root, &proof.consistency).unwrap();
        }
    }
}

#[test]
fn what_a_newer_sender_adds_is_signed_kept_and_passed_over() {
    let mut files = Files::new();
    for sample in letters::samples() {
        for (addition, payload) in additions(&sample) {
            let bytes = sample.sealed(&payload);
            let digest = (sample.read)(&bytes).unwrap_or_else(|refusal| panic!("{}: {refusal}", sample.name));
            assert_eq!(
                digest,
                Digest::of(&bytes),
                "the digest is over what came, not over what we know of it"
            );
            if ["beat", "state", "time"].contains(&sample.name) {
                add(&mut files, &format!("{}-{addition}", sample.name), addition, &bytes);
            }
        }
    }
    hold("good/newer", &files, "WRALE_BLESS");
}

#[test]
fn a_letter_says_the_same_to_us_whatever_a_newer_sender_adds() {
    let sample = &letters::samples()[0];
    for (_, payload) in additions(sample) {
        let verified = Signed::<Beat>::parse(sample.sealed(&payload))
            .unwrap()
            .verify(journal_key().public(), &here())
            .unwrap();
        assert_eq!(*verified, letters::beat());
        assert!(verified.signed().bytes().windows(6).any(|bytes| bytes == b"\x65later"), "and it is kept");
    }
}

#[test]
fn bodies_and_unsigned_letters_take_what_a_newer_sender_adds() {
    for (name, body) in bodies::samples() {
        let Some(bytes) = added_to(&body.encode()) else { continue };
        assert_eq!(Body::decode(&bodies::entry(body.kind(), &bytes)), Ok(body), "{name}");
    }
    let added = |bytes: Vec<u8>| added_to(&bytes).unwrap();
    assert_eq!(
        reread::<Proof>(&added(cbor::encode(&letters::proof())), &proof::LIMITS),
        Ok(letters::proof())
    );
    let joined = added(cbor::encode(&letters::joined()));
    assert_eq!(reread::<Joined>(&joined, &wire::v1::enrol::LIMITS), Ok(letters::joined()));
    let answer = Answer::Joined(letters::joined());
    assert_eq!(reread(&added(cbor::encode(&answer)), &wire::v1::enrol::LIMITS), Ok(answer));
    assert_eq!(
        reread::<Bundle>(&added(cbor::encode(&letters::bundle())), &bundle::LIMITS),
        Ok(letters::bundle())
    );
}

#[test]
fn a_sum_that_an_older_device_wrote_lacks_what_it_did_not_know() {
    let (_, Body::Standing(standing)) =
        bodies::samples().into_iter().find(|(name, _)| *name == "standing-of-a-new-device").unwrap()
    else {
        panic!("a sum")
    };
    let written = cbor::encode(&standing);
    // A map of one pair less, and without the last: an empty list under 22.
    let older = [&[written[0] - 1], &written[1..written.len() - 2]].concat();
    assert_eq!(cbor::decode(&older, &body::LIMITS), Ok(*standing));
}

/// An order of a newer planner says more than we know, and asks the same of us.
#[test]
fn an_order_in_a_state_may_say_more() {
    let sample = letters::samples().into_iter().find(|sample| sample.name == "state").unwrap();
    let mut fields = raw::fields(&sample.payload);
    let (_, orders) = &mut fields[11];
    let mut list: Vec<Vec<u8>> = raw::items(orders);
    list[1] = added_to(&list[1]).unwrap();
    *orders = raw::array(&list.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let letter = Signed::<DeviceState>::parse(sample.sealed(&raw::map(&fields))).unwrap();
    let verified = letter.verify(state().public(), &here()).unwrap();
    assert_eq!(verified.orders, letters::device_state().orders);
}

fn additions(sample: &Sample) -> Vec<(&'static str, Vec<u8>)> {
    let payload = &sample.payload;
    let nested = [&[0xa2, 0x00, 0x81][..], &raw::tstr("more"), &[0x01, 0x65], b"later"].concat();
    let mut additions = vec![
        ("with-one-more-key", added_to(payload).unwrap()),
        ("with-the-last-key", raw::with(payload, &raw::int(i64::MAX), b"\x65later")),
    ];
    // A letter that is two levels deep has no room for a third.
    if sample.limits.depth > 2 {
        additions.push(("with-a-nested-key", raw::with(payload, &raw::int(10_000), &nested)));
    }
    additions
}

/// Key 1000 of a map; of an enumeration's array, one field more; nothing where there is neither.
fn added_to(bytes: &[u8]) -> Option<Vec<u8>> {
    match bytes[0] >> 5 {
        5 => Some(raw::with(bytes, &raw::int(1_000), b"\x65later")),
        4 if bytes[0] == 0x82 => {
            let items = raw::items(bytes);
            let fields = [&raw::items(&items[1])[..], &[b"\x65later".to_vec()]].concat();
            let fields = raw::array(&fields.iter().map(Vec::as_slice).collect::<Vec<_>>());
            Some(raw::array(&[&items[0], &fields]))
        }
        _ => None,
    }
}

fn reread<T: for<'b> Decode<'b, ()>>(bytes: &[u8], limits: &Limits) -> Result<T, Malformed> {
    cbor::decode(bytes, limits)
}

/// One boot of a device, and every kind of entry in it.
fn run() -> Run {
    let mut chain = Chain::resume(&DEVICE, BOOT, Some(super::cast::position(37)));
    let mut written = Vec::new();
    let mut kinds = Vec::new();
    for (_, body) in bodies::samples().into_iter().filter(|(_, body)| body.kind() != Kind::Boot) {
        if !kinds.contains(&body.kind()) {
            kinds.push(body.kind());
            written.push(body);
        }
    }
    written.insert(0, Body::Boot(bodies::boot_letter()));
    let entry = |(count, body): (u64, Body)| {
        let at = Time { mono: Mono(AT.mono.0 + count * 1_000_000), ..AT };
        chain.append(at, body.kind(), body.encode()).unwrap()
    };
    Run::new((0..).zip(written).map(entry).collect()).unwrap()
}

fn add(files: &mut Files, name: &str, said: &str, bytes: &[u8]) {
    let text = format!("/ {name}: {said} /\n{}\n", diagnostic(bytes));
    files.insert(format!("{name}.cbor"), bytes.to_vec());
    files.insert(format!("{name}.txt"), text.into_bytes());
}

fn word(kind: Kind) -> String {
    format!("{kind:?}").to_lowercase()
}
