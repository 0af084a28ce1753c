//! The connections that are kept open for reads, latest used last; whoever reads takes one and puts it back.
//!
//! Few on purpose: each holds the parsed schema and its statements (about a megabyte), and there may be a thousand
//! workspaces. Connections are closed outside the lock, for that takes its time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use super::database::Database;
use super::reader::Reader;

/// Connections at most, those in use aside.
const KEPT: usize = 32;
/// How long an unused connection stays open, except the latest one.
const IDLE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Shelf {
    kept: Mutex<Vec<Warm>>,
}

struct Warm {
    // Closed before the database may delete its file: fields drop in this order.
    db: Reader,
    database: Arc<Database>,
    used: Instant,
    /// The thread that used it last, whose core has most of it in its caches.
    user: ThreadId,
}

impl Shelf {
    fn lock(&self) -> MutexGuard<'_, Vec<Warm>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// A connection to the database, if one is at hand; best the one that this thread used before.
    pub(super) fn take(&self, database: &Database) -> Option<Reader> {
        let here = thread::current().id();
        let fits = |warm: &Warm| warm.database.id() == database.id();
        let mut kept = self.lock();
        let own = kept.iter().rposition(|warm| fits(warm) && warm.user == here);
        let at = own.or_else(|| kept.iter().rposition(fits))?;
        Some(kept.remove(at).db)
    }

    /// A connection that is not used any more. Its transaction stays open if it can be of use.
    pub(super) fn put_back(&self, database: Arc<Database>, db: Reader) {
        let used = Instant::now();
        let useful = database.has_snapshots() && database.commits.is_quiet(used) && db.is_of_now();
        if !useful && db.leave().is_err() {
            return;
        }
        let warm = Warm { db, database, used, user: thread::current().id() };
        let mut kept = self.lock();
        // Whoever begins to write ends the transactions of the connections that are here by then.
        if warm.database.commits.is_writing() && warm.db.leave().is_err() {
            return;
        }
        let closed = if warm.database.is_retired() {
            Some(warm)
        } else {
            kept.push(warm);
            (kept.len() > KEPT).then(|| kept.remove(0))
        };
        drop(kept);
        drop(closed);
    }

    /// Ends the transactions of unused connections: an old one keeps the log of a database from being used again.
    pub(super) fn release(&self, database: &Database) {
        let is_broken = |warm: &mut Warm| warm.database.id() == database.id() && warm.db.leave().is_err();
        let closed: Vec<Warm> = self.lock().extract_if(.., is_broken).collect();
        drop(closed);
    }

    /// Closes what is retired or long unused. The latest stays, so that a quiet server answers at once.
    pub(super) fn sweep(&self) {
        let mut kept = self.lock();
        let latest = kept.last().map(|warm| warm.database.id());
        let is_over = |warm: &mut Warm| {
            let fresh = warm.used.elapsed() < IDLE || Some(warm.database.id()) == latest;
            !fresh || warm.database.is_retired()
        };
        let closed: Vec<Warm> = kept.extract_if(.., is_over).collect();
        drop(kept);
        drop(closed);
    }

    /// Closes all of them.
    pub(super) fn clear(&self) {
        let closed = std::mem::take(&mut *self.lock());
        drop(closed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use rusqlite::params;

    use super::super::tests::{data, origin};
    use super::super::{Lane, Reader, Store, StoreError};
    use super::*;

    /// Two connections at once, each left with what it sees.
    fn read_twice(store: &Store) {
        // long enough after the last write to be quiet
        thread::sleep(Duration::from_millis(80));
        let both = Arc::new(Barrier::new(2));
        thread::scope(|scope| {
            for _ in 0..2 {
                let both = Arc::clone(&both);
                let job = move |reader: &Reader| {
                    let count = reader.query_row("SELECT COUNT(*) FROM story", [], |row| row.get::<_, i64>(0));
                    reader.parts().1.settle();
                    both.wait();
                    count
                };
                scope.spawn(|| store.read_blocking(store.default_workspace(), Lane::Short, job).expect("a reader"));
            }
        });
    }

    fn write(store: &Store, name: String) {
        let insert = move |db: &rusqlite::Connection| {
            db.execute("INSERT INTO story(name) VALUES(?)", params![name]).map_err(StoreError::from)
        };
        store.write_blocking(store.default_workspace(), insert).expect("a writer").expect("a row");
    }

    #[test]
    fn transactions_that_stay_open_do_not_keep_the_log_from_being_used_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("stories.db");
        let store = Store::open(data(&path), origin(1)).expect("a store");
        write(&store, "three".into());
        let open = |shelf: &Shelf| shelf.lock().iter().filter(|warm| warm.db.is_of_now()).count();
        // a writer that has answered may take its time to say that it is done
        let left_open = (0..50).any(|_| {
            read_twice(&store);
            open(store.shelf()) == 2
        });
        assert!(left_open);
        for n in 0..400 {
            write(&store, format!("{n} {}", "x".repeat(100_000)));
        }
        assert_eq!(open(store.shelf()), 0);
        let log = std::fs::metadata(folder.path().join("stories.db-wal")).expect("a log").len();
        assert!(log < 20_000_000, "{log} bytes of log after 40,000,000 were written");
    }
}
