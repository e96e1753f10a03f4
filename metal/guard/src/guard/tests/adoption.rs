use alloc::vec::Vec;
use core::time::Duration;

use crypto::digest::Digest;
use vocab::{Action, Arming, Cause, Generation, Posture, Severity, TamperKind};
use wire::v1::{
    Body, DeviceState,
    body::{Adoption, Change, Direction},
    state::Lease,
};

use crate::{
    Input, Kept, Refusal,
    kit::{
        Rig,
        fleet::{BEGIN, LATER, proof_bytes},
        rig::{Disk, Written},
    },
};

pub(super) fn adoptions(rig: &Rig) -> Vec<Adoption> {
    let bodies = rig.bodies().into_iter();
    bodies.filter_map(|body| if let Body::Adopted(adoption) = body { Some(adoption) } else { None }).collect()
}

pub(super) fn is_adopted(adoption: &Adoption, generation: u64, way: Direction) -> bool {
    matches!(adoption, Adoption::Adopted { generation: g, direction, .. }
        if *g == Generation(generation) && *direction == way)
}

#[test]
fn a_first_state_is_kept_then_proved_then_obeyed() {
    let mut rig = Rig::new();
    let before = rig.written.len();
    rig.adopt(|_| {});
    let order: Vec<&str> = rig.written[before..]
        .iter()
        .map(|written| match written {
            Written::Keep(Kept::State(Generation(1)), _) => "kept",
            Written::Append(entry) => match Body::decode(entry).unwrap() {
                Body::Adopted(Adoption::Proved { .. }) => "proved",
                Body::Adopted(adoption) if is_adopted(&adoption, 1, Direction::Relaxes) => "adopted",
                Body::Change(Change::Arming(Arming::Armed)) => "armed",
                Body::Change(Change::Posture(Posture::Normal)) => "normal",
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(order, ["kept", "proved", "adopted", "armed", "normal"]);
    let obeys = rig.obeys.last().unwrap();
    assert_eq!((obeys.generation, obeys.proved), (Generation(1), Generation(1)));
    assert_eq!(rig.guard().arming(), Arming::Armed);
}

#[test]
fn the_proof_may_come_first() {
    let mut rig = Rig::new();
    let letter = rig.next(|_| {});
    let proof = rig.fleet.prove(&letter, 1, 0);
    rig.give(Input::Proof(proof_bytes(&proof)));
    assert!(rig.obeys.is_empty());
    rig.give(Input::State(letter.bytes().to_vec()));
    assert_eq!(rig.guard().obeys().generation, Generation(1));
}

#[test]
fn a_state_that_relaxes_waits_and_changes_nothing_meanwhile() {
    let mut rig = Rig::armed();
    let letter = rig.next(|state| state.arming = Arming::Storage);
    rig.give(Input::State(letter.bytes().to_vec()));
    assert_eq!((rig.guard().obeys().generation, rig.guard().arming()), (Generation(1), Arming::Armed));
    rig.give(Input::State(letter.bytes().to_vec()));
    let proof = rig.fleet.prove(&letter, 2, 1);
    rig.give(Input::Proof(proof_bytes(&proof)));
    assert_eq!((rig.guard().obeys().generation, rig.guard().arming()), (Generation(2), Arming::Storage));
    assert_eq!(rig.refusals, []);
}

#[test]
fn a_state_that_tightens_is_obeyed_at_once_and_owes_its_proof() {
    let mut rig = Rig::armed();
    let letter = rig.next(|state| state.posture = Posture::Isolated);
    rig.give(Input::State(letter.bytes().to_vec()));
    assert!(rig.did(&Action::Isolate) && rig.posture() == Posture::Isolated);
    assert_eq!((rig.guard().obeys().generation, rig.guard().obeys().proved), (Generation(2), Generation(1)));
    let proof = rig.fleet.prove(&letter, 2, 1);
    rig.give(Input::Proof(proof_bytes(&proof)));
    assert_eq!(rig.obeys.last().unwrap().proved, Generation(2));
    rig.pass(Duration::from_mins(20));
    assert_eq!(rig.events(), []);
}

#[test]
fn a_proof_that_does_not_come_is_an_event_and_once() {
    let mut rig = Rig::armed();
    let letter = rig.next(|state| state.posture = Posture::Isolated);
    rig.give(Input::State(letter.bytes().to_vec()));
    rig.pass(Duration::from_mins(14));
    assert_eq!(rig.events(), []);
    rig.pass(Duration::from_mins(40));
    let events: Vec<_> = rig.events().iter().map(|event| (event.kind, event.severity)).collect();
    assert_eq!(events, [(TamperKind::StateForged, Severity::Medium)]);
    assert_eq!(rig.posture(), Posture::Isolated, "it is still obeyed: tightening is never a risk");
}

#[test]
fn a_proof_that_is_owed_is_owed_over_a_power_cut() {
    let mut rig = Rig::armed();
    let letter = rig.next(|state| state.posture = Posture::Isolated);
    rig.give(Input::State(letter.bytes().to_vec()));
    rig.cut();
    rig.boot();
    rig.pass(Duration::from_mins(16));
    assert_eq!(rig.events().last().unwrap().kind, TamperKind::StateForged);
}

#[test]
fn the_same_state_again_is_answered_again() {
    let mut rig = Rig::armed();
    let letter = rig.guard().state.clone().unwrap().signed().bytes().to_vec();
    let (before, entries) = (rig.obeys.len(), rig.written.len());
    rig.give(Input::State(letter));
    assert_eq!((rig.obeys.len() - before, rig.written.len() - entries), (1, 0));
}

#[test]
fn another_state_under_the_same_number_is_an_event_and_is_refused_once_in_the_record() {
    let mut rig = Rig::armed();
    let other =
        rig.fleet.sign(&DeviceState { posture: Posture::Sealed, ..rig.guard().state().unwrap().clone() });
    for _ in 0..3 {
        rig.give(Input::State(other.bytes().to_vec()));
    }
    assert_eq!(rig.refusals, [const { Refusal::GenerationForked(Generation(1)) }; 3]);
    let refused = adoptions(&rig).into_iter().filter(|adoption| matches!(adoption, Adoption::Refused { .. }));
    let expected = Adoption::Refused {
        generation: Generation(1),
        state: other.digest(),
        code: "guard/generation-forked".into(),
    };
    assert_eq!(refused.collect::<Vec<_>>(), [expected]);
    assert_eq!(rig.events().last().unwrap().kind, TamperKind::StateForged);
    assert_eq!(rig.posture(), Posture::Guarded);
}

#[test]
fn a_lower_generation_is_refused_and_a_letter_for_another_device_is_written_down() {
    let mut rig = Rig::armed();
    rig.adopt(|_| {});
    let old = rig.fleet.sign(&rig.fleet.draft(1, None));
    rig.give(Input::State(old.bytes().to_vec()));
    let other = DeviceState { device: vocab::DeviceId([8; 16]), ..rig.fleet.draft(9, None) };
    let other = rig.fleet.sign(&other);
    rig.give(Input::State(other.bytes().to_vec()));
    rig.give(Input::State(b"nonsense".to_vec()));
    let codes: Vec<&str> = rig.refusals.iter().map(Refusal::code).collect();
    assert_eq!(codes[..2], ["guard/generation-old", "crypto/audience"]);
    let refused = adoptions(&rig).into_iter().filter(|adoption| matches!(adoption, Adoption::Refused { .. }));
    assert_eq!(refused.count(), 2, "what anybody could have sent is no line in the record");
    assert_eq!(rig.events(), []);
}

#[test]
fn a_lease_that_runs_out_tightens_and_only_a_state_loosens_again() {
    let mut rig = Rig::armed_with(|state| {
        state.lease = Some(Lease { until: LATER, powered: 3_600, afterwards: Posture::Isolated });
    });
    rig.pass(Duration::from_mins(59));
    assert_eq!(rig.posture(), Posture::Normal);
    rig.pass(Duration::from_mins(2));
    assert_eq!((rig.posture(), rig.did(&Action::Isolate)), (Posture::Isolated, true));
    let lease = rig.bodies().into_iter().any(|body| {
        matches!(body, Body::Receipt(receipt) if receipt.cause == Cause::Lease && receipt.action == Action::Isolate)
    });
    assert!(lease);
    rig.cut();
    rig.boot();
    rig.settle();
    assert_eq!(rig.posture(), Posture::Isolated);
    rig.tell_time();
    rig.adopt(|state| {
        state.lease = Some(Lease { until: LATER, powered: 9_999, afterwards: Posture::Isolated });
    });
    assert_eq!((rig.posture(), rig.did(&Action::Rejoin)), (Posture::Normal, true));
}

#[test]
fn nothing_is_loosened_before_the_time_is_known() {
    let mut rig = Rig::bare();
    rig.boot();
    rig.settle();
    rig.adopt(|_| {});
    assert_eq!(rig.refusals, [Refusal::ClockUnknown]);
    rig.tell_time();
    let letter = rig.next(|_| {});
    rig.give(Input::State(letter.bytes().to_vec()));
    assert_eq!(rig.guard().obeys().generation, Generation(1), "letter and proof were waiting");
}

#[test]
fn the_file_of_the_old_state_is_forgotten_when_the_new_one_is_surely_obeyed() {
    let mut rig = Rig::armed();
    rig.adopt(|_| {});
    let forgotten: Vec<_> = rig
        .written
        .iter()
        .filter_map(|written| if let Written::Forget(kept) = written { Some(*kept) } else { None })
        .collect();
    assert_eq!(forgotten, [Kept::State(Generation(1))]);
    let adopted = rig.written.iter().rposition(|written| match written {
        Written::Append(entry) => {
            matches!(Body::decode(entry).unwrap(), Body::Adopted(Adoption::Adopted { .. }))
        }
        _ => false,
    });
    let forget = rig.written.iter().rposition(|written| matches!(written, Written::Forget(_)));
    assert!(forget > adopted);
}

#[test]
fn a_proof_that_nobody_waits_for_is_refused_or_answered() {
    let mut rig = Rig::armed();
    rig.adopt(|_| {});
    let letter = rig.fleet.sign(&rig.fleet.draft(1, None));
    let mut proof = rig.fleet.prove(&letter, 1, 0);
    rig.give(Input::Proof(proof_bytes(&proof)));
    assert_eq!(rig.refusals, [Refusal::ProofNeedless(Generation(1))]);
    proof.generation = Generation(2);
    let before = rig.obeys.len();
    rig.give(Input::Proof(proof_bytes(&proof)));
    assert_eq!(rig.obeys.len(), before + 1);
    rig.give(Input::Proof(b"nonsense".to_vec()));
    assert!(matches!(rig.refusals.last(), Some(Refusal::ProofMalformed(_))));
    assert_ne!(Digest::of(b""), letter.digest());
}

#[test]
fn the_old_state_is_kept_until_the_new_one_is_surely_obeyed() {
    let mut rig = Rig::armed();
    rig.disk = Disk::Stuck;
    rig.adopt(|_| {});
    rig.pass(Duration::from_secs(1));
    let forgot = |rig: &Rig| rig.written.iter().any(|written| matches!(written, Written::Forget(_)));
    assert!(!forgot(&rig));
    rig.disk = Disk::Prompt;
    rig.sync();
    rig.pass(Duration::from_secs(1));
    assert!(forgot(&rig));
}

#[test]
fn a_posture_that_a_wrong_clock_brought_is_loosened_by_no_better_clock_and_by_no_tightening() {
    let mut rig = Rig::armed_with(|state| {
        let until = BEGIN + Duration::from_hours(48);
        state.lease = Some(Lease { until, powered: u32::MAX, afterwards: Posture::Isolated });
    });
    rig.machine_off_by = 3 * 24 * 3_600 * 1_000_000;
    rig.cut();
    rig.boot();
    rig.settle();
    assert_eq!(rig.posture(), Posture::Isolated, "by the machine's clock the lease is over");
    rig.tell_time();
    rig.pass(Duration::from_secs(5));
    assert_eq!(rig.posture(), Posture::Isolated);
    rig.adopt(|state| state.posture = Posture::Guarded);
    assert_eq!((rig.posture(), rig.guard().obeys().generation), (Posture::Isolated, Generation(2)));
    rig.adopt(|state| state.posture = Posture::Normal);
    assert_eq!(rig.posture(), Posture::Normal);
}
