//! Stops a statement from another thread, even one that finds no row for minutes.

use rusqlite::{Connection, InterruptHandle};

/// A handle on whatever a connection runs at the moment. It outlives the connection without harm.
pub struct Interrupt(InterruptHandle);

impl Interrupt {
    pub fn of(connection: &Connection) -> Self {
        Self(connection.get_interrupt_handle())
    }

    /// Ends the running statement with an error; nothing where none runs.
    pub fn now(&self) {
        self.0.interrupt();
    }
}
