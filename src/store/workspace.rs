//! A workspace: the unit of state, with its database, its clock and its zone.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::clock::{Clock, Zone};
use crate::conduct::Conduct;

use super::database::Database;
use super::error::StoreError;

/// The workspace that is always there.
pub const DEFAULT: &str = "default";

/// Longest key.
const KEY_LIMIT: usize = 64;

#[derive(Debug)]
pub struct Workspace {
    key: String,
    pub clock: Clock,
    /// What it was seen to use. A reset leaves it alone.
    pub conduct: Conduct,
    zone: Arc<Zone>,
    database: RwLock<Arc<Database>>,
    /// One reset at a time.
    pub(super) resetting: Mutex<()>,
    /// Streams that run.
    pub(super) streams: Arc<AtomicUsize>,
    born: Instant,
    /// Milliseconds after `born`.
    used: AtomicU64,
}

impl Workspace {
    pub(super) fn new(key: &str, clock: Clock, zone: &Arc<Zone>, database: Arc<Database>) -> Arc<Self> {
        Arc::new(Self {
            key: key.to_owned(),
            clock,
            conduct: Conduct::default(),
            zone: Arc::clone(zone),
            database: RwLock::new(database),
            resetting: Mutex::default(),
            streams: Arc::default(),
            born: Instant::now(),
            used: AtomicU64::new(0),
        })
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn zone(&self) -> &Arc<Zone> {
        &self.zone
    }

    /// Changes with every reset; what was remembered about another generation is void.
    pub fn generation(&self) -> u64 {
        self.database().generation()
    }

    /// What it takes on disk; nothing where it lives in memory.
    pub fn bytes(&self) -> u64 {
        self.database().bytes()
    }

    /// How long nobody asked for it.
    pub fn idle(&self) -> Duration {
        self.born.elapsed().saturating_sub(Duration::from_millis(self.used.load(Ordering::Relaxed)))
    }

    pub(super) fn touch(&self) {
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.used.store(now, Ordering::Relaxed);
    }

    pub(super) fn database(&self) -> Arc<Database> {
        Arc::clone(&self.database.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a new database in place and retires the old one.
    pub(super) fn replace(&self, database: Arc<Database>) {
        let old = std::mem::replace(&mut *self.database.write().unwrap_or_else(PoisonError::into_inner), database);
        old.retire();
    }
}

/// Keys are safe in paths, headers and logs.
pub(crate) fn check_key(key: &str) -> Result<(), StoreError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    // "." and ".." are steps of a path, which clients and proxies resolve.
    let steps = matches!(key, "." | "..");
    if key.is_empty() || key.len() > KEY_LIMIT || steps || !key.bytes().all(allowed) {
        return Err(StoreError::BadKey(key.chars().take(KEY_LIMIT).collect()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_key;

    #[test]
    fn keys() {
        for good in ["a", "default", "job-1.2_x", &"x".repeat(64)] {
            assert!(check_key(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a b", "ä", &"x".repeat(65)] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
    }
}
