use alloc::vec;

use super::*;

#[test]
fn keys_hold_until_the_first_role_has_none_left() {
    let keyset = |state: &[i64], work_order: &[i64], log: &[i64]| {
        fn valid<R: key::Role>(
            seed: u8,
            until: &[i64],
            public: impl Fn([u8; 32]) -> PublicKey<R>,
        ) -> Vec<Valid<PublicKey<R>>> {
            until
                .iter()
                .map(|until| Valid { key: public([seed; 32]), from: Wall(0), until: Wall(*until) })
                .collect()
        }
        Keyset {
            fleet: FleetName::new("nord").unwrap(),
            version: 1,
            state: valid(1, state, |seed| key::SecretKey::<key::State>::from_seed(seed).public().clone()),
            work_order: valid(2, work_order, |seed| {
                key::SecretKey::<key::WorkOrder>::from_seed(seed).public().clone()
            }),
            log: valid(3, log, |seed| key::SecretKey::<key::Log>::from_seed(seed).public().clone()),
            authorities: vec![],
        }
    };
    // Of one role the newest counts, of all roles the one that ends first.
    assert_eq!(keyset(&[10, 40], &[30], &[50, 20]).holds_until(), Some(Wall(30)));
    assert_eq!(keyset(&[10], &[], &[50]).holds_until(), Some(Wall(10)));
    assert_eq!(keyset(&[], &[], &[]).holds_until(), None);
}
