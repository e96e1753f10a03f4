use super::*;

/// Without an answer nobody knows that it was refused, and nobody says so.
#[test]
fn a_roster_without_an_answer_is_not_told_as_one_that_was_refused() {
    let told = [Stopped::Crowded, Stopped::Faulted, Stopped::Gone].map(|stopped| unanswered(7, stopped));
    for (words, of) in
        told.iter().zip(["have it read again", "as soon as the store takes it", "its next start"])
    {
        assert!(words.contains("version 7") && words.contains(of), "{words}");
        assert!(!words.contains("old roster stays") && !words.contains("refused"), "{words}");
    }
}
