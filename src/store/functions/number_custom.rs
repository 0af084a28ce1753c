//! .NET's custom number formats: `0` and `#` places, grouping and scaling commas, percent, sections, literals.

use super::digits::Digits;

/// A piece of a custom format section.
#[derive(Debug, PartialEq)]
enum Piece {
    /// `0` (true) or `#`.
    Digit(bool),
    Point,
    Literal(char),
}

#[derive(Debug, Default)]
struct Section {
    pieces: Vec<Piece>,
    grouped: bool,
    /// Power of ten that percent signs and scaling commas ask for.
    shift: i32,
}

pub(super) fn custom(digits: Digits, format: &str) -> String {
    let sections = sections(format);
    let negative = digits.negative && !digits.is_zero();
    let chosen = match (negative, digits.is_zero()) {
        (true, _) if sections.get(1).is_some_and(|section| !section.pieces.is_empty()) => 1,
        (_, true) if sections.len() > 2 => 2,
        _ => 0,
    };
    let section = &sections[chosen];
    let digits = digits.shifted(section.shift).rounded(section.places(true) as i32);
    let sign = if negative && chosen == 0 && !digits.is_zero() { "-" } else { "" };
    format!("{sign}{}", section.write(&digits))
}

fn sections(format: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut commas = 0;
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        let Some(section) = sections.last_mut() else {
            break;
        };
        if commas > 0 && c != ',' {
            section.take_commas(commas, matches!(c, '0' | '#'));
            commas = 0;
        }
        match c {
            '0' | '#' => section.pieces.push(Piece::Digit(c == '0')),
            '.' if !section.pieces.contains(&Piece::Point) => section.pieces.push(Piece::Point),
            '.' => {}
            ',' => commas += 1,
            '%' => {
                section.shift += 2;
                section.pieces.push(Piece::Literal('%'));
            }
            ';' => sections.push(Section::default()),
            '\\' => section.pieces.extend(chars.next().map(Piece::Literal)),
            '\'' | '"' => section.pieces.extend(chars.by_ref().take_while(|&other| other != c).map(Piece::Literal)),
            c => section.pieces.push(Piece::Literal(c)),
        }
    }
    if let Some(section) = sections.last_mut() {
        section.take_commas(commas, false);
    }
    sections
}

impl Section {
    /// Commas between digits group; commas after the last digit before the point divide by a thousand each.
    fn take_commas(&mut self, commas: i32, digit_follows: bool) {
        let after_digit = self.pieces.iter().any(|piece| matches!(piece, Piece::Digit(_)));
        if commas == 0 || !after_digit || self.pieces.contains(&Piece::Point) {
            return;
        }
        if digit_follows {
            self.grouped = true;
        } else {
            self.shift -= 3 * commas;
        }
    }

    /// How many digit places stand after (or before) the point.
    fn places(&self, after: bool) -> usize {
        let point = self.point();
        let side = if after { &self.pieces[point..] } else { &self.pieces[..point] };
        side.iter().filter(|piece| matches!(piece, Piece::Digit(_))).count()
    }

    fn point(&self) -> usize {
        self.pieces.iter().position(|piece| *piece == Piece::Point).unwrap_or(self.pieces.len())
    }

    fn write(&self, digits: &Digits) -> String {
        let (before, after) = self.pieces.split_at(self.point());
        let mut out = String::new();
        self.write_whole(before, digits, &mut out);
        write_fraction(after, digits, &mut out);
        out
    }

    fn write_whole(&self, pieces: &[Piece], digits: &Digits, out: &mut String) {
        let whole: Vec<char> = digits.whole().chars().collect();
        let places = self.places(false);
        // The first zero fixes the least number of digits.
        let first_zero =
            pieces.iter().filter(|piece| matches!(piece, Piece::Digit(_))).position(|p| *p == Piece::Digit(true));
        let least = first_zero.map_or(0, |at| places - at);
        let length = whole.len().max(least);
        let put = |from_right: usize, out: &mut String| {
            let digit = whole.len().checked_sub(from_right + 1).map_or('0', |at| whole[at]);
            out.push(digit);
            if self.grouped && from_right > 0 && from_right.is_multiple_of(3) {
                out.push(',');
            }
        };
        let mut left = places;
        for piece in pieces {
            match piece {
                Piece::Literal(c) => out.push(*c),
                Piece::Point => {}
                Piece::Digit(_) => {
                    // The first place takes all digits there is no place for.
                    let upper = if left == places { length.max(left) } else { left };
                    for from_right in (left - 1..upper).rev().filter(|&from_right| from_right < length) {
                        put(from_right, out);
                    }
                    left -= 1;
                }
            }
        }
    }
}

fn write_fraction(pieces: &[Piece], digits: &Digits, out: &mut String) {
    let is_digit = |piece: &&Piece| matches!(piece, Piece::Digit(_));
    let least = pieces.iter().filter(is_digit).enumerate().filter(|(_, piece)| **piece == Piece::Digit(true));
    let least = least.last().map_or(0, |(at, _)| at + 1);
    let count = least.max(digits.decimals());
    let mut fraction = digits.fraction(count).into_bytes().into_iter();
    for piece in pieces {
        match piece {
            Piece::Point if count > 0 => out.push('.'),
            Piece::Point => {}
            Piece::Literal(c) => out.push(*c),
            Piece::Digit(_) => out.extend(fraction.next().map(char::from)),
        }
    }
}
