//! Teams of an item: the rows that tie it to them, the one that answers for it, their own states.
//!
//! Evidence: recorded creates (a team makes an assignment, shown as the responsible one), vendor's teams page, live
//! notes on two levels of states.

use super::change::{Change, is_a};
use super::refusal::Refusal;
use super::row::Row;
use super::tx::{Result, Tx};
use super::{history, save, workflow};
use crate::query::mutate::{Assignment, Mutation, To};
use crate::value::Value;

/// Rule: a team iteration brings its team; a team must be on the project, and a state of a team's workflow is one of
/// the item's team; an assignment starts now.
pub(super) fn team_of_iteration(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.is("TeamAssignment") {
        return complete_assignment(tx, change);
    }
    if !is_a(tx, change.entity, "Assignable") {
        return Ok(());
    }
    if change.gives("TeamIteration")
        && !change.gives("Team")
        && let Some(id) = change.new.int("TeamIterationId")
        && let Some(iteration) = tx.row(tx.entity("TeamIteration")?, id)?
    {
        change.new.set("TeamId", iteration.get("TeamId").clone());
    }
    if change.gives("Team")
        && change.changes("TeamId")
        && let (Some(team), project) = (change.new.int("TeamId"), change.new.int("ProjectId"))
    {
        on_project(tx, team, project)?;
    }
    if let Some(old) = &change.old
        && (moves(change) || change.changes("TeamId"))
    {
        history::team_may_move(tx, change.entity, old)?;
    }
    match change.team_state.map(|id| workflow::find(tx, id)).transpose()?.flatten() {
        Some(state) if !works_in(tx, change.new.int("TeamId"), &change.new, &state)? => {
            Err(workflow::misfit(&state, &change.entity.name))
        }
        _ => Ok(()),
    }
}

/// Whether a state is one of the workflow that a team has of its own for the project of an item.
fn works_in(tx: &Tx<'_>, team: Option<i64>, item: &Row, state: &Row) -> Result<bool> {
    let sql = r#"SELECT p."Id" FROM "TeamProject" p JOIN "TeamProjectWorkflow" l ON l."TeamProjectId" = p."Id"
        WHERE p."TeamId" = ? AND p."ProjectId" = ? AND l."WorkflowId" = ?"#;
    let parameters = [team.into(), item.get("ProjectId").clone(), state.get("WorkflowId").clone()];
    Ok(tx.id(sql, &parameters)?.is_some())
}

fn complete_assignment(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let Some(item) = change.new.int("AssignableId") else { return Ok(()) };
    let assignable = tx.entity("Assignable")?;
    let Some(row) = tx.row(assignable, item)? else { return Ok(()) };
    history::team_may_move(tx, tx.concrete(assignable, &row), &row)?;
    if let Some(team) = change.new.int("TeamId").filter(|_| change.changes("TeamId")) {
        on_project(tx, team, row.int("ProjectId"))?;
        assigned_once(tx, change)?;
        if change.is_new() {
            change.new.fill("StartDate", tx.now);
        }
        if change.new.is_null("EntityStateId") || !change.gives("EntityState") {
            let state = state_in_team(tx, &row, team, row.int("EntityStateId"), None)?;
            change.new.set("EntityStateId", state);
        }
    }
    if change.changes("EntityStateId") && change.gives("EntityState") {
        belongs(tx, change, &row)?;
    }
    Ok(())
}

/// A team is assigned to an item once.
pub(super) fn assigned_once(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    let (Some(item), Some(team)) = (change.new.int("AssignableId"), change.new.int("TeamId")) else { return Ok(()) };
    if !change.is("TeamAssignment") || assignment(tx, item, team)?.is_none_or(|id| id == change.id) {
        return Ok(());
    }
    let data = vec![("id", item.to_string())];
    Err(Refusal::invalid("The team is assigned to Assignable with Id {id} already.", data))
}

/// The state of an assignment is one of the item's workflow, or of the team's own one.
fn belongs(tx: &Tx<'_>, change: &Change<'_>, item: &Row) -> Result<()> {
    let Some(id) = change.new.int("EntityStateId") else { return Ok(()) };
    let Some(state) = workflow::find(tx, id)? else { return Ok(()) };
    let current = item.int("EntityStateId").map(|id| workflow::find(tx, id)).transpose()?.flatten();
    let same = current.is_none_or(|c| {
        c.get("ProcessId") == state.get("ProcessId") && c.get("EntityTypeId") == state.get("EntityTypeId")
    });
    let own = state.is_null("ParentEntityStateId") || works_in(tx, change.new.int("TeamId"), item, &state)?;
    if same && own { Ok(()) } else { Err(workflow::misfit(&state, &change.entity.name)) }
}

/// Whether a team is one of a project.
pub(super) fn works_on(tx: &Tx<'_>, team: i64, project: &Value) -> Result<bool> {
    let sql = r#"SELECT "Id" FROM "TeamProject" WHERE "TeamId" = ? AND "ProjectId" = ?"#;
    Ok(tx.id(sql, &[team.into(), project.clone()])?.is_some())
}

/// A team works on items of its projects.
fn on_project(tx: &Tx<'_>, team: i64, project: Option<i64>) -> Result<()> {
    let Some(project) = project else { return Ok(()) };
    if works_on(tx, team, &project.into())? || tx.row(tx.entity("Team")?, team)?.is_none() {
        return Ok(());
    }
    let data = vec![("team", team.to_string()), ("project", project.to_string())];
    Err(Refusal::invalid("Team with Id {team} is not assigned to Project with Id {project}.", data))
}

fn assignment(tx: &Tx<'_>, item: i64, team: i64) -> Result<Option<i64>> {
    let sql = r#"SELECT "Id" FROM "TeamAssignment" WHERE "AssignableId" = ? AND "TeamId" = ?"#;
    tx.id(sql, &[item.into(), team.into()])
}

/// The team of an assignment that came back answers for the item again, where nobody else does by now.
pub(super) fn resume(tx: &Tx<'_>, id: i64, assignment: &Row) -> Result<()> {
    let assignable = tx.entity("Assignable")?;
    let item = assignment.int("AssignableId").unwrap_or_default();
    match tx.row(assignable, item)? {
        Some(row) if row.int("ResponsibleTeamId") == Some(id) && row.is_null("TeamId") => {
            tx.amend_row(assignable, item, &row, &[("TeamId", assignment.get("TeamId").clone())])
        }
        _ => Ok(()),
    }
}

/// Rule: the team of an item answers for it.
pub(super) fn assignment_of_team(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !is_a(tx, change.entity, "Assignable") || !change.changes("TeamId") {
        return Ok(());
    }
    let entity = tx.entity("TeamAssignment")?;
    let former = change.before("TeamId").clone();
    if let Value::Int(former) = former
        && let Some(id) = assignment(tx, change.id, former)?
    {
        tx.delete(entity, id)?;
    }
    let responsible = match change.new.int("TeamId") {
        None => None,
        Some(team) => Some(match assignment(tx, change.id, team)? {
            Some(id) => id,
            None => {
                let state = match change.team_state {
                    Some(state) => Some(state),
                    None => state_in_team(tx, &change.new, team, change.new.int("EntityStateId"), None)?,
                };
                if change.is_new() && state != change.new.int("EntityStateId") {
                    history::team_may_move(tx, change.entity, &change.new)?;
                }
                let mut row = Row::default();
                row.set("AssignableId", change.id);
                row.set("TeamId", team);
                row.set("StartDate", tx.now);
                row.set("EntityStateId", state);
                tx.insert(entity, &row)?
            }
        }),
    };
    tx.amend(change.entity, change.id, &[("ResponsibleTeamId", responsible.into())])
}

/// Rule: the first team assigned answers for the item; a team's move moves the item.
pub(super) fn assignment_changed(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !change.is("TeamAssignment") {
        return Ok(());
    }
    let Some(item) = change.new.int("AssignableId") else { return Ok(()) };
    let assignable = tx.entity("Assignable")?;
    let Some(row) = tx.row(assignable, item)? else { return Ok(()) };
    let own = row.is_null("TeamId") || row.get("TeamId") == change.new.get("TeamId");
    if change.is_new() && own && row.is_null("ResponsibleTeamId") {
        let team = change.new.get("TeamId").clone();
        tx.amend(assignable, item, &[("TeamId", team), ("ResponsibleTeamId", change.id.into())])?;
    }
    if !change.is_new() && change.gives("EntityState") && change.changes("EntityStateId") {
        let state = change.new.int("EntityStateId").map(|id| workflow::find(tx, id)).transpose()?.flatten();
        let above = state.and_then(|s| s.int("ParentEntityStateId").or(s.int("Id")));
        let responsible = row.int("ResponsibleTeamId").is_none_or(|id| id == change.id);
        if responsible && above.is_some() && above != row.int("EntityStateId") {
            let concrete = tx.concrete(assignable, &row);
            let Some(member) = concrete.member("EntityState") else { return Ok(()) };
            let set = vec![Assignment { member: member.id, to: To::Reference(above) }];
            save::apply(tx, &Mutation { entity: concrete.id, id: Some(item), set }, None, 1)?;
        }
    }
    Ok(())
}

/// Rule: the states of an item's teams follow its own.
pub(super) fn follow_state(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is_new() || !is_a(tx, change.entity, "Assignable") || !moves(change) {
        return Ok(());
    }
    let entity = tx.entity("TeamAssignment")?;
    let above = change.new.int("EntityStateId");
    let ended = workflow::is_final(tx, above)?;
    for row in tx.rows(r#"SELECT * FROM "TeamAssignment" WHERE "AssignableId" = ?"#, &[Value::Int(change.id)])? {
        let (Some(id), Some(team)) = (row.int("Id"), row.int("TeamId")) else { continue };
        let responsible = change.new.int("TeamId") == Some(team);
        let state = match change.team_state.filter(|_| responsible) {
            Some(state) => Some(state),
            None => state_in_team(tx, &change.new, team, above, row.int("EntityStateId"))?,
        };
        let end = if ended { Value::Int(tx.now) } else { Value::Null };
        tx.amend(entity, id, &[("EntityStateId", state.into()), ("EndDate", end)])?;
    }
    Ok(())
}

/// Whether an item moves, be it only within the workflow of its team.
fn moves(change: &Change<'_>) -> bool {
    change.changes("EntityStateId") || change.team_state.is_some()
}

/// What the state of an item is in the workflow of a team: the item's own where the team has none.
pub(super) fn state_in_team(
    tx: &Tx<'_>,
    item: &Row,
    team: i64,
    above: Option<i64>,
    now: Option<i64>,
) -> Result<Option<i64>> {
    let sql = r#"SELECT s."Id", s."ParentEntityStateId" FROM "TeamProject" p
        JOIN "TeamProjectWorkflow" l ON l."TeamProjectId" = p."Id"
        JOIN "Workflow" w ON w."Id" = l."WorkflowId"
        JOIN "EntityState" s ON s."WorkflowId" = w."Id"
        WHERE p."TeamId" = ?1 AND p."ProjectId" = ?2 AND w."EntityTypeId" = ?3 AND w."ParentWorkflowId" IS NOT NULL
        ORDER BY s."NumericPriority", s."Id""#;
    let kind = item.get(crate::sql::KIND_COLUMN).clone();
    let states = tx.rows(sql, &[team.into(), item.get("ProjectId").clone(), kind])?;
    let below = |s: &&Row| s.int("ParentEntityStateId") == above;
    let stays = states.iter().filter(below).any(|s| s.int("Id") == now);
    if states.is_empty() {
        return Ok(above);
    }
    Ok(if stays { now } else { states.iter().find(below).and_then(|s| s.int("Id")).or(now) })
}

/// After an assignment went: another team answers for the item, or none.
pub(super) fn assignment_gone(tx: &Tx<'_>, row: &Row) -> Result<()> {
    let Some(item) = row.int("AssignableId") else { return Ok(()) };
    let assignable = tx.entity("Assignable")?;
    let Some(current) = tx.row(assignable, item)? else { return Ok(()) };
    if current.get("TeamId") != row.get("TeamId") {
        return Ok(());
    }
    tx.team_states.borrow_mut().entry(item).or_insert_with(|| row.get("EntityStateId").clone());
    let sql = r#"SELECT "Id", "TeamId" FROM "TeamAssignment" WHERE "AssignableId" = ? ORDER BY "Id" LIMIT 1"#;
    let next = tx.rows(sql, &[Value::Int(item)])?.into_iter().next().unwrap_or_default();
    let columns = [("TeamId", next.get("TeamId").clone()), ("ResponsibleTeamId", next.get("Id").clone())];
    tx.amend(assignable, item, &columns)
}
