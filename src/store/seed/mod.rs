//! Seed files → rows. A seed is the JSON that API v1 returns: `{"UserStories":[{…}],"Projects":[{…}]}`.
//!
//! References stand by id or by name; dates may be relative to the day of the clock. Every mistake is reported with
//! file, line and field; the database is then to be thrown away, since rows are written as they are made.

mod beside;
mod changes;
mod complete;
mod date;
mod export;
mod file;
mod insert;
mod links;
mod members;
mod resolve;
mod row;
mod shape;

use rusqlite::Connection;

use crate::catalog::Catalog;
use crate::clock::{Millis, Zone};

pub use changes::{Change, Changes, Item, Update, changes};
pub use export::export;
pub use file::SeedFile;

/// Mistakes of a seed, one sentence each.
#[derive(Debug)]
pub struct SeedError(pub Vec<String>);

impl std::fmt::Display for SeedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for SeedError {}

/// More mistakes than this are not listed.
const MAX_PROBLEMS: usize = 30;

/// What seeds are read against.
pub struct Ground<'a> {
    pub catalog: &'a Catalog,
    pub zone: &'a Zone,
    pub now: Millis,
    /// Makes the stored form of a password.
    pub hash: &'a dyn Fn(&str, &str) -> String,
}

/// Loads files on top of each other: a row of a later file replaces the row of the same id.
///
/// # Errors
/// The mistakes of all files.
pub fn load(connection: &Connection, ground: &Ground<'_>, files: &[SeedFile<'_>]) -> Result<(), SeedError> {
    let mut problems = Vec::new();
    let file::Content { mut items, beside } = file::read(ground.catalog, files, &mut problems);
    complete::complete(ground.catalog, &mut items, &mut problems);
    let resolver = resolve::Resolver::new(ground.catalog, &items);
    let mut inserter = insert::Inserter::new(connection, ground.catalog);
    let mut take = |row: &row::Row<'_>| inserter.put(row);
    let stored = row::rows(ground, &resolver, &items, &mut problems, &mut take).and_then(|mut links| {
        links.tags(ground.catalog, &items, &mut take)?;
        links.rows(ground.catalog, &items, &mut take)
    });
    refused(problems)?;
    stored.map_err(not_stored)?;
    for (table, rows) in &beside {
        beside::insert(connection, table, rows).map_err(not_stored)?;
    }
    Ok(())
}

/// Adds the rows of a file to a database that holds an account. References stand by id and are believed; what hangs
/// together by name (tags, nested collections) has to be written out as rows.
///
/// # Errors
/// The mistakes of the file.
pub fn append(connection: &Connection, ground: &Ground<'_>, file: SeedFile<'_>) -> Result<(), SeedError> {
    let mut problems = Vec::new();
    let file::Content { items, .. } = file::read(ground.catalog, &[file], &mut problems);
    let resolver = resolve::Resolver::new(ground.catalog, &items);
    let mut inserter = insert::Inserter::new(connection, ground.catalog);
    let stored = row::rows(ground, &resolver, &items, &mut problems, &mut |row| inserter.put(row));
    refused(problems)?;
    stored.map(drop).map_err(not_stored)
}

fn not_stored(error: impl std::fmt::Display) -> SeedError {
    SeedError(vec![format!("the seed was not stored: {error}")])
}

fn refused(mut problems: Vec<String>) -> Result<(), SeedError> {
    if !problems.is_empty() {
        let more = problems.len().saturating_sub(MAX_PROBLEMS);
        problems.truncate(MAX_PROBLEMS);
        if more > 0 {
            problems.push(format!("… and {more} more"));
        }
        return Err(SeedError(problems));
    }
    Ok(())
}
