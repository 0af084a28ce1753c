//! What an item takes from the one it belongs to.
//!
//! Evidence: recorded creates (a task needs only its story; its release is inherited and cannot be set).

use super::change::Change;
use super::tx::{Result, Tx};
use super::{custom_values, moves};
use crate::value::Value;

/// Where a story's tasks are planned is the story's business.
pub(super) const OF_STORY: &[&str] = &["ProjectId", "ReleaseId", "IterationId", "TeamIterationId"];

/// Rule: columns that come from the owner.
pub(super) fn from_owner(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    match change.entity.name.as_str() {
        "Task" => {
            if let Some(story) = parent(tx, change, "UserStory", "UserStoryId")? {
                for column in OF_STORY {
                    change.new.set(column, story.get(column).clone());
                }
                change.given.retain(|m| !OF_STORY.iter().any(|c| c.strip_suffix("Id") == Some(m)));
            }
        }
        "Bug" => {
            if change.changes("UserStoryId")
                && let Some(story) = parent(tx, change, "UserStory", "UserStoryId")?
            {
                change.new.fill("ProjectId", story.get("ProjectId").clone());
                change.new.fill("FeatureId", story.get("FeatureId").clone());
            }
            project_of(tx, change, "Feature", "FeatureId")?;
        }
        "UserStory" => project_of(tx, change, "Feature", "FeatureId")?,
        "Feature" => project_of(tx, change, "Epic", "EpicId")?,
        "Epic" => project_of(tx, change, "PortfolioEpic", "PortfolioEpicId")?,
        "Iteration" | "Build" => project_of(tx, change, "Release", "ReleaseId")?,
        "TestCase" => project_of(tx, change, "UserStory", "UserStoryId")?,
        "Impediment" => project_of(tx, change, "Assignable", "AssignableId")?,
        "TestPlan" => project_of(tx, change, "General", "LinkedGeneralId")?,
        _ => {}
    }
    if change.entity.member("Build").is_some() {
        project_of(tx, change, "Build", "BuildId")?;
    }
    if change.gives("Iteration")
        && change.changes("IterationId")
        && let Some(iteration) = parent(tx, change, "Iteration", "IterationId")?
        && !iteration.is_null("ReleaseId")
    {
        change.new.set("ReleaseId", iteration.get("ReleaseId").clone());
    }
    Ok(())
}

/// A nested item needs no project of its own.
fn project_of(tx: &Tx<'_>, change: &mut Change<'_>, entity: &str, column: &str) -> Result<()> {
    if change.is_new()
        && change.new.is_null("ProjectId")
        && let Some(row) = parent(tx, change, entity, column)?
    {
        change.new.set("ProjectId", row.get("ProjectId").clone());
    }
    Ok(())
}

fn parent(tx: &Tx<'_>, change: &Change<'_>, entity: &str, column: &str) -> Result<Option<super::row::Row>> {
    match change.new.int(column) {
        Some(id) => tx.row(tx.entity(entity)?, id),
        None => Ok(None),
    }
}

/// Rule: tasks move with their story.
pub(super) fn to_children(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !change.is("UserStory") || change.is_new() || !OF_STORY.iter().any(|c| change.changes(c)) {
        return Ok(());
    }
    let columns: Vec<(&str, Value)> = OF_STORY.iter().map(|c| (*c, change.new.get(c).clone())).collect();
    let task = tx.entity("Task")?;
    let sql = r#"SELECT "Id" FROM "General" WHERE "UserStoryId" = ? AND "EntityTypeId" = ?"#;
    let process = if change.changes("ProjectId") { custom_values::process(tx, change)? } else { None };
    for id in tx.ids(sql, &[change.id.into(), task.type_id.into()])? {
        let Some(row) = tx.row(task, id)? else { continue };
        let mut columns = columns.clone();
        if let Some(process) = process
            && let Some(state) = moves::new_state(tx, task, row.int("EntityStateId"), process)?
        {
            columns.extend([("EntityStateId", state.into()), ("EndDate", Value::Null)]);
        }
        tx.amend_row(task, id, &row, &columns)?;
        if change.changes("ProjectId") {
            moves::times_of(tx, id, change.new.get("ProjectId"))?;
        }
    }
    Ok(())
}
