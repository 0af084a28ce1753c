//! Text cut into rough tokens: enough to measure a parameter before it is parsed and to name the token a
//! grammar stopped at. It accepts more than any grammar does and never fails.

use crate::query::ast::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Word,
    Number,
    /// Quoted text with its quotes.
    Text,
    /// `[Name with blanks]`, only where the language has it.
    Bracketed,
    Symbol,
    /// Characters no language here knows, and quotes that are never closed.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub class: Class,
    pub text: &'t str,
    pub start: usize,
}

impl Token<'_> {
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub fn span(&self) -> Span {
        Span { start: self.start, end: self.end() }
    }

    pub fn is_word(&self, words: &[&str]) -> bool {
        self.class == Class::Word && words.iter().any(|word| word.eq_ignore_ascii_case(self.text))
    }

    pub fn is_symbol(&self, symbols: &[&str]) -> bool {
        self.class == Class::Symbol && symbols.contains(&self.text)
    }

    /// Whether an operand may end here, so that a `[` behind it opens an index.
    pub fn ends_operand(&self) -> bool {
        match self.class {
            Class::Word => !self.is_word(&OPERATOR_WORDS),
            Class::Number | Class::Text | Class::Bracketed => true,
            Class::Symbol => matches!(self.text, ")" | "]" | "}"),
            Class::Unknown => false,
        }
    }
}

/// Words an operand, a name or a list has to follow.
pub(super) const OPERATOR_WORDS: [&str; 6] = ["and", "or", "not", "in", "is", "as"];

const SYMBOLS: [&str; 26] = [
    "&&", "||", "==", "!=", "<>", "<=", ">=", "=", "<", ">", "!", "&", "+", "-", "*", "/", "?", ":", ".", ",", "(",
    ")", "[", "]", "{", "}",
];

/// Cuts `text`; with `brackets` a `[` where an operand is due opens a name that runs up to the next `]`.
pub(super) fn tokens(text: &str, brackets: bool) -> Tokens<'_> {
    Tokens { text, at: 0, brackets, previous: None }
}

pub(super) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    brackets: bool,
    previous: Option<Token<'t>>,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t', '\r', '\n']);
        let start = self.text.len() - rest.len();
        let first = rest.chars().next()?;
        let (class, length) = if first.is_alphabetic() || first == '_' {
            (Class::Word, word(rest))
        } else if first.is_ascii_digit() {
            (Class::Number, number(rest))
        } else if first == '"' || first == '\'' {
            quoted(rest, first)
        } else if let Some(length) = self.bracketed(rest) {
            (Class::Bracketed, length)
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (Class::Symbol, symbol.len())
        } else {
            (Class::Unknown, unknown(rest, first))
        };
        self.at = start + length;
        let token = Token { class, text: &rest[..length], start };
        self.previous = Some(token);
        Some(token)
    }
}

impl Tokens<'_> {
    fn bracketed(&self, rest: &str) -> Option<usize> {
        let list = |token: Token<'_>| token.is_word(&["in"]) || token.ends_operand();
        if !self.brackets || !rest.starts_with('[') || self.previous.is_some_and(list) {
            return None;
        }
        rest.find(']').map(|end| end + 1)
    }
}

fn word(rest: &str) -> usize {
    rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
}

/// Digits with what a real literal may add: fraction, exponent, suffix.
fn number(rest: &str) -> usize {
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let bytes = rest.as_bytes();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = bytes.get(end + 1 + sign).map_or(0, |_| digits(end + 1 + sign));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    if matches!(bytes.get(end), Some(b'f' | b'F')) {
        end += 1;
    }
    end
}

fn quoted(rest: &str, quote: char) -> (Class, usize) {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\r' | '\n' => return (Class::Unknown, at + 1),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return (Class::Text, at + 1),
            _ => {}
        }
    }
    (Class::Unknown, rest.len())
}

/// A lone `|` was the start of `||`: the character that disappointed belongs to the message.
fn unknown(rest: &str, first: char) -> usize {
    let next = rest.chars().nth(1).filter(|_| first == '|');
    first.len_utf8() + next.map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text, true).map(|token| token.text).collect()
    }

    #[test]
    fn texts_hide_what_is_in_them() {
        assert_eq!(cut(r#"a=="( \" (" and b"#), ["a", "==", r#""( \" (""#, "and", "b"]);
        assert_eq!(cut("'a\\\nb'"), ["'a\\\n", "b", "'"]);
    }

    #[test]
    fn brackets_are_names_only_where_an_operand_is_due() {
        assert_eq!(cut("[it's] in [1] "), ["[it's]", "in", "[", "1", "]"]);
        assert_eq!(cut("a.[b c]['x']"), ["a", ".", "[b c]", "[", "'x'", "]"]);
    }

    #[test]
    fn numbers_take_fraction_exponent_and_suffix() {
        assert_eq!(cut("1.5e-3f 1.x 2e 10f"), ["1.5e-3f", "1", ".", "x", "2", "e", "10f"]);
    }
}
