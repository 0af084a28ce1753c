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

/// When a past state began to hold, be there a date of the same name in the row (a time has one).
const DATE: &str = "Date";
const CHANGED: &str = "ChangedMembers";
/// How no changed members are noted, and a changed state.
const NONE: &str = "|";
const STATE: &str = "|EntityState|";
/// The same of the state in the team's workflow.
const TEAM_STATE: &str = "|TeamState|";

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
    /// Whether past states have the state in the team's workflow.
    has_team_state: bool,
}

/// A past state on its way into the store.
pub struct Past {
    row: Row,
    /// What the store has of it.
    stored: Option<Row>,
}

/// Notes what a row has become. `old` is missing for a new one.
pub(super) fn record(tx: &Tx<'_>, entity: &Entity, id: i64, old: Option<&Row>, new: &Row) -> Result<()> {
    let shape = known_shape(tx, entity)?;
    let Some(shape) = &*shape else { return Ok(()) };
    let new = new.in_columns(&shape.columns);
    let old = old.map(|old| old.in_columns(&shape.columns));
    let changed = changed(shape, old.as_deref(), &new);
    if changed == NONE {
        return Ok(());
    }
    let team_state = match tx.team_states.borrow().get(&id) {
        Some(before) => before.clone(),
        None if shape.has_team_state => team_state(tx, &new)?,
        None => Value::Null,
    };
    note_past(tx, shape, (entity, id), old.is_some(), (&new, team_state), changed)
}

/// Notes a change of an item as it is now: its row, and its state in the team's workflow.
fn note_past(
    tx: &Tx<'_>,
    shape: &Shape,
    (entity, id): (&Entity, i64),
    has_past: bool,
    (row, team_state): (&Row, Value),
    changed: String,
) -> Result<()> {
    let history = tx.catalog().entity(shape.history);
    let mut past = past(tx, history, entity, id, has_past, &changed)?;
    let (values, taken) = (row.values(), past.row.values_mut());
    for (from, to) in &shape.taken {
        if taken[*to] != values[*from] {
            taken[*to] = values[*from].clone();
        }
    }
    if shape.has_team_state {
        past.row.set("TeamStateId", team_state);
    }
    past.row.set("ModifierId", tx.who.id);
    if let Some(names) = union(past.row.text(CHANGED), changed) {
        past.row.set(CHANGED, names);
    }
    tx.pasts.borrow_mut().insert((history.id, id), past);
    Ok(())
}

fn known_shape(tx: &Tx<'_>, entity: &Entity) -> Result<Rc<Option<Shape>>> {
    tx.known.answer("history", [entity.id.0.into(), 0], || shape(tx, entity))
}

/// The state of an item in the workflow of the team that answers for it; its own without one.
fn team_state(tx: &Tx<'_>, item: &Row) -> Result<Value> {
    let state = match item.int("ResponsibleTeamId") {
        Some(id) => tx.id(r#"SELECT "EntityStateId" FROM "TeamAssignment" WHERE "Id" = ?"#, &[Value::Int(id)])?,
        None => None,
    };
    Ok(state.map_or_else(|| item.get("EntityStateId").clone(), Value::Int))
}

/// Remembers the team state of an item before it changes.
pub(super) fn team_may_move(tx: &Tx<'_>, entity: &Entity, item: &Row) -> Result<()> {
    let tracked = known_shape(tx, entity)?.as_ref().as_ref().is_some_and(|shape| shape.has_team_state);
    let Some(id) = item.int("Id").filter(|id| tracked && !tx.team_states.borrow().contains_key(id)) else {
        return Ok(());
    };
    let before = team_state(tx, item)?;
    tx.team_states.borrow_mut().insert(id, before);
    Ok(())
}

/// Notes the team states that are no longer as they were remembered.
pub(super) fn teams_moved(tx: &Tx<'_>) -> Result<()> {
    for (id, before) in tx.team_states.take() {
        let family = tx.entity("Assignable")?;
        let Some(item) = tx.row(family, id)? else { continue };
        let entity = tx.concrete(family, &item);
        let (shape, now) = (known_shape(tx, entity)?, team_state(tx, &item)?);
        if let Some(shape) = &*shape
            && now != before
        {
            let item = item.in_columns(&shape.columns);
            note_past(tx, shape, (entity, id), true, (&item, now), TEAM_STATE.to_owned())?;
        }
    }
    Ok(())
}

/// Writes down the past states that were noted, but for those of items that will still change after the answer.
pub(super) fn settle(tx: &Tx<'_>) -> Result<()> {
    teams_moved(tx)?;
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
        Some(own) if takes(&own, changed) => return Ok(own),
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
    row.set(DATE, tx.now);
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

/// Whether a change still goes into a past state of the same request: all do, but every move has its own, into which
/// goes what the team's state makes of it.
fn takes(own: &Past, changed: &str) -> bool {
    if changed.contains(TEAM_STATE) {
        let first = own.row.text("Modification") == "Add";
        return own.stored.is_none() && (first || !own.row.text(CHANGED).contains(TEAM_STATE));
    }
    !changed.contains(STATE)
}

fn shape(tx: &Tx<'_>, entity: &Entity) -> Result<Option<Shape>> {
    let Some(history) = full_history(tx, entity) else { return Ok(None) };
    let (columns, past) = (tx.columns(entity)?, tx.columns(history)?);
    let shown = history.members.iter().filter_map(column);
    let shown = shown.filter(|c| !["Id", DATE].contains(c) && entity.members.iter().any(|m| column(m) == Some(*c)));
    let has_values = entity.custom_fields().is_some();
    let taken = shown
        .chain(Some(VALUES).filter(|_| has_values))
        .map(|c| (c, c))
        .chain(Some(("TeamId", "WorkflowTeamId")))
        .filter_map(|(from, to)| Some((columns.find(from)?, past.find(to)?)))
        .collect();
    let source = |name| if name == "WorkflowTeam" { "Team" } else { name };
    let place = |name| entity.member(source(name)).and_then(column).and_then(|c| columns.find(c));
    let tracked: Vec<String> = tracked(history).into_iter().map(str::to_owned).collect();
    let places = tracked.iter().map(|name| place(name)).collect();
    let all = noted(tracked.iter().map(String::as_str));
    let has_team_state = history.member("TeamState").is_some();
    Ok(Some(Shape { history: history.id, columns, taken, tracked, places, all, has_values, has_team_state }))
}

/// What every save touches. A change of nothing else is none, beside another it is noted (recorded 2023).
const TOUCHED: &[&str] = &["ModifyDate", "LastEditor"];

/// The members that a change is about, as they are noted; all of a new row.
fn changed(shape: &Shape, old: Option<&Row>, new: &Row) -> String {
    let mut touched = Vec::new();
    let mut names = match old {
        None => shape.all.clone(),
        Some(old) => {
            let differs = |place: &Option<usize>| place.is_some_and(|at| old.values()[at] != new.values()[at]);
            let members = shape.tracked.iter().zip(&shape.places).filter(|(_, place)| differs(place));
            let names = members.map(|(name, _)| name.as_str());
            let (silent, own): (Vec<&str>, Vec<&str>) = names.partition(|name| TOUCHED.contains(name));
            touched = silent;
            noted(own.into_iter())
        }
    };
    if shape.has_values {
        let custom = custom_values::changed(old.map_or("", |old| old.text(VALUES)), new.text(VALUES));
        custom.iter().for_each(|name| note(&mut names, name));
    }
    if names != NONE {
        touched.into_iter().for_each(|name| note(&mut names, name));
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
    let recent = last.int(DATE).is_some_and(|date| tx.now - date < MERGE && date <= tx.now);
    let own = last.int("ModifierId") == Some(tx.who.id);
    let first = last.text("Modification") == "Add";
    let moves = |changed: &str| changed.contains(STATE) || changed.contains(TEAM_STATE);
    recent && own && !moves(changed) && (first || !moves(last.text(CHANGED)))
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
