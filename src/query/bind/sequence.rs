//! Methods of collections: each takes its argument on the element and gives a sequence or a value.

use super::bound::{Bound, Sequence, Typed};
use super::member::rewrap;
use super::{Binder, Result};
use crate::catalog::CollectionLink;
use crate::query::ast::{self, Span};
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::{Expr, Fold, FoldBy, Order, Source};
use crate::value::ValueType;

/// What a refusal may suggest.
const METHODS: [&str; 13] = [
    "where",
    "select",
    "count",
    "any",
    "all",
    "sum",
    "average",
    "min",
    "max",
    "first",
    "orderBy",
    "orderByDescending",
    "distinct",
];

impl Binder<'_> {
    pub fn sequence_call(&self, sequence: &Sequence, name: &str, args: &[ast::Expr], span: Span) -> Result<Bound> {
        let item = sequence.item.as_ref();
        self.spend(sequence.size(), span)?;
        if self.is_opaque(sequence) {
            return Err(Error::not_emulated(&format!("{}.{name}", sequence.name), span));
        }
        match (name.to_ascii_lowercase().as_str(), args) {
            ("where", [test]) => {
                if self.board_words()
                    && let Some(bound) = self.board_where(sequence, test)?
                {
                    return Ok(bound);
                }
                let test = self.condition(test, item)?;
                Ok(Bound::Sequence(with_filter(sequence, test)))
            }
            ("select", [selector]) => {
                if sequence.rows.distinct {
                    return Err(Error::not_emulated("select after distinct", span));
                }
                let item = Box::new(self.expr(selector, item)?);
                Ok(Bound::Sequence(Sequence { item, touched: true, ..sequence.clone() }))
            }
            ("count", []) => self.count(sequence, span),
            ("count", [test]) => {
                let test = self.condition(test, item)?;
                self.count(&with_filter(sequence, test), span)
            }
            ("any", []) => Ok(fold(sequence, FoldBy::Exists, ValueType::Bool, false)),
            ("any", [test]) => {
                let test = self.condition(test, item)?;
                Ok(fold(&with_filter(sequence, test), FoldBy::Exists, ValueType::Bool, false))
            }
            ("all", [test]) => {
                self.condition(test, item)?;
                // the real service type-checks it, then cannot run it
                Err(self.fails("all", span))
            }
            ("sum", _) | ("average" | "avg", _) | ("min" | "max", _) if args.len() <= 1 => {
                let value = match args {
                    [value] => self.typed(value, item)?,
                    _ => self.value_of(item.clone(), span).map_err(|_| self.no_method(sequence, name, span))?,
                };
                if sequence.rows.distinct && !matches!(item, Bound::Scalar(whole) if whole.expr == value.expr) {
                    return Err(Error::not_emulated("a sum of distinct objects", span));
                }
                self.aggregate(sequence, name, &value, span)
            }
            ("first" | "firstordefault", []) => Ok(rewrap(&touched(self.in_order(sequence)), item.clone())),
            ("first", [test]) => {
                let test = self.condition(test, item)?;
                Ok(rewrap(&self.in_order(&with_filter(sequence, test)), item.clone()))
            }
            ("orderby", [key]) => self.order_by(sequence, key, false),
            ("orderbydescending", [key]) => self.order_by(sequence, key, true),
            ("distinct", []) => {
                let mut sequence = touched(sequence.clone());
                // rows of an entity differ by their keys
                sequence.rows.distinct =
                    !matches!(sequence.item.as_ref(), Bound::Entity(at) if at.path.steps.is_empty());
                Ok(Bound::Sequence(sequence))
            }
            ("sparkline", [weeks]) => self.sparkline(sequence, weeks, span),
            ("contains", [value]) if self.board_words() => self.contains(sequence, value, span),
            (other, []) => {
                let counts = self.counts(sequence, other, span)?;
                counts.ok_or_else(|| self.no_method(sequence, name, span))
            }
            _ => Err(self.no_method(sequence, name, span)),
        }
    }

    /// A collection whose items are no rows.
    fn is_opaque(&self, sequence: &Sequence) -> bool {
        let Source::Collection { collection, .. } = &sequence.rows.source else { return false };
        let described = self.catalog().member(*collection).collection();
        described.is_some_and(|c| matches!(c.link, CollectionLink::Values | CollectionLink::Inline))
    }

    fn no_method(&self, sequence: &Sequence, name: &str, span: Span) -> Error {
        Error::no_method(name, &Bound::Sequence(sequence.clone()).type_name(self.catalog()), span).near(name, METHODS)
    }

    fn count(&self, sequence: &Sequence, span: Span) -> Result<Bound> {
        if !sequence.rows.distinct {
            return Ok(fold(sequence, FoldBy::Count, ValueType::Int, false));
        }
        let Bound::Scalar(typed) = sequence.item.as_ref() else {
            return Err(Error::not_emulated("a count of distinct objects", span));
        };
        let values = fold(sequence, FoldBy::CountDistinct(typed.expr.clone()), ValueType::Int, false);
        let Bound::Scalar(values) = values else { return Ok(values) };
        // SQL does not count null among the values, .NET does
        let null = Expr::call(Function::IsNull, vec![typed.expr.clone()], ValueType::Bool);
        let mut nulls = with_filter(sequence, null);
        nulls.rows.distinct = false;
        let one = Expr::Conditional {
            test: Box::new(super::board::exists(&nulls)),
            then: Box::new(Expr::int(1)),
            otherwise: Box::new(Expr::int(0)),
            ty: ValueType::Int,
        };
        Ok(Bound::scalar(Expr::call(Function::Add, vec![values.expr, one], ValueType::Int), false))
    }

    fn order_by(&self, sequence: &Sequence, key: &ast::Expr, descending: bool) -> Result<Bound> {
        let mut orders = self.orders(&[ast::Order { key: key.clone(), descending }], &sequence.item)?;
        let mut sequence = touched(sequence.clone());
        orders.append(&mut sequence.rows.order);
        sequence.rows.order = orders;
        Ok(Bound::Sequence(sequence))
    }

    fn aggregate(&self, sequence: &Sequence, name: &str, value: &Typed, span: Span) -> Result<Bound> {
        let expr = value.expr.clone();
        let number = value.ty.is_number();
        match name.to_ascii_lowercase().as_str() {
            "sum" if number => {
                let sum = fold(sequence, FoldBy::Sum(expr), value.ty, true);
                let Bound::Scalar(sum) = sum else { return Ok(sum) };
                let zero = Expr::Value(crate::value::Value::Int(0), value.ty);
                Ok(Bound::scalar(Expr::call(Function::Coalesce, vec![sum.expr, zero], value.ty), false))
            }
            "average" | "avg" if number => Ok(fold(sequence, FoldBy::Average(expr), average_type(value.ty), true)),
            "min" if value.ty != ValueType::Null => Ok(fold(sequence, FoldBy::Min(expr), value.ty, true)),
            "max" if value.ty != ValueType::Null => Ok(fold(sequence, FoldBy::Max(expr), value.ty, true)),
            _ => Err(self.no_method(sequence, name, span)),
        }
    }

    fn contains(&self, sequence: &Sequence, value: &ast::Expr, span: Span) -> Result<Bound> {
        let it = sequence.item.as_ref();
        let equal = ast::Node::Binary {
            op: ast::BinaryOp::Eq,
            left: Box::new(ast::Expr::new(ast::Node::It, span)),
            right: Box::new(value.clone()),
        };
        let test = self.condition(&ast::Expr::new(equal, span), it)?;
        Ok(fold(&with_filter(sequence, test), FoldBy::Exists, ValueType::Bool, false))
    }

    /// The rows in the order they leave in: newest first unless the query says otherwise.
    pub fn in_order(&self, sequence: &Sequence) -> Sequence {
        let mut sequence = sequence.clone();
        let key = Expr::Key(crate::query::ir::Path::root(sequence.rows.scope));
        if !sequence.rows.order.iter().any(|o| o.key == key) {
            sequence.rows.order.push(Order { key, descending: true });
        }
        sequence
    }

    pub fn fails(&self, what: &str, span: Span) -> Error {
        let data = vec![("expression", what.to_owned())];
        let mut error = Error::new("There are some issues with generated report for '{expression}'.", data, span);
        error.kind = crate::query::error::ErrorKind::Fails;
        error
    }
}

pub(super) fn average_type(ty: ValueType) -> ValueType {
    match ty {
        ValueType::Decimal | ValueType::Average => ValueType::Average,
        _ => ValueType::Double,
    }
}

fn touched(mut sequence: Sequence) -> Sequence {
    sequence.touched = true;
    sequence
}

pub(super) fn with_filter(sequence: &Sequence, test: Expr) -> Sequence {
    let mut sequence = touched(sequence.clone());
    sequence.rows.filter.push(test);
    sequence
}

fn fold(sequence: &Sequence, by: FoldBy, ty: ValueType, nullable: bool) -> Bound {
    Bound::scalar(Expr::Fold(Box::new(Fold { rows: sequence.rows.clone(), by, ty })), nullable)
}
