//! Relations between items, and rows that say something about an item twice over.
//!
//! Evidence: recorded create of a relation. That an item cannot relate to itself is assumed.

use super::change::{Change, is_a};
use super::refusal::Refusal;
use super::tx::{Result, Tx};
use crate::query::convert::label;
use crate::sql::dml;

/// Rule: two ends are two items; a permission knows its item by reference too.
pub(super) fn complete(_: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.is("Relation")
        && !change.new.is_null("InboundId")
        && change.new.get("InboundId") == change.new.get("OutboundId")
    {
        return Err(Refusal::invalid("An entity cannot be related to itself.", Vec::new()));
    }
    if change.is("EntityPermission") && change.changes("EntityId") {
        let item = change.new.get("EntityId").clone();
        change.new.set("GeneralId", item);
    }
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
