//! Lists compared as what they hold, whatever their order.

use alloc::{vec, vec::Vec};

use vocab::{
    Mono, Value,
    reading::{Component, ComponentKind},
};

use super::{Roll, readable};

#[test]
fn two_of_a_kind_count_as_two() {
    let mut roll = Roll::default();
    roll.recall(&[2, 1, 2]);
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
fn the_evidence_of_a_difference_is_cut_off() {
    let mut roll = Roll::default();
    roll.recall(&(0..100).map(part).collect::<Vec<_>>());
    let fresh = roll.call(&(200..300).map(part).collect::<Vec<_>>());
    let lengths = fresh.evidence(Mono(7), Value::Components).into_iter().map(|(at, value)| {
        let Value::Components(parts) = value else { unreachable!("parts are asked for") };
        (at, parts.len())
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [(Mono(0), 16), (Mono(7), 16)]);
}

fn part(number: u32) -> Component {
    Component { kind: ComponentKind::Pci, identity: alloc::format!("{number}") }
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
