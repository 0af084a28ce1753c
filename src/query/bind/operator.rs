//! Operators: which types go together, what they promote to, what null does.

use super::bound::{Bound, Typed};
use super::{Binder, Dialect, Result};
use crate::query::ast::{self, BinaryOp, Span};
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::Expr;
use crate::value::{Value, ValueType};

impl Binder<'_> {
    pub fn binary(&self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, it: &Bound, span: Span) -> Result<Bound> {
        match op {
            BinaryOp::And | BinaryOp::Or => {
                let mut terms = Vec::new();
                self.flatten(op, left, it, &mut terms)?;
                self.flatten(op, right, it, &mut terms)?;
                Ok(Bound::scalar(if op == BinaryOp::And { Expr::And(terms) } else { Expr::Or(terms) }, false))
            }
            _ if self.board_words() => self.board_binary(op, left, right, it, span),
            BinaryOp::Eq | BinaryOp::Ne => self.equality(op, left, right, it, span),
            BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                let (a, b) = self.pair(left, right, it)?;
                if unify(a.ty, b.ty).is_none() || !is_ordered(a.ty) || !is_ordered(b.ty) {
                    return Err(Error::operands(op.symbol(), &a.type_name(), &b.type_name(), span));
                }
                let function = match op {
                    BinaryOp::Lt => Function::Less,
                    BinaryOp::Le => Function::LessOrEqual,
                    BinaryOp::Gt => Function::Greater,
                    _ => Function::GreaterOrEqual,
                };
                Ok(Bound::scalar(Expr::call(function, vec![a.expr, b.expr], ValueType::Bool), false))
            }
            BinaryOp::Concat => {
                let (a, b) = self.pair(left, right, it)?;
                Ok(self.concat(a, b))
            }
            BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide => {
                let (a, b) = self.pair(left, right, it)?;
                self.arithmetic(op, a, b, span)
            }
        }
    }

    /// `a and b and c` is one conjunction of three.
    fn flatten(&self, op: BinaryOp, expr: &ast::Expr, it: &Bound, terms: &mut Vec<Expr>) -> Result<()> {
        if let ast::Node::Binary { op: inner, left, right } = &expr.node
            && *inner == op
        {
            self.flatten(op, left, it, terms)?;
            return self.flatten(op, right, it, terms);
        }
        terms.push(self.condition(expr, it)?);
        Ok(())
    }

    fn pair(&self, left: &ast::Expr, right: &ast::Expr, it: &Bound) -> Result<(Typed, Typed)> {
        Ok((self.typed(left, it)?, self.typed(right, it)?))
    }

    fn equality(&self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, it: &Bound, span: Span) -> Result<Bound> {
        let (left, right) = (self.expr(left, it)?, self.expr(right, it)?);
        let incompatible = |a: &Bound, b: &Bound| {
            Error::operands(op.symbol(), &a.type_name(self.catalog()), &b.type_name(self.catalog()), span)
        };
        let (a, b) = match (left, right) {
            (Bound::Scalar(a), Bound::Scalar(b)) => (a, b),
            // references compare with null and with each other, by identity
            (a, b) => match (identity_with(&a, &b), identity_with(&b, &a)) {
                (Some(x), Some(y)) => (x, y),
                _ => return Err(incompatible(&a, &b)),
            },
        };
        if unify(a.ty, b.ty).is_none() {
            return Err(Error::operands(op.symbol(), &a.type_name(), &b.type_name(), span));
        }
        Ok(Bound::scalar(self.equal(op, a, b), false))
    }

    pub fn equal(&self, op: BinaryOp, a: Typed, b: Typed) -> Expr {
        let equal = op == BinaryOp::Eq;
        let null_test = if equal { Function::IsNull } else { Function::IsNotNull };
        if is_null(&b.expr) {
            return Expr::call(null_test, vec![a.expr], ValueType::Bool);
        }
        if is_null(&a.expr) {
            return Expr::call(null_test, vec![b.expr], ValueType::Bool);
        }
        if equal {
            return Expr::call(Function::Equal, vec![a.expr, b.expr], ValueType::Bool);
        }
        // v2: `x != v` holds where x is null; v1 has SQL's meaning
        if self.dialect == Dialect::V2 && !(self.is_certain(&a.expr) && self.is_certain(&b.expr)) {
            let same = Expr::call(Function::Same, vec![a.expr, b.expr], ValueType::Bool);
            return Expr::Not(Box::new(same));
        }
        Expr::call(Function::NotEqual, vec![a.expr, b.expr], ValueType::Bool)
    }

    /// Whether the value is there for every row. What .NET calls not nullable may still be computed from null.
    fn is_certain(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Value(value, _) => *value != Value::Null,
            Expr::Parameter(_) => true,
            Expr::Key(path) => path.steps.is_empty(),
            Expr::Column { path, member, .. } => {
                path.steps.is_empty() && self.catalog().member(*member).field().is_some_and(|field| !field.nullable)
            }
            _ => false,
        }
    }

    pub fn contained(&self, operand: &ast::Expr, items: &[ast::Expr], it: &Bound, span: Span) -> Result<Bound> {
        let operand = self.typed(operand, it)?;
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            let item = self.typed(item, it)?;
            if unify(operand.ty, item.ty).is_none() {
                return Err(Error::operands("in", &operand.type_name(), &item.type_name(), span));
            }
            list.push(item.expr);
        }
        Ok(Bound::scalar(Expr::In { operand: Box::new(operand.expr), items: list }, false))
    }

    fn concat(&self, a: Typed, b: Typed) -> Bound {
        let args = vec![self.text_of(a).expr, self.text_of(b).expr];
        Bound::scalar(Expr::call(Function::Concat, args, ValueType::Text), false)
    }

    /// `ToString` of a value.
    pub fn text_of(&self, value: Typed) -> Typed {
        let function = match value.ty {
            ValueType::Text | ValueType::Link | ValueType::Char | ValueType::Null => return value,
            ValueType::Int | ValueType::Long => Function::IntegerToText,
            ValueType::Decimal | ValueType::Average | ValueType::Double => Function::NumberToText,
            ValueType::Bool => Function::BoolToText,
            ValueType::Date => Function::DateToText,
            ValueType::TimeSpan => Function::SpanToText,
        };
        let expr = Expr::call(function, vec![value.expr], ValueType::Text);
        Typed { expr, ty: ValueType::Text, nullable: value.nullable }
    }

    pub fn arithmetic(&self, op: BinaryOp, a: Typed, b: Typed, span: Span) -> Result<Bound> {
        use ValueType::{Date, TimeSpan};
        let text = |t: &Typed| matches!(t.ty, ValueType::Text | ValueType::Link | ValueType::Char);
        if op == BinaryOp::Add && (text(&a) || text(&b)) {
            return Ok(self.concat(a, b));
        }
        let ty = match (op, a.ty, b.ty) {
            (BinaryOp::Divide, x, y) if x.is_number() && y.is_number() => ValueType::Double,
            (_, x, y) if x.is_number() && y.is_number() => promote(x, y),
            (BinaryOp::Add, Date, TimeSpan) | (BinaryOp::Subtract, Date, TimeSpan) => Date,
            (BinaryOp::Subtract, Date, Date) => TimeSpan,
            (BinaryOp::Add | BinaryOp::Subtract, TimeSpan, TimeSpan) => TimeSpan,
            _ => return Err(Error::operands(op.symbol(), &a.type_name(), &b.type_name(), span)),
        };
        let (function, can_be_null) = match op {
            BinaryOp::Add => (Function::Add, false),
            BinaryOp::Subtract => (Function::Subtract, false),
            BinaryOp::Multiply => (Function::Multiply, false),
            _ => (Function::Divide, true),
        };
        // a decimal stays one unless a double or a division comes in
        let ty = match (op, a.ty, b.ty) {
            (BinaryOp::Divide, ValueType::Decimal | ValueType::Average, y) if y != ValueType::Double => {
                ValueType::Average
            }
            (BinaryOp::Divide, x, ValueType::Decimal | ValueType::Average) if x != ValueType::Double => {
                ValueType::Average
            }
            _ => ty,
        };
        let nullable = a.nullable || b.nullable || can_be_null;
        Ok(Bound::scalar(Expr::call(function, vec![a.expr, b.expr], ty), nullable))
    }
}

/// Identity; of an object that has an id and meets a number, that id (the value of a custom field is such an object).
fn identity_with(bound: &Bound, other: &Bound) -> Option<Typed> {
    match (bound, other) {
        (Bound::Object { presence: Some(_), members }, Bound::Scalar(Typed { ty: ValueType::Int, .. })) => {
            members.iter().find(|(name, _)| name == "id").and_then(|(_, id)| match id {
                Bound::Scalar(id) if id.ty == ValueType::Int => Some(id.clone()),
                _ => None,
            })
        }
        (Bound::Scalar(number), Bound::Object { .. }) if number.ty == ValueType::Int => Some(number.clone()),
        _ => identity(bound),
    }
}

fn identity(bound: &Bound) -> Option<Typed> {
    match bound {
        Bound::Entity(at) => Some(Typed { expr: Expr::Key(at.path.clone()), ty: ValueType::Int, nullable: true }),
        Bound::Scalar(typed) if is_null(&typed.expr) => Some(typed.clone()),
        Bound::First(sequence) => match super::member::rewrap(sequence, Bound::Scalar(identity(&sequence.item)?)) {
            Bound::Scalar(typed) => Some(typed),
            _ => None,
        },
        // an object literal is never null
        Bound::Object { presence, .. } => presence.as_ref().map(|test| Typed {
            expr: Expr::Conditional {
                test: Box::new(test.clone()),
                then: Box::new(Expr::int(1)),
                otherwise: Box::new(Expr::null()),
                ty: ValueType::Int,
            },
            ty: ValueType::Int,
            nullable: true,
        }),
        _ => None,
    }
}

pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(Value::Null, _))
}

fn is_ordered(ty: ValueType) -> bool {
    ty != ValueType::Bool
}

/// The type both convert to without losing meaning, if there is one.
pub(super) fn unify(a: ValueType, b: ValueType) -> Option<ValueType> {
    use ValueType::{Char, Link, Null, Text};
    match (a, b) {
        (a, b) if a == b => Some(a),
        (Null, other) | (other, Null) => Some(other),
        (a, b) if a.is_number() && b.is_number() => Some(promote(a, b)),
        (Text | Char | Link, Text | Char | Link) => Some(Text),
        _ => None,
    }
}

/// The wider of two number types; the real service lets decimals widen to doubles.
pub(super) fn promote(a: ValueType, b: ValueType) -> ValueType {
    use ValueType::{Average, Decimal, Double, Int, Long};
    match (a, b) {
        (Double, _) | (_, Double) => Double,
        (Average, _) | (_, Average) => Average,
        (Decimal, _) | (_, Decimal) => Decimal,
        (Long, _) | (_, Long) => Long,
        _ => Int,
    }
}
