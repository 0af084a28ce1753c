//! What a client wrote → a value of the member's type, as leniently as the service converts.
//!
//! Out: the value as the store keeps it (booleans as 0 and 1, dates as milliseconds), or the vendor's words for a
//! value that does not fit.

use super::ast::Span;
use super::error::Error;
use crate::catalog::{Field, Member};
use crate::clock::Zone;
use crate::date::parse_date;
use crate::draft::Draft;
use crate::value::{Value, ValueType};

/// How a member is called in messages: `StartDate` → `Start Date`.
pub fn label(name: &str) -> String {
    let mut label = String::with_capacity(name.len() + 4);
    let mut before: Option<char> = None;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        let starts = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase() || (b.is_uppercase() && rest.peek().is_some_and(|n| n.is_lowercase()))
            });
        if starts {
            label.push(' ');
        }
        label.push(c);
        before = Some(c);
    }
    label
}

/// The CLR kind of what a body holds, for messages.
pub fn kind(draft: &Draft) -> &'static str {
    match draft {
        Draft::Null => "Null",
        Draft::Bool(_) => "Boolean",
        Draft::Number(_) => "Decimal",
        Draft::Text(_) => "String",
        Draft::List(_) => "Array",
        Draft::Object(_) => "Object",
    }
}

/// The vendor's template for a value of the wrong type.
pub fn mismatch(expected: &str, actual: &Draft) -> Error {
    Error::new(
        "Invalid value type, expected {expected}, but got {actual}.",
        vec![("expected", expected.to_owned()), ("actual", kind(actual).to_owned())],
        Span::default(),
    )
}

fn out_of_bounds(member: &Member, value: &str) -> Error {
    let value = value.chars().take(100).collect();
    let data = vec![("value", value), ("fieldName", label(&member.name))];
    Error::new("Value {value} of field {fieldName} is out of bounds.", data, Span::default())
}

/// Converts for a stored field.
///
/// # Errors
/// The wrong type, a number too large, an unknown member of an enumeration.
pub fn value(zone: &Zone, member: &Member, field: &Field, draft: &Draft) -> Result<Value, Error> {
    if *draft == Draft::Null {
        return Ok(empty(field));
    }
    let wrong = || mismatch(&field.clr, draft);
    let text = match draft {
        Draft::Text(text) | Draft::Number(text) => text.as_str(),
        Draft::Bool(true) => "true",
        Draft::Bool(false) => "false",
        Draft::Null | Draft::List(_) | Draft::Object(_) => return Err(wrong()),
    };
    let blank = text.trim().is_empty();
    match field.ty {
        ValueType::Text | ValueType::Link | ValueType::Char | ValueType::Null if field.values.is_empty() => {
            Ok(Value::Text(text.to_owned()))
        }
        // clients clear numbers, dates and enumerations with an empty text
        _ if blank => Ok(empty(field)),
        ValueType::Text | ValueType::Link | ValueType::Char | ValueType::Null => {
            let known = field.values.iter().find(|v| v.eq_ignore_ascii_case(text.trim()));
            known.map(|v| Value::Text(v.clone())).ok_or_else(|| out_of_bounds(member, text))
        }
        ValueType::Bool => boolean(text).map(|b| Value::Int(i64::from(b))).ok_or_else(wrong),
        ValueType::Int | ValueType::Long | ValueType::TimeSpan => {
            let number = number(text).ok_or_else(wrong)?;
            let whole = text.trim().parse::<i64>().unwrap_or(number as i64);
            let fits = field.ty != ValueType::Int || i32::try_from(whole).is_ok();
            if number.fract() != 0.0 {
                return Err(wrong());
            }
            if !fits || number.abs() >= 9.2e18 { Err(out_of_bounds(member, text)) } else { Ok(Value::Int(whole)) }
        }
        ValueType::Decimal | ValueType::Average | ValueType::Double => {
            let number = number(text).ok_or_else(wrong)?;
            // decimals of the service end at 7.9e28
            let limit = if field.ty == ValueType::Double { f64::MAX } else { 7.9e28 };
            if number.abs() > limit { Err(out_of_bounds(member, text)) } else { Ok(Value::Real(number)) }
        }
        ValueType::Date => parse_date(text, zone).map(Value::Int).ok_or_else(wrong),
    }
}

pub fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// A number with a point, exponent allowed.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    text.parse::<f64>().ok().filter(|_| plain)
}

/// What a field holds when nothing is given.
pub fn empty(field: &Field) -> Value {
    match (&field.default, field.ty) {
        (Some(default), _) => default.clone(),
        (None, _) if field.nullable => Value::Null,
        (_, ValueType::Date) => Value::Null,
        (_, ValueType::Text | ValueType::Link | ValueType::Char | ValueType::Null) => Value::Text(String::new()),
        (_, ValueType::Decimal | ValueType::Average | ValueType::Double) => Value::Real(0.0),
        (_, ValueType::Bool | ValueType::Int | ValueType::Long | ValueType::TimeSpan) => Value::Int(0),
    }
}

#[cfg(test)]
mod tests {
    use super::{label, number};

    #[test]
    fn labels_part_words() {
        for (name, expected) in
            [("Name", "Name"), ("StartDate", "Start Date"), ("SMTPServer", "SMTP Server"), ("Id", "Id")]
        {
            assert_eq!(label(name), expected);
        }
    }

    #[test]
    fn numbers_are_plain() {
        assert_eq!(number("1e2"), Some(100.0));
        for text in ["inf", "NaN", "", "1,5", "x"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
