//! The calendar of .NET's DateTime: days, months and years on wall-clock milliseconds.
//!
//! Knows no time zones; a wall-clock reading is what the clock shows, counted from 1970-01-01T00:00.

pub(super) const SECOND: i64 = 1000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// 0001-01-01T00:00 and the last millisecond of the year 9999.
const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// A wall-clock reading in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wall {
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
    /// Milliseconds after midnight.
    pub time: i64,
    /// Days since 1970-01-01.
    pub days: i64,
}

/// The reading if .NET can express it.
pub(super) fn in_range(wall: i64) -> Option<i64> {
    RANGE.contains(&wall).then_some(wall)
}

impl Wall {
    pub(super) fn of(wall: i64) -> Self {
        let days = wall.div_euclid(DAY);
        let (year, month, day) = date_of(days);
        Self { year, month, day, time: wall.rem_euclid(DAY), days }
    }

    /// From 0, which is Sunday.
    pub(super) fn weekday(&self) -> i64 {
        // 1970-01-01 was a Thursday.
        (self.days + 4).rem_euclid(7)
    }

    /// From 1.
    pub(super) fn day_of_year(&self) -> i64 {
        self.days - days_of(self.year, 1, 1) + 1
    }
}

/// Midnight of a date, as a wall-clock reading.
pub(super) fn midnight(year: i64, month: i64, day: i64) -> i64 {
    days_of(year, month, day) * DAY
}

pub(super) fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Moves by whole months; a day the target month lacks becomes its last.
pub(super) fn add_months(wall: i64, months: i64) -> Option<i64> {
    let Wall { year, month, day, time, .. } = Wall::of(wall);
    let index = (year * 12 + month - 1).checked_add(months)?;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    if !(1..=9999).contains(&year) {
        return None;
    }
    Some(midnight(year, month, day.min(days_in_month(year, month))) + time)
}

// Both directions count in years that begin on 1 March, so that the leap day is the last of its year.

/// Days since 1970-01-01.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let before = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    before + (153 * month + 2) / 5 + day - 1 - 719_468
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{DAY, Wall, add_months, in_range, midnight};

    #[test]
    fn every_day_goes_there_and_back() {
        let (mut year, mut month, mut day) = (1, 1, 1);
        for days in -719_162..2_932_897 {
            let wall = Wall::of(days * DAY);
            assert_eq!((wall.year, wall.month, wall.day), (year, month, day));
            assert_eq!(midnight(year, month, day), days * DAY);
            day += 1;
            if day > super::days_in_month(year, month) {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
        assert_eq!(in_range(midnight(10_000, 1, 1)), None);
        assert_eq!(in_range(midnight(1, 1, 1)), Some(midnight(1, 1, 1)));
    }

    #[test]
    fn weekdays_and_months() {
        assert_eq!(Wall::of(midnight(2026, 3, 10)).weekday(), 2);
        assert_eq!(Wall::of(midnight(2024, 12, 31)).day_of_year(), 366);
        assert_eq!(add_months(midnight(2026, 1, 31), 1), Some(midnight(2026, 2, 28)));
        assert_eq!(add_months(midnight(2024, 2, 29), -12), Some(midnight(2023, 2, 28)));
        assert_eq!(add_months(midnight(9999, 12, 1), 1), None);
    }
}
