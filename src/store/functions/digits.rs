//! Numbers as decimal digits, the way .NET prints them.
//!
//! Fifteen significant digits, as .NET's own default: money and effort are exact decimals there, and the sixteenth
//! digit of a binary sum is noise (0.1 + 0.2 prints 0.3).

const PRECISION: usize = 15;

/// A number as sign, digits and the place of the point: 0.d1d2d3… times ten to the `point`.
#[derive(Debug, Clone)]
pub(super) struct Digits {
    pub negative: bool,
    /// Without leading or trailing zeros; empty for zero.
    digits: Vec<u8>,
    point: i32,
}

impl Digits {
    pub(super) fn of_real(x: f64) -> Self {
        let text = format!("{:.*e}", PRECISION - 1, x.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        Self { negative: x < 0.0, digits, point: exponent.parse().unwrap_or(0) + 1 }.trimmed()
    }

    pub(super) fn of_int(n: i64) -> Self {
        let digits = n.unsigned_abs().to_string().into_bytes();
        let point = i32::try_from(digits.len()).unwrap_or(0);
        Self { negative: n < 0, digits, point }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        let zeros = self.digits.iter().take_while(|&&d| d == b'0').count();
        self.digits.drain(..zeros);
        self.point -= zeros as i32;
        while self.digits.last() == Some(&b'0') {
            self.digits.pop();
        }
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }

    pub(super) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Times ten to the `power`.
    pub(super) fn shifted(mut self, power: i32) -> Self {
        if !self.is_zero() {
            self.point += power;
        }
        self
    }

    /// Rounds to that many decimals, halves away from zero.
    pub(super) fn rounded(self, decimals: i32) -> Self {
        let keep = self.point + decimals;
        self.cut(keep)
    }

    /// Rounds to that many decimals, halves to the even digit.
    pub(super) fn rounded_to_even(self, decimals: i32) -> Self {
        let keep = usize::try_from(self.point + decimals);
        match keep {
            // Exactly a half, and the digit before is even: down.
            Ok(keep)
                if self.digits.get(keep..) == Some(b"5") && (keep == 0 || self.digits[keep - 1].is_multiple_of(2)) =>
            {
                Self { digits: self.digits[..keep].to_vec(), ..self }.trimmed()
            }
            _ => self.rounded(decimals),
        }
    }

    /// Rounds to that many significant digits.
    pub(super) fn significant(self, count: i32) -> Self {
        self.cut(count)
    }

    fn cut(mut self, keep: i32) -> Self {
        let Ok(keep) = usize::try_from(keep) else {
            return Self { digits: Vec::new(), ..self }.trimmed();
        };
        if keep >= self.digits.len() {
            return self;
        }
        let up = self.digits[keep] >= b'5';
        self.digits.truncate(keep);
        if up {
            match self.digits.iter().rposition(|&d| d != b'9') {
                Some(at) => {
                    self.digits.truncate(at + 1);
                    self.digits[at] += 1;
                }
                None => {
                    self.digits = vec![b'1'];
                    self.point += 1;
                }
            }
        }
        self.trimmed()
    }

    /// The digits before the point, without leading zeros; empty below one.
    pub(super) fn whole(&self) -> String {
        (0..self.point.max(0)).map(|place| self.digit(place)).collect()
    }

    /// Exactly `count` digits after the point.
    pub(super) fn fraction(&self, count: usize) -> String {
        (0..count as i32).map(|place| self.digit(self.point.min(0) + place + self.point.max(0))).collect()
    }

    /// How many digits follow the point.
    pub(super) fn decimals(&self) -> usize {
        usize::try_from(self.digits.len() as i32 - self.point).unwrap_or(0)
    }

    /// The digit `place` places after the first whole place (or after the point, below one).
    fn digit(&self, place: i32) -> char {
        let digit = usize::try_from(place).ok().and_then(|place| self.digits.get(place));
        digit.map_or('0', |&digit| char::from(digit))
    }

    /// `d.ddd` and the power of ten to it.
    pub(super) fn scientific(&self) -> (String, i32) {
        let mut text: String = self.digits.iter().map(|&digit| char::from(digit)).collect();
        if text.is_empty() {
            text.push('0');
        }
        if text.len() > 1 {
            text.insert(1, '.');
        }
        (text, if self.is_zero() { 0 } else { self.point - 1 })
    }

    /// .NET's general format: no superfluous zeros, an exponent only where the plain form gets long.
    pub(super) fn general(&self) -> String {
        let (mantissa, exponent) = self.scientific();
        let sign = if self.negative && !self.is_zero() { "-" } else { "" };
        if !(-4..PRECISION as i32).contains(&exponent) {
            let direction = if exponent < 0 { '-' } else { '+' };
            return format!("{sign}{mantissa}E{direction}{:02}", exponent.abs());
        }
        let whole = self.whole();
        let whole = if whole.is_empty() { "0" } else { &whole };
        match self.decimals() {
            0 => format!("{sign}{whole}"),
            count => format!("{sign}{whole}.{}", self.fraction(count)),
        }
    }
}

/// `ToString()` of a decimal or double.
pub(super) fn number_text(x: f64) -> String {
    if x.is_nan() {
        return "NaN".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    Digits::of_real(x).general()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Digits, number_text};

    #[test]
    fn general_form() {
        for (x, expected) in [
            (5.0, "5"),
            (5.5, "5.5"),
            (-0.25, "-0.25"),
            (0.0, "0"),
            (-0.0, "0"),
            (100.0, "100"),
            (0.1 + 0.2, "0.3"),
            (0.001, "0.001"),
            (1e14, "100000000000000"),
            (1e15, "1E+15"),
            (1.5e20, "1.5E+20"),
            (0.00001, "1E-05"),
            (0.0001, "0.0001"),
            (123456.789, "123456.789"),
        ] {
            assert_eq!(number_text(x), expected);
        }
    }

    #[test]
    fn rounding() {
        let round = |x: f64, decimals| Digits::of_real(x).rounded(decimals).general();
        assert_eq!(round(2.345, 2), "2.35");
        assert_eq!(round(9.999, 2), "10");
        assert_eq!(round(0.004, 2), "0");
        assert_eq!(round(0.005, 2), "0.01");
        assert_eq!(round(-1.5, 0), "-2");
        assert_eq!(round(149.0, -1), "150");
    }

    proptest! {
        #[test]
        fn integers_read_back(n in any::<i32>()) {
            prop_assert_eq!(number_text(f64::from(n)), n.to_string());
            prop_assert_eq!(Digits::of_int(i64::from(n)).general(), n.to_string());
        }

        #[test]
        fn reals_read_back(x in -1e9..1e9f64) {
            let back: f64 = number_text(x).parse().expect("number");
            assert!((back - x).abs() <= x.abs() * 1e-14);
        }
    }
}
