//! The rows behind a context: the caller, projects, teams, processes with all that hangs on them.

use super::narrow::{Narrowed, PROJECTS_OF_CALLER, TEAMS_OF_CALLER, list, visible};
use super::{PROJECT, TEAM};
use crate::query::Caller;
use crate::store::{Connection, StoreError, select};
use crate::value::Value;

/// Rows of a statement, in the order of its columns.
pub(super) type Rows = Vec<Vec<Value>>;

/// Everything an answer is written from.
#[derive(Debug)]
pub struct Description {
    pub(super) user: Rows,
    /// Id, name, process, its name, program, its name.
    pub(super) projects: Rows,
    /// Id, name.
    pub(super) teams: Rows,
    /// Id, name, whether it is the default, the unit of efforts.
    pub(super) processes: Rows,
    /// Process, then id, name, description.
    pub(super) practices: Rows,
    /// Process or null, then word and value.
    pub(super) terms: Rows,
    /// Process or null, then the columns of the answer.
    pub(super) custom_fields: Rows,
}

const USER: &str = r#"SELECT "Id", "FirstName", "LastName", "Email", "IsActive", "IsAdministrator", "Kind"
FROM "GeneralUser" WHERE "Id" = ?1"#;

const PROJECTS: &str = r#"SELECT g."Id", g."Name", p."Id", p."Name", o."Id", o."Name" FROM "General" g
LEFT JOIN "Process" p ON p."Id" = g."ProcessId" LEFT JOIN "General" o ON o."Id" = g."ProgramId"
WHERE g."EntityTypeId" = ?1 AND (?2 OR g."Id" IN (SELECT value FROM json_each(?3)))"#;

const TEAMS: &str = r#"SELECT g."Id", g."Name" FROM "General" g
WHERE g."EntityTypeId" = ?1 AND (?2 OR g."Id" IN (SELECT value FROM json_each(?3)))"#;

/// All processes, or those of the projects in the list.
const PROCESSES: &str = r#"SELECT p."Id", p."Name", p."IsDefault", p."EffortPoints" FROM "Process" p
WHERE ?1 OR p."Id" IN (SELECT g."ProcessId" FROM "General" g WHERE g."Id" IN (SELECT value FROM json_each(?2)))
ORDER BY p."Id""#;

const PRACTICES: &str = r#"SELECT l."ProcessId", p."Id", p."Name", p."Description", p."DisplayName"
FROM "ProcessPractice" l JOIN "Practice" p ON p."Id" = l."PracticeId" ORDER BY l."ProcessId", p."Id""#;

const TERMS: &str = r#"SELECT "ProcessId", "WordKey", "Value" FROM "Term" ORDER BY "Id""#;

const CUSTOM_FIELDS: &str = r#"SELECT f."ProcessId", f."Id", t."Name", f."Name", f."EntityFieldName", f."Value",
f."FieldType", f."Required", f."EnabledForFilter", json_extract(f."Config", '$.CalculationModel'),
json_extract(f."Config", '$.CalculationModelContainsCollections'), json_extract(f."Config", '$.Units')
FROM "CustomField" f LEFT JOIN "EntityType" t ON t."Id" = f."EntityTypeId" ORDER BY f."NumericPriority", f."Id""#;

/// Reads what the caller sees of a context; `None` for everything.
///
/// # Errors
/// The store's.
pub fn read(connection: &Connection, caller: Caller, narrowed: Option<&Narrowed>) -> Result<Description, StoreError> {
    let seen = |sql: &str, kind: i64, wanted: Option<&[i64]>, mine: &str| {
        let sql = format!(r#"{sql}{} ORDER BY g."Name", g."Id""#, visible(caller, mine));
        let mut parameters = vec![Value::Int(kind), Value::Bool(wanted.is_none()), list(wanted.unwrap_or_default())];
        if !caller.sees_all {
            parameters.push(Value::Int(caller.id));
        }
        select(connection, &sql, &parameters)
    };
    let projects = seen(PROJECTS, PROJECT, narrowed.map(|n| n.projects.as_slice()), PROJECTS_OF_CALLER)?;
    let ids: Vec<i64> = projects.iter().filter_map(|row| integer(&row[0])).collect();
    Ok(Description {
        user: select(connection, USER, &[Value::Int(caller.id)])?,
        teams: seen(TEAMS, TEAM, narrowed.map(|n| n.teams.as_slice()), TEAMS_OF_CALLER)?,
        processes: select(connection, PROCESSES, &[Value::Bool(narrowed.is_none()), list(&ids)])?,
        practices: select(connection, PRACTICES, &[])?,
        terms: select(connection, TERMS, &[])?,
        custom_fields: select(connection, CUSTOM_FIELDS, &[])?,
        projects,
    })
}

fn integer(value: &Value) -> Option<i64> {
    if let Value::Int(n) = value { Some(*n) } else { None }
}
