//! What can go wrong below the store's doors, one clear sentence each.
//!
//! SQLite's result codes come in, kinds the callers can match on go out. Knows nothing of HTTP or of entities.

use std::fmt;

use rusqlite::ErrorCode;

/// How the text of an error raised by one of our SQL functions begins.
pub(super) const RUNTIME_PREFIX: &str = "tp-runtime: ";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// A queue is full or a lock was not to be had in time: come back later.
    Busy,
    /// The disk (or the database's page limit) is full.
    Full,
    ReadOnly,
    Corrupt(String),
    /// A file that a newer program wrote.
    NewerSchema {
        found: i32,
        known: i32,
    },
    /// A file that an older program wrote.
    OlderSchema {
        found: i32,
        known: i32,
    },
    /// A file that no program of ours wrote.
    Foreign(String),
    /// Another process has this data file.
    InUse(String),
    Io(String),
    Constraint {
        kind: Constraint,
        subject: String,
    },
    /// A value that a conversion inside a query refused; the text is for the client.
    Runtime(String),
    Sql(String),
    /// Seed data that does not fit.
    Seed(String),
    TooManyWorkspaces {
        limit: usize,
    },
    BadKey(String),
    /// `default` was to be dropped.
    Permanent,
    /// The job panicked or the store is closing; nothing was kept.
    Aborted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    Unique,
    NotNull,
    Check,
    Reference,
    Other,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("the store is busy, try again later"),
            Self::Full => f.write_str("the disk that holds the data is full"),
            Self::ReadOnly => f.write_str("the data file cannot be written"),
            Self::Corrupt(what) => write!(f, "the data file is damaged: {what}"),
            Self::NewerSchema { found, known } => {
                write!(f, "the data file has schema version {found}, this program knows only up to {known}")
            }
            Self::OlderSchema { found, known } => {
                write!(f, "the data file has schema version {found}, this program needs {known}")
            }
            Self::Foreign(path) => write!(f, "'{path}' is no tpmock data file"),
            Self::InUse(path) => write!(f, "the data file '{path}' is in use by another process"),
            Self::Io(what) => write!(f, "the data cannot be reached: {what}"),
            Self::Constraint { kind, subject } => write!(f, "{} {subject}", kind.sentence()),
            Self::Runtime(text) | Self::Seed(text) => f.write_str(text),
            Self::Sql(what) => write!(f, "the database refused a statement: {what}"),
            Self::TooManyWorkspaces { limit } => {
                write!(f, "there are {limit} workspaces already, drop one before adding another")
            }
            Self::BadKey(key) => {
                write!(f, "'{key}' is no workspace key; use 1 to 64 of the characters A-Z a-z 0-9 . _ -")
            }
            Self::Permanent => f.write_str("the default workspace cannot be dropped, only reset"),
            Self::Aborted => f.write_str("the operation was given up"),
        }
    }
}

impl std::error::Error for StoreError {}

impl Constraint {
    fn sentence(self) -> &'static str {
        match self {
            Self::Unique => "another row already has this",
            Self::NotNull => "a value is missing for",
            Self::Check => "a value is not allowed in",
            Self::Reference => "a reference leads nowhere:",
            Self::Other => "a constraint failed:",
        }
    }

    fn of(extended: i32) -> Self {
        use rusqlite::ffi;
        match extended {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
                Self::Unique
            }
            ffi::SQLITE_CONSTRAINT_NOTNULL => Self::NotNull,
            ffi::SQLITE_CONSTRAINT_CHECK => Self::Check,
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Self::Reference,
            _ => Self::Other,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(code, message) = &error else {
            return Self::Sql(error.to_string());
        };
        let text = message.clone().unwrap_or_else(|| code.to_string());
        if let Some(reason) = text.strip_prefix(RUNTIME_PREFIX) {
            return Self::Runtime(reason.to_owned());
        }
        match code.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::ReadOnly => Self::ReadOnly,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt(text),
            ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Self::Io(text),
            ErrorCode::ConstraintViolation => {
                // "UNIQUE constraint failed: table.column": the subject is what follows the colon.
                let subject = text.split_once(": ").map_or(text.as_str(), |(_, subject)| subject);
                Self::Constraint { kind: Constraint::of(code.extended_code), subject: subject.to_owned() }
            }
            _ => Self::Sql(text),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            std::io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Io(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Constraint, StoreError};

    #[test]
    fn constraints_are_told_apart() {
        let db = rusqlite::Connection::open_in_memory().expect("memory");
        db.execute_batch(
            "create table t(id integer primary key, name text not null unique); insert into t values(1,'a')",
        )
        .expect("table");
        let fail = |sql: &str| StoreError::from(db.execute_batch(sql).expect_err("refused"));
        assert_eq!(
            fail("insert into t values(2,'a')"),
            StoreError::Constraint { kind: Constraint::Unique, subject: "t.name".to_owned() }
        );
        assert!(matches!(
            fail("insert into t values(3,null)"),
            StoreError::Constraint { kind: Constraint::NotNull, .. }
        ));
        assert!(matches!(fail("selec"), StoreError::Sql(_)));
    }
}
