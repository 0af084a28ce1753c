//! Two databases → what changed between them, entity by entity and field by field.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value as Json};

use super::shape::{Pen, Section, sections};
use crate::catalog::Catalog;
use crate::store::StoreError;

/// All differences, in the order of the catalog and of the ids.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Changes {
    pub created: Vec<Item>,
    pub updated: Vec<Update>,
    pub deleted: Vec<Item>,
}

/// A row that only one side has.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub entity: String,
    pub id: i64,
    pub members: Map<String, Json>,
}

/// A row that both sides have, with different values.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    pub entity: String,
    pub id: i64,
    pub fields: Vec<Change>,
}

/// A field before and after; a custom field is called `CustomFields.Name`.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub field: String,
    pub from: Json,
    pub to: Json,
}

/// # Errors
/// SQLite's.
pub fn changes(old: &Connection, new: &Connection, catalog: &Catalog) -> Result<Changes, StoreError> {
    let pens = (Pen::new(old, catalog)?, Pen::new(new, catalog)?);
    let mut changes = Changes::default();
    for section in sections(catalog) {
        compare(old, new, &section, (&pens.0, &pens.1), &mut changes)?;
    }
    Ok(changes)
}

/// Walks both sides by id; rows with equal columns are never made into values.
fn compare(
    old: &Connection,
    new: &Connection,
    section: &Section,
    pens: (&Pen, &Pen),
    changes: &mut Changes,
) -> Result<(), StoreError> {
    let (mut before, mut after) = (old.prepare(section.sql())?, new.prepare(section.sql())?);
    let columns = before.column_count();
    let (mut before, mut after) = (before.query([])?, after.query([])?);
    let (mut left, mut right) = (before.next()?, after.next()?);
    let item = |row: &Row<'_>, pen: &Pen| -> Result<Item, StoreError> {
        Ok(Item { entity: section.entity.clone(), id: row.get(0)?, members: section.item(row, pen)? })
    };
    loop {
        match (left, right) {
            (None, None) => return Ok(()),
            (Some(l), Some(r)) => {
                let (a, b): (i64, i64) = (l.get(0)?, r.get(0)?);
                if a < b {
                    changes.deleted.push(item(l, pens.0)?);
                    (left, right) = (before.next()?, Some(r));
                    continue;
                }
                if b < a {
                    changes.created.push(item(r, pens.1)?);
                    (left, right) = (Some(l), after.next()?);
                    continue;
                }
                if !equal(l, r, columns)? {
                    let (was, is) = (item(l, pens.0)?, item(r, pens.1)?);
                    let fields = fields(was.members, is.members);
                    if !fields.is_empty() {
                        changes.updated.push(Update { entity: is.entity, id: is.id, fields });
                    }
                }
                (left, right) = (before.next()?, after.next()?);
            }
            (Some(l), None) => {
                changes.deleted.push(item(l, pens.0)?);
                (left, right) = (before.next()?, None);
            }
            (None, Some(r)) => {
                changes.created.push(item(r, pens.1)?);
                (left, right) = (None, after.next()?);
            }
        }
    }
}

fn equal(left: &Row<'_>, right: &Row<'_>, columns: usize) -> Result<bool, StoreError> {
    for i in 0..columns {
        let (l, r): (ValueRef<'_>, ValueRef<'_>) = (left.get_ref(i)?, right.get_ref(i)?);
        if l != r {
            return Ok(false);
        }
    }
    Ok(true)
}

fn fields(was: Map<String, Json>, is: Map<String, Json>) -> Vec<Change> {
    let (mut was, is) = (flat(was), flat(is));
    let mut found = Vec::new();
    for (field, to) in is {
        let from = was.shift_remove(&field).unwrap_or(Json::Null);
        if from != to {
            found.push(Change { field, from, to });
        }
    }
    let gone = was.into_iter().filter(|(_, from)| !from.is_null());
    found.extend(gone.map(|(field, from)| Change { field, from, to: Json::Null }));
    found
}

/// Custom fields become fields of their own.
fn flat(members: Map<String, Json>) -> Map<String, Json> {
    let mut out = Map::new();
    for (name, value) in members {
        match value {
            Json::Array(list) => {
                for field in list {
                    let inner = field.get("Name").and_then(Json::as_str).unwrap_or_default();
                    let value = field.get("Value").cloned().unwrap_or(Json::Null);
                    out.insert(format!("{name}.{inner}"), value);
                }
            }
            value => drop(out.insert(name, value)),
        }
    }
    out
}
