//! Tasks: what they are worth counts into a story whose project counts efforts in hours, as tasks always are, and comes
//! out of its estimate. Points stay as they are.
//!
//! Evidence: vendor's pages on tasks, on units and on efforts (in hours, the effort of a story is that of its roles and
//! that of its tasks, and so is what is done and what is to do), client notes on the live service (the effort of a
//! role of a story went from 8 to 7 and to 5 as that of its task went to 1 and to 3; the story was worth the same).
//! That a task that needs less, leaves or is deleted gives nothing back is assumed.

use super::change::Change;
use super::efforts;
use super::rollup::{self, EFFORTS, Worth};
use super::row::Row;
use super::settings;
use super::tx::{Result, Tx};
use crate::catalog::Entity;
use crate::value::Value;

/// The column that leads from a task to its story.
const STORY: &str = "UserStoryId";

/// Notes by how much a written task moves the efforts of its story.
pub(super) fn note(tx: &Tx<'_>, entity: &Entity, old: Option<&Row>, new: Option<&Row>) -> Result<()> {
    if entity.name != "Task" {
        return Ok(());
    }
    let story = |row: Option<&Row>| row.and_then(|row| row.int(STORY));
    let worth = |row: Option<&Row>| row.map_or([0.0; 3], |row| EFFORTS.map(|column| row.real(column)));
    let (before, after) = (worth(old), worth(new));
    if story(old) == story(new) && before == after {
        return Ok(());
    }
    for (id, by) in [(story(old), before.map(|part| -part)), (story(new), after)] {
        let Some(id) = id.filter(|_| by != [0.0; 3]) else { continue };
        if let Some(row) = tx.row(tx.entity("UserStory")?, id)?
            && takes_tasks(tx, &row)?
        {
            efforts::shift(tx, id, by);
        }
    }
    Ok(())
}

/// Whether the tasks of a story count into its efforts.
fn takes_tasks(tx: &Tx<'_>, story: &Row) -> Result<bool> {
    of_project_in_hours(tx, story.get("ProjectId"))
}

fn of_project_in_hours(tx: &Tx<'_>, project: &Value) -> Result<bool> {
    let Value::Int(project) = project else { return Ok(false) };
    of_process_in_hours(tx, settings::process_of(tx, *project)?)
}

fn of_process_in_hours(tx: &Tx<'_>, process: Option<i64>) -> Result<bool> {
    process.map_or(Ok(false), |process| settings::in_hours(tx, process))
}

/// What the tasks of an item add to it; nothing but stories has any. Times add up whatever efforts are counted in.
pub(super) fn sums(tx: &Tx<'_>, entity: &Entity, id: i64, row: &Row) -> Result<Worth> {
    if entity.name != "UserStory" || !tx.may_have(entity, id, tx.entity("Task")?) {
        return Ok([0.0; 5]);
    }
    let mut sums = total(tx, id)?;
    if !takes_tasks(tx, row)? {
        sums[..EFFORTS.len()].fill(0.0);
    }
    Ok(sums)
}

fn total(tx: &Tx<'_>, story: i64) -> Result<Worth> {
    Ok(rollup::parts(tx, &rollup::condition(tx, STORY, &["Task"]), story)?.1)
}

/// Rule: what a task is estimated at anew was a part of its story's estimate.
pub(super) fn split_estimate(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let known = change.old.as_ref().map(|old| old.real("Effort"));
    let (story, role, known) = match change.entity.name.as_str() {
        "Task" if change.gives("Effort") && !change.gives("RoleEfforts") => (change.new.int(STORY), None, known),
        "RoleEffort" => {
            let item = change.new.int("AssignableId").map(|id| tx.row(tx.entity("Task")?, id)).transpose()?;
            let Some(task) = item.flatten() else { return Ok(()) };
            // the first role takes over what was estimated without one
            let is_first = known.is_none() && efforts::of_roles(tx, task.int("Id").unwrap_or_default())?.len() == 1;
            let known = if is_first { Some(task.real("Effort")) } else { known };
            (task.int(STORY), Some(change.new.get("RoleId")), known)
        }
        _ => return Ok(()),
    };
    let more = change.new.real("Effort") - known.unwrap_or_default();
    let Some(story) = story.filter(|_| more > 0.0) else { return Ok(()) };
    match tx.row(tx.entity("UserStory")?, story)? {
        Some(row) if takes_tasks(tx, &row)? => take(tx, (story, &row), role, more),
        _ => Ok(()),
    }
}

/// Takes an effort out of the estimate of a story: of a role, of any, or of the story itself where it has none by role.
fn take(tx: &Tx<'_>, (story, row): (i64, &Row), role: Option<&Value>, mut effort: f64) -> Result<()> {
    let by_role = efforts::of_roles(tx, story)?;
    if by_role.is_empty() {
        let own = efforts::own(tx, tx.entity("UserStory")?, story, row)?;
        let left = efforts::balanced((own[0] - effort).max(0.0), own[1]);
        efforts::shift(tx, story, std::array::from_fn(|n| left[n] - own[n]));
        return Ok(());
    }
    for old in by_role.iter().filter(|old| role.is_none_or(|role| old.get("RoleId") == role)) {
        let taken = effort.min(old.real("Effort"));
        effort -= taken;
        efforts::write_role(tx, old, old.real("Effort") - taken, old.real("EffortCompleted"))?;
    }
    tx.sum_up(Some(story));
    Ok(())
}

/// Rule: where efforts are counted otherwise from now on, stories take their tasks in or let them out.
pub(super) fn change_unit(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let (before, after, stories) = match change.entity.name.as_str() {
        "Project" if !change.is_new() && change.changes("ProcessId") => {
            let of = |row: Option<&Row>| of_process_in_hours(tx, row.and_then(|row| row.int("ProcessId")));
            let sql = r#"SELECT DISTINCT s."Id" FROM "General" t JOIN "General" s ON s."Id" = t."UserStoryId"
                WHERE t."EntityTypeId" = ? AND s."ProjectId" = ?"#;
            let stories = tx.ids(sql, &[tx.entity("Task")?.type_id.into(), change.id.into()])?;
            (of(change.old.as_ref())?, of(Some(&change.new))?, stories)
        }
        "UserStory" if !change.is_new() && change.changes("ProjectId") => {
            let of = |project| of_project_in_hours(tx, project);
            (of(change.before("ProjectId"))?, of(change.new.get("ProjectId"))?, vec![change.id])
        }
        _ => return Ok(()),
    };
    for story in stories.into_iter().filter(|_| before != after) {
        let [effort, done, open, ..] = total(tx, story)?;
        let tasks = [effort, done, open];
        efforts::shift(tx, story, if after { tasks } else { tasks.map(|part| -part) });
    }
    Ok(())
}
