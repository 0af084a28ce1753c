//! What a create fills in: authors, dates, rank, priority, severity.
//!
//! Evidence: recorded creates of 2013 and 2026 (a story got the least important priority, none being flagged).

use super::change::{Change, is_a};
use super::refusal::Refusal;
use super::settings;
use super::tx::{Result, Tx};
use crate::value::Value;

/// Owner, creator and last editor are the caller; dates come from the clock of the workspace.
pub(super) fn authors(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if is_a(tx, change.entity, "General") {
        if change.is_new() {
            change.new.set("CreateDate", tx.now);
            change.new.fill("OwnerId", tx.who.id);
            change.new.fill("CreatorId", tx.who.id);
        }
        if change.is_new() || change.entity.member("LastEditor").is_some() {
            change.new.set("LastEditorId", tx.who.id);
        }
        change.new.set("ModifyDate", tx.now);
    } else if is_a(tx, change.entity, "GeneralUser") {
        if change.is_new() {
            change.new.set("CreateDate", tx.now);
        }
        change.new.set("ModifyDate", tx.now);
    } else if change.is_new() {
        if change.is("CustomActivity") {
            change.new.set("Created", tx.now);
            change.new.fill("UserId", tx.who.id);
        }
        if change.is("Milestone") || change.is("Attachment") {
            change.new.fill("OwnerId", tx.who.id);
        }
        if change.is("TeamProject") || change.is("TeamMember") {
            change.new.fill("StartDate", tx.today());
        }
        if change.is("Message") {
            change.new.fill("CreateDate", tx.now);
        }
    }
    if change.is_new() && change.is("Request") {
        // whoever asks votes for it (recorded 2026)
        change.new.set("VotesCount", 1);
    }
    if change.is_new() && change.is("Build") {
        change.new.fill("BuildDate", tx.today());
    }
    Ok(())
}

/// A new item stands last. Assumed: the service gives a fractional number.
pub(super) fn rank(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.is_new() && is_a(tx, change.entity, "General") {
        let id = tx.next_id(&change.entity.table)?;
        change.new.set("Id", id);
        change.new.fill("NumericPriority", id as f64 + 0.5);
    }
    if change.is_new() && change.is("EntityState") {
        let last = tx.query(r#"SELECT COALESCE(MAX("NumericPriority"), 0) + 1 FROM "EntityState""#, &[])?;
        let last = last.first().and_then(|r| r.first()).cloned().unwrap_or(Value::Int(1));
        change.new.fill("NumericPriority", last);
    }
    Ok(())
}

/// The priority flagged as default, else the least important one of the type; the same for severity.
pub(super) fn importance(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.entity.member("Priority").is_some()
        && let Some(type_id) = change.entity.type_id
    {
        // an item is never without one, whatever the body says
        if change.new.is_null("PriorityId") {
            change.new.set("PriorityId", settings::default_priority(tx, type_id)?);
        } else if change.gives("Priority") && change.changes("PriorityId") {
            priority_fits(tx, change)?;
        }
    }
    if change.entity.member("Severity").is_some() {
        change.new.fill("SeverityId", settings::default_severity(tx)?);
    }
    Ok(())
}

/// A priority of another type is 403. Source: client notes on the live service.
fn priority_fits(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let Some(id) = change.new.int("PriorityId") else { return Ok(()) };
    let known = tx.id(r#"SELECT "EntityTypeId" FROM "Priority" WHERE "Id" = ?"#, &[Value::Int(id)])?;
    // a test case run bears the priority of its test case
    let own = if change.is("TestCaseRun") { tx.entity("TestCase")?.type_id } else { change.entity.type_id };
    match known {
        Some(kind) if Some(kind) != own => {
            Err(Refusal::forbidden(format!("Priority with Id {id} cannot be set for {}.", change.entity.name)))
        }
        _ => Ok(()),
    }
}
