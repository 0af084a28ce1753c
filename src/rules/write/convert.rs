//! Conversion: an item becomes one of another type. A new item is made of the old one through the rules of a create,
//! what hung on the old one moves to it, the old one goes, and a record keeps where it came from.
//!
//! Evidence: vendor's guide to converting entities (nothing is lost; tasks of a story that becomes a feature become
//! its stories, its bugs become the feature's; a task needs a story; nested tasks of what becomes a task are deleted),
//! vendor's conversion page (the new item has a new id; after several conversions all records lead to the last item),
//! the menu of the vendor's web interface (requests, features, bugs, stories and tasks convert). That epics take part,
//! and that states and priorities are kept by name, is assumed.

use super::change::Change;
use super::hand_over::hand_over;
use super::refusal::Refusal;
use super::rollup::{self, EFFORTS, Efforts};
use super::row::Row;
use super::save::VALUES;
use super::tx::{Result, Tx};
use super::{check, custom_values, history, own, permission, remove, rules, save, settings, tasks};
use crate::catalog::Entity;
use crate::sql::KIND_COLUMN;
use crate::value::Value;

/// Types that turn into each other.
const CONVERTIBLE: &[&str] = &["PortfolioEpic", "Epic", "Feature", "UserStory", "Task", "Bug", "Request"];

/// Columns that the new item has for itself.
const OWN: &[&str] = &[
    "Id",
    "EntityVersion",
    "EntityStateId",
    "PriorityId",
    "TeamId",
    "ResponsibleTeamId",
    "ModifyDate",
    "LastEditorId",
    KIND_COLUMN,
];

/// Dates of an item that keeps its state.
const OF_STATE: &[&str] = &["StartDate", "EndDate", "LastStateChangeDate"];

/// An item that is to be converted.
pub(super) struct Source<'a> {
    pub entity: &'a Entity,
    pub id: i64,
    pub row: Row,
}

/// What an item became.
pub struct Converted<'a> {
    pub entity: &'a Entity,
    pub id: i64,
    pub name: String,
}

/// Types that an item can be converted to.
///
/// # Errors
/// 404 for what is not there or not seen.
pub fn conversions<'a>(tx: &Tx<'a>, id: i64) -> Result<Vec<&'a Entity>> {
    let source = source(tx, id)?;
    if !is_convertible(source.entity) {
        return Ok(Vec::new());
    }
    let others = CONVERTIBLE.iter().filter(|name| **name != source.entity.name);
    others.map(|name| tx.entity(name)).collect()
}

/// Converts an item to a type. `story` is where a task goes.
///
/// # Errors
/// 404 for what is not there, 403 without the rights to delete the one and to create the other, 400 for types that do
/// not convert and for a task without a story.
pub fn convert<'a>(tx: &Tx<'a>, id: i64, type_id: i64, story: Option<i64>) -> Result<Converted<'a>> {
    let source = source(tx, id)?;
    let Some(target) = tx.catalog().of_type(type_id) else {
        return Err(check::unknown_reference(tx, tx.entity("EntityType")?, type_id)?);
    };
    if target.id == source.entity.id || !is_convertible(source.entity) || !is_convertible(target) {
        let data = vec![("entityKind", source.entity.name.clone()), ("targetKind", target.name.clone())];
        return Err(Refusal::invalid("{entityKind} cannot be converted to {targetKind}.", data));
    }
    if story == Some(id) {
        return Err(Refusal::invalid("An item cannot be a part of itself.", Vec::new()));
    }
    permission::delete(tx, source.entity, id)?;
    permission::create(tx, target)?;
    let name = source.row.text("Name").to_owned();
    let place = |new: &mut Row| {
        if let Some(story) = story {
            new.set("UserStoryId", story);
        }
    };
    Ok(Converted { entity: target, id: become_one(tx, source, target, place)?, name })
}

fn is_convertible(entity: &Entity) -> bool {
    CONVERTIBLE.contains(&entity.name.as_str())
}

fn source<'a>(tx: &Tx<'a>, id: i64) -> Result<Source<'a>> {
    let general = tx.entity("General")?;
    let missing = || Refusal::not_found(&general.name, id);
    let row = tx.row(general, id)?.ok_or_else(missing)?;
    let entity = tx.concrete(general, &row);
    if !tx.who.sees_all && !tx.sees(entity.id, id)? {
        return Err(missing());
    }
    Ok(Source { entity, id, row })
}

/// Makes the new item and lets the old one go. `place` says where the new one belongs.
pub(super) fn become_one<'a>(
    tx: &Tx<'a>,
    source: Source<'a>,
    target: &'a Entity,
    place: impl FnOnce(&mut Row),
) -> Result<i64> {
    let mut change = begin(tx, &source, target)?;
    place(&mut change.new);
    if change.is("Task") {
        change.given.insert("UserStory".to_owned());
        let story = change.new.int("UserStoryId").map(|id| tx.row(tx.entity("UserStory")?, id)).transpose()?.flatten();
        change.new.set("ProjectId", story.unwrap_or_default().get("ProjectId").clone());
    }
    let keeps_state = by_name(tx, &source, &mut change)?;
    if !keeps_state {
        OF_STATE.iter().for_each(|column| change.new.set(column, Value::Null));
    }
    rules::before(tx, &mut change)?;
    change.new.set("CreateDate", source.row.get("CreateDate").clone());
    for column in OF_STATE.iter().filter(|_| keeps_state) {
        change.new.set(column, source.row.get(column).clone());
    }
    custom_values::complete(tx, &mut change)?;
    check::check(tx, &change)?;
    save::store(tx, &mut change)?;
    rules::after(tx, &change)?;
    hand_over(tx, &source, &change)?;
    let id = change.id;
    record(tx, &source, id)?;
    remove::sweep(tx, source.entity, source.id, source.row)?;
    tx.sum_up(Some(id));
    Ok(id)
}

/// A new row with everything that both types have.
fn begin<'a>(tx: &Tx<'a>, source: &Source<'_>, target: &'a Entity) -> Result<Change<'a>> {
    let mut change = save::created(tx, target)?;
    for column in target.members.iter().filter_map(history::column).filter(|c| !OWN.contains(c)) {
        if source.entity.members.iter().any(|member| history::column(member) == Some(column)) {
            change.new.set(column, source.row.get(column).clone());
        }
    }
    // what has parts was their sum, and tasks that do not go along take their part with them
    let own = match rollup::has_parts(tx, source.entity, source.id)? {
        true => Efforts::default(),
        false => own::of(&source.row, tasks::counted(tx, source.entity, source.id, &source.row)?),
    };
    EFFORTS.into_iter().zip(own).for_each(|(column, effort)| change.new.set(column, effort));
    Ok(change)
}

/// State, priority and custom fields go by their names; whether the state is kept.
fn by_name(tx: &Tx<'_>, source: &Source<'_>, change: &mut Change<'_>) -> Result<bool> {
    let process = custom_values::process(tx, change)?;
    let kinds = [source.entity.type_id.unwrap_or_default(), change.entity.type_id.unwrap_or_default()];
    let state = settings::namesake(tx, source.row.get("EntityStateId"), process, kinds[1])?;
    let priority = r#"SELECT p."Id" FROM "Priority" p WHERE p."EntityTypeId" = ?1
        AND p."Name" = (SELECT o."Name" FROM "Priority" o WHERE o."Id" = ?2) ORDER BY p."Id""#;
    let priority = tx.id(priority, &[kinds[1].into(), source.row.get("PriorityId").clone()])?;
    change.new.set("EntityStateId", state);
    change.new.set("PriorityId", priority);
    let values = values(tx, source, kinds, process)?;
    change.new.set(VALUES, values);
    Ok(state.is_some())
}

/// Values of the custom fields that both types have, by name and type.
fn values(tx: &Tx<'_>, source: &Source<'_>, [from, to]: [i64; 2], process: Option<i64>) -> Result<Value> {
    let mut values: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(source.row.text(VALUES)).unwrap_or_default();
    let (known, kept) = (settings::custom_fields(tx, from, process)?, settings::custom_fields(tx, to, process)?);
    values.retain(|name, _| {
        let is = |kind: &str| known.iter().any(|f| f.name == *name && f.field_type == kind);
        kept.iter().any(|f| f.name == *name && !f.calculated && is(&f.field_type))
    });
    Ok(if values.is_empty() { Value::Null } else { Value::Text(serde_json::Value::Object(values).to_string()) })
}

/// Where the item came from.
fn record(tx: &Tx<'_>, source: &Source<'_>, id: i64) -> Result<()> {
    let row = Row::new([
        ("FromGeneralID", Value::Int(source.id)),
        ("FromGeneralTypeId", source.entity.type_id.into()),
        ("ActualGeneralId", id.into()),
    ]);
    tx.insert(tx.entity("GeneralConversion")?, &row).map(drop)
}
