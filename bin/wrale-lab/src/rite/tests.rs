use super::*;
use crate::keeper::tests::{keeper, person, record};

fn made(id: &str, record: String, counts: bool) -> Signer {
    Signer { id: id.into(), name: None, added: None, origin: "http://localhost:8440".into(), counts, record }
}

fn told(steps: &[Step], key: &KeyFile) -> Vec<String> {
    steps.iter().map(|step| step.words(&key.name)).collect()
}

#[test]
fn what_somebody_made_is_signed_once_and_what_counts_already_is_left_alone() {
    let (keeper, ada, mut refused) = (keeper(), person(0), BTreeSet::new());
    let counts = [made("00", record(&ada, 1), true)];
    assert!(steps(&keeper, &ada, &counts, &mut refused).is_empty(), "the roster names it");
    let new = [made("01", record(&ada, 0), false)];
    let first = steps(&keeper, &ada, &new, &mut refused);
    let words = "ada made a passkey to consent with; the offline machine signed it onto roster 2";
    assert_eq!(told(&first, &ada), [words]);
    assert!(matches!(&first[..], [Step::Signed(letter)] if letter.version == 2 && !letter.bytes.is_empty()));
    // Until the fleet has read the letter again it is listed as before, and nothing is signed twice.
    assert!(steps(&keeper, &ada, &new, &mut refused).is_empty());
}

#[test]
fn what_is_not_signed_is_told_once_and_keeps_nothing_else_from_being_signed() {
    let (keeper, ada, grace, mut refused) = (keeper(), person(0), person(1), BTreeSet::new());
    let made = [made("00", record(&grace, 0), false), made("01", record(&ada, 1), false)];
    let first = steps(&keeper, &ada, &made, &mut refused);
    let words = told(&first, &ada);
    assert_eq!(words.len(), 2, "{words:?}");
    assert!(
        words[0]
            .starts_with("the offline machine signs nothing: the page wrote down a passkey of somebody else")
    );
    assert!(words[1].ends_with("signed it onto roster 2"));
    assert!(steps(&keeper, &ada, &made, &mut refused).is_empty(), "and not with every change again");
}
