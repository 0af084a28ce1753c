//! Comments: their author and dates, and what their item shows of the last one.
//!
//! Evidence: recorded create of a comment; LastCommentDate and LastCommentedUser of recorded items.

use super::change::Change;
use super::refusal::Refusal;
use super::row::Row;
use super::tx::{Result, Tx};
use crate::value::Value;

/// Rule: author, dates, and a parent that is a comment of the same item.
pub(super) fn complete(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.is("Comment") {
        return Ok(());
    }
    if change.is_new() {
        // only administrators speak for others
        if !tx.who.sees_all || change.new.is_null("OwnerId") {
            change.new.set("OwnerId", tx.who.id);
        }
        change.new.set("CreateDate", tx.now);
        change.new.set("DescriptionModifyDate", tx.now);
    } else if change.changes("Description") {
        change.new.set("DescriptionModifyDate", tx.now);
    }
    if let Some(parent) = change.new.int("ParentId").filter(|_| change.changes("ParentId")) {
        let known = tx.row(change.entity, parent)?;
        let same = known.is_some_and(|k| k.get("GeneralId") == change.new.get("GeneralId")) && parent != change.id;
        if !same {
            let data = vec![("entityKind", "Comment".to_owned()), ("id", parent.to_string())];
            return Err(Refusal::invalid("{entityKind} with Id {id} not found or access is forbidden.", data));
        }
    }
    Ok(())
}

/// Rule: the item shows its last comment.
pub(super) fn follow(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if !change.is("Comment") || !(change.is_new() || change.changes("GeneralId")) {
        return Ok(());
    }
    if let Some(old) = &change.old {
        last_comment(tx, old)?;
    }
    last_comment(tx, &change.new)
}

/// Writes date and author of the last comment into the item of a comment.
pub(super) fn last_comment(tx: &Tx<'_>, comment: &Row) -> Result<()> {
    let Some(item) = comment.int("GeneralId") else { return Ok(()) };
    let sql = r#"SELECT "CreateDate", "OwnerId" FROM "Comment" WHERE "GeneralId" = ? ORDER BY "CreateDate" DESC, "Id" DESC LIMIT 1"#;
    let last = tx.rows(sql, &[Value::Int(item)])?.into_iter().next().unwrap_or_default();
    let columns =
        [("LastCommentDate", last.get("CreateDate").clone()), ("LastCommentedUserId", last.get("OwnerId").clone())];
    tx.amend(tx.entity("General")?, item, &columns)
}
