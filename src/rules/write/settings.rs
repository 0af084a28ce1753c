//! Settings: what rules ask for at every write and hardly anybody changes. The answers are remembered by the writer
//! until one of these rows changes.

use std::rc::Rc;

use super::row::Row;
use super::tx::{Result, Tx};
use crate::catalog::{Entity, EntityKind};
use crate::query::CustomField;
use crate::rules::custom_fields;
use crate::value::Value;

/// Entities whose rows decide what rules do.
const SETTINGS: &[&str] = &[
    "Process",
    "ProcessPractice",
    "Workflow",
    "EntityState",
    "EntityStateTransition",
    "Priority",
    "Severity",
    "CustomField",
    "CustomRule",
    "GeneralUser",
    "User",
    "Requester",
];

pub(super) fn are(entity: &Entity) -> bool {
    SETTINGS.contains(&entity.name.as_str())
}

/// Whether a change of a process puts a project under another one.
pub(super) fn lead_elsewhere(entity: &Entity, process: bool) -> bool {
    process && entity.kind != EntityKind::History
}

pub(super) fn state(tx: &Tx<'_>, id: i64) -> Result<Option<Rc<Row>>> {
    let state = tx.known.answer("state", [id, 0], || Ok(tx.row(tx.entity("EntityState")?, id)?.map(Rc::new)));
    state.map(|state| Option::clone(&state))
}

/// The first state of the workflow of a process and a type.
pub(super) fn initial_state(tx: &Tx<'_>, process: i64, type_id: i64) -> Result<Option<i64>> {
    let sql = r#"SELECT s."Id" FROM "EntityState" s JOIN "Workflow" w ON w."Id" = s."WorkflowId"
        WHERE w."ProcessId" = ?1 AND w."EntityTypeId" = ?2 AND w."ParentWorkflowId" IS NULL
        ORDER BY s."IsInitial" DESC, s."NumericPriority", s."Id" LIMIT 1"#;
    let ask = || tx.id(sql, &[process.into(), type_id.into()]);
    tx.known.answer("initial state", [process, type_id], ask).map(|id| *id)
}

/// The state of the workflow of a process and a type that bears the name of another state.
pub(super) fn namesake(tx: &Tx<'_>, state: &Value, process: Option<i64>, type_id: i64) -> Result<Option<i64>> {
    let sql = r#"SELECT s."Id" FROM "EntityState" s JOIN "Workflow" w ON w."Id" = s."WorkflowId"
        WHERE w."ProcessId" = ?1 AND w."EntityTypeId" = ?2 AND w."ParentWorkflowId" IS NULL
        AND s."Name" = (SELECT o."Name" FROM "EntityState" o WHERE o."Id" = ?3) ORDER BY s."Id" LIMIT 1"#;
    tx.id(sql, &[process.into(), type_id.into(), state.clone()])
}

/// The states that a state leads to; none stands for all.
pub(super) fn next_states(tx: &Tx<'_>, state: i64) -> Result<Rc<Vec<i64>>> {
    let sql = r#"SELECT "ToId" FROM "EntityStateTransition" WHERE "FromId" = ?"#;
    tx.known.answer("next states", [state, 0], || tx.ids(sql, &[state.into()]))
}

/// The priority flagged as default, else the least important one of a type.
pub(super) fn default_priority(tx: &Tx<'_>, type_id: i64) -> Result<Option<i64>> {
    let sql = r#"SELECT "Id" FROM "Priority" WHERE "EntityTypeId" = ? ORDER BY "IsDefault" DESC, "Importance" DESC, "Id" LIMIT 1"#;
    tx.known.answer("default priority", [type_id, 0], || tx.id(sql, &[type_id.into()])).map(|id| *id)
}

pub(super) fn default_severity(tx: &Tx<'_>) -> Result<Option<i64>> {
    let sql = r#"SELECT "Id" FROM "Severity" ORDER BY "IsDefault" DESC, "Importance" DESC, "Id" LIMIT 1"#;
    tx.known.answer("default severity", [0, 0], || tx.id(sql, &[])).map(|id| *id)
}

/// The custom fields of a type in a process.
pub(super) fn custom_fields(tx: &Tx<'_>, type_id: i64, process: Option<i64>) -> Result<Rc<Vec<CustomField>>> {
    let ask = || {
        let rows = tx.query(custom_fields::OF_TYPE, &[type_id.into()])?;
        let fields = rows.iter().filter_map(|row| custom_fields::from_row(row));
        Ok(fields.filter(|f| f.process.is_none() || f.process == process).collect())
    };
    tx.known.answer("custom fields", [type_id, process.unwrap_or_default()], ask)
}

/// Practices of a process; none stands for all.
pub(super) fn practices(tx: &Tx<'_>, process: i64) -> Result<Rc<Vec<i64>>> {
    let sql = r#"SELECT "PracticeId" FROM "ProcessPractice" WHERE "ProcessId" = ?"#;
    tx.known.answer("practices", [process, 0], || tx.ids(sql, &[process.into()]))
}

/// The column of a process with the unit of efforts.
pub(super) const UNIT: &str = "EffortPoints";

/// Whether the efforts of a process are hours, as those of tasks always are; else they are points.
///
/// Evidence: vendor's pages on tasks and on units of effort.
pub(super) fn in_hours(tx: &Tx<'_>, process: &Value) -> Result<bool> {
    let Value::Int(id) = *process else { return Ok(false) };
    let ask = || Ok(tx.row(tx.entity("Process")?, id)?.is_some_and(|row| row.text(UNIT) == "Hour"));
    tx.known.answer("hours", [id, 0], ask).map(|hours| *hours)
}

/// The same of a project.
pub(super) fn counts_in_hours(tx: &Tx<'_>, project: &Value) -> Result<bool> {
    let Value::Int(id) = *project else { return Ok(false) };
    in_hours(tx, &process_of(tx, tx.entity("Project")?, id, "ProcessId")?.into())
}

/// The process that the column of an owner's row leads to.
pub(super) fn process_of(tx: &Tx<'_>, owner: &Entity, id: i64, column: &str) -> Result<Option<i64>> {
    tx.known.answer("process", [owner.id.0.into(), id], || tx.reference(owner, id, column)).map(|process| *process)
}

/// Names of the custom rules that are switched on.
pub(super) fn enabled_rules(tx: &Tx<'_>) -> Result<Rc<Vec<String>>> {
    let ask = || {
        let rows = tx.query(r#"SELECT "Name" FROM "CustomRule" WHERE "IsEnabled" = 1 ORDER BY "Id""#, &[])?;
        let names = rows.into_iter().filter_map(|row| row.into_iter().next());
        Ok(names.filter_map(|name| if let Value::Text(name) = name { Some(name) } else { None }).collect())
    };
    tx.known.answer("custom rules", [0, 0], ask)
}
