//! Rows in SQLite: one file, write-ahead log, every commit synced (`synchronous=FULL`).

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, config::DbConfig, params};

use crate::{Batch, Change, Fault, Lock, Order, Row, Store, Table};

/// The schema that this build writes and reads. 1 had a row for each node of the audit tree.
const SCHEMA: i64 = 2;

/// What an empty file says of its schema.
const NONE: i64 = 0;

/// A database file, and the lock that keeps others out of its directory.
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    _lock: Lock,
}

impl Sqlite {
    /// Opens `fleet.db` in this directory, or makes it there.
    pub fn open(directory: &Path) -> Result<Self, Fault> {
        Self::open_under(Lock::take(directory)?)
    }

    /// The same, for whoever has the directory's lock already.
    pub fn open_under(lock: Lock) -> Result<Self, Fault> {
        let path = lock.directory().join("fleet.db");
        // For its owner alone, and what SQLite puts beside it takes after it. What is wrong with it, SQLite says better.
        let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let connection = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE
                | OpenFlags::SQLITE_OPEN_CREATE
                | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .map_err(|error| fault(&error, &path))?;
        // Each statement is prepared once: of each table, three for single rows and four that scan it.
        connection.set_prepared_statement_cache_capacity(7 * Table::ALL.len());
        let store = Self { connection, path, _lock: lock };
        store.prepare()?;
        Ok(store)
    }

    fn prepare(&self) -> Result<(), Fault> {
        let fault = |error| fault(&error, &self.path);
        let found: i64 =
            self.connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(fault)?;
        if found > SCHEMA {
            return Err(Fault::Newer { found, known: SCHEMA });
        }
        if found != NONE && found < SCHEMA {
            return Err(Fault::Older { found, known: SCHEMA });
        }
        if self.connection.is_readonly("main").map_err(fault)? {
            return Err(Fault::ReadOnly(self.path.clone()));
        }
        let tables = Table::ALL.map(|table| {
            format!(
                "CREATE TABLE IF NOT EXISTS {} (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT;",
                table.name(),
            )
        });
        let sql = format!(
            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
             BEGIN; {} PRAGMA user_version={SCHEMA}; COMMIT;",
            tables.concat()
        );
        self.connection.execute_batch(&sql).map_err(fault)?;
        // A plan is made once: the shape of a question says enough, and its values change with every call.
        self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(fault)?;
        Ok(())
    }
}

fn fault(error: &rusqlite::Error, path: &Path) -> Fault {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => Fault::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Fault::Locked { directory: path.parent().unwrap_or(path).to_owned(), pid: None }
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            Fault::ReadOnly(path.to_owned())
        }
        _ => Fault::Database(error.to_string()),
    }
}

/// The least key greater than every key with this prefix; none when there is no greater one.
fn beyond(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|&byte| byte != 0xff)?;
    let mut beyond = prefix[..=last].to_vec();
    beyond[last] += 1;
    Some(beyond)
}

/// What a scan asks. Bounds alone: of a condition with an alternative in it, no index makes a beginning.
fn scanning(table: Table, bounded: bool, order: Order) -> String {
    let below = if bounded { "key < ?2" } else { "?2 IS NULL" };
    let direction = match order {
        Order::Ascending => "ASC",
        Order::Descending => "DESC",
    };
    let name = table.name();
    format!("SELECT key, value FROM {name} WHERE key >= ?1 AND {below} ORDER BY key {direction} LIMIT ?3")
}

/// The least key greater than this one.
fn just_after(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

impl Store for Sqlite {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let sql = format!("SELECT value FROM {} WHERE key = ?1", table.name());
        let row = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_row(params![key], |row| row.get(0)).optional());
        row.map_err(|error| fault(&error, &self.path))
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        after: Option<&[u8]>,
        order: Order,
        limit: usize,
    ) -> Result<Vec<Row>, Fault> {
        let (from, to) = match order {
            Order::Ascending => (after.map(just_after), None),
            Order::Descending => (None, after.map(<[u8]>::to_vec)),
        };
        let from = from.filter(|from| from.as_slice() > prefix).unwrap_or_else(|| prefix.to_vec());
        let to = [to, beyond(prefix)].into_iter().flatten().min();
        let sql = scanning(table, to.is_some(), order);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.connection.prepare_cached(&sql).and_then(|mut statement| {
            let rows = statement.query_map(params![from, to, limit], |row| {
                Ok(Row { key: row.get(0)?, value: row.get(1)? })
            })?;
            rows.collect()
        });
        rows.map_err(|error| fault(&error, &self.path))
    }

    fn commit(&mut self, batch: Batch) -> Result<(), Fault> {
        let write = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            for (table, key, change) in batch.into_changes() {
                let name = table.name();
                match change {
                    Change::Put(value) => transaction
                        .prepare_cached(&format!(
                            "INSERT OR REPLACE INTO {name} (key, value) VALUES (?1, ?2)"
                        ))?
                        .execute(params![key, value])?,
                    Change::Delete => transaction
                        .prepare_cached(&format!("DELETE FROM {name} WHERE key = ?1"))?
                        .execute(params![key])?,
                };
            }
            transaction.commit()
        };
        write(&mut self.connection).map_err(|error| fault(&error, &self.path))
    }
}

#[cfg(test)]
mod tests;
