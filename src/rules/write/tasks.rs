//! Tasks: what they are worth counts into a story whose project counts efforts in hours, as tasks always are, and comes
//! out of its estimate. Points stay as they are. Times add up either way.
//!
//! Evidence: vendor's pages on tasks, on units and on efforts (in hours, the effort of a story is that of its roles and
//! that of its tasks, and so is what is done and what is to do), client notes on the live service (the effort of a
//! role of a story went from 8 to 7 and to 5 as that of its task went to 1 and to 3; the story was worth the same).
//! Assumed: what is done stays the story's, and a task that needs less, leaves or is deleted gives nothing back.

use super::change::Change;
use super::rollup::{self, EFFORTS, Efforts, Worth};
use super::row::Row;
use super::tx::{Result, Tx};
use super::{efforts, own, settings};
use crate::catalog::Entity;
use crate::value::Value;

/// The column that leads from a task to its story.
const STORY: &str = "UserStoryId";

/// Notes a written task: the sums of its story are to be made anew.
pub(super) fn note(tx: &Tx<'_>, old: Option<&Row>, new: Option<&Row>) -> Result<()> {
    let story = |row: Option<&Row>| row.and_then(|row| row.int(STORY));
    let worth = |row: Option<&Row>| row.map_or([0.0; 3], |row| EFFORTS.map(|column| row.real(column)));
    let (before, after) = (worth(old), worth(new));
    if story(old) == story(new) {
        return moved(tx, story(new), std::array::from_fn(|n| after[n] - before[n]));
    }
    moved(tx, story(old), before.map(|part| -part))?;
    moved(tx, story(new), after)
}

/// The tasks of a story are worth more or less than before.
fn moved(tx: &Tx<'_>, story: Option<i64>, by: Efforts) -> Result<()> {
    let Some(id) = story.filter(|_| by != [0.0; 3]) else { return Ok(()) };
    match tx.row(tx.entity("UserStory")?, id)? {
        Some(row) if settings::counts_in_hours(tx, row.get("ProjectId"))? => {
            if !own::is_kept(&row) {
                let now = total(tx, id)?;
                part(tx, id, &row, std::array::from_fn(|n| now[n] - by[n]))?;
            }
            tx.sum_up(Some(id));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Keeps the own part of a story without role efforts, before its tasks count otherwise than they did.
fn part(tx: &Tx<'_>, story: i64, row: &Row, tasks: Efforts) -> Result<()> {
    if own::is_kept(row) || !efforts::of_roles(tx, story)?.is_empty() {
        return Ok(());
    }
    let mut parted = row.clone();
    own::keep(&mut parted, own::of(row, tasks));
    tx.write(tx.entity("UserStory")?, story, row, parted)
}

/// What the tasks of an item add to its efforts.
pub(super) fn counted(tx: &Tx<'_>, entity: &Entity, id: i64, row: &Row) -> Result<Efforts> {
    if !may_have_any(tx, entity, id)? || !settings::counts_in_hours(tx, row.get("ProjectId"))? {
        return Ok([0.0; 3]);
    }
    let [effort, done, open, ..] = total(tx, id)?;
    Ok([effort, done, open])
}

/// What the tasks of an item add to its efforts and times.
pub(super) fn sums(tx: &Tx<'_>, entity: &Entity, id: i64, row: &Row) -> Result<(Efforts, [f64; 2])> {
    if !may_have_any(tx, entity, id)? {
        return Ok(([0.0; 3], [0.0; 2]));
    }
    let [effort, done, open, spent, remain] = total(tx, id)?;
    let counts = settings::counts_in_hours(tx, row.get("ProjectId"))?;
    Ok((if counts { [effort, done, open] } else { [0.0; 3] }, [spent, remain]))
}

/// Nothing but a story has tasks.
fn may_have_any(tx: &Tx<'_>, entity: &Entity, id: i64) -> Result<bool> {
    Ok(entity.name == "UserStory" && tx.may_have(entity, id, tx.entity("Task")?))
}

fn total(tx: &Tx<'_>, story: i64) -> Result<Worth> {
    Ok(rollup::parts(tx, &rollup::condition(tx, STORY, &["Task"]), story)?.1)
}

/// Rule: what a task is estimated at anew was a part of its story's estimate.
pub(super) fn split_estimate(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.new.real("Effort") <= 0.0 || !change.changes("Effort") {
        return Ok(());
    }
    let (story, role, before) = match change.entity.name.as_str() {
        "Task" if efforts::are_given(change) && !change.gives("RoleEfforts") => {
            let before = change.old.as_ref().map_or(0.0, |old| old.real("Effort"));
            (change.new.int(STORY), None, before)
        }
        "RoleEffort" => {
            let task = change.new.int("AssignableId").map(|id| tx.row(tx.entity("Task")?, id)).transpose()?.flatten();
            let Some(task) = task else { return Ok(()) };
            (task.int(STORY), Some(change.new.get("RoleId")), estimated(tx, change, &task)?)
        }
        _ => return Ok(()),
    };
    let more = change.new.real("Effort") - before;
    let Some(story) = story.filter(|_| more > 0.0) else { return Ok(()) };
    match tx.row(tx.entity("UserStory")?, story)? {
        Some(row) if settings::counts_in_hours(tx, row.get("ProjectId"))? => take(tx, (story, &row), role, more),
        _ => Ok(()),
    }
}

/// What a task was estimated at before a role effort of it changed. The first role takes over what stood without one.
fn estimated(tx: &Tx<'_>, change: &Change<'_>, task: &Row) -> Result<f64> {
    if let Some(old) = &change.old {
        return Ok(old.real("Effort"));
    }
    let (entity, id) = (tx.entity("Task")?, task.int("Id").unwrap_or_default());
    let is_first = !tx.made_here(entity, id) && efforts::of_roles(tx, id)?.len() == 1;
    Ok(if is_first { task.real("Effort") } else { 0.0 })
}

/// Takes an effort out of what a story has to do: by a role, by any, or itself where it has no role efforts.
fn take(tx: &Tx<'_>, (story, row): (i64, &Row), role: Option<&Value>, mut effort: f64) -> Result<()> {
    tx.sum_up(Some(story));
    let by_role = efforts::of_roles(tx, story)?;
    if by_role.is_empty() {
        let entity = tx.entity("UserStory")?;
        let [own, done, open] = own::of(row, counted(tx, entity, story, row)?);
        let mut left = row.clone();
        own::keep(&mut left, own::balanced(own - effort.min(open), done));
        return tx.write(entity, story, row, left);
    }
    for old in by_role.iter().filter(|old| role.is_none_or(|role| old.get("RoleId") == role)) {
        let taken = effort.min(old.real("EffortToDo"));
        if taken > 0.0 {
            effort -= taken;
            efforts::write_role(tx, old, old.real("Effort") - taken, old.real("EffortCompleted"))?;
        }
    }
    Ok(())
}

/// Rule: where efforts are counted otherwise from now on, stories take their tasks in or let them out.
pub(super) fn change_unit(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is_new() {
        return Ok(());
    }
    let (before, after) = match change.entity.name.as_str() {
        "Project" if change.changes("ProcessId") => {
            let of = |process: &Value| settings::in_hours(tx, process);
            (of(change.before("ProcessId"))?, of(change.new.get("ProcessId"))?)
        }
        "UserStory" if change.changes("ProjectId") => {
            let of = |project: &Value| settings::counts_in_hours(tx, project);
            (of(change.before("ProjectId"))?, of(change.new.get("ProjectId"))?)
        }
        _ => return Ok(()),
    };
    if before == after {
        return Ok(());
    }
    let sql = r#"SELECT DISTINCT s."Id" FROM "General" t JOIN "General" s ON s."Id" = t."UserStoryId"
        WHERE t."EntityTypeId" = ?1 AND (s."ProjectId" = ?2 OR s."Id" = ?2)"#;
    let entity = tx.entity("UserStory")?;
    for story in tx.ids(sql, &[tx.entity("Task")?.type_id.into(), change.id.into()])? {
        let Some(row) = tx.row(entity, story)? else { continue };
        let [effort, done, open, ..] = total(tx, story)?;
        part(tx, story, &row, if before { [effort, done, open] } else { [0.0; 3] })?;
        tx.sum_up(Some(story));
    }
    Ok(())
}
