//! What is wrong with a parameter text: a kind for programs, a text for people, a span for users.
//!
//! The texts of API v2 are part of what is emulated: the first lexical error wins, otherwise the first error
//! of the grammar, worded as an ANTLR 4 runtime words it. API v1 shows none of them (see
//! [`super::v1::MESSAGE`]).

use std::fmt;

use super::limit::{MAX_DEPTH, MAX_LENGTH, MAX_LINKS, MAX_TERMS};
use crate::query::ast::Span;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    pub span: Span,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Characters outside the language, or a quote that is never closed.
    UnknownToken(String),
    /// One token too many; the text would be fine without it.
    Extraneous {
        found: String,
        expected: String,
    },
    Mismatched {
        found: String,
        expected: String,
    },
    /// The end of the text where one closing bracket is due.
    Missing {
        expected: String,
        found: String,
    },
    /// Does not fit any integer type.
    InvalidInteger(String),
    /// Does not fit its real type.
    InvalidReal(String),
    /// An escape that the language does not have.
    UnknownEscape(char),
    TooLong,
    TooDeep,
    TooManyTerms,
    TooManyLinks,
}

impl Kind {
    /// The text with its arguments still named in braces, and the arguments.
    pub fn template(&self) -> (&'static str, Vec<(&'static str, String)>) {
        match self {
            Kind::UnknownToken(text) => ("token recognition error at: '{text}'", vec![("text", visible(text))]),
            Kind::Extraneous { found, expected } => {
                ("extraneous input {found} expecting {expected}", tokens(found, expected))
            }
            Kind::Mismatched { found, expected } => {
                ("mismatched input {found} expecting {expected}", tokens(found, expected))
            }
            Kind::Missing { expected, found } => ("missing {expected} at {found}", tokens(found, expected)),
            Kind::InvalidInteger(literal) => {
                ("Invalid integer literal '{literal}'.", vec![("literal", literal.clone())])
            }
            Kind::InvalidReal(literal) => ("Invalid real literal '{literal}'.", vec![("literal", literal.clone())]),
            Kind::UnknownEscape(character) => {
                ("Syntax error '{character}'.", vec![("character", character.to_string())])
            }
            Kind::TooLong => ("The text is longer than {limit} bytes.", limit(MAX_LENGTH)),
            Kind::TooDeep => ("The expression is nested deeper than {limit} levels.", limit(MAX_DEPTH)),
            Kind::TooManyTerms => ("The expression has more than {limit} terms.", limit(MAX_TERMS)),
            Kind::TooManyLinks => ("The expression is a chain of more than {limit} steps.", limit(MAX_LINKS)),
        }
    }

    /// Whether the wording comes from the grammar, whose texts the real service passes on unchanged: they
    /// have no template.
    pub fn is_grammar(&self) -> bool {
        matches!(self, Kind::UnknownToken(_) | Kind::Extraneous { .. } | Kind::Mismatched { .. } | Kind::Missing { .. })
    }
}

fn tokens(found: &str, expected: &str) -> Vec<(&'static str, String)> {
    vec![("found", format!("'{}'", visible(found))), ("expected", expected.to_owned())]
}

fn limit(value: usize) -> Vec<(&'static str, String)> {
    vec![("limit", value.to_string())]
}

/// Line breaks and tabs as ANTLR shows them.
fn visible(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut rest, data) = self.template();
        // The template is read once from left to right, so that braces in an argument stay what they are.
        while let Some((before, tail)) = rest.split_once('{') {
            let Some((name, after)) = tail.split_once('}') else {
                break;
            };
            let value = data.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value);
            write!(f, "{before}{value}")?;
            rest = after;
        }
        f.write_str(rest)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_filled_in_once() {
        let kind = Kind::Mismatched { found: "{expected}".to_owned(), expected: "<EOF>".to_owned() };
        assert_eq!(kind.to_string(), "mismatched input '{expected}' expecting <EOF>");
        assert_eq!(Kind::InvalidInteger("9".to_owned()).to_string(), "Invalid integer literal '9'.");
        assert_eq!(Kind::UnknownToken("'a\n".to_owned()).to_string(), "token recognition error at: ''a\\n'");
    }
}
