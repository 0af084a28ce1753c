//! Small statements whose rows are values: accounts, settings, the things behind an answer rather than in it.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};

use super::StoreError;
use crate::value::Value;

/// All rows of a statement with its parameters bound in order.
///
/// # Errors
/// SQLite's.
pub fn select(connection: &Connection, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, parameters)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut result = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|i| {
            Ok(match row.get_ref(i)? {
                ValueRef::Null | ValueRef::Blob(_) => Value::Null,
                ValueRef::Integer(n) => Value::Int(n),
                ValueRef::Real(x) => Value::Real(x),
                ValueRef::Text(text) => Value::Text(match std::str::from_utf8(text) {
                    Ok(text) => text.to_owned(),
                    Err(_) => String::from_utf8_lossy(text).into_owned(),
                }),
            })
        });
        result.push(values.collect::<Result<_, StoreError>>()?);
    }
    Ok(result)
}

/// Runs a statement that changes rows; how many it changed comes back.
///
/// # Errors
/// SQLite's.
pub fn execute(connection: &Connection, sql: &str, parameters: &[Value]) -> Result<usize, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, parameters)?;
    Ok(statement.raw_execute()?)
}

/// The names of the columns a statement gives.
///
/// # Errors
/// SQLite's.
pub fn columns(connection: &Connection, sql: &str) -> Result<Vec<String>, StoreError> {
    Ok(connection.prepare_cached(sql)?.column_names().map(str::to_owned).collect())
}

fn bind(statement: &mut Statement<'_>, parameters: &[Value]) -> Result<(), StoreError> {
    for (i, value) in parameters.iter().enumerate() {
        match value {
            // a statement from the cache has nothing bound
            Value::Null => {}
            Value::Bool(b) => statement.raw_bind_parameter(i + 1, *b)?,
            Value::Int(n) => statement.raw_bind_parameter(i + 1, *n)?,
            Value::Real(x) => statement.raw_bind_parameter(i + 1, *x)?,
            Value::Text(text) => statement.raw_bind_parameter(i + 1, text.as_str())?,
        }
    }
    Ok(())
}
