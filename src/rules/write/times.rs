//! Time records: whose, when, in which role, on which project.
//!
//! Evidence: vendor's times page, client notes on the live service (dates stay as sent; no times without the practice).

use super::change::Change;
use super::custom_values;
use super::efforts;
use super::refusal::Refusal;
use super::settings;
use super::tx::{Result, Tx};

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
        efforts::time_gone(tx, old)?;
    }
    tx.sum_up(change.new.int("AssignableId"));
    Ok(())
}
