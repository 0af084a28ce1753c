//! Custom rules: what an account may have switched on, each known by its name.
//!
//! Evidence: vendor's documentation of custom rules (close and start along, reopen, assign whoever starts). The names are
//! those of the built-in accounts; a rule of another name does nothing.

use super::change::{Change, is_a};
use super::tx::{Result, Tx};
use super::{save, settings, workflow};
use crate::catalog::Entity;
use crate::query::mutate::{Assignment, Mutation, To};
use crate::value::Value;

type Run = fn(&Tx<'_>, &Change<'_>) -> Result<()>;

const RULES: &[(&[&str], Run)] = &[
    (&["Close a user story with its last task", "Close story when all tasks are done"], close_story),
    (&["Start a user story with its first task"], start_story),
    (&["Close tasks with their user story"], close_tasks),
    (&["Assign whoever starts an item"], assign_starter),
    (&["Reopen a user story with its bug"], reopen_story),
    (&["Close a feature with its last user story"], close_feature),
];

/// Rule: after a move, whatever the account has switched on.
pub(super) fn follow(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is_new() || !change.changes("EntityStateId") || !is_a(tx, change.entity, "Assignable") {
        return Ok(());
    }
    for name in settings::enabled_rules(tx)?.iter() {
        if let Some((_, run)) = RULES.iter().find(|(names, _)| names.iter().any(|n| n.eq_ignore_ascii_case(name))) {
            run(tx, change)?;
        }
    }
    Ok(())
}

fn ended(tx: &Tx<'_>, change: &Change<'_>) -> Result<bool> {
    workflow::is_final(tx, change.new.int("EntityStateId"))
}

fn close_story(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let Some(story) = change.new.int("UserStoryId").filter(|_| change.is("Task")) else { return Ok(()) };
    if ended(tx, change)? && open_items(tx, "Task", "UserStoryId", story)?.is_empty() {
        close(tx, tx.entity("UserStory")?, story)?;
    }
    Ok(())
}

fn close_feature(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let Some(feature) = change.new.int("FeatureId").filter(|_| change.is("UserStory")) else { return Ok(()) };
    if ended(tx, change)? && open_items(tx, "UserStory", "FeatureId", feature)?.is_empty() {
        close(tx, tx.entity("Feature")?, feature)?;
    }
    Ok(())
}

fn close_tasks(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is("UserStory") && ended(tx, change)? {
        for task in open_items(tx, "Task", "UserStoryId", change.id)? {
            close(tx, tx.entity("Task")?, task)?;
        }
    }
    Ok(())
}

fn start_story(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let Some(story) = change.new.int("UserStoryId").filter(|_| change.is("Task")) else { return Ok(()) };
    if waits(tx, change.new.int("EntityStateId"))? {
        return Ok(());
    }
    let entity = tx.entity("UserStory")?;
    let Some(row) = tx.row(entity, story)? else { return Ok(()) };
    if waits(tx, row.int("EntityStateId"))?
        && let Some(state) = working(tx, row.int("EntityStateId"))?
    {
        go(tx, entity, story, state)?;
    }
    Ok(())
}

fn reopen_story(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let Some(story) = change.new.int("UserStoryId").filter(|_| change.is("Bug")) else { return Ok(()) };
    let before = if let Value::Int(id) = change.before("EntityStateId") { Some(*id) } else { None };
    if !workflow::is_final(tx, before)? || ended(tx, change)? {
        return Ok(());
    }
    let entity = tx.entity("UserStory")?;
    let state = tx.row(entity, story)?.and_then(|r| r.int("EntityStateId"));
    if workflow::is_final(tx, state)?
        && let Some(state) = working(tx, state)?
    {
        go(tx, entity, story, state)?;
    }
    Ok(())
}

fn assign_starter(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let before = if let Value::Int(id) = change.before("EntityStateId") { Some(*id) } else { None };
    let started = waits(tx, before)? && !waits(tx, change.new.int("EntityStateId"))?;
    let assigned = tx.id(r#"SELECT "Id" FROM "Assignment" WHERE "AssignableId" = ? LIMIT 1"#, &[change.id.into()])?;
    // only who works on the project; an administrator who tidies up does not
    let sql = r#"SELECT "RoleId" FROM "ProjectMember" WHERE "ProjectId" = ? AND "UserId" = ? ORDER BY "Id" LIMIT 1"#;
    let role = tx.id(sql, &[change.new.get("ProjectId").clone(), tx.who.id.into()])?;
    let Some(role) = role.filter(|_| started && assigned.is_none()) else { return Ok(()) };
    let entity = tx.entity("Assignment")?;
    let set = [("Assignable", change.id), ("GeneralUser", tx.who.id), ("Role", role)];
    let set = set
        .into_iter()
        .filter_map(|(name, id)| entity.member(name).map(|m| Assignment { member: m.id, to: To::Reference(Some(id)) }));
    save::apply(tx, &Mutation { entity: entity.id, id: None, set: set.collect() }, None, 1)?;
    Ok(())
}

/// Items below another one that are not finished.
fn open_items(tx: &Tx<'_>, entity: &str, column: &str, above: i64) -> Result<Vec<i64>> {
    let sql = format!(
        r#"SELECT g."Id" FROM "General" g LEFT JOIN "EntityState" s ON s."Id" = g."EntityStateId"
           WHERE g."{column}" = ? AND g."EntityTypeId" = ? AND COALESCE(s."IsFinal", 0) = 0 ORDER BY g."Id""#
    );
    tx.ids(&sql, &[above.into(), tx.entity(entity)?.type_id.into()])
}

/// Whether work has not begun in a state.
fn waits(tx: &Tx<'_>, state: Option<i64>) -> Result<bool> {
    let state = state.map(|id| workflow::find(tx, id)).transpose()?.flatten();
    Ok(state.is_some_and(|s| s.flag("IsInitial") || s.flag("IsPlanned")))
}

/// The first state of the same workflow in which somebody works.
fn working(tx: &Tx<'_>, state: Option<i64>) -> Result<Option<i64>> {
    let sql = r#"SELECT s."Id" FROM "EntityState" s WHERE s."WorkflowId" = (SELECT "WorkflowId" FROM "EntityState" WHERE "Id" = ?)
        AND s."IsInitial" = 0 AND s."IsFinal" = 0 AND s."IsPlanned" = 0 ORDER BY s."NumericPriority", s."Id" LIMIT 1"#;
    tx.id(sql, &[state.into()])
}

fn close<'a>(tx: &Tx<'a>, entity: &'a Entity, id: i64) -> Result<()> {
    let Some(row) = tx.row(entity, id)? else { return Ok(()) };
    let state = row.int("EntityStateId");
    let sql = r#"SELECT s."Id" FROM "EntityState" s WHERE s."WorkflowId" = (SELECT "WorkflowId" FROM "EntityState" WHERE "Id" = ?)
        AND s."IsFinal" = 1 ORDER BY s."NumericPriority", s."Id" LIMIT 1"#;
    match tx.id(sql, &[state.into()])? {
        Some(last) if !workflow::is_final(tx, state)? => go(tx, entity, id, last),
        _ => Ok(()),
    }
}

/// Moves an item, whatever transitions its workflow has: the rule is the account's own.
fn go(tx: &Tx<'_>, entity: &Entity, id: i64, state: i64) -> Result<()> {
    let Some(member) = entity.member("EntityState") else { return Ok(()) };
    let set = vec![Assignment { member: member.id, to: To::Reference(Some(state)) }];
    let forced = tx.any_transition.replace(true);
    let result = save::apply(tx, &Mutation { entity: entity.id, id: Some(id), set }, None, 1);
    tx.any_transition.set(forced);
    result.map(drop)
}
