//! The bound query: ids and types, no names left to look up, no sugar left.
//!
//! Every row source has a [`Scope`]; a [`Path`] starts at the row of a scope and follows references. v1, v2 and the
//! board filter all bind to this one form, and `sql` plans it.

use crate::catalog::{EntityId, MemberId};
use crate::event::{ListForm, Name};
use crate::value::{Value, ValueType};

use super::function::Function;

/// Number of a row source, unique in a query.
pub type Scope = u32;

/// One `select` with what it shows for each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    pub rows: Rows,
    pub output: Output,
}

/// A filtered, ordered, limited sequence of entities.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    pub scope: Scope,
    pub entity: EntityId,
    pub source: Source,
    /// And-ed.
    pub filter: Vec<Expr>,
    pub order: Vec<Order>,
    pub limit: Limit,
    /// Equal items leave once.
    pub distinct: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// All rows of the entity.
    All,
    /// The same with those that were deleted and are kept.
    WithDeleted,
    /// The items of a collection of the entity at `owner`.
    Collection { owner: Path, collection: MemberId },
    /// What a user has in a set of his; an administrator has all rows.
    Available { user: Path, set: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limit {
    /// `None`: all rows.
    pub take: Option<u32>,
    pub skip: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub key: Expr,
    pub descending: bool,
}

/// A walk over references from the row of a scope.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path {
    pub scope: Scope,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Follow a stored reference.
    Reference(MemberId),
    /// Stay, where the row is of this entity; nothing otherwise.
    Cast(EntityId),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Value(Value, ValueType),
    Parameter(Parameter),
    /// A stored field of the entity at the path.
    Column {
        path: Path,
        member: MemberId,
        ty: ValueType,
    },
    /// The id of the entity at the path; null where the path leads nowhere.
    Key(Path),
    /// A custom field of the entity at the path.
    Custom {
        path: Path,
        name: String,
        ty: ValueType,
    },
    /// An operator or function; every argument already has the type the function wants.
    Call {
        function: Function,
        args: Vec<Expr>,
        ty: ValueType,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    In {
        operand: Box<Expr>,
        items: Vec<Expr>,
    },
    Conditional {
        test: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
        ty: ValueType,
    },
    /// The entity with this key belongs to a set of the caller's.
    InSet {
        key: Box<Expr>,
        set: String,
    },
    /// One value made from rows.
    Fold(Box<Fold>),
}

/// What the request brings along at run time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    /// Now, in milliseconds since the Unix epoch.
    Now,
    /// Midnight of the server's day.
    Today,
    /// Id of the caller.
    Me,
    /// Id of the one entity that is asked for.
    Id,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Fold {
    pub rows: Rows,
    pub by: FoldBy,
    pub ty: ValueType,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FoldBy {
    Count,
    /// Number of different values that are not null.
    CountDistinct(Expr),
    Exists,
    Sum(Expr),
    Average(Expr),
    Min(Expr),
    Max(Expr),
    /// The expression on the first row.
    First(Expr),
}

impl FoldBy {
    /// Its name, and what it is made of where it needs more than the rows.
    pub fn parts(&self) -> (&'static str, Option<&Expr>) {
        match self {
            FoldBy::Count => ("Count", None),
            FoldBy::CountDistinct(e) => ("CountDistinct", Some(e)),
            FoldBy::Exists => ("Exists", None),
            FoldBy::Sum(e) => ("Sum", Some(e)),
            FoldBy::Average(e) => ("Average", Some(e)),
            FoldBy::Min(e) => ("Min", Some(e)),
            FoldBy::Max(e) => ("Max", Some(e)),
            FoldBy::First(e) => ("First", Some(e)),
        }
    }
}

/// What leaves for a row, in output order.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    Scalar(Expr),
    /// A typed entity or reference; null where `presence` leads nowhere.
    Entity {
        presence: Option<Path>,
        resource: Name,
        members: Vec<(Name, Output)>,
    },
    /// An untyped object; null where `presence` is given and does not hold.
    Object {
        presence: Option<Expr>,
        members: Vec<(Name, Output)>,
    },
    List {
        form: ListForm,
        query: Box<Query>,
        budget: Budget,
    },
    /// So many items whatever the rows are.
    Array(Vec<Output>),
    /// The items of a list kept as text; null where there is none.
    Parts {
        list: Expr,
        item: ValueType,
    },
    /// The first row of a query, or null.
    First(Box<Query>),
    /// All custom fields configured for the entity at the path.
    CustomFields {
        path: Path,
        entity: EntityId,
    },
    /// An object kept as text, with the entity that describes its members.
    Embedded {
        path: Path,
        member: MemberId,
        shape: EntityId,
    },
}

/// Whether the rows of a list are limited one by one or summed over all owners of a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Budget {
    None,
    /// `include` is the list that the items were asked with; the link to the rest repeats it.
    Page {
        take: u32,
        include: Option<String>,
    },
}

impl Rows {
    /// Nodes of its expressions.
    pub fn size(&self) -> usize {
        let keys = self.order.iter().map(|o| o.key.size()).sum::<usize>();
        1 + keys + self.filter.iter().map(Expr::size).sum::<usize>()
    }
}

impl Path {
    pub fn root(scope: Scope) -> Self {
        Self { scope, steps: Vec::new() }
    }

    pub fn then(&self, step: Step) -> Self {
        let mut steps = self.steps.clone();
        steps.push(step);
        Self { scope: self.scope, steps }
    }
}

impl Expr {
    pub fn ty(&self) -> ValueType {
        match self {
            Expr::Value(_, ty)
            | Expr::Column { ty, .. }
            | Expr::Custom { ty, .. }
            | Expr::Call { ty, .. }
            | Expr::Conditional { ty, .. } => *ty,
            Expr::Parameter(Parameter::Now | Parameter::Today) => ValueType::Date,
            Expr::Parameter(Parameter::Me | Parameter::Id) | Expr::Key(_) => ValueType::Int,
            Expr::And(_) | Expr::Or(_) | Expr::Not(_) | Expr::In { .. } | Expr::InSet { .. } => ValueType::Bool,
            Expr::Fold(fold) => fold.ty,
        }
    }

    /// Nodes of the expression.
    pub fn size(&self) -> usize {
        let of = |list: &[Expr]| list.iter().map(Expr::size).sum::<usize>();
        1 + match self {
            Expr::Value(..) | Expr::Parameter(_) | Expr::Column { .. } | Expr::Key(_) | Expr::Custom { .. } => 0,
            Expr::Call { args, .. } => of(args),
            Expr::And(terms) | Expr::Or(terms) => of(terms),
            Expr::Not(operand) => operand.size(),
            Expr::In { operand, items } => operand.size() + of(items),
            Expr::Conditional { test, then, otherwise, .. } => test.size() + then.size() + otherwise.size(),
            Expr::InSet { key, .. } => key.size(),
            Expr::Fold(fold) => fold.rows.size() + fold.by.parts().1.map_or(0, Expr::size),
        }
    }

    pub fn int(value: i64) -> Self {
        Expr::Value(Value::Int(value), ValueType::Int)
    }

    pub fn text(value: impl Into<String>) -> Self {
        Expr::Value(Value::Text(value.into()), ValueType::Text)
    }

    pub fn null() -> Self {
        Expr::Value(Value::Null, ValueType::Null)
    }

    pub fn call(function: Function, args: Vec<Expr>, ty: ValueType) -> Self {
        Expr::Call { function, args, ty }
    }
}
