//! Conversions: text to numbers, truth values and dates as .NET's Convert does, and their safe twins.
//!
//! What cannot be converted is an error for the client, with .NET's words; the safe twin answers null.

use std::sync::Arc;

use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result, ToSql};

use super::arg::{runtime, scalar, text};
use super::number_format::{self, Number};
use crate::clock::Zone;
use crate::date::parse_date;

const NO_NUMBER: &str = "Input string was not in a correct format.";
const TOO_LARGE: &str = "Value was either too large or too small for an Int32.";
const NO_BOOL: &str = "String was not recognized as a valid Boolean.";
const NO_DATE: &str = "String was not recognized as a valid DateTime.";

type Refusal = &'static str;

pub(super) fn register(db: &Connection, zone: &Arc<Zone>) -> Result<()> {
    pair(db, "tp_to_int", "tp_safe_to_int", to_int)?;
    pair(db, "tp_to_real", "tp_safe_to_real", to_real)?;
    pair(db, "tp_to_bool", "tp_safe_to_bool", to_bool)?;
    let (here, there) = (Arc::clone(zone), Arc::clone(zone));
    scalar(db, "tp_to_date", 1, move |ctx| to_date(ctx, &here).map_err(runtime))?;
    scalar(db, "tp_safe_to_date", 1, move |ctx| Ok(to_date(ctx, &there).ok().flatten()))?;
    scalar(db, "tp_number_text", 1, |ctx| Ok(text(ctx, 0).map(std::borrow::Cow::into_owned)))?;
    scalar(db, "tp_format_number", 2, |ctx| match (number(ctx), text(ctx, 1)) {
        (Some(number), Some(format)) => number_format::format(number, &format).map(Some),
        _ => Ok(None),
    })
}

fn pair<T: ToSql + 'static>(
    db: &Connection,
    strict: &str,
    safe: &str,
    convert: fn(&Context<'_>) -> std::result::Result<Option<T>, Refusal>,
) -> Result<()> {
    scalar(db, strict, 1, move |ctx| convert(ctx).map_err(runtime))?;
    scalar(db, safe, 1, move |ctx| Ok(convert(ctx).ok().flatten()))
}

/// Int32; fractions of numbers are rounded, halves to even, while text must be whole.
fn to_int(ctx: &Context<'_>) -> std::result::Result<Option<i64>, Refusal> {
    let number = match ctx.get_raw(0) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(n) => n,
        ValueRef::Real(x) if x.is_finite() => x.round_ties_even() as i64,
        ValueRef::Real(_) => return Err(TOO_LARGE),
        ValueRef::Text(_) | ValueRef::Blob(_) => {
            let text = text(ctx, 0).unwrap_or_default();
            let digits = text.trim();
            let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            if unsigned.is_empty() || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
                return Err(NO_NUMBER);
            }
            digits.parse().map_err(|_| TOO_LARGE)?
        }
    };
    i32::try_from(number).map(|n| Some(i64::from(n))).map_err(|_| TOO_LARGE)
}

/// Thousands separators are skipped, as .NET's default style does.
fn to_real(ctx: &Context<'_>) -> std::result::Result<Option<f64>, Refusal> {
    match ctx.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(n) => Ok(Some(n as f64)),
        ValueRef::Real(x) => Ok(Some(x)),
        ValueRef::Text(_) | ValueRef::Blob(_) => {
            let text = text(ctx, 0).unwrap_or_default();
            let plain: String = text.trim().chars().filter(|&c| c != ',').collect();
            // Rust also reads "inf" and "nan".
            let numeric = plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
            plain.parse().ok().filter(|x: &f64| numeric && x.is_finite()).map(Some).ok_or(NO_NUMBER)
        }
    }
}

fn to_bool(ctx: &Context<'_>) -> std::result::Result<Option<bool>, Refusal> {
    match ctx.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(n) => Ok(Some(n != 0)),
        ValueRef::Real(x) => Ok(Some(x != 0.0)),
        ValueRef::Text(_) | ValueRef::Blob(_) => {
            let text = text(ctx, 0).unwrap_or_default();
            match text.trim() {
                word if word.eq_ignore_ascii_case("true") => Ok(Some(true)),
                word if word.eq_ignore_ascii_case("false") => Ok(Some(false)),
                _ => Err(NO_BOOL),
            }
        }
    }
}

fn to_date(ctx: &Context<'_>, zone: &Zone) -> std::result::Result<Option<i64>, Refusal> {
    match ctx.get_raw(0) {
        ValueRef::Null => Ok(None),
        // An instant already.
        ValueRef::Integer(at) => Ok(Some(at)),
        ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
            let text = text(ctx, 0).unwrap_or_default();
            parse_date(&text, zone).map(Some).ok_or(NO_DATE)
        }
    }
}

fn number(ctx: &Context<'_>) -> Option<Number> {
    match ctx.get_raw(0) {
        ValueRef::Integer(n) => Some(Number::Int(n)),
        ValueRef::Real(x) => Some(Number::Real(x)),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok().map(Number::Real),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn strict() {
        check(
            "UTC",
            &[
                ("tp_to_int(' 12 ')", "12"),
                ("tp_to_int('-3')", "-3"),
                ("tp_to_int(2.5)", "2"),
                ("tp_to_int(3.5)", "4"),
                ("tp_to_int(null)", "null"),
                ("tp_to_int('abc')", "error: tp-runtime: Input string was not in a correct format."),
                ("tp_to_int('1.5')", "error: tp-runtime: Input string was not in a correct format."),
                ("tp_to_int('3000000000')", "error: tp-runtime: Value was either too large or too small for an Int32."),
                ("tp_to_real('1,234.5')", "1234.5"),
                ("tp_to_real('1e3')", "1000.0"),
                ("tp_to_real('inf')", "error: tp-runtime: Input string was not in a correct format."),
                ("tp_to_bool('TRUE')", "1"),
                ("tp_to_bool(' false ')", "0"),
                ("tp_to_bool(2)", "1"),
                ("tp_to_bool('1')", "error: tp-runtime: String was not recognized as a valid Boolean."),
                ("tp_to_date('2026-03-10')", "1773100800000"),
                ("tp_to_date('x')", "error: tp-runtime: String was not recognized as a valid DateTime."),
                ("tp_number_text(5.0)", "5"),
                ("tp_number_text(5.5)", "5.5"),
                ("tp_number_text(7)", "7"),
                ("tp_number_text(null)", "null"),
                ("tp_format_number(1234.5, 'N1')", "1,234.5"),
                ("tp_format_number(7, 'D3')", "007"),
                ("tp_format_number(null, 'D3')", "null"),
            ],
        );
    }

    #[test]
    fn safe() {
        check(
            "UTC",
            &[
                ("tp_safe_to_int('12')", "12"),
                ("tp_safe_to_int('abc')", "null"),
                ("tp_safe_to_real('x')", "null"),
                ("tp_safe_to_bool('yes')", "null"),
                ("tp_safe_to_date('2026-03-10')", "1773100800000"),
                ("tp_safe_to_date('soon')", "null"),
            ],
        );
    }
}
