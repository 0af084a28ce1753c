//! Named snapshots: kept while the server runs, and as files where a folder is given.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ControlError;
use crate::app::State;
use crate::store::{Store, StoreError, Template, Workspace};

/// Ending of a snapshot's file.
const ENDING: &str = "snapshot";

/// Longest name.
const NAME_LIMIT: usize = 64;

/// The snapshots of a server; any workspace may be restored to any of them.
#[derive(Debug)]
pub(crate) struct Snapshots {
    folder: Option<PathBuf>,
    limit: usize,
    /// Those without a file.
    kept: Mutex<BTreeMap<String, Arc<Template>>>,
}

/// A snapshot as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotInfo {
    pub name: String,
    pub bytes: u64,
    /// The file it is kept in, which outlives the server.
    pub file: Option<PathBuf>,
}

impl Snapshots {
    pub fn new(folder: Option<PathBuf>, limit: usize) -> Self {
        Self { folder, limit, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Template>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, name: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(format!("{name}.{ENDING}")))
    }

    /// All of them, by name.
    pub fn list(&self) -> Vec<SnapshotInfo> {
        match &self.folder {
            None => {
                let kept = self.kept();
                let info = |(name, template): (&String, &Arc<Template>)| SnapshotInfo {
                    name: name.clone(),
                    bytes: template.bytes(),
                    file: None,
                };
                kept.iter().map(info).collect()
            }
            Some(folder) => {
                let entries = fs::read_dir(folder).into_iter().flatten().flatten();
                let mut found: Vec<SnapshotInfo> = entries.filter_map(|e| listed(&e.path())).collect();
                found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
                found
            }
        }
    }

    /// The image of that name; a file is checked and copied first.
    pub fn template(&self, store: &Store, name: &str) -> Result<Arc<Template>, ControlError> {
        let unknown = || ControlError::Unknown(format!("there is no snapshot called '{name}'"));
        check(name).map_err(|_| unknown())?;
        match self.file(name) {
            None => self.kept().get(name).cloned().ok_or_else(unknown),
            Some(file) if !file.exists() => Err(unknown()),
            Some(file) => store.load(&file).map_err(|e| match e {
                StoreError::Full | StoreError::Busy => e.into(),
                e => ControlError::Conflict(format!("the snapshot {} cannot be used: {e}", file.display())),
            }),
        }
    }

    fn put(&self, name: &str, template: Arc<Template>) -> Result<SnapshotInfo, ControlError> {
        let info = SnapshotInfo { name: name.to_owned(), bytes: template.bytes(), file: self.file(name) };
        match &info.file {
            Some(file) => {
                if !file.exists() && self.list().len() >= self.limit {
                    return Err(self.too_many());
                }
                if let Some(folder) = &self.folder {
                    fs::create_dir_all(folder).map_err(StoreError::from)?;
                }
                template.save(file)?;
            }
            None => {
                let mut kept = self.kept();
                if !kept.contains_key(name) && kept.len() >= self.limit {
                    return Err(self.too_many());
                }
                kept.insert(name.to_owned(), template);
            }
        }
        Ok(info)
    }

    fn too_many(&self) -> ControlError {
        ControlError::Conflict(format!("there are {} snapshots already, delete one before adding another", self.limit))
    }

    /// False when there is none of that name.
    pub fn remove(&self, name: &str) -> Result<bool, ControlError> {
        check(name)?;
        match self.file(name) {
            None => Ok(self.kept().remove(name).is_some()),
            Some(file) => match fs::remove_file(&file) {
                Ok(()) => Ok(true),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
                Err(error) => Err(StoreError::from(error).into()),
            },
        }
    }
}

/// Names are safe in paths and in file systems.
fn check(name: &str) -> Result<(), ControlError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if name.is_empty() || name.len() > NAME_LIMIT || name.starts_with('.') || !name.bytes().all(allowed) {
        let name: String = name.chars().take(NAME_LIMIT).collect();
        return Err(ControlError::Bad(format!(
            "'{name}' is no name for a snapshot; use 1 to {NAME_LIMIT} of the characters A-Z a-z 0-9 . _ -"
        )));
    }
    Ok(())
}

fn listed(file: &Path) -> Option<SnapshotInfo> {
    if file.extension()? != ENDING {
        return None;
    }
    let bytes = fs::metadata(file).ok()?.len();
    Some(SnapshotInfo { name: file.file_stem()?.to_str()?.to_owned(), bytes, file: Some(file.to_path_buf()) })
}

impl State {
    /// Keeps what a workspace holds now under a name, in the place of what had the name.
    ///
    /// # Errors
    /// A name that is not allowed, one snapshot too many, a folder that cannot be written.
    pub fn take_snapshot(&self, workspace: &Workspace, name: &str) -> Result<SnapshotInfo, ControlError> {
        check(name)?;
        let template = self.store.capture(workspace)?;
        self.snapshots.put(name, template)
    }

    /// Gives a workspace the content of a snapshot, at once for everybody.
    ///
    /// # Errors
    /// A name nobody gave, a file that is damaged, foreign or newer than this program; nothing changes then.
    pub fn restore_snapshot(&self, workspace: &Workspace, name: &str) -> Result<(), ControlError> {
        let template = self.snapshots.template(&self.store, name)?;
        Ok(self.store.reset(workspace, &template)?)
    }
}
