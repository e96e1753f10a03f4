use super::*;

const MILLI: u64 = 1_000_000;

fn taken(pace: &mut Pace, now: u64) -> usize {
    (0..1_000).take_while(|_| pace.take(Mono(now))).count()
}

#[test]
fn a_burst_is_followed_by_the_pace_itself() {
    let mut pace = Pace::new(10, 5);
    assert_eq!(taken(&mut pace, 0), 5);
    assert_eq!(pace.next(), Mono(100 * MILLI));
    assert_eq!(taken(&mut pace, 100 * MILLI - 1), 0);
    assert_eq!(taken(&mut pace, 100 * MILLI), 1);
    assert_eq!(taken(&mut pace, 350 * MILLI), 2);
}

#[test]
fn one_in_ten_minutes_is_a_pace_too() {
    let minutes = |count: u64| count * 60_000 * MILLI;
    let mut pace = Pace::every(Duration::from_mins(10), 3);
    assert_eq!(taken(&mut pace, 0), 3);
    assert_eq!(taken(&mut pace, minutes(10) - 1), 0);
    assert_eq!(taken(&mut pace, minutes(10)), 1);
    assert_eq!(taken(&mut pace, minutes(24 * 60)), 3);
}

#[test]
fn quiet_saves_up_one_burst_and_no_more() {
    let mut pace = Pace::new(10, 5);
    assert_eq!(taken(&mut pace, 0), 5);
    assert_eq!(taken(&mut pace, 3_600_000 * MILLI), 5);
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let mut pace = Pace::new(1, 2);
    assert!(pace.take(Mono(u64::MAX)) && pace.take(Mono(u64::MAX)));
}
