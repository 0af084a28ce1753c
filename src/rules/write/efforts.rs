//! Efforts: what may be said of them, and which sums that asks for.
//!
//! Evidence: recorded role efforts and efforts of a story (what is to do is recalculated only after the answer), the
//! vendor's efforts pages.

use super::change::{Change, is_a};
use super::own::balanced;
use super::refusal::Refusal;
use super::rollup::{self, EFFORTS, progress};
use super::row::Row;
use super::tx::{Result, Tx};
use super::{own, tasks, times, workflow};
use crate::value::Value;

/// Rule: what is done and what is to do make up a role effort. One role has one effort: a second one changes it.
pub(super) fn role_effort(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.is("RoleEffort") {
        return Ok(());
    }
    if change.is_new() {
        become_known(tx, change)?;
    } else {
        stays_the_only_one(tx, change)?;
    }
    if change.is_new() && !change.gives("InitialEstimate") {
        let effort = change.new.real("Effort");
        change.new.set("InitialEstimate", effort);
    }
    if are_given(change) {
        balance(change);
        if is_finished(tx, change.new.int("AssignableId"))? {
            finish(&mut change.new);
        }
    }
    Ok(())
}

/// Whether the body says anything of efforts.
pub(super) fn are_given(change: &Change<'_>) -> bool {
    EFFORTS.iter().any(|column| change.gives(column))
}

/// Makes effort, done and to do fit together, whichever of them the body names: nothing is done beyond the effort.
fn balance(change: &mut Change<'_>) {
    let [effort, done, open] = EFFORTS.map(|column| change.new.real(column));
    if effort < 0.0 || done < 0.0 || open < 0.0 {
        // the check of signs refuses it
        return;
    }
    let [gives_effort, gives_done, gives_open] = EFFORTS.map(|column| change.gives(column));
    let effort = if gives_done && gives_open && !gives_effort { done + open } else { effort };
    let done = if gives_open && !gives_done { effort - open } else { done };
    set_efforts(&mut change.new, effort, done);
}

fn set_efforts(row: &mut Row, effort: f64, done: f64) {
    for (column, value) in EFFORTS.iter().zip(balanced(effort, done)) {
        row.set(column, value);
    }
}

/// What is finished is done.
fn finish(row: &mut Row) {
    let effort = row.real("Effort");
    set_efforts(row, effort, effort);
}

fn is_finished(tx: &Tx<'_>, item: Option<i64>) -> Result<bool> {
    let item = item.map(|id| tx.row(tx.entity("Assignable")?, id)).transpose()?.flatten();
    workflow::is_final(tx, item.and_then(|item| item.int("EntityStateId")))
}

/// A role effort does not become one that is there already.
///
/// Assumed; the service has an effort of each role from the start.
pub(super) fn stays_the_only_one(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !change.is("RoleEffort") || !change.changes("AssignableId") && !change.changes("RoleId") {
        return Ok(());
    }
    let sql = r#"SELECT "Id" FROM "RoleEffort" WHERE "AssignableId" = ? AND "RoleId" = ? AND "Id" <> ? LIMIT 1"#;
    let [item, role] = ["AssignableId", "RoleId"].map(|column| change.new.get(column).clone());
    match tx.id(sql, &[item, role, change.id.into()])? {
        Some(_) => Err(Refusal::invalid("The item has an effort of this role already.", Vec::new())),
        None => Ok(()),
    }
}

fn become_known(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let sql = r#"SELECT * FROM "RoleEffort" WHERE "AssignableId" = ? AND "RoleId" = ? ORDER BY "Id" LIMIT 1"#;
    let found = tx.rows(sql, &[change.new.get("AssignableId").clone(), change.new.get("RoleId").clone()])?;
    let Some(known) = found.into_iter().next() else { return Ok(()) };
    let mut row = known.clone();
    for member in &change.given {
        if EFFORTS.contains(&member.as_str()) || member == "InitialEstimate" {
            row.set(member, change.new.get(member).clone());
        }
    }
    change.id = known.int("Id").unwrap_or_default();
    change.old = Some(known);
    change.new = row;
    Ok(())
}

/// Rule: efforts set on an item itself. What is to do follows after the answer. Those of an item with parts are not
/// the client's to set.
pub(super) fn direct(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !is_a(tx, change.entity, "Assignable") || !are_given(change) {
        return Ok(());
    }
    if !change.is_new() && rollup::has_parts(tx, change.entity, change.id)? {
        for column in EFFORTS {
            let sum = change.before(column).clone();
            change.new.set(column, sum);
        }
        return Ok(());
    }
    let open = change.new.get("EffortToDo").clone();
    balance(change);
    if !change.gives("EffortCompleted") && !change.gives("EffortToDo") {
        change.new.set("EffortToDo", open);
    }
    if EFFORTS.iter().any(|column| change.changes(column)) {
        tx.later.borrow_mut().extend(change.new.int("Id"));
    }
    if change.is_new() {
        let progress = progress(change.new.real("Effort"), change.new.real("EffortCompleted"));
        change.new.set("Progress", progress);
    }
    Ok(())
}

/// Rule: what is finished has nothing to do any more, until it is reopened.
pub(super) fn follow_state(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !is_a(tx, change.entity, "Assignable") || !change.changes("EntityStateId") {
        return Ok(());
    }
    if !workflow::is_final(tx, change.new.int("EntityStateId"))? {
        let before = change.old.as_ref().and_then(|old| old.int("EntityStateId"));
        if workflow::is_final(tx, before)? {
            times::reopen(tx, change.id)?;
            tx.sum_up(Some(change.id));
        }
        return Ok(());
    }
    if !rollup::has_parts(tx, change.entity, change.id)? {
        tx.sum_up(Some(change.id));
    }
    Ok(())
}

/// Role efforts of an item, in the order of their ids.
pub(super) fn of_roles(tx: &Tx<'_>, item: i64) -> Result<Vec<Row>> {
    tx.rows(r#"SELECT * FROM "RoleEffort" WHERE "AssignableId" = ? ORDER BY "Id""#, &[Value::Int(item)])
}

/// Writes a role effort. What remains of it follows after the answer.
pub(super) fn write_role(tx: &Tx<'_>, old: &Row, effort: f64, done: f64) -> Result<()> {
    let (id, mut new) = (old.int("Id").unwrap_or_default(), old.clone());
    set_efforts(&mut new, effort, done);
    tx.later_roles.borrow_mut().insert(id);
    tx.write(tx.entity("RoleEffort")?, id, old, new)
}

/// Rule: marks what is to be summed up anew.
pub(super) fn follow(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is("RoleEffort") {
        if let Some(old) = change.old.as_ref().filter(|_| change.changes("AssignableId")) {
            role_gone(tx, old)?;
        }
        tx.sum_up(change.new.int("AssignableId"));
        tx.later_roles.borrow_mut().insert(change.id);
    }
    if change.is("Feature") && change.changes("EntityStateId") {
        tx.sum_up(Some(change.id));
    }
    // a new item has nothing to sum up but what its own role efforts ask for
    if is_a(tx, change.entity, "Assignable") && !change.is_new() {
        if EFFORTS.iter().any(|c| change.changes(c)) {
            tx.sum_up(Some(change.id));
        }
        if change.changes("UserStoryId") {
            for story in [change.before("UserStoryId"), change.new.get("UserStoryId")] {
                tx.sum_up(if let Value::Int(id) = story { Some(*id) } else { None });
            }
        }
    }
    Ok(())
}

/// An effort of a role went: the last one leaves nothing.
pub(super) fn role_gone(tx: &Tx<'_>, role: &Row) -> Result<()> {
    let Some(item) = role.int("AssignableId") else { return Ok(()) };
    let others = r#"SELECT "Id" FROM "RoleEffort" WHERE "AssignableId" = ? LIMIT 1"#;
    if tx.id(others, &[item.into()])?.is_none() {
        clear(tx, item)?;
    }
    tx.sum_up(Some(item));
    Ok(())
}

/// Leaves no effort of its own to an item without parts.
pub(super) fn clear(tx: &Tx<'_>, id: i64) -> Result<()> {
    let assignable = tx.entity("Assignable")?;
    let Some(old) = tx.row(assignable, id)? else { return Ok(()) };
    let entity = tx.concrete(assignable, &old);
    if rollup::has_parts(tx, entity, id)? {
        return Ok(());
    }
    let mut new = old.clone();
    own::show(&mut new, [0.0; 3], tasks::counted(tx, entity, id, &old)?);
    tx.write(entity, id, &old, new)
}

/// Rule: an effort set on an item itself is what it is worth with its tasks. The part that its role efforts do not
/// have yet goes to the first of them.
pub(super) fn follow_estimate(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !is_a(tx, change.entity, "Assignable") || !are_given(change) || EFFORTS.iter().all(|c| !change.changes(c)) {
        return Ok(());
    }
    let has_roles = tx.may_have(change.entity, change.id, tx.entity("RoleEffort")?);
    let by_role = if has_roles { of_roles(tx, change.id)? } else { Vec::new() };
    let tasks = tasks::counted(tx, change.entity, change.id, &change.new)?;
    let effort = (change.new.real("Effort") - tasks[0]).max(0.0);
    if !by_role.is_empty() {
        return if change.changes("Effort") { share(tx, change, &by_role, effort) } else { Ok(()) };
    }
    match tx.row(change.entity, change.id)? {
        Some(old) if tasks != [0.0; 3] || own::is_kept(&old) => {
            let mut new = old.clone();
            own::keep(&mut new, balanced(effort, change.new.real("EffortCompleted") - tasks[1]));
            tx.write(change.entity, change.id, &old, new)
        }
        _ => Ok(()),
    }
}

/// Makes role efforts sum up to the effort of their item.
fn share(tx: &Tx<'_>, change: &Change<'_>, by_role: &[Row], effort: f64) -> Result<()> {
    let finished = workflow::is_final(tx, change.new.int("EntityStateId"))?;
    let mut difference = effort - by_role.iter().map(|row| row.real("Effort")).sum::<f64>();
    for old in by_role {
        let effort = (old.real("Effort") + difference).max(0.0);
        difference += old.real("Effort") - effort;
        write_role(tx, old, effort, if finished { effort } else { old.real("EffortCompleted") })?;
        if difference.abs() < 1e-9 {
            break;
        }
    }
    Ok(())
}
