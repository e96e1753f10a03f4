use super::*;

fn one(at: i64, text: &str, proof: Option<Proof>) -> PastView {
    PastView { at: Wall(at), text: text.into(), noted: Noted::Log(at.unsigned_abs()), proof }
}

#[test]
fn of_proofs_those_that_were_lost_are_told_and_the_one_that_came_after() {
    let (good, refused) = (Some(Proof::Good), Some(Proof::Refused));
    let all = vec![
        one(7, "fifth", good),
        one(1, "first", good),
        one(2, "second", good),
        one(3, "lost", refused),
        one(4, "lost again", refused),
        one(5, "back", good),
        one(6, "suspended", None),
    ];
    let told: Vec<_> = in_order(all).into_iter().map(|one| one.text).collect();
    assert_eq!(told, ["suspended", "back", "lost again", "lost"]);
}
