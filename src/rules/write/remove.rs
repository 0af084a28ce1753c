//! Deletes and unlinks: what goes along, what only loses a reference, what may not go at all.
//!
//! Evidence: client notes (tasks go with their story), recorded 2013 (a priority in use, deleted users stay readable),
//! vendor's delete page (nobody deletes himself; default process, first and last states are protected).

use std::collections::{BTreeMap, BTreeSet};

use super::change::is_a;
use super::refusal::{Message, Refusal};
use super::row::Row;
use super::save::reference_column;
use super::trash::{self, Batch};
use super::tx::{Result, Tx};
use super::{comments, efforts, past, permission, rollup, tags, teams, testing, times};
use crate::catalog::{Collection, CollectionLink, Entity, EntityId, EntityKind, Member};
use crate::sql::{KIND_COLUMN, dml, quoted};
use crate::value::Value;

/// References that are not required and whose holder yet makes no sense without them.
const GO_ALONG: &[(&str, &str)] = &[
    ("Time", "Assignable"),
    ("Time", "CustomActivity"),
    ("Attachment", "General"),
    ("EntityPermission", "General"),
    ("TestCaseRun", "TestCase"),
    ("TestCaseRun", "RootTestPlanRun"),
    ("TestPlanRun", "ParentTestPlanRun"),
    ("TestStep", "TestCase"),
    ("TestStepRun", "TestStep"),
    ("TestRunItemHierarchyLink", "TestPlanRun"),
    ("TestRunItemHierarchyLink", "TestCaseRun"),
    ("MilestoneProject", "Project"),
    ("MilestoneProject", "Milestone"),
    ("Workflow", "Process"),
    ("CustomField", "Process"),
    ("Term", "Process"),
    ("RoleEntityTypeProcessSetting", "Process"),
    ("RoleEntityTypeProcessSetting", "Role"),
];

/// Settings that are protected while one of these references leads to them.
const IN_USE: &[&str] = &["Process", "EntityState", "Priority", "Severity", "RequestType", "Role"];

/// Deletes an entity.
///
/// # Errors
/// 404, 403 for missing rights and protected entities, 405 for resources that are never deleted.
pub fn remove(tx: &Tx<'_>, addressed: &Entity, id: i64) -> Result<()> {
    let addressed = tx.catalog().entity(addressed.id);
    if !addressed.can_delete || addressed.kind == EntityKind::Context {
        return Err(Refusal::NotAllowed);
    }
    if addressed.kind == EntityKind::History {
        return past::remove(tx, addressed, id);
    }
    let row = tx.row(addressed, id)?.ok_or_else(|| Refusal::not_found(&addressed.name, id))?;
    let entity = tx.concrete(addressed, &row);
    let hidden = !tx.who.sees_all && !tx.sees(entity.id, id)?;
    // whoever deletes by a view deletes what it shows
    if hidden || (addressed.view.is_some() && !tx.sees(addressed.id, id)?) {
        return Err(Refusal::not_found(&addressed.name, id));
    }
    permission::delete(tx, entity, id)?;
    if is_a(tx, entity, "GeneralUser") {
        return retire(tx, entity, id, &row);
    }
    protected(tx, entity, id, &row)?;
    sweep(tx, entity, id, row)
}

/// Users stay readable, without access.
fn retire(tx: &Tx<'_>, entity: &Entity, id: i64, row: &Row) -> Result<()> {
    if id == tx.who.id {
        return Err(Refusal::forbidden("You cannot delete yourself."));
    }
    if row.text("Kind") == "SystemUser" {
        return Err(Refusal::forbidden("The System user cannot be deleted."));
    }
    if !row.is_null("DeleteDate") {
        return Err(Refusal::not_found(&entity.name, id));
    }
    tx.accounts_changed.set(true);
    let entity = tx.catalog().entity(entity.id);
    tx.amend(entity, id, &[("DeleteDate", tx.now.into()), ("IsActive", false.into())])
}

fn protected(tx: &Tx<'_>, entity: &Entity, id: i64, row: &Row) -> Result<()> {
    let name = entity.name.as_str();
    if name == "Process" && row.flag("IsDefault") {
        return Err(Refusal::forbidden("Default process could not be deleted."));
    }
    if name == "EntityState" && (row.flag("IsInitial") || row.flag("IsFinal")) {
        return Err(Refusal::forbidden("Initial and final entity states could not be deleted."));
    }
    if name == "Workflow" && row.is_null("ParentWorkflowId") {
        return Err(Refusal::forbidden("Workflow of a process could not be deleted."));
    }
    if !IN_USE.contains(&name) {
        return Ok(());
    }
    for (table, column, _) in holders(tx, entity) {
        let own = [
            "EntityStateTransition",
            "Workflow",
            "CustomField",
            "Term",
            "ProcessPractice",
            "ProcessAdmin",
            "RoleEntityType",
            "RoleEntityTypeProcessSetting",
        ];
        if own.contains(&table.name.as_str()) || (name == "Process" && table.name == "EntityState") {
            continue;
        }
        let sql = format!(r#"SELECT * FROM {} WHERE {} = ? LIMIT 1"#, quoted(&table.table), quoted(column));
        if let Some(user) = tx.rows(&sql, &[id.into()])?.into_iter().next() {
            let user = tx.concrete(table, &user);
            let message =
                format!("Could not delete {} which already associated with {}", name.to_lowercase(), user.name);
            return Err(Refusal::Forbidden(Message::new(message, Vec::new())));
        }
    }
    Ok(())
}

/// Deletes a row and all that goes along, then makes good what depended on them.
pub(super) fn sweep(tx: &Tx<'_>, entity: &Entity, id: i64, row: Row) -> Result<()> {
    let entity = tx.catalog().entity(entity.id);
    let batch = trash::open(tx, &entity.table, id)?;
    let bearers = if entity.name == "Tag" { tags::bearers(tx, id)? } else { Vec::new() };
    let mut gone: Vec<(&Entity, i64, Row)> = vec![(entity, id, row)];
    let mut known: BTreeSet<(&str, i64)> = BTreeSet::from([(entity.table.as_str(), id)]);
    let mut at = 0;
    let mut holding: BTreeMap<EntityId, Vec<(&Entity, &str, &str)>> = BTreeMap::new();
    while at < gone.len() {
        let (entity, id) = (gone[at].0, gone[at].1);
        at += 1;
        for (holder, column, member) in holding.entry(entity.id).or_insert_with(|| holders(tx, entity)).iter().copied()
        {
            let sql = format!("SELECT * FROM {} WHERE {} = ?", quoted(&holder.table), quoted(column));
            for row in tx.rows(&sql, &[id.into()])? {
                let Some(row_id) = row.int("Id") else { continue };
                let concrete = tx.concrete(holder, &row);
                if goes_along(concrete, member) {
                    if known.insert((&holder.table, row_id)) {
                        gone.push((concrete, row_id, row));
                    }
                } else if !known.contains(&(holder.table.as_str(), row_id)) {
                    batch.keep_reference(tx, &holder.table, row_id, column, id)?;
                    tx.amend(concrete, row_id, &[(column, Value::Null)])?;
                }
            }
        }
    }
    for (entity, id, row) in &gone {
        drop_row(tx, &batch, entity, *id, row)?;
    }
    for item in bearers {
        tags::refresh(tx, item)?;
    }
    gone.iter().try_for_each(|(entity, id, row)| follow(tx, entity, *id, row))?;
    testing::follow_rows(tx, gone.iter().map(|(entity, _, row)| (*entity, row)))
}

fn drop_row(tx: &Tx<'_>, batch: &Batch<'_>, entity: &Entity, id: i64, row: &Row) -> Result<()> {
    batch.keep_row(tx, &entity.table, id, row)?;
    if entity.name == "Project" {
        batch.keep_date(tx, &entity.table, id)?;
    }
    tx.delete(entity, id)?;
    rollup::note(tx, entity, Some(row), None)
}

/// Every table and column that may refer to rows of an entity, once each, with the member's name.
pub(super) fn holders<'a>(tx: &Tx<'a>, entity: &Entity) -> Vec<(&'a Entity, &'a str, &'a str)> {
    let catalog = tx.catalog();
    let mut holders: Vec<(&Entity, &str, &str)> = Vec::new();
    for holder in catalog.entities() {
        if matches!(holder.kind, EntityKind::Embedded | EntityKind::Context | EntityKind::History)
            || holder.view.is_some()
        {
            continue;
        }
        for (member, reference) in holder.references() {
            let Some(column) = reference_column(member).filter(|c| *c != KIND_COLUMN) else { continue };
            let leads_here = catalog.is_a(entity.id, reference.target);
            if leads_here && !holders.iter().any(|(h, c, _)| h.table == holder.table && *c == column) {
                holders.push((family(tx, holder), column, &member.name));
            }
        }
    }
    holders
}

/// The entity at the top of a shared table, which knows all kinds of its rows.
fn family<'a>(tx: &Tx<'a>, entity: &'a Entity) -> &'a Entity {
    entity.ancestors.last().map_or(entity, |top| tx.catalog().entity(*top))
}

/// Whether a row makes no sense without what this reference leads to.
pub(super) fn goes_along(holder: &Entity, member: &str) -> bool {
    let required = holder.member(member).is_some_and(|m| m.required);
    required || holder.kind == EntityKind::Link || GO_ALONG.contains(&(holder.name.as_str(), member)) || holder.kind == EntityKind::Hidden
        // a project takes what has no other home
        || (member == "Project" && matches!(holder.name.as_str(), "Iteration" | "Task" | "TestPlanRun" | "Time"))
}

/// What others show of a row that went.
fn follow(tx: &Tx<'_>, entity: &Entity, id: i64, row: &Row) -> Result<()> {
    match entity.name.as_str() {
        "Comment" => {
            tx.query(r#"UPDATE "Comment" SET "ParentId" = NULL WHERE "ParentId" = ?"#, &[id.into()])?;
            comments::last_comment(tx, row)?;
        }
        "TeamAssignment" => teams::assignment_gone(tx, row)?,
        "RoleEffort" => efforts::role_gone(tx, row)?,
        "Time" => times::time_gone(tx, row)?,
        "CustomField" => tx.accounts_changed.set(true),
        _ => {}
    }
    if is_a(tx, entity, "Assignable") {
        tx.sum_up(row.int("UserStoryId"));
    }
    Ok(())
}

/// Takes an item out of a collection of an owner; what cannot be without the owner is deleted.
///
/// # Errors
/// 404 where it is no item of the collection, 405 where the collection cannot be taken from.
pub fn unlink(tx: &Tx<'_>, owner: &Entity, id: i64, member: &Member, child: i64) -> Result<()> {
    let Some(collection) = member.collection() else { return Err(Refusal::NotAllowed) };
    let item = tx.catalog().entity(collection.item);
    let row = tx.row(owner, id)?.ok_or_else(|| Refusal::not_found(&owner.name, id))?;
    let concrete = tx.concrete(tx.catalog().entity(owner.id), &row);
    if !tx.who.sees_all && !tx.sees(concrete.id, id)? {
        return Err(Refusal::not_found(&owner.name, id));
    }
    if !collection.can_remove || collection.link == CollectionLink::Values {
        return Err(Refusal::NotAllowed);
    }
    permission::edit(tx, concrete, id)?;
    if !tx.who.sees_all && !tx.sees(item.id, child)? {
        return Err(Refusal::not_found(&item.name, child));
    }
    match &collection.link {
        CollectionLink::By(by) => unlink_child(tx, collection, item, by, id, child),
        CollectionLink::Through { link, from, to } => {
            let link = tx.catalog().entity(*link);
            let ends = (link.member(from).and_then(reference_column), link.member(to).and_then(reference_column));
            let (Some(from), Some(to)) = ends else { return Err(Refusal::NotAllowed) };
            let ends = vec![(from.to_owned(), Value::Int(id)), (to.to_owned(), Value::Int(child))];
            let rows = tx.run(dml::find(&link.table, ends))?;
            if rows.is_empty() {
                return Err(Refusal::not_found(&item.name, child));
            }
            for row in rows {
                if let Some(Value::Int(link_id)) = row.first() {
                    tx.delete(link, *link_id)?;
                }
            }
            tags::refresh_after_link(tx, link, id)
        }
        CollectionLink::Values | CollectionLink::Inline => Err(Refusal::NotAllowed),
    }
}

fn unlink_child(tx: &Tx<'_>, collection: &Collection, item: &Entity, by: &str, owner: i64, child: i64) -> Result<()> {
    let column = item.member(by).and_then(reference_column).ok_or(Refusal::NotAllowed)?;
    let row = tx.row(item, child)?.filter(|r| r.int(column) == Some(owner));
    let row = row.ok_or_else(|| Refusal::not_found(&item.name, child))?;
    let concrete = tx.concrete(tx.catalog().entity(collection.item), &row);
    if goes_along(concrete, by) {
        return remove(tx, item, child);
    }
    permission::edit(tx, concrete, child)?;
    tx.amend_row(concrete, child, &row, &[(column, Value::Null)])
}
