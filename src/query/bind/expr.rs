//! Expressions, node by node.

use super::bound::{Bound, Typed};
use super::operator::unify;
use super::statics;
use super::{Binder, Result};
use crate::query::ast::{self, Literal, Node, UnaryOp};
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::{Expr, Order};
use crate::value::{Value, ValueType};

impl Binder<'_> {
    /// Binds an expression on the element `it`.
    pub fn expr(&self, expr: &ast::Expr, it: &Bound) -> Result<Bound> {
        match &expr.node {
            Node::Literal(literal) => Ok(literal_value(literal)),
            Node::It => {
                self.spend(it.size(), expr.span)?;
                Ok(it.clone())
            }
            Node::Name(name) => self.name(name, it, expr.span),
            Node::Member { target, name } => self.dotted(target, name, it, expr.span),
            Node::Call { target: None, name, args } => self.free_call(name, args, it, expr.span),
            Node::Call { target: Some(target), name, args } => {
                let target = self.target(target, it)?;
                self.call_on(&target, name, args, it, expr.span)
            }
            Node::Index { target, index } => {
                let target = self.target(target, it)?;
                self.index(&target, index, expr.span)
            }
            Node::Cast { target, entity } => {
                let target = self.expr(target, it)?;
                self.cast(&target, entity, expr.span)
            }
            Node::Unary { op: UnaryOp::Not, operand } if self.board_words() => self.board_not(operand, it),
            Node::Unary { op: UnaryOp::Not, operand } => {
                let operand = self.typed(operand, it)?;
                self.not(operand, expr.span)
            }
            Node::Unary { op: UnaryOp::Negate, operand } => {
                let operand = self.typed(operand, it)?;
                if !operand.ty.is_number() && operand.ty != ValueType::TimeSpan {
                    return Err(Error::operand("-", &operand.type_name(), expr.span));
                }
                let Typed { expr, ty, nullable } = operand;
                match expr {
                    Expr::Value(Value::Int(n), ty) => return Ok(Bound::scalar(Expr::Value(Value::Int(-n), ty), false)),
                    Expr::Value(Value::Real(x), ty) => {
                        return Ok(Bound::scalar(Expr::Value(Value::Real(-x), ty), false));
                    }
                    _ => {}
                }
                Ok(Bound::scalar(Expr::call(Function::Negate, vec![expr], ty), nullable))
            }
            Node::Binary { op, left, right } => self.binary(*op, left, right, it, expr.span),
            Node::In { operand, items } => self.contained(operand, items, it, expr.span),
            Node::Conditional { test, then, otherwise } => {
                let test = self.condition(test, it)?;
                let then = self.expr(then, it)?;
                let otherwise = self.expr(otherwise, it)?;
                self.choose(test, then, otherwise, expr.span)
            }
            Node::Object(properties) => {
                let mut members: Vec<(String, Bound)> = Vec::new();
                for (name, bound) in self.properties(properties, it)? {
                    members.push((name, bound));
                }
                Ok(Bound::Object { presence: None, members })
            }
            Node::Board(board) => self.board(board, it, expr.span),
        }
    }

    /// A name on its own: a member of `it`, a static type, a surrogate.
    fn name(&self, name: &str, it: &Bound, span: ast::Span) -> Result<Bound> {
        match self.member(it, name, span) {
            Err(e) if e.token.starts_with("Property") => match statics::surrogate(name) {
                Some(expr) => Ok(Bound::scalar(expr, false)),
                None => Err(e),
            },
            other => other,
        }
    }

    fn dotted(&self, target: &ast::Expr, name: &str, it: &Bound, span: ast::Span) -> Result<Bound> {
        let target = self.target(target, it)?;
        self.member(&target, name, span)
    }

    /// The target of a member or call: here a leading name may be a CLR type.
    fn target(&self, target: &ast::Expr, it: &Bound) -> Result<Bound> {
        if let Node::Name(name) = &target.node
            && let Some(ty) = statics::static_type(name)
        {
            return Ok(Bound::Static(ty));
        }
        self.expr(target, it)
    }

    /// An expression that must be one value.
    pub fn typed(&self, expr: &ast::Expr, it: &Bound) -> Result<Typed> {
        let bound = self.expr(expr, it)?;
        self.value_of(bound, expr.span)
    }

    pub fn value_of(&self, bound: Bound, span: ast::Span) -> Result<Typed> {
        match bound {
            Bound::Scalar(typed) => Ok(typed),
            _ => Err(Error::expected("value", span)),
        }
    }

    /// An expression in a boolean position; `bool?` counts as false when null.
    pub fn condition(&self, expr: &ast::Expr, it: &Bound) -> Result<Expr> {
        match self.expr(expr, it)? {
            Bound::Scalar(Typed { expr, ty: ValueType::Bool, .. }) => Ok(expr),
            Bound::Sequence(sequence) if self.board_words() => Ok(super::board::exists(&sequence)),
            _ => Err(Error::expected("Boolean", expr.span)),
        }
    }

    fn not(&self, operand: Typed, span: ast::Span) -> Result<Bound> {
        match operand.ty {
            ValueType::Bool => Ok(Bound::scalar(Expr::Not(Box::new(operand.expr)), operand.nullable)),
            // .NET's `!` on an integer is the complement; the real service answers, it does not refuse
            ValueType::Int | ValueType::Long => {
                let ty = operand.ty;
                Ok(Bound::scalar(Expr::call(Function::Complement, vec![operand.expr], ty), operand.nullable))
            }
            _ => Err(Error::operand("not", &operand.type_name(), span)),
        }
    }

    pub fn choose(&self, test: Expr, then: Bound, otherwise: Bound, span: ast::Span) -> Result<Bound> {
        match (then, otherwise) {
            (Bound::Scalar(a), Bound::Scalar(b)) => {
                let Some(ty) = unify(a.ty, b.ty) else {
                    let data = vec![("type1", a.type_name()), ("type2", b.type_name())];
                    let token = "Neither of the types '{type1}' and '{type2}' converts to the other.";
                    return Err(Error::new(token, data, span));
                };
                let nullable = a.nullable || b.nullable || a.ty == ValueType::Null || b.ty == ValueType::Null;
                let expr =
                    Expr::Conditional { test: Box::new(test), then: Box::new(a.expr), otherwise: Box::new(b.expr), ty };
                Ok(Bound::scalar(expr, nullable))
            }
            (Bound::Scalar(Typed { ty: ValueType::Null, .. }), Bound::Object { presence, members }) => {
                let test = Expr::Not(Box::new(test));
                Ok(Bound::Object { presence: Some(both(presence, test)), members })
            }
            (Bound::Object { presence, members }, Bound::Scalar(Typed { ty: ValueType::Null, .. })) => {
                Ok(Bound::Object { presence: Some(both(presence, test)), members })
            }
            (a, b) => {
                let catalog = self.catalog();
                let data = vec![("type1", a.type_name(catalog)), ("type2", b.type_name(catalog))];
                let token = "Neither of the types '{type1}' and '{type2}' converts to the other.";
                Err(Error::new(token, data, span))
            }
        }
    }

    fn cast(&self, target: &Bound, entity: &str, span: ast::Span) -> Result<Bound> {
        let Some(wanted) = self.catalog().named(entity) else { return Err(Error::unknown_type(entity, span)) };
        match target {
            Bound::Entity(at) => {
                let path = at.path.then(crate::query::ir::Step::Cast(wanted.id));
                Ok(Bound::Entity(super::bound::At { path, entity: wanted.id }))
            }
            Bound::First(sequence) => {
                let item = self.cast(&sequence.item, entity, span)?;
                Ok(super::member::rewrap(sequence, item))
            }
            other => Err(Error::no_method("as", &other.type_name(self.catalog()), span)),
        }
    }

    /// Keys of an ordering. References are ordered by what they refer to.
    pub fn orders(&self, orders: &[ast::Order], it: &Bound) -> Result<Vec<Order>> {
        orders
            .iter()
            .map(|order| {
                let key = match self.expr(&order.key, it)? {
                    Bound::Entity(at) => Expr::Key(at.path),
                    other => self.value_of(other, order.key.span)?.expr,
                };
                Ok(Order { key, descending: order.descending })
            })
            .collect()
    }
}

fn both(presence: Option<Expr>, test: Expr) -> Expr {
    match presence {
        Some(presence) => Expr::And(vec![presence, test]),
        None => test,
    }
}

fn literal_value(literal: &Literal) -> Bound {
    let (value, ty) = match literal {
        Literal::Null => (Value::Null, ValueType::Null),
        Literal::Bool(b) => (Value::Bool(*b), ValueType::Bool),
        Literal::Integer(n) => match i64::try_from(*n) {
            Ok(i) if i32::try_from(i).is_ok() => (Value::Int(i), ValueType::Int),
            Ok(i) => (Value::Int(i), ValueType::Long),
            Err(_) => (Value::Real(*n as f64), ValueType::Double),
        },
        Literal::Real { value, .. } => (Value::Real(*value), ValueType::Double),
        Literal::Text(text) => (Value::Text(text.clone()), ValueType::Text),
        Literal::Char(c) => (Value::Text(c.to_string()), ValueType::Char),
    };
    Bound::Scalar(Typed { expr: Expr::Value(value, ty), ty, nullable: ty == ValueType::Null })
}
