//! The connections a reader thread keeps open, latest used last.
//!
//! Few on purpose: each holds the parsed schema and its statements (about a megabyte), and there may be a thousand
//! workspaces.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::database::Database;
use super::error::StoreError;

/// Connections per thread.
const KEPT: usize = 8;
/// How long an unused connection stays open, except the latest one.
const IDLE: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct WarmConnections {
    kept: Vec<Warm>,
}

struct Warm {
    // Closed before the database may delete its file: fields drop in this order.
    db: Connection,
    database: Arc<Database>,
    used: Instant,
}

impl WarmConnections {
    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Takes the connection to a database out, or opens one.
    pub(super) fn take(&mut self, database: &Arc<Database>) -> Result<Connection, StoreError> {
        match self.kept.iter().rposition(|warm| warm.database.id() == database.id()) {
            Some(at) => Ok(self.kept.remove(at).db),
            None => database.open_reader(),
        }
    }

    pub(super) fn put_back(&mut self, database: Arc<Database>, db: Connection) {
        self.kept.retain(|warm| !warm.database.is_retired());
        if database.is_retired() {
            return;
        }
        if self.kept.len() >= KEPT {
            self.kept.remove(0);
        }
        self.kept.push(Warm { db, database, used: Instant::now() });
    }

    /// Closes what is retired or long unused. The latest stays, so that a quiet server answers at once.
    pub(super) fn sweep(&mut self) {
        let latest = self.kept.last().map(|warm| warm.database.id());
        self.kept.retain(|warm| {
            let fresh = warm.used.elapsed() < IDLE || Some(warm.database.id()) == latest;
            fresh && !warm.database.is_retired()
        });
    }

    pub(super) fn list_into(&self, known: &mut Vec<u64>) {
        known.clear();
        known.extend(self.kept.iter().map(|warm| warm.database.id()));
    }
}
