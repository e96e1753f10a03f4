use alloc::vec;

use super::*;
use crate::{Down, frame::FRAME_LIMIT};

fn state(bytes: usize) -> Down {
    Down::State { letter: vec![1; bytes] }
}

#[test]
fn a_short_letter_goes_whole_and_a_long_one_piece_by_piece() {
    let mut outbox = Outbox::default();
    assert_eq!(outbox.queue(&state(100)), Some(state(100).to_bytes()));
    assert_eq!(outbox.flushed::<Down>(), None);

    let mut messages = vec![outbox.queue(&state(150_000)).unwrap()];
    while let Some(message) = outbox.flushed::<Down>() {
        messages.push(message);
    }
    assert_eq!(messages.len(), 3);
    assert!(messages.iter().all(|message| message.len() <= FRAME_LIMIT));
    assert_eq!(outbox.held(), 0);
}

#[test]
fn nothing_follows_before_the_last_message_was_written() {
    let mut outbox = Outbox::default();
    assert!(outbox.queue(&state(100)).is_some());
    assert_eq!(outbox.queue(&state(200)), None);
    assert_eq!(outbox.queue(&state(300)), None);
    assert_eq!(outbox.flushed::<Down>(), Some(state(200).to_bytes()));
    assert_eq!(outbox.flushed::<Down>(), Some(state(300).to_bytes()));
    assert_eq!(outbox.flushed::<Down>(), None);
    assert!(outbox.queue(&state(100)).is_some());
}

#[test]
fn what_is_cleared_never_leaves_and_what_follows_does() {
    let mut outbox = Outbox::default();
    assert!(outbox.queue(&state(150_000)).is_some());
    assert_eq!(outbox.queue(&state(100)), None);
    outbox.clear();
    assert_eq!(outbox.held(), 0);
    assert_eq!(outbox.queue(&state(200)), None, "the first piece is still being written");
    assert_eq!(outbox.flushed::<Down>(), Some(state(200).to_bytes()));
}
