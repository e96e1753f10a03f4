//! Time in which the fleet listened is remembered over a restart, and time in which it did not is nobody's silence.

use std::time::Duration;

use sim::{House, Underway};

/// A box on duty, whose cable is cut; the fleet's process ends after so long.
fn cut_and_restarted(heard_nothing_for: Duration) -> House {
    let mut house = House::new(7);
    house.open_fleet(vec![]);
    let number = house.join("dev-07", "harbour");
    house.commission(number);
    house.run(Duration::from_mins(5));
    house.boxes[number].cable.cut(Underway::Lost);
    house.run(heard_nothing_for);
    assert_eq!(house.fleet().incidents().count(), 0, "three beats are not missed yet");
    house.restart_fleet();
    house
}

#[test]
fn what_was_not_heard_before_a_restart_counts_after_it() {
    let mut house = cut_and_restarted(Duration::from_secs(85));
    house.run(Duration::from_secs(60));
    assert_eq!(house.fleet().incidents().count(), 0, "a minute to find the fleet again");
    // A fleet that forgot would wait for three beats more after that minute.
    house.run(Duration::from_secs(80));
    assert_eq!(house.fleet().incidents().count(), 1, "{:?}", house.hq().lines);
}

#[test]
fn a_restart_is_nobodys_silence() {
    let mut house = cut_and_restarted(Duration::from_secs(5));
    house.boxes[0].cable.mend();
    house.run(Duration::from_mins(10));
    assert_eq!(house.fleet().incidents().count(), 0);
    for _ in 0..40 {
        house.restart_fleet();
        house.run(Duration::from_secs(20));
    }
    assert_eq!(house.fleet().incidents().count(), 0, "however often");
}
