//! Operands: a primary and the steps away from it.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::literal::literal;
use super::object::object;
use super::operator::expression;
use crate::query::ast::{Expr, Node, Span};
use crate::syntax::Error;
use crate::syntax::literal::inner;
use crate::syntax::pair::{first, span, unexpected};

pub(super) fn operand(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let mut parts = pair.into_inner();
    let start = parts.next().unwrap_or_else(|| unreachable!("an operand is never empty"));
    parts.try_fold(primary(start)?, suffix)
}

fn primary(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let span = span(&pair);
    let node = match pair.as_rule() {
        Rule::expression => return expression(pair),
        Rule::object => object(pair)?,
        Rule::literal => Node::Literal(literal(pair)?),
        Rule::reference => reference(pair)?,
        Rule::bracketed => Node::Name(inner(pair.as_str()).to_owned()),
        _ => unexpected(&pair),
    };
    Ok(Expr::new(node, span))
}

/// `it`, in any case, is the element; a function may still be called so.
fn reference(pair: Pair<'_, Rule>) -> Result<Node, Error> {
    let (name, args) = called(pair)?;
    Ok(match args {
        Some(args) => Node::Call { target: None, name, args },
        None if name.eq_ignore_ascii_case("it") => Node::It,
        None => Node::Name(name),
    })
}

fn suffix(target: Expr, pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    let span = Span { start: target.span.start, end: span(&pair).end };
    let node = match pair.as_rule() {
        Rule::cast => cast(target, pair),
        Rule::member => member(target, pair)?,
        Rule::index => Node::Index { target: Box::new(target), index: literal(first(pair))? },
        _ => unexpected(&pair),
    };
    Ok(Expr::new(node, span))
}

fn cast(target: Expr, pair: Pair<'_, Rule>) -> Node {
    let kind = pair.into_inner().find(|pair| pair.as_rule() == Rule::kind);
    let entity = kind.map(|kind| first(kind).as_str().to_owned()).unwrap_or_default();
    Node::Cast { target: Box::new(target), entity }
}

fn member(target: Expr, pair: Pair<'_, Rule>) -> Result<Node, Error> {
    let (name, args) = called(pair)?;
    let target = Box::new(target);
    Ok(match args {
        Some(args) => Node::Call { target: Some(target), name, args },
        None => Node::Member { target, name },
    })
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
    Ok((name, parts.next().map(arguments).transpose()?))
}

/// The expressions in `call` or `members`.
pub(super) fn arguments(pair: Pair<'_, Rule>) -> Result<Vec<Expr>, Error> {
    pair.into_inner().map(expression).collect()
}
