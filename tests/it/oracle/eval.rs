//! The naive evaluator: plain rows in, values out. Null is unknown, as in SQL, save where the language says otherwise:
//! texts join null as nothing, and `!=` holds for null.

use serde_json::{Map, Value};

use super::tree::{Date, Num, Test, Text};

pub type Row = Map<String, Value>;

const DAY: i64 = 86_400_000;

/// Midnight of the last of February 2026.
const DAY_ZERO: i64 = 1_772_236_800_000;

/// Fields are kept under their path with the dots replaced.
fn field<'r>(row: &'r Row, name: &str) -> Option<&'r Value> {
    row.get(&name.replace('.', "_")).filter(|v| !v.is_null())
}

fn tasks(row: &Row) -> impl Iterator<Item = &Row> {
    row.get("tasks").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

impl Num {
    pub fn value(&self, row: &Row) -> Option<f64> {
        match self {
            Num::Field(name) => field(row, name)?.as_f64(),
            Num::Whole(n) => Some(f64::from(*n)),
            Num::Real(x) => Some(*x),
            Num::Negate(x) => Some(-x.value(row)?),
            Num::Sum(op, a, b) => {
                let (a, b) = (a.value(row)?, b.value(row)?);
                match op {
                    '+' => Some(a + b),
                    '-' => Some(a - b),
                    '*' => Some(a * b),
                    _ => (b != 0.0).then(|| a / b),
                }
            }
            Num::Abs(x) => Some(x.value(row)?.abs()),
            Num::Length(t) => Some(t.value(row)?.chars().count() as f64),
            Num::Words(t) => Some(t.value(row).map_or(0, |text| text.split(' ').count()) as f64),
            Num::IndexOf(t, part) => {
                let text = t.value(row)?.to_lowercase();
                Some(text.find(&part.to_lowercase()).map_or(-1.0, |at| text[..at].chars().count() as f64))
            }
            Num::Or(name, n) => Some(field(row, name).and_then(Value::as_f64).unwrap_or(f64::from(*n))),
            Num::If(test, a, b) => if test.value(row) == Some(true) { a } else { b }.value(row),
            Num::DatePart(name, part) => {
                let (year, month, day) = civil(field(row, name)?.as_i64()?.div_euclid(DAY));
                Some(match *part {
                    "Year" => year,
                    "Month" => month,
                    _ => day,
                } as f64)
            }
            Num::Count(test) => Some(tasks(row).filter(|task| test.value(task) == Some(true)).count() as f64),
            Num::Total(x) => Some(tasks(row).filter_map(|task| x.value(task)).sum()),
            Num::Greatest(x) => tasks(row).filter_map(|task| x.value(task)).max_by(f64::total_cmp),
        }
    }
}

impl Text {
    pub fn value(&self, row: &Row) -> Option<String> {
        match self {
            Text::Field(name) => field(row, name)?.as_str().map(str::to_owned),
            Text::Literal(text) => Some((*text).to_owned()),
            Text::Join(a, b) => Some(a.value(row).unwrap_or_default() + &b.value(row).unwrap_or_default()),
            Text::Upper(t) => Some(t.value(row)?.to_uppercase()),
            Text::Trim(t) => Some(t.value(row)?.trim().to_owned()),
            Text::Replace(t, old, new) => Some(t.value(row)?.replace(old, new)),
            Text::Or(name, other) => Some(field(row, name).and_then(Value::as_str).unwrap_or(other).to_owned()),
            Text::If(test, a, b) => if test.value(row) == Some(true) { a } else { b }.value(row),
        }
    }
}

impl Date {
    pub fn value(&self, row: &Row) -> Option<i64> {
        match self {
            Date::Field(name) => field(row, name)?.as_i64(),
            Date::Day(day) => Some(DAY_ZERO + i64::from(*day) * DAY),
            Date::AddDays(date, days) => Some(date.value(row)? + i64::from(*days) * DAY),
        }
    }
}

impl Test {
    /// `None` where it is unknown.
    pub fn value(&self, row: &Row) -> Option<bool> {
        match self {
            Test::Field(name) => field(row, name)?.as_bool(),
            Test::Constant(value) => Some(*value),
            Test::Numbers(op, a, b) => compare(op, &a.value(row), &b.value(row), |a, b| a.partial_cmp(b)),
            Test::Dates(op, a, b) => compare(op, &a.value(row), &b.value(row), |a, b| Some(a.cmp(b))),
            Test::Texts(op, a, b) => {
                let lower = |t: Option<String>| t.map(|t| t.to_lowercase());
                compare(op, &lower(a.value(row)), &lower(b.value(row)), |a, b| Some(a.cmp(b)))
            }
            Test::Search(method, text, part) => {
                let (text, part) = (text.value(row)?.to_lowercase(), part.to_lowercase());
                Some(match *method {
                    "StartsWith" => text.starts_with(&part),
                    "EndsWith" => text.ends_with(&part),
                    _ => text.contains(&part),
                })
            }
            Test::Word(text, word) => {
                let has = |text: String| text.split(' ').any(|part| part.to_lowercase() == word.to_lowercase());
                Some(text.value(row).is_some_and(has))
            }
            Test::Null(name, wanted) => Some(field(row, name).is_none() == *wanted),
            Test::In(x, list) => match x.value(row) {
                _ if list.is_empty() => Some(false),
                None => None,
                Some(x) => Some(list.iter().any(|n| f64::from(*n) == x)),
            },
            Test::InTexts(text, list) => match text.value(row) {
                _ if list.is_empty() => Some(false),
                None => None,
                Some(text) => Some(list.iter().any(|t| t.to_lowercase() == text.to_lowercase())),
            },
            Test::Both('&', a, b) => match (a.value(row), b.value(row)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Test::Both(_, a, b) => match (a.value(row), b.value(row)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Test::Not(test) => test.value(row).map(|value| !value),
            Test::Any(test) => Some(tasks(row).any(|task| test.value(task) == Some(true))),
        }
    }
}

fn compare<T: PartialEq>(
    op: &str,
    a: &Option<T>,
    b: &Option<T>,
    order: impl Fn(&T, &T) -> Option<std::cmp::Ordering>,
) -> Option<bool> {
    if op == "!=" {
        return Some(a != b);
    }
    let order = order(a.as_ref()?, b.as_ref()?)?;
    Some(match op {
        "==" => order.is_eq(),
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        _ => order.is_ge(),
    })
}

/// Year, month and day of a number of days since the Unix epoch (the well-known count by eras of 400 years).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}
