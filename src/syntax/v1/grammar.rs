//! The parser generated from `v1.pest`.

use pest::iterators::Pair;
use pest_derive::Parser;

use crate::syntax::diagnose::Language;
use crate::syntax::{Error, pair};

#[derive(Parser)]
#[grammar = "grammar/literals.pest"]
#[grammar = "grammar/v1.pest"]
struct Grammar;

const LANGUAGE: Language =
    Language { brackets: false, operand: "{'(', '[', IDENTIFIER, NUMBER, STRING}", list: Some("(") };

pub(super) fn parse(entry: Rule, text: &str) -> Result<Pair<'_, Rule>, Error> {
    pair::parse::<Grammar, Rule>(&LANGUAGE, entry, text)
}
