//! The bytes of files, kept in the workspace's database so that resets and snapshots cover them.

use rusqlite::{Connection, OptionalExtension, params};

use super::StoreError;
use crate::sql::CONTENT_TABLE;

/// Keeps the bytes of the file with this id.
///
/// # Errors
/// SQLite's.
pub fn put_content(connection: &Connection, id: i64, bytes: &[u8]) -> Result<(), StoreError> {
    let sql = format!("INSERT OR REPLACE INTO \"{CONTENT_TABLE}\" (\"Id\", \"Data\") VALUES (?1, ?2)");
    connection.prepare_cached(&sql)?.execute(params![id, bytes])?;
    Ok(())
}

/// The bytes of the file with this id, if any were kept.
///
/// # Errors
/// SQLite's.
pub fn content(connection: &Connection, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = format!("SELECT \"Data\" FROM \"{CONTENT_TABLE}\" WHERE \"Id\" = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id], |row| row.get(0)).optional()?)
}
