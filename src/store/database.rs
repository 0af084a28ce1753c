//! One database: its place, its identity, the queue of its writer.
//!
//! A reset gives a workspace a new database; the old one lives until the last job on it is done, then its file goes.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use crate::clock::Zone;

use super::commits::Commits;
use super::connect::Location;
use super::error::StoreError;
use super::home::Home;
use super::reader::Reader;
use super::template::{Template, remove_database};
use super::writer::WriterQueue;

#[derive(Debug)]
pub(super) struct Database {
    id: u64,
    location: Location,
    zone: Arc<Zone>,
    /// The content's number: differs from every earlier content of any database of the store.
    generation: AtomicU64,
    retired: AtomicBool,
    /// Most bytes it may hold; 0 stands for no limit.
    limit: u64,
    pub(super) writer: WriterQueue,
    pub(super) commits: Arc<Commits>,
    /// Keeps an in-memory database alive between connections.
    _anchor: Option<Mutex<Connection>>,
}

impl Database {
    /// A new database with the content of `template`.
    pub(super) fn clone_of(template: &Template, home: &Home, zone: &Arc<Zone>) -> Result<Arc<Self>, StoreError> {
        let (id, location) = home.place();
        let anchor = match template.write_to(&location) {
            // A file needs no anchor; an open connection would only cost memory.
            Ok(anchor) => anchor.filter(|_| matches!(location, Location::Memory(_))),
            Err(error) => {
                discard(&location);
                return Err(error);
            }
        };
        Ok(Arc::new(Self::new(id, location, zone, home.bytes(), anchor)))
    }

    /// The user's own file, which exists.
    pub(super) fn durable(location: Location, home: &Home, zone: &Arc<Zone>) -> Arc<Self> {
        Arc::new(Self::new(home.number(), location, zone, home.bytes(), None))
    }

    fn new(id: u64, location: Location, zone: &Arc<Zone>, limit: u64, anchor: Option<Connection>) -> Self {
        Self {
            id,
            location,
            zone: Arc::clone(zone),
            generation: AtomicU64::new(id),
            retired: AtomicBool::new(false),
            limit,
            writer: WriterQueue::default(),
            commits: Arc::default(),
            _anchor: anchor.map(Mutex::new),
        }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    pub(super) fn is_durable(&self) -> bool {
        matches!(self.location, Location::Durable(_))
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) fn set_generation(&self, generation: u64) {
        self.generation.store(generation, Ordering::Release);
    }

    /// From now on nobody finds this database; connections to it close when they fall idle.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.writer.nudge();
    }

    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Whether a read never waits for a write.
    pub(super) fn has_snapshots(&self) -> bool {
        !matches!(self.location, Location::Memory(_))
    }

    pub(super) fn open_reader(&self) -> Result<Reader, StoreError> {
        Ok(Reader::new(self.location.open_reader(&self.zone)?, Arc::clone(&self.commits)))
    }

    pub(super) fn open_writer(&self) -> Result<Connection, StoreError> {
        let db = self.location.open_writer(&self.zone)?;
        if self.limit > 0 {
            limit_pages(&db, self.limit)?;
        }
        Ok(db)
    }

    /// What it takes on disk, its log included; nothing where it lives in memory.
    pub(super) fn bytes(&self) -> u64 {
        let (Location::Scratch(path) | Location::Durable(path)) = &self.location else { return 0 };
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |data| data.len());
        size(path) + size(Path::new(&log))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        discard(&self.location);
    }
}

/// A write that would make the database larger is refused as on a full disk.
fn limit_pages(db: &Connection, bytes: u64) -> Result<(), StoreError> {
    let size: u64 = db.query_row("PRAGMA page_size", [], |row| row.get::<_, i64>(0))?.unsigned_abs();
    let pages = (bytes / size.max(1)).clamp(1, u64::from(u32::MAX - 1));
    db.query_row(&format!("PRAGMA max_page_count={pages}"), [], |_| Ok(()))?;
    Ok(())
}

/// Deletes what goes with the program; the user's file stays.
fn discard(location: &Location) {
    if let Location::Scratch(path) = location {
        remove_database(path);
    }
}
