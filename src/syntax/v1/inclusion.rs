//! `include`, `append` and `exclude` → lists of [`Inclusion`], one function per rule of `v1.pest`.

use pest::iterators::Pair;

use super::grammar::{self, Rule};
use crate::query::ast::{Inclusion, Span};
use crate::syntax::Error;
use crate::syntax::pair::{span, unexpected};

/// Fields, references, collections with lists of their own, aggregates.
pub fn parse_include(text: &str) -> Result<Vec<Inclusion>, Error> {
    let entry = grammar::parse(Rule::include, text)?;
    Ok(entry.into_inner().next().map(inclusions).unwrap_or_default())
}

/// Aggregates only.
pub fn parse_append(text: &str) -> Result<Vec<Inclusion>, Error> {
    let entry = grammar::parse(Rule::append, text)?;
    let aggregates = entry.into_inner().filter(|pair| pair.as_rule() == Rule::aggregate);
    Ok(aggregates.map(inclusion).collect())
}

/// Plain names only.
pub fn parse_exclude(text: &str) -> Result<Vec<Inclusion>, Error> {
    let entry = grammar::parse(Rule::exclude, text)?;
    let names = entry.into_inner().filter(|pair| pair.as_rule() == Rule::name);
    Ok(names.map(|name| plain(&name, None, span(&name))).collect())
}

fn inclusions(pair: Pair<'_, Rule>) -> Vec<Inclusion> {
    pair.into_inner().map(inclusion).collect()
}

/// Reads `aggregate` too, which is the same with its tail required.
fn inclusion(pair: Pair<'_, Rule>) -> Inclusion {
    let at = span(&pair);
    let mut parts = pair.into_inner();
    let name = parts.next().unwrap_or_else(|| unreachable!("an inclusion begins with a name"));
    match parts.next() {
        None => plain(&name, None, at),
        Some(nested) if nested.as_rule() == Rule::inclusions => plain(&name, Some(inclusions(nested)), at),
        Some(tail) if tail.as_rule() == Rule::words => words(&name, tail, at),
        Some(other) => unexpected(&other),
    }
}

fn plain(name: &Pair<'_, Rule>, nested: Option<Vec<Inclusion>>, span: Span) -> Inclusion {
    Inclusion::Member { name: name.as_str().to_owned(), nested, span }
}

/// The last word is the function, one before it the field.
fn words(collection: &Pair<'_, Rule>, pair: Pair<'_, Rule>, span: Span) -> Inclusion {
    let mut words: Vec<_> = pair.into_inner().map(|word| word.as_str().to_owned()).collect();
    let function = words.pop().unwrap_or_default();
    Inclusion::Aggregate { collection: collection.as_str().to_owned(), field: words.pop(), function, span }
}
