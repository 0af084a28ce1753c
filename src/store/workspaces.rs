//! The map of workspaces: made on first touch, reset, dropped.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::{Clock, Zone};

use super::database::Database;
use super::error::StoreError;
use super::home::Home;
use super::template::Template;
use super::workspace::{DEFAULT, Workspace, check_key};
use super::writer::{self, Writers};

#[derive(Debug)]
pub(super) struct Workspaces {
    map: RwLock<HashMap<String, Arc<Workspace>>>,
    limit: usize,
}

impl Workspaces {
    pub(super) fn new(limit: usize) -> Self {
        Self { map: RwLock::default(), limit }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn find(&self, key: &str) -> Option<Arc<Workspace>> {
        let found = self.map.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
        if let Some(workspace) = &found {
            workspace.touch();
        }
        found
    }

    /// Adds a workspace that starts as a copy of `template`; the one there is if another thread was faster.
    pub(super) fn create(
        &self,
        key: &str,
        template: &Template,
        home: &Home,
        clock: Clock,
        zone: &Arc<Zone>,
    ) -> Result<Arc<Workspace>, StoreError> {
        check_key(key)?;
        if self.len() >= self.limit {
            return Err(StoreError::TooManyWorkspaces { limit: self.limit });
        }
        // The copy is made outside the lock; a lost race throws it away.
        let database = Database::clone_of(template, home, zone)?;
        self.insert(Workspace::new(key, clock, zone, database))
    }

    pub(super) fn insert(&self, workspace: Arc<Workspace>) -> Result<Arc<Workspace>, StoreError> {
        let mut map = self.map.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(present) = map.get(workspace.key()) {
            return Ok(Arc::clone(present));
        }
        if map.len() >= self.limit {
            return Err(StoreError::TooManyWorkspaces { limit: self.limit });
        }
        map.insert(workspace.key().to_owned(), Arc::clone(&workspace));
        Ok(workspace)
    }

    /// Forgets a workspace. Jobs that run on it finish. False when there is none.
    pub(super) fn remove(&self, key: &str) -> Result<bool, StoreError> {
        if key == DEFAULT {
            return Err(StoreError::Permanent);
        }
        let removed = self.map.write().unwrap_or_else(PoisonError::into_inner).remove(key);
        if let Some(workspace) = &removed {
            workspace.database().retire();
        }
        Ok(removed.is_some())
    }

    /// All of them, by key.
    pub(super) fn list(&self) -> Vec<Arc<Workspace>> {
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = map.values().cloned().collect();
        drop(map);
        all.sort_unstable_by(|a, b| a.key().cmp(b.key()));
        all
    }

    fn len(&self) -> usize {
        self.map.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Gives a workspace the content of `template`, at once for everybody.
///
/// A scratch database is swapped for a new one: jobs that run finish on the old. The user's file is overwritten in
/// one transaction of its writer, so that a crash leaves the old content or the new.
pub(super) fn reset(
    workspace: &Workspace,
    template: &Arc<Template>,
    home: &Home,
    writers: &Arc<Writers>,
) -> Result<(), StoreError> {
    let _one = workspace.resetting.lock().unwrap_or_else(PoisonError::into_inner);
    let database = workspace.database();
    if database.is_durable() {
        let done = writer::replace(&database, writers, Arc::clone(template), home.number())?;
        return done.blocking_recv().unwrap_or(Err(StoreError::Aborted));
    }
    workspace.replace(Database::clone_of(template, home, workspace.zone())?);
    Ok(())
}
