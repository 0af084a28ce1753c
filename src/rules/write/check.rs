//! What holds for every entity by its description: required members, lengths, signs, references that lead somewhere.
//!
//! Evidence: message templates of the vendor's code; what is required, the catalog.

use std::collections::BTreeSet;

use super::change::Change;
use super::refusal::{Message, Refusal};
use super::rules;
use super::save::reference_column;
use super::tx::{Result, Tx};
use crate::catalog::{Entity, Member, MemberKind, Storage};
use crate::query::convert::label;
use crate::value::ValueType;

pub(super) fn check(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let entity = change.entity;
    let required = tx.known.answer("required", [entity.id.0.into(), 0], || Ok::<_, Refusal>(required(entity)))?;
    let given = change.given.iter().filter_map(|name| entity.member(name));
    let given: BTreeSet<u16> = given.map(|member| member.id.index).collect();
    let messages = broken(change, &required, given.union(&required).map(|place| &entity.members[usize::from(*place)]));
    if !messages.is_empty() {
        return Err(Refusal::Invalid(messages));
    }
    references(tx, change, given.iter().map(|place| &entity.members[usize::from(*place)]))
}

/// Places of the members that must have a value.
fn required(entity: &Entity) -> BTreeSet<u16> {
    let required = |m: &&Member| m.required || rules::also_required(entity, &m.name);
    entity.members.iter().filter(required).map(|member| member.id.index).collect()
}

/// All messages at once, in the order of the members.
fn broken<'a>(
    change: &Change<'_>,
    required: &BTreeSet<u16>,
    members: impl Iterator<Item = &'a Member>,
) -> Vec<Message> {
    let mut messages = Vec::new();
    for member in members {
        let required = required.contains(&member.id.index);
        match &member.kind {
            MemberKind::Field(field) => {
                let Storage::Column(column) = &field.storage else { continue };
                if column == "Id" {
                    continue;
                }
                if required && change.new.is_blank(column) && (change.is_new() || change.changes(column)) {
                    messages.push(Refusal::required(&member.name));
                    continue;
                }
                if !change.gives(&member.name) {
                    continue;
                }
                if let Some(limit) = field.max_length
                    && change.new.text(column).chars().count() > limit
                {
                    let data = vec![("maxLength", limit.to_string()), ("fieldName", label(&member.name))];
                    messages.push(Message::new("Use {maxLength} characters or fewer for {fieldName}.", data));
                }
                if field.ty == ValueType::Decimal && change.new.real(column) < 0.0 {
                    let data = vec![("fieldName", label(&member.name))];
                    messages.push(Message::new("{fieldName} should be equal to or greater than zero.", data));
                }
            }
            MemberKind::Reference(_) => {
                let Some(column) = reference_column(member) else { continue };
                if required && change.new.is_null(column) && (change.is_new() || change.changes(column)) {
                    messages.push(Refusal::required(&member.name));
                }
            }
            MemberKind::Collection(_) => {}
        }
    }
    messages
}

/// References that the body names must lead somewhere.
fn references<'a>(tx: &Tx<'_>, change: &Change<'_>, given: impl Iterator<Item = &'a Member>) -> Result<()> {
    for (target, id) in referred(tx, change, given) {
        if !tx.exists(target, id)? {
            return Err(unknown_reference(tx, target, id)?);
        }
    }
    Ok(())
}

/// Rule: nobody refers to what is hidden from him. It stands before all that tells of other rows, which a refusal
/// would give away.
pub(super) fn within_reach(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if tx.who.sees_all {
        return Ok(());
    }
    let given = change.given.iter().filter_map(|name| change.entity.member(name));
    for (target, id) in referred(tx, change, given) {
        if !tx.sees(target.id, id)? && tx.exists(target, id)? {
            return Err(hidden(target, id));
        }
    }
    Ok(())
}

/// The rows that these members newly refer to.
fn referred<'t, 'm>(
    tx: &Tx<'t>,
    change: &Change<'_>,
    members: impl Iterator<Item = &'m Member>,
) -> impl Iterator<Item = (&'t Entity, i64)> {
    members.filter_map(|member| {
        let (reference, column) = (member.reference()?, reference_column(member)?);
        let id = change.new.int(column).filter(|_| change.changes(column))?;
        Some((tx.catalog().entity(reference.target), id))
    })
}

/// Whether the caller may refer to a row: one that is there and that he sees.
pub(super) fn refers(tx: &Tx<'_>, target: &Entity, id: i64) -> Result<()> {
    if !tx.exists(target, id)? {
        return Err(unknown_reference(tx, target, id)?);
    }
    if !tx.who.sees_all && !tx.sees(target.id, id)? {
        return Err(hidden(target, id));
    }
    Ok(())
}

fn hidden(target: &Entity, id: i64) -> Refusal {
    let data = vec![("entityKind", target.name.clone()), ("id", id.to_string())];
    Refusal::Forbidden(Message::new(NOT_FOUND, data))
}

const NOT_FOUND: &str = "{entityKind} with Id {id} not found or access is forbidden.";

/// 400 for a reference that leads nowhere; assumed, in the words of a missing entity.
pub(super) fn unknown_reference(tx: &Tx<'_>, target: &Entity, id: i64) -> Result<Refusal> {
    let table = tx.table(tx.catalog().entity(target.id));
    let sql = r#"SELECT "RootId" FROM "Trash" WHERE "RootTable" = ? AND "RootId" = ? LIMIT 1"#;
    if tx.id(sql, &[table.into(), id.into()])?.is_some() {
        let data = vec![("entityKind", target.name.clone()), ("entityId", id.to_string())];
        return Ok(Refusal::invalid("{entityKind} with id {entityId} is deleted.", data));
    }
    Ok(Refusal::invalid(NOT_FOUND, vec![("entityKind", target.name.clone()), ("id", id.to_string())]))
}
