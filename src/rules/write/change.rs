//! One entity on its way into the store: what it was, what it becomes, what the body named.

use std::collections::BTreeSet;

use super::row::Row;
use super::tx::Tx;
use crate::catalog::Entity;
use crate::value::Value;

pub struct Change<'a> {
    /// What the row is, not what it was addressed as.
    pub entity: &'a Entity,
    /// Zero until the row has one.
    pub id: i64,
    pub old: Option<Row>,
    pub new: Row,
    /// Names of the members the body sets, collections included.
    pub given: BTreeSet<String>,
    /// Names of the collections the body brings new rows for.
    pub added: BTreeSet<String>,
    /// The state of a team's own workflow that the body named in place of the one above it.
    pub team_state: Option<i64>,
}

impl<'a> Change<'a> {
    /// A row as it becomes, before the body is read into it; `old` is missing for a new one.
    pub fn new(entity: &'a Entity, id: i64, old: Option<Row>, new: Row) -> Self {
        Self { entity, id, old, new, given: BTreeSet::new(), added: BTreeSet::new(), team_state: None }
    }
}

impl Change<'_> {
    pub fn is_new(&self) -> bool {
        self.old.is_none()
    }

    pub fn is(&self, name: &str) -> bool {
        self.entity.name == name
    }

    pub fn gives(&self, member: &str) -> bool {
        self.given.contains(member)
    }

    pub fn adds(&self, collection: &str) -> bool {
        self.added.contains(collection)
    }

    /// Whether a column has another value than before; for a new row, whether it has one.
    pub fn changes(&self, column: &str) -> bool {
        match &self.old {
            Some(old) => old.get(column) != self.new.get(column),
            None => !self.new.is_null(column),
        }
    }

    pub fn before(&self, column: &str) -> &Value {
        self.old.as_ref().map_or(&Value::Null, |old| old.get(column))
    }
}

/// Whether an entity is or inherits the one of that name.
pub fn is_a(tx: &Tx<'_>, entity: &Entity, name: &str) -> bool {
    entity.name == name || entity.ancestors.iter().any(|a| tx.catalog().entity(*a).name == name)
}
