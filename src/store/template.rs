//! The ready image of a database: schema and seed made once, copied ever after.
//!
//! Cloning and resetting a workspace copy a template; the schema's statements never run again. A snapshot of a
//! workspace is a template too.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use crate::clock::Zone;

use super::connect::Location;
use super::durable::{Found, inspect};
use super::error::StoreError;
use super::forge::forge;
use super::functions;
use super::home::Home;

/// "TPMK" in the header of our files, so that nobody's other database is taken for one.
pub(super) const APPLICATION_ID: i32 = 0x5450_4d4b;

/// A database nobody writes to any more. Its file goes with the last user.
#[derive(Debug)]
pub struct Template {
    image: Image,
}

#[derive(Debug)]
enum Image {
    /// A closed file in WAL mode without a log beside it.
    File(PathBuf),
    /// Kept open: an in-memory database lives as long as a connection to it.
    Memory(Mutex<Connection>),
}

impl Template {
    /// Runs `schema` and `seed` in one transaction and keeps the result as an image.
    pub(super) fn build<E: Into<StoreError>>(
        home: &Home,
        zone: &Arc<Zone>,
        version: i32,
        schema: &str,
        seed: impl FnOnce(&Connection) -> Result<(), E>,
    ) -> Result<Arc<Self>, StoreError> {
        let (path, db, forged) = match home.place().1 {
            Location::Scratch(path) | Location::Durable(path) => {
                let forged = forge(&path, zone, schema)?;
                let db = Connection::open(&path)?;
                (Some(path), db, forged)
            }
            Location::Memory(_) => (None, Connection::open_in_memory()?, false),
        };
        // A failed build is thrown away as a whole, so no journal is needed.
        db.execute_batch(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE; PRAGMA foreign_keys=OFF; \
             PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536",
        )?;
        functions::register(&db, zone)?;
        db.execute_batch(&format!("BEGIN; PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={version}"))?;
        if !forged {
            db.execute_batch(schema)?;
        }
        seed(&db).map_err(Into::into)?;
        db.execute_batch("COMMIT")?;
        Self::seal(path, db)
    }

    /// Keeps the bytes of a database file as an image. `None` where there is no folder for it.
    pub(super) fn place(home: &Home, bytes: &[u8]) -> Result<Option<Arc<Self>>, StoreError> {
        let Location::Scratch(path) = home.place().1 else { return Ok(None) };
        fs::write(&path, bytes)?;
        Ok(Some(Arc::new(Self { image: Image::File(path) })))
    }

    /// Copies the present state of the database at `location`.
    pub(super) fn capture(home: &Home, location: &Location, zone: &Arc<Zone>) -> Result<Arc<Self>, StoreError> {
        let source = location.open_reader(zone)?;
        let (path, mut db) = match home.place().1 {
            Location::Scratch(path) | Location::Durable(path) => {
                let db = Connection::open(&path)?;
                db.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF")?;
                (Some(path), db)
            }
            Location::Memory(_) => (None, Connection::open_in_memory()?),
        };
        copy_pages(&source, &mut db)?;
        Self::seal(path, db)
    }

    /// Copies a file that [`Template::save`] wrote, and looks the copy over: a damaged, foreign or newer file is an error.
    pub(super) fn load(home: &Home, path: &Path, version: i32) -> Result<Arc<Self>, StoreError> {
        let missing = |error: std::io::Error| StoreError::Io(format!("'{}': {error}", path.display()));
        match home.place().1 {
            Location::Scratch(copy) | Location::Durable(copy) => {
                fs::copy(path, &copy).map_err(missing)?;
                let template = Self { image: Image::File(copy.clone()) };
                check(&copy, path, version)?;
                Ok(Arc::new(template))
            }
            Location::Memory(_) => {
                check(path, path, version)?;
                let mut db = Connection::open_in_memory()?;
                copy_pages(&Location::Scratch(path.to_path_buf()).open_untouched()?, &mut db)?;
                Ok(Arc::new(Self { image: Image::Memory(Mutex::new(db)) }))
            }
        }
    }

    /// Keeps the image as a file of the user's, whole or not at all.
    pub fn save(&self, path: &Path) -> Result<(), StoreError> {
        self.write_durably(path)
    }

    /// Runs `job` on a connection to the image.
    pub fn read<T>(&self, zone: &Arc<Zone>, job: impl FnOnce(&Connection) -> T) -> Result<T, StoreError> {
        match &self.image {
            Image::File(path) => Ok(job(&Location::Scratch(path.clone()).open_reader(zone)?)),
            Image::Memory(db) => Ok(job(&db.lock().unwrap_or_else(PoisonError::into_inner))),
        }
    }

    /// What the image takes on disk; nothing where it lives in memory.
    pub fn bytes(&self) -> u64 {
        match &self.image {
            Image::File(path) => fs::metadata(path).map_or(0, |data| data.len()),
            Image::Memory(_) => 0,
        }
    }

    /// Closes the image so that a plain copy of it is a database in WAL mode.
    fn seal(path: Option<PathBuf>, db: Connection) -> Result<Arc<Self>, StoreError> {
        let Some(path) = path else {
            return Ok(Arc::new(Self { image: Image::Memory(Mutex::new(db)) }));
        };
        db.execute_batch("PRAGMA journal_mode=WAL")?;
        db.close().map_err(|(_, error)| error)?;
        Ok(Arc::new(Self { image: Image::File(path) }))
    }

    /// Makes the database at `location`, which must not exist. What must keep it alive comes back.
    pub(super) fn write_to(&self, location: &Location) -> Result<Option<Connection>, StoreError> {
        match (&self.image, location) {
            (Image::File(image), Location::Scratch(path)) => {
                fs::copy(image, path)?;
                Ok(None)
            }
            (_, Location::Durable(path)) => {
                self.write_durably(path)?;
                Ok(None)
            }
            (_, Location::Scratch(_) | Location::Memory(_)) => {
                let mut target = location.open_bare()?;
                self.restore_into(&mut target)?;
                Ok(Some(target))
            }
        }
    }

    /// Replaces what an open database holds, in one transaction of it.
    pub(super) fn restore_into(&self, target: &mut Connection) -> Result<(), StoreError> {
        match &self.image {
            Image::File(path) => copy_pages(&Location::Scratch(path.clone()).open_bare()?, target),
            Image::Memory(source) => copy_pages(&source.lock().unwrap_or_else(PoisonError::into_inner), target),
        }
    }

    /// Writes beside the goal, then renames: a crash leaves no half file behind under the user's name.
    fn write_durably(&self, path: &Path) -> Result<(), StoreError> {
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}.new", std::process::id()));
        let draft = PathBuf::from(draft);
        let written = match &self.image {
            Image::File(image) => fs::copy(image, &draft).map(drop).map_err(StoreError::from),
            Image::Memory(_) => {
                Connection::open(&draft).map_err(StoreError::from).and_then(|mut target| self.restore_into(&mut target))
            }
        };
        let placed = written.and_then(|()| {
            fs::File::open(&draft)?.sync_all()?;
            fs::rename(&draft, path)?;
            sync_folder_of(path);
            Ok(())
        });
        if placed.is_err() {
            let _ = fs::remove_file(&draft);
        }
        placed
    }
}

impl Drop for Template {
    fn drop(&mut self) {
        if let Image::File(path) = &self.image {
            remove_database(path);
        }
    }
}

/// Whether `copy` is a sound database of ours; messages name the file it was copied from.
fn check(copy: &Path, origin: &Path, version: i32) -> Result<(), StoreError> {
    let named = |error: StoreError| match error {
        StoreError::Foreign(_) => StoreError::Foreign(origin.display().to_string()),
        other => other,
    };
    match inspect(copy, version).map_err(named)? {
        Found::Ours => {}
        Found::Nothing => return Err(StoreError::Foreign(origin.display().to_string())),
    }
    let db = Location::Scratch(copy.to_path_buf()).open_untouched()?;
    // indexes are in our order of letters
    functions::register(&db, &Arc::new(Zone::utc()))?;
    let verdict: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Corrupt(verdict)) }
}

fn copy_pages(source: &Connection, target: &mut Connection) -> Result<(), StoreError> {
    match Backup::new(source, target)?.step(-1)? {
        StepResult::Done => Ok(()),
        _ => Err(StoreError::Busy),
    }
}

/// Makes a rename last; where folders cannot be opened the rename itself has to do.
fn sync_folder_of(path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Deletes a database file with its log; what is missing is no matter.
pub(super) fn remove_database(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let _ = fs::remove_file(name);
    }
}
