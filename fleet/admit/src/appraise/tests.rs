use crypto::refusal::Refusal as Unproved;
use vocab::Nonce;

use super::*;
use crate::{
    standing::{Cause, Reason, Revocation},
    testing::{
        ADA, Chip, DEV, Machine, NOW, Shelf, asked, enrolled, facts, label, later, opening, reference, state,
    },
};

fn judge(
    machine: &Machine,
    identity: &Identity,
    evidence: &Evidence,
    shelf: &Shelf,
) -> Result<Appraisal, Refusal> {
    appraise(machine.attestation.seal(evidence), asked(NOW), &facts(identity, &reference(), shelf), NOW)
}

#[test]
fn sound_evidence_over_the_accepted_head_attests_the_device() {
    let (machine, identity, _) = enrolled();
    let evidence = machine.evidence(Shelf::position(10), 1);
    let Ok(Appraisal::Attested(attested)) = judge(&machine, &identity, &evidence, &Shelf::new()) else {
        panic!("good evidence")
    };
    let expected = Attestation {
        device: DEV,
        position: Shelf::position(10),
        generation: Generation(1),
        state: Some(state(1)),
        opening_key: Some(opening(2)),
        tier: Tier::Software,
        software: label("metald 0.1.0"),
        asked: NOW,
        at: NOW,
    };
    assert_eq!(*attested.attestation(), expected);
    let bytes = crypto::cbor::encode(attested.attestation());
    assert_eq!(crypto::cbor::decode(&bytes, &crypto::cbor::Limits::FRAME), Ok(expected));
}

#[test]
fn an_ancestor_of_the_accepted_head_is_as_good_with_the_generation_of_that_entry() {
    let (machine, identity, _) = enrolled();
    let mut shelf = Shelf::new();
    shelf.adopted.insert(8, 2);
    shelf.published.insert(2, NOW);
    let cases = [
        (10, 2, true),
        (8, 2, true),
        (7, 1, true),
        (3, 1, true),
        (2, 0, true),
        (7, 2, false),
        (10, 1, false),
    ];
    for (seq, generation, sound) in cases {
        let judged = judge(&machine, &identity, &machine.evidence(Shelf::position(seq), generation), &shelf);
        assert_eq!(matches!(judged, Ok(Appraisal::Attested(_))), sound, "entry {seq}: {judged:?}");
    }
}

#[test]
fn a_suspended_device_may_prove_itself() {
    let (machine, mut identity, _) = enrolled();
    identity.standing_mut().suspend(Cause::Flood, NOW);
    let judged = judge(&machine, &identity, &machine.evidence(Shelf::position(10), 1), &Shelf::new());
    assert!(matches!(judged, Ok(Appraisal::Attested(_))));
}

#[test]
fn each_unsound_claim_is_refused_for_its_own_reason() {
    let (machine, identity, _) = enrolled();
    let good = machine.evidence(Shelf::position(10), 1);
    let forked = Position { head: Shelf::position(9).head, ..good.position };
    let other_boot = Position { boot: vocab::BootId([1; 16]), ..Shelf::position(4) };
    let other_end = Position { boot: other_boot.boot, ..good.position };
    let cases = [
        (Evidence { nonce: Nonce([1; 32]), ..good.clone() }, Refusal::NonceOther),
        (Evidence { device_key: Chip::of(9).public(), ..good.clone() }, Refusal::KeyOther),
        (
            Evidence { claims: Claims::Software { version: label("metald 0.0.9") }, ..good.clone() },
            Refusal::Software(label("metald 0.0.9")),
        ),
        (Evidence { position: forked, ..good.clone() }, Refusal::HeadForked(forked.cursor())),
        (Evidence { position: other_boot, ..good.clone() }, Refusal::HeadOff(other_boot.cursor())),
        (Evidence { position: other_end, ..good.clone() }, Refusal::HeadOff(other_end.cursor())),
        (
            machine.evidence(Shelf::position(10), 2),
            Refusal::GenerationOther { said: Generation(2), adopted: Generation(1) },
        ),
        (
            machine.evidence(Shelf::position(10), 0),
            Refusal::GenerationOther { said: Generation(0), adopted: Generation(1) },
        ),
        (Evidence { state: Some(state(7)), ..good.clone() }, Refusal::StateOther(Generation(1))),
        (Evidence { state: None, ..good.clone() }, Refusal::StateOther(Generation(1))),
    ];
    for (evidence, refusal) in cases {
        assert_eq!(judge(&machine, &identity, &evidence, &Shelf::new()).unwrap_err(), refusal);
    }
}

#[test]
fn evidence_is_believed_only_from_the_enrolled_attestation_key_of_the_device_that_was_asked() {
    let (machine, identity, _) = enrolled();
    let good = machine.evidence(Shelf::position(10), 1);
    let impostor = Machine { device: Chip::of(1), attestation: Chip::of(9) };
    let judged = judge(&impostor, &identity, &good, &Shelf::new());
    assert!(matches!(judged, Err(Refusal::Letter(Unproved::Signer { .. }))));
    let neighbour = Evidence { device: DeviceId([8; 16]), ..good.clone() };
    let judged = judge(&machine, &identity, &neighbour, &Shelf::new());
    assert_eq!(judged.unwrap_err(), Refusal::Letter(Unproved::Audience));
    let mut bytes = machine.attestation.seal(&good).bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let flipped = Signed::parse(bytes).unwrap();
    let judged = appraise(flipped, asked(NOW), &facts(&identity, &reference(), &Shelf::new()), NOW);
    assert!(matches!(judged, Err(Refusal::Letter(Unproved::Signature { .. }))));
}

#[test]
fn a_late_answer_is_refused() {
    let (machine, identity, _) = enrolled();
    let letter = machine.attestation.seal(&machine.evidence(Shelf::position(10), 1));
    let judged = appraise(letter, asked(NOW), &facts(&identity, &reference(), &Shelf::new()), later(61));
    assert_eq!(judged.unwrap_err(), Refusal::NonceStale);
}

#[test]
fn a_tail_that_was_lost_vouches_for_nothing() {
    let (machine, identity, _) = enrolled();
    let shelf = Shelf { lost: alloc::vec![8], ..Shelf::new() };
    let at = Shelf::position(8);
    let judged = judge(&machine, &identity, &machine.evidence(at, 1), &shelf);
    assert_eq!(judged.unwrap_err(), Refusal::HeadOff(at.cursor()));
}

#[test]
fn a_revoked_device_proves_nothing() {
    let (machine, mut identity, _) = enrolled();
    identity.standing_mut().revoke(Revocation { reason: Reason::Retired, by: ADA, at: NOW });
    let judged = judge(&machine, &identity, &machine.evidence(Shelf::position(10), 1), &Shelf::new());
    assert_eq!(judged.unwrap_err(), Refusal::Revoked(Reason::Retired));
}

#[test]
fn a_question_older_than_the_generation_proves_nothing_about_it() {
    let (machine, identity, _) = enrolled();
    let published = |at| Shelf { published: at, ..Shelf::new() };
    let evidence = machine.evidence(Shelf::position(10), 1);
    let judged = |shelf| judge(&machine, &identity, &evidence, &shelf).map(|_| ());
    assert_eq!(judged(published([(1, NOW)].into())), Ok(()));
    assert_eq!(judged(published([(1, later(1))].into())), Err(Refusal::GenerationEarly(Generation(1))));
    assert_eq!(judged(published([].into())), Err(Refusal::GenerationUnknown(Generation(1))));
}

#[test]
fn a_device_without_a_state_is_attested_without_one() {
    let (machine, identity, _) = enrolled();
    let shelf = Shelf { adopted: [].into(), published: [].into(), ..Shelf::new() };
    let judged = judge(&machine, &identity, &machine.evidence(Shelf::position(10), 0), &shelf);
    assert!(matches!(judged, Ok(Appraisal::Attested(_))), "{judged:?}");
}

#[test]
fn evidence_waits_for_its_journal_and_keeps_the_time_of_its_question() {
    let (machine, identity, _) = enrolled();
    let reference = reference();
    let evidence = machine.evidence(Shelf::position(12), 1);
    let mut shelf = Shelf::new();
    let Ok(Appraisal::Waiting(waiting)) = judge(&machine, &identity, &evidence, &shelf) else {
        panic!("too early")
    };
    assert_eq!(waiting.until(), Shelf::position(12));
    shelf.accepted = 11;
    let again = waiting.again(&facts(&identity, &reference, &shelf), later(100));
    let Ok(Appraisal::Waiting(waiting)) = again else { panic!("still too early: {again:?}") };
    shelf.accepted = 12;
    let again = waiting.again(&facts(&identity, &reference, &shelf), later(500));
    let Ok(Appraisal::Attested(attested)) = again else { panic!("{again:?}") };
    assert_eq!((attested.asked, attested.at), (NOW, later(500)));
}

#[test]
fn evidence_that_waited_is_judged_by_what_is_true_then() {
    let (machine, identity, _) = enrolled();
    let reference = reference();
    let mut shelf = Shelf::new();
    let evidence = machine.evidence(Shelf::position(12), 1);
    let wait = || {
        let Ok(Appraisal::Waiting(waiting)) = judge(&machine, &identity, &evidence, &Shelf::new()) else {
            panic!("too early")
        };
        waiting
    };
    let mut renewed = identity.clone();
    renewed.rekey(Chip::of(2).public(), NOW);
    let old = machine.device.public::<crypto::key::Device>();
    let judged = wait().again(&facts(&renewed, &reference, &shelf), NOW);
    assert_eq!(judged.unwrap_err(), Refusal::KeyReplaced(old.id()));
    shelf.accepted = 12;
    shelf.adopted.insert(12, 2);
    let judged = wait().again(&facts(&identity, &reference, &shelf), NOW);
    let other = Refusal::GenerationOther { said: Generation(1), adopted: Generation(2) };
    assert_eq!(judged.unwrap_err(), other);
    let judged = wait().again(&facts(&identity, &Reference::default(), &shelf), NOW);
    assert_eq!(judged.unwrap_err(), Refusal::Software(label("metald 0.1.0")));
}

#[test]
fn evidence_of_a_journal_of_which_the_fleet_has_nothing_yet_waits() {
    let (machine, identity, _) = enrolled();
    let shelf = Shelf { accepted: 0, ..Shelf::new() };
    let judged = judge(&machine, &identity, &machine.evidence(Shelf::position(1), 0), &shelf);
    assert!(matches!(judged, Ok(Appraisal::Waiting(_))), "{judged:?}");
}
