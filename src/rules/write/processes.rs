//! A new process starts as the default one works: unit of efforts, practices, workflows, states and transitions.
//!
//! Assumed: without workflows no item of its projects would have a state.

use std::collections::BTreeMap;

use super::change::Change;
use super::settings::UNIT;
use super::tx::{Result, Tx};
use crate::value::Value;

/// Rule: furnishes a new process.
pub(super) fn furnish(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !change.is("Process") || !change.is_new() {
        return Ok(());
    }
    let sql = r#"SELECT "Id" FROM "Process" WHERE "Id" <> ? ORDER BY "IsDefault" DESC, "Id" LIMIT 1"#;
    let Some(model) = tx.id(sql, &[change.id.into()])? else { return Ok(()) };
    let entity = tx.entity("Process")?;
    let unit = tx.row(entity, model)?.unwrap_or_default().get(UNIT).clone();
    tx.amend(entity, change.id, &[(UNIT, unit)])?;
    if change.gives("Workflows") {
        return Ok(());
    }
    let of_model = |table: &str| format!(r#"SELECT * FROM "{table}" WHERE "ProcessId" = ? ORDER BY "Id""#);
    if !change.gives("Practices") {
        copy(tx, "ProcessPractice", &of_model("ProcessPractice"), model, &[("ProcessId", change.id)])?;
    }
    let workflows = r#"SELECT * FROM "Workflow" WHERE "ProcessId" = ? AND "ParentWorkflowId" IS NULL ORDER BY "Id""#;
    let mut states = BTreeMap::new();
    for (known, new) in copy(tx, "Workflow", workflows, model, &[("ProcessId", change.id)])? {
        let of_workflow = r#"SELECT * FROM "EntityState" WHERE "WorkflowId" = ? ORDER BY "Id""#;
        let columns = [("ProcessId", change.id), ("WorkflowId", new)];
        states.extend(copy(tx, "EntityState", of_workflow, known, &columns)?);
    }
    let link = tx.entity("EntityStateTransition")?;
    for (known, new) in &states {
        let sql = r#"SELECT * FROM "EntityStateTransition" WHERE "FromId" = ? ORDER BY "Id""#;
        for mut row in tx.rows(sql, &[(*known).into()])? {
            if let Some(to) = row.int("ToId").and_then(|to| states.get(&to)) {
                row.set("Id", Value::Null);
                row.set("FromId", *new);
                row.set("ToId", *to);
                tx.insert(link, &row)?;
            }
        }
    }
    Ok(())
}

/// Copies rows with some columns changed; old ids with the new ones.
fn copy(tx: &Tx<'_>, entity: &str, sql: &str, owner: i64, columns: &[(&str, i64)]) -> Result<BTreeMap<i64, i64>> {
    let entity = tx.entity(entity)?;
    let mut ids = BTreeMap::new();
    for mut row in tx.rows(sql, &[owner.into()])? {
        let known = row.int("Id").unwrap_or_default();
        row.set("Id", Value::Null);
        for (column, value) in columns {
            row.set(column, *value);
        }
        ids.insert(known, tx.insert(entity, &row)?);
    }
    Ok(ids)
}
