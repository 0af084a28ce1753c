//! The user's data file: opened as it is, made from the template when missing, refused when it is not ours.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::connect::Location;
use super::error::StoreError;
use super::template::APPLICATION_ID;

const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What stands where the data file should be.
pub(super) enum Found {
    /// Nothing, or an empty file.
    Nothing,
    /// A file of ours with the schema this program knows.
    Ours,
}

/// Looks at a data file without changing it.
pub(super) fn inspect(path: &Path, version: i32) -> Result<Found, StoreError> {
    let foreign = || StoreError::Foreign(path.display().to_string());
    let mut head = Vec::new();
    match fs::File::open(path) {
        Ok(file) => file.take(SQLITE_MAGIC.len() as u64).read_to_end(&mut head)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(StoreError::Io(format!("'{}': {error}", path.display()))),
    };
    if head.is_empty() {
        return Ok(Found::Nothing);
    }
    if head != SQLITE_MAGIC {
        return Err(foreign());
    }
    let location = Location::Durable(path.to_path_buf());
    let db = location.open_untouched()?;
    let pragma = |name: &str| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
    if pragma("application_id")? != APPLICATION_ID {
        return Err(foreign());
    }
    let found = pragma("user_version")?;
    if found > version {
        return Err(StoreError::NewerSchema { found, known: version });
    }
    if found < version {
        return Err(StoreError::OlderSchema { found, known: version });
    }
    if location.open_bare()?.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    Ok(Found::Ours)
}
