//! One function per query parameter: its text → tree.

use pest::iterators::Pair;

use super::grammar::{self, Rule};
use super::object::properties;
use super::operator::expression;
use crate::query::ast::{Expr, Node, Order};
use crate::syntax::Error;
use crate::syntax::pair::{first, span, unexpected};

/// `where` and `result`.
pub fn parse_expression(text: &str) -> Result<Expr, Error> {
    query(grammar::parse(Rule::query, text)?)
}

/// `select`: an expression, or the list of an object without its braces.
///
/// The second form is not in the grammar of the service, yet its documentation uses it. It is tried only
/// when the first fails, whose error is the one to report.
pub fn parse_select(text: &str) -> Result<Expr, Error> {
    let strict = match grammar::parse(Rule::query, text) {
        Ok(pair) => return query(pair),
        Err(error) => error,
    };
    match grammar::parse(Rule::selection, text) {
        Ok(pair) => {
            let span = span(&pair);
            Ok(Expr::new(Node::Object(properties(pair)?), span))
        }
        Err(_) => Err(strict),
    }
}

/// `orderBy`: keys in the order they count.
pub fn parse_ordering(text: &str) -> Result<Vec<Order>, Error> {
    let ordering = grammar::parse(Rule::ordering, text)?;
    ordering.into_inner().filter(|pair| pair.as_rule() == Rule::key).map(key).collect()
}

fn query(pair: Pair<'_, Rule>) -> Result<Expr, Error> {
    expression(first(pair))
}

fn key(pair: Pair<'_, Rule>) -> Result<Order, Error> {
    let mut parts = pair.into_inner();
    let key = parts.next().unwrap_or_else(|| unreachable!("a key begins with an expression"));
    let descending = match parts.next() {
        None => false,
        Some(direction) => match direction.as_rule() {
            Rule::ascending => false,
            Rule::descending => true,
            _ => unexpected(&direction),
        },
    };
    Ok(Order { key: expression(key)?, descending })
}
