//! The parser generated from `v2.pest`.

use pest::iterators::Pair;
use pest_derive::Parser;

use crate::syntax::diagnose::Language;
use crate::syntax::{Error, pair};

#[derive(Parser)]
#[grammar = "grammar/literals.pest"]
#[grammar = "grammar/v2.pest"]
struct Grammar;

const LANGUAGE: Language = Language {
    brackets: true,
    operand: "{'(', '{', '-', NOT, NEW, TRUE, FALSE, NULL, INTEGER, REAL, STRING, IDENTIFIER}",
    list: Some("["),
};

pub(super) fn parse(entry: Rule, text: &str) -> Result<Pair<'_, Rule>, Error> {
    pair::parse::<Grammar, Rule>(&LANGUAGE, entry, text)
}
