//! What the caller decides: where data lives, how much of everything there may be, what a fresh database holds.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;

use crate::clock::{Clock, Zone};

use super::error::StoreError;

/// How the store is set up.
#[derive(Debug)]
pub struct Options {
    /// The user's data file; without it everything goes with the program.
    pub data: Option<PathBuf>,
    /// Where the private folder is made; the system's temporary folder if not given.
    pub temporary: Option<PathBuf>,
    /// Most workspaces at a time, `default` among them.
    pub workspaces: usize,
    /// Most bytes that one workspace may hold; 0 stands for no limit.
    pub bytes: u64,
    /// Reader threads; 0 stands for twice the cores, at least four.
    pub readers: usize,
    /// Reads that may wait.
    pub queue: usize,
    /// Streams of a workspace at a time.
    pub streams: usize,
    /// What the clock of a new workspace is forked from.
    pub clock: Clock,
    pub zone: Arc<Zone>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data: None,
            temporary: None,
            workspaces: 4096,
            bytes: 0,
            readers: 0,
            queue: 1024,
            streams: 10,
            clock: Clock::running(),
            zone: Arc::new(Zone::utc()),
        }
    }
}

/// What a fresh database holds.
pub struct Origin {
    pub version: i32,
    pub schema: Box<dyn Fn() -> String + Send + Sync>,
    pub seed: Seed,
    /// What schema and seed would make, as the bytes of a database in WAL mode, where it is at hand.
    pub ready: Box<dyn Fn() -> Option<Vec<u8>> + Send + Sync>,
}

/// Fills a database that has the schema and nothing else.
pub type Seed = Box<dyn Fn(&Connection) -> Result<(), StoreError> + Send + Sync>;

/// Which threads serve a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// One statement that finds one row by its key: it takes less time than handing it over, so it runs on the
    /// caller's thread where a connection is at hand.
    Point,
    /// Reads that end in milliseconds.
    Short,
    /// Scans and aggregates, kept apart so that they delay only each other.
    Dear,
}
