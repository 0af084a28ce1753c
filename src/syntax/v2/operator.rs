//! Operators: the precedence table, and the rules that it orders.

use std::sync::LazyLock;

use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::grammar::Rule;
use super::operand::{arguments, operand};
use crate::query::ast::{BinaryOp, Expr, Node, Span, UnaryOp};
use crate::syntax::Error;
use crate::syntax::pair::{children, span, unexpected};

/// Loosest first. Every comparison has a level of its own, and `not` binds tighter than all of them:
/// `not a == b` is `(not a) == b`. This is the order of the vendor's grammar of 2020; its conditional is
/// looser still and stands in the rule `expression`.
static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::or))
        .op(left(Rule::and))
        .op(left(Rule::ne))
        .op(left(Rule::eq))
        .op(left(Rule::le))
        .op(left(Rule::lt))
        .op(left(Rule::ge))
        .op(left(Rule::gt))
        .op(Op::postfix(Rule::membership))
        .op(left(Rule::concat))
        .op(left(Rule::add) | left(Rule::subtract))
        .op(left(Rule::multiply) | left(Rule::divide))
        .op(Op::prefix(Rule::not) | Op::prefix(Rule::negate))
});

/// A condition takes the whole conditional before it as its test.
pub(super) fn expression(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let mut parts = pair.into_inner();
    let first = parts.next().unwrap_or_else(|| unreachable!("an expression is never empty"));
    parts.try_fold(operation(first)?, branch)
}

fn branch(test: Expr, pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let span = Span { start: test.span.start, end: span(&pair).end };
    let [then, otherwise] = children(pair);
    let node = Node::Conditional {
        test: Box::new(test),
        then: Box::new(expression(then)?),
        otherwise: Box::new(operation(otherwise)?),
    };
    Ok(Expr::new(node, span))
}

fn operation(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    PRECEDENCE
        .map_primary(operand)
        .map_prefix(|pair, operand| prefix(&pair, operand))
        .map_postfix(membership)
        .map_infix(|left, pair, right| infix(left, &pair, right))
        .parse(pair.into_inner())
}

fn prefix(pair: &Pair<'_, Rule>, operand: Result<Expr, Error>) -> Result<Expr, Error> {
    let operand = operand?;
    let op = match pair.as_rule() {
        Rule::not => UnaryOp::Not,
        Rule::negate => UnaryOp::Negate,
        _ => unexpected(pair),
    };
    let span = Span { start: span(pair).start, end: operand.span.end };
    Ok(Expr::new(Node::Unary { op, operand: Box::new(operand) }, span))
}

fn membership(operand: Result<Expr, Error>, pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let operand = operand?;
    let span = Span { start: operand.span.start, end: span(&pair).end };
    let members = pair.into_inner().find(|pair| pair.as_rule() == Rule::members);
    let items = members.map(arguments).transpose()?.unwrap_or_default();
    Ok(Expr::new(Node::In { operand: Box::new(operand), items }, span))
}

fn infix(left: Result<Expr, Error>, pair: &Pair<'_, Rule>, right: Result<Expr, Error>) -> Result<Expr, Error> {
    let (left, right) = (left?, right?);
    let op = match pair.as_rule() {
        Rule::or => BinaryOp::Or,
        Rule::and => BinaryOp::And,
        Rule::ne => BinaryOp::Ne,
        Rule::eq => BinaryOp::Eq,
        Rule::le => BinaryOp::Le,
        Rule::lt => BinaryOp::Lt,
        Rule::ge => BinaryOp::Ge,
        Rule::gt => BinaryOp::Gt,
        Rule::concat => BinaryOp::Concat,
        Rule::add => BinaryOp::Add,
        Rule::subtract => BinaryOp::Subtract,
        Rule::multiply => BinaryOp::Multiply,
        Rule::divide => BinaryOp::Divide,
        _ => unexpected(pair),
    };
    let span = Span { start: left.span.start, end: right.span.end };
    Ok(Expr::new(Node::Binary { op, left: Box::new(left), right: Box::new(right) }, span))
}
