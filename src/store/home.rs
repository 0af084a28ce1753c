//! The folder that holds what ends with the program, or memory where no folder can be written.

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

use super::connect::Location;
use super::leftovers;

/// Hands out places for databases and counts them; goes with everything in it.
#[derive(Debug)]
pub(super) struct Home {
    folder: Option<TempDir>,
    /// Tells other servers that this one lives, where the file system knows locks.
    _claim: Option<File>,
    /// Tells the in-memory databases of two stores in one process apart.
    tag: u64,
    next: AtomicU64,
    /// Most bytes of one database; 0 stands for no limit.
    bytes: u64,
}

impl Home {
    /// A private folder below the first of `parents` that can be written.
    pub(super) fn open(parents: &[&Path], bytes: u64) -> Self {
        let folder = parents.iter().find_map(|parent| {
            let folder = tempfile::Builder::new().prefix(leftovers::PREFIX).tempdir_in(parent);
            folder.inspect_err(|error| tracing::warn!(folder = %parent.display(), %error, "folder not writable")).ok()
        });
        if folder.is_none() {
            tracing::warn!("no folder can be written, all data stays in memory");
        }
        let claim = folder.as_ref().and_then(|folder| leftovers::claim(folder.path()).ok());
        if let Some(parent) = folder.as_ref().and_then(|folder| folder.path().parent()) {
            leftovers::sweep_beside(parent);
        }
        Self { folder, _claim: claim, tag: RandomState::new().build_hasher().finish(), next: AtomicU64::new(1), bytes }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn folder(&self) -> Option<&Path> {
        self.folder.as_ref().map(TempDir::path)
    }

    /// A number no other database of this store has, and a place for it.
    pub(super) fn place(&self) -> (u64, Location) {
        let id = self.number();
        let location = match self.folder() {
            Some(folder) => Location::Scratch(folder.join(format!("{id}.db"))),
            None => Location::Memory(format!("tpmock-{:x}-{id}", self.tag)),
        };
        (id, location)
    }

    pub(super) fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}
