//! The databases of all workspaces, and the only place that knows SQLite.
//!
//! Jobs (closures over a connection) come in, their results go out: reads on shared reader threads, writes on one
//! writer per workspace with group commit. Schema and seed are made once into a template that new workspaces copy.
//! Knows nothing of HTTP, of query languages or of entities.

mod commit;
mod commits;
mod connect;
mod content;
mod custom;
mod database;
mod durable;
mod error;
mod forge;
mod functions;
mod home;
mod image;
mod interrupt;
mod known;
mod leftovers;
mod memory;
mod open;
mod options;
mod pool;
mod query_plan;
mod reader;
mod run;
pub mod seed;
mod select;
mod shelf;
mod template;
#[cfg(test)]
mod tests;
mod workspace;
mod workspaces;
mod writer;

/// Stack of a reader thread: queries are bound and planned there, and their trees are as deep as a client likes to
/// write them. Only what is used is ever backed by memory.
const STACK: usize = 32 * 1024 * 1024;

pub use rusqlite::Connection;

pub use content::{content, put_content};
pub use error::{Constraint, StoreError};
pub use image::{Image, MADE_FOR};
pub use interrupt::Interrupt;
pub use known::Known;
pub use memory::Memory;
pub use open::Store;
pub use options::{Lane, Options, Origin, Seed};
pub use query_plan::{PlanStep, query_plan};
pub use reader::Reader;
pub use run::{Outcome, Request, Rest, Root, run};
pub use select::{columns, execute, select};
pub use template::Template;
pub(crate) use workspace::check_key;
pub use workspace::{DEFAULT, Workspace};
