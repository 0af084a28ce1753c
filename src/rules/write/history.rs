//! Every change leaves the row that the history resources serve.
//!
//! Evidence: vendor's history page (rows of five minutes merge, a state change has its own row, the first row has
//! everything changed, the open row ends in the year 9999).

use std::rc::Rc;

use super::custom_values;
use super::row::{Columns, Row};
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
/// How no changed members are noted, and a changed state.
const NONE: &str = "|";
const STATE: &str = "|EntityState|";

/// What is to be known of an entity to keep its past. Places are those in the columns of its table.
struct Shape {
    history: EntityId,
    columns: Rc<Columns>,
    /// What a past state takes from the row: the place there, and the place in the past state.
    taken: Vec<(usize, usize)>,
    /// Members that have a flag.
    tracked: Vec<String>,
    /// Their places; missing where they are no columns.
    places: Vec<Option<usize>>,
    /// All of them, as they are noted.
    all: String,
    /// Whether there are custom fields.
    has_values: bool,
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
    let new = new.in_columns(&shape.columns);
    let old = old.map(|old| old.in_columns(&shape.columns));
    let changed = changed(shape, old.as_deref(), &new);
    if changed == NONE {
        return Ok(());
    }
    let history = tx.catalog().entity(shape.history);
    let mut past = past(tx, history, entity, id, old.is_some(), &changed)?;
    let (values, taken) = (new.values(), past.row.values_mut());
    for (from, to) in &shape.taken {
        if taken[*to] != values[*from] {
            taken[*to] = values[*from].clone();
        }
    }
    team_columns(tx, history, &new, &mut past.row)?;
    past.row.set("ModifierId", tx.who.id);
    if let Some(names) = union(past.row.text(CHANGED), changed) {
        past.row.set(CHANGED, names);
    }
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
            past.row.set("Id", tx.next_id(&history.table)?);
            tx.insert(history, &past.row)?;
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
fn past(tx: &Tx<'_>, history: &Entity, entity: &Entity, id: i64, has_past: bool, changed: &str) -> Result<Past> {
    let own = tx.pasts.borrow_mut().remove(&(history.id, id));
    let last = match own {
        // one request makes one past state, but for every move
        Some(own) if !changed.contains(STATE) => return Ok(own),
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
    let (columns, past) = (tx.columns(entity)?, tx.columns(history)?);
    let shown = history.members.iter().filter_map(column);
    let shown = shown.filter(|c| *c != "Id" && entity.members.iter().any(|m| column(m) == Some(*c)));
    let has_values = entity.custom_fields().is_some();
    let taken = shown
        .chain(Some(VALUES).filter(|_| has_values))
        .filter_map(|c| Some((columns.find(c)?, past.find(c)?)))
        .collect();
    let place = |name: &str| entity.member(name).and_then(column).and_then(|c| columns.find(c));
    let tracked: Vec<String> = tracked(history).into_iter().map(str::to_owned).collect();
    let places = tracked.iter().map(|name| place(name)).collect();
    let all = noted(tracked.iter().map(String::as_str));
    Ok(Some(Shape { history: history.id, columns, taken, tracked, places, all, has_values }))
}

/// The members that a change is about, as they are noted; all of a new row.
fn changed(shape: &Shape, old: Option<&Row>, new: &Row) -> String {
    // a save touches these every time; they are no change of their own
    let silent = |name: &str| matches!(name, "ModifyDate" | "LastEditor");
    let mut names = match old {
        None => shape.all.clone(),
        Some(old) => {
            let differs = |place: &Option<usize>| place.is_some_and(|at| old.values()[at] != new.values()[at]);
            let members = shape.tracked.iter().zip(&shape.places);
            let changed = members.filter(|(name, place)| differs(place) && !silent(name));
            noted(changed.map(|(name, _)| name.as_str()))
        }
    };
    if shape.has_values {
        let custom = custom_values::changed(old.map_or("", |old| old.text(VALUES)), new.text(VALUES));
        custom.iter().for_each(|name| note(&mut names, name));
    }
    names
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
        r#"SELECT * FROM "{0}" WHERE "Id" = (SELECT "Id" FROM "{0}" WHERE "SourceEntityId" = ?1{test} ORDER BY "Date" DESC, "Id" DESC LIMIT 1)"#,
        history.table
    );
    let parameters: Vec<Value> = [Some(id), kind].into_iter().flatten().map(Value::Int).collect();
    let Some(values) = tx.query(&sql, &parameters)?.pop() else { return Ok(None) };
    Ok(Some(Row::of(tx.columns(history)?, values)))
}

fn merges(tx: &Tx<'_>, last: &Row, changed: &str) -> bool {
    let recent = last.int("Date").is_some_and(|date| tx.now - date < MERGE && date <= tx.now);
    let own = last.int("ModifierId") == Some(tx.who.id);
    let first = last.text("Modification") == "Add";
    recent && own && !changed.contains(STATE) && (first || !last.text(CHANGED).contains(STATE))
}

/// Names as they are noted: a bar before, between and after them.
fn noted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut text = NONE.to_owned();
    names.for_each(|name| note(&mut text, name));
    text
}

fn note(names: &mut String, name: &str) {
    names.push_str(name);
    names.push('|');
}

/// What was noted with what is new in `changed` behind it; nothing where all of it was noted before.
fn union(known: &str, changed: String) -> Option<String> {
    if known.is_empty() {
        return Some(changed);
    }
    let new = changed.split_inclusive('|').skip(1).filter(|name| !known.contains(&format!("|{name}")));
    let new: String = new.collect();
    (!new.is_empty()).then(|| format!("{known}{new}"))
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
