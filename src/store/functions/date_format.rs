//! .NET's date format strings, standard and custom, in the invariant culture.

use std::fmt::Write;

use rusqlite::Result;

use super::arg::runtime;
use super::calendar::{DAY, HOUR, MINUTE, SECOND, Wall};
use crate::clock::Zone;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// Formats a wall-clock reading.
pub(super) fn format(wall: i64, format: &str, zone: &Zone) -> Result<String> {
    let mut letters = format.chars();
    match (letters.next(), letters.next()) {
        (None, _) => custom(wall, expand('G')?, zone),
        // The only standard form that converts: the full date, in UTC.
        (Some('U'), None) => custom(zone.from_wall(wall), expand('F')?, zone),
        (Some(letter), None) => custom(wall, expand(letter)?, zone),
        _ => custom(wall, format, zone),
    }
}

/// `ToString()` of a TimeSpan of that many milliseconds.
pub(super) fn span_text(span: i64) -> String {
    let sign = if span < 0 { "-" } else { "" };
    let span = span.saturating_abs();
    let mut out = sign.to_owned();
    if span >= DAY {
        // Writing to a String cannot fail.
        let _ = write!(out, "{}.", span / DAY);
    }
    let _ = write!(out, "{:02}:{:02}:{:02}", span / HOUR % 24, span / MINUTE % 60, span / SECOND % 60);
    if span % SECOND > 0 {
        let _ = write!(out, ".{:03}0000", span % SECOND);
    }
    out
}

/// The custom format that a standard one stands for.
fn expand(letter: char) -> Result<&'static str> {
    Ok(match letter {
        'd' => "MM/dd/yyyy",
        'D' => "dddd, dd MMMM yyyy",
        'f' => "dddd, dd MMMM yyyy HH:mm",
        'F' => "dddd, dd MMMM yyyy HH:mm:ss",
        'g' => "MM/dd/yyyy HH:mm",
        'G' => "MM/dd/yyyy HH:mm:ss",
        'm' | 'M' => "MMMM dd",
        // A date from the database has no kind, for which K would be empty.
        'o' | 'O' => "yyyy-MM-ddTHH:mm:ss.fffffff",
        'r' | 'R' => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        's' => "yyyy-MM-ddTHH:mm:ss",
        't' => "HH:mm",
        'T' => "HH:mm:ss",
        'u' => "yyyy-MM-dd HH:mm:ss'Z'",
        'y' | 'Y' => "yyyy MMMM",
        _ => return Err(runtime("Input string was not in a correct format.")),
    })
}

fn custom(wall: i64, format: &str, zone: &Zone) -> Result<String> {
    let date = Wall::of(wall);
    let mut out = String::with_capacity(format.len() + 8);
    let mut rest = format;
    while let Some(letter) = rest.chars().next() {
        let run = rest.chars().take_while(|&c| c == letter).count();
        let mut used = run * letter.len_utf8();
        match letter {
            'd' | 'M' | 'y' => write_date(&mut out, &date, letter, run),
            'h' | 'H' | 'm' | 's' | 't' => write_time(&mut out, date.time, letter, run),
            'f' | 'F' => write_fraction(&mut out, date.time % SECOND, letter, run),
            'z' => write_offset(&mut out, zone.offset(zone.from_wall(wall)), run),
            'g' => out.push_str("A.D."),
            'K' => {}
            '\'' | '"' => {
                let (literal, length) = quoted(rest)?;
                out.push_str(&literal);
                used = length;
            }
            '\\' => {
                let next = rest.chars().nth(1).ok_or_else(|| runtime("Input string was not in a correct format."))?;
                out.push(next);
                used = 1 + next.len_utf8();
            }
            // Introduces a single custom letter.
            '%' => used = 1,
            _ => out.extend(std::iter::repeat_n(letter, run)),
        }
        rest = &rest[used..];
    }
    Ok(out)
}

fn write_date(out: &mut String, date: &Wall, letter: char, run: usize) {
    let weekday = WEEKDAYS[date.weekday() as usize];
    let month = MONTHS[(date.month - 1) as usize];
    match (letter, run) {
        ('d', 1 | 2) => pad(out, date.day, run),
        ('d', 3) => out.push_str(&weekday[..3]),
        ('d', _) => out.push_str(weekday),
        ('M', 1 | 2) => pad(out, date.month, run),
        ('M', 3) => out.push_str(&month[..3]),
        ('M', _) => out.push_str(month),
        (_, 1 | 2) => pad(out, date.year % 100, run),
        (_, _) => pad(out, date.year, run),
    }
}

fn write_time(out: &mut String, time: i64, letter: char, run: usize) {
    let hour = time / HOUR;
    match letter {
        'h' => pad(out, (hour + 11) % 12 + 1, run.min(2)),
        'H' => pad(out, hour, run.min(2)),
        'm' => pad(out, time / MINUTE % 60, run.min(2)),
        's' => pad(out, time / SECOND % 60, run.min(2)),
        _ => {
            let name = if hour < 12 { "AM" } else { "PM" };
            out.push_str(&name[..run.min(2)]);
        }
    }
}

/// `f` keeps trailing zeros, `F` drops them and, with nothing left, the point before.
fn write_fraction(out: &mut String, millis: i64, letter: char, run: usize) {
    let digits = format!("{millis:03}0000");
    let digits = &digits[..run.min(7)];
    if letter == 'f' {
        return out.push_str(digits);
    }
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() && out.ends_with('.') {
        out.pop();
    }
    out.push_str(digits);
}

fn write_offset(out: &mut String, seconds: i32, run: usize) {
    let minutes = i64::from(seconds) / 60;
    out.push(if minutes < 0 { '-' } else { '+' });
    pad(out, minutes.abs() / 60, run.min(2));
    if run > 2 {
        out.push(':');
        pad(out, minutes.abs() % 60, 2);
    }
}

/// The text inside quotes, and how much of `rest` it takes.
fn quoted(rest: &str) -> Result<(String, usize)> {
    let mut literal = String::new();
    let mut chars = rest.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => literal.extend(chars.next().map(|(_, c)| c)),
            c if Some(c) == quote => return Ok((literal, at + c.len_utf8())),
            c => literal.push(c),
        }
    }
    Err(runtime("Input string was not in a correct format."))
}

fn pad(out: &mut String, number: i64, width: usize) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{number:0width$}");
}

#[cfg(test)]
mod tests {
    use super::format;
    use crate::clock::Zone;

    /// 2026-03-05T14:05:06.780 on the wall.
    const WALL: i64 = 1_772_719_506_780;

    #[test]
    fn standard_and_custom() {
        let zone = Zone::utc();
        for (pattern, expected) in [
            ("d", "03/05/2026"),
            ("D", "Thursday, 05 March 2026"),
            ("f", "Thursday, 05 March 2026 14:05"),
            ("F", "Thursday, 05 March 2026 14:05:06"),
            ("g", "03/05/2026 14:05"),
            ("G", "03/05/2026 14:05:06"),
            ("", "03/05/2026 14:05:06"),
            ("m", "March 05"),
            ("o", "2026-03-05T14:05:06.7800000"),
            ("r", "Thu, 05 Mar 2026 14:05:06 GMT"),
            ("s", "2026-03-05T14:05:06"),
            ("t", "14:05"),
            ("T", "14:05:06"),
            ("u", "2026-03-05 14:05:06Z"),
            ("y", "2026 March"),
            ("yyyy-MM-dd", "2026-03-05"),
            ("d.M.yy", "5.3.26"),
            ("%d", "5"),
            ("h:mm tt", "2:05 PM"),
            ("ss.fff", "06.780"),
            ("ss.FFF", "06.78"),
            ("dd 'of' MMMM", "05 of March"),
            ("HH\\h", "14h"),
            ("zzz", "+00:00"),
            ("yyyy/MM", "2026/03"),
        ] {
            assert_eq!(format(WALL, pattern, &zone).expect(pattern), expected, "{pattern}");
        }
        assert!(format(WALL, "q", &zone).is_err());
        assert!(format(WALL, "yyyy 'open", &zone).is_err());
    }

    #[test]
    fn offsets_are_the_zones() {
        let zone = Zone::named("America/New_York").expect("zone");
        assert_eq!(format(WALL, "HH zzz", &zone).expect("format"), "14 -05:00");
        assert_eq!(format(WALL, "U", &zone).expect("format"), "Thursday, 05 March 2026 19:05:06");
    }
}
