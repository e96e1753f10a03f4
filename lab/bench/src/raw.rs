//! What the bare database does: rows of our choice in a file of its own, with the store's own pragmas.

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, OptionalExtension, params};

/// A database file with one table of keys and values.
pub(crate) struct RawSqlite(Connection);

impl RawSqlite {
    /// Makes it in this folder.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let connection = Connection::open(folder.join("raw.db")).context("the raw database")?;
        connection.execute_batch(
            "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
             PRAGMA cache_size=-16384;
             CREATE TABLE row (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT;",
        )?;
        Ok(Self(connection))
    }

    /// Inserts these rows in one transaction.
    pub(crate) fn insert(&mut self, rows: &[(Vec<u8>, Vec<u8>)]) -> Result<()> {
        let transaction = self.0.transaction()?;
        for (key, value) in rows {
            let sql = "INSERT OR REPLACE INTO row (key, value) VALUES (?1, ?2)";
            transaction.prepare_cached(sql)?.execute(params![key, value])?;
        }
        Ok(transaction.commit()?)
    }

    /// One row.
    pub(crate) fn read(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let mut statement = self.0.prepare_cached("SELECT value FROM row WHERE key = ?1")?;
        Ok(statement.query_row(params![key], |row| row.get(0)).optional()?)
    }
}
