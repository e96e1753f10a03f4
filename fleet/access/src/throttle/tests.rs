use super::*;

const NOW: Mono = Mono(1_000_000_000_000_000);
const OFFICE: Source = [10; 16];

fn name(number: u16) -> Name {
    let [a, b] = number.to_be_bytes();
    core::array::from_fn(|at| [a, b][at % 2])
}

fn from(number: u16) -> Source {
    name(number)
}

/// Somebody guesses this often, so far apart, each guess from one of so many places; how many were compared.
fn guess(throttle: &mut Throttle, name: Name, times: u32, apart: Duration, places: u16) -> (u32, Mono) {
    let (mut compared, mut now) = (0, NOW);
    for at in 0..times {
        let source = from(1000 + u16::try_from(at).unwrap_or(0) % places);
        let evaluated =
            if throttle.wait(name, source, now).is_none() { Evaluated::Yes } else { Evaluated::No };
        compared += u32::from(evaluated == Evaluated::Yes);
        throttle.failed(name, source, evaluated, now);
        now = now + apart;
    }
    (compared, now)
}

#[test]
fn ten_thousand_guesses_at_one_account_are_fewer_than_a_hundred_comparisons() {
    for (apart, places) in
        [(Duration::from_millis(1), 1), (Duration::from_millis(100), 500), (Duration::from_secs(8), 500)]
    {
        let (compared, _) = guess(&mut Throttle::default(), name(1), 10_000, apart, places);
        assert!(compared < 100, "{compared} in {places} places, {apart:?} apart");
    }
}

#[test]
fn the_owner_comes_in_after_a_wait_and_at_once_from_where_they_were_before() {
    let mut throttle = Throttle::default();
    throttle.came_in(name(1), OFFICE, NOW);
    let (_, now) = guess(&mut throttle, name(1), 10_000, Duration::from_millis(1), 500);
    assert_eq!(throttle.wait(name(1), OFFICE, now), None, "guessing elsewhere does not keep them out");
    let wait = throttle.wait(name(1), from(7), now).expect("elsewhere they wait");
    assert!(wait <= Duration::from_mins(20), "{wait:?}");
    assert_eq!(throttle.wait(name(1), from(7), now + wait), None);
    assert!(
        throttle.wait(name(2), from(7), now).unwrap_or_default() <= Duration::from_secs(1),
        "nobody else waits"
    );
}

#[test]
fn somebody_who_mistypes_is_no_finding_and_hardly_waits() {
    let mut throttle = Throttle::default();
    for _ in 0..5 {
        assert_eq!(throttle.wait(name(1), OFFICE, NOW), None);
        assert_eq!(throttle.failed(name(1), OFFICE, Evaluated::Yes, NOW), []);
    }
    assert_eq!(throttle.wait(name(1), OFFICE, NOW), Some(Duration::from_secs(1)));
    throttle.came_in(name(1), OFFICE, NOW + Duration::from_secs(1));
    assert_eq!(throttle.wait(name(1), OFFICE, NOW + Duration::from_secs(1)), None);
}

#[test]
fn guessing_at_one_account_is_found_once_and_again_when_it_was_over() {
    let mut throttle = Throttle::default();
    let mut found = Vec::new();
    for at in 0..40u16 {
        found.extend(throttle.failed(name(1), from(at % 4), Evaluated::No, NOW));
    }
    assert_eq!(found, [Finding::BruteForce(name(1))]);
    let later = NOW + WINDOW;
    for at in 0..40u16 {
        found.extend(throttle.failed(name(1), from(at % 4), Evaluated::No, later));
    }
    assert_eq!(found.len(), 2);
}

#[test]
fn spraying_is_found_from_one_place_and_from_many_within_fifteen_accounts() {
    for places in [1, 1000] {
        let mut throttle = Throttle::default();
        let mut found = None;
        for at in 0..1000u16 {
            let now = NOW + Duration::from_millis(u64::from(at) * 50);
            if throttle.failed(name(at), from(at % places), Evaluated::Yes, now).contains(&Finding::Spray) {
                found = found.or(Some(at + 1));
            }
        }
        assert!(found.is_some_and(|at| at <= 15), "{found:?} accounts from {places} places");
    }
}

#[test]
fn a_slow_spray_of_twenty_eight_accounts_three_times_each_is_found() {
    let mut throttle = Throttle::default();
    let mut found = vec_of_findings(&mut throttle, 28, 3);
    found.dedup();
    assert_eq!(found, [Finding::Spray]);
}

fn vec_of_findings(throttle: &mut Throttle, accounts: u16, each: u64) -> Vec<Finding> {
    let mut found = Vec::new();
    for at in 0..accounts {
        for time in 0..each {
            let now = NOW + Duration::from_secs(u64::from(at) * 10 + time);
            found.extend(throttle.failed(name(at), OFFICE, Evaluated::Yes, now));
        }
    }
    found
}

#[test]
fn people_who_mistype_on_one_morning_are_no_spray() {
    let mut throttle = Throttle::default();
    for at in 0..7u16 {
        let now = NOW + Duration::from_secs(u64::from(at));
        assert_eq!(throttle.failed(name(at), OFFICE, Evaluated::Yes, now), []);
        throttle.came_in(name(at), OFFICE, now);
    }
    for at in 0..200u16 {
        let now = NOW + Duration::from_secs(u64::from(at) * 120);
        assert_eq!(throttle.failed(name(at), from(at), Evaluated::Yes, now), [], "two minutes apart");
    }
}

#[test]
fn strangers_with_many_names_and_places_take_no_more_memory_than_that() {
    let mut throttle = Throttle::default();
    for at in 0..20_000u16 {
        throttle.failed(name(at), from(at), Evaluated::Yes, NOW + Duration::from_millis(u64::from(at)));
    }
    assert!(throttle.failed.len() <= LIMIT && throttle.tried.len() <= LIMIT && throttle.found.len() <= LIMIT);
    assert!(throttle.failed.contains_key(&Key::Source(from(19_999))), "the newest stay");
}

#[test]
fn what_came_to_no_comparison_is_held_against_nobody() {
    let mut throttle = Throttle::default();
    for _ in 0..100 {
        throttle.failed(name(1), OFFICE, Evaluated::Yes, NOW);
        throttle.undone(name(1), OFFICE);
    }
    assert_eq!(throttle.wait(name(1), OFFICE, NOW), None);
    for _ in 0..5 {
        assert_eq!(throttle.wait(name(1), OFFICE, NOW), None);
        assert_eq!(throttle.failed(name(1), OFFICE, Evaluated::Yes, NOW), []);
    }
    assert!(throttle.wait(name(1), OFFICE, NOW).is_some(), "and a try that was one counts as before");
    throttle.undone(name(9), from(9));
    assert_eq!(throttle.wait(name(9), from(9), NOW), None);
}
