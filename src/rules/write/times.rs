//! Time records: whose, when, in which role, on which project, and what they make of their items.
//!
//! Evidence: vendor's times page, client notes on the live service (dates stay as sent; no times without the practice).

use super::change::Change;
use super::refusal::Refusal;
use super::row::Row;
use super::tx::{Result, Tx};
use super::{custom_values, efforts, own, rollup, settings, tasks, workflow};
use crate::value::Value;

/// The practice that times need.
const PRACTICE: i64 = 2;

/// Rule: what a record leaves out.
pub(super) fn complete(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.is("Time") {
        return Ok(());
    }
    for (entity, column) in [("Assignable", "AssignableId"), ("CustomActivity", "CustomActivityId")] {
        if let Some(id) = change.new.int(column).filter(|_| change.changes(column))
            && let Some(row) = tx.row(tx.entity(entity)?, id)?
        {
            change.new.set("ProjectId", row.get("ProjectId").clone());
        }
    }
    if change.new.is_null("ProjectId") {
        return Err(Refusal::Invalid(vec![Refusal::required("Project")]));
    }
    if change.is_new() {
        change.new.set("CreateDate", tx.now);
        change.new.fill("UserId", tx.who.id);
        change.new.fill("Date", tx.today());
        if change.new.is_null("RoleId") {
            let role = role(tx, change)?;
            change.new.set("RoleId", role);
        }
    }
    let Some(process) = custom_values::process(tx, change)? else { return Ok(()) };
    let practices = settings::practices(tx, process)?;
    if !practices.is_empty() && !practices.contains(&PRACTICE) {
        return Err(Refusal::invalid("Time is not available for current process", Vec::new()));
    }
    Ok(())
}

/// The role in which the user works on the item, or on the project, or at all.
fn role(tx: &Tx<'_>, change: &Change<'_>) -> Result<Option<i64>> {
    let user = change.new.get("UserId").clone();
    let on_item = r#"SELECT "RoleId" FROM "Assignment" WHERE "AssignableId" = ? AND "GeneralUserId" = ? AND "RoleId" IS NOT NULL ORDER BY "Id""#;
    if let Some(role) = tx.id(on_item, &[change.new.get("AssignableId").clone(), user.clone()])? {
        return Ok(Some(role));
    }
    let on_project = r#"SELECT "RoleId" FROM "ProjectMember" WHERE "ProjectId" = ? AND "UserId" = ? AND "RoleId" IS NOT NULL ORDER BY "Id""#;
    if let Some(role) = tx.id(on_project, &[change.new.get("ProjectId").clone(), user.clone()])? {
        return Ok(Some(role));
    }
    tx.id(r#"SELECT "RoleId" FROM "GeneralUser" WHERE "Id" = ?"#, &[user])
}

/// Rule: times count into their items.
pub(super) fn follow(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !change.is("Time") {
        return Ok(());
    }
    if let Some(old) = change.old.as_ref().filter(|_| change.changes("AssignableId") || change.changes("RoleId")) {
        time_gone(tx, old)?;
    }
    advance(tx, &change.new)?;
    tx.sum_up(change.new.int("AssignableId"));
    Ok(())
}

/// A record tells how far its role is: as much of the effort is done as was spent of what was spent and remains. An
/// item without role efforts goes by all its records. What is finished stays so.
///
/// Evidence: vendor's page on progress (each record of a time brings the progress up to date by the ratio of time
/// spent, time that remains, and effort); that the ratio is this one is assumed.
pub(super) fn advance(tx: &Tx<'_>, time: &Row) -> Result<()> {
    match time.int("AssignableId") {
        Some(item) => go_by_times(tx, item, Some(time.get("RoleId"))),
        None => Ok(()),
    }
}

/// What is reopened is as far again as its times say. Assumed.
pub(super) fn reopen(tx: &Tx<'_>, item: i64) -> Result<()> {
    go_by_times(tx, item, None)
}

fn go_by_times(tx: &Tx<'_>, id: i64, role: Option<&Value>) -> Result<()> {
    let assignable = tx.entity("Assignable")?;
    let Some(row) = tx.row(assignable, id)?.filter(|row| row.real("Effort") > 0.0) else { return Ok(()) };
    let entity = tx.concrete(assignable, &row);
    if workflow::is_final(tx, row.int("EntityStateId"))? || rollup::has_parts(tx, entity, id)? {
        return Ok(());
    }
    let by_role = efforts::of_roles(tx, id)?;
    if by_role.is_empty() {
        let [spent, remain] = recorded_times(tx, id)?;
        let tasks = tasks::counted(tx, entity, id, &row)?;
        let [effort, ..] = own::of(&row, tasks);
        let mut new = row.clone();
        own::show(&mut new, own::balanced(effort, effort * share(spent, remain)), tasks);
        return tx.write(entity, id, &row, new);
    }
    for old in by_role.iter().filter(|old| role.is_none_or(|role| old.get("RoleId") == role)) {
        let (spent, remain) = of_role(tx, id, old.get("RoleId"))?;
        let effort = old.real("Effort");
        efforts::write_role(tx, old, effort, effort * share(spent, remain.unwrap_or_default()))?;
    }
    Ok(())
}

fn share(spent: f64, remain: f64) -> f64 {
    if spent > 0.0 { spent / (spent + remain) } else { 0.0 }
}

/// A time went, or counts elsewhere: what remains of its role follows after the answer.
pub(super) fn time_gone(tx: &Tx<'_>, time: &Row) -> Result<()> {
    let sql = r#"SELECT "Id" FROM "RoleEffort" WHERE "AssignableId" = ? AND "RoleId" IS ?"#;
    let roles = tx.ids(sql, &[time.get("AssignableId").clone(), time.get("RoleId").clone()])?;
    tx.later_roles.borrow_mut().extend(roles);
    advance(tx, time)?;
    tx.sum_up(time.int("AssignableId"));
    Ok(())
}

/// Time spent on each role, and what its last record says remains.
pub(super) fn role_times(tx: &Tx<'_>, item: i64) -> Result<()> {
    let entity = tx.entity("RoleEffort")?;
    for row in efforts::of_roles(tx, item)? {
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

/// What was spent on a role of an item, and what its last record says remains.
pub(super) fn of_role(tx: &Tx<'_>, item: i64, role: &Value) -> Result<(f64, Option<f64>)> {
    let sql = r#"SELECT TOTAL("Spent") AS "Spent", (SELECT t."Remain" FROM "Time" t WHERE t."AssignableId" = ?1 AND t."RoleId" IS ?2
        ORDER BY t."Date" DESC, t."Id" DESC LIMIT 1) AS "Remain" FROM "Time" WHERE "AssignableId" = ?1 AND "RoleId" IS ?2"#;
    let row = tx.rows(sql, &[item.into(), role.clone()])?.into_iter().next().unwrap_or_default();
    let remain = (!row.is_null("Remain")).then(|| row.real("Remain"));
    Ok((row.real("Spent"), remain))
}

/// Times of an item itself.
pub(super) fn of_item(tx: &Tx<'_>, id: i64) -> Result<(f64, f64)> {
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
    Ok((spent, remain))
}

/// What the records of an item itself say was spent, and what remains.
pub(super) fn recorded_times(tx: &Tx<'_>, id: i64) -> Result<[f64; 2]> {
    let (mut spent, mut remain) = (0.0, 0.0);
    for role in tx.query(r#"SELECT DISTINCT "RoleId" FROM "Time" WHERE "AssignableId" = ?"#, &[id.into()])? {
        let (by_role, rest) = of_role(tx, id, &role.into_iter().next().unwrap_or(Value::Null))?;
        spent += by_role;
        remain += rest.unwrap_or_default();
    }
    Ok([spent, remain])
}
