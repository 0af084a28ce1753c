//! Past states under a client's hand: administrators may rewrite and delete them.
//!
//! Evidence: metadata of full histories (all three write flags, tracked members can be set, what ties a state to its
//! entity cannot, so none is created). Who may, and that the state after a deleted one follows the state before it, is
//! assumed.

use super::permission;
use super::refusal::Refusal;
use super::tx::{Result, Tx};
use crate::catalog::Entity;
use crate::sql::quoted;
use crate::value::Value;

const PREVIOUS: &str = "PreviousHistoryRecordId";

/// Deletes a past state.
pub(super) fn remove(tx: &Tx<'_>, history: &Entity, id: i64) -> Result<()> {
    permission::delete(tx, history, id)?;
    let row = tx.row(history, id)?.ok_or_else(|| Refusal::not_found(&history.name, id))?;
    let followers = format!(r#"SELECT "Id" FROM {} WHERE "{PREVIOUS}" = ?"#, quoted(&history.table));
    for follower in tx.ids(&followers, &[Value::Int(id)])? {
        tx.update(history, follower, vec![(PREVIOUS.into(), row.get(PREVIOUS).clone())])?;
    }
    tx.delete(history, id)
}
