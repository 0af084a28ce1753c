//! Projects, releases and the states of a process: what they start with.
//!
//! Evidence: recorded creates of projects in 2013 (process, abbreviation).

use super::change::Change;
use super::row::Row;
use super::tx::{Result, Tx};
use crate::value::Value;

/// Rule: what a project, a release or a state leaves out.
pub(super) fn complete(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    match change.entity.name.as_str() {
        "Project" => project(tx, change),
        "Release" => {
            if let Some(id) = change.new.int("ProjectId").filter(|_| change.changes("ProjectId")) {
                let project = tx.row(tx.entity("Project")?, id)?.unwrap_or_default();
                change.new.set("ProcessId", project.get("ProcessId").clone());
            }
            Ok(())
        }
        "EntityState" => state(tx, change),
        _ => Ok(()),
    }
}

fn project(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.new.is_null("ProcessId") {
        let process = tx.id(r#"SELECT "Id" FROM "Process" ORDER BY "IsDefault" DESC, "Id" LIMIT 1"#, &[])?;
        change.new.set("ProcessId", process);
    }
    if change.is_new() && change.new.is_blank("Abbreviation") {
        let abbreviation = abbreviation(change.new.text("Name"));
        change.new.set("Abbreviation", abbreviation);
    }
    Ok(())
}

/// Three characters of one word, the initials of several.
fn abbreviation(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let letters: String = match words.as_slice() {
        [word] => word.chars().take(3).collect(),
        words => words.iter().filter_map(|w| w.chars().next()).take(3).collect(),
    };
    letters.to_uppercase()
}

/// A state belongs to a workflow, which knows process and type.
fn state(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.is_new() {
        return Ok(());
    }
    if change.new.is_null("WorkflowId") {
        let sql = r#"SELECT "Id" FROM "Workflow" WHERE "EntityTypeId" = ?1 AND "ParentWorkflowId" IS NULL AND ("ProcessId" = ?2 OR ?2 IS NULL)
            ORDER BY (SELECT p."IsDefault" FROM "Process" p WHERE p."Id" = "ProcessId") DESC, "Id" LIMIT 1"#;
        let workflow = tx.id(sql, &[change.new.get("EntityTypeId").clone(), change.new.get("ProcessId").clone()])?;
        change.new.set("WorkflowId", workflow);
    }
    if let Some(id) = change.new.int("WorkflowId")
        && let Some(workflow) = tx.row(tx.entity("Workflow")?, id)?
    {
        change.new.set("ProcessId", workflow.get("ProcessId").clone());
        change.new.set("EntityTypeId", workflow.get("EntityTypeId").clone());
    }
    Ok(())
}

/// Rule: whoever makes a project works on it; a release belongs to its project's releases; one process is the default.
pub(super) fn follow(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is("Project") && change.is_new() && !tx.who.sees_all {
        let mut row = Row::default();
        row.set("ProjectId", change.id);
        row.set("UserId", tx.who.id);
        row.set("RoleId", tx.who.role);
        row.set("WeeklyAvailableHours", 40.0);
        row.set("Allocation", 100);
        tx.insert(tx.entity("ProjectMember")?, &row)?;
    }
    if change.is("Release") && change.changes("ProjectId") {
        release_project(tx, change)?;
    }
    if change.is("Process") && change.changes("IsDefault") && change.new.flag("IsDefault") {
        for id in tx.ids(r#"SELECT "Id" FROM "Process" WHERE "IsDefault" = 1 AND "Id" <> ?"#, &[change.id.into()])? {
            tx.amend(change.entity, id, &[("IsDefault", false.into())])?;
        }
    }
    Ok(())
}

fn release_project(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let Some(project) = change.new.int("ProjectId") else { return Ok(()) };
    let sql = r#"SELECT "Id" FROM "ReleaseProject" WHERE "ReleaseId" = ? AND "ProjectId" = ?"#;
    if tx.id(sql, &[change.id.into(), project.into()])?.is_none() {
        let ends = [("ReleaseId".to_owned(), Value::Int(change.id)), ("ProjectId".to_owned(), Value::Int(project))];
        tx.insert(tx.entity("ReleaseProject")?, &Row::new(ends))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::abbreviation;

    #[test]
    fn abbreviations_of_recorded_projects() {
        for (name, expected) in
            [("Foo123bar", "FOO"), ("Bar_Foo", "BAR"), ("foo bar", "FB"), ("Tau Product Web Site", "TPW"), ("", "")]
        {
            assert_eq!(abbreviation(name), expected, "{name}");
        }
    }
}
