mod orders;

use alloc::vec::Vec;

use crypto::{
    digest::Digest,
    key::{SecretKey, State},
    merkle,
    signed::{Signed, Verified},
};
use detect::Condition;
use vocab::{
    Action, ClockQuality, EventId, Generation, Interlock, InterlockRule, Mono, Posture, ReflexRule, Severity,
    Time, UnitName, Wall, tamper::Verification,
};
use wire::v1::{
    DeviceState, Proof,
    body::{Direction, Seen},
    proof::origin,
    standing::{Obeyed, Stretch},
    state::Lease,
};

use super::{Ground, Judgement, believe, judge};
use crate::{
    kit::{
        fleet::{BEGIN, Fleet, LATER, release},
        record::latch,
    },
    memory::Memory,
    refusal::Refusal,
};

const EVENT: EventId = EventId([1; 16]);

/// A device that obeys generation 4, with one severe latch whose cause is gone.
struct Desk {
    fleet: Fleet,
    memory: Memory,
    obeyed: Verified<DeviceState>,
    now: Time,
    condition: Condition,
}

impl Desk {
    fn new() -> Self {
        let fleet = Fleet::new();
        let first = fleet.sign(&DeviceState { posture: Posture::Guarded, ..fleet.draft(4, None) });
        let obeyed = first.verify(fleet.state.public(), &fleet.audience()).unwrap();
        let mut memory = Memory::empty();
        let generation = Generation(4);
        memory.standing.obeyed = Some(Obeyed { generation, state: obeyed.digest(), roster: 1, keyset: 1 });
        memory.standing.latches.push(latch(EVENT, Severity::High));
        memory.standing.boots.push(Stretch { boot: vocab::BootId([1; 16]), first: 1, last: 20 });
        let now = Time { mono: Mono(0), wall: BEGIN, quality: ClockQuality::Fleet };
        Self { fleet, memory, obeyed, now, condition: Condition::Gone }
    }

    fn with<T>(&self, ask: impl FnOnce(&Ground<'_>) -> T) -> T {
        let pins = self.fleet.pins();
        let condition = |_: &vocab::ZoneName| self.condition;
        ask(&Ground {
            pins: &pins,
            memory: &self.memory,
            obeyed: Some(&self.obeyed),
            now: self.now,
            condition: &condition,
        })
    }

    /// The next state, changed.
    fn next(&self, change: impl FnOnce(&mut DeviceState)) -> DeviceState {
        let mut state = DeviceState {
            generation: Generation(5),
            previous: Some(self.obeyed.digest()),
            ..DeviceState::clone(&self.obeyed)
        };
        change(&mut state);
        state
    }

    fn judged(
        &self,
        state: &DeviceState,
        proof: impl FnOnce(&Signed<DeviceState>) -> Option<Proof>,
    ) -> Result<Judgement, Refusal> {
        let letter = self.fleet.sign(state);
        let proof = proof(&letter);
        let state = letter.verify(self.fleet.state.public(), &self.fleet.audience()).unwrap();
        self.with(|ground| judge(&state, proof.as_ref(), ground))
    }

    fn alone(&self, change: impl FnOnce(&mut DeviceState)) -> Result<Judgement, Refusal> {
        self.judged(&self.next(change), |_| None)
    }

    fn proved(&self, change: impl FnOnce(&mut DeviceState)) -> Result<Judgement, Refusal> {
        self.judged(&self.next(change), |letter| Some(self.fleet.prove(letter, 5, 0)))
    }

    /// Why the next state, proved, is refused.
    fn refused(&self, change: impl FnOnce(&mut DeviceState)) -> Refusal {
        self.proved(change).map(|judgement| alloc::format!("{judgement:?}")).unwrap_err()
    }

    fn basis(seq: u64) -> journal::Position {
        journal::Position { boot: vocab::BootId([1; 16]), seq, head: journal::Head(Digest::of(b"")) }
    }

    /// A release of the latch by two people who had seen it.
    fn reset(&self, seq: u64, people: &[usize]) -> wire::v1::Order {
        self.fleet.order(1, release(EVENT, Severity::High), Self::basis(seq), people)
    }
}

fn adopted(judgement: &Result<Judgement, Refusal>) -> Option<Direction> {
    match judgement {
        Ok(Judgement::Adopt(adoptable)) => Some(adoptable.direction),
        _ => None,
    }
}

#[test]
fn a_tightening_state_is_adopted_on_its_signature_and_a_relaxing_one_waits_for_its_proof() {
    let desk = Desk::new();
    assert_eq!(adopted(&desk.alone(|state| state.posture = Posture::Sealed)), Some(Direction::Tightens));
    assert!(matches!(desk.alone(|state| state.posture = Posture::Normal), Ok(Judgement::AwaitsProof)));
    assert_eq!(adopted(&desk.proved(|state| state.posture = Posture::Normal)), Some(Direction::Relaxes));
}

#[test]
fn the_same_state_again_is_adopted_again_and_another_under_its_number_is_a_forgery() {
    let desk = Desk::new();
    let again = desk.judged(&desk.obeyed.clone().into_letter(), |_| None);
    assert!(matches!(again, Ok(Judgement::Again)));
    let other = desk.next(|state| (state.generation, state.posture) = (Generation(4), Posture::Sealed));
    assert_eq!(desk.judged(&other, |_| None).unwrap_err(), Refusal::GenerationForked(Generation(4)));
}

#[test]
fn generations_go_up_and_the_next_follows_the_adopted_one() {
    let desk = Desk::new();
    let old = Refusal::GenerationOld { adopted: Generation(4), offered: Generation(3) };
    assert_eq!(desk.alone(|state| state.generation = Generation(3)).unwrap_err(), old);
    let forked = Refusal::PreviousForked(Generation(5));
    assert_eq!(desk.alone(|state| state.previous = None).unwrap_err(), forked);
    assert_eq!(desk.alone(|state| state.previous = Some(Digest::of(b""))).unwrap_err(), forked);
    let later =
        desk.alone(|state| (state.generation, state.previous) = (Generation(9), Some(Digest::of(b""))));
    assert_eq!(adopted(&later), Some(Direction::Tightens), "what was signed in between never came");
}

#[test]
fn keys_are_believed_by_the_root_alone_and_never_below_the_known_version() {
    let believed =
        |desk: &Desk, letter: Signed<DeviceState>| desk.with(|ground| believe(letter, ground)).map(drop);
    let sealed = |desk: &Desk, version: u64, change: fn(&mut Fleet)| {
        let mut other = Fleet::new();
        other.keyset.version = version;
        change(&mut other);
        let keyset = Signed::seal(&other.keyset, &other.root);
        other.sign(&desk.next(|state| state.keyset = keyset))
    };
    let desk = Desk::new();
    assert_eq!(believed(&desk, sealed(&desk, 1, |_| {})), Ok(()));
    assert_eq!(believed(&desk, sealed(&desk, 2, |_| {})), Ok(()));
    assert_eq!(believed(&desk, sealed(&desk, 0, |_| {})), Err(Refusal::KeysetOld { known: 1, offered: 0 }));
    let forked = sealed(&desk, 1, |fleet| fleet.keyset.log.clear());
    assert_eq!(believed(&desk, forked), Err(Refusal::KeysetForked(1)));
    // A key that nobody knew before, in a newer keyset of the root: the device had slept through the renewal.
    let renewed = sealed(&desk, 2, |fleet| {
        fleet.state = SecretKey::<State>::from_seed([99; 32]);
        fleet.keyset.state[0].key = fleet.state.public().clone();
    });
    assert_eq!(believed(&desk, renewed), Ok(()));
    let stranger = sealed(&desk, 2, |fleet| fleet.state = SecretKey::from_seed([99; 32]));
    let key = SecretKey::<State>::from_seed([99; 32]).public().id();
    assert_eq!(believed(&desk, stranger), Err(Refusal::UnknownKey(key)));
    let usurper = sealed(&desk, 2, |fleet| fleet.root = SecretKey::from_seed([99; 32]));
    assert!(matches!(believed(&desk, usurper), Err(Refusal::Letter(_))));
}

#[test]
fn known_words_of_the_root_under_another_signature_are_not_believed() {
    let desk = Desk::new();
    let mut keyset = desk.next(|_| {}).keyset.bytes().to_vec();
    *keyset.last_mut().unwrap() ^= 1;
    let keyset = Signed::parse(keyset).unwrap();
    let letter = desk.fleet.sign(&desk.next(|state| state.keyset = keyset));
    let refused = desk.with(|ground| believe(letter, ground)).map(drop);
    assert!(matches!(refused, Err(Refusal::Letter(_))), "{refused:?}");
}

#[test]
fn a_keyset_once_adopted_is_the_least() {
    let mut desk = Desk::new();
    desk.memory.standing.obeyed.as_mut().unwrap().keyset = 7;
    let letter = desk.fleet.sign(&desk.next(|_| {}));
    let refused = desk.with(|ground| believe(letter, ground)).map(drop);
    assert_eq!(refused, Err(Refusal::KeysetOld { known: 7, offered: 1 }));
}

#[test]
fn a_key_is_used_in_its_time_as_far_as_the_clock_can_be_believed() {
    let mut desk = Desk::new();
    for (wall, quality, good) in [
        (BEGIN, ClockQuality::Fleet, true),
        (Wall(BEGIN.0 - 1), ClockQuality::Fleet, false),
        (Wall(LATER.0 - 1), ClockQuality::Fleet, true),
        (LATER, ClockQuality::Fleet, false),
        (Wall(0), ClockQuality::Floor, true),
        (LATER, ClockQuality::Floor, false),
        (LATER, ClockQuality::Carried, true),
    ] {
        desk.now = Time { wall, quality, ..desk.now };
        let letter = desk.fleet.sign(&desk.next(|_| {}));
        let key = letter.key_id();
        let expected = if good { Ok(()) } else { Err(Refusal::TooEarlyOrLate(key)) };
        assert_eq!(desk.with(|ground| believe(letter, ground)).map(drop), expected, "{wall:?} {quality:?}");
    }
}

#[test]
fn a_state_for_another_device_or_by_another_key_is_not_believed() {
    let desk = Desk::new();
    let other = desk.fleet.sign(&desk.next(|state| state.device = vocab::DeviceId([8; 16])));
    let refused = desk.with(|ground| believe(other, ground)).map(drop);
    assert_eq!(refused, Err(Refusal::Letter(crypto::refusal::Refusal::Audience)));
}

#[test]
fn a_roster_is_never_older_than_the_known_one_and_one_version_is_one_roster() {
    let mut desk = Desk::new();
    let signed = |version: u64, clear: bool| {
        let mut other = Fleet::new();
        other.roster.version = version;
        if clear {
            other.roster.people.clear();
        }
        Signed::seal(&other.roster, &other.root)
    };
    assert_eq!(adopted(&desk.proved(|state| state.roster = signed(2, true))), Some(Direction::Relaxes));
    assert_eq!(
        desk.refused(|state| state.roster = signed(0, false)),
        Refusal::RosterOld { known: 1, offered: 0 }
    );
    assert_eq!(desk.refused(|state| state.roster = signed(1, true)), Refusal::RosterForked(1));
    desk.memory.standing.obeyed.as_mut().unwrap().roster = 3;
    assert_eq!(
        desk.refused(|state| state.roster = signed(2, false)),
        Refusal::RosterOld { known: 3, offered: 2 }
    );
}

#[test]
fn nothing_is_loosened_before_the_fleet_has_told_the_time() {
    let mut desk = Desk::new();
    for quality in [ClockQuality::Floor, ClockQuality::Carried] {
        desk.now.quality = quality;
        assert_eq!(desk.refused(|state| state.posture = Posture::Normal), Refusal::ClockUnknown);
        assert_eq!(adopted(&desk.alone(|state| state.posture = Posture::Sealed)), Some(Direction::Tightens));
    }
}

#[test]
fn a_proof_must_show_this_state_in_this_log_grown_from_where_the_device_looked_last() {
    let desk = Desk::new();
    let loose = desk.next(|state| state.posture = Posture::Normal);
    let with = |change: &dyn Fn(&mut Proof)| {
        let judged = desk.judged(&loose, |letter| {
            let mut proof = Fleet::new().prove(letter, 5, 0);
            change(&mut proof);
            Some(proof)
        });
        judged.map(|_| ()).unwrap_err()
    };
    assert_eq!(with(&|proof| proof.generation = Generation(6)), Refusal::ProofNeedless(Generation(6)));
    assert_eq!(with(&|proof| proof.from_size = 3), Refusal::ProofStart { remembered: 0, offered: 3 });
    assert_eq!(with(&|proof| proof.salt = Digest::of(b"")), Refusal::Proof(merkle::Refusal::OtherRoot));
    assert_eq!(
        with(&|proof| proof.index = 1),
        Refusal::Proof(merkle::Refusal::IndexBeyondTree { index: 1, size: 1 })
    );
    assert_eq!(
        with(&|proof| proof.path.push(Digest::of(b""))),
        Refusal::Proof(merkle::Refusal::ProofTooLong)
    );
    assert!(matches!(with(&|proof| proof.checkpoint.clear()), Refusal::Note(_)));
    let stranger = |proof: &mut Proof| {
        let mut other = Fleet::new();
        other.log = SecretKey::from_seed([99; 32]);
        proof.checkpoint = other.checkpoint();
    };
    assert_eq!(with(&stranger), Refusal::Note(crypto::note::Refusal::NoKnownSignature));
}

#[test]
fn a_bad_proof_does_not_keep_a_device_from_tightening() {
    let desk = Desk::new();
    let judged = desk.judged(&desk.next(|state| state.posture = Posture::Sealed), |letter| {
        let proof = desk.fleet.prove(letter, 5, 0);
        Some(Proof { salt: Digest::of(b""), ..proof })
    });
    let Ok(Judgement::Adopt(adoptable)) = judged else { panic!("it tightens") };
    assert_eq!(adoptable.seen, None, "the proof is still owed");
}

#[test]
fn a_checkpoint_of_another_log_by_our_own_key_is_refused() {
    let fleet = Fleet::new();
    let checkpoint = crypto::note::Checkpoint::new("log.other", 0, merkle::Root::of_nothing()).unwrap();
    let name = origin(&fleet.name);
    let key =
        crypto::note::Verifier::new(&name, crypto::note::SignatureType::Note, fleet.log.public().as_bytes());
    let text = alloc::format!("{checkpoint}");
    let note = crypto::note::Note::signed(text, &key.unwrap(), &fleet.log).unwrap();
    let now = Desk::new().now;
    let refused = super::proof::checkpoint(&alloc::format!("{note}"), &fleet.name, &fleet.keyset, now);
    assert_eq!(refused, Err(Refusal::LogOrigin));
}

#[test]
fn a_log_that_forgot_something_proves_nothing() {
    let mut desk = Desk::new();
    desk.memory.standing.seen = Some(Seen { size: 1, root: Digest::of(b"another history") });
    let loose = desk.next(|state| state.posture = Posture::Normal);
    let judged = desk.judged(&loose, |letter| {
        desk.fleet.prove(letter, 1, 0);
        Some(desk.fleet.prove(letter, 5, 1))
    });
    assert!(matches!(judged.unwrap_err(), Refusal::Proof(_)));
}

#[test]
fn what_no_state_may_hold_is_refused_whoever_signed_it() {
    let desk = Desk::new();
    let above = Refusal::FloorAboveGeneration { floor: Generation(6), generation: Generation(5) };
    assert_eq!(desk.refused(|state| state.floor = Generation(6)), above);
    assert_eq!(desk.refused(|state| state.posture = Posture::Wiped), Refusal::WipeUnordered);
    let lease = Lease { until: LATER, powered: 1, afterwards: Posture::Wiped };
    assert_eq!(desk.refused(|state| state.lease = Some(lease)), Refusal::WipeUnordered);

    let line = |verification, posture, actions: &[Action]| ReflexRule {
        severity: Severity::High,
        verification,
        posture,
        actions: actions.to_vec(),
    };
    let table = |line: ReflexRule| desk.proved(|state| state.reflexes = [line].into());
    let wipes = Refusal::ReflexIrreversible(Action::Wipe);
    assert_eq!(table(line(Verification::Single, Posture::Sealed, &[Action::Wipe])).unwrap_err(), wipes);
    assert!(table(line(Verification::Verified, Posture::Sealed, &[Action::Wipe])).is_ok());
    assert_eq!(table(line(Verification::Verified, Posture::Wiped, &[])).unwrap_err(), wipes);
    let stop = |number: usize| Action::StopUnit(UnitName::new(&alloc::format!("u{number}")).unwrap());
    let many: Vec<Action> = (0..9).map(stop).collect();
    assert_eq!(
        table(line(Verification::Single, Posture::Sealed, &many)).unwrap_err(),
        Refusal::ReflexTooLong
    );
    assert!(table(line(Verification::Single, Posture::Sealed, &many[..8])).is_ok());
    let long = (0..17).map(|_| line(Verification::Single, Posture::Sealed, &[])).collect::<Vec<_>>();
    assert_eq!(desk.refused(|state| state.reflexes = long), Refusal::ReflexTooLong);
}

#[test]
fn a_safe_alternative_must_be_safe() {
    let desk = Desk::new();
    let rule = |withholds, instead| InterlockRule { withholds, condition: Interlock::Occupied, instead };
    let rules = |rules: &[InterlockRule]| desk.proved(|state| state.interlocks = rules.to_vec());
    assert!(rules(&[rule(Action::PowerOff, Some(Action::Isolate))]).is_ok());
    let circle = [rule(Action::PowerOff, Some(Action::Isolate)), rule(Action::Isolate, None)];
    assert_eq!(rules(&circle).unwrap_err(), Refusal::AlternativeUnsafe(Action::Isolate));
    let wipe = [rule(Action::PowerOff, Some(Action::Wipe))];
    assert_eq!(rules(&wipe).unwrap_err(), Refusal::AlternativeUnsafe(Action::Wipe));
    let many: Vec<_> = (0..33).map(|_| rule(Action::PowerOff, None)).collect();
    assert_eq!(rules(&many).unwrap_err(), Refusal::ReflexTooLong);
}

#[test]
fn every_refusal_says_a_sentence_and_a_code() {
    let desk = Desk::new();
    for refusal in [
        desk.refused(|state| state.posture = Posture::Wiped),
        desk.refused(|state| state.floor = Generation(9)),
        desk.alone(|state| state.generation = Generation(1)).unwrap_err(),
    ] {
        let sentence = alloc::format!("{refusal}");
        assert!(sentence.len() > 20 && !sentence.ends_with('.'), "{sentence}");
        assert!(refusal.code().starts_with("guard/"), "{}", refusal.code());
    }
    let old = desk.alone(|state| state.generation = Generation(3)).unwrap_err();
    assert_eq!(alloc::format!("{old}"), "state `3` is older than the adopted `4`; publish the newest");
}
