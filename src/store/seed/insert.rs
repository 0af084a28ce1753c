//! Rows → the database, one prepared statement for each set of columns.

use rusqlite::{Connection, types::Null};

use super::row::Row;
use crate::catalog::Catalog;
use crate::value::Value;

pub(super) fn insert(connection: &Connection, catalog: &Catalog, rows: &[Row]) -> rusqlite::Result<()> {
    let mut sql = String::new();
    for row in rows {
        sql.clear();
        sql.push_str("INSERT OR REPLACE INTO \"");
        sql.push_str(&catalog.entity(row.entity).table);
        sql.push_str("\" (");
        for (i, (column, _)) in row.columns.iter().enumerate() {
            sql.push_str(if i > 0 { ",\"" } else { "\"" });
            sql.push_str(column);
            sql.push('"');
        }
        sql.push_str(") VALUES (");
        for i in 0..row.columns.len() {
            sql.push_str(if i > 0 { ",?" } else { "?" });
        }
        sql.push(')');
        let mut statement = connection.prepare_cached(&sql)?;
        for (i, (_, value)) in row.columns.iter().enumerate() {
            match value {
                Value::Null => statement.raw_bind_parameter(i + 1, Null)?,
                Value::Bool(b) => statement.raw_bind_parameter(i + 1, *b)?,
                Value::Int(n) => statement.raw_bind_parameter(i + 1, *n)?,
                Value::Real(x) => statement.raw_bind_parameter(i + 1, *x)?,
                Value::Text(text) => statement.raw_bind_parameter(i + 1, text.as_str())?,
            }
        }
        statement.raw_execute()?;
    }
    Ok(())
}
