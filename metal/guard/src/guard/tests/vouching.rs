use core::time::Duration;

use crypto::{
    digest::Digest,
    key::{Attestation, Journal, PublicKey},
};
use journal::{Branch, Cursor, Head, Position};
use vocab::{BootId, ClockQuality, Generation, Mono, Nonce, Posture, SenseState};
use wire::v1::{Body, body::Change};

use crate::{
    Effect, Input, Refusal,
    kit::{
        Rig, chip, open,
        rig::{Chip, Disk},
    },
};

const NONCE: Nonce = Nonce([8; 32]);

fn journal_key(rig: &Rig) -> PublicKey<Journal> {
    rig.boot_letter().journal_key
}

fn somewhere(seq: u64) -> Position {
    Position { boot: BootId([9; 16]), seq, head: Head(Digest::of(b"elsewhere")) }
}

#[test]
fn the_boot_letter_names_the_journal_key_and_what_it_stands_on() {
    let mut rig = Rig::armed();
    let (first, last) = (rig.boot_letter(), rig.position());
    rig.cut();
    rig.boot();
    let second = rig.boot_letter();
    assert_eq!((first.after, first.generation), (None, Generation::NONE));
    assert_eq!((second.after, second.generation), (Some(last), Generation(1)));
    assert_eq!(second.state, rig.guard().obeys().state);
    assert!(first.journal_key != second.journal_key && first.boot != second.boot);
    assert!(second.opening_key.is_some());
}

#[test]
fn a_chip_that_does_not_sign_is_asked_again_and_acts_do_not_wait_for_it() {
    let mut rig = Rig::armed();
    rig.cut();
    rig.chip = Chip::Held;
    rig.boot();
    let written = rig.written.len();
    rig.say("lid", open());
    rig.pass(Duration::from_millis(350));
    assert!(rig.did(&vocab::Action::LatchVault), "the reflex does not wait for a chip");
    assert_eq!(rig.written.len(), written, "nothing can be chained yet");
    let (token, message) = rig.signing.remove(0);
    rig.give(Input::Unsigned { token });
    rig.give(Input::Signed { token, signature: chip::sign(&message) });
    assert!(rig.guard().boot_letter().is_none(), "a token is good for one answer");
    rig.pass(Duration::from_secs(1));
    let (token, _) = rig.signing.remove(0);
    rig.give(Input::Signed { token, signature: [0; 64] });
    assert!(rig.guard().boot_letter().is_none(), "a signature that does not hold is none");
    rig.chip = Chip::Signs;
    rig.pass(Duration::from_secs(1));
    assert!(rig.guard().boot_letter().is_some());
    assert_eq!(rig.events().last().map(|event| event.kind), Some(vocab::TamperKind::LidOpened));
    assert!(matches!(rig.bodies()[written_bodies(&rig, written)], Body::Boot(_)));
}

/// How many entries stand before the one that was written as number `at`.
fn written_bodies(rig: &Rig, at: usize) -> usize {
    let entries = rig.written[..at].iter();
    entries.filter(|written| matches!(written, crate::kit::rig::Written::Append(_))).count()
}

#[test]
fn a_beat_vouches_for_durable_entries_with_a_mark_for_each_sensor() {
    let mut rig = Rig::armed();
    let position = rig.position();
    rig.give(Input::Seal(position));
    let beat = rig.beats.pop().unwrap().verify(&journal_key(&rig), &rig.fleet.audience()).unwrap();
    assert_eq!((beat.position, beat.boot), (position, rig.boot_letter().boot));
    assert_eq!((beat.generation, beat.posture), (Generation(1), Posture::Normal));
    let names: alloc::vec::Vec<&str> = beat.senses.iter().map(|mark| mark.sensor.as_str()).collect();
    assert_eq!(names, ["accel", "flag", "lid", "parts", "pump", "rail", "rear"]);
    assert!(beat.senses.iter().all(|mark| mark.state == SenseState::Unproved && mark.tripped.is_none()));
}

#[test]
fn nothing_that_is_not_durable_is_vouched_for() {
    let mut rig = Rig::armed();
    let mut position = rig.position();
    position.seq += 1;
    rig.give(Input::Seal(position));
    assert_eq!((rig.beats.len(), rig.refusals.pop()), (0, Some(Refusal::NotDurable(position.seq))));
}

#[test]
fn marks_say_what_a_sensors_word_is_worth() {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.mute("accel");
    rig.pass(Duration::from_secs(40));
    rig.say("rail", vocab::Value::Fault(vocab::reading::SensorFault::Bus));
    let mark = |rig: &Rig, name: &str| {
        let marks = rig.guard().marks(rig.now());
        marks.into_iter().find(|mark| mark.sensor.as_str() == name).unwrap()
    };
    assert_eq!(mark(&rig, "lid").state, SenseState::Proved);
    assert!(mark(&rig, "lid").tripped.is_some());
    assert_eq!(mark(&rig, "accel").state, SenseState::Silent);
    assert_eq!(mark(&rig, "rail").state, SenseState::Faulted);
    assert_eq!(mark(&rig, "rear").state, SenseState::Unproved);
    assert_eq!(mark(&rig, "accel").spoke.map(|span| span.0 > 39_000), Some(true));
    rig.cut();
    rig.boot();
    rig.settle();
    assert_eq!(mark(&rig, "lid").state, SenseState::Proved, "a proof outlives the power");
}

#[test]
fn an_interlock_proves_itself_by_being_engaged() {
    let mut rig = Rig::armed();
    rig.say("pump", crate::kit::interlock(vocab::InterlockReading::Engaged));
    let tripped = |change: &Change| matches!(change, Change::Tripped(name) if name.as_str() == "pump");
    assert!(rig.changes().iter().any(tripped));
}

#[test]
fn evidence_ties_the_nonce_to_the_journal_and_the_state() {
    let mut rig = Rig::armed();
    rig.give(Input::Challenge(NONCE));
    let (nonce, letter) = rig.evidence.pop().unwrap();
    let evidence = letter.verify(&chip::public::<Attestation>(), &rig.fleet.audience()).unwrap();
    assert_eq!((nonce, evidence.nonce), (NONCE, NONCE));
    assert_eq!((evidence.position, evidence.generation), (rig.position(), Generation(1)));
    assert_eq!(evidence.state, rig.guard().obeys().state);
    assert!(evidence.opening_key.is_some());
}

#[test]
fn evidence_waits_until_the_adoption_that_it_tells_of_is_durable() {
    let mut rig = Rig::armed();
    rig.disk = Disk::Stuck;
    rig.adopt(|state| state.posture = Posture::Guarded);
    rig.give(Input::Challenge(NONCE));
    rig.pass(Duration::from_secs(1));
    assert!(rig.evidence.is_empty());
    rig.disk = Disk::Prompt;
    rig.sync();
    let (_, letter) = rig.evidence.pop().unwrap();
    let evidence = letter.verify(&chip::public::<Attestation>(), &rig.fleet.audience()).unwrap();
    assert_eq!(evidence.generation, Generation(2));
}

#[test]
fn of_two_challenges_the_later_is_answered() {
    let mut rig = Rig::armed();
    rig.chip = Chip::Held;
    rig.give(Input::Challenge(NONCE));
    rig.give(Input::Challenge(Nonce([9; 32])));
    for (token, message) in core::mem::take(&mut rig.signing) {
        rig.give(Input::Signed { token, signature: chip::sign(&message) });
    }
    assert_eq!(
        rig.evidence.iter().map(|(nonce, _)| *nonce).collect::<alloc::vec::Vec<_>>(),
        [Nonce([9; 32])]
    );
}

#[test]
fn a_sealed_device_shows_no_opening_key() {
    let mut rig = Rig::armed();
    rig.say("lid", open());
    rig.pass(Duration::from_secs(1));
    rig.give(Input::Challenge(NONCE));
    let (_, letter) = rig.evidence.pop().unwrap();
    let evidence = letter.verify(&chip::public::<Attestation>(), &rig.fleet.audience()).unwrap();
    assert_eq!(evidence.opening_key, None);
}

/// What the guard answers when the fleet has accepted this.
fn branched(rig: &mut Rig, accepted: Position) -> Option<Branch> {
    let now = rig.now();
    let effects = rig.guard.as_mut().unwrap().handle(now, Input::Branch(accepted));
    let branch = effects.iter().find_map(|effect| match effect {
        Effect::Branched(branch) => Some(*branch),
        _ => None,
    });
    let entries = effects.iter().filter(|effect| matches!(effect, Effect::Append { .. }));
    assert!(entries.count() <= 1);
    branch
}

#[test]
fn a_lost_tail_is_told_from_the_first_number_that_is_missing_and_once() {
    let mut rig = Rig::armed();
    let mut accepted = rig.position();
    rig.cut();
    rig.boot();
    let last = accepted.seq;
    accepted.seq += 3;
    accepted.head = Head(Digest::of(b"lost"));
    let expected = Branch { resumes: accepted, lost_from: last + 1, lost_to: last + 3 };
    assert_eq!(branched(&mut rig, accepted), Some(expected));
    let seq = rig.guard().record.memory.standing.boots.last().unwrap().last;
    assert_eq!(branched(&mut rig, accepted), Some(expected), "and found again");
    assert_eq!(rig.guard().record.memory.standing.boots.last().unwrap().last, seq);
}

#[test]
fn what_is_still_there_was_not_lost() {
    let mut rig = Rig::armed();
    let accepted = rig.position();
    assert_eq!(branched(&mut rig, accepted), None);
}

#[test]
fn of_a_boot_that_it_never_had_a_restored_disk_has_lost_all_since_the_fleet_last_heard() {
    let mut rig = Rig::armed();
    rig.cut();
    rig.boot();
    let began = rig.guard().record.memory.standing.boots.last().unwrap().first;
    let lost = branched(&mut rig, somewhere(90)).unwrap();
    assert_eq!((lost.lost_from, lost.lost_to), (began, 90));

    let mut rig = Rig::armed();
    let acknowledged = rig.position();
    rig.give(Input::Acknowledged(acknowledged));
    rig.cut();
    rig.boot();
    let first = rig.guard().record.memory.standing.boots[0];
    rig.guard.as_mut().unwrap().record.memory.standing.acknowledged =
        Some(Cursor { boot: first.boot, seq: 5 });
    rig.cut();
    rig.boot();
    rig.give(Input::Acknowledged(Position { boot: first.boot, seq: 5, head: Head(Digest::of(b"")) }));
    let lost = branched(&mut rig, somewhere(90)).unwrap();
    assert_eq!(lost.lost_from, first.last + 1);
}

#[test]
fn each_contact_asks_for_the_time_with_a_question_of_its_own() {
    let mut rig = Rig::new();
    rig.give(Input::Contact);
    assert_ne!(rig.asked[0], rig.asked[1]);
    let old = rig.fleet.time(rig.asked[0], rig.wall());
    rig.give(Input::Time(old));
    assert_eq!(rig.refusals, [Refusal::TimeNonce]);
    rig.give(Input::Time(b"nonsense".to_vec()));
    assert_eq!(rig.refusals.len(), 2);
    let mut usurper = crate::kit::Fleet::new();
    usurper.state = crypto::key::SecretKey::from_seed([99; 32]);
    let forged = usurper.time(*rig.asked.last().unwrap(), rig.wall());
    rig.give(Input::Time(forged));
    assert!(matches!(rig.refusals.last(), Some(Refusal::UnknownKey(_))));
}

#[test]
fn the_time_is_said_when_it_comes_to_be_known() {
    let rig = Rig::new();
    assert!(rig.changes().contains(&Change::Clock(ClockQuality::Fleet)));
    assert_eq!(rig.guard().time(rig.now()).quality, ClockQuality::Fleet);
    assert_eq!(rig.guard().time(rig.now()).mono, Mono(rig.now().0));
}
