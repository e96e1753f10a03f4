use super::*;
use crate::Memory;

fn sealing(fleet: &str, kek: u8, store: Memory) -> Sealing<Memory> {
    let mut salt = 0;
    Sealing::new(store, FleetName::new(fleet).unwrap(), Kek::new([kek; 32]), move || {
        salt += 1;
        [salt; 32]
    })
}

fn with_row() -> Memory {
    let mut store = sealing("nord", 1, Memory::new());
    let mut batch = Batch::new();
    batch.put(Table::Secret, "a", "canary").put(Table::Secret, "b", "canary").put(
        Table::AuditTile,
        "n",
        "hash",
    );
    store.commit(batch).unwrap();
    store.into_inner()
}

#[test]
fn a_sealed_value_comes_back_and_cannot_be_read_below() {
    let below = with_row();
    let raw = |key: &str| below.get(Table::Secret, key.as_bytes()).unwrap().unwrap();
    assert!(!raw("a").windows(6).any(|window| window == b"canary"));
    assert_ne!(raw("a"), raw("b"));
    assert_eq!(below.get(Table::AuditTile, b"n").unwrap(), Some(b"hash".to_vec()));
    let above = sealing("nord", 1, below);
    assert_eq!(above.get(Table::Secret, b"a").unwrap(), Some(b"canary".to_vec()));
}

#[test]
fn a_row_that_was_moved_or_changed_does_not_open() {
    let moved = |to: Table, key: &str| {
        let mut below = with_row();
        let value = below.get(Table::Secret, b"a").unwrap().unwrap();
        let mut batch = Batch::new();
        batch.put(to, key, value);
        below.commit(batch).unwrap();
        sealing("nord", 1, below).get(to, key.as_bytes())
    };
    assert!(matches!(moved(Table::Secret, "b"), Err(Fault::Sealed { table: "secret", .. })));
    assert!(matches!(moved(Table::Device, "a"), Err(Fault::Sealed { table: "device", .. })));
    assert!(sealing("sued", 1, with_row()).get(Table::Secret, b"a").is_err());
    assert!(sealing("nord", 2, with_row()).get(Table::Secret, b"a").is_err());

    let mut below = with_row();
    let mut value = below.get(Table::Secret, b"a").unwrap().unwrap();
    *value.last_mut().unwrap() ^= 1;
    let mut batch = Batch::new();
    batch.put(Table::Secret, "a", value);
    below.commit(batch).unwrap();
    let above = sealing("nord", 1, below);
    assert!(above.get(Table::Secret, b"a").is_err());
    assert!(above.scan(Table::Secret, b"", None, Order::Ascending, 9).is_err());
}
