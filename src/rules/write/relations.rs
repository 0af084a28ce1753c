//! Relations between items, and rows that say something about an item twice over.
//!
//! Evidence: recorded create of a relation. That an item cannot relate to itself is assumed.

use super::change::{Change, is_a};
use super::check;
use super::refusal::Refusal;
use super::tx::{Result, Tx};
use crate::query::convert::label;
use crate::sql::{KIND_COLUMN, dml};

/// Rule: two ends are two items; a permission is for an item that is there, and knows it by reference too.
pub(super) fn complete(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.is("Relation")
        && !change.new.is_null("InboundId")
        && change.new.get("InboundId") == change.new.get("OutboundId")
    {
        return Err(Refusal::invalid("An entity cannot be related to itself.", Vec::new()));
    }
    if change.is("EntityPermission") {
        permitted_item(tx, change)?;
    }
    Ok(())
}

/// The item of a permission stands there twice, as an id with a type and as a reference.
fn permitted_item(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.changes("EntityId") && !change.changes(KIND_COLUMN) {
        return Ok(());
    }
    let (Some(id), Some(kind)) = (change.new.int("EntityId"), change.new.int(KIND_COLUMN)) else { return Ok(()) };
    // a type that is not there is refused as every other reference
    let Some(item) = tx.catalog().of_type(kind) else { return Ok(()) };
    let general = tx.entity("General")?;
    let item = if is_a(tx, item, "General") { item } else { general };
    if tx.row(general, id)?.is_none_or(|row| row.int(KIND_COLUMN) != Some(kind)) {
        return Err(check::unknown_reference(tx, item, id)?);
    }
    change.new.set("GeneralId", id);
    Ok(())
}

/// What ties two things together does so once. Assumed: a second tie would count twice everywhere.
const TIES: &[(&str, &[&str])] = &[
    ("ProjectMember", &["ProjectId", "UserId"]),
    ("TeamMember", &["TeamId", "UserId"]),
    ("TeamProject", &["TeamId", "ProjectId"]),
    ("ReleaseProject", &["ReleaseId", "ProjectId"]),
    ("MilestoneProject", &["MilestoneId", "ProjectId"]),
    ("GeneralFollower", &["GeneralId", "UserId"]),
    ("Assignment", &["AssignableId", "GeneralUserId", "RoleId"]),
];

/// Rule: no tie twice.
pub(super) fn tied_once(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let Some((_, columns)) = TIES.iter().find(|(name, _)| change.is(name)) else { return Ok(()) };
    if columns.iter().all(|c| !change.changes(c)) || columns.iter().any(|c| change.new.is_null(c)) {
        return Ok(());
    }
    let ends = columns.iter().map(|c| ((*c).to_owned(), change.new.get(c).clone())).collect();
    let known = tx.run(dml::find(&change.entity.table, ends))?;
    if known.iter().all(|row| row.first() == Some(&change.id.into())) {
        return Ok(());
    }
    let data = vec![("entityKind", label(&change.entity.name))];
    Err(Refusal::invalid("{entityKind} already exists.", data))
}

/// Rule: milestones are for work items. Source: message template of the vendor's code; which types is assumed.
pub(super) fn milestone(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let set = change.gives("Milestone") && !change.new.is_null("MilestoneId") && change.changes("MilestoneId");
    if !set || is_a(tx, change.entity, "Assignable") {
        return Ok(());
    }
    let data = vec![("entityType", change.entity.name.clone())];
    Err(Refusal::invalid("Milestone cannot be assigned to {entityType} via Milestone property", data))
}
