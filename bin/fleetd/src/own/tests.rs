use super::*;

#[test]
fn a_credential_is_replaced_long_before_it_runs_out_and_sooner_where_people_say_so() {
    let hours = |hours| Duration::from_hours(hours);
    let now = Wall(1_795_305_600_000_000);
    let week = now + hours(7 * 24);
    assert_eq!(due(now, week, None), now + hours(112));
    assert_eq!(due(now, week, Some(hours(24))), now + hours(24));
    assert_eq!(due(now, week, Some(hours(30 * 24))), now + hours(112));
}
