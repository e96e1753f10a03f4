use vocab::Mono;

use super::*;

#[test]
fn only_what_the_fleet_has_told_is_a_time() {
    let clock = Trusted::default();
    assert_eq!(clock.now(), None);
    let wall = Wall(1_795_305_600_000_000);
    for quality in [ClockQuality::Floor, ClockQuality::Carried] {
        clock.set(Time { mono: Mono(0), wall, quality });
        assert_eq!(clock.now(), None, "{quality:?}");
    }
    clock.set(Time { mono: Mono(0), wall, quality: ClockQuality::Fleet });
    let (first, second) = (clock.clone().now().unwrap(), clock.now().unwrap());
    assert!(wall <= first && first <= second, "it goes on by itself");
    clock.set(Time { mono: Mono(0), wall, quality: ClockQuality::Carried });
    assert_eq!(clock.now(), None, "a clock that lost its ground says so");
}
