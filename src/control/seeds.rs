//! A workspace written down as a seed, loaded from one, and compared with what it was.

use super::ControlError;
use crate::app::{State, seed_text};
use crate::store::Workspace;
use crate::store::seed::{self, Changes, SeedFile};

impl State {
    /// Everything a workspace holds, in the format of seeds: equal contents give equal bytes.
    ///
    /// # Errors
    /// The store's.
    pub fn export(&self, workspace: &Workspace) -> Result<String, ControlError> {
        // off the shared readers: a large account takes a while to write down
        let image = self.store.capture(workspace)?;
        let catalog = &self.model.catalog;
        Ok(image.read(workspace.zone(), |connection| seed::export(connection, catalog))??)
    }

    /// Replaces everything a workspace holds by what a seed says.
    ///
    /// # Errors
    /// The mistakes of the seed; nothing changes then.
    pub fn import(&self, workspace: &Workspace, text: &str) -> Result<(), ControlError> {
        let files = seed_text("import".to_owned(), text.to_owned());
        let files: Vec<SeedFile<'_>> = files.iter().map(|(name, text)| SeedFile { name, text }).collect();
        let load = self.load_seed(workspace.zone(), workspace.clock.now(), &files);
        let template = self.store.template(load).map_err(|e| match e {
            crate::store::StoreError::Seed(text) => ControlError::Bad(text),
            other => ControlError::Store(other),
        })?;
        Ok(self.store.reset(workspace, &template)?)
    }

    /// What changed in a workspace since a snapshot was taken, or against another workspace.
    ///
    /// # Errors
    /// An origin nobody knows.
    pub fn changes(&self, workspace: &Workspace, from: &str) -> Result<Changes, ControlError> {
        let before = match self.snapshots.template(&self.store, from) {
            Err(ControlError::Unknown(_)) => {
                let origin = self.store.find(from).ok_or_else(|| {
                    ControlError::Unknown(format!("there is neither a snapshot nor a workspace called '{from}'"))
                })?;
                self.store.capture(&origin)?
            }
            found => found?,
        };
        let after = self.store.capture(workspace)?;
        let (catalog, zone) = (&self.model.catalog, workspace.zone());
        let changes = before.read(zone, |old| after.read(zone, |new| seed::changes(old, new, catalog)))???;
        Ok(changes)
    }
}
