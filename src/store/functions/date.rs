//! Dates: instants in milliseconds come in, are read on the workspace's wall clock, and instants go out.
//!
//! As with .NET's DateTime all arithmetic is the wall clock's; what leaves the years 1 to 9999 is null.

use std::sync::Arc;

use rusqlite::functions::Context;
use rusqlite::{Connection, Result};

use super::arg::{int, real, runtime, scalar, text};
use super::calendar::{DAY, HOUR, MINUTE, SECOND, Wall, add_months, in_range, midnight};
use super::date_format;
use crate::clock::Zone;

/// What `WeekNumber` counts from, a Monday.
const FIRST_WEEK: (i64, i64, i64) = (1990, 1, 1);
/// Assumed: the service's own form is not documented.
const HUMAN: &str = "dd-MMM-yyyy";

pub(super) fn register(db: &Connection, zone: &Arc<Zone>) -> Result<()> {
    on_wall(db, "tp_date_part", 2, zone, |ctx, wall, _| text(ctx, 1).map(|name| part(wall, &name)).transpose())?;
    on_wall(db, "tp_date_floor", 2, zone, |ctx, wall, zone| {
        let floor = text(ctx, 1).map(|unit| floor(wall, &unit)).transpose()?;
        Ok(floor.map(|wall| zone.from_wall(wall)))
    })?;
    on_wall(db, "tp_date_add", 3, zone, |ctx, wall, zone| {
        let (Some(amount), Some(unit)) = (real(ctx, 1), text(ctx, 2)) else {
            return Ok(None);
        };
        Ok(add(wall, amount, &unit)?.map(|wall| zone.from_wall(wall)))
    })?;
    on_wall(db, "tp_week_number", 1, zone, |_, wall, _| {
        let (year, month, day) = FIRST_WEEK;
        Ok(Some((wall - midnight(year, month, day)) / (7 * DAY)))
    })?;
    on_wall(db, "tp_time_of_day", 1, zone, |_, wall, _| Ok(Some(wall.rem_euclid(DAY))))?;
    scalar(db, "tp_span_text", 1, |ctx| Ok(int(ctx, 0).map(date_format::span_text)))?;
    on_wall(db, "tp_human_date", 1, zone, |_, wall, zone| Ok(Some(date_format::format(wall, HUMAN, zone)?)))?;
    on_wall(db, "tp_format_date", 2, zone, |ctx, wall, zone| {
        text(ctx, 1).map(|format| date_format::format(wall, &format, zone)).transpose()
    })
}

/// Registers a function whose first argument is an instant, handed over as a wall-clock reading.
fn on_wall<T: rusqlite::ToSql>(
    db: &Connection,
    name: &str,
    count: i32,
    zone: &Arc<Zone>,
    f: impl Fn(&Context<'_>, i64, &Zone) -> Result<Option<T>> + Send + 'static,
) -> Result<()> {
    let zone = Arc::clone(zone);
    scalar(db, name, count, move |ctx| match int(ctx, 0).and_then(|at| in_range(zone.to_wall(at))) {
        Some(wall) => f(ctx, wall, &zone),
        None => Ok(None),
    })
}

fn part(wall: i64, name: &str) -> Result<i64> {
    let date = Wall::of(wall);
    Ok(match name {
        "year" => date.year,
        "month" => date.month,
        "day" => date.day,
        "hour" => date.time / HOUR,
        "minute" => date.time / MINUTE % 60,
        "second" => date.time / SECOND % 60,
        "millisecond" => date.time % SECOND,
        "dayofweek" => date.weekday(),
        "dayofyear" => date.day_of_year(),
        _ => return Err(unknown(name)),
    })
}

fn floor(wall: i64, unit: &str) -> Result<i64> {
    let date = Wall::of(wall);
    let first_of = |months: i64| midnight(date.year, (date.month - 1) / months * months + 1, 1);
    Ok(match unit {
        "day" => date.days * DAY,
        "month" => first_of(1),
        "quarter" => first_of(3),
        "halfyear" => first_of(6),
        "year" => first_of(12),
        "week-sunday" => (date.days - date.weekday()) * DAY,
        "week-monday" => (date.days - (date.weekday() + 6) % 7) * DAY,
        _ => return Err(unknown(unit)),
    })
}

fn add(wall: i64, amount: f64, unit: &str) -> Result<Option<i64>> {
    let step = match unit.trim_end_matches('s') {
        "year" => return Ok(add_months(wall, (amount as i64).saturating_mul(12))),
        "month" => return Ok(add_months(wall, amount as i64)),
        "day" => DAY,
        "hour" => HOUR,
        "minute" => MINUTE,
        "second" => SECOND,
        "millisecond" => 1,
        _ => return Err(unknown(unit)),
    };
    // .NET rounds the amount to the nearest millisecond, halves away from zero.
    let moved = wall.checked_add((amount * step as f64).round() as i64);
    Ok(moved.and_then(in_range))
}

fn unknown(unit: &str) -> rusqlite::Error {
    runtime(&format!("'{unit}' is no unit of time"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, connection, show};
    use rusqlite::types::Value;

    /// 2026-03-10T14:05:06.789Z
    const AT: &str = "1773151506789";

    fn at(cases: &[(&str, &str)], zone: &str) {
        let cases: Vec<_> = cases.iter().map(|(sql, value)| (sql.replace('@', AT), *value)).collect();
        let cases: Vec<_> = cases.iter().map(|(sql, value)| (sql.as_str(), *value)).collect();
        check(zone, &cases);
    }

    #[test]
    fn parts() {
        at(
            &[
                ("tp_date_part(@, 'year')", "2026"),
                ("tp_date_part(@, 'month')", "3"),
                ("tp_date_part(@, 'day')", "10"),
                ("tp_date_part(@, 'hour')", "14"),
                ("tp_date_part(@, 'minute')", "5"),
                ("tp_date_part(@, 'second')", "6"),
                ("tp_date_part(@, 'millisecond')", "789"),
                ("tp_date_part(@, 'dayofweek')", "2"),
                ("tp_date_part(@, 'dayofyear')", "69"),
                ("tp_date_part(null, 'year')", "null"),
                ("tp_time_of_day(@)", "50706789"),
                ("tp_week_number(@)", "1888"),
                ("tp_human_date(@)", "10-Mar-2026"),
                ("tp_span_text(90061001)", "1.01:01:01.0010000"),
                ("tp_span_text(-3600000)", "-01:00:00"),
                ("tp_span_text(null)", "null"),
            ],
            "UTC",
        );
        at(&[("tp_date_part(@, 'hour')", "15")], "Europe/Berlin");
    }

    #[test]
    fn floors() {
        let floor = |unit: &str, zone: &str| {
            let db = connection(zone);
            show(&db, &format!("tp_format_date(tp_date_floor({AT}, '{unit}'), 'yyyy-MM-dd HH:mm')"), &[])
        };
        assert_eq!(floor("day", "UTC"), "2026-03-10 00:00");
        assert_eq!(floor("month", "UTC"), "2026-03-01 00:00");
        assert_eq!(floor("quarter", "UTC"), "2026-01-01 00:00");
        assert_eq!(floor("halfyear", "UTC"), "2026-01-01 00:00");
        assert_eq!(floor("year", "UTC"), "2026-01-01 00:00");
        assert_eq!(floor("week-sunday", "UTC"), "2026-03-08 00:00");
        assert_eq!(floor("week-monday", "UTC"), "2026-03-09 00:00");
        assert_eq!(floor("day", "America/New_York"), "2026-03-10 00:00");
        // Daylight saving began between the two.
        assert_eq!(floor("month", "America/New_York"), "2026-03-01 00:00");
    }

    #[test]
    fn additions() {
        let db = connection("Europe/Berlin");
        let add = |from: &str, amount: f64, unit: &str| {
            let sql = "tp_format_date(tp_date_add(tp_to_date(?1), ?2, ?3), 'yyyy-MM-dd HH:mm:ss.fff')";
            show(&db, sql, &[Value::Text(from.to_owned()), Value::Real(amount), Value::Text(unit.to_owned())])
        };
        assert_eq!(add("2026-01-31", 1.0, "months"), "2026-02-28 00:00:00.000");
        assert_eq!(add("2024-02-29", 1.0, "year"), "2025-02-28 00:00:00.000");
        assert_eq!(add("2026-03-28 12:00:00", 1.0, "day"), "2026-03-29 12:00:00.000");
        assert_eq!(add("2026-03-10", 1.5, "day"), "2026-03-11 12:00:00.000");
        assert_eq!(add("2026-03-10", -0.5, "hour"), "2026-03-09 23:30:00.000");
        assert_eq!(add("2026-03-10", 1.0005, "second"), "2026-03-10 00:00:01.001");
        assert_eq!(add("9999-12-31", 1.0, "day"), "null");
        assert_eq!(add("2026-03-10", 1e300, "day"), "null");
    }
}
