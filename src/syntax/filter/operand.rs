//! Operands: literals, words of the boards, fields and their members.

use pest::iterators::Pair;

use super::condition::condition;
use super::grammar::Rule;
use crate::query::ast::{Board, Expr, Literal, Node, Span, UnaryOp, Unit};
use crate::syntax::literal::{inner, integer, real, unquote};
use crate::syntax::pair::{children, first, span, unexpected};
use crate::syntax::{Error, Kind};

pub(super) fn operand(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let mut parts = pair.into_inner();
    let start = parts.next().unwrap_or_else(|| unreachable!("an operand is never empty"));
    parts.try_fold(primary(start)?, member)
}

fn primary(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let span = span(&pair);
    let node = match pair.as_rule() {
        Rule::condition => return condition(pair),
        Rule::negation => negation(pair)?,
        Rule::text => Node::Literal(Literal::Text(unquote(pair.as_str().trim_end()))),
        Rule::duration => Node::Board(duration(pair)?),
        Rule::number => Node::Literal(number(&pair)?),
        Rule::word => word(first(pair))?,
        Rule::reference => reference(pair)?,
        Rule::bracketed => Node::Name(inner(pair.as_str()).to_owned()),
        _ => unexpected(&pair),
    };
    Ok(Expr::new(node, span))
}

fn negation(pair: Pair<'_, Rule>) -> Result<Node, Error> {
    let operand = Box::new(operand(first(pair))?);
    Ok(Node::Unary { op: UnaryOp::Negate, operand })
}

fn duration(pair: Pair<'_, Rule>) -> Result<Board, Error> {
    let [amount, unit] = children(pair);
    Ok(Board::Duration { amount: small(&amount)?, unit: self::unit(&unit) })
}

fn unit(pair: &Pair<'_, Rule>) -> Unit {
    match pair.as_str().to_ascii_lowercase().trim_end_matches('s') {
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "year" => Unit::Year,
        _ => unexpected(pair),
    }
}

fn number(pair: &Pair<'_, Rule>) -> Result<Literal, Error> {
    let text = pair.as_str();
    if text.contains('.') { real(text, span(pair)) } else { integer(text, span(pair)) }
}

fn word(pair: Pair<'_, Rule>) -> Result<Node, Error> {
    Ok(match pair.as_rule() {
        Rule::past => Node::Board(Board::Past(count(pair)?)),
        Rule::future => Node::Board(Board::Future(count(pair)?)),
        Rule::me => Node::Board(Board::Me),
        Rule::today => Node::Board(Board::Today),
        Rule::current => Node::Board(Board::Current),
        Rule::none => Node::Literal(Literal::Null),
        Rule::boolean => Node::Literal(Literal::Bool(pair.as_str().eq_ignore_ascii_case("true"))),
        Rule::it => Node::It,
        _ => unexpected(&pair),
    })
}

/// The number in brackets behind `past` or `future`.
fn count(pair: Pair<'_, Rule>) -> Result<Option<u32>, Error> {
    let count = pair.into_inner().find(|pair| pair.as_rule() == Rule::count);
    count.map(|count| small(&first(count))).transpose()
}

fn small(pair: &Pair<'_, Rule>) -> Result<u32, Error> {
    let kind = || Kind::InvalidInteger(pair.as_str().to_owned());
    pair.as_str().parse().map_err(|_| Error { span: span(pair), kind: kind() })
}

fn reference(pair: Pair<'_, Rule>) -> Result<Node, Error> {
    let (name, args) = called(pair)?;
    Ok(match args {
        Some(args) => Node::Call { target: None, name, args },
        None => Node::Name(name),
    })
}

fn member(target: Expr, pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let span = Span { start: target.span.start, end: span(&pair).end };
    let (name, args) = called(pair)?;
    let target = Box::new(target);
    let node = match args {
        Some(args) => Node::Call { target: Some(target), name, args },
        None => Node::Member { target, name },
    };
    Ok(Expr::new(node, span))
}

/// The name in `reference` or `member`, and the arguments if it is called.
fn called(pair: Pair<'_, Rule>) -> Result<(String, Option<Vec<Expr>>), Error> {
    let mut parts = pair.into_inner();
    let name = parts.next().unwrap_or_else(|| unreachable!("a reference begins with a name"));
    let name = match name.as_rule() {
        Rule::identifier => name.as_str().to_owned(),
        Rule::bracketed => inner(name.as_str()).to_owned(),
        _ => unexpected(&name),
    };
    let args = parts.next().map(|call| call.into_inner().map(condition).collect());
    Ok((name, args.transpose()?))
}
