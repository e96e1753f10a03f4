//! Lists compared as what they hold, whatever their order.

use alloc::vec;

use super::{Roll, readable};

#[test]
fn two_of_a_kind_count_as_two() {
    let mut roll = Roll::default();
    roll.recall(&[1, 2, 2]);
    let fresh = roll.call(&[2, 3, 3, 1]);
    assert_eq!((fresh.gone, fresh.come), (vec![2], vec![3, 3]));
}

#[test]
fn what_is_told_is_fresh_again_only_after_it_was_undone() {
    let mut roll = Roll::default();
    roll.recall(&[1]);
    assert_eq!(roll.call(&[1, 2]).come, [2]);
    roll.tell();
    assert_eq!(roll.call(&[1, 2]).come, []);
    assert_eq!(roll.call(&[1, 2, 3]).come, [3]);
    roll.tell_come();
    assert_eq!(roll.call(&[1]).come, []);
    assert_eq!(roll.call(&[1, 2]).come, [2]);
}

#[test]
fn without_a_lesson_nothing_differs() {
    let mut roll = Roll::default();
    assert_eq!(roll.call(&[1, 2]).come, []);
    assert!(!roll.differs());
}

#[test]
fn a_list_is_readable_up_to_its_limits() {
    fn itself<'a>(name: &'a &str) -> &'a str {
        name
    }

    let name = core::iter::repeat_n('x', 129).collect::<alloc::string::String>();
    let (short, long) = (&name[1..], &name[..]);
    assert!(readable(&[], itself));
    assert!(readable(&[short; 256], itself));
    assert!(!readable(&[short; 257], itself));
    assert!(!readable(&[short, long], itself));
}
