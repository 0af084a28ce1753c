//! A database → the text of a seed that makes it again. Equal contents give equal bytes.

use std::fmt::Write;

use rusqlite::Connection;
use serde_json::{Map, Value as Json};

use super::beside;
use super::shape::{Pen, sections};
use crate::catalog::Catalog;
use crate::store::StoreError;

/// Every row of the database: sections in the order of the catalog, items by id, one on a line.
///
/// # Errors
/// SQLite's.
pub fn export(connection: &Connection, catalog: &Catalog) -> Result<String, StoreError> {
    let pen = Pen::new(connection, catalog)?;
    let mut out = String::from("{");
    for section in sections(catalog) {
        let mut statement = connection.prepare(section.sql())?;
        let mut rows = statement.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            write_item(&mut out, &section.plural, count, section.item(row, &pen)?);
            count += 1;
        }
        end_section(&mut out, count);
    }
    for (table, rows) in beside::read(connection)? {
        let count = rows.len();
        for (i, row) in rows.into_iter().enumerate() {
            write_item(&mut out, table, i, row);
        }
        end_section(&mut out, count);
    }
    if out.ends_with(',') {
        out.pop();
    }
    out.push_str("\n}\n");
    Ok(out)
}

fn write_item(out: &mut String, section: &str, before: usize, item: Map<String, Json>) {
    if before == 0 {
        let _ = write!(out, "\n  \"{section}\": [");
    } else {
        out.push(',');
    }
    let _ = write!(out, "\n    {}", Json::Object(item));
}

fn end_section(out: &mut String, count: usize) {
    if count > 0 {
        out.push_str("\n  ],");
    }
}
