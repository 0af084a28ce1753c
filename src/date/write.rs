//! Dates on their way out. Writes digits by hand: a page holds some hundred dates.

use super::civil::{self, DAY};
use crate::clock::{Millis, Zone};

/// How a date is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notation {
    /// `\/Date(1517525999000+0100)\/`: milliseconds UTC and the offset of the server at that instant.
    Ms,
    /// `2018-02-01T23:59:59+01:00`, asked for by `dateformat=iso`.
    Iso,
    /// `2018-02-01T23:59:59`, server time, a fraction only where there is one; asked for by `isodate`.
    IsoLocal,
    /// `2018-02-01T23:59:59`, server time, never a fraction: XML.
    Seconds,
}

/// Writes a date without quotes; the slashes of [`Notation::Ms`] leave escaped.
pub fn write_date(out: &mut Vec<u8>, at: Millis, notation: Notation, zone: &Zone) {
    let offset = zone.offset(at);
    match notation {
        Notation::Ms => {
            out.extend_from_slice(b"\\/Date(");
            out.extend_from_slice(itoa::Buffer::new().format(at).as_bytes());
            let [sign, h1, h0, m1, m0] = offset_digits(offset);
            out.extend_from_slice(&[sign, h1, h0, m1, m0, b')', b'\\', b'/']);
        }
        Notation::Iso => {
            write_wall(out, wall(at, offset), true);
            let [sign, h1, h0, m1, m0] = offset_digits(offset);
            out.extend_from_slice(&[sign, h1, h0, b':', m1, m0]);
        }
        Notation::IsoLocal => write_wall(out, wall(at, offset), true),
        Notation::Seconds => write_wall(out, wall(at, offset), false),
    }
}

/// Wall-clock milliseconds, kept inside the years .NET can print.
fn wall(at: Millis, offset: i32) -> Millis {
    at.saturating_add(i64::from(offset) * 1000).clamp(civil::FIRST, civil::LAST)
}

fn write_wall(out: &mut Vec<u8>, wall: Millis, fraction: bool) {
    let (year, month, day) = civil::from_days(wall.div_euclid(DAY));
    let time = wall.rem_euclid(DAY) as u64;
    let mut text = *b"0000-00-00T00:00:00.000";
    for (at, part) in [
        (0, year as u64 / 100),
        (2, year as u64 % 100),
        (5, u64::from(month)),
        (8, u64::from(day)),
        (11, time / 3_600_000),
        (14, time / 60_000 % 60),
        (17, time / 1000 % 60),
    ] {
        text[at..at + 2].copy_from_slice(&pair(part));
    }
    let millis = time % 1000;
    let mut end = 19;
    if fraction && millis > 0 {
        text[20..22].copy_from_slice(&pair(millis / 10));
        text[22] = b'0' + (millis % 10) as u8;
        end = 23;
        while text[end - 1] == b'0' {
            end -= 1;
        }
    }
    out.extend_from_slice(&text[..end]);
}

/// `+hhmm`; seconds of historical offsets are cut.
fn offset_digits(offset: i32) -> [u8; 5] {
    let minutes = u64::from(offset.unsigned_abs()) / 60;
    let [h1, h0] = pair(minutes / 60);
    let [m1, m0] = pair(minutes % 60);
    [if offset < 0 { b'-' } else { b'+' }, h1, h0, m1, m0]
}

/// `23-Dec-2013`: a day as sentences to people have it, from wall-clock milliseconds.
pub fn day_text(wall: Millis) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (year, month, day) = civil::from_days(wall.clamp(civil::FIRST, civil::LAST).div_euclid(DAY));
    format!("{day:02}-{}-{year:04}", MONTHS[(month as usize - 1) % 12])
}

/// Two digits.
fn pair(n: u64) -> [u8; 2] {
    [b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(at: Millis, notation: Notation, zone: &str) -> String {
        let mut out = Vec::new();
        write_date(&mut out, at, notation, &Zone::named(zone).unwrap());
        String::from_utf8(out).unwrap()
    }

    // source: recorded 2013 (slashes escaped; summer and winter offsets differ)
    #[test]
    fn milliseconds_carry_the_offset_of_their_day() {
        assert_eq!(text(1_377_258_106_000, Notation::Ms, "America/Chicago"), "\\/Date(1377258106000-0500)\\/");
        assert_eq!(text(1_386_574_969_000, Notation::Ms, "America/Chicago"), "\\/Date(1386574969000-0600)\\/");
        assert_eq!(text(-1, Notation::Ms, "UTC"), "\\/Date(-1+0000)\\/");
        assert_eq!(text(1_773_133_200_000, Notation::Ms, "Asia/Kolkata"), "\\/Date(1773133200000+0530)\\/");
    }

    // source: docs, v2 date formats
    #[test]
    fn iso_forms() {
        assert_eq!(text(1_517_525_999_000, Notation::Iso, "Europe/Berlin"), "2018-02-01T23:59:59+01:00");
        assert_eq!(text(1_517_525_999_000, Notation::IsoLocal, "Europe/Berlin"), "2018-02-01T23:59:59");
        assert_eq!(text(1_517_525_999_000, Notation::Iso, "UTC"), "2018-02-01T22:59:59+00:00");
    }

    // source: recorded 2020, history (`…:21.18`, `.6`, `.053`)
    #[test]
    fn fraction_is_as_long_as_needed() {
        let at = 1_580_920_041_000;
        assert_eq!(text(at + 180, Notation::IsoLocal, "UTC"), "2020-02-05T16:27:21.18");
        assert_eq!(text(at + 600, Notation::IsoLocal, "UTC"), "2020-02-05T16:27:21.6");
        assert_eq!(text(at + 53, Notation::IsoLocal, "UTC"), "2020-02-05T16:27:21.053");
        // source: recorded 2017, XML has seconds only
        assert_eq!(text(at + 53, Notation::Seconds, "UTC"), "2020-02-05T16:27:21");
    }

    #[test]
    fn the_ends_of_the_calendar_hold() {
        assert_eq!(text(civil::LAST, Notation::Seconds, "Europe/Berlin"), "9999-12-31T23:59:59");
        assert_eq!(text(civil::FIRST, Notation::Seconds, "America/Chicago"), "0001-01-01T00:00:00");
        assert_eq!(text(i64::MAX, Notation::Seconds, "UTC"), "9999-12-31T23:59:59");
    }
}
