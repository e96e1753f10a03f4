use super::*;

const BEGAN: Mono = Mono(5_000_000_000);

#[test]
fn a_session_ends_when_idle_and_at_last() {
    let lasting = Lasting { idle: Duration::from_mins(5), longest: Duration::from_mins(12) };
    let stands = |asked: u64, now: u64| {
        let minute = |minutes| BEGAN + Duration::from_mins(minutes);
        lasting.stands(BEGAN, minute(asked), minute(now))
    };
    assert!(stands(0, 4) && stands(4, 8) && stands(8, 11));
    assert!(!stands(0, 5), "idle");
    assert!(!stands(11, 12), "never longer than that");
}

#[test]
fn a_proof_is_fresh_for_ten_minutes() {
    assert!(is_fresh(BEGAN, BEGAN + FRESH.saturating_sub(Duration::from_nanos(1))));
    assert!(!is_fresh(BEGAN, BEGAN + FRESH));
}
