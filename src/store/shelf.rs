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

    /// A connection that no transaction is open on.
    pub(super) fn put_back(&self, database: Arc<Database>, db: Reader) {
        let warm = Warm { db, database, used: Instant::now(), user: thread::current().id() };
        let mut kept = self.lock();
        let closed = if warm.database.is_retired() {
            Some(warm)
        } else {
            kept.push(warm);
            (kept.len() > KEPT).then(|| kept.remove(0))
        };
        drop(kept);
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
