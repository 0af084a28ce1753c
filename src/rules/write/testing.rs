//! Test management: a run of a plan brings runs of its cases, results count up and reach the case.
//!
//! Evidence: vendor's test management use cases, recorded refusal of 2013 (a case outside the plan), client notes.

use std::collections::BTreeSet;

use super::change::Change;
use super::refusal::Refusal;
use super::row::Row;
use super::save;
use super::tx::{Result, Tx};
use crate::catalog::Entity;
use crate::query::mutate::{Assignment, Mutation, To};
use crate::value::Value;

/// Plans may hold plans, though not without end.
const MAX_PLANS: usize = 16;

/// Rule: a run is called like its plan and belongs to the plan's project.
pub(super) fn complete_run(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.is("TestPlanRun")
        && change.is_new()
        && let Some(plan) = change.new.int("TestPlanId")
        && let Some(plan) = tx.row(tx.entity("TestPlan")?, plan)?
    {
        for column in ["Name", "ProjectId"] {
            if change.new.is_blank(column) {
                change.new.set(column, plan.get(column).clone());
            }
        }
        change.new.set("IsLastStarted", true);
    }
    Ok(())
}

/// Rule: a case run bears the priority of its case, and its result in all its spellings.
pub(super) fn complete_case_run(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.is("TestStepRun") {
        if change.is_new()
            && let Some(step) = change.new.int("TestStepId")
            && let Some(step) = tx.row(tx.entity("TestStep")?, step)?
        {
            change.new.set("RunOrder", step.get("RunOrder").clone());
        }
        return Ok(());
    }
    if change.is("TestStep") && change.is_new() && !change.gives("RunOrder") {
        let sql = r#"SELECT COUNT(*) FROM "TestStep" WHERE "TestCaseId" IS ?"#;
        let count = tx.id(sql, &[change.new.get("TestCaseId").clone()])?;
        change.new.set("RunOrder", count);
    }
    if !change.is("TestCaseRun") {
        return Ok(());
    }
    if change.changes("TestPlanRunId") {
        in_plan(tx, change)?;
        let path = change.new.int("TestPlanRunId").map(|run| upwards(tx, run)).transpose()?.unwrap_or_default();
        change.new.set("RootTestPlanRunId", path.last().copied());
    }
    if change.is_new()
        && let Some(case) = change.new.int("TestCaseId")
        && let Some(case) = tx.row(tx.entity("TestCase")?, case)?
    {
        change.new.fill("PriorityId", case.get("PriorityId").clone());
    }
    if change.gives("Passed") && !change.gives("Status") && !change.new.is_null("Passed") {
        let status = if change.new.flag("Passed") { "Passed" } else { "Failed" };
        change.new.set("Status", status);
    }
    if change.changes("Status") || change.gives("Status") {
        result(tx, change);
    }
    Ok(())
}

fn result(tx: &Tx<'_>, change: &mut Change<'_>) {
    let status = change.new.text("Status").to_owned();
    let done = !matches!(status.as_str(), "" | "NotRun");
    let passed = match status.as_str() {
        "Passed" => Value::Int(1),
        "Failed" => Value::Int(0),
        _ => Value::Null,
    };
    change.new.set("Passed", passed);
    change.new.set("Executed", done);
    if done {
        change.new.fill("StartRunDate", tx.now);
        if !change.gives("EndRunDate") {
            change.new.set("EndRunDate", tx.now);
        }
        change.new.set("RunDate", tx.now);
        change.new.set("LastExecutorId", tx.who.id);
    }
}

/// A case is run within a plan that has it.
fn in_plan(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let sql = r#"SELECT l."Id" FROM "TestPlanTestCase" l JOIN "General" r ON r."TestPlanId" = l."TestPlanId" WHERE r."Id" = ? AND l."TestCaseId" = ?"#;
    let ends = [change.new.get("TestPlanRunId").clone(), change.new.get("TestCaseId").clone()];
    let known = !change.new.is_null("TestPlanRunId")
        && tx.row(tx.entity("TestPlanRun")?, change.new.int("TestPlanRunId").unwrap_or_default())?.is_some();
    if known && tx.id(sql, &ends)?.is_none() {
        return Err(Refusal::invalid("Add TestCase to TestPlan to create a TestCaseRun.", Vec::new()));
    }
    Ok(())
}

/// Rule: a new run brings runs of the plan's cases, and runs of the plans within.
pub(super) fn start_run(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !change.is("TestPlanRun") || !change.is_new() {
        return Ok(());
    }
    let Some(plan) = change.new.int("TestPlanId") else { return Ok(()) };
    let path = upwards(tx, change.id)?;
    if path.len() > MAX_PLANS {
        return Err(Refusal::invalid("Test plans are nested too deep.", Vec::new()));
    }
    let root = path.last().copied().unwrap_or(change.id);
    case_runs(tx, change.id, root, plan, &path)?;
    for child in
        tx.ids(r#"SELECT "ChildId" FROM "TestPlanTestPlan" WHERE "ParentId" = ? ORDER BY "Id""#, &[plan.into()])?
    {
        child_run(tx, change, child)?;
    }
    last_started(tx, plan)?;
    recount(tx, change.id)
}

/// A run and the runs above it.
fn upwards(tx: &Tx<'_>, run: i64) -> Result<Vec<i64>> {
    let (entity, mut path) = (tx.entity("TestPlanRun")?, Vec::new());
    let mut at = Some(run);
    while let Some(run) = at.filter(|run| !path.contains(run)) {
        path.push(run);
        at = tx.row(entity, run)?.and_then(|row| row.int("ParentTestPlanRunId"));
    }
    Ok(path)
}

/// The newest run of a plan is the one started last, and none but it.
fn last_started(tx: &Tx<'_>, plan: i64) -> Result<()> {
    let entity = tx.entity("TestPlanRun")?;
    let of_plan = [plan.into(), entity.type_id.into()];
    let newest =
        r#"SELECT "Id" FROM "General" WHERE "TestPlanId" = ? AND "EntityTypeId" = ? ORDER BY "Id" DESC LIMIT 1"#;
    let newest = tx.id(newest, &of_plan)?;
    let flagged = r#"SELECT "Id" FROM "General" WHERE "TestPlanId" = ? AND "EntityTypeId" = ? AND "IsLastStarted" = 1"#;
    for id in tx.ids(flagged, &of_plan)?.into_iter().filter(|id| Some(*id) != newest) {
        tx.amend(entity, id, &[("IsLastStarted", false.into())])?;
    }
    newest.map_or(Ok(()), |id| tx.amend(entity, id, &[("IsLastStarted", true.into())]))
}

/// After rows went or came back: runs count their results anew, and plans know their newest run.
pub(super) fn follow_rows<'r>(tx: &Tx<'_>, rows: impl Iterator<Item = (&'r Entity, &'r Row)>) -> Result<()> {
    let (mut runs, mut plans) = (BTreeSet::new(), BTreeSet::new());
    for (entity, row) in rows {
        match entity.name.as_str() {
            "TestCaseRun" => runs.extend(row.int("TestPlanRunId")),
            "TestPlanRun" => {
                runs.extend(row.int("ParentTestPlanRunId"));
                plans.extend(row.int("TestPlanId"));
            }
            _ => {}
        }
    }
    plans.into_iter().try_for_each(|plan| last_started(tx, plan))?;
    runs.into_iter().try_for_each(|run| recount(tx, run))
}

/// A plan is no part of itself, not even through other plans. Assumed, and so are the words.
///
/// # Errors
/// 400 where the row of a link would close a circle.
pub(super) fn no_circle(tx: &Tx<'_>, link: &Entity, row: &Row) -> Result<()> {
    if !closes_circle(tx, &link.table, row)? {
        return Ok(());
    }
    let data = vec![("id", row.int("ChildId").unwrap_or_default().to_string())];
    Err(Refusal::invalid("Test Plan with Id {id} cannot be nested in itself.", data))
}

/// Whether with this row a plan would be among the plans above it.
pub(super) fn closes_circle(tx: &Tx<'_>, table: &str, row: &Row) -> Result<bool> {
    let sql = r#"WITH RECURSIVE "Above"("Id") AS (SELECT ?1 UNION
        SELECT l."ParentId" FROM "Above" a JOIN "TestPlanTestPlan" l ON l."ChildId" = a."Id")
        SELECT "Id" FROM "Above" WHERE "Id" = ?2"#;
    let ends = [row.get("ParentId").clone(), row.get("ChildId").clone()];
    Ok(table == "TestPlanTestPlan" && tx.id(sql, &ends)?.is_some())
}

fn case_runs(tx: &Tx<'_>, run: i64, root: i64, plan: i64, path: &[i64]) -> Result<()> {
    // those the body made are there already
    let sql = r#"SELECT c."Id", c."PriorityId" FROM "TestPlanTestCase" l JOIN "General" c ON c."Id" = l."TestCaseId" WHERE l."TestPlanId" = ?1
        AND c."Id" NOT IN (SELECT "TestCaseId" FROM "TestCaseRun" WHERE "TestPlanRunId" = ?2) ORDER BY l."Id""#;
    let (entity, step_run) = (tx.entity("TestCaseRun")?, tx.entity("TestStepRun")?);
    for case in tx.rows(sql, &[plan.into(), run.into()])? {
        let mut row = Row::default();
        row.set("TestPlanRunId", run);
        row.set("RootTestPlanRunId", root);
        row.set("TestCaseId", case.get("Id").clone());
        row.set("PriorityId", case.get("PriorityId").clone());
        row.set("EntityTypeId", entity.type_id);
        row.set("Status", "NotRun");
        row.set("Executed", false);
        let id = tx.insert(entity, &row)?;
        for step in tx.rows(
            r#"SELECT "Id", "RunOrder" FROM "TestStep" WHERE "TestCaseId" = ? ORDER BY "RunOrder", "Id""#,
            &[case.get("Id").clone()],
        )? {
            let mut row = Row::default();
            row.set("TestCaseRunId", id);
            row.set("TestStepId", step.get("Id").clone());
            row.set("RunOrder", step.get("RunOrder").clone());
            row.set("Passed", false);
            row.set("Runned", false);
            tx.insert(step_run, &row)?;
        }
        counts_in(tx, id, path)?;
    }
    Ok(())
}

/// Lets a case run count in some runs.
fn counts_in(tx: &Tx<'_>, case_run: i64, runs: &[i64]) -> Result<()> {
    let link = tx.entity("TestRunItemHierarchyLink")?;
    for run in runs {
        let mut row = Row::default();
        row.set("TestCaseRunId", case_run);
        row.set("TestPlanRunId", *run);
        tx.insert(link, &row)?;
    }
    Ok(())
}

fn child_run(tx: &Tx<'_>, change: &Change<'_>, plan: i64) -> Result<()> {
    let set = |name: &str, to: To| change.entity.member(name).map(|m| Assignment { member: m.id, to });
    let mut assignments: Vec<Assignment> = set("TestPlan", To::Reference(Some(plan))).into_iter().collect();
    for (name, column) in [("Release", "ReleaseId"), ("Build", "BuildId"), ("Iteration", "IterationId")] {
        if let Some(id) = change.new.int(column) {
            assignments.extend(set(name, To::Reference(Some(id))));
        }
    }
    let mutation = Mutation { entity: change.entity.id, id: None, set: assignments };
    let owner = save::Owner { member: "ParentTestPlanRun", column: "ParentTestPlanRunId", id: change.id };
    save::apply(tx, &mutation, Some(owner), 1)?;
    Ok(())
}

/// Rule: a result counts in its run and shows on its case.
pub(super) fn follow_result(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !change.is("TestCaseRun") {
        return Ok(());
    }
    if change.changes("TestPlanRunId") {
        move_to_run(tx, change)?;
    }
    if let Some(run) = change.new.int("TestPlanRunId") {
        recount(tx, run)?;
    }
    let given = change.gives("Status") || change.gives("Passed") || change.gives("Comment");
    if let Some(case) = change.new.int("TestCaseId").filter(|_| given && change.new.flag("Executed")) {
        let mut columns = vec![
            ("LastStatus", change.new.get("Passed").clone()),
            ("LastRunStatus", change.new.get("Status").clone()),
            ("LastRunDate", change.new.get("RunDate").clone()),
        ];
        if change.new.text("Status") == "Failed" {
            columns.push(("LastFailureComment", change.new.get("Comment").clone()));
        }
        tx.amend(tx.entity("TestCase")?, case, &columns)?;
    }
    Ok(())
}

/// A case run counts in its run and in those above it, and no longer where it was.
fn move_to_run(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let link = tx.entity("TestRunItemHierarchyLink")?;
    let links = r#"SELECT "Id" FROM "TestRunItemHierarchyLink" WHERE "TestCaseRunId" = ?"#;
    for id in tx.ids(links, &[change.id.into()])? {
        tx.delete(link, id)?;
    }
    if let Some(run) = change.new.int("TestPlanRunId") {
        counts_in(tx, change.id, &upwards(tx, run)?)?;
    }
    match change.before("TestPlanRunId") {
        Value::Int(former) => recount(tx, *former),
        _ => Ok(()),
    }
}

/// Rule: a plan that is linked to an item is the item's linked plan, and the other way round.
pub(super) fn link_plan(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let (plan, general) = (tx.entity("TestPlan")?, tx.entity("General")?);
    if change.is("TestPlan") && change.changes("LinkedGeneralId") {
        mirror(tx, change, "LinkedGeneralId", general, "LinkedTestPlanId")?;
    }
    if change.gives("LinkedTestPlan") && change.changes("LinkedTestPlanId") {
        mirror(tx, change, "LinkedTestPlanId", plan, "LinkedGeneralId")?;
    }
    Ok(())
}

/// The former other end forgets this one, the new one knows it.
fn mirror<'a>(tx: &Tx<'a>, change: &Change<'_>, own: &str, other: &'a Entity, column: &str) -> Result<()> {
    if let Value::Int(former) = change.before(own)
        && tx.row(other, *former)?.is_some_and(|row| row.int(column) == Some(change.id))
    {
        tx.amend(other, *former, &[(column, Value::Null)])?;
    }
    match change.new.int(own) {
        Some(id) => tx.amend(other, id, &[(column, change.id.into())]),
        None => Ok(()),
    }
}

/// Counts the results of a run and of the runs above it.
fn recount(tx: &Tx<'_>, run: i64) -> Result<()> {
    let entity = tx.entity("TestPlanRun")?;
    let mut at = Some(run);
    for _ in 0..MAX_PLANS {
        let Some(id) = at else { break };
        let Some(row) = tx.row(entity, id)? else { break };
        let counts = tx.query(
            r#"SELECT "Status", COUNT(*) FROM "TestCaseRun" WHERE "TestPlanRunId" = ?1 OR "Id" IN
               (SELECT "TestCaseRunId" FROM "TestRunItemHierarchyLink" WHERE "TestPlanRunId" = ?1) GROUP BY "Status""#,
            &[id.into()],
        )?;
        let count = |status: &str| {
            let found = counts.iter().find(|r| matches!(r.first(), Some(Value::Text(s)) if s == status));
            found.and_then(|r| r.get(1)).cloned().unwrap_or(Value::Int(0))
        };
        let columns: Vec<(String, Value)> = ["NotRun", "Passed", "Failed", "OnHold", "Blocked"]
            .iter()
            .map(|s| (format!("{s}Count"), count(s)))
            .collect();
        let columns: Vec<(&str, Value)> = columns.iter().map(|(c, v)| (c.as_str(), v.clone())).collect();
        tx.amend(entity, id, &columns)?;
        at = row.int("ParentTestPlanRunId");
    }
    Ok(())
}
