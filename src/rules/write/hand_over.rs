//! What hung on a converted item: it moves to the new one where the new type can bear it. The rest goes with the old
//! item or only loses it, as with a deletion.
//!
//! Evidence: vendor's guide to converting entities. Its word on times holds for all types that bear none.

use super::change::Change;
use super::convert::{Source, become_one};
use super::tx::{Result, Tx};
use super::{history, remove, teams};
use crate::catalog::Entity;
use crate::sql::quoted;
use crate::value::Value;

/// Types on which no time is spent.
const TIMELESS: &[&str] = &["PortfolioEpic", "Epic", "Feature"];

/// Moves everything to the new item that it can bear.
pub(super) fn hand_over(tx: &Tx<'_>, source: &Source<'_>, change: &Change<'_>) -> Result<()> {
    if source.entity.name == "UserStory" && change.is("Feature") {
        story_parts(tx, source.id, change.id)?;
    }
    for (holder, column, _) in remove::holders(tx, source.entity) {
        if !takes(tx, holder, column, change.entity) {
            continue;
        }
        let sql = format!("SELECT * FROM {} WHERE {} = ?", quoted(&holder.table), quoted(column));
        for row in tx.rows(&sql, &[source.id.into()])? {
            if let Some(id) = row.int("Id") {
                tx.amend(tx.concrete(holder, &row), id, &[(column, change.id.into())])?;
            }
        }
    }
    team_states(tx, source, change)
}

/// Whether a reference may lead to an item of this type.
fn takes(tx: &Tx<'_>, holder: &Entity, column: &str, target: &Entity) -> bool {
    if holder.name == "Time" && TIMELESS.contains(&target.name.as_str()) {
        return false;
    }
    let catalog = tx.catalog();
    catalog.entities().iter().filter(|e| e.table == holder.table).any(|entity| {
        let mut leading =
            entity.references().filter(|(member, _)| super::save::reference_column(member) == Some(column));
        leading.any(|(_, reference)| catalog.is_a(target.id, reference.target))
    })
}

/// The tasks of a story become stories of the feature, its bugs become bugs of the feature.
fn story_parts(tx: &Tx<'_>, story: i64, feature: i64) -> Result<()> {
    let (task, bug) = (tx.entity("Task")?, tx.entity("Bug")?);
    for row in parts(tx, task, story)? {
        let Some(id) = row.int("Id") else { continue };
        become_one(tx, Source { entity: task, id, row }, tx.entity("UserStory")?, |new| new.set("FeatureId", feature))?;
    }
    for row in parts(tx, bug, story)? {
        let Some(id) = row.int("Id") else { continue };
        tx.amend_row(bug, id, &row, &[("FeatureId", feature.into())])?;
    }
    Ok(())
}

fn parts(tx: &Tx<'_>, kind: &Entity, story: i64) -> Result<Vec<super::row::Row>> {
    let sql = r#"SELECT * FROM "General" WHERE "UserStoryId" = ? AND "EntityTypeId" = ? ORDER BY "Id""#;
    tx.rows(sql, &[story.into(), kind.type_id.into()])
}

/// The teams of the old item work on the new one, in the states of its own workflow.
fn team_states(tx: &Tx<'_>, source: &Source<'_>, change: &Change<'_>) -> Result<()> {
    history::team_may_move(tx, change.entity, &change.new)?;
    let assignment = tx.entity("TeamAssignment")?;
    let above = change.new.int("EntityStateId");
    for row in tx.rows(r#"SELECT * FROM "TeamAssignment" WHERE "AssignableId" = ?"#, &[Value::Int(change.id)])? {
        let (Some(id), Some(team)) = (row.int("Id"), row.int("TeamId")) else { continue };
        let state = teams::state_in_team(tx, &change.new, team, above, None)?;
        tx.amend_row(assignment, id, &row, &[("EntityStateId", state.into())])?;
    }
    let columns = ["TeamId", "ResponsibleTeamId"].map(|column| (column, source.row.get(column).clone()));
    tx.amend(change.entity, change.id, &columns)
}
