//! States: which one an item starts in, where it may go, and the dates that follow.
//!
//! Evidence: recorded creates (initial state of the process), message templates of the vendor's code, recorded end
//! dates. That a move outside the next states is refused is assumed from the resolutions the vendor's code lists.

use std::rc::Rc;

use super::change::{Change, is_a};
use super::custom_values;
use super::refusal::Refusal;
use super::row::Row;
use super::settings;
use super::tx::{Result, Tx};
use crate::query::convert::label;
use crate::value::Value;

/// Rule: the state of a new item, and every later move.
pub(super) fn state(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let Some(type_id) = change.entity.type_id.filter(|_| change.entity.member("EntityState").is_some()) else {
        return Ok(());
    };
    let assignable = is_a(tx, change.entity, "Assignable");
    if assignable && change.gives("EndDate") && !is_final(tx, change.new.int("EntityStateId"))? {
        // the end of an open item is not the client's to set (recorded 2013)
        let end = change.before("EndDate").clone();
        change.new.set("EndDate", end);
    }
    let process = custom_values::process(tx, change)?;
    if same_process_changed(change) && !change.gives("EntityState") {
        let own = change.new.int("EntityStateId").map(|id| find(tx, id)).transpose()?.flatten();
        if own.is_some_and(|s| s.int("ProcessId") != process) {
            change.new.set("EntityStateId", Value::Null);
        }
    }
    if change.new.is_null("EntityStateId") {
        let state = process.map(|process| settings::initial_state(tx, process, type_id)).transpose()?.flatten();
        change.new.set("EntityStateId", state);
    } else if change.changes("EntityStateId") || same_process_changed(change) && change.gives("EntityState") {
        may_move(tx, change, process, type_id)?;
    }
    if change.is_new() || change.changes("EntityStateId") {
        dates(tx, change)?;
    }
    Ok(())
}

pub(super) fn is_final(tx: &Tx<'_>, state: Option<i64>) -> Result<bool> {
    Ok(match state {
        Some(id) => find(tx, id)?.is_some_and(|s| s.flag("IsFinal")),
        None => false,
    })
}

pub(super) fn find(tx: &Tx<'_>, id: i64) -> Result<Option<Rc<Row>>> {
    settings::state(tx, id)
}

/// Refuses a state in which no entity of this name may be, or not now.
pub(super) fn misfit(state: &Row, entity: &str) -> Refusal {
    let data = vec![("entityStateName", state.text("Name").to_owned()), ("entityKind", label(entity))];
    Refusal::invalid("Invalid entity state '{entityStateName}' for {entityKind}.", data)
}

fn may_move(tx: &Tx<'_>, change: &mut Change<'_>, process: Option<i64>, type_id: i64) -> Result<()> {
    let Some(id) = change.new.int("EntityStateId") else { return Ok(()) };
    let Some(mut state) = find(tx, id)? else {
        return Err(super::check::unknown_reference(tx, tx.entity("EntityState")?, id)?);
    };
    if state.int("EntityTypeId") != Some(type_id) {
        return Err(misfit(&state, &change.entity.name));
    }
    if process.is_some() && state.int("ProcessId") != process {
        let data = vec![("project", "project".to_owned())];
        let token =
            "Invalid entity state is set. The entity state should be assigned from the same process as a {project}.";
        return Err(Refusal::invalid(token, data));
    }
    let named = Rc::clone(&state);
    // a state of a team's workflow stands for the state above it
    if let Some(parent) = state.int("ParentEntityStateId")
        && let Some(above) = find(tx, parent)?
    {
        change.team_state = state.int("Id");
        change.new.set("EntityStateId", parent);
        state = above;
    }
    if tx.any_transition.get() {
        return Ok(());
    }
    let to = state.int("Id");
    let stays = *change.before("EntityStateId") == Value::from(to);
    if let Value::Int(from) = *change.before("EntityStateId")
        && !stays
    {
        let next = settings::next_states(tx, from)?;
        if !next.is_empty() && !to.is_some_and(|to| next.contains(&to)) && !same_process_changed(change) {
            return Err(misfit(&state, &change.entity.name));
        }
    }
    if change.is_new() || change.adds("Comments") || stays && change.team_state.is_none() {
        return Ok(());
    }
    let wants = |state: &&Rc<Row>| state.flag("IsCommentRequired");
    match Some(&named).filter(wants).or(Some(&state).filter(|_| !stays).filter(wants)) {
        Some(state) => {
            let data = vec![("entityStateName", state.text("Name").to_owned())];
            Err(Refusal::invalid("Comment is required to move to state '{entityStateName}'.", data))
        }
        None => Ok(()),
    }
}

/// An item that moves to another project leaves the workflow it was in.
fn same_process_changed(change: &Change<'_>) -> bool {
    !change.is_new() && change.changes("ProjectId")
}

/// Start, end and the date of the last move.
/// The dates that a new state brings.
pub(super) fn dates(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let Some(state) = change.new.int("EntityStateId").map(|id| find(tx, id)).transpose()?.flatten() else {
        return Ok(());
    };
    if change.entity.member("LastStateChangeDate").is_some() {
        change.new.set("LastStateChangeDate", tx.now);
    }
    if change.is("Project") {
        return Ok(());
    }
    let waiting = state.flag("IsInitial") || state.flag("IsPlanned");
    if state.flag("IsFinal") {
        change.new.fill("StartDate", tx.now);
        change.new.set("EndDate", tx.now);
    } else {
        change.new.set("EndDate", Value::Null);
        if !waiting {
            change.new.fill("StartDate", tx.now);
        } else if !change.is_new() && !change.gives("StartDate") {
            change.new.set("StartDate", Value::Null);
        }
    }
    Ok(())
}
