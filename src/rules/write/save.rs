//! Creates and updates: a mutation goes through the rules into its row, then its collections follow.

use super::change::Change;
use super::custom_values;
use super::refusal::Refusal;
use super::row::Row;
use super::tx::{Result, Tx, VERSION};
use super::{check, history, permission, rollup, rules, tags, testing};
use crate::catalog::{CollectionLink, Entity, EntityKind, Member, MemberKind, Storage};
use crate::query::convert;
use crate::query::mutate::{Assignment, Mutation, To};
use crate::sql::{KIND_COLUMN, VALUES_COLUMN, dml};
use crate::value::Value;

/// Nested creates may go no deeper; bodies are limited as well, so this only guards the stack.
const MAX_DEPTH: usize = 16;

/// The reference of a nested row to its owner.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    pub member: &'a str,
    pub column: &'a str,
    pub id: i64,
}

/// The reference of an item to its project.
const PROJECT: Owner<'_> = Owner { member: "Project", column: "ProjectId", id: 0 };

/// Applies a mutation and all that it nests; the id of the row.
///
/// # Errors
/// The first rule it breaks. The transaction must then be given up.
pub fn save(tx: &Tx<'_>, mutation: &Mutation) -> Result<i64> {
    let id = apply(tx, mutation, None, 0)?;
    history::teams_moved(tx)?;
    Ok(id)
}

pub(super) fn apply(tx: &Tx<'_>, mutation: &Mutation, owner: Option<Owner<'_>>, depth: usize) -> Result<i64> {
    if depth > MAX_DEPTH {
        return Err(Refusal::invalid("The body nests too deep.", Vec::new()));
    }
    let mut change = match mutation.id {
        None => begin_create(tx, mutation)?,
        Some(id) => begin_update(tx, mutation, id, owner.is_some())?,
    };
    if let Some(owner) = owner {
        change.new.set(owner.column, owner.id);
        change.given.insert(owner.member.to_owned());
    }
    assign(tx, mutation, &mut change, depth)?;
    let touched = change.is_new() || !change.given.is_empty();
    if touched {
        rules::before(tx, &mut change)?;
        custom(tx, mutation, &mut change)?;
        check::check(tx, &change)?;
        store(tx, &mut change)?;
    }
    collections(tx, mutation, &change, depth)?;
    if touched {
        rules::after(tx, &change)?;
    }
    Ok(change.id)
}

fn begin_create<'a>(tx: &Tx<'a>, mutation: &Mutation) -> Result<Change<'a>> {
    let entity = tx.catalog().entity(mutation.entity);
    if !entity.can_create || entity.kind != EntityKind::Resource || entity.view.is_some() {
        return Err(Refusal::NotAllowed);
    }
    if rules::NEEDS_A_FILE.contains(&entity.name.as_str()) {
        return Err(Refusal::NotEmulated("creating attachments without a file"));
    }
    permission::create(tx, entity)?;
    created(tx, entity)
}

/// A new entity that nothing is known of yet.
pub(super) fn created<'a>(tx: &Tx<'_>, entity: &'a Entity) -> Result<Change<'a>> {
    Ok(Change::new(entity, 0, None, blank(tx, entity)?))
}

fn begin_update<'a>(tx: &Tx<'a>, mutation: &Mutation, id: i64, gets_owner: bool) -> Result<Change<'a>> {
    let addressed = tx.catalog().entity(mutation.entity);
    let writable = matches!(addressed.kind, EntityKind::Resource | EntityKind::Base | EntityKind::History);
    if !addressed.can_update || !writable {
        return Err(Refusal::NotAllowed);
    }
    let row = tx.row(addressed, id)?.ok_or_else(|| Refusal::not_found(&addressed.name, id))?;
    let entity = tx.concrete(addressed, &row);
    if !tx.who.sees_all && !tx.sees(entity.id, id)? {
        return Err(Refusal::not_found(&addressed.name, id));
    }
    if gets_owner || !mutation.set.is_empty() {
        permission::edit(tx, entity, id)?;
    }
    Ok(Change::new(entity, id, Some(row.clone()), row))
}

/// A new row with what every row of its entity starts from.
fn blank(tx: &Tx<'_>, entity: &Entity) -> Result<Row> {
    let blank = tx.known.answer("blank", [entity.id.0.into(), 0], || make_blank(tx, entity))?;
    Ok(Row::clone(&blank))
}

fn make_blank(tx: &Tx<'_>, entity: &Entity) -> Result<Row> {
    let mut row = Row::of(tx.columns(entity)?, Vec::new());
    for (member, field) in entity.fields() {
        if let Storage::Column(column) = &field.storage
            && column != "Id"
            && !member.required
        {
            row.set(column, convert::empty(field));
        }
    }
    if let Some(type_id) = entity.type_id
        && (entity.kinds.is_some() || entity.member("EntityType").is_some_and(|m| m.readonly))
    {
        row.set(KIND_COLUMN, type_id);
    }
    Ok(row)
}

/// Puts what the body says into the row. What may not be set is passed over, as the service does.
fn assign(tx: &Tx<'_>, mutation: &Mutation, change: &mut Change<'_>, depth: usize) -> Result<()> {
    for assignment in &mutation.set {
        let name = tx.catalog().member(assignment.member).name.as_str();
        let Some(member) = change.entity.member(name) else { continue };
        if !settable(change, member) {
            continue;
        }
        match (&member.kind, &assignment.to) {
            (MemberKind::Field(field), To::Value(value)) => {
                if let Storage::Column(column) = &field.storage {
                    change.new.set(column, value.clone());
                }
            }
            (MemberKind::Field(_), To::Tags(names)) => change.new.set(name, names.join(", ")),
            (MemberKind::Reference(reference), To::Reference(id)) => {
                if let Storage::Column(column) = &reference.storage {
                    change.new.set(column, *id);
                }
            }
            (MemberKind::Reference(reference), To::New(nested)) => {
                if let Storage::Column(column) = &reference.storage {
                    let id = apply(tx, nested, None, depth + 1)?;
                    change.new.set(column, id);
                }
            }
            (MemberKind::Field(_) | MemberKind::Reference(_), To::Object(object)) => {
                if let Some(column) = embedded(member) {
                    change.new.set(column, merged(change.new.text(column), object.as_deref()));
                }
            }
            (MemberKind::Collection(_), To::Rows(rows)) if rows.iter().any(|row| row.id.is_none()) => {
                change.added.insert(name.to_owned());
            }
            _ => {}
        }
        change.given.insert(name.to_owned());
    }
    Ok(())
}

/// Custom fields come last: which there are depends on the project, which may be inherited.
fn custom(tx: &Tx<'_>, mutation: &Mutation, change: &mut Change<'_>) -> Result<()> {
    if change.entity.custom_fields().is_none() {
        return Ok(());
    }
    for assignment in &mutation.set {
        if let To::Custom(values) = &assignment.to
            && !values.is_empty()
        {
            custom_values::assign(tx, change, values)?;
        }
    }
    custom_values::complete(tx, change)
}

/// Read-only members that belong to the row's identity are set once, when it is created.
fn settable(change: &Change<'_>, member: &Member) -> bool {
    if rules::kept_by_server(change.entity, &member.name) || (member.hidden && member.name != "Password") {
        return false;
    }
    let once = change.is_new() && (member.required || rules::set_once(change.entity, &member.name));
    match &member.kind {
        MemberKind::Collection(_) => true,
        MemberKind::Field(_) | MemberKind::Reference(_) => !member.readonly || once,
    }
}

fn embedded(member: &Member) -> Option<&str> {
    let storage = match &member.kind {
        MemberKind::Field(field) => &field.storage,
        MemberKind::Reference(reference) => &reference.storage,
        MemberKind::Collection(_) => return None,
    };
    if let Storage::Embedded(column) = storage { Some(column) } else { None }
}

/// An embedded object with the members the body names; the others stay.
fn merged(known: &str, object: Option<&[(String, Value)]>) -> Value {
    let Some(object) = object else { return Value::Null };
    let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(known).unwrap_or_default();
    for (name, value) in object {
        let value = match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(b) => (*b).into(),
            Value::Int(n) => (*n).into(),
            Value::Real(x) => (*x).into(),
            Value::Text(text) => text.clone().into(),
        };
        members.insert(name.clone(), value);
    }
    Value::Text(serde_json::Value::Object(members).to_string())
}

/// Writes the row, its version and its history.
pub(super) fn store(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let entity = change.entity;
    if entity.member(VERSION).is_some() {
        change.new.set(VERSION, tx.next_version()?);
    }
    match &change.old {
        None => {
            // a rule may have chosen a row that is already there
            if change.new.is_null("Id") {
                change.new.set("Id", tx.next_id(&entity.table)?);
            }
            change.id = tx.insert(entity, &change.new)?;
        }
        Some(old) => {
            let columns = change.new.changes(old);
            if !columns.is_empty() {
                tx.update(entity, change.id, columns)?;
            }
        }
    }
    tx.keep_item(entity, change.id, &change.new);
    rollup::note(tx, entity, change.old.as_ref(), Some(&change.new))?;
    history::record(tx, entity, change.id, change.old.as_ref(), &change.new)
}

/// What the body adds to collections of the row: first its estimate, which other parts may be taken out of, then all
/// else in the order of the body.
fn collections(tx: &Tx<'_>, mutation: &Mutation, change: &Change<'_>, depth: usize) -> Result<()> {
    let estimates = |assignment: &&Assignment| tx.catalog().member(assignment.member).name == "RoleEfforts";
    let others = mutation.set.iter().filter(|assignment| !estimates(assignment));
    for assignment in mutation.set.iter().filter(estimates).chain(others) {
        let name = tx.catalog().member(assignment.member).name.as_str();
        let Some(member) = change.entity.member(name) else { continue };
        match &assignment.to {
            To::Tags(names) => tags::replace(tx, change.id, names)?,
            To::Rows(rows) => {
                let Some(collection) = member.collection() else { continue };
                let item = tx.catalog().entity(collection.item);
                match &collection.link {
                    CollectionLink::By(by) => {
                        let Some(column) = item.member(by).and_then(reference_column) else { continue };
                        for row in rows {
                            let owner = Owner { member: by, column, id: change.id };
                            apply(tx, row, Some(owner), depth + 1)?;
                        }
                    }
                    CollectionLink::Through { link, from, to } => {
                        let link = tx.catalog().entity(*link);
                        for row in rows {
                            add_through(tx, link, (from, to), change, row, depth)?;
                        }
                        tags::refresh_after_link(tx, link, change.id)?;
                    }
                    CollectionLink::Values | CollectionLink::Inline => {}
                }
            }
            To::Value(_) | To::Reference(_) | To::New(_) | To::Custom(_) | To::Object(_) => {}
        }
    }
    Ok(())
}

/// Ties a row to the owner through a link, creating it first where it has no id.
fn add_through(
    tx: &Tx<'_>,
    link: &Entity,
    (from, to): (&str, &str),
    owner: &Change<'_>,
    row: &Mutation,
    depth: usize,
) -> Result<()> {
    let ends = (link.member(from).and_then(reference_column), link.member(to).and_then(reference_column));
    let (Some(from), Some(to)) = ends else { return Ok(()) };
    let id = match row.id {
        Some(id) if row.set.is_empty() => {
            check::refers(tx, tx.catalog().entity(row.entity), id)?;
            id
        }
        // what is made for an item is of its project, unless the body says otherwise
        _ => {
            let project = owner.new.int(PROJECT.column).filter(|_| row.id.is_none());
            let project = project.map(|id| Owner { id, ..PROJECT });
            let has_one = tx.catalog().entity(row.entity).member(PROJECT.member).is_some();
            apply(tx, row, project.filter(|_| has_one), depth + 1)?
        }
    };
    let ends = vec![(from.to_owned(), Value::Int(owner.id)), (to.to_owned(), Value::Int(id))];
    if tx.run(dml::find(&link.table, ends.clone()))?.is_empty() {
        let row = Row::new(ends);
        testing::no_circle(tx, link, &row)?;
        tx.insert(link, &row)?;
    }
    Ok(())
}

pub(super) fn reference_column(member: &Member) -> Option<&str> {
    match member.reference().map(|r| &r.storage) {
        Some(Storage::Column(column)) => Some(column),
        _ => None,
    }
}

/// The column of custom field values.
pub(super) const VALUES: &str = VALUES_COLUMN;
