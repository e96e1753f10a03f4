use std::{fs, os::unix::fs::PermissionsExt};

use super::*;

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let home = directory();
    let mut batch = Batch::new();
    batch.put(Table::Fleet, "k", "v");
    Sqlite::open(home.path()).unwrap().commit(batch).unwrap();
    let again = Sqlite::open(home.path()).unwrap();
    assert_eq!(again.get(Table::Fleet, b"k").unwrap(), Some(b"v".to_vec()));
}

#[test]
fn two_stores_on_one_directory_are_one_too_many() {
    let home = directory();
    let _first = Sqlite::open(home.path()).unwrap();
    let locked = Fault::Locked { directory: home.path().to_owned(), pid: Some(std::process::id()) };
    assert_eq!(Sqlite::open(home.path()).err(), Some(locked));
}

#[test]
fn a_newer_schema_is_left_alone() {
    let home = directory();
    let store = Sqlite::open(home.path()).unwrap();
    store.connection.pragma_update(None, "user_version", SCHEMA + 1).unwrap();
    drop(store);
    assert_eq!(Sqlite::open(home.path()).err(), Some(Fault::Newer { found: SCHEMA + 1, known: SCHEMA }));
}

#[test]
fn an_older_schema_is_left_alone() {
    let home = directory();
    let store = Sqlite::open(home.path()).unwrap();
    store.connection.pragma_update(None, "user_version", SCHEMA - 1).unwrap();
    drop(store);
    assert_eq!(Sqlite::open(home.path()).err(), Some(Fault::Older { found: SCHEMA - 1, known: SCHEMA }));
}

#[test]
fn a_file_that_is_no_database_is_said_to_be_none() {
    let home = directory();
    fs::write(home.path().join("fleet.db"), [7; 4096]).unwrap();
    assert!(matches!(Sqlite::open(home.path()), Err(Fault::Database(_))));
}

#[test]
fn a_full_disk_refuses_the_whole_batch_and_goes_on_when_there_is_room() {
    let home = directory();
    let mut store = Sqlite::open(home.path()).unwrap();
    let pages: i64 = store.connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let allow = |store: &Sqlite, pages: i64| {
        store.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
    };
    allow(&store, pages + 1);
    let mut big = Batch::new();
    big.put(Table::Fleet, "small", "v").put(Table::Fleet, "big", vec![0; 1 << 20]);
    assert_eq!(store.commit(big.clone()), Err(Fault::Full));
    assert_eq!(store.get(Table::Fleet, b"small").unwrap(), None);
    allow(&store, pages + 1000);
    assert_eq!(store.commit(big), Ok(()));
}

#[test]
fn a_directory_that_cannot_be_written_to_is_named() {
    let home = directory();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let refused = Sqlite::open(home.path()).err();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    // Root may write anywhere; everybody else is told.
    if !is_root(home.path()) {
        assert_eq!(refused, Some(Fault::ReadOnly(home.path().to_owned())));
    }
}

fn is_root(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).unwrap().uid() == 0
}

#[test]
fn the_database_and_what_lies_beside_it_are_for_their_owner() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let mut store = Sqlite::open(folder.path()).unwrap();
    let mut batch = Batch::new();
    batch.put(Table::Fleet, b"one", b"row");
    store.commit(batch).unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().mode() & 0o777;
        let is_database = file.file_name().to_string_lossy().starts_with("fleet.db");
        assert!(!is_database || mode == 0o600, "{:?} {mode:o}", file.file_name());
    }
}

#[test]
fn a_scan_begins_where_it_is_told_to_and_looks_at_no_row_before() {
    let home = directory();
    let store = Sqlite::open(home.path()).unwrap();
    let plan = |sql: &str| -> String {
        let ask = format!("EXPLAIN QUERY PLAN {sql}");
        store.connection.query_row(&ask, params![b"a", b"b", 1], |row| row.get("detail")).unwrap()
    };
    for table in Table::ALL {
        for order in [Order::Ascending, Order::Descending] {
            let (open, bounded) = (scanning(table, false, order), scanning(table, true, order));
            assert!(plan(&open).contains("(key>?)"), "{}", plan(&open));
            assert!(plan(&bounded).contains("(key>? AND key<?)"), "{}", plan(&bounded));
        }
    }
}
