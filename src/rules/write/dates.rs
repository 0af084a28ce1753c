//! Dates of planning: whole days of iterations and releases, ends that follow their starts, iterations that do not overlap.
//!
//! Evidence: recordings of 2013 and 2026 (an iteration lasts to the last second of its day; overlap is 400), message
//! templates of the vendor's code.

use super::change::{Change, is_a};
use super::custom_values;
use super::refusal::Refusal;
use super::tx::{Result, Tx};
use crate::clock::Millis;
use crate::query::convert::label;
use crate::value::Value;

const DAY: Millis = 86_400_000;
const SECOND: Millis = 1000;

fn is_iteration(change: &Change<'_>) -> bool {
    change.is("Iteration") || change.is("TeamIteration")
}

/// Rule: days begin at midnight and iterations end with a day.
pub(super) fn boundaries(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !(is_iteration(change) || change.is("Release")) {
        return Ok(());
    }
    if let Some(start) = change.new.int("StartDate").filter(|_| change.changes("StartDate")) {
        change.new.set("StartDate", tx.midnight(start));
    }
    if let Some(end) = change.new.int("EndDate").filter(|_| change.changes("EndDate")) {
        let midnight = tx.midnight(end);
        let last = tx.zone.from_wall(tx.zone.to_wall(midnight) + DAY) - SECOND;
        change.new.set("EndDate", if change.is("Release") { midnight } else { last });
    }
    if is_iteration(change)
        && let (Some(start), Some(end)) = (change.new.int("StartDate"), change.new.int("EndDate"))
    {
        let days = (tx.zone.to_wall(end) - tx.zone.to_wall(start)).div_euclid(DAY) + 1;
        change.new.set("Duration", days.max(0));
    }
    Ok(())
}

/// Rule: nothing ends before it starts.
pub(super) fn order(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let pair = |start: &str, end: &str| match (change.new.int(start), change.new.int(end)) {
        (Some(s), Some(e)) => s > e && (change.changes(start) || change.changes(end)),
        _ => false,
    };
    let planned = is_iteration(change) || ["Release", "Project", "Program"].iter().any(|n| change.is(n));
    if planned && pair("StartDate", "EndDate") {
        let data = vec![("entityKind", label(&change.entity.name))];
        return Err(Refusal::invalid("{entityKind} cannot end earlier than it starts.", data));
    }
    if pair("PlannedStartDate", "PlannedEndDate") {
        return Err(Refusal::invalid("Start Date must be less than or equal to End Date.", Vec::new()));
    }
    if is_iteration(change) && (change.changes("StartDate") || change.changes("EndDate")) {
        apart(tx, change)?;
    }
    Ok(())
}

/// Iterations of a project, and those of a team, follow each other.
fn apart(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let (Some(start), Some(end)) = (change.new.int("StartDate"), change.new.int("EndDate")) else { return Ok(()) };
    let owner = if is_a(tx, change.entity, "TeamIteration") { "TeamId" } else { "ProjectId" };
    let Some(owner_id) = change.new.int(owner) else { return Ok(()) };
    let sql = format!(
        r#"SELECT "Name", "StartDate", "EndDate" FROM "General" WHERE "{owner}" = ?1 AND "EntityTypeId" = ?2 AND "Id" <> ?3 AND "StartDate" <= ?5 AND "EndDate" >= ?4 ORDER BY "StartDate" LIMIT 1"#
    );
    let kind = Value::from(change.entity.type_id);
    let found = tx.rows(&sql, &[owner_id.into(), kind, change.id.into(), start.into(), end.into()])?;
    let Some(other) = found.first() else { return Ok(()) };
    let day = |at: Option<i64>| at.map(|at| day_text(tx, at)).unwrap_or_default();
    let data = vec![
        ("term", term(tx, change)?),
        ("name", change.new.text("Name").to_owned()),
        ("startDate", day(Some(start))),
        ("endDate", day(Some(end))),
        ("otherName", other.text("Name").to_owned()),
        ("otherStartDate", day(other.int("StartDate"))),
        ("otherEndDate", day(other.int("EndDate"))),
    ];
    Err(Refusal::invalid(
        "{term} '{name}' start/end dates ({startDate}/{endDate}) are invalid. Start/End dates period overlaps {term} '{otherName}' ({otherStartDate}/{otherEndDate})",
        data,
    ))
}

/// What the process calls an iteration.
fn term(tx: &Tx<'_>, change: &Change<'_>) -> Result<String> {
    let own = label(&change.entity.name);
    let Some(process) = custom_values::process(tx, change)? else { return Ok(own) };
    let rows = tx.query(
        r#"SELECT "Value" FROM "Term" WHERE "ProcessId" = ? AND "WordKey" = ?"#,
        &[process.into(), own.as_str().into()],
    )?;
    Ok(match rows.first().and_then(|r| r.first()) {
        Some(Value::Text(term)) => term.clone(),
        _ => own,
    })
}

fn day_text(tx: &Tx<'_>, at: Millis) -> String {
    crate::date::day_text(tx.zone.to_wall(at))
}
