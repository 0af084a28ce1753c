//! The text of the parameter → one of its two forms.

use super::condition::condition;
use super::grammar::{self, Rule};
use crate::query::ast::{Expr, Span};
use crate::syntax::pair::first;
use crate::syntax::{Error, Kind, MAX_LENGTH, MAX_TERMS};

#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// `?…`: a condition.
    Condition(Expr),
    /// Anything else: the words that have to occur.
    Words(Vec<String>),
}

/// A blank text is a search for no words.
pub fn parse_filter(text: &str) -> Result<Filter, Error> {
    if text.trim_start().starts_with('?') {
        let filter = grammar::parse(Rule::filter, text)?;
        return condition(first(filter)).map(Filter::Condition);
    }
    let words: Vec<_> = text.split_whitespace().map(str::to_owned).collect();
    let kind = if text.len() > MAX_LENGTH {
        Kind::TooLong
    } else if words.len() > MAX_TERMS {
        Kind::TooManyTerms
    } else {
        return Ok(Filter::Words(words));
    };
    Err(Error { span: Span { start: 0, end: text.len() }, kind })
}
