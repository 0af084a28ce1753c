//! Days since 1970-01-01 to year, month, day and back, in the proleptic Gregorian calendar.

pub const DAY: i64 = 86_400_000;

/// Wall-clock milliseconds of 0001-01-01T00:00:00.
pub const FIRST: i64 = -62_135_596_800_000;
/// Wall-clock milliseconds of 9999-12-31T23:59:59.999.
pub const LAST: i64 = 253_402_300_799_999;

/// Days per 400 years.
const ERA: i64 = 146_097;
/// Days from 0000-03-01, where an era starts, to 1970-01-01.
const EPOCH: i64 = 719_468;

/// Year, month and day of a day number. Years count from March inside, so that the leap day comes last.
pub fn from_days(days: i64) -> (i64, u32, u32) {
    let days = days + EPOCH;
    let era = days.div_euclid(ERA);
    let day_of_era = days.rem_euclid(ERA);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month as u32, day as u32)
}

/// The day number of a date, or `None` where there is no such day in the years 1 to 9999.
pub fn to_days(year: u32, month: u32, day: u32) -> Option<i64> {
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    let shifted_year = i64::from(year) - i64::from(month <= 2);
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let shifted = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    Some(era * ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH)
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_days_of_the_calendar() {
        assert_eq!(to_days(1, 1, 1), Some(FIRST / DAY));
        assert_eq!(to_days(9999, 12, 31), Some((LAST + 1) / DAY - 1));
        assert_eq!(from_days(0), (1970, 1, 1));
    }

    #[test]
    fn every_day_goes_there_and_back() {
        for days in FIRST / DAY..=LAST / DAY {
            let (year, month, day) = from_days(days);
            assert_eq!(to_days(year as u32, month, day), Some(days));
        }
    }

    #[test]
    fn days_that_never_were_are_refused() {
        for (year, month, day) in [(2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, 13, 1), (2024, 1, 0), (0, 1, 1)]
        {
            assert_eq!(to_days(year, month, day), None);
        }
        assert!(to_days(2000, 2, 29).is_some());
    }
}
