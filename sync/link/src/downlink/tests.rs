use alloc::vec;

use super::*;

fn publication(generation: u64) -> Publication {
    let proof = Some(b"proof".to_vec());
    Publication {
        generation: Generation(generation),
        reach: Reach::EveryRoom,
        state: b"state".to_vec(),
        proof,
    }
}

fn adopted(generation: u64, proved: u64) -> Adopted {
    Adopted { generation: Generation(generation), state: None, proved: Generation(proved) }
}

fn both() -> Vec<Down> {
    vec![Down::State { letter: b"state".to_vec() }, Down::Proof { letter: b"proof".to_vec() }]
}

fn at(seconds: u64) -> Mono {
    Mono(seconds * 1_000_000_000)
}

/// Generation 2 is published, and the device has said that it obeys generation 1.
fn open() -> Publisher {
    let mut publisher = Publisher::default();
    publisher.replace(at(0), publication(2)).unwrap();
    publisher.begin(at(0), Room::Open);
    assert_eq!(publisher.adopted(at(0), adopted(1, 1)).frames, both());
    publisher
}

#[test]
fn it_repeats_with_longer_and_longer_waits_to_five_minutes() {
    let mut publisher = open();
    let mut now = at(0);
    let mut waits = vec![];
    for _ in 0..9 {
        let next = publisher.deadline().unwrap();
        assert_eq!(publisher.publish(Mono(next.0 - 1)), Published::default());
        assert_eq!(publisher.publish(next).frames, both());
        waits.push(next.since(now).as_secs());
        now = next;
    }
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
}

#[test]
fn a_device_that_says_nothing_gets_the_state_after_a_while() {
    let mut publisher = Publisher::default();
    publisher.replace(at(0), publication(2)).unwrap();
    assert_eq!(publisher.deadline(), None, "there is no session");
    publisher.begin(at(7), Room::Open);
    assert_eq!(publisher.publish(at(11)), Published::default());
    assert_eq!(publisher.deadline(), Some(at(12)));
    assert_eq!(publisher.publish(at(12)).frames, both());
}

#[test]
fn what_the_device_has_is_not_sent() {
    let mut publisher = open();
    assert_eq!(publisher.adopted(at(9), adopted(2, 1)).frames, [Down::Proof { letter: b"proof".to_vec() }]);
    assert_eq!(publisher.adopted(at(10), adopted(2, 2)), Published::default());
    assert_eq!((publisher.deadline(), publisher.held()), (None, 0));
    let mut publisher = open();
    assert_eq!(publisher.adopted(at(1), adopted(3, 3)), Published::default(), "it is ahead of us");
    assert_eq!(publisher.deadline(), None);
}

#[test]
fn a_device_that_changes_its_word_each_moment_hears_once_a_second() {
    let mut publisher = open();
    let mut sent = 0;
    for moment in 1..=100u64 {
        let now = Mono(moment * 100_000_000);
        sent += publisher.adopted(now, adopted(moment % 2, 0)).frames.len();
    }
    assert_eq!(sent, 20, "both letters, ten times in ten seconds");
}

#[test]
fn the_same_word_again_is_no_reason_to_hurry() {
    let mut publisher = open();
    assert_eq!(publisher.adopted(at(2), adopted(1, 1)), Published::default());
    assert_eq!(publisher.deadline(), Some(at(5)));
}

#[test]
fn a_newer_state_goes_at_once_and_an_older_one_never() {
    let mut publisher = open();
    assert_eq!(publisher.replace(at(1), publication(3)).unwrap().frames, both());
    assert_eq!(publisher.replace(at(1), publication(1)).unwrap(), Published::default());
    assert_eq!(publisher.adopted(at(2), adopted(2, 2)).frames, both(), "generation 3 is still published");
}

#[test]
fn a_proof_that_comes_later_is_sent_alone() {
    let mut publisher = Publisher::default();
    publisher.begin(at(0), Room::Open);
    publisher.adopted(at(0), adopted(1, 1));
    let without = Publication { proof: None, ..publication(2) };
    assert_eq!(publisher.replace(at(0), without).unwrap().frames, both()[..1]);
    assert_eq!(publisher.adopted(at(0), adopted(2, 1)), Published::default());
    assert_eq!(publisher.deadline(), None, "there is no proof to repeat yet");
    assert_eq!(publisher.prove(Generation(1), b"old".to_vec()).unwrap(), Published::default());
    assert_eq!(publisher.prove(Generation(2), b"proof".to_vec()).unwrap().frames, both()[1..]);
    assert!(publisher.deadline().is_some(), "and repeated until it is held");
}

#[test]
fn quarantine_gets_only_what_reaches_it() {
    let mut publisher = Publisher::default();
    let open_only = Publication { reach: Reach::OpenRoom, proof: None, ..publication(2) };
    publisher.replace(at(0), open_only).unwrap();
    publisher.begin(at(0), Room::Quarantine);
    assert_eq!(publisher.adopted(at(0), adopted(1, 1)), Published::default());
    assert_eq!(publisher.prove(Generation(2), b"proof".to_vec()).unwrap(), Published::default());
    assert_eq!(publisher.deadline(), None);
    assert_eq!(publisher.move_to(at(1), Room::Open).frames, both());
}

#[test]
fn letters_that_are_gone_are_asked_for() {
    let mut publisher = open();
    publisher.adopted(at(1), adopted(2, 2));
    let wanted = publisher.adopted(at(9), adopted(1, 1));
    assert_eq!(wanted, Published { frames: vec![], wanted: Some(Generation(2)) });
    assert_eq!(publisher.replace(at(9), publication(2)).unwrap().frames, both());
}

#[test]
fn a_letter_beyond_its_limit_is_our_own_fault() {
    let mut publisher = Publisher::default();
    let long = Publication { state: vec![0; STATE_LIMIT + 1], ..publication(1) };
    assert_eq!(publisher.replace(at(0), long), Err(Fault::LetterTooLong(STATE_LIMIT + 1)));
    let long = Publication { proof: Some(vec![0; PROOF_LIMIT + 1]), ..publication(1) };
    assert_eq!(publisher.replace(at(0), long), Err(Fault::LetterTooLong(PROOF_LIMIT + 1)));
    let long = publisher.prove(Generation(1), vec![0; PROOF_LIMIT + 1]);
    assert_eq!(long, Err(Fault::LetterTooLong(PROOF_LIMIT + 1)));
}

#[test]
fn a_device_that_obeys_the_very_letter_says_so_again() {
    let state = Some(Digest::of(b"state"));
    let obeyed = Obeyed::new(Adopted { state, ..adopted(2, 2) });
    assert!(obeyed.is(b"state") && !obeyed.is(b"another"));
    assert!(!Obeyed::default().is(b""));
}

#[test]
fn a_proof_that_the_device_holds_is_not_sent_again_and_one_that_it_lost_is_wanted() {
    let mut publisher = open();
    publisher.adopted(at(1), adopted(2, 2));
    assert_eq!(publisher.prove(Generation(2), b"proof".to_vec()).unwrap(), Published::default());
    publisher.adopted(at(2), adopted(2, 2));
    assert_eq!(publisher.held(), 0);
    let wanted = publisher.adopted(at(9), adopted(2, 1));
    assert_eq!(wanted, Published { frames: vec![], wanted: Some(Generation(2)) });
}
