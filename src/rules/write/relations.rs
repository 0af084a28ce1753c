//! Relations between items, and rows that say something about an item twice over.
//!
//! Evidence: recorded create of a relation. That an item cannot relate to itself is assumed.

use super::change::Change;
use super::refusal::Refusal;
use super::tx::{Result, Tx};

/// Rule: two ends are two items; a permission knows its item by reference too.
pub(super) fn complete(_: &Tx<'_>, change: &mut Change<'_>) -> Result<()> {
    if change.is("Relation")
        && !change.new.is_null("InboundId")
        && change.new.get("InboundId") == change.new.get("OutboundId")
    {
        return Err(Refusal::invalid("An entity cannot be related to itself.", Vec::new()));
    }
    if change.is("EntityPermission") && change.changes("EntityId") {
        let item = change.new.get("EntityId").clone();
        change.new.set("GeneralId", item);
    }
    Ok(())
}
