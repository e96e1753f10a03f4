use super::*;

fn device(number: u8) -> DeviceId {
    DeviceId([number; 16])
}

#[test]
fn whoever_saw_a_change_is_told_those_that_came_after_it() {
    let mut changed = Changed::default();
    assert_eq!(changed.since(0), Some(BTreeSet::new()));
    changed.note(device(1));
    let seen = changed.newest();
    for number in [2, 3, 2] {
        changed.note(device(number));
    }
    assert_eq!(changed.since(seen), Some([device(2), device(3)].into()));
    assert_eq!(changed.since(changed.newest()), Some(BTreeSet::new()));
    // The same one again is a change again.
    let seen = changed.newest();
    changed.note(device(2));
    assert_eq!(changed.since(seen), Some([device(2)].into()));
}

#[test]
fn what_is_not_told_apart_any_more_is_not_left_out() {
    let mut changed = Changed::default();
    changed.note(device(1));
    let seen = changed.newest();
    for number in 0..=KEPT {
        changed.note(device(if number % 2 == 0 { 2 } else { 3 }));
    }
    assert_eq!(changed.since(0), None, "the first change is forgotten");
    assert_eq!(changed.since(seen + 1), Some([device(2), device(3)].into()));
    let seen = changed.newest();
    changed.forget();
    assert_eq!(changed.since(seen), None);
    assert_eq!(changed.since(changed.newest()), Some(BTreeSet::new()));
}
