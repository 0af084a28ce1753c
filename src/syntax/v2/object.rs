//! Objects: properties, and the names the client gave them.

use pest::iterators::Pair;

use super::grammar::Rule;
use super::operator::expression;
use crate::query::ast::{Node, Property};
use crate::syntax::Error;
use crate::syntax::pair::first;

pub(super) fn object(pair: Pair<'_, Rule>) -> Result<Node, Error> {
    properties(pair).map(Node::Object)
}

/// The properties in `object` or `selection`.
pub(super) fn properties(pair: Pair<'_, Rule>) -> Result<Vec<Property>, Error> {
    pair.into_inner().filter(|pair| pair.as_rule() == Rule::property).map(property).collect()
}

/// `name: value`, `value as name` or `value`. A nested object opens no scope, so nothing is remembered here.
fn property(pair: Pair<'_, Rule>) -> Result<Property, Error> {
    let mut alias = None;
    let mut value = None;
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::label => alias = Some(first(part).as_str().to_owned()),
            Rule::alias => alias = self::alias(part),
            _ => value = Some(part),
        }
    }
    let value = value.unwrap_or_else(|| unreachable!("a property has a value"));
    let text = value.as_str().trim().to_owned();
    Ok(Property { alias, value: expression(value)?, text })
}

fn alias(pair: Pair<'_, Rule>) -> Option<String> {
    let name = pair.into_inner().find(|pair| pair.as_rule() == Rule::identifier);
    name.map(|name| name.as_str().to_owned())
}
