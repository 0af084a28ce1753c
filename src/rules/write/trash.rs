//! Deleted rows, kept so that an administrator can bring them back.
//!
//! A batch is one deletion with all that went along: rows that are gone, one value each, and references of rows that
//! stayed. Evidence: vendor's undelete page.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, is_a};
use super::refusal::Refusal;
use super::remove::goes_along;
use super::row::Row;
use super::save::reference_column;
use super::tx::{Result, Tx, VERSION};
use super::{efforts, moves, people, relations, rollup, tags, teams, testing, times};
use crate::catalog::Entity;
use crate::sql::{KIND_COLUMN, dml, quoted};
use crate::value::Value;

/// What the service does not bring back.
const LOST: &[&str] = &["Comment", "Milestone", "Program"];

/// The member of a request that says what is to be brought back.
pub const TYPE_MEMBER: &str = "EntityType";

/// The column with the date of a deletion.
const DELETED_ON: &str = "DeletedOn";

/// One deletion.
pub(super) struct Batch<'a> {
    id: i64,
    table: &'a str,
    root: i64,
}

pub(super) fn open<'a>(tx: &Tx<'_>, table: &'a str, root: i64) -> Result<Batch<'a>> {
    let id = tx.next("Trash", &[("Trash", "Batch")])?;
    Ok(Batch { id, table, root })
}

impl Batch<'_> {
    /// Keeps a row that is about to go.
    pub(super) fn keep_row(&self, tx: &Tx<'_>, table: &str, id: i64, row: &Row) -> Result<()> {
        row.filled().iter().try_for_each(|(column, value)| self.keep(tx, (table, id), column, value, true))
    }

    /// Keeps the date of the deletion, which those see who ask for deleted rows.
    pub(super) fn keep_date(&self, tx: &Tx<'_>, table: &str, id: i64) -> Result<()> {
        self.keep(tx, (table, id), DELETED_ON, &tx.now.into(), true)
    }

    /// Keeps a reference that is about to be cleared.
    pub(super) fn keep_reference(&self, tx: &Tx<'_>, table: &str, id: i64, column: &str, value: i64) -> Result<()> {
        self.keep(tx, (table, id), column, &Value::Int(value), false)
    }

    fn keep(&self, tx: &Tx<'_>, (table, id): (&str, i64), column: &str, value: &Value, gone: bool) -> Result<()> {
        let values = [
            self.id.into(),
            self.table.into(),
            self.root.into(),
            table.into(),
            id.into(),
            column.into(),
            value.clone(),
            gone.into(),
        ];
        tx.query(r#"INSERT INTO "Trash" VALUES (?, ?, ?, ?, ?, ?, ?, ?)"#, &values)?;
        Ok(())
    }
}

/// Brings back what was deleted with an entity.
///
/// # Errors
/// 403 for others than administrators, 404 where nothing of that id was deleted.
pub fn restore<'a>(tx: &Tx<'a>, entity: &'a Entity, id: i64) -> Result<()> {
    if !tx.who.sees_all {
        return Err(Refusal::forbidden("Only administrators can restore deleted entities."));
    }
    if LOST.contains(&entity.name.as_str()) || !entity.has_uri() || entity.view.is_some() {
        return Err(Refusal::invalid("{entityKind} cannot be restored.", vec![("entityKind", entity.name.clone())]));
    }
    if is_a(tx, entity, "GeneralUser") {
        return restore_user(tx, entity, id);
    }
    let table = entity.table.as_str();
    let missing = || Refusal::not_found(&entity.name, id);
    let sql = r#"SELECT MAX("Batch") FROM "Trash" WHERE "RootTable" = ? AND "RootId" = ?"#;
    let batch = tx.id(sql, &[table.into(), id.into()])?.ok_or_else(missing)?;
    let (mut rows, references) = kept(tx, batch)?;
    let root = rows.get(&(table.to_owned(), id)).ok_or_else(missing)?.clone();
    let concrete = tx.concrete(entity, &root);
    if !tx.catalog().is_a(concrete.id, entity.id) {
        return Err(missing());
    }
    mend(tx, &mut rows, (table, id))?;
    stays_the_only_one(tx, concrete, id, &root)?;
    tx.known.forget();
    tx.forget_items();
    put_back(tx, &mut rows)?;
    for reference in &references {
        refer_again(tx, reference)?;
    }
    match concrete.name.as_str() {
        "TeamAssignment" => teams::resume(tx, id, &root)?,
        "Time" => times::advance(tx, &root)?,
        "Tag" => tags::bearers(tx, id)?.into_iter().try_for_each(|item| tags::refresh(tx, item))?,
        _ => {}
    }
    tx.query(r#"DELETE FROM "Trash" WHERE "Batch" = ?"#, &[batch.into()])?;
    tx.sum_up(root.int("AssignableId").or(root.int("UserStoryId")));
    let back = rows.iter().filter_map(|((table, _), row)| Some((tx.concrete(family(tx, table)?, row), row)));
    testing::follow_rows(tx, back)
}

/// A tie does not come back beside one that was made anew meanwhile: the rules of a create speak.
fn stays_the_only_one(tx: &Tx<'_>, entity: &Entity, id: i64, row: &Row) -> Result<()> {
    let mut change = Change::new(entity, id, None, row.clone());
    efforts::stays_the_only_one(tx, &change)?;
    teams::assigned_once(tx, &change)?;
    relations::tied_once(tx, &mut change)
}

/// Rows that went, by their tables and ids.
type Rows = BTreeMap<(String, i64), Row>;

/// What a batch keeps: rows that went, and references of rows that stayed.
fn kept(tx: &Tx<'_>, batch: i64) -> Result<(Rows, Vec<Row>)> {
    let values = tx.rows(r#"SELECT * FROM "Trash" WHERE "Batch" = ? ORDER BY rowid"#, &[batch.into()])?;
    let (gone, references): (Vec<Row>, Vec<Row>) = values.into_iter().partition(|value| value.flag("Gone"));
    let mut rows = Rows::new();
    for value in gone.iter().filter(|value| value.text("Column") != DELETED_ON) {
        let key = (value.text("Table").to_owned(), value.int("Row").unwrap_or_default());
        rows.entry(key).or_default().set(value.text("Column"), value.get("Value").clone());
    }
    Ok((rows, references))
}

/// Puts rows back that are not there, and brings up to date what they belong to.
fn put_back(tx: &Tx<'_>, rows: &mut Rows) -> Result<()> {
    let back: BTreeSet<(String, i64)> = rows.keys().cloned().collect();
    for ((table, id), row) in rows {
        let is_there = format!(r#"SELECT "Id" FROM {} WHERE "Id" = ?"#, quoted(table));
        if testing::closes_circle(tx, table, row)? || tx.id(&is_there, &[(*id).into()])?.is_some() {
            continue;
        }
        if !row.is_null(VERSION) {
            row.set(VERSION, tx.next_version()?);
        }
        tx.run(dml::insert(table, row.filled()))?;
        let item = row.int(KIND_COLUMN).and_then(|kind| tx.catalog().of_type(kind));
        let Some(item) = item.filter(|item| item.table == *table) else { continue };
        // a story that comes back too knows its tasks
        let story = row.int("UserStoryId").filter(|_| item.name == "Task");
        if !story.is_some_and(|story| back.contains(&(table.clone(), story))) {
            rollup::note(tx, item, None, Some(row))?;
        }
        if item.name == "UserStory" {
            tx.sum_up(Some(*id));
        }
        rollup::note_restored(tx, item, *id)?;
    }
    for (table, id) in back {
        let Some(family) = family(tx, &table) else { continue };
        if let Some(row) = tx.row(family, id)?.filter(|row| !row.is_null("ProjectId")) {
            moves::catch_up(tx, tx.concrete(family, &row), id)?;
        }
    }
    Ok(())
}

/// Lets a row refer again to what came back, unless it refers to something else by now.
fn refer_again(tx: &Tx<'_>, reference: &Row) -> Result<()> {
    let (column, id) = (reference.text("Column"), reference.int("Row").unwrap_or_default());
    let Some(holder) = family(tx, reference.text("Table")) else { return Ok(()) };
    match tx.row(holder, id)?.filter(|row| row.is_null(column)) {
        Some(row) => tx.amend_row(holder, id, &row, &[(column, reference.get("Value").clone())]),
        None => Ok(()),
    }
}

/// Sees to it that no row comes back with a reference to what went by itself: where it may be empty it is; a row that
/// makes no sense without it stays away, and with the `root` of the deletion all of it does.
///
/// Assumed; the message is one of the vendor's templates.
fn mend(tx: &Tx<'_>, rows: &mut Rows, root: (&str, i64)) -> Result<()> {
    loop {
        let mut lost = Vec::new();
        let keys: Vec<(String, i64)> = rows.keys().cloned().collect();
        for key in keys {
            for (column, target, id, needed) in dangling(tx, rows, &key)? {
                if !needed {
                    rows.entry(key.clone()).or_default().set(column, Value::Null);
                    continue;
                }
                if (key.0.as_str(), key.1) == root {
                    let data = vec![("entityKind", target.name.clone()), ("entityId", id.to_string())];
                    return Err(Refusal::invalid("{entityKind} with id {entityId} is deleted.", data));
                }
                lost.push(key.clone());
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        // what went with a row that stays away stays away too
        rows.retain(|key, _| !lost.contains(key));
    }
}

/// References of a row that lead nowhere: column, target, id, and whether the row needs it.
fn dangling<'a>(tx: &Tx<'a>, rows: &Rows, key: &(String, i64)) -> Result<Vec<(&'a str, &'a Entity, i64, bool)>> {
    let (Some(family), Some(row)) = (family(tx, &key.0), rows.get(key)) else { return Ok(Vec::new()) };
    let entity = tx.concrete(family, row);
    let mut found = Vec::new();
    for (member, reference) in entity.references() {
        let Some(column) = reference_column(member).filter(|c| *c != KIND_COLUMN) else { continue };
        let (Some(id), target) = (row.int(column), tx.catalog().entity(reference.target)) else { continue };
        if !rows.contains_key(&(target.table.clone(), id)) && !tx.exists(target, id)? {
            found.push((column, target, id, goes_along(entity, &member.name)));
        }
    }
    Ok(found)
}

/// The entity that all rows of a table are.
fn family<'a>(tx: &Tx<'a>, table: &str) -> Option<&'a Entity> {
    tx.catalog().entities().iter().find(|e| e.table == table && e.ancestors.is_empty())
}

fn restore_user(tx: &Tx<'_>, entity: &Entity, id: i64) -> Result<()> {
    let row = tx.row(entity, id)?.filter(|r| !r.is_null("DeleteDate"));
    let row = row.ok_or_else(|| Refusal::not_found(&entity.name, id))?;
    let concrete = tx.concrete(tx.catalog().entity(entity.id), &row);
    people::unlike_others(tx, id, &row, |_| true)?;
    tx.amend(concrete, id, &[("DeleteDate", Value::Null), ("IsActive", true.into())])?;
    tx.accounts_changed.set(true);
    Ok(())
}

/// Deleted entities of a type that are still to be had back: id and name.
pub fn deleted(tx: &Tx<'_>, entity: &Entity) -> Result<Vec<(i64, String)>> {
    let kind = Value::from(entity.type_id);
    let rows = if is_a(tx, entity, "GeneralUser") {
        let sql = r#"SELECT "Id", TRIM(COALESCE("FirstName", '') || ' ' || COALESCE("LastName", '')) AS "Name" FROM "GeneralUser"
            WHERE "DeleteDate" IS NOT NULL AND "EntityTypeId" = ? ORDER BY "Id""#;
        tx.rows(sql, &[kind])?
    } else {
        let sql = r#"SELECT DISTINCT k."RootId" AS "Id", (SELECT n."Value" FROM "Trash" n WHERE n."Batch" = k."Batch" AND n."Table" = k."RootTable"
            AND n."Row" = k."RootId" AND n."Column" = 'Name') AS "Name" FROM "Trash" k
            WHERE k."RootTable" = ? AND k."Row" = k."RootId" AND k."Table" = k."RootTable" AND k."Column" = 'EntityTypeId' AND k."Value" = ? ORDER BY "Id""#;
        tx.rows(sql, &[entity.table.as_str().into(), kind])?
    };
    Ok(rows.into_iter().filter_map(|r| Some((r.int("Id")?, r.text("Name").to_owned()))).collect())
}
