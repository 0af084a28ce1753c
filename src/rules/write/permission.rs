//! Who may write what. Administrators and the System user may everything that is not protected.
//!
//! Evidence: 403 for missing rights, vendor's code and documentation; developers add no projects, programs and users,
//! installer's seed. That settings are the administrators' is assumed.

use super::change::is_a;
use super::refusal::Refusal;
use super::tx::{Result, Tx};
use crate::catalog::{Entity, EntityKind};
use crate::value::Value;

/// What only administrators change.
const SETTINGS: &[&str] = &[
    "Process",
    "Workflow",
    "EntityState",
    "Priority",
    "Severity",
    "RequestType",
    "Role",
    "RoleEntityType",
    "RoleEntityTypeProcessSetting",
    "CustomField",
    "CustomRule",
    "GlobalSettings",
    "EntityPermission",
    "MessageUid",
];

/// What a role without rows of its own neither adds nor deletes.
const ABOVE_MEMBERS: &[&str] = &["Project", "Program", "User", "Team", "Company"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Add,
    Edit,
    Delete,
}

/// Refuses a caller who may add no row of an entity.
///
/// # Errors
/// 403, or the store's.
pub fn create(tx: &Tx<'_>, entity: &Entity) -> Result<()> {
    check(tx, entity, Deed::Add)
}

pub(super) fn edit(tx: &Tx<'_>, entity: &Entity, id: i64) -> Result<()> {
    // people keep their own account
    if is_a(tx, entity, "GeneralUser") && id == tx.who.id && !tx.who.observer {
        return Ok(());
    }
    check(tx, entity, Deed::Edit)?;
    own(tx, entity, id)
}

pub(super) fn delete(tx: &Tx<'_>, entity: &Entity, id: i64) -> Result<()> {
    check(tx, entity, Deed::Delete)?;
    own(tx, entity, id)
}

/// A comment is its author's.
fn own(tx: &Tx<'_>, entity: &Entity, id: i64) -> Result<()> {
    if tx.who.sees_all || entity.name != "Comment" {
        return Ok(());
    }
    let row = tx.row(entity, id)?;
    if row.is_some_and(|r| r.int("OwnerId") == Some(tx.who.id)) { Ok(()) } else { Err(denied(entity, Deed::Edit)) }
}

fn check(tx: &Tx<'_>, entity: &Entity, deed: Deed) -> Result<()> {
    if tx.who.sees_all {
        return Ok(());
    }
    let name = entity.name.as_str();
    if tx.who.observer || SETTINGS.contains(&name) || entity.kind == EntityKind::History {
        return Err(denied(entity, deed));
    }
    let allowed = match rights(tx, entity, deed)? {
        Some(right) => right,
        None => deed == Deed::Edit && name != "User" || !ABOVE_MEMBERS.contains(&name),
    };
    if allowed { Ok(()) } else { Err(denied(entity, deed)) }
}

/// What the caller's role says of a type; `None` where it says nothing.
fn rights(tx: &Tx<'_>, entity: &Entity, deed: Deed) -> Result<Option<bool>> {
    let (Some(role), Some(type_id)) = (tx.who.role, entity.type_id) else { return Ok(None) };
    let column = match deed {
        Deed::Add => "IsAddEnabled",
        Deed::Edit => "IsEditEnabled",
        Deed::Delete => "IsDeleteEnabled",
    };
    let sql = format!(r#"SELECT MAX("{column}") FROM "RoleEntityType" WHERE "RoleId" = ? AND "EntityTypeId" = ?"#);
    let rows = tx.query(&sql, &[role.into(), type_id.into()])?;
    Ok(match rows.first().and_then(|r| r.first()) {
        Some(Value::Int(flag)) => Some(*flag == 1),
        _ => None,
    })
}

fn denied(entity: &Entity, deed: Deed) -> Refusal {
    let deed = match deed {
        Deed::Add => "create",
        Deed::Edit => "update",
        Deed::Delete => "delete",
    };
    Refusal::forbidden(format!("You have no permission to {deed} {}.", entity.name))
}
