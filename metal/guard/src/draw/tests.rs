use alloc::collections::BTreeSet;

use vocab::Wall;

use super::Draw;

#[test]
fn the_same_seed_draws_the_same_and_another_seed_another() {
    let drawn = |seed| {
        let mut draw = Draw::new([seed; 32]);
        (
            draw.boot(),
            draw.journal_key().public().clone(),
            draw.nonce(),
            draw.event(Wall(5_000)),
            draw.receipt(Wall(0)),
        )
    };
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
}

#[test]
fn nothing_is_drawn_twice() {
    let mut draw = Draw::new([1; 32]);
    let nonces: BTreeSet<_> = (0..100).map(|_| draw.nonce()).collect();
    assert_eq!(nonces.len(), 100);
    assert_ne!(draw.event(Wall(0)).as_bytes(), draw.receipt(Wall(0)).as_bytes());
}

#[test]
fn ids_hold_the_time() {
    let id = Draw::new([1; 32]).event(Wall(0x0102_0304_0506 * 1_000));
    assert_eq!(id.as_bytes()[..6], [1, 2, 3, 4, 5, 6]);
}
