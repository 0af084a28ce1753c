//! Accounts and memberships: passwords, logins, roles, who may be assigned to what.
//!
//! Evidence: a client of 2017 creates users with login, e-mail and password; client notes (assigning needs a
//! membership). Unique logins and addresses are assumed.

use super::change::{Change, is_a};
use super::refusal::Refusal;
use super::row::Row;
use super::tx::{Result, Tx};
use crate::secret;

/// Rule: kind, password and uniqueness of an account.
pub(super) fn complete_account(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !is_a(tx, change.entity, "GeneralUser") {
        return Ok(());
    }
    if change.is_new() {
        let id = tx.next_id(&change.entity.table)?;
        change.new.set("Id", id);
        change.new.set("Kind", if change.is("Requester") { "Requester" } else { "User" });
        if !change.is("Requester") && change.new.is_null("RoleId") {
            let role = tx.id(r#"SELECT "Id" FROM "Role" ORDER BY "Id" LIMIT 1"#, &[])?;
            change.new.set("RoleId", role);
        }
        change.new.fill("GlobalId", secret::guid("user", id.unsigned_abs()));
    }
    if !tx.who.sees_all
        && !change.is("Requester")
        && ["IsAdministrator", "IsActive", "IsObserver", "Role"].iter().any(|m| change.gives(m))
    {
        return Err(Refusal::forbidden("Only administrators can change rights of users."));
    }
    if change.id == tx.who.id && change.changes("IsActive") && !change.new.flag("IsActive") {
        return Err(Refusal::forbidden("You cannot deactivate yourself."));
    }
    if change.id == tx.who.id && change.changes("IsAdministrator") && !change.new.flag("IsAdministrator") {
        return Err(Refusal::forbidden("You cannot take the rights of an administrator from yourself."));
    }
    unlike_others(tx, change.id, &change.new, |column| change.changes(column))?;
    if change.gives("Password") && !change.new.is_blank("Password") {
        let stored = secret::hash_password(change.new.text("Login"), change.new.text("Password"));
        change.new.set("Password", stored);
    } else if let Some(old) = &change.old {
        change.new.set("Password", old.get("Password").clone());
    }
    Ok(())
}

/// Rule: a member has the role of the user unless it says another.
pub(super) fn complete_membership(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    let user = match change.entity.name.as_str() {
        "ProjectMember" | "TeamMember" => "UserId",
        "Assignment" => "GeneralUserId",
        _ => return Ok(()),
    };
    if !change.is_new() || !change.new.is_null("RoleId") {
        return Ok(());
    }
    let user = change.new.get(user).clone();
    let mut role = None;
    if change.is("Assignment") {
        let sql = r#"SELECT m."RoleId" FROM "ProjectMember" m JOIN "General" g ON g."ProjectId" = m."ProjectId"
            WHERE g."Id" = ? AND m."UserId" = ? AND m."RoleId" IS NOT NULL ORDER BY m."Id""#;
        role = tx.id(sql, &[change.new.get("AssignableId").clone(), user.clone()])?;
    }
    if role.is_none() {
        role = tx.id(r#"SELECT "RoleId" FROM "GeneralUser" WHERE "Id" = ?"#, &[user])?;
    }
    change.new.set("RoleId", role);
    Ok(())
}

/// Rule: only members of the project, or of a team on it, are assigned. Administrators are members everywhere.
pub(super) fn may_be_assigned(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.is("Assignment") || !(change.changes("GeneralUserId") || change.changes("AssignableId")) {
        return Ok(());
    }
    let (Some(user), Some(item)) = (change.new.int("GeneralUserId"), change.new.int("AssignableId")) else {
        return Ok(());
    };
    let known = tx.row(tx.entity("User")?, user)?.is_some() && tx.row(tx.entity("Assignable")?, item)?.is_some();
    let sql = r#"SELECT u."Id" FROM "GeneralUser" u, "General" g WHERE u."Id" = ?1 AND g."Id" = ?2 AND (
        u."IsAdministrator" = 1
        OR EXISTS (SELECT 1 FROM "ProjectMember" m WHERE m."UserId" = u."Id" AND m."ProjectId" = g."ProjectId")
        OR EXISTS (SELECT 1 FROM "TeamMember" m JOIN "TeamProject" p ON p."TeamId" = m."TeamId"
            WHERE m."UserId" = u."Id" AND p."ProjectId" = g."ProjectId"))"#;
    if known && tx.id(sql, &[user.into(), item.into()])?.is_none() {
        let data = vec![("user", user.to_string()), ("id", item.to_string())];
        return Err(Refusal::invalid(
            "User with Id {user} is not a member of the project of Assignable with Id {id}.",
            data,
        ));
    }
    Ok(())
}

/// Rule: what was remembered of accounts and custom fields is void.
pub(super) fn accounts_changed(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if is_a(tx, change.entity, "GeneralUser") || change.is("CustomField") {
        tx.accounts_changed.set(true);
    }
    Ok(())
}

/// No two accounts that are not deleted share a login or an address. Looks at the columns that `is_new` holds for.
pub(super) fn unlike_others(tx: &Tx<'_>, id: i64, row: &Row, is_new: impl Fn(&str) -> bool) -> Result<()> {
    for (column, text) in
        [("Login", "Login '{value}' is already in use."), ("Email", "Email '{value}' is already in use.")]
    {
        if row.is_blank(column) || !is_new(column) {
            continue;
        }
        let sql =
            format!(r#"SELECT "Id" FROM "GeneralUser" WHERE "{column}" = ? AND "Id" <> ? AND "DeleteDate" IS NULL"#);
        if tx.id(&sql, &[row.get(column).clone(), id.into()])?.is_some() {
            return Err(Refusal::invalid(text, vec![("value", row.text(column).to_owned())]));
        }
    }
    Ok(())
}
