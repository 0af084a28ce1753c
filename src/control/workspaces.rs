//! Workspaces made, forked, put back to their beginning and dropped.

use std::sync::Arc;
use std::time::Duration;

use super::ControlError;
use crate::app::State;
use crate::store::{DEFAULT, StoreError, Workspace};

impl State {
    /// A new workspace that begins as a copy of a snapshot or of another workspace, or without either as every
    /// workspace does.
    ///
    /// # Errors
    /// A key that is taken or not allowed, an origin nobody knows, one workspace too many.
    pub fn make_workspace(&self, key: &str, from: Option<&str>) -> Result<Arc<Workspace>, ControlError> {
        if self.store.find(key).is_some() {
            return Err(ControlError::Conflict(format!("there is a workspace '{key}' already")));
        }
        self.make_room();
        let Some(from) = from else { return Ok(self.store.create(key, &*self.store.base()?)?) };
        match self.snapshots.template(&self.store, from) {
            Err(ControlError::Unknown(_)) => {}
            found => return Ok(self.store.create(key, &*found?)?),
        }
        let origin = self.store.find(from).ok_or_else(|| {
            ControlError::Unknown(format!("there is neither a snapshot nor a workspace called '{from}'"))
        })?;
        let template = self.store.capture(&origin)?;
        Ok(self.store.fork(key, &template, origin.clock.fork())?)
    }

    /// The workspace of that key, made on first touch.
    ///
    /// # Errors
    /// A key that is not allowed, one workspace too many.
    pub fn touch_workspace(&self, key: &str) -> Result<Arc<Workspace>, StoreError> {
        if let Some(workspace) = self.store.find(key) {
            return Ok(workspace);
        }
        self.make_room();
        self.store.workspace(key)
    }

    /// # Errors
    /// `default` stays.
    pub fn drop_workspace(&self, key: &str) -> Result<bool, StoreError> {
        let dropped = self.store.remove(key)?;
        if dropped {
            self.forget(key);
            self.faults.clear(Some(key));
            self.coverage.forget(Some(key));
        }
        Ok(dropped)
    }

    /// Back to the beginning: data, clock, identities.
    ///
    /// # Errors
    /// The store's.
    pub fn reset_workspace(&self, workspace: &Workspace) -> Result<(), StoreError> {
        self.store.reset(workspace, &self.store.base()?)?;
        workspace.clock.follow(self.store.clock());
        self.forget(workspace.key());
        Ok(())
    }

    /// Drops the workspaces that nobody asked for as long as the settings say; how many comes back.
    pub fn drop_idle(&self) -> usize {
        let Some(limit) = self.config.workspace_idle else { return 0 };
        self.drop_unused(limit)
    }

    fn drop_unused(&self, limit: Duration) -> usize {
        let idle = self.store.list().into_iter().filter(|w| w.key() != DEFAULT && w.idle() >= limit);
        let keys: Vec<String> = idle.map(|w| w.key().to_owned()).collect();
        let dropped = keys.iter().filter(|key| self.drop_workspace(key).unwrap_or(false)).count();
        self.forget_strangers();
        dropped
    }

    /// Where the limit is reached, idle workspaces go before a new one is refused.
    fn make_room(&self) {
        if self.config.workspace_idle.is_some() && self.store.list().len() >= self.store.workspace_limit() {
            self.drop_idle();
        }
    }
}
