//! Efforts and times: role efforts make those of their item; what the item counts into follows by itself.
//!
//! Evidence: recorded role efforts and efforts of a story (what is to do is recalculated only after the answer), the
//! vendor's efforts pages.

use super::change::{Change, is_a};
use super::rollup::{EFFORTS, progress};
use super::row::Row;
use super::tx::{Result, Tx};
use super::workflow;
use crate::value::Value;

/// Rule: what is done and what is to do make up a role effort. One role has one effort: a second one changes it.
pub(super) fn role_effort(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.is("RoleEffort") {
        return Ok(());
    }
    if change.is_new() {
        become_known(tx, change)?;
    }
    if change.is_new() && !change.gives("InitialEstimate") {
        let effort = change.new.real("Effort");
        change.new.set("InitialEstimate", effort);
    }
    let [effort, done, open] = EFFORTS.iter().map(|c| change.new.real(c)).collect::<Vec<_>>()[..] else {
        return Ok(());
    };
    if change.gives("EffortToDo") && !change.gives("EffortCompleted") {
        change.new.set("EffortCompleted", (effort - open).max(0.0));
    } else if !change.gives("EffortToDo") && (change.gives("Effort") || change.gives("EffortCompleted")) {
        change.new.set("EffortToDo", (effort - done).max(0.0));
    }
    Ok(())
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

/// Rule: an effort set on an item itself. What is to do follows after the answer.
pub(super) fn direct(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if is_a(tx, change.entity, "Assignable") && change.gives("Effort") && change.changes("Effort") {
        let id = change.new.int("Id").unwrap_or_default();
        tx.later.borrow_mut().insert(id);
        if change.is_new() {
            let progress = progress(change.new.real("Effort"), change.new.real("EffortCompleted"));
            change.new.set("Progress", progress);
        }
    }
    Ok(())
}

/// Rule: what is finished has nothing to do any more.
pub(super) fn follow_state(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !is_a(tx, change.entity, "Assignable")
        || !change.changes("EntityStateId")
        || !workflow::is_final(tx, change.new.int("EntityStateId"))?
    {
        return Ok(());
    }
    let entity = tx.entity("RoleEffort")?;
    for row in tx.rows(r#"SELECT * FROM "RoleEffort" WHERE "AssignableId" = ?"#, &[Value::Int(change.id)])? {
        let columns = [("EffortCompleted", row.get("Effort").clone()), ("EffortToDo", 0.0.into())];
        tx.amend(entity, row.int("Id").unwrap_or_default(), &columns)?;
    }
    let effort = tx.row(change.entity, change.id)?.unwrap_or_default().get("Effort").clone();
    tx.amend(change.entity, change.id, &[("EffortCompleted", effort), ("EffortToDo", 0.0.into())])?;
    tx.sum_up(Some(change.id));
    Ok(())
}

/// Rule: marks what is to be summed up anew.
pub(super) fn follow(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is("RoleEffort") {
        for row in [change.old.as_ref(), Some(&change.new)].into_iter().flatten() {
            tx.sum_up(row.int("AssignableId"));
        }
        tx.later_roles.borrow_mut().insert(change.id);
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

/// Makes the sums of items that were asked for.
pub(super) fn settle(tx: &Tx<'_>) -> Result<()> {
    let items = std::mem::take(&mut *tx.sums.borrow_mut());
    let assignable = tx.entity("Assignable")?;
    let mut stories = std::collections::BTreeSet::new();
    for id in items {
        let Some(row) = tx.row(assignable, id)? else { continue };
        stories.extend(row.int("UserStoryId").filter(|_| tx.concrete(assignable, &row).name == "Task"));
        own_sums(tx, id, &row)?;
    }
    for id in stories {
        if let Some(row) = tx.row(assignable, id)? {
            own_sums(tx, id, &row)?;
        }
    }
    Ok(())
}

/// The sums of an item's role efforts and times.
fn own_sums(tx: &Tx<'_>, id: i64, row: &Row) -> Result<()> {
    role_times(tx, id)?;
    let mut columns: Vec<(&str, Value)> = Vec::new();
    let sums = tx.rows(
        r#"SELECT COUNT(*) AS n, TOTAL("Effort") AS "Effort", TOTAL("EffortCompleted") AS "EffortCompleted", TOTAL("EffortToDo") AS "EffortToDo"
           FROM "RoleEffort" WHERE "AssignableId" = ?"#,
        &[Value::Int(id)],
    )?;
    let sums = sums.into_iter().next().unwrap_or_default();
    let by_roles = sums.int("n").unwrap_or_default() > 0;
    let effort = if by_roles { &sums } else { row };
    for column in EFFORTS {
        columns.push((column, effort.real(column).into()));
    }
    let progress = progress(effort.real("Effort"), effort.real("EffortCompleted"));
    columns.push(("Progress", progress.into()));
    let (spent, remain) = times(tx, row, id)?;
    columns.push(("TimeSpent", spent.into()));
    columns.push(("TimeRemain", remain.into()));
    tx.amend_row(tx.entity("Assignable")?, id, row, &columns)
}

/// Time spent on each role, and what its last record says remains.
fn role_times(tx: &Tx<'_>, item: i64) -> Result<()> {
    let entity = tx.entity("RoleEffort")?;
    for row in tx.rows(r#"SELECT * FROM "RoleEffort" WHERE "AssignableId" = ?"#, &[Value::Int(item)])? {
        let role = row.get("RoleId").clone();
        let id = row.int("Id").unwrap_or_default();
        let (spent, remain) = of_role(tx, item, &role)?;
        // without records, what remains is recalculated from the effort after the answer
        if let Some(remain) = remain {
            tx.amend(entity, id, &[("TimeSpent", spent.into()), ("TimeRemain", remain.into())])?;
        } else if row.real("TimeSpent") != 0.0 {
            tx.amend(entity, id, &[("TimeSpent", 0.0.into())])?;
        }
    }
    Ok(())
}

fn of_role(tx: &Tx<'_>, item: i64, role: &Value) -> Result<(f64, Option<f64>)> {
    let sql = r#"SELECT TOTAL("Spent") AS "Spent", (SELECT t."Remain" FROM "Time" t WHERE t."AssignableId" = ?1 AND t."RoleId" IS ?2
        ORDER BY t."Date" DESC, t."Id" DESC LIMIT 1) AS "Remain" FROM "Time" WHERE "AssignableId" = ?1 AND "RoleId" IS ?2"#;
    let row = tx.rows(sql, &[item.into(), role.clone()])?.into_iter().next().unwrap_or_default();
    let remain = (!row.is_null("Remain")).then(|| row.real("Remain"));
    Ok((row.real("Spent"), remain))
}

/// Times of an item; a story's with those of its tasks.
fn times(tx: &Tx<'_>, row: &Row, id: i64) -> Result<(f64, f64)> {
    let roles = tx.query(
        r#"SELECT "RoleId" FROM "Time" WHERE "AssignableId" = ?1 UNION SELECT "RoleId" FROM "RoleEffort" WHERE "AssignableId" = ?1"#,
        &[Value::Int(id)],
    )?;
    let (mut spent, mut remain) = (0.0, 0.0);
    for role in roles {
        let role = role.into_iter().next().unwrap_or(Value::Null);
        let (by_role, rest) = of_role(tx, id, &role)?;
        spent += by_role;
        remain += match rest {
            Some(rest) => rest,
            None => {
                let sql = r#"SELECT TOTAL("TimeRemain") AS "TimeRemain" FROM "RoleEffort" WHERE "AssignableId" = ? AND "RoleId" IS ?"#;
                tx.rows(sql, &[id.into(), role])?.first().map_or(0.0, |r| r.real("TimeRemain"))
            }
        };
    }
    if tx.concrete(tx.entity("Assignable")?, row).name == "UserStory" {
        let task = Value::from(tx.entity("Task")?.type_id);
        let sql = r#"SELECT TOTAL("TimeSpent") AS "TimeSpent", TOTAL("TimeRemain") AS "TimeRemain" FROM "General" WHERE "UserStoryId" = ? AND "EntityTypeId" = ?"#;
        if let Some(tasks) = tx.rows(sql, &[id.into(), task])?.first() {
            spent += tasks.real("TimeSpent");
            remain += tasks.real("TimeRemain");
        }
    }
    Ok((spent, remain))
}

/// What the service recalculates only after it answered: open efforts of items, remaining times of roles.
pub(super) fn settle_later(tx: &Tx<'_>) -> Result<()> {
    let items = std::mem::take(&mut *tx.later.borrow_mut());
    let roles = std::mem::take(&mut *tx.later_roles.borrow_mut());
    for id in &items {
        spread(tx, *id)?;
    }
    let entity = tx.entity("RoleEffort")?;
    for id in &roles {
        let Some(row) = tx.row(entity, *id)? else { continue };
        let item = row.int("AssignableId").unwrap_or_default();
        if of_role(tx, item, row.get("RoleId"))?.1.is_none() {
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
    let Some(row) = tx.row(assignable, id)? else { return Ok(()) };
    let (effort, done) = (row.real("Effort"), row.real("EffortCompleted"));
    let columns = [("EffortToDo", (effort - done).max(0.0).into()), ("Progress", progress(effort, done).into())];
    tx.amend_row(assignable, id, &row, &columns)
}

/// The part of a new effort of an item that its role efforts do not have yet goes to the first of them.
pub(super) fn to_roles(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !is_a(tx, change.entity, "Assignable") || !change.gives("Effort") || !change.changes("Effort") {
        return Ok(());
    }
    let entity = tx.entity("RoleEffort")?;
    if !tx.may_have(change.entity, change.id, entity) {
        return Ok(());
    }
    let rows =
        tx.rows(r#"SELECT * FROM "RoleEffort" WHERE "AssignableId" = ? ORDER BY "Id""#, &[Value::Int(change.id)])?;
    let mut difference = change.new.real("Effort") - rows.iter().map(|r| r.real("Effort")).sum::<f64>();
    for row in &rows {
        let effort = (row.real("Effort") + difference).max(0.0);
        difference += row.real("Effort") - effort;
        let open = (effort - row.real("EffortCompleted")).max(0.0);
        let columns = [("Effort", Value::Real(effort)), ("EffortToDo", open.into())];
        tx.amend(entity, row.int("Id").unwrap_or_default(), &columns)?;
        if difference.abs() < 1e-9 {
            break;
        }
    }
    Ok(())
}
