use super::*;

const ADA: PersonId = PersonId([1; 16]);
const GRACE: PersonId = PersonId([2; 16]);
const NOW: Mono = Mono(1_000_000_000_000);

#[test]
fn a_challenge_is_for_one_person_and_ends() {
    let challenges = Challenges::new([7; 32]);
    let nonce = challenges.make(ADA, NOW, [3; 32]);
    assert!(challenges.knows(&nonce, ADA, NOW));
    assert!(!challenges.knows(&nonce, GRACE, NOW));
    assert!(challenges.knows(&nonce, ADA, NOW + ANSWER_WITHIN.saturating_sub(Duration::from_nanos(1))));
    assert!(!challenges.knows(&nonce, ADA, NOW + ANSWER_WITHIN));
    assert!(!Challenges::new([8; 32]).knows(&nonce, ADA, NOW), "of another process");
}

#[test]
fn a_challenge_with_any_bit_changed_is_unknown() {
    let challenges = Challenges::new([7; 32]);
    let nonce = challenges.make(ADA, NOW, [3; 32]);
    for bit in 0..256 {
        let mut other = nonce;
        other.0[bit / 8] ^= 1 << (bit % 8);
        assert!(!challenges.knows(&other, ADA, NOW), "bit {bit}");
    }
}

#[test]
fn an_answer_counts_once() {
    let (challenges, mut sessions) = (Challenges::new([7; 32]), Sessions::default());
    let nonce = challenges.make(ADA, NOW, [3; 32]);
    assert_eq!(sessions.answer(&nonce, ADA, NOW), Answer::First);
    assert_eq!(sessions.answer(&nonce, ADA, NOW), Answer::Again);
    let later = NOW + ANSWER_WITHIN;
    sessions.answer(&challenges.make(ADA, later, [4; 32]), ADA, later);
    assert_eq!(sessions.answered.len(), 1, "what has ended is forgotten");
}

#[test]
fn one_person_s_sign_ins_are_bounded_and_keep_nobody_else_out() {
    let (challenges, mut sessions) = (Challenges::new([7; 32]), Sessions::default());
    let nonce = |number: usize| challenges.make(ADA, NOW, [u8::try_from(number).unwrap(); 32]);
    for number in 0..ANSWERS_LIMIT {
        assert_eq!(sessions.answer(&nonce(number), ADA, NOW), Answer::First);
    }
    assert_eq!(sessions.answer(&nonce(ANSWERS_LIMIT), ADA, NOW), Answer::TooMany);
    assert_eq!(sessions.answer(&nonce(0), ADA, NOW), Answer::Again, "a replay is still known as one");
    let hers = challenges.make(GRACE, NOW, [3; 32]);
    assert_eq!(sessions.answer(&hers, GRACE, NOW), Answer::First);
    let later = NOW + ANSWER_WITHIN;
    let again = challenges.make(ADA, later, [9; 32]);
    assert_eq!(sessions.answer(&again, ADA, later), Answer::First);
}

#[test]
fn a_session_ends_when_idle_and_at_last() {
    let mut sessions = Sessions::default();
    sessions.begin(b"token", ADA, NOW, Wall(0));
    assert_eq!(sessions.person(b"token", NOW), Some(ADA));
    assert_eq!(sessions.person(b"other", NOW), None);
    assert_eq!(sessions.person(b"token", NOW + IDLE), None, "idle");

    let mut at = NOW;
    sessions.begin(b"token", ADA, at, Wall(0));
    while NOW + LONGEST > at + Duration::from_mins(50) {
        at = at + Duration::from_mins(50);
        assert_eq!(sessions.person(b"token", at), Some(ADA));
    }
    assert_eq!(sessions.person(b"token", NOW + LONGEST), None, "never longer than a day");
}

#[test]
fn a_person_has_a_bounded_number_of_sessions() {
    let mut sessions = Sessions::default();
    for number in 0..=u8::try_from(SESSIONS_LIMIT).unwrap() {
        sessions.begin(&[number], ADA, NOW + Duration::from_secs(u64::from(number)), Wall(0));
    }
    sessions.begin(b"hers", GRACE, NOW, Wall(0));
    let now = NOW + Duration::from_mins(1);
    assert_eq!(sessions.person(&[0], now), None, "the oldest ended");
    assert_eq!(sessions.person(&[1], now), Some(ADA));
    assert_eq!(sessions.open.len(), SESSIONS_LIMIT + 1);
    sessions.end(b"hers");
    assert_eq!(sessions.person(b"hers", now), None);
}

#[test]
fn a_refusal_is_news_once_for_a_session() {
    let mut sessions = Sessions::default();
    sessions.begin(b"token", ADA, NOW, Wall(0));
    assert!(sessions.refused(b"token", Action::Revoke, Kind::Device));
    assert!(!sessions.refused(b"token", Action::Revoke, Kind::Device));
    assert!(sessions.refused(b"token", Action::Arm, Kind::Device));
    assert!(!sessions.refused(b"other", Action::Arm, Kind::Device), "nobody is signed in with that");
}
