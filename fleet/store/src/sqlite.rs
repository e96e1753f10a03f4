//! Rows in SQLite: one file, write-ahead log, every commit synced (`synchronous=FULL`).

use std::{
    fs::OpenOptions,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};

use crate::{Batch, Change, Fault, Lock, Order, Row, Store, Table};

/// The newest schema that this build writes and reads.
const SCHEMA: i64 = 1;

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
        if self.connection.is_readonly("main").map_err(fault)? {
            return Err(Fault::ReadOnly(self.path.clone()));
        }
        let tables = Table::ALL.map(|table| {
            format!(
                "CREATE TABLE IF NOT EXISTS {} (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT;",
                table.name()
            )
        });
        let sql = format!(
            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
             PRAGMA cache_size=-16384; BEGIN; {} PRAGMA user_version={SCHEMA}; COMMIT;",
            tables.concat()
        );
        self.connection.execute_batch(&sql).map_err(fault)
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
        let (beyond_after, direction) = match order {
            Order::Ascending => ("key > ?3", "ASC"),
            Order::Descending => ("key < ?3", "DESC"),
        };
        let sql = format!(
            "SELECT key, value FROM {} WHERE key >= ?1 AND (?2 IS NULL OR key < ?2) AND (?3 IS NULL OR {beyond_after})
             ORDER BY key {direction} LIMIT ?4",
            table.name()
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.connection.prepare_cached(&sql).and_then(|mut statement| {
            let rows = statement.query_map(params![prefix, beyond(prefix), after, limit], |row| {
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
