//! Opens connections: where a database lives, how it is tuned, what SQL functions it knows.
//!
//! Every connection of the program is made here, so that none is silently slow or lacks a function.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::clock::Zone;

use super::error::StoreError;
use super::functions;

/// Statements each connection keeps prepared; a busy workspace has some hundred shapes.
const STATEMENTS: usize = 256;
/// How long a statement waits for a lock before the caller hears "busy".
const BUSY: Duration = Duration::from_secs(5);
/// Page cache of a reader in KiB: enough for the inner pages of the indexes, small since there are many readers.
const READER_CACHE: i32 = 2000;
/// Bytes from the start of a file that readers have mapped, in one piece for all of them: most accounts fit in.
const READER_MAP: u32 = 16 * 1024 * 1024;
/// Page cache of a writer in KiB.
const WRITER_CACHE: i32 = 2000;
/// How the log of a user's file is kept: changed pages go home by the four thousand, since most of them are the same
/// few, and then the log may stay as long as they made it.
const DURABLE_LOG: &str = "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=16777216";

/// Where a database lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// A WAL file that goes with the program: never synchronised.
    Scratch(PathBuf),
    /// The user's WAL file: every commit reaches the disk.
    Durable(PathBuf),
    /// The name of a shared in-memory database, for machines without a writable folder.
    Memory(String),
}

impl Location {
    pub(super) fn open_reader(&self, zone: &Arc<Zone>) -> Result<Connection, StoreError> {
        let db = self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        tune(&db, READER_CACHE)?;
        db.execute_batch(&format!("PRAGMA query_only=1; PRAGMA mmap_size={READER_MAP}"))?;
        functions::register(&db, zone)?;
        // Makes SQLite read the schema now, so that a connection is warm when it is opened ahead of need.
        db.prepare("SELECT 1 FROM sqlite_schema")?;
        Ok(db)
    }

    pub(super) fn open_writer(&self, zone: &Arc<Zone>) -> Result<Connection, StoreError> {
        let db = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        tune(&db, WRITER_CACHE)?;
        match self {
            Self::Scratch(_) => db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF")?,
            Self::Durable(_) => {
                db.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")?;
                db.execute_batch(DURABLE_LOG)?;
            }
            Self::Memory(_) => db.execute_batch("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF")?,
        }
        functions::register(&db, zone)?;
        Ok(db)
    }

    /// For a look that changes nothing, not even a log left by a crash.
    pub(super) fn open_untouched(&self) -> Result<Connection, StoreError> {
        self.open(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// For copying pages: no tuning, no functions.
    pub(super) fn open_bare(&self) -> Result<Connection, StoreError> {
        let db = self.open(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        db.busy_timeout(BUSY)?;
        Ok(db)
    }

    fn open(&self, flags: OpenFlags) -> Result<Connection, StoreError> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(match self {
            Self::Scratch(path) | Self::Durable(path) => Connection::open_with_flags(path, flags)?,
            // A name with a leading slash is shared by all connections of the process.
            Self::Memory(name) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
                    | OpenFlags::SQLITE_OPEN_CREATE
                    | OpenFlags::SQLITE_OPEN_NO_MUTEX
                    | OpenFlags::SQLITE_OPEN_URI;
                Connection::open_with_flags(format!("file:/{name}?vfs=memdb"), flags)?
            }
        })
    }
}

fn tune(db: &Connection, cache: i32) -> Result<(), StoreError> {
    // Without the planner's stability guarantee each new binding of LIMIT prepares the statement again.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.busy_timeout(BUSY)?;
    db.execute_batch(&format!("PRAGMA cache_size=-{cache}; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0"))?;
    Ok(())
}
