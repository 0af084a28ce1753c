//! Conditions: connectives, comparisons, sums.

use std::sync::LazyLock;

use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::grammar::Rule;
use super::operand::operand;
use crate::query::ast::{BinaryOp, Board, Expr, Node, Span, UnaryOp};
use crate::syntax::Error;
use crate::syntax::pair::{first, span, unexpected};

/// Loosest first. Other than in the expressions of API v2, `not` takes a whole comparison.
static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::or, Assoc::Left))
        .op(Op::infix(Rule::and, Assoc::Left))
        .op(Op::prefix(Rule::not))
});

pub(super) fn condition(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    PRECEDENCE
        .map_primary(comparison)
        .map_prefix(|pair, operand| not(&pair, operand))
        .map_infix(|left, pair, right| connective(left, &pair, right))
        .parse(pair.into_inner())
}

fn not(pair: &Pair<'_, Rule>, operand: Result<Expr, Error>) -> Result<Expr, Error> {
    let operand = operand?;
    let span = Span { start: span(pair).start, end: operand.span.end };
    Ok(Expr::new(Node::Unary { op: UnaryOp::Not, operand: Box::new(operand) }, span))
}

fn connective(left: Result<Expr, Error>, pair: &Pair<'_, Rule>, right: Result<Expr, Error>) -> Result<Expr, Error> {
    let op = match pair.as_rule() {
        Rule::or => BinaryOp::Or,
        Rule::and => BinaryOp::And,
        _ => unexpected(pair),
    };
    Ok(binary(op, left?, right?))
}

fn comparison(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let mut parts = pair.into_inner();
    let left = parts.next().unwrap_or_else(|| unreachable!("a comparison is never empty"));
    let left = sum(left)?;
    let (Some(relation), Some(right)) = (parts.next(), parts.next()) else {
        return Ok(left);
    };
    Ok(self::relation(left, relation, sum(right)?))
}

fn relation(left: Expr, pair: Pair<'_, Rule>, right: Expr) -> Expr {
    let relation = first(pair);
    let op = match relation.as_rule() {
        Rule::is | Rule::within => return sided(left, relation, right),
        Rule::ne => BinaryOp::Ne,
        Rule::eq => BinaryOp::Eq,
        Rule::le => BinaryOp::Le,
        Rule::lt => BinaryOp::Lt,
        Rule::ge => BinaryOp::Ge,
        Rule::gt => BinaryOp::Gt,
        _ => unexpected(&relation),
    };
    binary(op, left, right)
}

/// `is` and `in`, both with or without a `not`.
fn sided(left: Expr, pair: Pair<'_, Rule>, right: Expr) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end };
    let (left, right) = (Box::new(left), Box::new(right));
    let is = pair.as_rule() == Rule::is;
    let negated = pair.into_inner().any(|pair| pair.as_rule() == Rule::not);
    let node =
        if is { Board::Is { left, right, negated } } else { Board::Within { needle: left, field: right, negated } };
    Expr::new(Node::Board(node), span)
}

fn sum(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let mut parts = pair.into_inner();
    let start = parts.next().unwrap_or_else(|| unreachable!("a sum is never empty"));
    let mut left = operand(start)?;
    while let (Some(sign), Some(right)) = (parts.next(), parts.next()) {
        let op = if sign.as_str().starts_with('+') { BinaryOp::Add } else { BinaryOp::Subtract };
        left = binary(op, left, operand(right)?);
    }
    Ok(left)
}

fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    let span = Span { start: left.span.start, end: right.span.end };
    Expr::new(Node::Binary { op, left: Box::new(left), right: Box::new(right) }, span)
}
