use alloc::vec;

use super::*;
use crate::{
    Frame, Up,
    frame::{EVIDENCE_LIMIT, FRAME_LIMIT},
    inbox::Inbox,
};
use vocab::{Mono, Nonce};

const LONGEST: usize = 200_000;

fn cut(bytes: usize) -> Vec<Part> {
    Cut::new(whole(bytes)).collect()
}

fn whole(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| at.to_le_bytes()[0]).collect()
}

/// What a fresh reassembly says to these, one after the other.
fn said(parts: &[Part]) -> Result<Option<Vec<u8>>, Violation> {
    let mut reassembly = Reassembly::default();
    parts.iter().try_fold(None, |_, part| reassembly.take(part, LONGEST))
}

#[test]
fn what_was_cut_comes_together_again() {
    for bytes in [PART_BYTES + 1, 2 * PART_BYTES, 2 * PART_BYTES + 1, LONGEST] {
        assert_eq!(said(&cut(bytes)), Ok(Some(whole(bytes))));
    }
    let most = cut(3 * PART_BYTES);
    assert!(most.iter().all(|part| Up::Part(part.clone()).to_bytes().len() <= FRAME_LIMIT));
}

#[test]
fn no_prefix_of_the_parts_is_a_frame() {
    let parts = cut(3 * PART_BYTES);
    for end in 0..3 {
        assert_eq!(said(&parts[..end]), Ok(None));
    }
}

#[test]
fn a_count_that_no_frame_needs_is_refused() {
    for count in [0, 1, 5, u32::MAX] {
        let part = Part { count, ..cut(2 * PART_BYTES).remove(0) };
        assert_eq!(said(&[part]), Err(Violation::PartCount(count)));
    }
}

#[test]
fn pieces_out_of_order_twice_or_without_a_beginning_are_refused() {
    let parts = cut(3 * PART_BYTES);
    let [first, second, third] = [&parts[0], &parts[1], &parts[2]].map(Clone::clone);
    assert_eq!(said(core::slice::from_ref(&second)), Err(Violation::PartOutOfOrder));
    assert_eq!(said(&[first.clone(), third.clone()]), Err(Violation::PartOutOfOrder));
    assert_eq!(said(&[first.clone(), second.clone(), second.clone()]), Err(Violation::PartOutOfOrder));
    let beyond = Part { index: u32::MAX, ..third.clone() };
    assert_eq!(said(&[first.clone(), second.clone(), beyond]), Err(Violation::PartOutOfOrder));
    assert_eq!(said(&[first, second, third.clone(), third]), Err(Violation::PartOutOfOrder));
}

#[test]
fn pieces_of_two_frames_do_not_mix() {
    let (one, other) = (cut(2 * PART_BYTES), cut(2 * PART_BYTES - 5));
    assert_eq!(said(&[one[0].clone(), other[1].clone()]), Err(Violation::PartOfAnother));
    let longer = Part { count: 3, ..one[1].clone() };
    assert_eq!(said(&[one[0].clone(), longer]), Err(Violation::PartOfAnother));
}

#[test]
fn a_first_piece_begins_anew() {
    let (one, other) = (cut(3 * PART_BYTES), cut(2 * PART_BYTES));
    let parts = [one[0].clone(), one[1].clone(), other[0].clone(), other[1].clone()];
    assert_eq!(said(&parts), Ok(Some(whole(2 * PART_BYTES))));
}

#[test]
fn a_piece_of_the_wrong_size_is_refused() {
    let parts = cut(2 * PART_BYTES);
    let sized = |part: &Part, bytes| Part { bytes: vec![0; bytes], ..part.clone() };
    for bytes in [0, 1, PART_BYTES - 1, PART_BYTES + 1] {
        assert_eq!(said(&[sized(&parts[0], bytes)]), Err(Violation::PartSize(bytes)));
    }
    for bytes in [0, PART_BYTES + 1] {
        assert_eq!(said(&[parts[0].clone(), sized(&parts[1], bytes)]), Err(Violation::PartSize(bytes)));
    }
}

#[test]
fn more_than_the_longest_frame_is_refused() {
    assert_eq!(said(&cut(LONGEST + 1)), Err(Violation::Oversize(LONGEST + 1)));
}

#[test]
fn every_flipped_bit_of_the_whole_is_noticed_before_it_is_decoded() {
    let parts = cut(PART_BYTES + 8);
    for bit in 0..64 {
        let mut last = parts[1].clone();
        last.bytes[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(said(&[parts[0].clone(), last]), Err(Violation::PartDigest));
    }
    let lying: Vec<Part> =
        parts.iter().map(|part| Part { digest: Digest([0; 32]), ..part.clone() }).collect();
    assert_eq!(said(&lying), Err(Violation::PartDigest));
}

#[test]
fn memory_follows_what_arrived_and_not_what_was_claimed() {
    let mut reassembly = Reassembly::default();
    let parts = cut(3 * PART_BYTES);
    for (at, part) in parts.iter().enumerate().take(2) {
        reassembly.take(part, LONGEST).unwrap();
        assert_eq!(reassembly.held(), (at + 1) * PART_BYTES);
    }
    reassembly.take(&parts[2], LONGEST).unwrap();
    assert_eq!(reassembly.held(), 0);
}

fn received(frame: &Up) -> Result<Option<Up>, Violation> {
    let mut inbox = Inbox::new();
    let parts = Cut::new(frame.to_bytes());
    parts.map(Up::Part).try_fold(None, |_, part| inbox.receive(Mono(0), &part.to_bytes()))
}

#[test]
fn the_longest_evidence_passes_and_other_kinds_travel_whole() {
    let nonce = Nonce([1; 32]);
    let evidence = Up::Evidence { nonce, letter: vec![1; EVIDENCE_LIMIT] };
    assert_eq!(received(&evidence), Ok(Some(evidence)));
    let beat = Up::Beat { letter: vec![1; 70_000] };
    assert_eq!(received(&beat), Err(Violation::NotLong));
    let nested = Up::Part(Part { digest: Digest([0; 32]), index: 0, count: 2, bytes: vec![0; 70_000] });
    assert_eq!(received(&nested), Err(Violation::NotLong));
}
