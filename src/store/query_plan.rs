//! How SQLite means to run a statement.

use rusqlite::Connection;

use super::StoreError;

/// A line of `EXPLAIN QUERY PLAN`: how deep it stands below others, and what is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStep {
    pub depth: usize,
    pub what: String,
}

/// The steps of a statement, in the order SQLite tells them. Nothing runs.
///
/// # Errors
/// SQLite's, for a text that is no statement.
pub fn query_plan(connection: &Connection, sql: &str) -> Result<Vec<PlanStep>, StoreError> {
    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
    let mut rows = statement.raw_query();
    let mut known: Vec<(i64, usize)> = Vec::new();
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, parent): (i64, i64) = (row.get(0)?, row.get(1)?);
        let depth = known.iter().find(|(id, _)| *id == parent).map_or(0, |(_, depth)| depth + 1);
        known.push((id, depth));
        steps.push(PlanStep { depth, what: row.get(3)? });
    }
    Ok(steps)
}
