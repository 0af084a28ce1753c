//! A database that comes with the program: packed, with a list of where its dates are.
//!
//! A seed counts dates from the day of the clock. All else about its database is known beforehand, so it is made
//! beforehand for [`MADE_FOR`], and a start only moves the dates. A date takes the same bytes on every day that is
//! allowed here, and as all move by the same days, the order of the indexes stays. Only days of 24 hours do that:
//! the zone has to be UTC.
//!
//! Unpacked (LZ4, behind the length in four bytes): how many dates are kept as numbers, and their places; how many are
//! written as digits, and their places; the database. Each of these numbers takes seven bits a byte, the lowest first,
//! and each place is told as its distance from the one before. `tests/it/images` makes the files and proves them right.

use crate::clock::Millis;

const DAY: Millis = 86_400_000;

/// The midnight that packed databases count their dates from: 2026-01-01.
pub const MADE_FOR: Millis = 1_767_225_600_000;
/// How far from there the clock may be: dates of some years before and after still take six bytes, and 13 digits.
const REACH: Millis = 20 * 365 * DAY;
/// Bytes of a date in a row or in an index.
const NUMBER: usize = 6;
/// Digits of a date in a text.
const DIGITS: usize = 13;

/// A packed database.
#[derive(Debug, Clone, Copy)]
pub struct Image(pub &'static [u8]);

impl Image {
    /// The file of the database as it has to be at `now`. `None` where the clock is too far off.
    pub fn at(self, now: Millis) -> Option<Vec<u8>> {
        let shift = now.checked_sub(MADE_FOR)?.div_euclid(DAY) * DAY;
        if shift.abs() > REACH {
            return None;
        }
        let mut database = lz4_flex::decompress_size_prepended(self.0).ok()?;
        let mut rest = database.as_slice();
        let (numbers, digits) = (places(&mut rest)?, places(&mut rest)?);
        let lists = database.len() - rest.len();
        database.drain(..lists);
        for place in numbers {
            move_number(database.get_mut(place..place + NUMBER)?, shift);
        }
        for place in digits {
            move_digits(database.get_mut(place..place + DIGITS)?, shift)?;
        }
        Some(database)
    }
}

fn move_number(bytes: &mut [u8], shift: Millis) {
    let date = bytes.iter().fold(0, |n: i64, byte| n << 8 | i64::from(*byte)) + shift;
    bytes.copy_from_slice(&date.to_be_bytes()[8 - NUMBER..]);
}

fn move_digits(bytes: &mut [u8], shift: Millis) -> Option<()> {
    let date: Millis = std::str::from_utf8(bytes).ok()?.parse().ok()?;
    let moved = (date + shift).to_string();
    (moved.len() == DIGITS).then(|| bytes.copy_from_slice(moved.as_bytes()))
}

/// A list of places at the beginning of `rest`, which is moved behind it.
fn places(rest: &mut &[u8]) -> Option<Vec<usize>> {
    let count = number(rest)?;
    let mut place = 0;
    let mut next = || {
        place += number(rest)?;
        Some(place)
    };
    (0..count).map(|_| next()).collect()
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut number = 0;
    for shift in (0..u32::BITS).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{DAY, MADE_FOR, move_digits, move_number, number, places};

    #[test]
    fn numbers_of_every_length_are_read() {
        let mut rest: &[u8] = &[0x05, 0x80, 0x01, 0xff, 0xff, 0x03, 0xff];
        assert_eq!([number(&mut rest), number(&mut rest), number(&mut rest)], [Some(5), Some(128), Some(65_535)]);
        assert_eq!(number(&mut rest), None);
        let mut rest: &[u8] = &[2, 3, 4, 9];
        assert_eq!(places(&mut rest), Some(vec![3, 7]));
        assert_eq!(rest, [9]);
    }

    #[test]
    fn dates_move_in_place() {
        let mut bytes = MADE_FOR.to_be_bytes();
        move_number(&mut bytes[2..], -DAY);
        assert_eq!(i64::from_be_bytes(bytes), MADE_FOR - DAY);
        let mut text = *b"1767225600000";
        assert_eq!(move_digits(&mut text, DAY), Some(()));
        assert_eq!(&text, b"1767312000000");
    }
}
