use super::*;

const fn nonce(number: u8) -> Nonce {
    Nonce([number; 32])
}

#[test]
fn a_question_is_answered_once() {
    let mut open = Challenges::default();
    open.issue(Mono(7), nonce(1), Purpose::Evidence);
    assert_eq!(open.consume(Mono(9), &nonce(2), Purpose::Evidence), Err(Refusal::NonceUnknown));
    assert_eq!(open.consume(Mono(9), &nonce(1), Purpose::Evidence), Ok(Mono(7)));
    assert_eq!(open.consume(Mono(9), &nonce(1), Purpose::Evidence), Err(Refusal::NonceUnknown));
}

#[test]
fn a_wrong_or_late_answer_uses_the_question_up() {
    let mut open = Challenges::default();
    open.issue(Mono(0), nonce(1), Purpose::Evidence);
    assert_eq!(open.consume(Mono(0), &nonce(1), Purpose::Renewal), Err(Refusal::NoncePurpose));
    assert_eq!(open.consume(Mono(0), &nonce(1), Purpose::Evidence), Err(Refusal::NonceUnknown));

    open.issue(Mono(0), nonce(2), Purpose::Evidence);
    let late = Mono(0) + LIFE + Duration::from_nanos(1);
    assert_eq!(open.consume(late, &nonce(2), Purpose::Evidence), Err(Refusal::NonceExpired));
    assert_eq!(open.consume(Mono(0), &nonce(2), Purpose::Evidence), Err(Refusal::NonceUnknown));

    open.issue(Mono(0), nonce(3), Purpose::Evidence);
    assert_eq!(open.consume(Mono(0) + LIFE, &nonce(3), Purpose::Evidence), Ok(Mono(0)));
}

#[test]
fn only_the_newest_questions_stay_open() {
    let mut open = Challenges::default();
    let mut asked = Asked::default();
    for number in 0..=8 {
        open.issue(Mono(0), nonce(number), Purpose::Evidence);
        asked.keep(nonce(number));
    }
    assert_eq!((open.0.len(), MOST), (8, 8));
    assert_eq!(open.consume(Mono(0), &nonce(0), Purpose::Evidence), Err(Refusal::NonceUnknown));
    assert_eq!(open.consume(Mono(0), &nonce(1), Purpose::Evidence), Ok(Mono(0)));
    assert_eq!(
        (asked.answer(&nonce(0)), asked.answer(&nonce(1)), asked.answer(&nonce(1))),
        (false, true, false)
    );
}

#[test]
fn one_purpose_is_withdrawn_alone_and_a_new_session_withdraws_all() {
    let mut open = Challenges::default();
    open.issue(Mono(0), nonce(1), Purpose::Evidence);
    open.issue(Mono(0), nonce(2), Purpose::Renewal);
    open.withdraw(Purpose::Renewal);
    assert_eq!(open.consume(Mono(0), &nonce(2), Purpose::Renewal), Err(Refusal::NonceUnknown));
    open.clear();
    assert_eq!(open.consume(Mono(0), &nonce(1), Purpose::Evidence), Err(Refusal::NonceUnknown));
}
