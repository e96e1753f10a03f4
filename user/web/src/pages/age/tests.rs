use super::*;

#[test]
fn times_are_told_as_people_read_them() {
    let at = "2026-10-06T14:31:42.368Z";
    assert_eq!(
        (clock(at), moment(at).as_str(), day(at).as_str()),
        ("14:31:42", "14:31:42.368", "6 October 2026")
    );
    assert_eq!(moment("2026-10-06T14:31:42Z"), "14:31:42.000");
    assert_eq!(moment("2026-10-06T14:31:42.3Z"), "14:31:42.300");
    assert_eq!(moment("2026-10-06T14:31:42.368123Z"), "14:31:42.368");
    for odd in ["", "never", "2026-99-99T", "ü".repeat(40).as_str()] {
        assert!(!(clock(odd).len() > odd.len() || day(odd).is_empty() != odd.is_empty()), "{odd}");
        let _ = moment(odd);
    }
}

#[test]
fn the_first_line_of_a_day_is_found_across_lines_without_a_time() {
    let times = [None, Some("2026-10-06T14"), None, Some("2026-10-06T13"), Some("2026-10-05T23")];
    let first: Vec<usize> = (0..times.len()).filter(|line| first_of_day(&times, *line).is_some()).collect();
    assert_eq!(first, [1, 4]);
}

#[test]
fn what_was_never_known_has_no_age() {
    assert!(of(None, Some(1), Worded::Ago).into_string().contains("never"));
    let six = of(Some("2026-10-06T14:31:42Z"), Some(360), Worded::Old).into_string();
    assert_eq!(six, "<time datetime=\"2026-10-06T14:31:42Z\" data-age=\"old\">6\u{a0}min old</time>");
}
