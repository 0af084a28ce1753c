//! Numbers and time spans as .NET prints them. Reals must be finite.

use crate::clock::Millis;

/// The size up to which a double holds every integer; digits beyond are noise.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub fn integer(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Four digits after the point, always.
pub fn decimal(out: &mut Vec<u8>, value: f64) {
    let scaled = value.abs() * 10_000.0;
    if scaled >= EXACT {
        out.extend_from_slice(format!("{value:.4}").as_bytes());
        return;
    }
    let scaled = (scaled + 0.5) as u64;
    sign(out, value < 0.0 && scaled != 0);
    out.extend_from_slice(itoa::Buffer::new().format(scaled / 10_000).as_bytes());
    let rest = scaled % 10_000;
    let high = pair(rest / 100);
    let low = pair(rest % 100);
    out.extend_from_slice(&[b'.', high[0], high[1], low[0], low[1]]);
}

/// Up to six digits after the point, cut and not rounded, at least one.
pub fn average(out: &mut Vec<u8>, value: f64) {
    const SCALE: u64 = 1_000_000;
    let scaled = value.abs() * SCALE as f64;
    if scaled >= EXACT {
        double(out, value, true);
        return;
    }
    // A decimal such as 12.3 has no exact double; what lies a few units in the last place off a digit means it.
    let nearest = scaled.round();
    let scaled = if (scaled - nearest).abs() <= scaled * 4e-15 { nearest } else { scaled.trunc() } as u64;
    sign(out, value < 0.0 && scaled != 0);
    out.extend_from_slice(itoa::Buffer::new().format(scaled / SCALE).as_bytes());
    let rest = scaled % SCALE;
    let mut digits = [b'.', 0, 0, 0, 0, 0, 0];
    for (i, part) in [rest / 10_000, rest / 100 % 100, rest % 100].into_iter().enumerate() {
        digits[1 + 2 * i..3 + 2 * i].copy_from_slice(&pair(part));
    }
    let mut end = digits.len();
    while end > 2 && digits[end - 1] == b'0' {
        end -= 1;
    }
    out.extend_from_slice(&digits[..end]);
}

/// The shortest text that reads back as the same number: `81.5`, `1E+16`, `1E-05`. `fraction` asks for `81.0` in
/// place of `81`.
pub fn double(out: &mut Vec<u8>, value: f64, fraction: bool) {
    let size = value.abs();
    if size < 1e15 && (value as i64) as f64 == value {
        integer(out, value as i64);
        if fraction {
            out.extend_from_slice(b".0");
        }
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(value);
    if (1e-4..1e15).contains(&size) {
        out.extend_from_slice(text.as_bytes());
    } else {
        general(out, text, fraction);
    }
}

/// Lays out a number by .NET's general format: an exponent when there are more places before the point than digits
/// (and than 15), or more than three zeros after it.
fn general(out: &mut Vec<u8>, text: &str, fraction: bool) {
    let unsigned = text.trim_start_matches('-');
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let written = [whole, part].concat();
    let leading = written.len() - written.trim_start_matches('0').len();
    let digits = written.trim_matches('0');
    // Where the point stands, counted from the first digit.
    let point = whole.len() as i32 - leading as i32 + exponent.parse::<i32>().unwrap_or(0);

    sign(out, text.starts_with('-'));
    if point > (digits.len() as i32).max(15) || point < -3 {
        let (first, rest) = digits.split_at(1);
        out.extend_from_slice(first.as_bytes());
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest.as_bytes());
        }
        let exponent = point - 1;
        out.extend_from_slice(if exponent < 0 { b"E-" } else { b"E+" });
        if exponent.abs() < 10 {
            out.push(b'0');
        }
        integer(out, i64::from(exponent.abs()));
        return;
    }
    let point = point.max(0) as usize;
    let kept = digits.len().min(point);
    out.extend_from_slice(&digits.as_bytes()[..kept]);
    out.resize(out.len() + point - kept, b'0');
    if kept < digits.len() {
        out.push(b'.');
        out.extend_from_slice(&digits.as_bytes()[kept..]);
    } else if fraction {
        out.extend_from_slice(b".0");
    }
}

/// .NET's constant format: `[-][d.]hh:mm:ss[.fffffff]`.
pub fn time_span(out: &mut Vec<u8>, millis: Millis) {
    sign(out, millis < 0);
    let size = millis.unsigned_abs();
    let (days, rest) = (size / 86_400_000, size % 86_400_000);
    if days > 0 {
        out.extend_from_slice(itoa::Buffer::new().format(days).as_bytes());
        out.push(b'.');
    }
    let hours = pair(rest / 3_600_000);
    let minutes = pair(rest / 60_000 % 60);
    let seconds = pair(rest / 1000 % 60);
    out.extend_from_slice(&[hours[0], hours[1], b':', minutes[0], minutes[1], b':', seconds[0], seconds[1]]);
    let fraction = rest % 1000;
    if fraction > 0 {
        let low = pair(fraction % 100);
        out.extend_from_slice(&[b'.', b'0' + (fraction / 100) as u8, low[0], low[1]]);
        out.extend_from_slice(b"0000");
    }
}

/// Two digits of a number below 100.
pub fn pair(n: u64) -> [u8; 2] {
    [b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8]
}

fn sign(out: &mut Vec<u8>, negative: bool) {
    if negative {
        out.push(b'-');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    // source: recorded 2013 and 2015 (`0.0000`, `38.0000`)
    #[test]
    fn decimals_have_four_digits() {
        for (value, expected) in [
            (0.0, "0.0000"),
            (-0.0, "0.0000"),
            (38.0, "38.0000"),
            (12.5, "12.5000"),
            (0.25, "0.2500"),
            (-2.71816, "-2.7182"),
            (-0.00001, "0.0000"),
            (0.0001, "0.0001"),
            (123_456_789_012.345, "123456789012.3450"),
            (1e18, "1000000000000000000.0000"),
        ] {
            assert_eq!(text(|out| decimal(out, value)), expected);
        }
    }

    // source: docs, v2 overview (`average` of efforts) and v1 `append` sample (`12.5`)
    #[test]
    fn averages_are_cut_after_six_digits() {
        for (value, expected) in [
            (9.851_851_851_851_851, "9.851851"),
            (2.0 / 3.0, "0.666666"),
            (12.5, "12.5"),
            (12.3, "12.3"),
            (0.1 + 0.2, "0.3"),
            (4.0, "4.0"),
            (-0.000_000_1, "0.0"),
            (-1.5, "-1.5"),
            (2.05, "2.05"),
            (1_234_567.891, "1234567.891"),
        ] {
            assert_eq!(text(|out| average(out, value)), expected);
        }
    }

    // source: recorded 2013, 2016 and 2026 (`233.0` in JSON, `81` and `722.875` in XML)
    #[test]
    fn doubles_are_shortest() {
        for (value, json, xml) in [
            (233.0, "233.0", "233"),
            (0.0, "0.0", "0"),
            (-7.0, "-7.0", "-7"),
            (722.875, "722.875", "722.875"),
            (63885.15150416055, "63885.15150416055", "63885.15150416055"),
            (289123.6562982935, "289123.6562982935", "289123.6562982935"),
            (0.5, "0.5", "0.5"),
        ] {
            assert_eq!(text(|out| double(out, value, true)), json);
            assert_eq!(text(|out| double(out, value, false)), xml);
        }
    }

    // source: .NET documentation, general format of Double
    #[test]
    fn large_and_small_doubles_take_an_exponent() {
        for (value, expected) in [
            (999_999_999_999_999.0, "999999999999999.0"),
            (1e15, "1E+15"),
            (1_234_567_890_123_456.0, "1234567890123456.0"),
            (12_345_678_901_234_567.0, "12345678901234568.0"),
            (1e100, "1E+100"),
            (-1.5e300, "-1.5E+300"),
            (0.0001, "0.0001"),
            (0.00012, "0.00012"),
            (0.00001, "1E-05"),
            (0.0000123, "1.23E-05"),
            (5e-324, "5E-324"),
        ] {
            assert_eq!(text(|out| double(out, value, true)), expected);
        }
    }

    // source: .NET documentation, constant format of TimeSpan
    #[test]
    fn time_spans_are_constant_format() {
        for (value, expected) in [
            (0, "00:00:00"),
            (3_661_000, "01:01:01"),
            (86_400_000, "1.00:00:00"),
            (-90_061_500, "-1.01:01:01.5000000"),
            (57, "00:00:00.0570000"),
        ] {
            assert_eq!(text(|out| time_span(out, value)), expected);
        }
    }

    proptest! {
        #[test]
        fn doubles_read_back(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            let json = text(|out| double(out, value, true));
            prop_assert_eq!(json.parse::<f64>().unwrap(), value);
            prop_assert!(json.contains(['.', 'E']) && serde_json::from_str::<f64>(&json).is_ok());
        }

        #[test]
        fn decimals_are_near(value in -1e12..1e12f64) {
            let json = text(|out| decimal(out, value));
            prop_assert!((json.parse::<f64>().unwrap() - value).abs() <= 0.00006 + value.abs() * 1e-15);
        }

        #[test]
        fn decimals_of_four_digits_are_exact(units in -1_000_000_000_000i64..1_000_000_000_000) {
            let value = units as f64 / 10_000.0;
            prop_assert_eq!(text(|out| decimal(out, value)), format!("{value:.4}"));
        }
    }
}
