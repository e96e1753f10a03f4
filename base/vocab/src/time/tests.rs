use alloc::string::ToString;

use super::*;

#[test]
fn a_wall_time_is_written_as_rfc_3339_in_utc() {
    // Reference: `date -u -d @<seconds> +%FT%TZ`.
    let cases = [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_791_297_102_368_000, "2026-10-06T14:31:42.368Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00Z"),
        (951_868_800_000_000, "2000-03-01T00:00:00Z"),
        (4_107_542_399_000_001, "2100-02-28T23:59:59.000001Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00Z"),
        (1_735_689_599_100_000, "2024-12-31T23:59:59.1Z"),
    ];
    for (micros, text) in cases {
        assert_eq!(Wall(micros).to_string(), text, "{micros}");
        assert_eq!(text.parse(), Ok(Wall(micros)), "and read so");
    }
}

#[test]
fn a_day_is_the_one_that_it_is_written_as() {
    for day in -719_528..2_932_897 {
        let (year, month, of_month) = civil(day);
        assert_eq!(days(year, month, of_month), day, "{year}-{month}-{of_month}");
    }
}

#[test]
fn what_is_written_in_another_way_is_no_time() {
    for text in [
        "",
        "now",
        "2026-10-06",
        "2026-10-06T14:31:42",
        "2026-10-06t14:31:42z",
        "2026-10-06 14:31:42Z",
        "2026-10-06T14:31:42+00:00",
        "2026-10-06T14:31:42.Z",
        "2026-10-06T14:31:42.360Z",
        "2026-10-06T14:31:42.1234567Z",
        "2026-10-06T14:31:42.-1Z",
        "2026-10-06T24:00:00Z",
        "2026-10-06T14:31:60Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "+026-10-06T14:31:42Z",
        "-026-10-06T14:31:42Z",
        " 2026-10-06T14:31:42Z",
        "2026-10-06T14:31:42Z ",
        "2026-10-06T14:31:4\u{661}Z",
        "12026-10-06T14:31:42Z",
    ] {
        assert_eq!(text.parse::<Wall>(), Err(BadTime), "{text:?}");
    }
}

#[test]
fn every_wall_time_can_be_written() {
    for micros in [i64::MIN, i64::MAX] {
        assert!(Wall(micros).to_string().ends_with('Z'));
    }
}
