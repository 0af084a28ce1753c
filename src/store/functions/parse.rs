//! Reads a date from text.

use super::calendar::{DAY, HOUR, MINUTE, SECOND, days_in_month, in_range, midnight};
use crate::clock::Zone;

/// The instant that `text` names on the zone's wall clock.
pub(super) fn parse_date(text: &str, zone: &Zone) -> Option<i64> {
    let text = text.trim();
    let split = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (date, time) = text.split_at(split);
    let mut parts = date.splitn(3, ['-', '/']).map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let valid = (1..=9999).contains(&year) && (1..=12).contains(&month);
    if !valid || !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let midnight = midnight(year, month, day);
    let time = time.trim_start_matches(['T', 't', ' ']);
    if time.is_empty() {
        return Some(zone.from_wall(midnight));
    }
    let (time, offset) = split_offset(time)?;
    let wall = in_range(midnight + parse_time(time)?)?;
    Some(offset.map_or_else(|| zone.from_wall(wall), |offset| wall - offset))
}

fn split_offset(time: &str) -> Option<(&str, Option<i64>)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, Some(0)));
    }
    let Some(at) = time.find(['+', '-']) else {
        return Some((time, None));
    };
    let (time, offset) = time.split_at(at);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let digits: String = offset[1..].chars().filter(|&c| c != ':').collect();
    let number: i64 = digits.parse().ok()?;
    let (hours, minutes) = if digits.len() > 2 { (number / 100, number % 100) } else { (number, 0) };
    Some((time, Some(sign * (hours * HOUR + minutes * MINUTE))))
}

fn parse_time(time: &str) -> Option<i64> {
    let mut parts = time.trim().splitn(3, ':');
    let hour: i64 = parts.next()?.parse().ok()?;
    let minute: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().map_or(Some(0.0), |part| part.parse().ok())?;
    let valid = (0..24).contains(&hour) && (0..60).contains(&minute) && (0.0..60.0).contains(&seconds);
    let millis = hour * HOUR + minute * MINUTE + (seconds * SECOND as f64).round() as i64;
    (valid && millis < DAY).then_some(millis)
}

#[cfg(test)]
mod tests {
    use super::parse_date;
    use crate::clock::Zone;

    #[test]
    fn forms() {
        let zone = Zone::utc();
        for (text, expected) in [
            ("2026-03-10", Some(1_773_100_800_000)),
            ("2026-3-10", Some(1_773_100_800_000)),
            ("2026-03-10T14:05:06.789Z", Some(1_773_151_506_789)),
            ("2026-03-10 14:05", Some(1_773_151_500_000)),
            ("2026-03-10T14:05:06+02:00", Some(1_773_144_306_000)),
            ("2026-02-30", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(parse_date(text, &zone), expected, "{text}");
        }
    }
}
