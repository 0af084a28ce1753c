//! What an expression can turn out to be while it is bound.

use crate::catalog::{Catalog, EntityId};
use crate::query::ir::{Expr, Path, Rows};
use crate::value::ValueType;

#[derive(Debug, Clone)]
pub(in crate::query) enum Bound {
    Scalar(Typed),
    /// An entity that a path leads to.
    Entity(At),
    /// A collection, with what became of its items.
    Sequence(Sequence),
    /// The first item of a sequence.
    First(Box<Sequence>),
    /// An object literal; null where `presence` does not hold.
    Object {
        presence: Option<Expr>,
        members: Vec<(String, Bound)>,
    },
    /// So many values whatever the rows are.
    Array(Vec<Bound>),
    /// An array made of a text: the text of a list, and the type of its items.
    Parts {
        list: Expr,
        item: ValueType,
    },
    /// All custom values of an entity.
    Values(At),
    /// A CLR type whose static members may follow.
    Static(&'static str),
}

#[derive(Debug, Clone)]
pub(in crate::query) struct Typed {
    pub expr: Expr,
    pub ty: ValueType,
    pub nullable: bool,
}

#[derive(Debug, Clone)]
pub(in crate::query) struct At {
    pub path: Path,
    pub entity: EntityId,
}

#[derive(Debug, Clone)]
pub(in crate::query) struct Sequence {
    pub rows: Rows,
    /// An item, in terms of the rows' scope.
    pub item: Box<Bound>,
    /// Name of the collection it all began with.
    pub name: String,
    /// Whether `Select`, `Where` or another method stands between the collection and this.
    pub touched: bool,
}

impl Bound {
    pub fn scalar(expr: Expr, nullable: bool) -> Self {
        Bound::Scalar(Typed { ty: expr.ty(), expr, nullable })
    }

    /// Nodes of the expressions it consists of.
    pub fn size(&self) -> usize {
        match self {
            Bound::Scalar(typed) => typed.expr.size(),
            Bound::Entity(_) | Bound::Values(_) | Bound::Static(_) => 1,
            Bound::Sequence(sequence) => sequence.size(),
            Bound::First(sequence) => sequence.size(),
            Bound::Array(items) => items.iter().map(Bound::size).sum(),
            Bound::Parts { list, .. } => list.size(),
            Bound::Object { presence, members } => {
                presence.as_ref().map_or(0, Expr::size) + members.iter().map(|(_, b)| 1 + b.size()).sum::<usize>()
            }
        }
    }

    /// How messages name the type.
    pub fn type_name(&self, catalog: &Catalog) -> String {
        match self {
            Bound::Scalar(typed) => typed.type_name(),
            Bound::Entity(at) | Bound::Values(at) => catalog.entity(at.entity).name.clone(),
            Bound::First(sequence) => sequence.item.type_name(catalog),
            Bound::Sequence(sequence) => format!("IEnumerable<{}>", sequence.item.type_name(catalog)),
            Bound::Object { .. } => "Object".into(),
            Bound::Array(_) => "Object[]".into(),
            Bound::Parts { item: ValueType::Text, .. } => "String[]".into(),
            Bound::Parts { item, .. } => format!("{}?[]", item.clr_name()),
            Bound::Static(name) => (*name).into(),
        }
    }
}

impl Sequence {
    pub fn size(&self) -> usize {
        self.rows.size() + self.item.size()
    }
}

impl Typed {
    pub fn type_name(&self) -> String {
        let optional = self.nullable && !matches!(self.ty, ValueType::Text | ValueType::Link | ValueType::Null);
        let name = if self.ty == ValueType::Link { "String" } else { self.ty.clr_name() };
        format!("{name}{}", if optional { "?" } else { "" })
    }
}
