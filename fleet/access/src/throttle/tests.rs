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

/// Somebody tries this name from there, in a browser that nobody knows.
const fn at(name: Name, source: Source) -> Try {
    Try { name, source: Some(source), browser: None }
}

/// The same in a browser in which somebody came in.
fn in_browser(name: Name, number: u16) -> Try {
    Try { browser: Some(from(number)), ..at(name, OFFICE) }
}

/// One wrong try: whether it was compared, and otherwise how long it is told to wait.
fn tried(throttle: &mut Throttle, one: &Try, now: Mono) -> Result<(), Duration> {
    if throttle.wait(one, now).is_none() {
        throttle.failed(one, Evaluated::Yes, now);
        return Ok(());
    }
    throttle.failed(one, Evaluated::No, now);
    Err(throttle.wait(one, now).unwrap())
}

/// Somebody guesses this often, so far apart, each guess from one of so many places; how many were compared.
fn guess(throttle: &mut Throttle, name: Name, times: u32, apart: Duration, places: u16) -> (u32, Mono) {
    let (mut compared, mut now) = (0, NOW);
    for number in 0..times {
        let source = from(1000 + u16::try_from(number).unwrap_or(0) % places);
        compared += u32::from(tried(throttle, &at(name, source), now).is_ok());
        now = now + apart;
    }
    (compared, now)
}

/// The strangers of [`guess`] go on until one of them has taken a turn, and this one would have to wait; when.
fn turn_taken(throttle: &mut Throttle, one: &Try, mut now: Mono) -> Mono {
    while throttle.wait(one, now).is_none() {
        let _ = tried(throttle, &at(one.name, from(1000)), now);
        now = now + Duration::from_secs(1);
    }
    now
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
    throttle.came_in(&at(name(1), OFFICE), NOW);
    let (_, now) = guess(&mut throttle, name(1), 10_000, Duration::from_millis(1), 500);
    assert_eq!(throttle.wait(&at(name(1), OFFICE), now), None, "guessing elsewhere does not keep them out");
    let now = turn_taken(&mut throttle, &at(name(1), from(7)), now);
    let wait = throttle.wait(&at(name(1), from(7)), now).expect("elsewhere they wait");
    assert!(wait <= Duration::from_mins(20), "{wait:?}");
    assert_eq!(throttle.wait(&at(name(1), from(7)), now + wait), None);
    assert!(
        throttle.wait(&at(name(2), from(7)), now).unwrap_or_default() <= Duration::from_secs(1),
        "nobody else waits"
    );
}

#[test]
fn somebody_who_mistypes_is_no_finding_and_hardly_waits() {
    let mut throttle = Throttle::default();
    for _ in 0..5 {
        assert_eq!(throttle.wait(&at(name(1), OFFICE), NOW), None);
        assert_eq!(throttle.failed(&at(name(1), OFFICE), Evaluated::Yes, NOW), []);
    }
    // A second, and five sixteenths because five were in vain.
    assert_eq!(throttle.wait(&at(name(1), OFFICE), NOW), Some(Duration::from_micros(1_312_500)));
    throttle.came_in(&at(name(1), OFFICE), NOW + Duration::from_secs(1));
    assert_eq!(throttle.wait(&at(name(1), OFFICE), NOW + Duration::from_secs(1)), None);
}

#[test]
fn guessing_at_one_account_is_found_once_and_again_when_it_was_over() {
    let mut throttle = Throttle::default();
    let mut found = Vec::new();
    for n in 0..40u16 {
        found.extend(throttle.failed(&at(name(1), from(n % 4)), Evaluated::No, NOW));
    }
    assert_eq!(found, [Finding::BruteForce(name(1))]);
    let later = NOW + WINDOW;
    for n in 0..40u16 {
        found.extend(throttle.failed(&at(name(1), from(n % 4)), Evaluated::No, later));
    }
    assert_eq!(found.len(), 2);
}

#[test]
fn spraying_is_found_from_one_place_and_from_many_within_fifteen_accounts() {
    for places in [1, 1000] {
        let mut throttle = Throttle::default();
        let mut found = None;
        for n in 0..1000u16 {
            let now = NOW + Duration::from_millis(u64::from(n) * 50);
            if throttle.failed(&at(name(n), from(n % places)), Evaluated::Yes, now).contains(&Finding::Spray)
            {
                found = found.or(Some(n + 1));
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
    for n in 0..accounts {
        for time in 0..each {
            let now = NOW + Duration::from_secs(u64::from(n) * 10 + time);
            found.extend(throttle.failed(&at(name(n), OFFICE), Evaluated::Yes, now));
        }
    }
    found
}

#[test]
fn people_who_mistype_on_one_morning_are_no_spray() {
    let mut throttle = Throttle::default();
    for n in 0..7u16 {
        let now = NOW + Duration::from_secs(u64::from(n));
        assert_eq!(throttle.failed(&at(name(n), OFFICE), Evaluated::Yes, now), []);
        throttle.came_in(&at(name(n), OFFICE), now);
    }
    for n in 0..200u16 {
        let now = NOW + Duration::from_secs(u64::from(n) * 120);
        assert_eq!(throttle.failed(&at(name(n), from(n)), Evaluated::Yes, now), [], "two minutes apart");
    }
}

#[test]
fn strangers_with_many_names_and_places_take_no_more_memory_than_that() {
    let mut throttle = Throttle::default();
    for n in 0..20_000u16 {
        throttle.failed(&at(name(n), from(n)), Evaluated::Yes, NOW + Duration::from_millis(u64::from(n)));
    }
    assert!(throttle.failed.len() <= LIMIT && throttle.tried.len() <= LIMIT && throttle.found.len() <= LIMIT);
    assert!(throttle.failed.contains_key(&Key::Source(from(19_999))), "the newest stay");
}

#[test]
fn what_came_to_no_comparison_is_held_against_nobody() {
    let mut throttle = Throttle::default();
    for _ in 0..100 {
        throttle.failed(&at(name(1), OFFICE), Evaluated::Yes, NOW);
        throttle.undone(&at(name(1), OFFICE), NOW);
    }
    assert_eq!(throttle.wait(&at(name(1), OFFICE), NOW), None);
    for _ in 0..5 {
        assert_eq!(throttle.wait(&at(name(1), OFFICE), NOW), None);
        assert_eq!(throttle.failed(&at(name(1), OFFICE), Evaluated::Yes, NOW), []);
    }
    assert!(throttle.wait(&at(name(1), OFFICE), NOW).is_some(), "and a try that was one counts as before");
    throttle.undone(&at(name(9), from(9)), NOW);
    assert_eq!(throttle.wait(&at(name(9), from(9)), NOW), None);
}

#[test]
fn in_a_browser_in_which_somebody_came_in_only_what_was_tried_there_counts() {
    let (mut throttle, hers) = (Throttle::default(), in_browser(name(1), 1));
    let (_, now) = guess(&mut throttle, name(1), 10_000, Duration::from_secs(1), 500);
    let now = turn_taken(&mut throttle, &at(name(1), OFFICE), now);
    for _ in 0..100 {
        assert!(tried(&mut throttle, &at(name(1), OFFICE), now).is_err(), "strangers at her own desk wait");
    }
    for _ in 0..5 {
        assert_eq!(tried(&mut throttle, &hers, now), Ok(()));
    }
    assert_eq!(throttle.wait(&hers, now), Some(Duration::from_secs(1)), "she has mistyped often enough");
    assert_eq!(throttle.wait(&in_browser(name(1), 2), now), None, "another browser of hers");
    assert!(throttle.wait(&Try { browser: None, ..hers }, now).is_some());
    let waits = |throttle: &Throttle| throttle.wait(&at(name(1), from(9)), now);
    let before = waits(&throttle);
    throttle.came_in(&hers, now);
    assert_eq!(throttle.wait(&hers, now), None);
    assert_eq!(waits(&throttle), before, "that she came in makes it easier for no stranger");
}

#[test]
fn whoever_hoards_browsers_of_one_account_gains_sixteen_and_no_more() {
    let mut throttle = Throttle::default();
    let compared = |throttle: &mut Throttle, browsers: u16, now: Mono| {
        let all = (0..browsers).flat_map(|browser| [browser; 5]);
        all.filter(|browser| tried(throttle, &in_browser(name(1), *browser), now).is_ok()).count()
    };
    // Five in each, and those of strangers.
    assert_eq!(compared(&mut throttle, 200, NOW), BROWSERS * 5 + 5);
    assert_eq!(throttle.wait(&in_browser(name(2), 300), NOW), None, "of another account");
    assert_eq!(compared(&mut throttle, 1, NOW + FORGIVEN), 5, "and what is forgiven takes no room");
}

/// Somebody asks every second, from this many places, without end. Whoever asks once, and again when they were told to,
/// has a turn all the same, and most of the wait to take it.
#[test]
fn whoever_asks_without_end_does_not_take_the_turn_of_whoever_waits_as_told() {
    for places in [1, 40] {
        for late in [0, 30, 300] {
            let mut throttle = Throttle::default();
            let (_, now) = guess(&mut throttle, name(1), 10_000, Duration::from_secs(1), places);
            let hers = at(name(1), OFFICE);
            let now = turn_taken(&mut throttle, &hers, now);
            let told = tried(&mut throttle, &hers, now).expect_err("she has to wait");
            assert!(told <= Duration::from_mins(22), "{told:?}");
            let comes = now + told + Duration::from_secs(late);
            let seconds = u32::try_from((comes.since(now)).as_secs()).unwrap();
            let before = throttle.failed[&Key::Account(name(1))].times;
            let again = |throttle: &mut Throttle, now: Mono| {
                for second in 0..seconds {
                    let stranger = at(name(1), from(1000 + u16::try_from(second).unwrap() % places));
                    let _ = tried(throttle, &stranger, now + Duration::from_secs(u64::from(second)));
                }
            };
            again(&mut throttle, now);
            assert_eq!(throttle.failed[&Key::Account(name(1))].times, before, "nobody came before her");
            assert_eq!(throttle.wait(&hers, comes), None, "{places} places, {late} s after she was told to");
        }
    }
}

#[test]
fn a_place_that_was_patient_for_a_day_is_as_good_as_any() {
    let mut throttle = Throttle::default();
    let (_, now) = guess(&mut throttle, name(1), 1_000, Duration::from_secs(1), 1);
    let (theirs, new) = (at(name(1), from(1000)), at(name(1), from(7)));
    assert!(throttle.wait(&theirs, now) > throttle.wait(&new, now));
    let later = now + REMEMBERED;
    for n in 0..10 {
        throttle.failed(&at(name(1), from(2000 + n)), Evaluated::Yes, later);
    }
    assert!(throttle.wait(&new, later).is_some());
    assert_eq!(throttle.wait(&theirs, later), throttle.wait(&new, later));
}
