//! A connection that reads, with what it remembers.

use std::cell::{RefCell, RefMut};
use std::ops::Deref;
use std::sync::Arc;

use rusqlite::Connection;

use super::memory::{Commits, Memory};

/// Stands for its connection wherever one is wanted.
pub struct Reader {
    connection: Connection,
    memory: RefCell<Memory>,
}

impl Reader {
    pub(super) fn new(connection: Connection, commits: Arc<Commits>) -> Self {
        Self { connection, memory: RefCell::new(Memory::of(commits)) }
    }

    /// Both halves, as [`super::run`] takes them.
    pub fn parts(&self) -> (&Connection, RefMut<'_, Memory>) {
        (&self.connection, self.memory.borrow_mut())
    }

    /// To be called before each transaction.
    pub(super) fn begin(&self) {
        self.memory.borrow_mut().begin();
    }
}

impl Deref for Reader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}
