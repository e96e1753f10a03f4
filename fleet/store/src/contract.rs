//! One suite for every store.

use proptest::prelude::*;

use crate::{Batch, Fault, Memory, Order, Row, Sealing, Sqlite, Store, Table};

/// Runs one test against every implementation.
fn each(test: impl Fn(&mut dyn Store)) {
    test(&mut Memory::new());
    let home = tempfile::tempdir().unwrap();
    test(&mut Sqlite::open(home.path()).unwrap());
    let kek = crypto::seal::Kek::new([1; 32]);
    let mut salt = 0_u64;
    let fleet = vocab::FleetName::new("nord").unwrap();
    test(&mut Sealing::new(Memory::new(), fleet, kek, move || {
        salt += 1;
        crypto::digest::Hasher::new().u64(salt).finish().0
    }));
}

fn keys(rows: Result<Vec<Row>, Fault>) -> Vec<Vec<u8>> {
    rows.unwrap().into_iter().map(|row| row.key).collect()
}

#[test]
fn rows_are_put_read_replaced_and_deleted() {
    each(|store| {
        let mut batch = Batch::new();
        batch.put(Table::Device, "a", "1").put(Table::Device, "a", "2").put(Table::Device, "b", "3");
        batch.delete(Table::Device, "b").delete(Table::Device, "never");
        store.commit(batch).unwrap();
        assert_eq!(store.get(Table::Device, b"a").unwrap(), Some(b"2".to_vec()));
        assert_eq!(store.get(Table::Device, b"b").unwrap(), None);
        assert_eq!(store.get(Table::Token, b"a").unwrap(), None);
    });
}

#[test]
fn a_scan_keeps_to_its_prefix_its_order_and_its_limit() {
    each(|store| {
        let mut batch = Batch::new();
        for key in [&b"a"[..], b"b", b"b\x00", b"b\xff", b"b\xff\xff", b"c"] {
            batch.put(Table::Run, key, "v");
        }
        batch.put(Table::Chain, "b", "elsewhere");
        store.commit(batch).unwrap();
        let scan =
            |after: Option<&[u8]>, order, limit| keys(store.scan(Table::Run, b"b", after, order, limit));
        assert_eq!(scan(None, Order::Ascending, 9), [&b"b"[..], b"b\x00", b"b\xff", b"b\xff\xff"]);
        assert_eq!(scan(None, Order::Descending, 2), [&b"b\xff\xff"[..], b"b\xff"]);
        assert_eq!(scan(Some(b"b\x00"), Order::Ascending, 9), [&b"b\xff"[..], b"b\xff\xff"]);
        assert_eq!(scan(Some(b"b\x00"), Order::Descending, 9), [&b"b"[..]]);
        assert_eq!(scan(Some(b"a"), Order::Ascending, 1), [&b"b"[..]]);
        assert_eq!(scan(Some(b"a"), Order::Descending, 9), [] as [&[u8]; 0]);
        assert_eq!(keys(store.scan(Table::Run, b"", None, Order::Ascending, 99)).len(), 6);
        assert_eq!(keys(store.scan(Table::Run, b"\xff", None, Order::Descending, 9)).len(), 0);
    });
}

#[test]
fn every_table_holds_rows_of_its_own() {
    each(|store| {
        let mut batch = Batch::new();
        for table in Table::ALL {
            batch.put(table, "k", table.name());
        }
        store.commit(batch).unwrap();
        for table in Table::ALL {
            assert_eq!(store.get(table, b"k").unwrap(), Some(table.name().as_bytes().to_vec()));
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn every_store_does_what_memory_does(
        puts in proptest::collection::vec((proptest::collection::vec(0_u8..3, 0..4), any::<bool>()), 0..40),
        prefix in proptest::collection::vec(0_u8..3, 0..3),
        after in proptest::option::of(proptest::collection::vec(0_u8..3, 0..4)),
        limit in 0_usize..20,
    ) {
        let mut seen: Vec<Vec<Vec<Row>>> = vec![];
        let results = std::cell::RefCell::new(&mut seen);
        each(|store| {
            for (index, (key, put)) in puts.iter().enumerate() {
                let mut batch = Batch::new();
                if *put { batch.put(Table::Fleet, key.clone(), [u8::try_from(index).unwrap()]); }
                else { batch.delete(Table::Fleet, key.clone()); }
                store.commit(batch).unwrap();
            }
            let scan = |order| store.scan(Table::Fleet, &prefix, after.as_deref(), order, limit).unwrap();
            results.borrow_mut().push(vec![scan(Order::Ascending), scan(Order::Descending)]);
        });
        prop_assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
    }
}
