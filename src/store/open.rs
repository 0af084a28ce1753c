//! The store itself: what the rest of the program holds. Opens everything, hands jobs out, cleans up.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::clock::{Clock, Zone};

use super::connect::Location;
use super::database::Database;
use super::durable::{Claim, Found, claim, inspect};
use super::error::StoreError;
use super::home::Home;
use super::known::Known;
use super::options::{Lane, Options, Origin};
use super::pool::{self, Pool};
use super::reader::Reader;
use super::shelf::Shelf;
use super::template::Template;
use super::workspace::{DEFAULT, Workspace};
use super::workspaces::{self, Workspaces};
use super::writer::{self, Writers};

/// Threads for queries known to be dear; more of them would only slow each other down.
const DEAR_THREADS: usize = 2;

pub struct Store {
    short: Pool,
    dear: Pool,
    /// Connections for reads, those of both pools.
    shelf: Arc<Shelf>,
    stream_limit: usize,
    workspaces: Workspaces,
    default: Arc<Workspace>,
    origin: Origin,
    base: Mutex<Option<Arc<Template>>>,
    clock: Clock,
    zone: Arc<Zone>,
    writers: Arc<Writers>,
    // Last: the folder goes after everything in it was closed, the claim after the data file was.
    home: Home,
    _claim: Option<Claim>,
}

impl Store {
    /// Opens the default workspace: the data file, or a copy of what `origin` makes.
    pub fn open(options: Options, origin: Origin) -> Result<Self, StoreError> {
        let Options { data, temporary, workspaces, bytes, readers, queue, streams, clock, zone } = options;
        let system = std::env::temp_dir();
        let beside = data.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
        let beside = data.as_ref().map(|_| beside.unwrap_or(Path::new(".")));
        let parents: Vec<&Path> =
            [Some(temporary.as_deref().unwrap_or(&system)), beside].into_iter().flatten().collect();
        let home = Home::open(&parents, bytes);
        let base = Mutex::default();
        let make_base = || base_template(&base, &home, &zone, &origin);
        let mut claimed = data.as_deref().map(claim).transpose()?;
        let database = match &data {
            Some(path) => {
                let location = Location::Durable(path.clone());
                if let Found::Nothing = inspect(path, origin.version)? {
                    make_base()?.write_to(&location)?;
                    // another file bears the name now
                    claimed = Some(claim(path)?);
                }
                Database::durable(location, &home, &zone)
            }
            None => Database::clone_of(&*make_base()?, &home, &zone)?,
        };
        let default = Workspace::new(DEFAULT, clock.fork(), &zone, database);
        let workspaces = Workspaces::new(workspaces.max(1));
        workspaces.insert(Arc::clone(&default))?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let readers = if readers == 0 { (2 * cores).max(4) } else { readers };
        let shelf = Arc::default();
        let writers = Arc::new(Writers::new(&shelf));
        let short = Pool::new("read", readers, queue, &shelf);
        Ok(Self {
            short,
            dear: Pool::new("dear", DEAR_THREADS, queue, &shelf),
            shelf,
            stream_limit: streams,
            workspaces,
            default,
            origin,
            base,
            clock,
            zone,
            writers,
            home,
            _claim: claimed,
        })
    }

    /// The folder that goes with the program, if one could be made.
    pub fn folder(&self) -> Option<&Path> {
        self.home.folder()
    }

    pub fn default_workspace(&self) -> &Arc<Workspace> {
        &self.default
    }

    pub fn find(&self, key: &str) -> Option<Arc<Workspace>> {
        if key == DEFAULT {
            self.default.touch();
            return Some(Arc::clone(&self.default));
        }
        self.workspaces.find(key)
    }

    /// The workspace of that key, made from the base template on first touch (a millisecond or two of file copying).
    pub fn workspace(&self, key: &str) -> Result<Arc<Workspace>, StoreError> {
        match self.find(key) {
            Some(workspace) => Ok(workspace),
            None => self.create(key, &*self.base()?),
        }
    }

    /// The workspace of that key, made from `template` if it is not there.
    pub fn create(&self, key: &str, template: &Template) -> Result<Arc<Workspace>, StoreError> {
        self.fork(key, template, self.clock.fork())
    }

    /// [`Store::create`] with a clock of the caller's.
    pub fn fork(&self, key: &str, template: &Template, clock: Clock) -> Result<Arc<Workspace>, StoreError> {
        self.workspaces.create(key, template, &self.home, clock, &self.zone)
    }

    /// What the clock of a new workspace is forked from.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Most workspaces at a time.
    pub fn workspace_limit(&self) -> usize {
        self.workspaces.limit()
    }

    pub fn list(&self) -> Vec<Arc<Workspace>> {
        self.workspaces.list()
    }

    /// False when there is none of that key.
    pub fn remove(&self, key: &str) -> Result<bool, StoreError> {
        let removed = self.workspaces.remove(key)?;
        self.sweep();
        Ok(removed)
    }

    /// What every workspace starts from.
    pub fn base(&self) -> Result<Arc<Template>, StoreError> {
        base_template(&self.base, &self.home, &self.zone, &self.origin)
    }

    /// Another image with the store's schema and a content of its own.
    pub fn template(
        &self,
        seed: impl FnOnce(&Connection) -> Result<(), StoreError>,
    ) -> Result<Arc<Template>, StoreError> {
        Template::build(&self.home, &self.zone, self.origin.version, &(self.origin.schema)(), seed)
    }

    /// Keeps what a workspace holds now. Blocks while it copies.
    pub fn capture(&self, workspace: &Workspace) -> Result<Arc<Template>, StoreError> {
        Template::capture(&self.home, workspace.database().location(), workspace.zone())
    }

    /// A snapshot kept in a file. The file is only read; what comes back is a checked copy of it.
    pub fn load(&self, path: &Path) -> Result<Arc<Template>, StoreError> {
        Template::load(&self.home, path, self.origin.version)
    }

    /// Replaces everything a workspace holds. Blocks while it copies; not to be called on an async thread.
    pub fn reset(&self, workspace: &Workspace, template: &Arc<Template>) -> Result<(), StoreError> {
        workspaces::reset(workspace, template, &self.home, &self.writers)?;
        self.sweep();
        Ok(())
    }

    /// Runs `job` in a read transaction on a reader thread, or as its lane says.
    pub async fn read<T: Send + 'static>(
        &self,
        workspace: &Workspace,
        lane: Lane,
        job: impl FnOnce(&Reader) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let database = workspace.database();
        if lane == Lane::Point
            && database.has_snapshots()
            && let Some(db) = self.shelf.take(&database)
        {
            return pool::serve_here(database, db, &self.shelf, job);
        }
        self.pool(lane).submit(database, job)?.await.unwrap_or(Err(StoreError::Aborted))
    }

    /// [`Store::read`] for threads that may block.
    pub fn read_blocking<T: Send + 'static>(
        &self,
        workspace: &Workspace,
        lane: Lane,
        job: impl FnOnce(&Reader) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        self.pool(lane).submit(workspace.database(), job)?.blocking_recv().unwrap_or(Err(StoreError::Aborted))
    }

    /// Runs `job` in a transaction of the workspace's writer; the answer comes after the commit.
    ///
    /// What a job that fails did is undone. The outer error says that nothing was kept though the job may have
    /// succeeded. Where a neighbour fails, a job may be undone and run again.
    pub async fn write<T, E>(
        &self,
        workspace: &Workspace,
        job: impl Fn(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        self.write_knowing(workspace, move |db, _| job(db)).await
    }

    /// [`Store::write`] with what the writer remembers.
    pub async fn write_knowing<T, E>(
        &self,
        workspace: &Workspace,
        job: impl Fn(&Connection, &Known) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        writer::submit(&workspace.database(), &self.writers, job)?.await.unwrap_or(Err(StoreError::Aborted))
    }

    /// [`Store::write`] for threads that may block.
    pub fn write_blocking<T, E>(
        &self,
        workspace: &Workspace,
        job: impl Fn(&Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<Result<T, E>, StoreError>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let receiver = writer::submit(&workspace.database(), &self.writers, move |db, _| job(db))?;
        receiver.blocking_recv().unwrap_or(Err(StoreError::Aborted))
    }

    /// Runs `job` in a read transaction on a thread of its own, for as long as it likes.
    pub fn stream(
        &self,
        workspace: &Workspace,
        job: impl FnOnce(Result<&Reader, StoreError>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let ticket = Ticket::take(&workspace.streams, self.stream_limit)?;
        let database = workspace.database();
        let shelf = Arc::clone(&self.shelf);
        let run = move || {
            let _ticket = ticket;
            let opened = shelf.take(&database).map_or_else(|| database.open_reader(), Ok).and_then(|db| {
                db.enter()?;
                Ok(db)
            });
            match opened {
                Ok(db) => {
                    job(Ok(&db));
                    shelf.put_back(database, db);
                }
                Err(error) => job(Err(error)),
            }
        };
        let thread = std::thread::Builder::new().name("tpmock-stream".to_owned()).stack_size(super::STACK).spawn(run);
        thread.map(drop).map_err(|_| StoreError::Busy)
    }

    #[cfg(test)]
    pub(super) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    fn pool(&self, lane: Lane) -> &Pool {
        match lane {
            Lane::Point | Lane::Short => &self.short,
            Lane::Dear => &self.dear,
        }
    }

    fn sweep(&self) {
        self.shelf.sweep();
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Readers first: the last connection to a data file folds its log in, and only a writer can.
        self.short.close();
        self.dear.close();
        self.shelf.clear();
        for workspace in self.workspaces.list() {
            let database = workspace.database();
            database.writer.close();
            if database.is_durable()
                && let Ok(db) = database.open_writer()
            {
                let _ = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
            }
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("workspaces", &self.workspaces).finish_non_exhaustive()
    }
}

fn base_template(
    base: &Mutex<Option<Arc<Template>>>,
    home: &Home,
    zone: &Arc<Zone>,
    origin: &Origin,
) -> Result<Arc<Template>, StoreError> {
    let mut base = base.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(template) = &*base {
        return Ok(Arc::clone(template));
    }
    if let Some(template) = (origin.ready)().map(|bytes| Template::place(home, &bytes)).transpose()?.flatten() {
        return Ok(Arc::clone(base.insert(template)));
    }
    let build = || Template::build(home, zone, origin.version, &(origin.schema)(), |db| (origin.seed)(db));
    // On a thread of its own: what a large seed needed goes back to the system when the thread is gone.
    let template = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("tpmock-seed".to_owned()).spawn_scoped(scope, build);
        match thread {
            Ok(thread) => thread.join().unwrap_or(Err(StoreError::Aborted)),
            Err(_) => build(),
        }
    })?;
    Ok(Arc::clone(base.insert(template)))
}

/// One of a limited number of streams; given back when dropped.
struct Ticket(Arc<AtomicUsize>);

impl Ticket {
    fn take(taken: &Arc<AtomicUsize>, limit: usize) -> Result<Self, StoreError> {
        let free = |count: usize| (count < limit).then_some(count + 1);
        match taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free) {
            Ok(_) => Ok(Self(Arc::clone(taken))),
            Err(_) => Err(StoreError::Busy),
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
