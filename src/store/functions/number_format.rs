//! .NET's number format strings in the invariant culture; here the standard ones (`F2`, `N0`, `P1`, `D4`, …).

use rusqlite::Result;

use super::arg::runtime;
use super::digits::Digits;
use super::number_custom::custom;

/// A number as the query has it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    Int(i64),
    Real(f64),
}

impl Number {
    fn digits(self) -> Digits {
        match self {
            Self::Int(n) => Digits::of_int(n),
            Self::Real(x) => Digits::of_real(x),
        }
    }
}

pub(super) fn format(number: Number, format: &str) -> Result<String> {
    if format.is_empty() {
        return Ok(number.digits().general());
    }
    let mut letters = format.chars();
    let letter = letters.next().unwrap_or('G');
    let precision = letters.as_str();
    if letter.is_ascii_alphabetic() && precision.len() <= 2 && precision.bytes().all(|b| b.is_ascii_digit()) {
        return standard(number, letter, precision.parse().ok());
    }
    Ok(custom(number.digits(), format))
}

fn standard(number: Number, letter: char, precision: Option<usize>) -> Result<String> {
    let digits = number.digits();
    let decimals = precision.unwrap_or(2);
    Ok(match (letter.to_ascii_uppercase(), number) {
        ('F', _) => signed(digits, decimals, |digits| fixed(digits, decimals, false)),
        ('N', _) => signed(digits, decimals, |digits| fixed(digits, decimals, true)),
        ('P', _) => signed(digits.shifted(2), decimals, |digits| format!("{} %", fixed(digits, decimals, true))),
        ('C', _) => {
            let digits = digits.rounded(decimals as i32);
            let amount = format!("¤{}", fixed(&digits, decimals, true));
            if digits.negative && !digits.is_zero() { format!("({amount})") } else { amount }
        }
        ('E', _) => scientific(digits, precision.unwrap_or(6), letter),
        ('G', _) if precision.is_some_and(|count| count > 0) => {
            digits.significant(precision.unwrap_or(0) as i32).general()
        }
        ('G' | 'R', _) => digits.general(),
        ('D', Number::Int(n)) => {
            let sign = if n < 0 { "-" } else { "" };
            format!("{sign}{:0width$}", n.unsigned_abs(), width = precision.unwrap_or(1))
        }
        ('X', Number::Int(n)) => hexadecimal(n, precision.unwrap_or(1), letter),
        _ => return Err(runtime("Format specifier was invalid.")),
    })
}

/// Rounds, writes the amount, puts the sign before it unless nothing but zeros is left.
fn signed(digits: Digits, decimals: usize, write: impl Fn(&Digits) -> String) -> String {
    let digits = digits.rounded(decimals as i32);
    let amount = write(&digits);
    if digits.negative && !digits.is_zero() { format!("-{amount}") } else { amount }
}

fn fixed(digits: &Digits, decimals: usize, grouped: bool) -> String {
    let mut whole = digits.whole();
    if whole.is_empty() {
        whole.push('0');
    }
    if grouped {
        whole = group(&whole);
    }
    match decimals {
        0 => whole,
        count => format!("{whole}.{}", digits.fraction(count)),
    }
}

fn group(whole: &str) -> String {
    let mut out = String::with_capacity(whole.len() + whole.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn scientific(digits: Digits, decimals: usize, letter: char) -> String {
    let digits = digits.significant(decimals as i32 + 1);
    let (mut mantissa, exponent) = digits.scientific();
    if decimals > 0 {
        if !mantissa.contains('.') {
            mantissa.push('.');
        }
        while mantissa.len() < decimals + 2 {
            mantissa.push('0');
        }
    }
    let sign = if digits.negative && !digits.is_zero() { "-" } else { "" };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{mantissa}{letter}{direction}{:03}", exponent.abs())
}

/// Int32 where the number fits, as .NET prints negative ones in two's complement.
fn hexadecimal(n: i64, width: usize, letter: char) -> String {
    let bits = match i32::try_from(n) {
        Ok(n) => u64::from(n.cast_unsigned()),
        Err(_) => n.cast_unsigned(),
    };
    if letter == 'x' { format!("{bits:0width$x}") } else { format!("{bits:0width$X}") }
}

#[cfg(test)]
mod tests {
    use super::{Number, format};

    #[test]
    fn reals() {
        for (x, pattern, expected) in [
            (1234.5, "F2", "1234.50"),
            (1234.5, "F0", "1235"),
            (-0.004, "F2", "0.00"),
            (1234567.891, "N2", "1,234,567.89"),
            (1234567.891, "N0", "1,234,568"),
            (-12.0, "N", "-12.00"),
            (0.5, "P0", "50 %"),
            (0.1234, "P", "12.34 %"),
            (12345.678, "E2", "1.23E+004"),
            (0.0, "E3", "0.000E+000"),
            (12.5, "C", "¤12.50"),
            (-12.5, "C", "(¤12.50)"),
            (12.3456, "G3", "12.3"),
            (5.0, "", "5"),
            (5.0, "0.00", "5.00"),
            (5.256, "0.##", "5.26"),
            (5.0, "0.##", "5"),
            (0.5, "#.##", ".5"),
            (0.0, "#", ""),
            (1234567.5, "#,##0.00", "1,234,567.50"),
            (12.0, "#,##0", "12"),
            (1234567.0, "0,,.0", "1.2"),
            (0.256, "0.0%", "25.6%"),
            (-3.5, "0.0", "-3.5"),
            (-3.5, "0.0;(0.0)", "(3.5)"),
            (0.0, "0;-0;none", "none"),
            (7.0, "000", "007"),
            (1234567890.0, "(###) ###-####", "(123) 456-7890"),
            (5.0, "0 'h'", "5 h"),
            (5.0, "0 \\h", "5 h"),
            (99.999, "0.00", "100.00"),
            (12.0, "0,000", "0,012"),
        ] {
            assert_eq!(format(Number::Real(x), pattern).expect(pattern), expected, "{x} {pattern}");
        }
        assert!(format(Number::Real(1.5), "D2").is_err());
    }

    #[test]
    fn integers() {
        for (n, pattern, expected) in [
            (5, "D4", "0005"),
            (-5, "D4", "-0005"),
            (255, "X", "FF"),
            (255, "x4", "00ff"),
            (-1, "X", "FFFFFFFF"),
            (1_234_567, "N0", "1,234,567"),
            (5, "F2", "5.00"),
            (5, "G", "5"),
            (1_000, "#,#", "1,000"),
        ] {
            assert_eq!(format(Number::Int(n), pattern).expect(pattern), expected, "{n} {pattern}");
        }
        assert!(format(Number::Int(5), "Q2").is_err());
    }
}
