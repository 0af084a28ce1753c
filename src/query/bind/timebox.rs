//! Past, current and future timeboxes: releases, iterations and whatever else has a start and an end.

use super::bound::{At, Bound};
use super::{Binder, Result};
use crate::catalog::{Member, Rule};
use crate::query::ast::Span;
use crate::query::function::Function;
use crate::query::ir::{Expr, Fold, FoldBy, Parameter, Path, Source, Step};
use crate::value::ValueType;

/// Where a timebox lies, and how many boxes away at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Lies {
    Now,
    Past(Option<u32>),
    Future(Option<u32>),
}

impl Binder<'_> {
    /// Whether the entity at `at` is such a timebox; `None` where it has no dates.
    pub fn timebox(&self, at: &At, lies: Lies) -> Result<Option<Expr>> {
        let (Some(start), Some(end)) = (self.date(at, "StartDate")?, self.date(at, "EndDate")?) else {
            return Ok(None);
        };
        let now = || Expr::Parameter(Parameter::Now);
        Ok(Some(match lies {
            Lies::Now => {
                Expr::And(vec![test(Function::LessOrEqual, start, now()), test(Function::GreaterOrEqual, end, now())])
            }
            Lies::Past(None) => test(Function::Less, end, now()),
            Lies::Future(None) => test(Function::Greater, start, now()),
            Lies::Past(Some(count)) => {
                let later = |other: &At| {
                    let end_of = |at| self.date(at, "EndDate").ok().flatten().unwrap_or_else(Expr::null);
                    vec![
                        test(Function::Less, end_of(other), now()),
                        test(Function::Greater, end_of(other), end.clone()),
                    ]
                };
                let nearer = self.boxes(at, &later);
                let near = test(Function::Less, nearer, Expr::int(i64::from(count)));
                Expr::And(vec![test(Function::Less, end.clone(), now()), near])
            }
            Lies::Future(Some(count)) => {
                let sooner = |other: &At| {
                    let start_of = |at| self.date(at, "StartDate").ok().flatten().unwrap_or_else(Expr::null);
                    vec![
                        test(Function::Greater, start_of(other), now()),
                        test(Function::Less, start_of(other), start.clone()),
                    ]
                };
                let nearer = self.boxes(at, &sooner);
                let near = test(Function::Less, nearer, Expr::int(i64::from(count)));
                Expr::And(vec![test(Function::Greater, start.clone(), now()), near])
            }
        }))
    }

    fn date(&self, at: &At, name: &str) -> Result<Option<Expr>> {
        let Some(member) = self.catalog().entity(at.entity).member(name) else { return Ok(None) };
        match self.known_member(at, member, Span::default())? {
            Bound::Scalar(typed) if typed.ty == ValueType::Date => Ok(Some(typed.expr)),
            _ => Ok(None),
        }
    }

    /// How many boxes of the same project and team pass the test.
    fn boxes(&self, at: &At, passing: &dyn Fn(&At) -> Vec<Expr>) -> Expr {
        let (mut rows, other) = self.rows(at.entity, Source::All);
        let entity = self.catalog().entity(at.entity);
        // what a box belongs to is what its visibility depends on
        let owners = entity.visible.iter().filter_map(|rule| match rule {
            Rule::InSet { path, .. } => entity.member(path).filter(|m| m.reference().is_some()),
            Rule::Item(_) | Rule::Me(_) | Rule::Anyone => None,
        });
        for member in owners {
            rows.filter.push(test(Function::Same, key(&other.path, member), key(&at.path, member)));
        }
        rows.filter.extend(passing(&other));
        Expr::Fold(Box::new(Fold { rows, by: FoldBy::Count, ty: ValueType::Int }))
    }
}

fn key(path: &Path, member: &Member) -> Expr {
    Expr::Key(path.then(Step::Reference(member.id)))
}

fn test(function: Function, a: Expr, b: Expr) -> Expr {
    Expr::call(function, vec![a, b], ValueType::Bool)
}
