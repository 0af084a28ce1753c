//! The board filter: its words, comparisons that know names and days, and plain words to search for.
//!
//! Source: the vendor's help for filters and the filters its user interface ships.

use super::bound::{At, Bound, Sequence, Typed};
use super::operator::{is_null, unify};
use super::timebox::Lies;
use super::{Binder, Dialect, Result};
use crate::catalog::{FieldRole, MemberKind};
use crate::query::ast::{self, BinaryOp, Board, Node, Span, Unit};
use crate::query::error::Error;
use crate::query::function::Function;
use crate::query::ir::{Expr, Fold, FoldBy, Parameter};
use crate::value::{Value, ValueType};

const DAY: i64 = 86_400_000;

impl Binder<'_> {
    /// A condition in the words of the boards.
    pub fn board_condition(&self, condition: &ast::Expr, it: &Bound) -> Result<Expr> {
        self.speaking(Dialect::Board, |binder| binder.condition(condition, it))
    }

    /// Rows in whose name all words occur; a number, with or without `#`, may be the id instead.
    pub fn words(&self, words: &[String], at: &At) -> Result<Vec<Expr>> {
        let mut tests = Vec::new();
        for word in words {
            let mut ways = Vec::new();
            if let Some(name) = self.name_of(at)? {
                ways.push(call(Function::Contains, vec![name, Expr::text(word.as_str())]));
            }
            if let Ok(id) = word.trim_start_matches('#').parse::<i64>() {
                ways.push(call(Function::Equal, vec![Expr::Key(at.path.clone()), Expr::int(id)]));
            }
            tests.push(Expr::Or(ways));
        }
        Ok(tests)
    }

    /// Whether the words of the board filter are spoken.
    pub fn board_words(&self) -> bool {
        self.dialect == Dialect::Board
    }

    pub fn board(&self, board: &Board, it: &Bound, span: Span) -> Result<Bound> {
        match board {
            Board::Me => Ok(Bound::scalar(Expr::Parameter(Parameter::Me), false)),
            Board::Today => Ok(Bound::scalar(Expr::Parameter(Parameter::Today), false)),
            Board::Duration { amount, unit } => {
                let span = i64::from(*amount) * days(*unit) * DAY;
                Ok(Bound::scalar(Expr::Value(Value::Int(span), ValueType::TimeSpan), false))
            }
            Board::Is { left, right, negated } => {
                let op = if *negated { BinaryOp::Ne } else { BinaryOp::Eq };
                self.board_binary(op, left, right, it, span)
            }
            Board::Within { needle, field, negated } => {
                let needle = self.typed(needle, it)?;
                let text = match self.expr(field, it)? {
                    Bound::Entity(at) => self.name_of(&at)?,
                    Bound::Scalar(typed) if unify(typed.ty, ValueType::Text).is_some() => Some(typed.expr),
                    _ => None,
                };
                let (Some(text), ValueType::Text | ValueType::Char) = (text, needle.ty) else {
                    return Err(Error::expected("String", field.span));
                };
                let within = call(Function::Contains, vec![text, needle.expr]);
                Ok(Bound::scalar(if *negated { not(within) } else { within }, false))
            }
            Board::Current | Board::Past(_) | Board::Future(_) => Err(Error::expected("Boolean", span)),
        }
    }

    pub fn board_not(&self, operand: &ast::Expr, it: &Bound) -> Result<Bound> {
        Ok(Bound::scalar(not(self.condition(operand, it)?), false))
    }

    /// Comparisons and sums.
    pub fn board_binary(
        &self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        it: &Bound,
        span: Span,
    ) -> Result<Bound> {
        if matches!(op, BinaryOp::Add | BinaryOp::Subtract) {
            return self.board_sum(op, left, right, it, span);
        }
        let a = self.expr(left, it)?;
        if let Some(lies) = lies(right) {
            let test = match (&a, op) {
                (Bound::Entity(at), BinaryOp::Eq | BinaryOp::Ne) => self.timebox(at, lies)?,
                _ => None,
            };
            let Some(test) = test else { return Err(self.incompatible(op, &a, &Bound::Static("Timebox"), span)) };
            return Ok(Bound::scalar(if op == BinaryOp::Ne { not(test) } else { test }, false));
        }
        let b = self.expr(right, it)?;
        match op {
            BinaryOp::Eq => self.same(&a, &b, op, span),
            BinaryOp::Ne => match self.same(&a, &b, op, span)? {
                Bound::Scalar(typed) => Ok(Bound::scalar(not(typed.expr), false)),
                other => Ok(other),
            },
            _ => {
                let (Bound::Scalar(x), Bound::Scalar(y)) = (&a, &b) else {
                    return Err(self.incompatible(op, &a, &b, span));
                };
                let (x, y) = (self.dated(x, y), self.dated(y, x));
                if x.ty == ValueType::Bool || unify(x.ty, y.ty).is_none() {
                    return Err(self.incompatible(op, &a, &b, span));
                }
                let function = match op {
                    BinaryOp::Lt => Function::Less,
                    BinaryOp::Le => Function::LessOrEqual,
                    BinaryOp::Gt => Function::Greater,
                    _ => Function::GreaterOrEqual,
                };
                Ok(Bound::scalar(call(function, vec![x.expr, y.expr]), false))
            }
        }
    }

    fn incompatible(&self, op: BinaryOp, a: &Bound, b: &Bound, span: Span) -> Error {
        let names = (a.type_name(self.catalog()), b.type_name(self.catalog()));
        Error::operands(op.symbol(), &names.0, &names.1, span)
    }

    /// Equality: of values, of an entity with its name, its key or another entity, of dates by their day.
    fn same(&self, a: &Bound, b: &Bound, op: BinaryOp, span: Span) -> Result<Bound> {
        let test = match (a, b) {
            (Bound::Scalar(value), Bound::Scalar(none)) if is_null(&none.expr) => empty(value),
            (Bound::Sequence(sequence), Bound::Scalar(none)) if is_null(&none.expr) => not(exists(sequence)),
            (Bound::Scalar(x), Bound::Scalar(y)) => {
                let (x, y) = (self.dated(x, y), self.dated(y, x));
                if unify(x.ty, y.ty).is_none() {
                    return Err(self.incompatible(op, a, b, span));
                }
                let day = |value: Typed| match value.ty {
                    ValueType::Date => Expr::call(Function::DateOnly, vec![value.expr], ValueType::Date),
                    _ => value.expr,
                };
                call(Function::Equal, vec![day(x), day(y)])
            }
            (Bound::Entity(at), Bound::Scalar(value)) => match value.ty {
                ValueType::Null => call(Function::IsNull, vec![Expr::Key(at.path.clone())]),
                ValueType::Int | ValueType::Long => {
                    call(Function::Equal, vec![Expr::Key(at.path.clone()), value.expr.clone()])
                }
                ValueType::Text | ValueType::Char => match self.name_of(at)? {
                    Some(name) => call(Function::Equal, vec![name, value.expr.clone()]),
                    None => return Err(self.incompatible(op, a, b, span)),
                },
                _ => return Err(self.incompatible(op, a, b, span)),
            },
            (Bound::Entity(x), Bound::Entity(y)) => {
                call(Function::Equal, vec![Expr::Key(x.path.clone()), Expr::Key(y.path.clone())])
            }
            (Bound::Object { presence: Some(test), .. }, Bound::Scalar(none)) if is_null(&none.expr) => {
                not(test.clone())
            }
            _ => return Err(self.incompatible(op, a, b, span)),
        };
        Ok(Bound::scalar(test, false))
    }

    /// A text that meets a date is one.
    fn dated(&self, value: &Typed, other: &Typed) -> Typed {
        let Expr::Value(Value::Text(text), _) = &value.expr else { return value.clone() };
        match crate::date::parse_date(text, self.scene.zone).filter(|_| other.ty == ValueType::Date) {
            Some(at) => {
                Typed { expr: Expr::Value(Value::Int(at), ValueType::Date), ty: ValueType::Date, nullable: false }
            }
            None => value.clone(),
        }
    }

    fn board_sum(&self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, it: &Bound, span: Span) -> Result<Bound> {
        let a = self.typed(left, it)?;
        if let (ValueType::Date, Node::Board(Board::Duration { amount, unit })) = (a.ty, &right.node) {
            let amount = i64::from(*amount) * if op == BinaryOp::Add { 1 } else { -1 };
            let (function, amount) = match unit {
                Unit::Day => (Function::AddDays, amount),
                Unit::Week => (Function::AddDays, 7 * amount),
                Unit::Month => (Function::AddMonths, amount),
                Unit::Year => (Function::AddYears, amount),
            };
            return Ok(Bound::scalar(
                Expr::call(function, vec![a.expr, Expr::int(amount)], ValueType::Date),
                a.nullable,
            ));
        }
        let b = self.typed(right, it)?;
        self.arithmetic(op, a, b, span)
    }

    /// What an entity is called: its name, or a user's full name.
    fn name_of(&self, at: &At) -> Result<Option<Expr>> {
        let entity = self.catalog().entity(at.entity);
        let Some(member) = ["Name", "FullName"].into_iter().find_map(|n| entity.member(n)) else { return Ok(None) };
        match self.known_member(at, member, Span::default())? {
            Bound::Scalar(typed) => Ok(Some(typed.expr)),
            _ => Ok(None),
        }
    }

    /// `where` of a collection in the words of the boards. `It is None` asks for no item at all.
    pub fn board_where(&self, sequence: &Sequence, test: &ast::Expr) -> Result<Option<Bound>> {
        match &test.node {
            Node::Binary { op: BinaryOp::Or, left, right } => {
                let (a, b) = (self.board_where(sequence, left)?, self.board_where(sequence, right)?);
                if a.is_none() && b.is_none() {
                    return Ok(None);
                }
                let any = |found: Option<Bound>, test: &ast::Expr| match found {
                    Some(Bound::Scalar(typed)) => Ok(typed.expr),
                    _ => Ok(exists(&super::sequence::with_filter(sequence, self.condition(test, &sequence.item)?))),
                };
                Ok(Some(Bound::scalar(Expr::Or(vec![any(a, left)?, any(b, right)?]), false)))
            }
            Node::Board(Board::Is { left, right, negated }) if is_no_item(left, right) => {
                let some = exists(sequence);
                Ok(Some(Bound::scalar(if *negated { some } else { not(some) }, false)))
            }
            Node::Binary { op: op @ (BinaryOp::Eq | BinaryOp::Ne), left, right } if is_no_item(left, right) => {
                let some = exists(sequence);
                Ok(Some(Bound::scalar(if *op == BinaryOp::Ne { some } else { not(some) }, false)))
            }
            _ => Ok(None),
        }
    }

    /// The names of an entity's tags, where `text` is the text that joins them.
    pub fn tags(&self, text: &Typed) -> Option<Sequence> {
        let Expr::Column { path, member, .. } = &text.expr else { return None };
        let MemberKind::Field(field) = &self.catalog().member(*member).kind else { return None };
        if field.role != FieldRole::Tags {
            return None;
        }
        let at = At { path: path.clone(), entity: member.entity };
        let collection = self.catalog().entity(at.entity).member("TagObjects")?;
        let mut sequence = self.collection(&at, collection);
        let Bound::Entity(tag) = sequence.item.as_ref() else { return None };
        let name = Bound::scalar(self.name_of(tag).ok()??, false);
        sequence.item = Box::new(name);
        Some(sequence)
    }
}

pub(super) fn exists(sequence: &Sequence) -> Expr {
    Expr::Fold(Box::new(Fold { rows: sequence.rows.clone(), by: FoldBy::Exists, ty: ValueType::Bool }))
}

/// No value: null, and for texts the empty one too.
fn empty(value: &Typed) -> Expr {
    let null = call(Function::IsNull, vec![value.expr.clone()]);
    match value.ty {
        ValueType::Text => Expr::Or(vec![null, call(Function::Equal, vec![value.expr.clone(), Expr::text("")])]),
        _ => null,
    }
}

/// The negation of a test that counts as false where it is unknown.
fn not(test: Expr) -> Expr {
    let no = Expr::Value(Value::Bool(false), ValueType::Bool);
    Expr::Not(Box::new(call(Function::Coalesce, vec![test, no])))
}

fn call(function: Function, args: Vec<Expr>) -> Expr {
    Expr::call(function, args, ValueType::Bool)
}

fn is_no_item(left: &ast::Expr, right: &ast::Expr) -> bool {
    matches!((&left.node, &right.node), (Node::It, Node::Literal(ast::Literal::Null)))
}

fn lies(expr: &ast::Expr) -> Option<Lies> {
    match &expr.node {
        Node::Board(Board::Current) => Some(Lies::Now),
        Node::Board(Board::Past(count)) => Some(Lies::Past(*count)),
        Node::Board(Board::Future(count)) => Some(Lies::Future(*count)),
        _ => None,
    }
}

fn days(unit: Unit) -> i64 {
    match unit {
        Unit::Day => 1,
        Unit::Week => 7,
        Unit::Month => 30,
        Unit::Year => 365,
    }
}
