//! Another project, another process, another plan: what an item keeps of the old one.
//!
//! Evidence: vendor's validation messages (a state is one of the project's process), recorded creates (an iteration
//! belongs to a release, a team's iteration to a team). That plans of the old project are left, and that states go by
//! their names when a project changes its process, is assumed.

use super::change::{Change, is_a};
use super::row::Row;
use super::tx::{Result, Tx};
use super::{inherit, settings, teams, workflow};
use crate::catalog::Entity;
use crate::value::Value;

/// A plan, what it belongs to, and the column of a planned item that must agree with that.
const PLANS: &[(&str, &str, &str)] = &[
    ("Release", "ProjectId", "ProjectId"),
    ("Iteration", "ProjectId", "ProjectId"),
    ("Iteration", "ReleaseId", "ReleaseId"),
    ("TeamIteration", "TeamId", "TeamId"),
];

/// Rule: an item leaves the plans that its new project, release or team does not share.
pub(super) fn leave_plans(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.is_new() {
        return Ok(());
    }
    leave_team(tx, change)?;
    for (plan, of, column) in PLANS {
        let planned = format!("{plan}Id");
        if change.entity.member(plan).is_none() || change.gives(plan) || !change.changes(column) {
            continue;
        }
        let Some(id) = change.new.int(&planned) else { continue };
        let belongs = tx.reference(tx.entity(plan)?, id, of)?;
        if belongs.is_some() && belongs != change.new.int(column) && !shared(tx, plan, id, change.new.int(column))? {
            change.new.set(&planned, Value::Null);
        }
    }
    Ok(())
}

/// A team that does not work on the new project lets the item go.
fn leave_team(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.changes("ProjectId") || change.gives("Team") || change.entity.member("Team").is_none() {
        return Ok(());
    }
    let Some(team) = change.new.int("TeamId") else { return Ok(()) };
    if !teams::works_on(tx, team, change.new.get("ProjectId"))? {
        change.new.set("TeamId", Value::Null);
    }
    Ok(())
}

/// Whether a release is one of a project that did not make it.
fn shared(tx: &Tx<'_>, plan: &str, id: i64, project: Option<i64>) -> Result<bool> {
    let sql = r#"SELECT "Id" FROM "ReleaseProject" WHERE "ReleaseId" = ? AND "ProjectId" = ?"#;
    Ok(plan == "Release" && tx.id(sql, &[id.into(), project.into()])?.is_some())
}

/// Rule: what was spent on an item was spent on its project.
pub(super) fn take_times(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is_new() || !is_a(tx, change.entity, "Assignable") || !change.changes("ProjectId") {
        return Ok(());
    }
    times_of(tx, change.id, change.new.get("ProjectId"))
}

/// Puts the times of an item into a project.
pub(super) fn times_of(tx: &Tx<'_>, item: i64, project: &Value) -> Result<()> {
    let entity = tx.entity("Time")?;
    let times = tx.ids(r#"SELECT "Id" FROM "Time" WHERE "AssignableId" = ?"#, &[item.into()])?;
    times.into_iter().try_for_each(|id| tx.amend(entity, id, &[("ProjectId", project.clone())]))
}

/// The state for an item whose own is none of a process: where it starts there. Nothing where it may stay.
pub(super) fn new_state(tx: &Tx<'_>, entity: &Entity, state: Option<i64>, process: i64) -> Result<Option<i64>> {
    let own = state.map(|id| workflow::find(tx, id)).transpose()?.flatten();
    match (own, entity.type_id) {
        (Some(own), Some(kind)) if own.int("ProcessId") != Some(process) => settings::initial_state(tx, process, kind),
        _ => Ok(None),
    }
}

/// Whose place is that of another one: entity, owner, column, and what it has of the owner.
const FOLLOWERS: &[(&str, &str, &str, &[&str])] =
    &[("Task", "UserStory", "UserStoryId", inherit::OF_STORY), ("Time", "Assignable", "AssignableId", &["ProjectId"])];

/// What has come back follows its owner where that moved meanwhile, and its project into its process.
pub(super) fn catch_up<'a>(tx: &Tx<'a>, entity: &'a Entity, id: i64) -> Result<()> {
    let Some(row) = tx.row(entity, id)? else { return Ok(()) };
    if let Some((_, owner, column, columns)) = FOLLOWERS.iter().find(|(name, ..)| entity.name == *name)
        && let Some(owner_id) = row.int(column)
        && let Some(owner) = tx.row(tx.entity(owner)?, owner_id)?
    {
        let columns: Vec<(&str, Value)> = columns.iter().map(|c| (*c, owner.get(c).clone())).collect();
        tx.amend_row(entity, id, &row, &columns)?;
        if is_a(tx, entity, "Assignable") {
            times_of(tx, id, owner.get("ProjectId"))?;
        }
    }
    let Some(row) = tx.row(entity, id)?.filter(|row| !row.is_null("EntityStateId")) else { return Ok(()) };
    let Some(project) = row.int("ProjectId") else { return Ok(()) };
    match settings::process_of(tx, tx.entity("Project")?, project, "ProcessId")? {
        Some(process) => take_state(tx, entity, (id, &row), process),
        None => Ok(()),
    }
}

/// Gives an item and its teams a state of a process, of the same name where there is one.
fn take_state<'a>(tx: &Tx<'a>, entity: &'a Entity, (id, row): (i64, &Row), process: i64) -> Result<()> {
    let Some(first) = new_state(tx, entity, row.int("EntityStateId"), process)? else { return Ok(()) };
    let kind = entity.type_id.unwrap_or_default();
    let state = settings::namesake(tx, row.get("EntityStateId"), Some(process), kind)?.unwrap_or(first);
    let mut change = Change::new(entity, id, Some(row.clone()), row.clone());
    change.new.set("EntityStateId", state);
    workflow::dates(tx, &mut change)?;
    tx.write(entity, id, row, change.new)?;
    if is_a(tx, entity, "Assignable") {
        tx.sum_up(Some(id));
    }
    let assignment = tx.entity("TeamAssignment")?;
    let assignments = tx.ids(r#"SELECT "Id" FROM "TeamAssignment" WHERE "AssignableId" = ?"#, &[id.into()])?;
    assignments.into_iter().try_for_each(|id| tx.amend(assignment, id, &[("EntityStateId", state.into())]))
}

/// Rule: the items of a project follow it into another process.
pub(super) fn into_process(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let Some(process) = change.new.int("ProcessId") else { return Ok(()) };
    if !change.is("Project") || change.is_new() || !change.changes("ProcessId") {
        return Ok(());
    }
    let general = tx.entity("General")?;
    let items = r#"SELECT "Id" FROM "General" WHERE "ProjectId" = ? AND "EntityStateId" IS NOT NULL ORDER BY "Id""#;
    for id in tx.ids(items, &[change.id.into()])? {
        let Some(row) = tx.row(general, id)? else { continue };
        take_state(tx, tx.concrete(general, &row), (id, &row), process)?;
    }
    Ok(())
}
