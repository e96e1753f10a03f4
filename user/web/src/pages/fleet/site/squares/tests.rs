use std::collections::BTreeSet;

use super::*;

fn covered(places: &[usize]) -> Vec<usize> {
    let cells = fields(places.iter().copied()).into_iter().flat_map(|Field { x, y, width, height }| {
        (y..y + height).flat_map(move |row| (x..x + width).map(move |column| row * ROW + column))
    });
    let mut cells: Vec<_> = cells.collect();
    cells.sort_unstable();
    cells
}

#[test]
fn fields_cover_each_place_once_and_no_other() {
    // Every pattern of two rows that share a few columns, and what is around them.
    for bits in 0..1 << 10 {
        let chosen: BTreeSet<usize> = (0..10).filter(|bit| bits & 1 << bit != 0).collect();
        let places: Vec<usize> =
            chosen.iter().map(|bit| bit / 5 * ROW + bit % 5 + 3).chain([25, 26, 40]).collect();
        assert_eq!(covered(&places), places, "{bits:b}");
    }
    assert_eq!(covered(&[]), [0; 0]);
}

#[test]
fn what_fills_whole_rows_is_one_field() {
    let all: Vec<usize> = (0..50).collect();
    assert_eq!(fields(all.iter().copied()).len(), 1);
    assert_eq!(fields(all.iter().copied().filter(|at| *at != 25)).len(), 4);
}
