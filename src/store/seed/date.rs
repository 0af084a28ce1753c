//! Dates of a seed: absolute ones, and days counted from the day of the clock (`today-14d 09:30:00`).

use crate::clock::{Millis, Zone};
use crate::date::parse_date;

const DAY: Millis = 86_400_000;

pub(super) fn seed_date(text: &str, zone: &Zone, now: Millis) -> Option<Millis> {
    let Some(rest) = text.trim().strip_prefix("today") else { return parse_date(text, zone) };
    let today = zone.to_wall(now).div_euclid(DAY) * DAY;
    let (shift, time) = rest.split_once(' ').unwrap_or((rest, ""));
    let days: i64 = if shift.is_empty() { 0 } else { shift.strip_suffix('d')?.parse().ok()? };
    let wall = today.checked_add(days.checked_mul(DAY)?)?.checked_add(time_of_day(time)?)?;
    Some(zone.from_wall(wall))
}

fn time_of_day(text: &str) -> Option<Millis> {
    if text.is_empty() {
        return Some(0);
    }
    let mut parts = text.split(':').map(|p| p.parse::<i64>().ok());
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    ((0..24).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&seconds))
        .then_some(((hours * 60 + minutes) * 60 + seconds) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_the_clocks_midnight() {
        let (zone, now) = (Zone::utc(), 1_773_144_000_000); // 2026-03-10T12:00:00Z
        assert_eq!(seed_date("today", &zone, now), Some(1_773_100_800_000));
        assert_eq!(seed_date("today-1d 09:30:00", &zone, now), Some(1_773_100_800_000 - DAY + 34_200_000));
        assert_eq!(seed_date("today+2d", &zone, now), Some(1_773_100_800_000 + 2 * DAY));
        assert_eq!(seed_date("todayish", &zone, now), None);
    }
}
