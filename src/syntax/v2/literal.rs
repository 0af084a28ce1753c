//! Literals: numbers, texts with their escapes, characters, constants.

use pest::iterators::Pair;

use super::grammar::Rule;
use crate::query::ast::{Literal, Span};
use crate::syntax::pair::{first, span, unexpected};
use crate::syntax::{Error, Kind, literal as shared};

pub(super) fn literal(pair: Pair<'_, Rule>) -> Result<Literal, Error> {
    let value = first(pair);
    let span = span(&value);
    match value.as_rule() {
        Rule::whole => shared::integer(value.as_str(), span),
        Rule::real => shared::real(value.as_str(), span),
        Rule::boolean => Ok(Literal::Bool(value.as_str().eq_ignore_ascii_case("true"))),
        Rule::null => Ok(Literal::Null),
        Rule::text => text(value),
        _ => unexpected(&value),
    }
}

/// A single-quoted text of one character is a character. The service counts UTF-16 units, so what lies
/// outside the first plane stays text.
fn text(pair: Pair<'_, Rule>) -> Result<Literal, Error> {
    let quoted = first(pair);
    let content = unescape(shared::inner(quoted.as_str()), span(&quoted).start + 1)?;
    let mut chars = content.chars();
    match (quoted.as_rule(), chars.next(), chars.next()) {
        (Rule::single_quoted, Some(only), None) if only.len_utf16() == 1 => Ok(Literal::Char(only)),
        _ => Ok(Literal::Text(content)),
    }
}

/// Replaces escapes; `start` is where `content` begins in the parameter.
///
/// `\'` is missing from the vendor's table of 2020 and sent by its own user interface, so it is known here.
fn unescape(content: &str, start: usize) -> Result<String, Error> {
    let mut text = String::with_capacity(content.len());
    let mut chars = content.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let Some((_, escaped)) = chars.next() else { unreachable!("a backslash before the closing quote escapes it") };
        text.push(match escaped {
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\\' | '"' | '\'' => escaped,
            _ => {
                let span = Span { start: start + at, end: start + at + 1 + escaped.len_utf8() };
                return Err(Error { span, kind: Kind::UnknownEscape(escaped) });
            }
        });
    }
    Ok(text)
}
