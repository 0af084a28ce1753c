//! Every change leaves the row that the history resources serve.
//!
//! Evidence: vendor's history page (rows of five minutes merge, a state change has its own row, the first row has
//! everything changed, the open row ends in the year 9999).

use super::custom_values;
use super::row::Row;
use super::save::VALUES;
use super::tx::{Result, Tx};
use crate::catalog::{Entity, EntityKind, Member, MemberKind, Storage};
use crate::sql::{KIND_COLUMN, dml};
use crate::value::Value;

/// 9999-12-31T23:59:59Z: the end of what still holds.
const OPEN: i64 = 253_402_300_799_000;

/// Changes of one person within this time share a row.
const MERGE: i64 = 5 * 60 * 1000;

const CHANGED: &str = "ChangedMembers";
const STATE: &str = "EntityState";

/// Keeps what a row has become. `old` is missing for a new one.
pub(super) fn record(tx: &Tx<'_>, entity: &Entity, id: i64, old: Option<&Row>, new: &Row) -> Result<()> {
    let Some(history) = full_history(tx, entity) else { return Ok(()) };
    let tracked = tracked(history);
    let custom = custom_values::changed(old.map_or("", |old| old.text(VALUES)), new.text(VALUES));
    let changed: Vec<&str> = match old {
        None => tracked,
        Some(old) => tracked.into_iter().filter(|name| differs(entity, name, old, new)).collect(),
    };
    let changed: Vec<&str> = changed.into_iter().chain(custom.iter().map(String::as_str)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    // a new row has no past
    let last = if old.is_some() { last(tx, history, entity, id)? } else { None };
    let mut row = Row::default();
    for column in history.members.iter().filter_map(column) {
        if entity.members.iter().any(|m| self::column(m) == Some(column)) && column != "Id" {
            row.set(column, new.get(column).clone());
        }
    }
    if entity.custom_fields().is_some() {
        row.set(VALUES, new.get(VALUES).clone());
    }
    team_columns(tx, history, new, &mut row)?;
    row.set("ModifierId", tx.who.id);
    if let Some(last) = &last
        && old.is_some()
        && merges(tx, last, &changed)
        && let Some(at) = last.int("Id")
    {
        row.set(CHANGED, union(last.text(CHANGED), &changed));
        tx.run(dml::update(&history.table, at, row.columns().map(|(c, v)| (c.clone(), v.clone())).collect()))?;
        return Ok(());
    }
    if let Some(at) = last.as_ref().and_then(|l| l.int("Id")) {
        tx.run(dml::update(&history.table, at, vec![("DateTo".into(), Value::Int(tx.now))]))?;
    }
    row.set("SourceEntityId", id);
    row.set("Date", tx.now);
    row.set("DateTo", OPEN);
    row.set("Modification", if old.is_none() { "Add" } else { "Update" });
    row.set(CHANGED, union("", &changed));
    row.set("PreviousHistoryRecordId", last.and_then(|l| l.int("Id")));
    if history.kinds.is_some()
        && let Some(kind) = entity.type_id
    {
        row.set(KIND_COLUMN, kind);
    }
    tx.insert(history, &row)?;
    Ok(())
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

fn column(member: &Member) -> Option<&str> {
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

fn differs(entity: &Entity, name: &str, old: &Row, new: &Row) -> bool {
    // a save touches these every time; they are no change of their own
    if matches!(name, "ModifyDate" | "LastEditor") {
        return false;
    }
    entity.member(name).and_then(column).is_some_and(|c| old.get(c) != new.get(c))
}

fn last(tx: &Tx<'_>, history: &Entity, entity: &Entity, id: i64) -> Result<Option<Row>> {
    let kind = history.kinds.as_ref().and(entity.type_id);
    let test = if kind.is_some() { format!(r#" AND "{KIND_COLUMN}" = ?2"#) } else { String::new() };
    let sql = format!(
        r#"SELECT * FROM "{}" WHERE "SourceEntityId" = ?1{test} ORDER BY "Date" DESC, "Id" DESC LIMIT 1"#,
        history.table
    );
    let parameters: Vec<Value> = [Some(id), kind].into_iter().flatten().map(Value::Int).collect();
    Ok(tx.rows(&sql, &parameters)?.into_iter().next())
}

fn merges(tx: &Tx<'_>, last: &Row, changed: &[&str]) -> bool {
    let recent = last.int("Date").is_some_and(|date| tx.now - date < MERGE && date <= tx.now);
    let own = last.int("ModifierId") == Some(tx.who.id);
    let first = last.text("Modification") == "Add";
    let state = |names: &str| names.split('|').any(|n| n == STATE);
    recent && own && !changed.contains(&STATE) && (first || !state(last.text(CHANGED)))
}

fn union(known: &str, changed: &[&str]) -> String {
    let mut names: Vec<&str> = known.split('|').filter(|n| !n.is_empty()).collect();
    for name in changed {
        if !names.contains(name) {
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
