//! A connection that reads, with what it remembers.
//!
//! While nobody writes, its transaction stays open from one answer to the next: it would see the same, and each
//! transaction costs locks that all connections of a process queue for.

use std::cell::{Cell, RefCell, RefMut};
use std::ops::Deref;
use std::sync::Arc;

use rusqlite::Connection;

use super::commits::Commits;
use super::error::StoreError;
use super::memory::Memory;

/// Stands for its connection wherever one is wanted.
pub struct Reader {
    connection: Connection,
    memory: RefCell<Memory>,
    in_transaction: Cell<bool>,
}

impl Reader {
    pub(super) fn new(connection: Connection, commits: Arc<Commits>) -> Self {
        Self { connection, memory: RefCell::new(Memory::of(commits)), in_transaction: Cell::new(false) }
    }

    /// Both halves, as [`super::run()`] takes them.
    pub fn parts(&self) -> (&Connection, RefMut<'_, Memory>) {
        (&self.connection, self.memory.borrow_mut())
    }

    /// Begins a transaction, unless the one that is open sees what a new one would.
    pub(super) fn enter(&self) -> Result<(), StoreError> {
        if self.is_of_now() {
            return Ok(());
        }
        self.leave()?;
        self.memory.borrow_mut().begin();
        self.execute("BEGIN")?;
        self.in_transaction.set(true);
        Ok(())
    }

    /// Ends the transaction, if one is open.
    pub(super) fn leave(&self) -> Result<(), StoreError> {
        if self.in_transaction.replace(false) { self.execute("COMMIT") } else { Ok(()) }
    }

    /// Whether a transaction is open that sees what a new one would.
    pub(super) fn is_of_now(&self) -> bool {
        self.in_transaction.get() && self.memory.borrow().is_of_now()
    }

    fn execute(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }
}

impl Deref for Reader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}
