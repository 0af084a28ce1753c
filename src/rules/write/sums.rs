//! Sums of items: efforts by their roles and tasks, times by their records, and how far they are. What an item counts
//! into follows by itself.
//!
//! Evidence: recorded efforts of a story (what is to do is recalculated only after the answer), vendor's pages on efforts
//! and on progress.

use std::collections::BTreeSet;

use super::own::balanced;
use super::rollup::{self, EFFORTS, Efforts, progress};
use super::row::Row;
use super::tx::{Result, Tx};
use super::{efforts, own, tasks, times, workflow};
use crate::catalog::Entity;
use crate::value::Value;

/// Items that lost their last part are worth what their roles say.
fn settle_bereft(tx: &Tx<'_>) -> Result<()> {
    let assignable = tx.entity("Assignable")?;
    for id in tx.bereft.take() {
        let Some(row) = tx.row(assignable, id)? else { continue };
        if !rollup::has_parts(tx, tx.concrete(assignable, &row), id)? {
            rollup::give_up(tx, id)?;
            efforts::clear(tx, id)?;
            tx.sum_up(Some(id));
        }
    }
    Ok(())
}

/// Makes the sums of items that were asked for; those of stories after those of their tasks.
pub(super) fn settle(tx: &Tx<'_>) -> Result<()> {
    settle_bereft(tx)?;
    let assignable = tx.entity("Assignable")?;
    let mut stories = BTreeSet::new();
    for id in tx.sums.take() {
        let Some(row) = tx.row(assignable, id)? else { continue };
        match tx.concrete(assignable, &row).name.as_str() {
            "UserStory" => {
                stories.insert(id);
                continue;
            }
            "Task" => stories.extend(row.int("UserStoryId")),
            _ => {}
        }
        make_sums(tx, id, &row)?;
    }
    stories.append(&mut tx.sums.take());
    for id in stories {
        if let Some(row) = tx.row(assignable, id)? {
            make_sums(tx, id, &row)?;
        }
    }
    Ok(())
}

/// The sums of an item's role efforts, tasks and times. Those of an item with parts are made with them.
fn make_sums(tx: &Tx<'_>, id: i64, old: &Row) -> Result<()> {
    let entity = tx.concrete(tx.entity("Assignable")?, old);
    if rollup::has_parts(tx, entity, id)? {
        rollup::make_anew(tx, entity, id);
        return times::role_times(tx, id);
    }
    times::role_times(tx, id)?;
    let is_final = workflow::is_final(tx, old.int("EntityStateId"))?;
    let (tasks, [spent_on_tasks, remain_of_tasks]) = tasks::sums(tx, entity, id, old)?;
    let mut new = old.clone();
    match by_roles(tx, id, is_final)? {
        Some(sums) => {
            for (n, column) in EFFORTS.into_iter().enumerate() {
                new.set(column, rollup::rounded(sums[n] + tasks[n]));
            }
        }
        None => {
            let [effort, done, open] = own::of(old, tasks);
            own::show(&mut new, if is_final { balanced(effort, effort) } else { [effort, done, open] }, tasks);
        }
    }
    let progress = progress_of(tx, entity, &new)?;
    let (spent, remain) = times::of_item(tx, id)?;
    new.set("Progress", progress);
    new.set("TimeSpent", rollup::rounded(spent + spent_on_tasks));
    new.set("TimeRemain", rollup::rounded(remain + remain_of_tasks));
    tx.write(entity, id, old, new)
}

/// What the role efforts of an item are worth together, where it has any. Those of a finished item are done.
fn by_roles(tx: &Tx<'_>, id: i64, is_final: bool) -> Result<Option<Efforts>> {
    let sums = tx.rows(
        r#"SELECT COUNT(*) AS n, TOTAL("Effort") AS "Effort", TOTAL("EffortCompleted") AS "EffortCompleted", TOTAL("EffortToDo") AS "EffortToDo"
           FROM "RoleEffort" WHERE "AssignableId" = ?"#,
        &[Value::Int(id)],
    )?;
    let Some(sums) = sums.into_iter().next().filter(|sums| sums.int("n") > Some(0)) else { return Ok(None) };
    let [effort, done, open] = EFFORTS.map(|column| sums.real(column));
    if !is_final || open == 0.0 {
        return Ok(Some([effort, done, open]));
    }
    for old in efforts::of_roles(tx, id)? {
        efforts::write_role(tx, &old, old.real("Effort"), old.real("Effort"))?;
    }
    Ok(Some([effort, effort, 0.0]))
}

/// What the service recalculates only after it answered: open efforts of items, remaining times of roles.
pub(super) fn settle_later(tx: &Tx<'_>) -> Result<()> {
    let (items, roles) = (tx.later.take(), tx.later_roles.take());
    for id in &items {
        spread(tx, *id)?;
    }
    let entity = tx.entity("RoleEffort")?;
    for id in &roles {
        let Some(row) = tx.row(entity, *id)? else { continue };
        let item = row.int("AssignableId").unwrap_or_default();
        if times::of_role(tx, item, row.get("RoleId"))?.1.is_none() {
            tx.amend(entity, *id, &[("TimeRemain", row.get("EffortToDo").clone())])?;
        }
        tx.sum_up(Some(item));
    }
    settle(tx)
}

/// An item without role efforts has its own open effort; with them it has theirs.
fn spread(tx: &Tx<'_>, id: i64) -> Result<()> {
    let assignable = tx.entity("Assignable")?;
    let of_item = r#"SELECT "Id" FROM "RoleEffort" WHERE "AssignableId" = ? LIMIT 1"#;
    if tx.may_have(assignable, id, tx.entity("RoleEffort")?) && tx.id(of_item, &[Value::Int(id)])?.is_some() {
        tx.sum_up(Some(id));
        return Ok(());
    }
    let Some(old) = tx.row(assignable, id)? else { return Ok(()) };
    let entity = tx.concrete(assignable, &old);
    if rollup::has_parts(tx, entity, id)? {
        return Ok(());
    }
    let tasks = tasks::counted(tx, entity, id, &old)?;
    let [effort, done, _] = own::of(&old, tasks);
    let is_final = workflow::is_final(tx, old.int("EntityStateId"))?;
    let mut new = old.clone();
    own::show(&mut new, balanced(effort, if is_final { effort } else { done }), tasks);
    let progress = progress_of(tx, entity, &new)?;
    new.set("Progress", progress);
    tx.write(entity, id, &old, new)
}

/// How far an item is by its efforts; a feature without stories by its state.
///
/// Evidence: vendor's page on progress of features.
fn progress_of(tx: &Tx<'_>, entity: &Entity, row: &Row) -> Result<f64> {
    if entity.name == "Feature" {
        let is_final = workflow::is_final(tx, row.int("EntityStateId"))?;
        return Ok(if is_final { 1.0 } else { 0.0 });
    }
    Ok(progress(row.real("Effort"), row.real("EffortCompleted")))
}
