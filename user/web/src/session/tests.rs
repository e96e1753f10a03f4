use super::*;

const ADA: PersonId = PersonId([1; 16]);
const GRACE: PersonId = PersonId([2; 16]);
const IDLE: Duration = Duration::from_hours(1);
const LONGEST: Duration = Duration::from_hours(24);
const ACCOUNT: Basis = Basis { epoch: 0, key: None };
const NOW: Mono = Mono(1_000_000_000_000);

fn person(sessions: &mut Sessions, token: &[u8], now: Mono) -> Option<PersonId> {
    sessions.known(token, Asked::Attended, now).map(|known| known.person)
}

#[test]
fn a_challenge_is_for_one_person_and_ends() {
    let challenges = Challenges::new([7; 32]);
    let nonce = challenges.make(Purpose::Key, ADA, NOW, [3; 32]);
    assert!(challenges.knows(Purpose::Key, &nonce, ADA, NOW));
    assert!(!challenges.knows(Purpose::Key, &nonce, GRACE, NOW));
    assert!(challenges.knows(
        Purpose::Key,
        &nonce,
        ADA,
        NOW + ANSWER_WITHIN.saturating_sub(Duration::from_nanos(1))
    ));
    assert!(!challenges.knows(Purpose::Key, &nonce, ADA, NOW + ANSWER_WITHIN));
    assert!(!Challenges::new([8; 32]).knows(Purpose::Key, &nonce, ADA, NOW), "of another process");
}

#[test]
fn a_challenge_with_any_bit_changed_is_unknown() {
    let challenges = Challenges::new([7; 32]);
    let nonce = challenges.make(Purpose::Key, ADA, NOW, [3; 32]);
    for bit in 0..256 {
        let mut other = nonce;
        other.0[bit / 8] ^= 1 << (bit % 8);
        assert!(!challenges.knows(Purpose::Key, &other, ADA, NOW), "bit {bit}");
    }
}

#[test]
fn an_answer_counts_once() {
    let (challenges, mut sessions) = (Challenges::new([7; 32]), Sessions::new(Lasting::default()));
    let nonce = challenges.make(Purpose::Key, ADA, NOW, [3; 32]);
    assert_eq!(sessions.answer(&nonce, ADA, NOW), Answer::First);
    assert_eq!(sessions.answer(&nonce, ADA, NOW), Answer::Again);
    let later = NOW + ANSWER_WITHIN;
    sessions.answer(&challenges.make(Purpose::Key, ADA, later, [4; 32]), ADA, later);
    assert_eq!(sessions.answered.len(), 1, "what has ended is forgotten");
}

#[test]
fn one_person_s_sign_ins_are_bounded_and_keep_nobody_else_out() {
    let (challenges, mut sessions) = (Challenges::new([7; 32]), Sessions::new(Lasting::default()));
    let nonce = |number: usize| challenges.make(Purpose::Key, ADA, NOW, [u8::try_from(number).unwrap(); 32]);
    for number in 0..ANSWERS_LIMIT {
        assert_eq!(sessions.answer(&nonce(number), ADA, NOW), Answer::First);
    }
    assert_eq!(sessions.answer(&nonce(ANSWERS_LIMIT), ADA, NOW), Answer::TooMany);
    assert_eq!(sessions.answer(&nonce(0), ADA, NOW), Answer::Again, "a replay is still known as one");
    let hers = challenges.make(Purpose::Key, GRACE, NOW, [3; 32]);
    assert_eq!(sessions.answer(&hers, GRACE, NOW), Answer::First);
    let later = NOW + ANSWER_WITHIN;
    let again = challenges.make(Purpose::Key, ADA, later, [9; 32]);
    assert_eq!(sessions.answer(&again, ADA, later), Answer::First);
}

#[test]
fn a_session_ends_when_idle_and_at_last() {
    let mut sessions = Sessions::new(Lasting::default());
    sessions.begin(b"token", ADA, ACCOUNT, (NOW, NOW), Wall(0));
    assert_eq!(person(&mut sessions, b"token", NOW), Some(ADA));
    assert_eq!(person(&mut sessions, b"other", NOW), None);
    assert_eq!(person(&mut sessions, b"token", NOW + IDLE), None, "idle");

    let mut at = NOW;
    sessions.begin(b"token", ADA, ACCOUNT, (at, at), Wall(0));
    while NOW + LONGEST > at + Duration::from_mins(50) {
        at = at + Duration::from_mins(50);
        assert_eq!(person(&mut sessions, b"token", at), Some(ADA));
    }
    assert_eq!(person(&mut sessions, b"token", NOW + LONGEST), None, "never longer than a day");
}

#[test]
fn a_person_has_a_bounded_number_of_sessions() {
    let mut sessions = Sessions::new(Lasting::default());
    for number in 0..=u8::try_from(SESSIONS_LIMIT).unwrap() {
        sessions.begin(
            &[number],
            ADA,
            ACCOUNT,
            (NOW + Duration::from_secs(u64::from(number)), NOW + Duration::from_secs(u64::from(number))),
            Wall(0),
        );
    }
    sessions.begin(b"hers", GRACE, ACCOUNT, (NOW, NOW), Wall(0));
    let now = NOW + Duration::from_mins(1);
    assert_eq!(person(&mut sessions, &[0], now), None, "the oldest ended");
    assert_eq!(person(&mut sessions, &[1], now), Some(ADA));
    assert_eq!(sessions.open.len(), SESSIONS_LIMIT + 1);
    sessions.end(b"hers");
    assert_eq!(person(&mut sessions, b"hers", now), None);
}

#[test]
fn a_refusal_is_news_once_for_a_session() {
    let mut sessions = Sessions::new(Lasting::default());
    sessions.begin(b"token", ADA, ACCOUNT, (NOW, NOW), Wall(0));
    assert!(sessions.refused(b"token", Action::Revoke, Kind::Device, Wanted::Else));
    assert!(!sessions.refused(b"token", Action::Revoke, Kind::Device, Wanted::Else));
    assert!(sessions.refused(b"token", Action::Arm, Kind::Device, Wanted::Else));
    assert!(
        !sessions.refused(b"other", Action::Arm, Kind::Device, Wanted::Else),
        "nobody is signed in with that"
    );
}

#[test]
fn a_challenge_opens_what_it_was_given_for() {
    let challenges = Challenges::new([7; 32]);
    let all = [Purpose::Key, Purpose::NewPasskey, Purpose::Passkey];
    for purpose in all {
        let nonce = challenges.make(purpose, ADA, NOW, [3; 32]);
        for other in all {
            assert_eq!(challenges.knows(other, &nonce, ADA, NOW), other == purpose, "{purpose:?} {other:?}");
        }
    }
}

#[test]
fn somebody_sees_their_own_sessions_and_ends_one() {
    let mut sessions = Sessions::new(Lasting::default());
    sessions.begin(b"one", ADA, ACCOUNT, (NOW, NOW), Wall(0));
    let now = NOW + Duration::from_mins(3);
    sessions.begin(b"two", ADA, ACCOUNT, (now, now), Wall(0));
    sessions.begin(b"hers", GRACE, ACCOUNT, (now, now), Wall(0));
    let lines = sessions.of(ADA, |_| true, now);
    assert_eq!(lines.iter().map(|line| line.id).collect::<Vec<_>>(), [called(b"two"), called(b"one")]);
    assert_eq!((lines[1].age, lines[1].left), (Duration::from_mins(3), Duration::from_mins(24 * 60 - 3)));
    assert_eq!(sessions.of(ADA, |_| false, now), [], "those of before a change are over");
    assert!(!sessions.end_of(ADA, called(b"hers")) && sessions.end_of(ADA, called(b"one")));
    assert_eq!(person(&mut sessions, b"one", now), None);
    assert_eq!(person(&mut sessions, b"hers", now), Some(GRACE));
}

#[test]
fn a_refusal_of_a_program_is_news_once_too_and_what_is_remembered_of_programs_is_bounded() {
    let mut sessions = Sessions::new(Lasting::default());
    sessions.came(name(b"program"), NOW);
    assert!(sessions.refused(b"program", Action::Revoke, Kind::Device, Wanted::Else));
    assert!(!sessions.refused(b"program", Action::Revoke, Kind::Device, Wanted::Else));
    for number in 0..2 * PROGRAMS_LIMIT as u64 {
        sessions.came(name(&number.to_be_bytes()), NOW + Duration::from_secs(number + 1));
    }
    assert_eq!(sessions.programs.len(), PROGRAMS_LIMIT);
    assert_eq!(sessions.last_came(&name(b"program"), NOW), None, "the oldest is forgotten");
}
