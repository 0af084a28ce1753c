//! Tags of an item: rows of a link, and their names joined in one column.
//!
//! Evidence: vendor's tags page (`Tags` replaces, `TagObjects` adds; a tag created twice is refused).

use super::change::Change;
use super::refusal::Refusal;
use super::row::Row;
use super::tx::{Result, Tx};
use crate::catalog::Entity;
use crate::value::Value;

/// Makes `names` the tags of an item; new names become tags.
pub(super) fn replace(tx: &Tx<'_>, item: i64, names: &[String]) -> Result<()> {
    let link = tx.entity("GeneralTag")?;
    for id in tx.ids(r#"SELECT "Id" FROM "GeneralTag" WHERE "GeneralId" = ?"#, &[Value::Int(item)])? {
        tx.delete(link, id)?;
    }
    for name in names {
        let tag = match named(tx, name)? {
            Some(id) => id,
            None => tx.insert(tx.entity("Tag")?, &Row::new([("Name".to_owned(), Value::Text(name.clone()))]))?,
        };
        let ends = [("GeneralId".to_owned(), Value::Int(item)), ("TagId".to_owned(), Value::Int(tag))];
        tx.insert(link, &Row::new(ends))?;
    }
    refresh(tx, item)
}

fn named(tx: &Tx<'_>, name: &str) -> Result<Option<i64>> {
    tx.id(r#"SELECT "Id" FROM "Tag" WHERE "Name" = ? ORDER BY "Id""#, &[Value::Text(name.to_owned())])
}

/// Writes the names of an item's tags into its column, in the order they were given.
pub(super) fn refresh(tx: &Tx<'_>, item: i64) -> Result<()> {
    let names = tx.query(
        r#"SELECT t."Name" FROM "GeneralTag" l JOIN "Tag" t ON t."Id" = l."TagId" WHERE l."GeneralId" = ? ORDER BY l."Id""#,
        &[Value::Int(item)],
    )?;
    let names: Vec<&str> = names
        .iter()
        .filter_map(|r| if let Some(Value::Text(n)) = r.first() { Some(n.as_str()) } else { None })
        .collect();
    tx.amend(tx.entity("General")?, item, &[("Tags", Value::Text(names.join(", ")))])
}

/// After rows of a link were added: its owner's names, where the link is the one of tags.
pub(super) fn refresh_after_link(tx: &Tx<'_>, link: &Entity, item: i64) -> Result<()> {
    if link.name == "GeneralTag" { refresh(tx, item) } else { Ok(()) }
}

/// Items that bear a tag.
pub(super) fn bearers(tx: &Tx<'_>, tag: i64) -> Result<Vec<i64>> {
    tx.ids(r#"SELECT "GeneralId" FROM "GeneralTag" WHERE "TagId" = ?"#, &[Value::Int(tag)])
}

/// Rule: a tag's name is its own.
pub(super) fn unique(tx: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if !change.is("Tag") || !change.changes("Name") {
        return Ok(());
    }
    match named(tx, change.new.text("Name"))? {
        Some(id) if id != change.id => {
            Err(Refusal::invalid("Tag '{name}' already exists.", vec![("name", change.new.text("Name").to_owned())]))
        }
        _ => Ok(()),
    }
}

/// Rule: a renamed tag is renamed on its items.
pub(super) fn renamed(tx: &Tx<'_>, change: &Change<'_>) -> Result<()> {
    if change.is("Tag") && !change.is_new() && change.changes("Name") {
        for item in bearers(tx, change.id)? {
            refresh(tx, item)?;
        }
    }
    Ok(())
}
