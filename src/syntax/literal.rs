//! Texts of literals → values, for the languages that share their spelling.

use super::{Error, Kind};
use crate::query::ast::{Literal, Span};

/// Digits that fit UInt64, the widest type an integer literal may have.
pub(super) fn integer(digits: &str, span: Span) -> Result<Literal, Error> {
    let value = digits.parse().map(Literal::Integer);
    value.map_err(|_| Error { span, kind: Kind::InvalidInteger(digits.to_owned()) })
}

/// A real literal; the suffix `f` makes it a single.
pub(super) fn real(text: &str, span: Span) -> Result<Literal, Error> {
    let digits = text.trim_end_matches(['f', 'F']);
    let single = digits.len() < text.len();
    let value = if single { digits.parse::<f32>().map(f64::from) } else { digits.parse::<f64>() };
    match value {
        Ok(value) if value.is_finite() => Ok(Literal::Real { value, single }),
        _ => Err(Error { span, kind: Kind::InvalidReal(text.to_owned()) }),
    }
}

/// Quoted text without its quotes. A backslash before a quote or a backslash is dropped; before anything
/// else it stands for itself, so that `'C:\dir'` is what it looks like.
pub(super) fn unquote(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut rest = inner(quoted).chars().peekable();
    while let Some(c) = rest.next() {
        match rest.next_if(|next| c == '\\' && matches!(next, '\'' | '"' | '\\')) {
            Some(escaped) => text.push(escaped),
            None => text.push(c),
        }
    }
    text
}

/// What stands between the first and the last character, which are quotes or brackets.
pub(super) fn inner(quoted: &str) -> &str {
    let mut chars = quoted.chars();
    chars.next();
    chars.next_back();
    chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unquoting_drops_only_the_backslash_of_quotes() {
        assert_eq!(unquote(r"'it\'s'"), "it's");
        assert_eq!(unquote(r#""a\"b""#), "a\"b");
        assert_eq!(unquote(r"'C:\dir\\'"), r"C:\dir\");
        assert_eq!(unquote("''"), "");
    }

    #[test]
    fn numbers_have_bounds() {
        let span = Span::default();
        assert_eq!(integer("18446744073709551615", span), Ok(Literal::Integer(u64::MAX)));
        assert_eq!(
            integer("18446744073709551616", span).map_err(|e| e.to_string()),
            Err("Invalid integer literal '18446744073709551616'.".to_owned())
        );
        assert_eq!(real("2.5f", span), Ok(Literal::Real { value: 2.5, single: true }));
        assert!(real("1e999", span).is_err());
    }
}
