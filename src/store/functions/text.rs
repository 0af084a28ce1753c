//! Text functions with .NET's names and, inside the bounds of the text, .NET's results.
//!
//! Positions and lengths count characters. A range outside the text is cut, as the service's database does, where
//! .NET itself would throw.

use rusqlite::functions::Context;
use rusqlite::{Connection, Result};

use super::arg::{int, scalar, text};

pub(super) fn register(db: &Connection) -> Result<()> {
    scalar(db, "tp_length", 1, |ctx| Ok(text(ctx, 0).map(|text| text.chars().count() as i64)))?;
    scalar(db, "tp_lower", 1, |ctx| Ok(text(ctx, 0).map(|text| text.to_lowercase())))?;
    scalar(db, "tp_upper", 1, |ctx| Ok(text(ctx, 0).map(|text| text.to_uppercase())))?;
    scalar(db, "tp_replace", 3, |ctx| Ok(replace(ctx)))?;
    scalar(db, "tp_substring", 2, |ctx| Ok(substring(ctx, usize::MAX)))?;
    scalar(db, "tp_substring", 3, |ctx| {
        Ok(int(ctx, 2).and_then(|count| substring(ctx, usize::try_from(count).unwrap_or(0))))
    })?;
    scalar(db, "tp_last_index_of", 2, |ctx| Ok(last_index_of(ctx)))?;
    scalar(db, "tp_insert", 3, |ctx| Ok(insert(ctx)))?;
    scalar(db, "tp_remove", 2, |ctx| Ok(remove(ctx, Some(i64::MAX))))?;
    scalar(db, "tp_remove", 3, |ctx| Ok(remove(ctx, int(ctx, 2))))?;
    for (name, left) in [("tp_pad_left", true), ("tp_pad_right", false)] {
        scalar(db, name, 2, move |ctx| Ok(pad(ctx, left, Some(' '))))?;
        scalar(db, name, 3, move |ctx| Ok(pad(ctx, left, text(ctx, 2).and_then(|t| t.chars().next()))))?;
    }
    for (name, sides) in [("tp_trim", (true, true)), ("tp_trim_start", (true, false)), ("tp_trim_end", (false, true))] {
        scalar(db, name, 1, move |ctx| Ok(text(ctx, 0).map(|text| trim(&text, sides, char::is_whitespace))))?;
        scalar(db, name, 2, move |ctx| Ok(trim_set(ctx, sides)))?;
    }
    Ok(())
}

/// Case matters; an empty text to replace leaves everything as it is.
fn replace(ctx: &Context<'_>) -> Option<String> {
    let (text, old, new) = (text(ctx, 0)?, text(ctx, 1)?, text(ctx, 2)?);
    Some(if old.is_empty() { text.into_owned() } else { text.replace(&*old, &new) })
}

/// The place of the last occurrence in any case, -1 where there is none.
fn last_index_of(ctx: &Context<'_>) -> Option<i64> {
    let (text, part) = (text(ctx, 0)?.to_lowercase(), text(ctx, 1)?.to_lowercase());
    Some(text.rfind(&part).map_or(-1, |at| text[..at].chars().count() as i64))
}

fn insert(ctx: &Context<'_>) -> Option<String> {
    let (text, at, part) = (text(ctx, 0)?, usize::try_from(int(ctx, 1)?).unwrap_or(0), text(ctx, 2)?);
    Some(text.chars().take(at).chain(part.chars()).chain(text.chars().skip(at)).collect())
}

/// The text without `count` characters.
fn remove(ctx: &Context<'_>, count: Option<i64>) -> Option<String> {
    let (text, at) = (text(ctx, 0)?, usize::try_from(int(ctx, 1)?).unwrap_or(0));
    let behind = at.saturating_add(usize::try_from(count?).unwrap_or(0));
    Some(text.chars().take(at).chain(text.chars().skip(behind)).collect())
}

/// Longest text that padding makes.
const WIDEST: usize = 4_000;

fn pad(ctx: &Context<'_>, left: bool, with: Option<char>) -> Option<String> {
    let (text, width, with) = (text(ctx, 0)?, usize::try_from(int(ctx, 1)?).unwrap_or(0), with?);
    let missing = width.min(WIDEST).saturating_sub(text.chars().count());
    let padding: String = std::iter::repeat_n(with, missing).collect();
    Some(if left { padding + &text } else { text.into_owned() + &padding })
}

fn substring(ctx: &Context<'_>, count: usize) -> Option<String> {
    let text = text(ctx, 0)?;
    let start = usize::try_from(int(ctx, 1)?).unwrap_or(0);
    Some(text.chars().skip(start).take(count).collect())
}

fn trim_set(ctx: &Context<'_>, sides: (bool, bool)) -> Option<String> {
    let (text, set) = (text(ctx, 0)?, text(ctx, 1)?);
    Some(if set.is_empty() { trim(&text, sides, char::is_whitespace) } else { trim(&text, sides, |c| set.contains(c)) })
}

fn trim(text: &str, (start, end): (bool, bool), unwanted: impl Fn(char) -> bool + Copy) -> String {
    let text = if start { text.trim_start_matches(unwanted) } else { text };
    let text = if end { text.trim_end_matches(unwanted) } else { text };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn values() {
        check(
            "UTC",
            &[
                ("tp_length('Grüße')", "5"),
                ("tp_length(null)", "null"),
                ("tp_lower('ÄB')", "äb"),
                ("tp_upper('äb')", "ÄB"),
                ("tp_replace('aAa', 'a', 'b')", "bAb"),
                ("tp_replace('abc', '', 'x')", "abc"),
                ("tp_last_index_of('abcABC', 'b')", "4"),
                ("tp_last_index_of('abc', 'x')", "-1"),
                ("tp_insert('abc', 1, 'X')", "aXbc"),
                ("tp_insert('abc', 9, 'X')", "abcX"),
                ("tp_remove('Hello', 3)", "Hel"),
                ("tp_remove('Hello', 1, 3)", "Ho"),
                ("tp_remove('Hello', 1, null)", "null"),
                ("tp_pad_left('7', 3)", "  7"),
                ("tp_pad_left('7', 3, '0')", "007"),
                ("tp_pad_right('7', 3, '.')", "7.."),
                ("tp_pad_right('long', 3)", "long"),
                ("tp_substring('Hello', 1)", "ello"),
                ("tp_substring('Hello', 1, 3)", "ell"),
                ("tp_substring('Hello', 9)", ""),
                ("tp_substring('Hello', 3, 9)", "lo"),
                ("tp_substring('Hello', null)", "null"),
                ("'[' || tp_trim('  a b ') || ']'", "[a b]"),
                ("'[' || tp_trim_start('  a ') || ']'", "[a ]"),
                ("'[' || tp_trim_end('  a ') || ']'", "[  a]"),
                ("tp_trim('--a-b--', '-')", "a-b"),
                ("tp_trim_start('xyxa', 'xy')", "a"),
                ("tp_trim(null)", "null"),
            ],
        );
    }
}
