//! How far a bound query reaches: whether parts of its answer repeat, and whether it ends at once.

use super::function::Function;
use super::ir::{Expr, Output, Parameter, Path, Query, Source};

impl Query {
    /// Whether it reads one row by the key that a run brings along, what that row refers to, and nothing else.
    pub fn is_point(&self) -> bool {
        let local = |expr: &Expr| !matches!(expr, Expr::Fold(_) | Expr::InSet { .. });
        let key = |expr: &Expr| expr.is_key_of_run(&Path::root(self.rows.scope));
        self.rows.source == Source::All
            && self.rows.filter.iter().any(key)
            && self.rows.filter.iter().all(|term| term.every_leaf(&local))
            && self.rows.order.is_empty()
            && self.output.every_leaf(&local)
    }
}

impl Output {
    /// Whether it is the same wherever `path` leads to the same entity.
    pub fn follows_from(&self, path: &Path) -> bool {
        match self {
            Output::Scalar(expr) => expr.every_leaf(&|leaf| leaf.follows_from(path)),
            Output::Entity { presence, members, .. } => {
                presence.as_ref().is_some_and(|p| p.starts_with(path))
                    && members.iter().all(|(_, member)| member.follows_from(path))
            }
            Output::CustomFields { path: at, .. } | Output::Embedded { path: at, .. } => at.starts_with(path),
            Output::Parts { list, .. } => list.every_leaf(&|leaf| leaf.follows_from(path)),
            Output::Object { .. } | Output::Array(_) | Output::List { .. } | Output::First(_) => false,
        }
    }

    /// Whether it runs no query of its own and `test` holds for the leaves of all its expressions.
    fn every_leaf(&self, test: &impl Fn(&Expr) -> bool) -> bool {
        match self {
            Output::Scalar(expr) => expr.every_leaf(test),
            Output::Entity { members, .. } => members.iter().all(|(_, member)| member.every_leaf(test)),
            Output::Object { presence, members } => {
                presence.iter().all(|expr| expr.every_leaf(test))
                    && members.iter().all(|(_, member)| member.every_leaf(test))
            }
            Output::CustomFields { .. } | Output::Embedded { .. } => true,
            Output::Array(items) => items.iter().all(|item| item.every_leaf(test)),
            Output::Parts { list, .. } => list.every_leaf(test),
            Output::List { .. } | Output::First(_) => false,
        }
    }
}

impl Expr {
    /// Whether `test` holds for everything in it that is made of no other expressions; sets and folds count as such.
    fn every_leaf(&self, test: &impl Fn(&Expr) -> bool) -> bool {
        let all = |list: &[Expr]| list.iter().all(|e| e.every_leaf(test));
        match self {
            Expr::Value(..)
            | Expr::Parameter(_)
            | Expr::Column { .. }
            | Expr::Key(_)
            | Expr::Custom { .. }
            | Expr::InSet { .. }
            | Expr::Fold(_) => test(self),
            Expr::Call { args, .. } => all(args),
            Expr::And(terms) | Expr::Or(terms) => all(terms),
            Expr::Not(operand) => operand.every_leaf(test),
            Expr::In { operand, items } => operand.every_leaf(test) && all(items),
            Expr::Conditional { test: condition, then, otherwise, .. } => {
                [condition, then, otherwise].iter().all(|e| e.every_leaf(test))
            }
        }
    }

    fn follows_from(&self, path: &Path) -> bool {
        match self {
            Expr::Value(..) | Expr::Parameter(_) => true,
            Expr::Column { path: at, .. } | Expr::Key(at) | Expr::Custom { path: at, .. } => at.starts_with(path),
            _ => false,
        }
    }

    /// `id of the row = id that is asked for`.
    fn is_key_of_run(&self, row: &Path) -> bool {
        let Expr::Call { function: Function::Equal, args, .. } = self else { return false };
        matches!(args.as_slice(), [Expr::Key(path), Expr::Parameter(Parameter::Id)] if path == row)
    }
}

impl Path {
    fn starts_with(&self, other: &Path) -> bool {
        self.scope == other.scope && self.steps.starts_with(&other.steps)
    }
}
