//! Dates as clients write them, read the way .NET's invariant culture reads them.

use super::civil::{self, DAY};
use crate::clock::{Millis, Zone};

/// Reads any date a body or a filter may hold; without an offset it is the server's time.
///
/// Understood are ISO with or without time, fraction and offset (`2018-01-31`, `2016-9-30`,
/// `2011-10-08T21:00:00.000Z`), `24-Oct-2015`, `15 Oct 2010`, `Oct 15, 2010`, `10/15/2010`, RFC 1123 and
/// `/Date(ms±hhmm)/`, where the instant counts and the offset does not.
pub fn parse_date(text: &str, zone: &Zone) -> Option<Millis> {
    let text = text.trim();
    let at = match milliseconds(text) {
        Some(at) => at?,
        None => {
            let mut cursor = Cursor { rest: text.as_bytes() };
            let wall = cursor.day()? * DAY + cursor.time()?;
            let offset = cursor.offset()?;
            if !cursor.rest.is_empty() {
                return None;
            }
            match offset {
                Some(offset) => wall - offset,
                None => zone.from_wall(wall),
            }
        }
    };
    (civil::FIRST..=civil::LAST).contains(&at).then_some(at)
}

/// `/Date(ms)/` with or without offset and backslashes; the outer `None` says that the text is something else.
fn milliseconds(text: &str) -> Option<Option<Millis>> {
    let inner = text.trim_start_matches('\\').strip_prefix("/Date(")?;
    let inner = inner.strip_suffix('/').map(|inner| inner.trim_end_matches('\\')).and_then(|i| i.strip_suffix(')'));
    let Some(inner) = inner else { return Some(None) };
    // The first sign belongs to the number.
    let (digits, offset) = match inner.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-')) {
        Some((at, _)) => (&inner[..at], &inner[at + 1..]),
        None => (inner, "0000"),
    };
    let offset_is_sound = offset.len() == 4 && offset.bytes().all(|b| b.is_ascii_digit());
    Some(digits.parse().ok().filter(|_| offset_is_sound))
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The one `word` names, in full or by its first three letters.
fn named(word: &str, names: &[&str]) -> Option<u32> {
    let position =
        names.iter().position(|name| word.eq_ignore_ascii_case(name) || word.eq_ignore_ascii_case(&name[..3]));
    position.and_then(|i| u32::try_from(i + 1).ok())
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// The day number of the date in front.
    fn day(&mut self) -> Option<i64> {
        if self.peek()?.is_ascii_alphabetic() {
            let word = self.word();
            if named(word, &WEEKDAYS).is_some() {
                self.eat(b',');
                self.blanks();
            } else {
                return self.month_first(named(word, &MONTHS)?);
            }
        }
        let (first, width) = self.digits(4)?;
        let separator = self.peek()?;
        self.rest = &self.rest[1..];
        match separator {
            b'-' | b'/' if width == 4 => {
                let month = self.up_to_two()?;
                self.expect(separator)?;
                civil::to_days(first, month, self.up_to_two()?)
            }
            b'/' if width <= 2 => {
                let day = self.up_to_two()?;
                self.expect(b'/')?;
                civil::to_days(self.four()?, first, day)
            }
            b'-' | b' ' if width <= 2 => {
                let month = named(self.word(), &MONTHS)?;
                self.eat(b',');
                self.expect(separator)?;
                civil::to_days(self.four()?, month, first)
            }
            _ => None,
        }
    }

    /// `15, 2010` behind a month.
    fn month_first(&mut self, month: u32) -> Option<i64> {
        self.blanks();
        let day = self.up_to_two()?;
        self.eat(b',');
        self.expect(b' ')?;
        civil::to_days(self.four()?, month, day)
    }

    /// Milliseconds since midnight; 0 where no time is written.
    fn time(&mut self) -> Option<Millis> {
        if !(self.eat(b'T') || self.eat(b't') || self.peek() == Some(b' ')) {
            return Some(0);
        }
        self.blanks();
        let mut hour = self.up_to_two()?;
        self.expect(b':')?;
        let minute = self.up_to_two()?;
        let second = if self.eat(b':') { self.up_to_two()? } else { 0 };
        let millis = if self.eat(b'.') || self.eat(b',') { self.fraction()? } else { 0 };
        if let Some(half) = self.half_of_day() {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + half;
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(i64::from(hour * 3600 + minute * 60 + second) * 1000 + i64::from(millis))
    }

    /// The hours `AM` or `PM` adds.
    fn half_of_day(&mut self) -> Option<u32> {
        let before = self.rest;
        self.blanks();
        let word = self.word();
        if word.eq_ignore_ascii_case("am") {
            return Some(0);
        }
        if word.eq_ignore_ascii_case("pm") {
            return Some(12);
        }
        self.rest = before;
        None
    }

    /// Milliseconds the clock is ahead of UTC; the inner `None` says that nothing is written.
    fn offset(&mut self) -> Option<Option<Millis>> {
        self.blanks();
        let ahead = match self.peek() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => {
                return match self.word() {
                    "" => Some(None),
                    "Z" | "z" | "GMT" | "UTC" => Some(Some(0)),
                    _ => None,
                };
            }
        };
        self.rest = &self.rest[1..];
        let hours = self.up_to_two()?;
        let minutes = if self.eat(b':') || !self.rest.is_empty() { self.up_to_two()? } else { 0 };
        let minutes = (hours <= 14 && minutes < 60).then_some(hours * 60 + minutes)?;
        Some(Some(ahead * i64::from(minutes) * 60_000))
    }

    /// Milliseconds of a fraction; what is finer is cut.
    fn fraction(&mut self) -> Option<u32> {
        let digits = self.run(u8::is_ascii_digit);
        if digits.is_empty() {
            return None;
        }
        Some((0..3).fold(0, |sum, i| sum * 10 + digits.get(i).map_or(0, |d| u32::from(d - b'0'))))
    }

    /// A number of at most `max` digits and how many it has.
    fn digits(&mut self, max: usize) -> Option<(u32, usize)> {
        let width = self.rest.iter().take(max).take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(width);
        self.rest = rest;
        let value = digits.iter().fold(0, |sum, d| sum * 10 + u32::from(d - b'0'));
        (width > 0).then_some((value, width))
    }

    fn up_to_two(&mut self) -> Option<u32> {
        self.digits(2).map(|(value, _)| value)
    }

    fn four(&mut self) -> Option<u32> {
        self.digits(4).filter(|&(_, width)| width == 4).map(|(value, _)| value)
    }

    fn word(&mut self) -> &'a str {
        std::str::from_utf8(self.run(u8::is_ascii_alphabetic)).unwrap_or("")
    }

    fn blanks(&mut self) {
        self.run(|&b| b == b' ');
    }

    fn run(&mut self, belongs: impl Fn(&u8) -> bool) -> &'a [u8] {
        let length = self.rest.iter().take_while(|b| belongs(b)).count();
        let (run, rest) = self.rest.split_at(length);
        self.rest = rest;
        run
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        if there {
            self.rest = &self.rest[1..];
        }
        there
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Notation, write_date};
    use super::*;

    fn read(text: &str) -> Option<Millis> {
        parse_date(text, &Zone::named("Europe/Berlin").unwrap())
    }

    const OCT_15: Millis = 1_287_093_600_000; // 2010-10-15T00:00:00+02:00

    // source: docs, update and filtering pages; recorded 2015 (`24-Oct-2015`)
    #[test]
    fn days_are_midnight_of_the_server() {
        for text in [
            "2010-10-15",
            "2010-10-15T00:00:00",
            "2010-10-15 0:00",
            "15 Oct 2010",
            "15-Oct-2010",
            "15 october 2010",
            "Oct 15, 2010",
            "October 15 2010",
            "10/15/2010",
            "10/15/2010 12:00:00 AM",
            "2010/10/15",
            " 2010-10-15 ",
            "Fri, 15 Oct 2010",
        ] {
            assert_eq!(read(text), Some(OCT_15), "{text}");
        }
        assert_eq!(read("2016-9-30"), read("2016-09-30"));
        assert_eq!(read("24-Oct-2015"), Some(1_445_637_600_000));
        assert_eq!(read("2018-01-31"), Some(1_517_353_200_000));
    }

    // source: vendor clients (`toISOString()`), recorded 2026 (offset with a colon)
    #[test]
    fn instants_keep_their_offset() {
        let at = OCT_15 + 36_000_000;
        for text in [
            "2010-10-15T08:00:00.000Z",
            "2010-10-15T08:00Z",
            "2010-10-15T10:00:00+02:00",
            "2010-10-15T10:00:00+0200",
            "2010-10-15T10:00:00+02",
            "2010-10-15 03:00:00 -05:00",
            "Fri, 15 Oct 2010 08:00:00 GMT",
            "2010-10-15T10:00:00",
            "10/15/2010 10:00 AM",
            "15 Oct 2010 10:00",
        ] {
            assert_eq!(read(text), Some(at), "{text}");
        }
        assert_eq!(read("2010-10-15T08:00:00.0579999Z"), Some(at + 57));
        assert_eq!(read("2010-10-15T08:00:00.5Z"), Some(at + 500));
        assert_eq!(read("10/15/2010 10:00 PM"), Some(at + 43_200_000));
    }

    // source: recorded 2013 (an offset sent does not move the instant)
    #[test]
    fn milliseconds_are_taken_as_they_are() {
        for text in [
            "/Date(1377258106000)/",
            "/Date(1377258106000+0300)/",
            "/Date(1377258106000-0500)/",
            "\\/Date(1377258106000-0500)\\/",
        ] {
            assert_eq!(read(text), Some(1_377_258_106_000), "{text}");
        }
        assert_eq!(read("/Date(-5-0500)/"), Some(-5));
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "today",
            "tomorrow",
            "2010",
            "2010-10",
            "2010-13-01",
            "2010-02-30",
            "15/10/2010",
            "0000-01-01",
            "10000-01-01",
            "2010-10-15T",
            "2010-10-15T24:00:00",
            "2010-10-15T10",
            "2010-10-15T10:61",
            "2010-10-15x",
            "2010-10-15T10:00:00+15:00",
            "2010-10-15T10:00:00.",
            "15-Oct-10",
            "32 Oct 2010",
            "15 Okt 2010",
            "Oct",
            "/Date()/",
            "/Date(12",
            "/Date(1e3)/",
            "/Date(99999999999999999999)/",
            "/Date(999999999999999)/",
            "/Date(1+1)/",
            "10/15/2010 13:00 PM",
            "2010-10-15T08:00:00Zulu",
            "é",
            "1-é-2010",
            "-",
            "\\",
            "/Date(é)/",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "(/Date\\()?[0-9a-zA-Z:T +./,é\\\\-]{0,30}") {
            read(&text);
        }

        #[test]
        fn what_is_written_reads_back(at in civil::FIRST + DAY..civil::LAST - DAY) {
            let zone = Zone::named("Asia/Kolkata").unwrap();
            for notation in [Notation::Ms, Notation::Iso] {
                let mut out = Vec::new();
                write_date(&mut out, at, notation, &zone);
                // Offsets before 1945 had seconds that no notation can hold.
                if notation == Notation::Ms || at > 0 {
                    prop_assert_eq!(parse_date(std::str::from_utf8(&out).unwrap(), &zone), Some(at));
                }
            }
        }
    }
}
