//! Rows → the database, one prepared statement for each entity.

use std::collections::HashMap;

use rusqlite::{Connection, types::Null};

use super::row::Row;
use super::shape::keeps_values;
use crate::catalog::{Catalog, Entity, EntityId, MemberKind, Storage};
use crate::sql::{KIND_COLUMN, VALUES_COLUMN};
use crate::value::Value;

/// Writes rows as they come.
pub(super) struct Inserter<'c> {
    connection: &'c Connection,
    catalog: &'c Catalog,
    forms: HashMap<EntityId, Form<'c>>,
}

/// The statement of an entity and the columns of its placeholders.
struct Form<'c> {
    sql: String,
    columns: Vec<&'c str>,
}

impl<'c> Inserter<'c> {
    pub fn new(connection: &'c Connection, catalog: &'c Catalog) -> Self {
        Self { connection, catalog, forms: HashMap::new() }
    }

    /// Columns that the row leaves out stay null.
    pub fn put(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let entity = self.catalog.entity(row.entity);
        let form = self.forms.entry(row.entity).or_insert_with(|| Form::of(self.catalog, entity));
        let mut statement = self.connection.prepare_cached(&form.sql)?;
        let mut from = 0;
        for (column, value) in &row.columns {
            // columns come in about the order of the statement, so the search begins behind the last one
            let (before, behind) = form.columns.split_at(from);
            let found = behind.iter().position(|c| c == column).map(|i| i + from);
            let Some(at) = found.or_else(|| before.iter().position(|c| c == column)) else { continue };
            from = at + 1;
            match value {
                Value::Null => statement.raw_bind_parameter(at + 1, Null)?,
                Value::Bool(b) => statement.raw_bind_parameter(at + 1, *b)?,
                Value::Int(n) => statement.raw_bind_parameter(at + 1, *n)?,
                Value::Real(x) => statement.raw_bind_parameter(at + 1, *x)?,
                Value::Text(text) => statement.raw_bind_parameter(at + 1, text.as_str())?,
            }
        }
        statement.raw_execute()?;
        Ok(())
    }
}

impl<'c> Form<'c> {
    fn of(catalog: &Catalog, entity: &'c Entity) -> Self {
        let mut columns = vec!["Id"];
        let mut add = |column: &'c str| {
            if !columns.contains(&column) {
                columns.push(column);
            }
        };
        if entity.kinds.is_some() {
            add(KIND_COLUMN);
        }
        for member in &entity.members {
            let storage = match &member.kind {
                MemberKind::Field(field) => &field.storage,
                MemberKind::Reference(reference) => &reference.storage,
                MemberKind::Collection(_) => continue,
            };
            if let Storage::Column(column) | Storage::Embedded(column) = storage {
                add(column);
            }
        }
        if entity.custom_fields().is_some() || keeps_values(catalog, entity) {
            add(VALUES_COLUMN);
        }
        let marks = vec!["?"; columns.len()].join(",");
        let names = columns.join("\",\"");
        let sql = format!("INSERT OR REPLACE INTO \"{}\" (\"{names}\") VALUES ({marks})", entity.table);
        Self { sql, columns }
    }
}
