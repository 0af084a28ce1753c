//! The parser generated from `filter.pest`.

use pest::iterators::Pair;
use pest_derive::Parser;

use crate::syntax::diagnose::Language;
use crate::syntax::{Error, pair};

#[derive(Parser)]
#[grammar = "grammar/literals.pest"]
#[grammar = "grammar/filter.pest"]
struct Grammar;

const LANGUAGE: Language =
    Language { brackets: true, operand: "{'(', '-', NOT, NUMBER, STRING, IDENTIFIER}", list: None };

pub(super) fn parse(entry: Rule, text: &str) -> Result<Pair<'_, Rule>, Error> {
    pair::parse::<Grammar, Rule>(&LANGUAGE, entry, text)
}
