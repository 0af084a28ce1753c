//! The user's data file: opened as it is, made from the template when missing, refused when it is not ours.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::connect::Location;
use super::error::StoreError;
use super::template::APPLICATION_ID;

const SQLITE_MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// The header of a database file, and where two numbers of the program's own stand in it.
const HEAD: usize = 100;
const USER_VERSION: usize = 60;
const APPLICATION: usize = 68;

/// What stands where the data file should be.
pub(super) enum Found {
    /// Nothing, or an empty file.
    Nothing,
    /// A file of ours with the schema this program knows.
    Ours,
}

/// Keeps other processes from a data file for as long as it lives.
#[derive(Debug)]
pub(super) struct Claim {
    _file: File,
}

/// Claims a data file, which is made empty where it is missing.
pub(super) fn claim(path: &Path) -> Result<Claim, StoreError> {
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let file = open.or_else(|error| match error.kind() {
        // what is wrong with it is said when it is looked at
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => File::open(path).map_err(|_| error),
        _ => Err(error),
    });
    let file = file.map_err(|error| StoreError::Io(format!("'{}': {error}", path.display())))?;
    // elsewhere a lock keeps the process itself from writing
    #[cfg(unix)]
    if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
        return Err(StoreError::InUse(path.display().to_string()));
    }
    Ok(Claim { _file: file })
}

/// Looks at a data file without changing it, and without SQLite, which would leave files beside one that it may only
/// read. What is looked at was in the file before any log was.
pub(super) fn inspect(path: &Path, version: i32) -> Result<Found, StoreError> {
    let foreign = || StoreError::Foreign(path.display().to_string());
    let mut head = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(HEAD as u64).read_to_end(&mut head)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(StoreError::Io(format!("'{}': {error}", path.display()))),
    };
    if head.is_empty() {
        return Ok(Found::Nothing);
    }
    let number = |at: usize| head.get(at..)?.first_chunk().map(|bytes| i32::from_be_bytes(*bytes));
    if !head.starts_with(SQLITE_MAGIC) || head.len() < HEAD || number(APPLICATION) != Some(APPLICATION_ID) {
        return Err(foreign());
    }
    let found = number(USER_VERSION).ok_or_else(foreign)?;
    if found > version {
        return Err(StoreError::NewerSchema { found, known: version });
    }
    if found < version {
        return Err(StoreError::OlderSchema { found, known: version });
    }
    if Location::Durable(path.to_path_buf()).open_bare()?.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    Ok(Found::Ours)
}
