use super::*;
use crate::testing::{NONCE, NOW, later};

#[test]
fn an_answer_counts_for_a_minute_and_no_longer() {
    let cases = [(0, Ok(NOW)), (60, Ok(NOW)), (61, Err(Refusal::NonceStale)), (-1, Err(Refusal::NonceStale))];
    for (seconds, expected) in cases {
        assert_eq!(Challenge::new(NONCE, NOW).redeem(&NONCE, later(seconds)), expected, "after {seconds} s");
    }
}

#[test]
fn an_answer_to_another_question_is_refused() {
    assert_eq!(Challenge::new(NONCE, NOW).redeem(&Nonce([9; 32]), NOW), Err(Refusal::NonceOther));
}

#[test]
fn an_answer_is_as_old_as_it_was_when_it_came() {
    let cases = [(0, Ok(NOW)), (60, Ok(NOW)), (61, Err(Refusal::NonceStale)), (-1, Err(Refusal::NonceStale))];
    for (seconds, expected) in cases {
        let answered = Challenge::new(NONCE, NOW).answered(later(seconds));
        assert_eq!(answered.redeem(&NONCE, later(3600)), expected, "came after {seconds} s");
    }
}
