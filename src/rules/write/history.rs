//! Every change leaves the row that the history resources serve.
//!
//! Evidence: vendor's history page (rows of five minutes merge, a state change has its own row, the first row has
//! everything changed, the open row ends in the year 9999).

use super::custom_values;
use super::row::Row;
use super::save::VALUES;
use super::tx::{Result, Tx};
use crate::catalog::{Entity, EntityId, EntityKind, Member, MemberKind, Storage};
use crate::sql::KIND_COLUMN;
use crate::value::Value;

/// 9999-12-31T23:59:59Z: the end of what still holds.
const OPEN: i64 = 253_402_300_799_000;

/// Changes of one person within this time share a row.
const MERGE: i64 = 5 * 60 * 1000;

const CHANGED: &str = "ChangedMembers";
const STATE: &str = "EntityState";

/// What is to be known of an entity to keep its past.
struct Shape {
    history: EntityId,
    /// Columns that a past state takes from the row.
    taken: Vec<String>,
    /// Members that have a flag, with their columns.
    tracked: Vec<(String, Option<String>)>,
}

/// A past state on its way into the store.
pub struct Past {
    row: Row,
    /// What the store has of it.
    stored: Option<Row>,
}

/// Notes what a row has become. `old` is missing for a new one.
pub(super) fn record(tx: &Tx<'_>, entity: &Entity, id: i64, old: Option<&Row>, new: &Row) -> Result<()> {
    let shape = tx.known.answer("history", [entity.id.0.into(), 0], || shape(tx, entity))?;
    let Some(shape) = &*shape else { return Ok(()) };
    let changed = changed(shape, old, new);
    if changed.is_empty() {
        return Ok(());
    }
    let history = tx.catalog().entity(shape.history);
    let mut past = past(tx, history, entity, id, old.is_some(), &changed)?;
    for column in &shape.taken {
        past.row.set(column, new.get(column).clone());
    }
    team_columns(tx, history, new, &mut past.row)?;
    past.row.set("ModifierId", tx.who.id);
    let names = union(past.row.text(CHANGED), &changed);
    past.row.set(CHANGED, names);
    tx.pasts.borrow_mut().insert((history.id, id), past);
    Ok(())
}

/// Writes down the past states that were noted, but for those of items that will still change after the answer.
pub(super) fn settle(tx: &Tx<'_>) -> Result<()> {
    let later = tx.later.borrow();
    let mut pasts = tx.pasts.borrow_mut();
    for ((history, item), past) in pasts.iter_mut() {
        if !later.contains(item) {
            keep(tx, tx.catalog().entity(*history), past)?;
        }
    }
    Ok(())
}

fn keep(tx: &Tx<'_>, history: &Entity, past: &mut Past) -> Result<()> {
    match &past.stored {
        None => {
            let id = tx.insert(history, &past.row)?;
            past.row.set("Id", id);
        }
        Some(stored) => {
            let changes = past.row.changes(stored);
            if changes.is_empty() {
                return Ok(());
            }
            tx.update(history, past.row.int("Id").unwrap_or_default(), changes)?;
        }
    }
    past.stored = Some(past.row.clone());
    Ok(())
}

/// The past state that a change belongs to: the last one where they merge, else a new one.
fn past(tx: &Tx<'_>, history: &Entity, entity: &Entity, id: i64, has_past: bool, changed: &[String]) -> Result<Past> {
    let own = tx.pasts.borrow_mut().remove(&(history.id, id));
    let last = match own {
        // one request makes one past state, but for every move
        Some(own) if !changed.iter().any(|name| name == STATE) => return Ok(own),
        Some(mut own) => {
            keep(tx, history, &mut own)?;
            own.stored
        }
        None if has_past => last(tx, history, entity, id)?,
        None => None,
    };
    if let Some(last) = &last {
        if merges(tx, last, changed) {
            return Ok(Past { row: last.clone(), stored: Some(last.clone()) });
        }
        tx.update(history, last.int("Id").unwrap_or_default(), vec![("DateTo".into(), Value::Int(tx.now))])?;
    }
    let mut row = Row::of(tx.columns(history)?, Vec::new());
    row.set("SourceEntityId", id);
    row.set("Date", tx.now);
    row.set("DateTo", OPEN);
    row.set("Modification", if has_past { "Update" } else { "Add" });
    row.set("PreviousHistoryRecordId", last.and_then(|l| l.int("Id")));
    if history.kinds.is_some()
        && let Some(kind) = entity.type_id
    {
        row.set(KIND_COLUMN, kind);
    }
    Ok(Past { row, stored: None })
}

fn shape(tx: &Tx<'_>, entity: &Entity) -> Result<Option<Shape>> {
    let Some(history) = full_history(tx, entity) else { return Ok(None) };
    let of = |name: &str| entity.member(name).and_then(column).map(str::to_owned);
    let mut taken: Vec<String> = history
        .members
        .iter()
        .filter_map(column)
        .filter(|c| *c != "Id" && entity.members.iter().any(|m| column(m) == Some(*c)))
        .map(str::to_owned)
        .collect();
    if entity.custom_fields().is_some() {
        taken.push(VALUES.to_owned());
    }
    let tracked = tracked(history).into_iter().map(|name| (name.to_owned(), of(name))).collect();
    Ok(Some(Shape { history: history.id, taken, tracked }))
}

/// Names of the members that a change is about; all of a new row.
fn changed(shape: &Shape, old: Option<&Row>, new: &Row) -> Vec<String> {
    // a save touches these every time; they are no change of their own
    let silent = |name: &str| matches!(name, "ModifyDate" | "LastEditor");
    let differs = |name: &str, column: Option<&String>| match (old, column) {
        (None, _) => true,
        (Some(old), Some(column)) => !silent(name) && old.get(column) != new.get(column),
        (Some(_), None) => false,
    };
    let members = shape.tracked.iter().filter(|(name, column)| differs(name, column.as_ref()));
    let custom = custom_values::changed(old.map_or("", |old| old.text(VALUES)), new.text(VALUES));
    members.map(|(name, _)| name.clone()).chain(custom).collect()
}

/// The history that shows most, which holds the rows of the simple one too.
fn full_history<'a>(tx: &Tx<'a>, entity: &Entity) -> Option<&'a Entity> {
    let own = |e: &&Entity| e.kind == EntityKind::History && e.source == Some(entity.id);
    tx.catalog().entities().iter().filter(own).max_by_key(|e| e.members.len())
}

/// Names of the members that have a flag.
fn tracked(history: &Entity) -> Vec<&str> {
    history.members.iter().filter_map(|m| m.name.strip_prefix("IsChanged")).collect()
}

pub(super) fn column(member: &Member) -> Option<&str> {
    match &member.kind {
        MemberKind::Field(field) => match &field.storage {
            Storage::Column(column) => Some(column),
            Storage::Computed(_) | Storage::Embedded(_) => None,
        },
        MemberKind::Reference(reference) => match &reference.storage {
            Storage::Column(column) => Some(column),
            Storage::Computed(_) | Storage::Embedded(_) => None,
        },
        MemberKind::Collection(_) => None,
    }
}

fn last(tx: &Tx<'_>, history: &Entity, entity: &Entity, id: i64) -> Result<Option<Row>> {
    let kind = history.kinds.as_ref().and(entity.type_id);
    let test = if kind.is_some() { format!(r#" AND "{KIND_COLUMN}" = ?2"#) } else { String::new() };
    let sql = format!(
        r#"SELECT * FROM "{}" WHERE "SourceEntityId" = ?1{test} ORDER BY "Date" DESC, "Id" DESC LIMIT 1"#,
        history.table
    );
    let parameters: Vec<Value> = [Some(id), kind].into_iter().flatten().map(Value::Int).collect();
    let Some(values) = tx.query(&sql, &parameters)?.pop() else { return Ok(None) };
    Ok(Some(Row::of(tx.columns(history)?, values)))
}

fn merges(tx: &Tx<'_>, last: &Row, changed: &[String]) -> bool {
    let recent = last.int("Date").is_some_and(|date| tx.now - date < MERGE && date <= tx.now);
    let own = last.int("ModifierId") == Some(tx.who.id);
    let first = last.text("Modification") == "Add";
    let state = |names: &str| names.split('|').any(|n| n == STATE);
    recent && own && !changed.iter().any(|name| name == STATE) && (first || !state(last.text(CHANGED)))
}

fn union(known: &str, changed: &[String]) -> String {
    let mut names: Vec<&str> = known.split('|').filter(|n| !n.is_empty()).collect();
    if names.is_empty() {
        names.extend(changed.iter().map(String::as_str));
    }
    for name in changed {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    format!("|{}|", names.join("|"))
}

/// The team whose workflow an item follows, and its state there.
fn team_columns(tx: &Tx<'_>, history: &Entity, new: &Row, row: &mut Row) -> Result<()> {
    if history.member("WorkflowTeam").is_none() {
        return Ok(());
    }
    row.set("WorkflowTeamId", new.get("TeamId").clone());
    let state = match new.int("ResponsibleTeamId") {
        Some(id) => tx.id(r#"SELECT "EntityStateId" FROM "TeamAssignment" WHERE "Id" = ?"#, &[Value::Int(id)])?,
        None => None,
    };
    row.set("TeamStateId", state.map_or_else(|| new.get("EntityStateId").clone(), Value::Int));
    Ok(())
}
