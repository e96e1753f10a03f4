use proptest::prelude::*;

use super::*;

#[test]
fn words_are_joined_and_gaps_left_out() {
    assert_eq!(said(&["046d:c31c", "", " SN 1 "]), "046d:c31c SN 1");
    assert_eq!(said(&[]), "");
}

#[test]
fn what_cannot_be_printed_is_cleaned_and_still_told_apart() {
    let (one, other) = (said(&["serial\u{1b}[2J1"]), said(&["serial\u{7}[2J1"]));
    assert!(one.starts_with("serial?[2J1#") && other.starts_with("serial?[2J1#"));
    assert_ne!(one, other);
}

#[test]
fn what_is_too_long_is_cut_and_still_told_apart() {
    let long = "x".repeat(1_000);
    let (one, other) = (said(&[&format!("{long}1")]), said(&[&format!("{long}2")]));
    assert_eq!((one.len(), other.len()), (LIMIT, LIMIT));
    assert_ne!(one, other);
    assert_eq!(said(&["y".repeat(LIMIT).as_str()]), "y".repeat(LIMIT));
}

proptest! {
    #[test]
    fn whatever_hardware_says_fits_and_can_be_printed(words in proptest::collection::vec(any::<String>(), 0..4)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let said = said(&words);
        prop_assert!(said.len() <= LIMIT);
        prop_assert!(said.chars().all(|c| c == ' ' || c.is_ascii_graphic()));
    }
}
